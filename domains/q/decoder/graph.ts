// From a detector error model to the matching graph its decoders work on. Owns what an edge is and what it weighs.
//   W1  A part that flips one or two detectors is an edge; one that flips none is seen by nobody and left out.
//   W2  Parts with the same detectors and observables are one edge: of two independent ones, p1 (1 - p2) + p2 (1 - p1). Where only the
//       observables differ, the likelier stays (the earlier of equals).
//   W3  A weight is log((1 - p) / p); all are scaled alike so that the heaviest becomes 2^24 - 1, rounded, and doubled: the resolution of
//       PyMatching, whose matchings are therefore these up to ties. Above p = 1/2 weights are negative.
import { Fault } from "../../../kernel-abi/fault.ts";
import { BOUNDARY, GRAPH_LIMITS, type MatchingGraph } from "../../kernels/decoder/graph.ts";
import { log } from "../../kernels/libm/portable.ts";
import type { ErrorModel, Symptoms } from "../dem/model.ts";

export interface DecodingGraph {
  readonly graph: MatchingGraph;
  /** Integer weight of an edge = weight × scale, up to rounding. */
  readonly scale: number;
}

interface Explained { probability: number; readonly low: number; readonly high: number }
interface Joined { readonly a: number; readonly b: number; readonly by: Explained[] }

const HEAVIEST = (1 << 24) - 1;

const refuse = (argument: string, value: string | number, allowed: string, next: string): never => {
  throw new Fault("KERNEL_REFUSED", { argument, value, allowed }, { next });
};

function wordsOf(observables: readonly number[]): readonly [low: number, high: number] {
  let [low, high] = [0, 0];
  for (const observable of observables) if (observable < 32) low |= 1 << observable; else high |= 1 << (observable - 32);
  return [low >>> 0, high >>> 0];
}

function checkPart({ detectors }: Symptoms, mechanism: number): void {
  if (detectors.length > 2) {
    refuse("detectors of a mechanism", detectors.slice(0, 8).map((each) => `D${each}`).join(" "), `one or two in each part (this is mechanism ${mechanism})`,
      "Have errors decomposed when the model is made from its circuit, or use a decoder for hypergraphs (bp-osd).");
  }
}

function joinsOf({ mechanisms, detectors: count }: ErrorModel): readonly Joined[] {
  const joins = new Map<number, Joined>();
  mechanisms.forEach(({ probability, parts }, mechanism) => {
    for (const part of probability === 0 ? [] : parts) {
      checkPart(part, mechanism);
      const [a, b = BOUNDARY] = part.detectors;
      if (a === undefined) continue;
      const key = a * (count + 1) + b + 1;
      const joined = joins.get(key) ?? { a, b, by: [] };
      joins.set(key, joined);
      const [low, high] = wordsOf(part.observables);
      const same = joined.by.find((each) => each.low === low && each.high === high);
      if (same === undefined) joined.by.push({ probability, low, high });
      else same.probability = same.probability * (1 - probability) + probability * (1 - same.probability);
    }
  });
  return [...joins.values()];
}

const likeliest = ({ by }: Joined): Explained => by.reduce((best, each) => (each.probability > best.probability ? each : best));

function weightOf(probability: number, { a, b }: Joined): number {
  if (probability === 1) {
    refuse("probability", 1, "below 1", `What joins D${a} and ${b === BOUNDARY ? "the boundary" : `D${b}`} always happens: leave it out and flip its detectors and observables in every shot.`);
  }
  return log((1 - probability) / probability);
}

/** PyMatching rounds halves away from zero. */
const rounded = (value: number): number => (value < 0 ? -Math.floor(0.5 - value) : Math.floor(0.5 + value));

function scaleOf(weights: readonly number[]): number {
  if (weights.every((weight) => Number.isInteger(weight))) return 1;
  return HEAVIEST / weights.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0);
}

/**
 * The matching graph of a model whose mechanisms were decomposed into parts of at most two detectors.
 * @throws Fault KERNEL_REFUSED for a part of more, a mechanism that always happens, more than 64 observables or too many detectors
 */
export function decodingGraph(model: ErrorModel): DecodingGraph {
  const { detectors, observables } = model;
  if (observables > GRAPH_LIMITS.observables) refuse("observables", observables, `at most ${GRAPH_LIMITS.observables}`, "Leave out observables that are not needed, or decode them in several runs.");
  if (detectors > GRAPH_LIMITS.detectors) refuse("detectors", detectors, `at most ${GRAPH_LIMITS.detectors}`, "Decode fewer rounds at a time.");
  const joins = joinsOf(model);
  if (joins.length > GRAPH_LIMITS.edges) refuse("edges", joins.length, `at most ${GRAPH_LIMITS.edges}`, "Decode fewer rounds at a time.");
  const chosen = joins.map(likeliest);
  const weights = joins.map((joined, at) => weightOf(chosen[at]?.probability ?? 1, joined));
  const scale = scaleOf(weights);
  return {
    scale: 2 * scale,
    graph: {
      detectors, observables,
      ends: Int32Array.from(joins.flatMap(({ a, b }) => [a, b])),
      weights: Int32Array.from(weights, (weight) => 2 * rounded(weight * scale)),
      masks: Uint32Array.from(chosen.flatMap(({ low, high }) => [low, high])),
    },
  };
}
