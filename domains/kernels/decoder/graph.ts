// The matching graph a decoder works on: flat arrays, checked once. Owns the limits. Who builds one from an error model is domains/q/decoder.
//   D1  Edge e joins ends[2e] and ends[2e + 1], two detectors, or one and the boundary (-1); no edge joins a detector to itself.
//   D2  Weights are even and may be negative or 0; of parallel edges a least solution uses the lightest.
//   D3  Observable k of an edge is bit k of masks[2e] + 2^32 · masks[2e + 1].
import { Fault } from "../../../kernel-abi/fault.ts";

export interface MatchingGraph {
  readonly detectors: number;
  readonly observables: number;
  readonly ends: Int32Array;
  readonly weights: Int32Array;
  readonly masks: Uint32Array;
}

export const GRAPH_LIMITS = Object.freeze({ detectors: 4_194_304, edges: 16_777_216, observables: 64, weight: 33_554_432 });

export const BOUNDARY = -1;

/** @throws Fault KERNEL_REFUSED, always. */
export const refuse = (argument: string, allowed: string): never => {
  throw new Fault("KERNEL_REFUSED", { argument, allowed });
};

const isCount = (value: unknown, most: number): value is number => typeof value === "number" && Number.isSafeInteger(value) && value >= 0 && value <= most;

/** Bytes of a row of so many bits, least significant first. */
export const bytesOf = (bits: number): number => (bits + 7) >> 3;

function checkEdges({ detectors, observables, ends, weights, masks }: MatchingGraph): void {
  const [low, high] = [spare(observables, 0), spare(observables, 32)];
  for (let edge = 0; edge < weights.length; edge++) {
    const [a = BOUNDARY, b = BOUNDARY] = [ends[2 * edge], ends[2 * edge + 1]];
    if (a < 0 || a >= detectors || b < BOUNDARY || b >= detectors || a === b) refuse("ends", "two different detectors, or one and -1 for the boundary");
    const weight = weights[edge] ?? 1;
    if (weight % 2 !== 0 || Math.abs(weight) > GRAPH_LIMITS.weight) refuse("weights", `even integers from -${GRAPH_LIMITS.weight} to ${GRAPH_LIMITS.weight}`);
    if ((((masks[2 * edge] ?? 0) & low) | ((masks[2 * edge + 1] ?? 0) & high)) !== 0) refuse("masks", "observables that there are");
  }
}

/** The bits of one of the two words of a mask that stand for no observable. */
const spare = (observables: number, from: number): number => (observables <= from ? -1 : observables >= from + 32 ? 0 : -1 << (observables - from));

/** A graph from fields of unknown origin. @throws Fault KERNEL_REFUSED */
export function checkGraph(value: Readonly<Record<string, unknown>>): MatchingGraph {
  const { detectors, observables, ends, weights, masks } = value;
  if (!isCount(detectors, GRAPH_LIMITS.detectors)) return refuse("detectors", `0 to ${GRAPH_LIMITS.detectors}`);
  if (!isCount(observables, GRAPH_LIMITS.observables)) return refuse("observables", `0 to ${GRAPH_LIMITS.observables}`);
  if (!(ends instanceof Int32Array) || ends.length % 2 !== 0 || ends.length > 2 * GRAPH_LIMITS.edges) return refuse("ends", `an Int32Array of two for each of at most ${GRAPH_LIMITS.edges} edges`);
  if (!(weights instanceof Int32Array) || 2 * weights.length !== ends.length) return refuse("weights", "an Int32Array of one for each edge");
  if (!(masks instanceof Uint32Array) || masks.length !== ends.length) return refuse("masks", "a Uint32Array of two for each edge");
  const graph = { detectors, observables, ends, weights, masks };
  checkEdges(graph);
  return graph;
}
