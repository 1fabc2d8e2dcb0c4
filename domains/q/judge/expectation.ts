// Expectation values, computed again by other code than the kernels': amplitudes of the kernel's evolution, multiplied out here;
// or the judge's own tableau.
import type { LoweredCircuit, PauliSum } from "../../kernels/circuit.ts";
import { OP_WIDTH } from "../../kernels/circuit.ts";
import { cliffordProgram } from "../../kernels/stabilizer/clifford.ts";
import { planCircuit } from "../../kernels/statevector/plan.ts";
import { Register } from "../../kernels/statevector/register.ts";
import { PROVIDERS, chooseProvider } from "../declared.ts";
import { JudgedTableau } from "./tableau.ts";

/** A recorded value differs from the exact one by at most this, times Σ|coefficient| or 1, whichever is more. */
export const VALUE_TOLERANCE = 1e-9;

/** Indices summed before their sum is added to the rest: so errors grow with the logarithm, not the number. */
export const BLOCK = 4_096;

/** 1 or -1 by the parity of each 13-bit number. */
const SIGNS = Int8Array.from({ length: 8_192 }, (_, value) => {
  let parity = 0;
  for (let rest = value; rest > 0; rest &= rest - 1) parity ^= 1;
  return 1 - 2 * parity;
});
export const sign = (value: number): number => (SIGNS[value & 8_191] ?? 1) * (SIGNS[value >> 13] ?? 1);

interface Word {
  readonly x: number;
  readonly z: number;
  readonly ys: number;
}

export function wordOf(letters: Uint8Array): Word {
  const mask = (...of: readonly number[]): number => letters.reduce((bits, letter, qubit) => (of.includes(letter) ? bits | (1 << qubit) : bits), 0);
  return { x: mask(1, 2), z: mask(2, 3), ys: letters.filter((letter) => letter === 2).length };
}

/** Re Σ conj(ψ[j ^ x])·i^ys·(-1)^|j & z|·ψ[j]: P|j⟩ = i^ys·(-1)^|j & z||j ^ x⟩. */
export function valueOf(amplitudes: Float64Array, { x, z, ys }: Word): number {
  const swapped = (ys & 1) === 1; // i^ys is ±i: the imaginary part counts
  const turn = (ys & 3) === 1 || (ys & 3) === 2 ? -1 : 1;
  const count = amplitudes.length / 2;
  let total = 0;
  for (let from = 0; from < count; from += BLOCK) {
    let sum = 0;
    for (let j = from; j < Math.min(count, from + BLOCK); j++) {
      const [re, im] = [amplitudes[2 * j] ?? 0, amplitudes[2 * j + 1] ?? 0];
      const [ore, oim] = [amplitudes[2 * (j ^ x)] ?? 0, amplitudes[2 * (j ^ x) + 1] ?? 0];
      sum += sign(j & z) * (swapped ? ore * im - oim * re : ore * re + oim * im);
    }
    total += sum;
  }
  return turn * total;
}

/** One term's value after another, by whichever simulation the providers choose. */
function values(circuit: LoweredCircuit): (letters: Uint8Array) => number {
  if (chooseProvider(circuit) !== PROVIDERS.stabilizer) {
    const register = new Register({ qubits: circuit.qubits });
    for (const step of planCircuit(circuit).steps) register.apply(step);
    const amplitudes = new Float64Array(register.wasm.memory.buffer, register.state, 2 << circuit.qubits);
    return (letters) => valueOf(amplitudes, wordOf(letters));
  }
  const tableau = new JudgedTableau(circuit.qubits);
  const program = cliffordProgram(circuit);
  for (let at = 0; at < program.length; at += OP_WIDTH) tableau.apply(program[at] ?? 0, program[at + 1] ?? 0, program[at + 2] ?? 0);
  return (letters) => tableau.expectation(letters);
}

/** Σ|coefficient|: no value, and no derivative by one gate's angle, is larger. */
export const sizeOf = ({ coefficients }: Pick<PauliSum, "coefficients">): number => coefficients.reduce((sum, coefficient) => sum + Math.abs(coefficient), 0);

export interface ExactValue {
  readonly value: number;
  /** How far a recorded value may be from it. */
  readonly tolerance: number;
}

/** ⟨P⟩ of a circuit that measures nothing. @throws Fault KERNEL_REFUSED when the host has no memory for the state */
export function exactExpectation(circuit: LoweredCircuit, { coefficients, paulis }: PauliSum): ExactValue {
  const valueFor = values(circuit);
  const value = coefficients.reduce((sum, coefficient, term) => sum + coefficient * valueFor(paulis.subarray(term * circuit.qubits, (term + 1) * circuit.qubits)), 0);
  return { value, tolerance: VALUE_TOLERANCE * Math.max(1, sizeOf({ coefficients })) };
}
