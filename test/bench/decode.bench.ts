// Decoding: µs a shot of rotated surface code memory Z, rounds = d, all four noise knobs p, against the times of PyMatching 2 on the machine of the
// design's performance page, and against union-find in the same run. Processor time, so that what others do on the machine weighs less.
import { generateCircuit } from "../../domains/q/codes/generate.ts";
import { openDecoder, type DecoderName } from "../../domains/kernels/decoder/decoder.ts";
import type { MatchingGraph } from "../../domains/kernels/decoder/graph.ts";
import { decodingGraph } from "../../domains/q/decoder/graph.ts";
import { analyze } from "../../domains/q/dem/analyze.ts";
import type { ErrorModel } from "../../domains/q/dem/model.ts";
import { most, type Figure } from "./figure.ts";

/** µs a shot of PyMatching 2 at p = 0.001, 0.003 and 0.01. */
const PYMATCHING: readonly (readonly [distance: number, micros: readonly [number, number, number]])[] = [
  [3, [0.085, 0.18, 0.57]], [5, [0.45, 1.34, 5.6]], [7, [1.34, 4.2, 19.5]], [9, [2.6, 8.8, 52]], [11, [5.1, 18, 115]],
];
const RATES = [0.001, 0.003, 0.01] as const;
/** From here on exact matching takes at most so many times PyMatching's time. */
const GOAL = { distance: 5, ratio: 1.6 };
const MICROS = 60_000;
const ROUNDS = 5;

function modelOf(distance: number, p: number): ErrorModel {
  return analyze(generateCircuit("surface_code:rotated_memory_z", {
    distance, rounds: distance, afterCliffordDepolarization: p, beforeRoundDataDepolarization: p, beforeMeasureFlipProbability: p, afterResetFlipProbability: p,
  }), { decompose: true });
}

/** Rows of events, each mechanism striking by its probability. */
function rowsOf({ detectors, mechanisms }: ErrorModel, shots: number): { readonly events: Uint8Array; readonly rowBytes: number } {
  const rowBytes = (detectors + 7) >> 3;
  const events = new Uint8Array(shots * rowBytes);
  let state = 0x9e37_79b9;
  const uniform = (): number => {
    state = (state + 0x6d2b_79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  for (const { probability, parts } of mechanisms) {
    const struck = parts.flatMap((part) => part.detectors);
    for (let left = Math.round(shots * probability + uniform() - 0.5); left > 0; left--) {
      const row = Math.floor(uniform() * shots) * rowBytes;
      for (const detector of struck) events[row + (detector >> 3)] = (events[row + (detector >> 3)] ?? 0) ^ (1 << (detector & 7));
    }
  }
  return { events, rowBytes };
}

/** Best µs a shot of each decoder, taken in turns. */
function microsOf(graph: MatchingGraph, model: ErrorModel, shots: number): Readonly<Record<DecoderName, number>> {
  const batch = { ...rowsOf(model, shots), shots, predictions: new Uint8Array(shots) };
  const decoders = { "matching": openDecoder(graph, "matching"), "union-find": openDecoder(graph, "union-find") };
  const best = { "matching": Infinity, "union-find": Infinity };
  for (let round = 0; round <= ROUNDS; round++) {
    for (const name of ["matching", "union-find"] as const) {
      const before = process.cpuUsage();
      decoders[name].decode(batch);
      const { user, system } = process.cpuUsage(before);
      if (round > 0) best[name] = Math.min(best[name], (user + system) / shots);
    }
  }
  return best;
}

export function run(): readonly Figure[] {
  return PYMATCHING.flatMap(([distance, micros]) => RATES.flatMap((p, at): readonly Figure[] => {
    const model = modelOf(distance, p);
    const known = micros[at] ?? NaN;
    const { matching, "union-find": united } = microsOf(decodingGraph(model).graph, model, Math.min(100_000, Math.round(MICROS / known)));
    const name = `d=${distance} p=${p}`;
    const goal = distance >= GOAL.distance ? { goal: most(GOAL.ratio) } : {};
    return [
      { name: `matching, ${name}`, value: matching, unit: "µs a shot" },
      { name: `matching, ${name}, to PyMatching's ${known} µs`, value: matching / known, unit: "times", ...goal },
      { name: `matching, ${name}, to union-find in this run`, value: matching / united, unit: "times", ...(distance >= GOAL.distance ? { goal: most(1.5) } : {}) },
    ];
  }));
}
