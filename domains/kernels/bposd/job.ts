// A batch for BP+OSD as bytes: what crosses a thread, and what comes back.
import { pack } from "../../../kernel-abi/packer.ts";
import { readArray, readCount, readFields, type Fields } from "../wire.ts";
import { bytesOf, refuse, type BpOsdOptions, type DecodingProblem } from "./problem.ts";

export interface BpOsdJob {
  readonly problem: DecodingProblem;
  readonly options: BpOsdOptions;
  readonly events: Uint8Array;
  readonly shots: number;
  readonly rowBytes: number;
}

export interface BpOsdOutput {
  readonly predictions: Uint8Array;
  readonly weights: Float64Array;
  readonly stages: Uint8Array;
}

const SIZE_MAX = Number.MAX_SAFE_INTEGER;

/** Arrays of a problem, each of its kind; what they hold is for `checkProblem`. @throws Fault KERNEL_REFUSED */
export const readProblem = (fields: Fields): DecodingProblem => ({
  detectors: readCount(fields, "detectors", 0, SIZE_MAX),
  observables: readCount(fields, "observables", 0, SIZE_MAX),
  columns: readArray(fields, "columns", Uint32Array),
  rows: readArray(fields, "rows", Uint32Array),
  probabilities: readArray(fields, "probabilities", Float64Array),
  masks: readArray(fields, "masks", Uint32Array),
});

/** The scale crosses inside a Float64Array, bit by bit; 0 is "adaptive". */
export const writtenOptions = ({ iterations, scale, order }: BpOsdOptions) => ({ iterations, order, scale: Float64Array.of(scale === "adaptive" ? 0 : scale) });

/** What they hold is for `checkOptions`. @throws Fault KERNEL_REFUSED */
export function readOptions(fields: Fields): BpOsdOptions {
  const [scale = 0] = readArray(fields, "scale", Float64Array);
  return { iterations: readCount(fields, "iterations", 0, SIZE_MAX), scale: scale === 0 ? "adaptive" : scale, order: readCount(fields, "order", 0, SIZE_MAX) };
}

/** Probabilities cross inside Float64Arrays too. */
export const encodeBpOsdJob = ({ problem, options, ...job }: BpOsdJob): Uint8Array => pack({ ...job, ...problem, ...writtenOptions(options) });

/** What the kernel checks is left to it. @throws Fault KERNEL_REFUSED | ABI_UNDECODABLE */
export function decodeBpOsdJob(bytes: Uint8Array): BpOsdJob {
  const fields = readFields(bytes, "job");
  return {
    problem: readProblem(fields),
    options: readOptions(fields),
    events: readArray(fields, "events", Uint8Array),
    shots: readCount(fields, "shots", 0, SIZE_MAX),
    rowBytes: readCount(fields, "rowBytes", 0, SIZE_MAX),
  };
}

export const encodeBpOsdOutput = (output: BpOsdOutput): Uint8Array => pack(output);

/** @throws Fault KERNEL_REFUSED | ABI_UNDECODABLE */
export function decodeBpOsdOutput(bytes: Uint8Array, shots: number, observables: number): BpOsdOutput {
  const fields = readFields(bytes, "output");
  const output = { predictions: readArray(fields, "predictions", Uint8Array), weights: readArray(fields, "weights", Float64Array), stages: readArray(fields, "stages", Uint8Array) };
  if (output.predictions.length !== shots * bytesOf(observables)) refuse("predictions", `shots × ${bytesOf(observables)} bytes`);
  if (output.weights.length !== shots || output.stages.length !== shots) refuse("weights and stages", "one for each shot");
  return output;
}
