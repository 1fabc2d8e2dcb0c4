// Decoding: µs a shot of processor time. Matching and union-find on rotated surface code memory Z, rounds = d, all four noise knobs p; matching is held
// against PyMatching 2.4 by proxy (its time a shot on the same kind of events, in exclusive ors of two planes, as in frames.bench.ts), union-find
// against matching in the same run. BP+OSD on bivariate bicycle codes has no peer here: its figures stand alone.
import { openBpOsd } from "../../domains/kernels/bposd/decoder.ts";
import { openDecoder, type DecoderName } from "../../domains/kernels/decoder/decoder.ts";
import type { MatchingGraph } from "../../domains/kernels/decoder/graph.ts";
import { openSampler } from "../../domains/kernels/frames/sampler.ts";
import { decodingProblem } from "../../domains/q/decoder/columns.ts";
import { decodingGraph } from "../../domains/q/decoder/graph.ts";
import { analyze } from "../../domains/q/dem/analyze.ts";
import type { ErrorModel } from "../../domains/q/dem/model.ts";
import { compileFrames } from "../../domains/q/stim/compile.ts";
import { most, type Figure } from "./figure.ts";
import { addTime, PROXY_ADD_NS } from "./frames.bench.ts";
import { memoryCircuit, processorSeconds, surfaceCircuit } from "./surface.ts";

/** µs a shot of PyMatching 2.4 (`decode_batch`, bit-packed) at p = 0.001, 0.003 and 0.01, in the minutes of PROXY_ADD_NS. */
const PYMATCHING: readonly (readonly [distance: number, micros: readonly [number, number, number]])[] = [
  [3, [0.065, 0.167, 0.622]], [5, [0.458, 1.51, 6.82]], [7, [1.48, 5.09, 25.6]], [9, [3.37, 12, 66.6]], [11, [6.58, 23.3, 149]],
];
const RATES = [0.001, 0.003, 0.01] as const;
/** From here on exact matching takes at most so many times PyMatching's time. */
const GOAL = { distance: 5, ratio: 1.6 };
/** From here on union-find takes no longer than matching. */
const UNITED = { distance: 7, p: 0.003 };
const MICROS = 60_000;
const ROUNDS = 5;

const modelOf = (distance: number, p: number): ErrorModel => analyze(surfaceCircuit(distance, p), { decompose: true });

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
      const micros = (processorSeconds(() => { decoders[name].decode(batch); }, 1) * 1e6) / shots;
      if (round > 0) best[name] = Math.min(best[name], micros);
    }
  }
  return best;
}

function matchers(): readonly Figure[] {
  const scale = addTime() / PROXY_ADD_NS;
  return PYMATCHING.flatMap(([distance, micros]) => RATES.flatMap((p, at): readonly Figure[] => {
    const model = modelOf(distance, p);
    const known = micros[at] ?? NaN;
    const { matching, "union-find": united } = microsOf(decodingGraph(model).graph, model, Math.min(100_000, Math.round(MICROS / known)));
    const name = `surface code d=${distance}, p=${p}`;
    return [
      { name: `matching, ${name}, time to PyMatching's`, value: matching, unit: "µs a shot", ratio: matching / (known * scale), ...(distance >= GOAL.distance ? { goal: most(GOAL.ratio) } : {}) },
      { name: `union-find, ${name}, time to matching's`, value: united, unit: "µs a shot", ratio: united / matching, ...(distance >= UNITED.distance && p >= UNITED.p ? { goal: most(1) } : {}) },
    ];
  }));
}

/** Nanoseconds of union-find for each detection event. */
function perEvent(distance: number, p: number): number {
  const model = modelOf(distance, p);
  const shots = Math.round(3_000_000 / distance ** 3);
  const rows = rowsOf(model, shots);
  let events = 0;
  for (const byte of rows.events) for (let bits = byte; bits > 0; bits &= bits - 1) events += 1;
  const decoder = openDecoder(decodingGraph(model).graph, "union-find");
  return (processorSeconds(() => { decoder.decode({ ...rows, shots, predictions: new Uint8Array(shots) }); }, ROUNDS) * 1e9) / events;
}

/** Almost linear: 14 times the events, and hardly more for each. What it is more is memory, for the graph leaves the caches, and fewer events at the boundary. */
function growth(): readonly Figure[] {
  const [small, large] = [perEvent(9, 0.003), perEvent(21, 0.003)];
  return [{ name: "union-find, an event, d=21, p=0.003, time to that at d=9", value: large, unit: "ns an event", ratio: large / small, goal: most(2) }];
}

function bicycle(distance: number, p: number, shots: number): readonly Figure[] {
  const circuit = memoryCircuit("bivariate_bicycle_code:memory_z", distance, p);
  const model = analyze(circuit);
  const sampler = openSampler(compileFrames(circuit), "detections");
  const rows = new Uint8Array(shots * sampler.rowBytes);
  sampler.sample(Uint32Array.of(1, 2), 0, shots, rows);
  return [0, 10].map((order) => {
    const decoder = openBpOsd(decodingProblem(model), { order });
    const batch = { events: rows, shots, rowBytes: sampler.rowBytes, predictions: new Uint8Array(shots * ((model.observables + 7) >> 3)) };
    const code = distance === 6 ? "[[72,12,6]]" : "[[144,12,12]]";
    return { name: `bp+osd, order ${order}, ${code}, ${distance} rounds, p=${p}`, value: (processorSeconds(() => { decoder.decode(batch); }, 2) * 1e6) / shots, unit: "µs a shot" };
  });
}

export const run = (): readonly Figure[] => [...matchers(), ...growth(), ...bicycle(6, 0.001, 128), ...bicycle(12, 0.001, 32)];

/** What to profile when a decoder is late. */
export function subject(): Promise<void> {
  const model = modelOf(11, 0.01);
  microsOf(decodingGraph(model).graph, model, 2_000);
  return Promise.resolve();
}
