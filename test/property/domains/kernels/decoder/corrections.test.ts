// What a decoder says is a correction: a set of edges that explains the events. Every edge is an observable of its own here, so the prediction is the set.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DECODERS } from "../../../../../domains/kernels/decoder/decoder.ts";
import { BOUNDARY, type MatchingGraph } from "../../../../../domains/kernels/decoder/graph.ts";
import { answers } from "../../../../support/decoded.ts";
import { plainUnionFind } from "../../../../support/plain-union-find.ts";
import { below, cube, randomGraph, sampled } from "../../../../support/matching-graphs.ts";

const RUNS = process.env["TRIAD_LONG"] === undefined ? 300 : 30_000;

/** The first 64 edges of a graph, each an observable. */
function labelled({ detectors, ends, weights }: MatchingGraph): MatchingGraph {
  const edges = Math.min(64, weights.length);
  const masks = new Uint32Array(2 * edges);
  for (let edge = 0; edge < edges; edge++) masks[2 * edge + (edge >> 5)] = 1 << (edge & 31);
  return { detectors, observables: edges, ends: ends.subarray(0, 2 * edges), weights: weights.subarray(0, edges), masks };
}

const edgesIn = (mask: bigint): readonly number[] => Array.from({ length: 64 }, (_, edge) => edge).filter((edge) => (mask >> BigInt(edge)) & 1n);

function explained({ ends }: MatchingGraph, edges: readonly number[]): readonly number[] {
  const odd = new Set<number>();
  for (const edge of edges) for (const end of ends.subarray(2 * edge, 2 * edge + 2)) if (end !== BOUNDARY && !odd.delete(end)) odd.add(end);
  return [...odd].sort((a, b) => a - b);
}

const shotsOf = (detectors: number, states: readonly number[]): readonly (readonly number[])[] =>
  states.map((state) => Array.from({ length: detectors }, (_, at) => at).filter((at) => (state >> at) & 1));

function expectCorrections(graph: MatchingGraph, shots: readonly (readonly number[])[]): void {
  const least = answers(graph, shots);
  for (const name of DECODERS) {
    answers(graph, shots, name).forEach(({ mask, weight, solved }, at) => {
      expect(solved).toBe(least[at]?.solved);
      if (!solved) return;
      const used = edgesIn(mask);
      expect(explained(graph, used), name).toEqual(shots[at]);
      expect(used.reduce((sum, edge) => sum + (graph.weights[edge] ?? NaN), 0)).toBe(weight);
      expect(weight).toBeGreaterThanOrEqual(least[at]?.weight ?? NaN);
    });
  }
}

describe("corrections of every decoder", () => {
  it.each([[0, 0, 6], [0, 5, 6], [-4, 6, 9]] as const)("explain the events, weigh what is said and no less than the least", (least, most, boundaryOneIn) => {
    const shape = { detectors: 12, edges: 40, least, most, boundaryOneIn };
    fc.assert(fc.property(randomGraph(shape), fc.array(fc.nat((1 << 12) - 1), { minLength: 1, maxLength: 5 }), (graph, states) => {
      expectCorrections(labelled(graph), shotsOf(12, states));
    }), { numRuns: RUNS });
  });

  it("explain the events without a boundary, or say that nothing does", () => {
    fc.assert(fc.property(randomGraph({ detectors: 10, edges: 30, least: 0, most: 4, boundaryOneIn: 0 }), fc.array(fc.nat(1023), { minLength: 1, maxLength: 5 }), (graph, states) => {
      expectCorrections(labelled(graph), shotsOf(10, states));
    }), { numRuns: RUNS });
  });

  it("explain the events of lattices", () => {
    fc.assert(fc.property(fc.nat(), fc.integer({ min: 1, max: 30 }), fc.integer({ min: 2, max: 8 }), (seed, spread, oneIn) => {
      const draw = below(seed);
      const graph = labelled(cube(3, 2, () => 1 + draw(spread)));
      expectCorrections(graph, Array.from({ length: 5 }, () => sampled(graph, oneIn, draw).events));
    }), { numRuns: RUNS });
  });
});

describe("union-find", () => {
  it("says what growing every edge by hand says, wherever no two things happen at one time", () => {
    let [compared, tied] = [0, 0];
    fc.assert(fc.property(fc.nat(), fc.integer({ min: 3, max: 12 }), fc.boolean(), (seed, oneIn, closed) => {
      const draw = below(seed);
      const whole = labelled(cube(3, 3, () => 1 + draw(1 << 22)));
      const open = Array.from(whole.weights.keys()).filter((edge) => !closed || whole.ends[2 * edge + 1] !== BOUNDARY);
      const graph = {
        ...whole, ends: Int32Array.from(open.flatMap((edge) => [...whole.ends.subarray(2 * edge, 2 * edge + 2)])), weights: Int32Array.from(open, (edge) => whole.weights[edge] ?? 0),
        masks: Uint32Array.from(open.flatMap((edge) => [...whole.masks.subarray(2 * edge, 2 * edge + 2)])),
      };
      const shots = Array.from({ length: 3 }, () => sampled(graph, oneIn, draw).events);
      answers(graph, shots, "union-find").forEach(({ mask, weight, solved }, at) => {
        const plain = plainUnionFind(graph, shots[at] ?? []);
        compared += 1;
        if (plain === "tied") tied += 1;
        else expect(solved ? { mask, weight } : undefined).toEqual(plain);
      });
    }), { numRuns: RUNS });
    expect(tied).toBeLessThan(compared / 20);
  });

  it("explains a lone event, and a pair where there is no boundary, as lightly as can be", () => {
    fc.assert(fc.property(fc.nat(), fc.integer({ min: 1, max: 30 }), fc.boolean(), (seed, spread, closed) => {
      const draw = below(seed);
      const whole = cube(3, 4, () => 1 + draw(spread));
      const kept = Array.from(whole.weights.keys()).filter((edge) => !closed || whole.ends[2 * edge + 1] !== BOUNDARY);
      const graph = { ...whole, ends: Int32Array.from(kept.flatMap((edge) => [...whole.ends.subarray(2 * edge, 2 * edge + 2)])), weights: Int32Array.from(kept, (edge) => whole.weights[edge] ?? 0), masks: new Uint32Array(2 * kept.length) };
      const one = draw(graph.detectors);
      const shot = [one, ...(closed ? [(one + 1 + draw(graph.detectors - 1)) % graph.detectors] : [])].sort((a, b) => a - b);
      const [least] = answers(graph, [shot]);
      const [near] = answers(graph, [shot], "union-find");
      expect(near?.weight).toBe(least?.weight);
    }), { numRuns: RUNS });
  });
});
