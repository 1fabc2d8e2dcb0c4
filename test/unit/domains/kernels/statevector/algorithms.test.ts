import { describe, expect, it } from "vitest";
import { lowered, type Instruction } from "../../../../support/clifford-circuits.ts";
import { amplitudes, counts, expectation, gate, measure, pauliSum, probabilities, turned } from "../../../../support/statevector-circuits.ts";

const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
const layer = (op: "H" | "X", count: number): Instruction[] => range(count).map((qubit) => gate(op, qubit));

/** Quantum Fourier transform of qubits 0 … n-1, |j⟩ to Σ e^{2πijk/N}|k⟩/√N; sign -1 for the inverse, in mirrored order. */
function fourier(n: number): Instruction[] {
  const turns = range(n).reverse().flatMap((target) =>
    [gate("H", target), ...range(target).reverse().map((control) => turned("CP", Math.PI / 2 ** (target - control), control, target))]);
  return [...turns, ...range(Math.floor(n / 2)).map((qubit) => gate("SWAP", qubit, n - 1 - qubit))];
}
const inverted = (instructions: readonly Instruction[]): Instruction[] =>
  instructions.toReversed().map((one) => (one.angle === undefined ? one : { ...one, angle: -one.angle }));

describe("quantum Fourier transform", () => {
  it("its matrix is the discrete Fourier transform over √N, to 1e-12", () => {
    const n = 5;
    const size = 2 ** n;
    for (const j of range(size)) {
      const state = amplitudes(n, [...range(n).filter((qubit) => (j >> qubit) & 1).map((qubit) => gate("X", qubit)), ...fourier(n)]);
      for (const k of range(size)) {
        expect(Math.abs((state[2 * k] ?? NaN) - Math.cos((2 * Math.PI * j * k) / size) / Math.sqrt(size))).toBeLessThan(1e-12);
        expect(Math.abs((state[2 * k + 1] ?? NaN) - Math.sin((2 * Math.PI * j * k) / size) / Math.sqrt(size))).toBeLessThan(1e-12);
      }
    }
  });
  it("on 12 qubits, back and forth, it is the identity", () => {
    const start = [turned("RY", 0.4, 0), gate("X", 3), gate("H", 7), gate("CX", 7, 11)];
    const there = amplitudes(12, [...start, ...fourier(12), ...inverted(fourier(12))]);
    const here = amplitudes(12, start);
    expect(Math.max(...there.map((value, index) => Math.abs(value - (here[index] ?? NaN))))).toBeLessThan(1e-13);
  });
});

/** Z controlled on all of n qubits, with n-2 qubits behind them as scratch. */
function flipAll(n: number): Instruction[] {
  if (n === 2) return [gate("CZ", 0, 1)];
  const up = [gate("CCX", 0, 1, n), ...range(n - 3).map((step) => gate("CCX", step + 2, n + step, n + step + 1))];
  return [...up, gate("CZ", n - 1, 2 * n - 3), ...up.toReversed()];
}

function grover(n: number, rounds: number): number {
  const flip = flipAll(n);
  const diffuse = [...layer("H", n), ...layer("X", n), ...flip, ...layer("X", n), ...layer("H", n)];
  const state = amplitudes(n === 2 ? 2 : 2 * n - 2, [...layer("H", n), ...range(rounds).flatMap(() => [...flip, ...diffuse])]);
  return probabilities(state)[2 ** n - 1] ?? NaN;
}

describe("Grover search, one marked", () => {
  it.each([[2, 1, 1], [3, 2, 121 / 128], [4, 3, 0.961319], [5, 4, 0.999182], [10, 25, 0.999461]])("2^%i after %i rounds: %f", (n, rounds, expected) => {
    const theta = Math.asin(2 ** (-n / 2));
    const found = grover(n, rounds);
    expect(Math.abs(found - Math.sin((2 * rounds + 1) * theta) ** 2)).toBeLessThan(1e-9);
    expect(Math.abs(found - expected)).toBeLessThan(1e-6);
  });
});

/** Order finding of 7 modulo 15: counting qubits 0-7, number in qubits 8-11 (Shor 1994; exponents 7^4 = 1 drop out). */
function shor(): Instruction[] {
  const controlledSwap = (control: number, a: number, b: number): Instruction[] => [gate("CX", b, a), gate("CCX", control, a, b), gate("CX", b, a)];
  const byFour = [...controlledSwap(1, 8, 10), ...controlledSwap(1, 9, 11)];
  // times 7 = the complement of times 8; times 8 turns the four bits one place down
  const byEight = [...controlledSwap(0, 8, 9), ...controlledSwap(0, 9, 10), ...controlledSwap(0, 10, 11)];
  const complement = range(4).map((bit) => gate("CX", 0, 8 + bit));
  return [...layer("H", 8), gate("X", 8), ...byEight, ...complement, ...byFour, ...inverted(fourier(8))];
}

describe("Shor, 15 = 3 × 5 with a = 7 and 8 counting bits", () => {
  it("reads 0, 64, 128, 192 with probability 1/4 each", () => {
    const all = probabilities(amplitudes(12, shor()));
    const counting = range(256).map((value) => range(16).reduce((sum, number) => sum + (all[256 * number + value] ?? NaN), 0));
    for (const [value, p] of counting.entries()) expect(Math.abs(p - (value % 64 === 0 ? 0.25 : 0))).toBeLessThan(1e-9);
    const found = counts(lowered(12, 8, [...shor(), ...range(8).map((qubit) => measure(qubit))]), 2000);
    expect(Object.keys(found).map((record) => Number.parseInt(record, 2)).sort((a, b) => a - b)).toEqual([0, 64, 128, 192]);
  });
});

describe("expectations", () => {
  it("CHSH reaches 2√2 with angles 0, π/2 and ±π/4", () => {
    const correlation = (a: number, b: number): number =>
      expectation(2, [gate("H", 0), gate("CX", 0, 1), turned("RY", -a, 0), turned("RY", -b, 1)], pauliSum([[1, "ZZ"]]));
    const s = correlation(0, Math.PI / 4) + correlation(0, -Math.PI / 4) + correlation(Math.PI / 2, Math.PI / 4) - correlation(Math.PI / 2, -Math.PI / 4);
    expect(Math.abs(s - 2 * Math.SQRT2)).toBeLessThan(1e-12);
  });
  it.each([["XX", 1], ["YY", -1], ["ZZ", 1], ["XY", 0], ["ZI", 0], ["II", 1]])("Bell state, %s: %i", (word, expected) => {
    expect(expectation(2, [gate("H", 0), gate("CX", 0, 1)], pauliSum([[1, word]]))).toBeCloseTo(expected, 14);
  });
  it("a Y eigenstate and weights", () => {
    const state = [gate("H", 1), gate("S", 1)];
    expect(expectation(2, state, pauliSum([[0.5, "IY"], [-2, "ZI"], [3, "IX"]]))).toBeCloseTo(-1.5, 14);
  });
});
