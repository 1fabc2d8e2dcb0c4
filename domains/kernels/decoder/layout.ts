// A graph as the binary takes it: edges by detector, lightest first, and negative weights turned around.
//   L1  An edge of negative weight w is used unless a solution says otherwise: it becomes one of weight -w, its ends' events and its
//       observables are flipped beforehand, and w is added to the weight of every solution.
//   L2  Equal weights keep the order of the graph; of several edges from one detector to the boundary the lightest, first one is kept.
import { BOUNDARY, bytesOf, type MatchingGraph } from "./graph.ts";

export interface Layout {
  /** Of each detector, the number of its edges to others. */
  readonly degrees: Int32Array;
  /** For each of these: other end, weight, two words of observables. */
  readonly records: Uint32Array;
  /** For each detector: two words of weight (all ones but the sign for none), two of observables. */
  readonly boundaries: Uint32Array;
  /** A row of events, with 8 bytes behind it. */
  readonly flips: Uint8Array;
  readonly flippedMask: readonly [low: number, high: number];
  readonly flippedWeight: number;
}

const NEVER = [0xffff_ffff, 0x7fff_ffff] as const;

function boundariesOf({ detectors, ends, weights, masks }: MatchingGraph): Uint32Array {
  const found = new Uint32Array(4 * detectors);
  for (let at = 0; at < found.length; at += 4) found.set(NEVER, at);
  for (let edge = 0; edge < weights.length; edge++) {
    if (ends[2 * edge + 1] !== BOUNDARY) continue;
    const at = 4 * (ends[2 * edge] ?? 0);
    const weight = Math.abs(weights[edge] ?? 0);
    if (found[at + 1] === 0 && (found[at] ?? 0) <= weight) continue;
    found.set([weight, 0, masks[2 * edge] ?? 0, masks[2 * edge + 1] ?? 0], at);
  }
  return found;
}

/** Edges between detectors, each from both of its ends. */
function recordsOf({ detectors, ends, weights, masks }: MatchingGraph): Pick<Layout, "degrees" | "records"> {
  const degrees = new Int32Array(detectors);
  const inner = Uint32Array.from(weights.keys()).filter((edge) => ends[2 * edge + 1] !== BOUNDARY);
  const lightest = inner.sort((a, b) => Math.abs(weights[a] ?? 0) - Math.abs(weights[b] ?? 0) || a - b);
  for (const edge of lightest) for (const end of ends.subarray(2 * edge, 2 * edge + 2)) degrees[end] = (degrees[end] ?? 0) + 1;
  const next = new Uint32Array(detectors);
  for (let at = 1; at < detectors; at++) next[at] = (next[at - 1] ?? 0) + (degrees[at - 1] ?? 0);
  const records = new Uint32Array(8 * lightest.length);
  for (const edge of lightest) {
    const [a = 0, b = 0] = [ends[2 * edge], ends[2 * edge + 1]];
    const tail = [Math.abs(weights[edge] ?? 0), masks[2 * edge] ?? 0, masks[2 * edge + 1] ?? 0];
    for (const [end, other] of [[a, b], [b, a]] as const) {
      const at = next[end] ?? 0;
      records.set([other, ...tail], 4 * at);
      next[end] = at + 1;
    }
  }
  return { degrees, records };
}

function flipsOf({ detectors, ends, weights, masks }: MatchingGraph): Pick<Layout, "flips" | "flippedMask" | "flippedWeight"> {
  const flips = new Uint8Array(bytesOf(detectors) + 8);
  let [low, high, flippedWeight] = [0, 0, 0];
  for (let edge = 0; edge < weights.length; edge++) {
    const weight = weights[edge] ?? 0;
    if (weight >= 0) continue;
    flippedWeight += weight;
    low ^= masks[2 * edge] ?? 0;
    high ^= masks[2 * edge + 1] ?? 0;
    for (const end of ends.subarray(2 * edge, 2 * edge + 2)) if (end !== BOUNDARY) flips[end >> 3] = (flips[end >> 3] ?? 0) ^ (1 << (end & 7));
  }
  return { flips, flippedMask: [low >>> 0, high >>> 0], flippedWeight };
}

/** Of a graph that `checkGraph` accepts. */
export const layoutOf = (graph: MatchingGraph): Layout => ({ ...recordsOf(graph), boundaries: boundariesOf(graph), ...flipsOf(graph) });
