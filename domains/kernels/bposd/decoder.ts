// One BP+OSD decoder of one problem in one WebAssembly instance: moves rows and predictions across the border. Owns addresses and nothing else;
// the memory goes when the decoder is let go of. Of the same shape as the decoders of ../decoder.
import { base64 } from "../build/bposd.ts";
import { log } from "../libm/portable.ts";
import { allocated, guarded, outOfMemory, placed } from "../heap.ts";
import { compileKernel } from "../load.ts";
import { BPOSD_DEFAULTS, bytesOf, checkOptions, checkProblem, refuse, type BpOsdOptions, type DecodingProblem } from "./problem.ts";

/** The binary's exports; addresses are bytes in `memory`. */
interface BpOsdBinary {
  readonly memory: WebAssembly.Memory;
  readonly allocate: (bytes: number) => number;
  readonly open: (
    detectors: number, mechanisms: number, columns: number, rows: number, weights: number, masks: number, iterations: number, scale: number, order: number) => void;
  readonly decode: (rows: number, rowBytes: number, shots: number, masks: number, weights: number, flags: number) => void;
}

export interface BpOsdBatch {
  /** Shots × rowBytes bytes: detector k of a shot is bit k % 8 of byte k >> 3 of its row; bits beyond the detectors are not looked at. */
  readonly events: Uint8Array;
  readonly shots: number;
  readonly rowBytes: number;
  /** Shots × ⌈observables / 8⌉ bytes: the predicted observables, likewise. */
  readonly predictions: Uint8Array;
  /** One a shot: Σ ln((1-p)/p) of what was chosen; Infinity for a shot that has no solution. */
  readonly weights?: Float64Array;
  /** One a shot: 0 solved by propagation, 1 by ordered statistics, 2 without a solution. */
  readonly stages?: Uint8Array;
}

export interface BpOsdDecoder {
  /**
   * Fills what the batch names. Answers with the shots that no set of mechanisms explains, in order; they are predicted to flip nothing. The
   * same rows give the same bytes however they are cut into batches.
   * @throws Fault KERNEL_REFUSED for arrays of other lengths, or when memory is short
   */
  readonly decode: (batch: BpOsdBatch) => readonly number[];
  /** Bytes of memory it holds. */
  readonly bytes: () => number;
}

/** Shots that cross the border at once. */
const SHOTS_AT_ONCE = 1024;

const instantiate = (): BpOsdBinary => {
  const { exports } = new WebAssembly.Instance(compileKernel(base64), { env: { abort: () => outOfMemory("problem") } });
  return exports as unknown as BpOsdBinary; // the one place that knows the binary's exports; tests call each of them
};

function load(binary: BpOsdBinary, { detectors, columns, rows, probabilities, masks }: DecodingProblem, { iterations, scale, order }: BpOsdOptions): void {
  const [columnsAt, rowsAt] = [placed("problem", binary, columns), placed("problem", binary, rows)];
  const [weightsAt, masksAt] = [placed("problem", binary, probabilities.map((p) => log((1 - p) / p))), placed("problem", binary, masks)];
  guarded("problem", () => { binary.open(detectors, probabilities.length, columnsAt, rowsAt, weightsAt, masksAt, iterations, scale === "adaptive" ? 0 : scale, order); });
}

function checkBatch({ detectors, observables }: DecodingProblem, { events, shots, rowBytes, predictions, weights, stages }: BpOsdBatch): void {
  if (!Number.isSafeInteger(shots) || shots < 0) refuse("shots", "an integer of at least 0");
  if (!Number.isSafeInteger(rowBytes) || rowBytes < bytesOf(detectors)) refuse("rowBytes", `at least ${bytesOf(detectors)}`);
  if (events.length !== shots * rowBytes) refuse("events", "shots × rowBytes bytes");
  if (predictions.length !== shots * bytesOf(observables)) refuse("predictions", `shots × ${bytesOf(observables)} bytes`);
  if ((weights ?? { length: shots }).length !== shots) refuse("weights", "one for each shot");
  if ((stages ?? { length: shots }).length !== shots) refuse("stages", "one for each shot");
}

/** @throws Fault KERNEL_REFUSED for a problem or options that are none, or a problem too large for the memory */
export function openBpOsd(given: DecodingProblem, options: Partial<BpOsdOptions> = {}): BpOsdDecoder {
  const problem = { ...given };
  const resolved = { ...BPOSD_DEFAULTS, ...options };
  checkProblem(problem);
  checkOptions(resolved);
  const binary = instantiate();
  load(binary, problem, resolved);
  const [masks, weights, stages] = [8, 8, 1].map((bytes) => allocated("problem", binary, bytes * SHOTS_AT_ONCE));
  let room = { at: 0, bytes: 0 };
  return {
    decode(batch) {
      checkBatch(problem, batch);
      const most = Math.min(SHOTS_AT_ONCE, batch.shots);
      if (most * batch.rowBytes > room.bytes) room = { at: allocated("problem", binary, most * batch.rowBytes), bytes: most * batch.rowBytes };
      const without: number[] = [];
      for (let first = 0; first < batch.shots; first += most) {
        const count = Math.min(most, batch.shots - first);
        new Uint8Array(binary.memory.buffer, room.at).set(batch.events.subarray(first * batch.rowBytes, (first + count) * batch.rowBytes));
        guarded("problem", () => { binary.decode(room.at, batch.rowBytes, count, masks ?? 0, weights ?? 0, stages ?? 0); });
        const solved = new Uint8Array(binary.memory.buffer, stages, count);
        solved.forEach((stage, shot) => { if (stage === 2) without.push(first + shot); });
        batch.stages?.set(solved, first);
        batch.weights?.set(new Float64Array(binary.memory.buffer, weights, count), first);
        copyMasks(new Uint8Array(binary.memory.buffer, masks, 8 * count), batch.predictions, first * bytesOf(problem.observables), bytesOf(problem.observables));
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
