// Pauli sums as words: bit masks over the qubits, checked once for every mode that evaluates an observable, and their sum in a state.
import { Fault } from "../../../kernel-abi/fault.ts";
import type { PauliSum } from "../circuit.ts";
import { isMeasuring, type Plan } from "./plan.ts";
import type { Register } from "./register.ts";

/** From so many qubits on scratch has room for four words. */
const FOUR_FROM = 3;

/** One term: x marks X and Y letters, z marks Z and Y letters. */
export interface Word {
  readonly coefficient: number;
  readonly x: number;
  readonly z: number;
}

const refuse = (argument: string, allowed: string): never => {
  throw new Fault("KERNEL_REFUSED", { argument, allowed });
};

function masks(paulis: Uint8Array, term: number, qubits: number): Pick<Word, "x" | "z"> {
  let x = 0;
  let z = 0;
  for (let qubit = 0; qubit < qubits; qubit++) {
    const letter = paulis[term * qubits + qubit] ?? 0;
    if (letter > 3) refuse("pauli letter", "0 to 3");
    if (letter === 1 || letter === 2) x |= 1 << qubit;
    if (letter === 2 || letter === 3) z |= 1 << qubit;
  }
  return { x, z };
}

/** The terms of an observable on a plan's qubits, in order. @throws Fault KERNEL_REFUSED for a measuring or conditional plan or a malformed sum. */
export function wordsFor(plan: Plan, { coefficients, paulis }: PauliSum): readonly Word[] {
  if (plan.rest.length > 0 || plan.steps.some((step) => isMeasuring(step) || step.condition >= 0)) {
    refuse("circuit", "no MEASURE, RESET or condition in expectation mode");
  }
  return Array.from(coefficients, (coefficient, term) => {
    if (!Number.isFinite(coefficient)) refuse("coefficient", "a finite number");
    return { coefficient, ...masks(paulis, term, plan.qubits) };
  });
}

/** Values of words, four of one x mask a pass over the state; each has the bits it has alone, however words are grouped. */
function valuesOf({ wasm, state, qubits, scratch }: Register, words: readonly Word[]): Float64Array {
  const values = new Float64Array(words.length);
  const places = new Map<number, number[]>();
  words.forEach(({ x }, at) => {
    const alike = places.get(x);
    if (alike === undefined) places.set(x, [at]);
    else alike.push(at);
  });
  for (const [x, alike] of places) {
    for (let from = 0; from < alike.length; from += 4) {
      const some = alike.slice(from, from + 4);
      const z = (at: number): number => words[some[at] ?? -1]?.z ?? 0;
      if (some.length === 1 || qubits < FOUR_FROM) {
        for (const at of some) values[at] = wasm.expectPauli(state, qubits, x, words[at]?.z ?? 0, scratch);
      } else {
        wasm.expectFour(state, qubits, x, z(0), z(1), z(2), z(3), scratch);
        const four = new Float64Array(wasm.memory.buffer, scratch, 4);
        some.forEach((at, place) => { values[at] = four[place] ?? 0; });
      }
    }
  }
  return values;
}

/** Σ coefficient · ⟨ψ|P|ψ⟩ of the register's state, terms in order. */
export function expectationIn(register: Register, words: readonly Word[]): number {
  const values = valuesOf(register, words);
  return words.reduce((sum, { coefficient }, at) => sum + coefficient * (values[at] ?? 0), 0);
}
