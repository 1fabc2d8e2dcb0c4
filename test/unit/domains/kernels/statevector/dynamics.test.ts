// Dynamics and ground states known in closed form or by other means: Trotter's error, an Ising chain by the power method.
import { describe, expect, it } from "vitest";
import { Register } from "../../../../../domains/kernels/statevector/register.ts";
import { addImage } from "../../../../../domains/kernels/statevector/image.ts";
import { expectationIn } from "../../../../../domains/kernels/statevector/sums.ts";
import type { Word } from "../../../../../domains/kernels/statevector/words.ts";
import type { Instruction } from "../../../../support/clifford-circuits.ts";
import { amplitudes, gate, turned } from "../../../../support/statevector-circuits.ts";

const xs = (t: number): Instruction[] => [turned("RX", 2 * t, 0), turned("RX", 2 * t, 1)];
const zz = (t: number): Instruction[] => [gate("CX", 0, 1), turned("RZ", 2 * t, 1), gate("CX", 0, 1)];
const steps = (n: number, one: readonly Instruction[]): Instruction[] => Array.from({ length: n }, () => one).flat();
const first = (n: number): Instruction[] => steps(n, [...zz(1 / n), ...xs(1 / n)]);
const second = (n: number): Instruction[] => steps(n, [...xs(0.5 / n), ...zz(1 / n), ...xs(0.5 / n)]);

/** Columns of a circuit's unitary on two qubits, re and im in turn. */
const columns = (circuit: readonly Instruction[]): readonly Float64Array[] =>
  [[], [gate("X", 0)], [gate("X", 1)], [gate("X", 0), gate("X", 1)]].map((start) => amplitudes(2, [...start, ...circuit]));

/** The largest singular value of the difference, by the power method on D†D. */
function distance(a: readonly Float64Array[], b: readonly Float64Array[]): number {
  const d = a.map((column, at) => column.map((value, i) => value - (b[at]?.[i] ?? NaN)));
  let [re, im] = [[1, 0.3, 0.2, 0.7], [0, 0.1, 0.5, 0]];
  let norm = 0;
  for (let round = 0; round < 60; round++) {
    const image = Array.from({ length: 8 }, (_, i) => d.reduce((sum, column, at) => sum + (i % 2 === 0 ? (column[i] ?? 0) * re[at]! - (column[i + 1] ?? 0) * im[at]! : (column[i - 1] ?? 0) * im[at]! + (column[i] ?? 0) * re[at]!), 0));
    const back = d.map((column) => [0, 1, 2, 3].reduce(([x, y], row) => {
      const [cr, ci, vr, vi] = [column[2 * row] ?? 0, column[2 * row + 1] ?? 0, image[2 * row]!, image[2 * row + 1]!];
      return [x + cr * vr + ci * vi, y + cr * vi - ci * vr] as const;
    }, [0, 0] as readonly [number, number]));
    const length = Math.sqrt(back.reduce((sum, [x, y]) => sum + x * x + y * y, 0));
    norm = Math.sqrt(length / Math.sqrt(re.reduce((sum, x, at) => sum + x * x + im[at]! * im[at]!, 0)));
    [re, im] = [back.map(([x]) => x / length), back.map(([, y]) => y / length)];
  }
  return norm;
}

describe("Trotter steps of X₁ + X₂ + Z₁Z₂ over t = 1", () => {
  const exact = columns(second(16_384)); // its own error is 1.6e-9
  it.each([[10, 0.07075, 4.357e-3], [20, 0.03523, 1.0851e-3], [40, 0.0176, 2.7102e-4], [80, 0.0088, 6.774e-5]])("n = %i: first order %f, second %f", (n, one, two) => {
    expect(Math.abs(distance(columns(first(n)), exact) - one)).toBeLessThan(1e-5);
    expect(Math.abs(distance(columns(second(n)), exact) - two)).toBeLessThan(1e-6);
  });
});

/** The lowest energy of -Σ ZZ - Σ X, from |+…+⟩ by powers of 12 - H: all of it by the kernel's own Pauli sums. */
function lowest(spins: number, periodic: boolean): number {
  const bonds = Array.from({ length: periodic ? spins : spins - 1 }, (_, i) => (1 << i) | (1 << ((i + 1) % spins)));
  const words: Word[] = [...bonds.map((z) => ({ coefficient: -1, x: 0, z })), ...Array.from({ length: spins }, (_, i) => ({ coefficient: -1, x: 1 << i, z: 0 }))];
  const register = new Register({ qubits: spins });
  const { wasm, state, total } = register;
  const memory = (): Float64Array => new Float64Array(wasm.memory.buffer, state, 2 << spins);
  memory().fill(2 ** (-spins / 2)).forEach((_, at, all) => { if (at % 2 === 1) all[at] = 0; });
  for (let round = 0; round < 400; round++) {
    const image = register.zeros(0);
    addImage(register, image, [{ coefficient: 12, x: 0, z: 0 }]);
    for (const { x, z } of words) addImage(register, image, [{ coefficient: 1, x, z }]);
    register.restore(0);
    const norm = Math.sqrt(memory().reduce((sum, value) => sum + value * value, 0));
    wasm.scale(state, total, 1 / norm);
  }
  return expectationIn(register, words);
}

describe("Ising chain, J = h = 1, 8 spins", () => {
  it("open: -9.8379514; periodic: -2/sin(π/16)", () => {
    expect(Math.abs(lowest(8, false) - -9.8379514)).toBeLessThan(1e-7);
    expect(Math.abs(lowest(8, true) - -2 / Math.sin(Math.PI / 16))).toBeLessThan(1e-9);
  });
});
