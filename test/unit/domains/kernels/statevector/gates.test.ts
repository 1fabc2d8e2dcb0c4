import { describe, expect, it } from "vitest";
import { ARITY, OP } from "../../../../../domains/kernels/circuit.ts";
import { sin } from "../../../../../domains/kernels/libm/portable.ts";
import { gateMatrix, type Matrix } from "../../../../../domains/kernels/statevector/reference.ts";
import type { Instruction } from "../../../../support/clifford-circuits.ts";
import { amplitudes, gate, GATE_NAMES, isTurned, turned, type GateName } from "../../../../support/statevector-circuits.ts";
import { Doubles } from "../../../../support/random-doubles.ts";

const QUBITS = 5;
const random = new Doubles(5);

/** Takes |0…0⟩ to a state without zeros or symmetry. */
const scramble: readonly Instruction[] = [0, 1, 2].flatMap((layer) => [
  ...Array.from({ length: QUBITS }, (_, qubit) => turned((["RY", "RX", "RY"] as const)[layer] ?? "RY", random.between(0.3, 2.8), qubit)),
  ...Array.from({ length: QUBITS }, (_, qubit) => turned("P", random.between(0.3, 2.8), qubit)),
  ...Array.from({ length: QUBITS - 1 }, (_, qubit) => gate("CX", qubit, qubit + 1)),
]);

/** All ordered choices of `count` distinct qubits. */
function choices(count: number): number[][] {
  if (count === 0) return [[]];
  return choices(count - 1).flatMap((chosen) => Array.from({ length: QUBITS }, (_, qubit) => qubit).filter((qubit) => !chosen.includes(qubit)).map((qubit) => [...chosen, qubit]));
}

/** The definition: amplitude of i is Σ over j of matrix[i on the gate's qubits][j on them] · old amplitude. */
function multiplied(state: Float64Array, matrix: Matrix, on: readonly number[]): number[] {
  const local = (index: number): number => on.reduce((sum, qubit, bit) => sum | (((index >> qubit) & 1) << bit), 0);
  const others = ~on.reduce((mask, qubit) => mask | (1 << qubit), 0);
  const out = new Array<number>(state.length).fill(0);
  for (let i = 0; i < state.length / 2; i++) {
    for (let j = 0; j < state.length / 2; j++) {
      if ((i & others) !== (j & others)) continue;
      const [re, im] = matrix[local(i)]?.[local(j)] ?? [NaN, NaN];
      out[2 * i] = (out[2 * i] ?? 0) + re * (state[2 * j] ?? 0) - im * (state[2 * j + 1] ?? 0);
      out[2 * i + 1] = (out[2 * i + 1] ?? 0) + re * (state[2 * j + 1] ?? 0) + im * (state[2 * j] ?? 0);
    }
  }
  return out;
}

const distance = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((most, value, index) => Math.max(most, Math.abs(value - (b[index] ?? NaN))), 0);

const ANGLE = 0.7321;
const before = amplitudes(QUBITS, scramble);

describe.each(GATE_NAMES)("%s", (name: GateName) => {
  const matrix = gateMatrix(OP[name], ANGLE);

  it("is its matrix on every choice of qubits", () => {
    for (const on of choices(ARITY[OP[name]] ?? 0)) {
      const after = amplitudes(QUBITS, [...scramble, isTurned(name) ? turned(name, ANGLE, ...on) : gate(name, ...on)]);
      expect(distance(after, multiplied(before, matrix, on))).toBeLessThan(1e-15);
    }
  });
  it("has a unitary matrix", () => {
    matrix.forEach((row, i) => {
      matrix.forEach((other, j) => {
        const re = row.reduce((sum, [a, b], k) => sum + a * (other[k]?.[0] ?? NaN) + b * (other[k]?.[1] ?? NaN), 0);
        const im = row.reduce((sum, [a, b], k) => sum + b * (other[k]?.[0] ?? NaN) - a * (other[k]?.[1] ?? NaN), 0);
        expect(re).toBeCloseTo(i === j ? 1 : 0, 14);
        expect(im).toBeCloseTo(0, 14);
      });
    });
  });
});

describe("matrices against their definitions, written out by hand", () => {
  const c = Math.cos(ANGLE / 2);
  const s = Math.sin(ANGLE / 2);
  const flat = (name: GateName): number[] => gateMatrix(OP[name], ANGLE).flat(2);
  it.each([
    ["RX", [c, 0, 0, -s, 0, -s, c, 0]],
    ["RY", [c, 0, -s, 0, s, 0, c, 0]],
    ["RZ", [c, -s, 0, 0, 0, 0, c, s]],
    ["P", [1, 0, 0, 0, 0, 0, Math.cos(ANGLE), Math.sin(ANGLE)]],
    ["Y", [0, 0, 0, -1, 0, 1, 0, 0]],
    ["S", [1, 0, 0, 0, 0, 0, 0, 1]],
    ["TDG", [1, 0, 0, 0, 0, 0, Math.SQRT1_2, -Math.SQRT1_2]],
  ] as const)("%s", (name, expected) => {
    expect(distance(flat(name), expected)).toBeLessThan(1e-15);
  });
  it.each([["CX", [0, 3, 2, 1]], ["SWAP", [0, 2, 1, 3]], ["CCX", [0, 1, 2, 7, 4, 5, 6, 3]]] as const)("%s permutes basis states, controls first", (name, images) => {
    images.forEach((image, column) => { expect(gateMatrix(OP[name], 0)[image]?.[column]).toEqual([1, 0]); });
  });
  it("angles go through the pinned sine", () => {
    expect(amplitudes(1, [turned("RY", 2, 0)])[2]).toBe(sin(1));
  });
});

describe("words", () => {
  it.each([
    ["H Z H = X", [gate("H", 1), gate("Z", 1), gate("H", 1)], [gate("X", 1)]],
    ["T T = S", [gate("T", 2), gate("T", 2)], [gate("S", 2)]],
    ["S T† T† = 1", [gate("S", 2), gate("TDG", 2), gate("TDG", 2)], []],
    ["three CX = SWAP", [gate("CX", 4, 1), gate("CX", 1, 4), gate("CX", 4, 1)], [gate("SWAP", 1, 4)]],
    ["CP(π) = CZ", [turned("CP", Math.PI, 0, 3)], [gate("CZ", 3, 0)]],
    ["S X S† = Y", [gate("SDG", 0), gate("X", 0), gate("S", 0)], [gate("Y", 0)]],
  ] as const)("%s", (_, left, right) => {
    expect(distance(amplitudes(QUBITS, [...scramble, ...left]), amplitudes(QUBITS, [...scramble, ...right]))).toBeLessThan(1e-15);
  });
});
