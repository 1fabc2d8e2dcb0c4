// QAOA on rings and on 3-regular graphs: what so many layers cut at best.
import { describe, expect, it } from "vitest";
import type { Instruction } from "../../../../support/clifford-circuits.ts";
import { expectation, gate, pauliSum, turned } from "../../../../support/statevector-circuits.ts";

const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
const layer = (op: "H" | "X", count: number): Instruction[] => range(count).map((qubit) => gate(op, qubit));

type Edges = readonly (readonly [a: number, b: number])[];

/** Mean share of the edges that is cut under QAOA with angles (γ, β) per layer (Farhi, Goldstone, Gutmann 2014). */
function cutShare(n: number, edges: Edges, angles: readonly number[]): number {
  const layers = range(angles.length / 2).flatMap((p) => [
    ...edges.flatMap(([a, b]) => [gate("CX", a, b), turned("RZ", -(angles[2 * p] ?? 0), b), gate("CX", a, b)]),
    ...range(n).map((qubit) => turned("RX", 2 * (angles[2 * p + 1] ?? 0), qubit)),
  ]);
  const words = edges.map(([a, b]) => [-0.5 / edges.length, range(n).map((qubit) => (qubit === a || qubit === b ? "Z" : "I")).join("")] as const);
  return 0.5 + expectation(n, [...layer("H", n), ...layers], pauliSum(words));
}

const ring = (n: number): Edges => range(n).map((at) => [at, (at + 1) % n]);
const ringCut = (n: number, angles: readonly number[]): number => cutShare(n, ring(n), angles);
/** K₃,₃, the Petersen graph and Heawood's: 3-regular, their shortest cycles 4, 5 and 6 long. */
const BIPARTITE: Edges = range(9).map((at) => [at % 3, 3 + Math.floor(at / 3)]);
const PETERSEN: Edges = range(5).flatMap((at) => [[at, (at + 1) % 5], [at, at + 5], [at + 5, ((at + 2) % 5) + 5]] as const);
const HEAWOOD: Edges = [...ring(14), ...range(7).map((at) => [2 * at, (2 * at + 5) % 14] as const)];

/** Pattern search for a maximum. */
function climbed(f: (x: readonly number[]) => number, start: readonly number[]): number {
  let at = start;
  let best = f(at);
  for (let step = 0.1; step > 1e-6;) {
    const tries = at.flatMap((_, axis) => [step, -step].map((move) => at.map((value, index) => (index === axis ? value + move : value))));
    const next = tries.find((point) => f(point) > best);
    if (next === undefined) step /= 2;
    else [at, best] = [next, f(next)];
  }
  return best;
}

describe("QAOA on a ring", () => {
  it("one layer at γ = π/4, β = π/8 cuts 3/4", () => {
    expect(Math.abs(ringCut(8, [Math.PI / 4, Math.PI / 8]) - 0.75)).toBeLessThan(1e-9);
  });
  it("two layers reach 5/6", () => {
    expect(Math.abs(climbed((angles) => ringCut(6, angles), [0.5, 0.6, 0.9, 0.3]) - 5 / 6)).toBeLessThan(1e-9);
  });
  it("three layers reach 7/8, the optimum of p layers being (2p + 1)/(2p + 2)", () => {
    expect(Math.abs(climbed((angles) => ringCut(8, angles), [0.4, 0.65, 0.8, 0.5, 0.95, 0.25]) - 7 / 8)).toBeLessThan(1e-9);
  });
});

describe("QAOA on 3-regular graphs", () => {
  const angles = [Math.atan(Math.SQRT1_2), Math.PI / 8];
  it.each([["K3,3", 6, BIPARTITE], ["Petersen", 10, PETERSEN], ["Heawood", 14, HEAWOOD]] as const)("one layer cuts 1/2 + 1/(3√3) of %s, which has no triangle, and no more", (_, n, edges) => {
    expect(Math.abs(cutShare(n, edges, angles) - (0.5 + 1 / (3 * Math.sqrt(3))))).toBeLessThan(1e-9);
    expect(Math.abs(cutShare(n, edges, angles) - 0.6924501)).toBeLessThan(1e-7);
    expect(climbed((tried) => cutShare(n, edges, tried), angles) - cutShare(n, edges, angles)).toBeLessThan(1e-9);
  });
  it("two layers cut 0.7559 of a graph without a cycle shorter than six", () => {
    expect(Math.abs(climbed((tried) => cutShare(14, HEAWOOD, tried), [0.49, 0.55, 0.9, 0.3]) - 0.7559)).toBeLessThan(1e-4);
  });
});
