// The plain oracle of the decoders: every way to match the events, by shortest paths and a table over subsets of them. For a dozen events.
//   O1  Shares nothing with the binary but the graph: weights stay signed, events are not flipped.
import { BOUNDARY, bytesOf, type MatchingGraph } from "./graph.ts";
import type { DecodeJob, DecodeOutput } from "./job.ts";

export interface Least {
  /** Infinity when the events cannot be matched. */
  readonly weight: number;
  /** Observables of the least sets of edges, each once, rising: more than one when there is a tie. */
  readonly masks: readonly bigint[];
}

const maskAt = ({ masks }: MatchingGraph, edge: number): bigint => BigInt(masks[2 * edge] ?? 0) | (BigInt(masks[2 * edge + 1] ?? 0) << 32n);

interface Best { readonly weight: number; readonly masks: ReadonlySet<bigint> }
const NONE: Best = { weight: Infinity, masks: new Set() };

const better = (one: Best, other: Best): Best =>
  (one.weight < other.weight ? one : other.weight < one.weight ? other : { weight: one.weight, masks: new Set([...one.masks, ...other.masks]) });
const both = (one: Best, other: Best): Best => {
  const masks = new Set<bigint>();
  for (const a of one.masks) for (const b of other.masks) masks.add(a ^ b);
  return { weight: one.weight + other.weight, masks };
};

/**
 * The least sets of edges whose ends are odd at exactly `events`, over all 2^edges sets' classes: for each detector of the graph in turn
 * (a table by which detectors are odd so far). Exact for any weights, also negative and parallel ones; for graphs of few detectors.
 */
export function leastByTable(graph: MatchingGraph, events: readonly number[]): Least {
  let table = new Map<number, Best>([[0, { weight: 0, masks: new Set([0n]) }]]);
  for (let edge = 0; edge < graph.weights.length; edge++) {
    const [a = 0, b = BOUNDARY] = [graph.ends[2 * edge], graph.ends[2 * edge + 1]];
    const odd = (1 << a) ^ (b === BOUNDARY ? 0 : 1 << b);
    const used: Best = { weight: graph.weights[edge] ?? 0, masks: new Set([maskAt(graph, edge)]) };
    const after = new Map(table);
    for (const [state, best] of table) after.set(state ^ odd, better(after.get(state ^ odd) ?? NONE, both(best, used)));
    table = after;
  }
  return leastOf(table.get(events.reduce((state, event) => state ^ (1 << event), 0)) ?? NONE);
}

const leastOf = ({ weight, masks }: Best): Least => ({ weight, masks: [...masks].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)) });

/** Least ways from a detector to every other and, last, to the boundary, with the observables of all of them. No negative weights. */
function waysFrom(graph: MatchingGraph, start: number): readonly Best[] {
  const boundary = graph.detectors;
  const ways: Best[] = Array.from({ length: boundary + 1 }, () => NONE);
  ways[start] = { weight: 0, masks: new Set([0n]) };
  for (let changed = true; changed;) {
    changed = false;
    for (let edge = 0; edge < graph.weights.length; edge++) {
      const [a = 0, b = BOUNDARY] = [graph.ends[2 * edge], graph.ends[2 * edge + 1]];
      const used: Best = { weight: graph.weights[edge] ?? 0, masks: new Set([maskAt(graph, edge)]) };
      const over = (from: number, to: number): void => {
        const [old = NONE, way = NONE] = [ways[to], ways[from]];
        if (way === NONE || from === boundary) return;
        const found = better(old, both(way, used));
        if (found.weight === old.weight && found.masks.size === old.masks.size) return;
        ways[to] = found;
        changed = true;
      };
      over(a, b === BOUNDARY ? boundary : b);
      if (b !== BOUNDARY) over(b, a);
    }
  }
  return ways;
}

/** The same for graphs of any size without negative weights, by pairing the events in every way; for about a dozen of them. */
export function leastByPairs(graph: MatchingGraph, events: readonly number[]): Least {
  const ways = events.map((event) => waysFrom(graph, event));
  const known = new Map<number, Best>([[0, { weight: 0, masks: new Set([0n]) }]]);
  const solve = (left: number): Best => {
    const found = known.get(left);
    if (found !== undefined) return found;
    const first = 31 - Math.clz32(left & -left);
    const rest = left & (left - 1);
    let best = both(solve(rest), ways[first]?.[graph.detectors] ?? NONE);
    for (let second = first + 1; second < events.length; second++) {
      if ((rest & (1 << second)) !== 0) best = better(best, both(solve(rest ^ (1 << second)), ways[first]?.[events[second] ?? 0] ?? NONE));
    }
    known.set(left, best);
    return best;
  };
  return leastOf(solve((1 << events.length) - 1));
}

const bitsOf = (row: Uint8Array): readonly number[] => [...row].flatMap((byte, at) => Array.from({ length: 8 }, (_, bit) => bit).filter((bit) => (byte >> bit) & 1).map((bit) => 8 * at + bit));

/** What a job of few detectors ends with where every shot has one least explanation; of several, the one that comes first as a number. */
export function decodeReference({ graph, shots, events, weighed }: DecodeJob): DecodeOutput {
  const [row, width] = [bytesOf(graph.detectors), bytesOf(graph.observables)];
  const least = Array.from({ length: shots }, (_, shot) => leastByTable(graph, bitsOf(events.subarray(shot * row, (shot + 1) * row))));
  return {
    predictions: Uint8Array.from(least.flatMap(({ masks: [mask = 0n] }) => Array.from({ length: width }, (_, byte) => Number((mask >> BigInt(8 * byte)) & 255n)))),
    unsolved: Uint32Array.from(least.keys()).filter((shot) => least[shot]?.weight === Infinity),
    ...(weighed ? { weights: Float64Array.from(least, ({ weight }) => weight) } : {}),
  };
}
