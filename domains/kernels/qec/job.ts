// What the kernel q.qec is asked and what it answers. A job is a frame program, shots and a key: with a decoder it counts, without one it hands out
// rows. Or it is rows that were sampled before, and a decoder.
import { LIMITS } from "../../../kernel-abi/limits.ts";
import { pack, unpack } from "../../../kernel-abi/packer.ts";
import { checkGraph, refuse, type MatchingGraph } from "../decoder/graph.ts";
import { checkProblem, type DecodingProblem } from "../bposd/problem.ts";
import { frameProgramOf, type FrameProgram } from "../frames/program.ts";

/** `table`: of each syndrome, detector k bit k of its number, the predicted observables, ⌈observables / 8⌉ bytes. */
export type QecDecoder =
  | { readonly name: "matching" | "union-find"; readonly graph: MatchingGraph }
  | { readonly name: "bp-osd"; readonly problem: DecodingProblem }
  | { readonly name: "table"; readonly table: Uint8Array };

export interface QecKernelJob {
  readonly program: FrameProgram;
  readonly decoder: QecDecoder | null;
  /** Shots 0 … shots - 1 under the key. */
  readonly shots: number;
  readonly key: Uint32Array;
}

/** Shots that were sampled before, to be decoded: shots × ⌈detectors / 8⌉ bytes. */
export interface DecodeRows {
  readonly decoder: QecDecoder;
  readonly detectors: number;
  readonly observables: number;
  readonly shots: number;
  readonly events: Uint8Array;
}

/** Detectors of a decoder that is a table. */
export const TABLE_DETECTORS_MAX = 22;

export const encodeQecJob = (job: QecKernelJob): Uint8Array => pack(job);
export const encodeDecodeRows = (job: DecodeRows): Uint8Array => pack(job);

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);

function decodingProblemOf(value: unknown): DecodingProblem {
  if (!isRecord(value)) return refuse("problem", "mechanisms as columns");
  const { detectors, observables, columns, rows, probabilities, masks } = value;
  if (typeof detectors !== "number" || typeof observables !== "number") return refuse("problem", "detectors and observables");
  if (!(columns instanceof Uint32Array && rows instanceof Uint32Array && masks instanceof Uint32Array && probabilities instanceof Float64Array)) return refuse("problem", "typed arrays");
  const problem = { detectors, observables, columns, rows, probabilities, masks };
  checkProblem(problem);
  return problem;
}

function decoderOf(value: unknown, { detectors, observables }: Pick<FrameProgram, "detectors" | "observables">): QecDecoder | null {
  if (value === null) return null;
  if (!isRecord(value)) return refuse("decoder", "a name and what it works on");
  const { name, graph, table } = value;
  if (name === "table") {
    if (detectors > TABLE_DETECTORS_MAX) return refuse("detectors of a table", `at most ${TABLE_DETECTORS_MAX}`);
    if (!(table instanceof Uint8Array) || table.length !== ((observables + 7) >> 3) << detectors) return refuse("table", "the predicted observables of each syndrome");
    return { name, table };
  }
  if (name === "bp-osd") {
    const problem = decodingProblemOf(value["problem"]);
    if (problem.detectors !== detectors || problem.observables !== observables) return refuse("problem", "the program's detectors and observables");
    return { name, problem };
  }
  if (name !== "matching" && name !== "union-find") return refuse("decoder", "matching, union-find, bp-osd or table");
  const checked = checkGraph(isRecord(graph) ? graph : {});
  if (checked.detectors !== detectors || checked.observables !== observables) return refuse("graph", "the program's detectors and observables");
  return { name, graph: checked };
}

const isSize = (value: unknown): value is number => typeof value === "number" && Number.isSafeInteger(value) && value >= 0 && value <= LIMITS.clbits_max;

function decodeRowsOf(value: Readonly<Record<string, unknown>>): DecodeRows {
  const { detectors, observables, shots, events } = value;
  if (!isSize(detectors) || !isSize(observables)) return refuse("detectors and observables", `0 to ${LIMITS.clbits_max}`);
  if (typeof shots !== "number" || !Number.isSafeInteger(shots) || shots < 0) return refuse("shots", "an integer of at least 0");
  if (!(events instanceof Uint8Array) || events.length !== shots * ((detectors + 7) >> 3)) return refuse("events", `shots × ${(detectors + 7) >> 3} bytes`);
  const decoder = decoderOf(value["decoder"], { detectors, observables }) ?? refuse("decoder", "a name and what it works on");
  return { decoder, detectors, observables, shots, events };
}

/** A job with events decodes them; any other samples. @throws Fault KERNEL_REFUSED | ABI_UNDECODABLE */
export function decodeQecJob(input: Uint8Array): QecKernelJob | DecodeRows {
  const value = unpack(input);
  if (!isRecord(value)) return refuse("job", "a program, shots and a key");
  if ("events" in value) return decodeRowsOf(value);
  const { shots, key } = value;
  const program = frameProgramOf(value["program"]);
  if (typeof shots !== "number" || !Number.isSafeInteger(shots) || shots < 1) return refuse("shots", "an integer of at least 1");
  if (!(key instanceof Uint32Array) || key.length !== 2) return refuse("key", "two 32-bit words");
  return { program, decoder: decoderOf(value["decoder"], program), shots, key };
}

/** Shots with a wrong prediction, wrong predictions by observable, detection events in all; shots the decoder has no solution for. */
export interface QecCounts {
  readonly errors: number;
  readonly flips: readonly number[];
  readonly events: number;
  readonly unsolved: number;
}
