// A batch for BP+OSD as bytes: what crosses a thread, and what comes back.
import { pack, unpack } from "../../../kernel-abi/packer.ts";
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

type Fields = Readonly<Record<string, unknown>>;
const isRecord = (value: unknown): value is Fields => typeof value === "object" && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);

function array<T>(fields: Fields, name: string, kind: new () => T): T {
  const value = fields[name];
  return value instanceof kind ? value : refuse(name, `a ${kind.name}`);
}

const count = (fields: Fields, name: string): number => {
  const value = fields[name];
  return typeof value === "number" ? value : refuse(name, "a number");
};

const record = (value: unknown, name: string): Fields => (isRecord(value) ? value : refuse(name, "a record"));

/** Probabilities and the scale cross inside Float64Arrays, bit by bit; a scale of 0 is "adaptive". */
export const encodeBpOsdJob = ({ problem, options, ...job }: BpOsdJob): Uint8Array =>
  pack({ ...job, ...problem, ...options, scale: Float64Array.of(options.scale === "adaptive" ? 0 : options.scale) });

/** What the kernel checks is left to it. @throws Fault KERNEL_REFUSED | ABI_UNDECODABLE */
export function decodeBpOsdJob(bytes: Uint8Array): BpOsdJob {
  const fields = record(unpack(bytes), "job");
  const [scale = 0] = array(fields, "scale", Float64Array);
  return {
    problem: {
      detectors: count(fields, "detectors"),
      observables: count(fields, "observables"),
      columns: array(fields, "columns", Uint32Array),
      rows: array(fields, "rows", Uint32Array),
      probabilities: array(fields, "probabilities", Float64Array),
      masks: array(fields, "masks", Uint32Array),
    },
    options: { iterations: count(fields, "iterations"), scale: scale === 0 ? "adaptive" : scale, sweep: count(fields, "sweep") },
    events: array(fields, "events", Uint8Array),
    shots: count(fields, "shots"),
    rowBytes: count(fields, "rowBytes"),
  };
}

export const encodeBpOsdOutput = (output: BpOsdOutput): Uint8Array => pack(output);

/** @throws Fault KERNEL_REFUSED | ABI_UNDECODABLE */
export function decodeBpOsdOutput(bytes: Uint8Array, shots: number, observables: number): BpOsdOutput {
  const fields = record(unpack(bytes), "output");
  const output = { predictions: array(fields, "predictions", Uint8Array), weights: array(fields, "weights", Float64Array), stages: array(fields, "stages", Uint8Array) };
  if (output.predictions.length !== shots * bytesOf(observables)) refuse("predictions", `shots × ${bytesOf(observables)} bytes`);
  if (output.weights.length !== shots || output.stages.length !== shots) refuse("weights and stages", "one for each shot");
  return output;
}
