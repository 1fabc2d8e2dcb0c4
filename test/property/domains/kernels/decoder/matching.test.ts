// Exact matching against every way to explain the events, on random small graphs with all that makes graphs degenerate.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { leastByPairs, leastByTable, type Least } from "../../../../../domains/kernels/decoder/reference.ts";
import { answers, type Answer } from "../../../../support/decoded.ts";
import { below, cube, randomGraph, sampled, type GraphShape } from "../../../../support/matching-graphs.ts";

const RUNS = process.env["TRIAD_LONG"] === undefined ? 400 : 40_000;

function expectLeast({ mask, weight, solved }: Answer, least: Least, seen: unknown): void {
  expect(weight, JSON.stringify(seen)).toBe(least.weight);
  expect(solved).toBe(least.weight !== Infinity);
  if (solved) expect(least.masks, JSON.stringify(seen)).toContain(mask);
  else expect(mask).toBe(0n);
}

const SHAPES: Readonly<Record<string, GraphShape>> = {
  "sparse, with a boundary": { detectors: 8, edges: 14, least: 1, most: 12, boundaryOneIn: 6 },
  "dense, with ties": { detectors: 7, edges: 24, least: 1, most: 2, boundaryOneIn: 8 },
  "weights of nothing": { detectors: 8, edges: 16, least: 0, most: 2, boundaryOneIn: 7 },
  "no boundary": { detectors: 8, edges: 20, least: 0, most: 9, boundaryOneIn: 0 },
  "negative weights": { detectors: 8, edges: 18, least: -6, most: 9, boundaryOneIn: 6 },
  "few detectors": { detectors: 3, edges: 6, least: -2, most: 3, boundaryOneIn: 3 },
};

describe("exact matching on small graphs", () => {
  it.each(Object.entries(SHAPES))("weighs what the least explanation weighs: %s", (_, shape) => {
    fc.assert(fc.property(randomGraph(shape), fc.array(fc.nat((1 << shape.detectors) - 1), { minLength: 1, maxLength: 6 }), (graph, states) => {
      const shots = states.map((state) => Array.from({ length: shape.detectors }, (_, at) => at).filter((at) => (state >> at) & 1));
      answers(graph, shots).forEach((answer, at) => { expectLeast(answer, leastByTable(graph, shots[at] ?? []), { shot: shots[at], ends: [...graph.ends], weights: [...graph.weights] }); });
    }), { numRuns: RUNS });
  });

  it("weighs what the least pairing weighs on lattices", () => {
    fc.assert(fc.property(fc.nat(), fc.integer({ min: 2, max: 4 }), fc.integer({ min: 1, max: 9 }), (seed, across, spread) => {
      const draw = below(seed);
      const graph = cube(across, across, () => 1 + draw(spread));
      const shots = Array.from({ length: 4 }, () => sampled(graph, 12, draw).events.slice(0, 11));
      answers(graph, shots).forEach((answer, at) => { expectLeast(answer, leastByPairs(graph, shots[at] ?? []), { seed, across, spread }); });
    }), { numRuns: RUNS / 8 });
  });
});
