// One decoder of one graph in one WebAssembly instance: moves rows and predictions across the border. Owns addresses and nothing else; the
// memory goes when the decoder is let go of. Many may be open at once.
import { base64 } from "../build/decoder.ts";
import { allocated, guarded, outOfMemory, placed } from "../heap.ts";
import { compileKernel } from "../load.ts";
import { bytesOf, checkGraph, refuse, type MatchingGraph } from "./graph.ts";
import { layoutOf, type Layout } from "./layout.ts";

export const DECODERS = Object.freeze(["matching", "union-find"] as const);
export type DecoderName = (typeof DECODERS)[number];

/** The binary's exports; addresses are bytes in `memory`. */
interface DecoderBinary {
  readonly memory: WebAssembly.Memory;
  readonly allocate: (bytes: number) => number;
  readonly open: (count: number, degrees: number, records: number, boundaries: number, row: number, mask: bigint, weight: number) => void;
  readonly decodeUnionFind: (rows: number, rowBytes: number, shots: number, masks: number, weights: number) => void;
  readonly decodeMatching: (rows: number, rowBytes: number, shots: number, masks: number, weights: number) => void;
}

export interface Batch {
  /** Shots × rowBytes bytes: detector k of a shot is bit k % 8 of byte k >> 3 of its row; bits beyond the detectors are not looked at. */
  readonly events: Uint8Array;
  readonly shots: number;
  readonly rowBytes: number;
  /** Shots × ⌈observables / 8⌉ bytes: the predicted observables, likewise. */
  readonly predictions: Uint8Array;
  /** One a shot, in units of the graph's weights; Infinity for a shot that has no solution. */
  readonly weights?: Float64Array;
}

export interface Decoder {
  /**
   * Fills `predictions` and `weights`. Answers with the shots that have no solution (an odd number of events where no boundary can be
   * reached), in order; they are predicted to flip nothing. The same rows give the same bytes however they are cut into batches.
   * @throws Fault KERNEL_REFUSED for arrays of other lengths, or when memory is short
   */
  readonly decode: (batch: Batch) => readonly number[];
  /** Bytes of memory it holds. */
  readonly bytes: () => number;
}

/** Rows that cross the border at once. */
const ROWS_BYTES = 1 << 17;

const instantiate = (): DecoderBinary => {
  const { exports } = new WebAssembly.Instance(compileKernel(base64), { env: { abort: () => outOfMemory("graph") } });
  return exports as unknown as DecoderBinary; // the one place that knows the binary's exports; tests call each of them
};

function load(binary: DecoderBinary, detectors: number, { degrees, records, boundaries, flips, flippedMask: [low, high], flippedWeight }: Layout): void {
  const [at, recordsAt, boundariesAt, flipsAt] = [placed("graph", binary, degrees), placed("graph", binary, records), placed("graph", binary, boundaries), placed("graph", binary, flips)];
  guarded("graph", () => { binary.open(detectors, at, recordsAt, boundariesAt, flipsAt, (BigInt(high) << 32n) | BigInt(low), flippedWeight); });
}

function checkBatch({ detectors, observables }: MatchingGraph, { events, shots, rowBytes, predictions, weights }: Batch): void {
  if (!Number.isSafeInteger(shots) || shots < 0) refuse("shots", "an integer of at least 0");
  if (!Number.isSafeInteger(rowBytes) || rowBytes < bytesOf(detectors)) refuse("rowBytes", `at least ${bytesOf(detectors)}`);
  if (events.length !== shots * rowBytes) refuse("events", "shots × rowBytes bytes");
  if (predictions.length !== shots * bytesOf(observables)) refuse("predictions", `shots × ${bytesOf(observables)} bytes`);
  if (weights !== undefined && weights.length !== shots) refuse("weights", "one for each shot");
}

/** @throws Fault KERNEL_REFUSED for a graph that is none, or is too large for the memory */
export function openDecoder(given: MatchingGraph, name: DecoderName = "matching"): Decoder {
  const graph = checkGraph({ ...given });
  const binary = instantiate();
  load(binary, graph.detectors, layoutOf(graph));
  const decodeRows = { "matching": binary.decodeMatching, "union-find": binary.decodeUnionFind }[name];
  const width = bytesOf(graph.observables);
  let rows = { at: 0, bytes: 0, masks: 0, weights: 0, shots: 0 };
  const room = (shots: number, rowBytes: number): typeof rows => {
    if (shots <= rows.shots && shots * rowBytes <= rows.bytes) return rows;
    const bytes = shots * rowBytes;
    return { at: allocated("graph", binary, bytes + 8), bytes, masks: allocated("graph", binary, 8 * shots), weights: allocated("graph", binary, 8 * shots), shots };
  };
  return {
    decode(batch) {
      checkBatch(graph, batch);
      const { events, shots, rowBytes, predictions, weights } = batch;
      const most = Math.max(1, Math.min(1024, Math.floor(ROWS_BYTES / Math.max(1, rowBytes))));
      rows = room(Math.min(most, shots), rowBytes);
      const without: number[] = [];
      for (let first = 0; first < shots; first += most) {
        const count = Math.min(most, shots - first);
        new Uint8Array(binary.memory.buffer, rows.at).set(events.subarray(first * rowBytes, (first + count) * rowBytes));
        guarded("graph", () => { decodeRows(rows.at, rowBytes, count, rows.masks, rows.weights); });
        const found = new Float64Array(binary.memory.buffer, rows.weights, count);
        weights?.set(found, first);
        found.forEach((weight, shot) => { if (weight === Infinity) without.push(first + shot); });
        copyMasks(new Uint8Array(binary.memory.buffer, rows.masks, 8 * count), predictions, first * width, width);
      }
      return without;
    },
    bytes: () => binary.memory.buffer.byteLength,
  };
}

function copyMasks(masks: Uint8Array, predictions: Uint8Array, at: number, width: number): void {
  for (let from = 0, to = at; from < masks.length; from += 8, to += width) {
    for (let byte = 0; byte < width; byte++) predictions[to + byte] = masks[from + byte] ?? 0;
  }
}
