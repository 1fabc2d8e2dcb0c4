// What the kernel q.qec is asked and what it answers. A job is a frame program, shots and a key: with a decoder it counts, without one it hands out
// rows. Or it is rows that were sampled before, and a decoder.
import { LIMITS } from "../../../kernel-abi/limits.ts";
import { pack } from "../../../kernel-abi/packer.ts";
import { readOptions, readProblem, writtenOptions } from "../bposd/job.ts";
import { checkGraph, type MatchingGraph } from "../decoder/graph.ts";
import { checkOptions, checkProblem, type BpOsdOptions, type DecodingProblem } from "../bposd/problem.ts";
import type { Certain } from "./certain.ts";
import { frameProgramOf, type FrameProgram } from "../frames/program.ts";
import { readArray, readCount, readFields, readKey, readOptional, readRecord, readWord, refuse, type Fields } from "../wire.ts";

/** `table`: of each syndrome, detector k bit k of its number, the predicted observables, ⌈observables / 8⌉ bytes. `certain`: what it need not find out. */
export type QecDecoder = { readonly certain?: Certain } & KnownBy;
type KnownBy =
  | { readonly name: "matching" | "union-find"; readonly graph: MatchingGraph }
  | { readonly name: "bp-osd"; readonly problem: DecodingProblem; readonly options: BpOsdOptions }
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

const written = (decoder: QecDecoder | null) => (decoder?.name === "bp-osd" ? { ...decoder, options: writtenOptions(decoder.options) } : decoder);

export const encodeQecJob = (job: QecKernelJob): Uint8Array => pack({ ...job, decoder: written(job.decoder) });
export const encodeDecodeRows = (job: DecodeRows): Uint8Array => pack({ ...job, decoder: written(job.decoder) });

type Sizes = Pick<FrameProgram, "detectors" | "observables">;
const NAMES = ["matching", "union-find", "bp-osd", "table"] as const;

function checkSizes(argument: string, of: Sizes, { detectors, observables }: Sizes): void {
  if (of.detectors !== detectors || of.observables !== observables) refuse(argument, "the detectors and observables of the shots");
}

function readTable(fields: Fields, { detectors, observables }: Sizes): Uint8Array {
  if (detectors > TABLE_DETECTORS_MAX) refuse("detectors of a table", `at most ${TABLE_DETECTORS_MAX}`);
  const table = readArray(fields, "table", Uint8Array);
  return table.length === ((observables + 7) >> 3) << detectors ? table : refuse("table", "the predicted observables of each syndrome");
}

function readCertain(fields: Fields, { detectors, observables }: Sizes): Certain {
  const [events, flips] = [readArray(fields, "events", Uint8Array), readArray(fields, "flips", Uint8Array)];
  const fits = (row: Uint8Array, bits: number): boolean => row.length === (bits + 7) >> 3 && (bits % 8 === 0 || (row.at(-1) ?? 0) >> (bits % 8) === 0);
  return fits(events, detectors) && fits(flips, observables) ? { events, flips } : refuse("certain", "a bit for each detector, and one for each observable");
}

function readDecoder(fields: Fields, sizes: Sizes): QecDecoder {
  const certain = readOptional(fields, "certain", () => readCertain(readRecord(fields, "certain"), sizes));
  return { ...readKnownBy(fields, sizes), ...(certain === undefined ? {} : { certain }) };
}

function readKnownBy(fields: Fields, sizes: Sizes): KnownBy {
  const name = readWord(fields, "name", NAMES);
  switch (name) {
    case "table": return { name, table: readTable(fields, sizes) };
    case "bp-osd": {
      const problem = readProblem(readRecord(fields, "problem"));
      checkProblem(problem);
      checkSizes("problem", problem, sizes);
      const options = readOptions(readRecord(fields, "options"));
      checkOptions(options);
      return { name, problem, options };
    }
    case "matching": case "union-find": {
      const graph = checkGraph(readRecord(fields, "graph"));
      checkSizes("graph", graph, sizes);
      return { name, graph };
    }
  }
}

function readRows(fields: Fields): DecodeRows {
  const detectors = readCount(fields, "detectors", 0, LIMITS.clbits_max);
  const observables = readCount(fields, "observables", 0, LIMITS.clbits_max);
  const shots = readCount(fields, "shots", 0, LIMITS.shots_max);
  const events = readArray(fields, "events", Uint8Array);
  if (events.length !== shots * ((detectors + 7) >> 3)) refuse("events", `shots × ${(detectors + 7) >> 3} bytes`);
  return { decoder: readDecoder(readRecord(fields, "decoder"), { detectors, observables }), detectors, observables, shots, events };
}

/** A job with events decodes them; any other samples. @throws Fault KERNEL_REFUSED | ABI_UNDECODABLE */
export function decodeQecJob(input: Uint8Array): QecKernelJob | DecodeRows {
  const fields = readFields(input, "job");
  if ("events" in fields) return readRows(fields);
  const program = frameProgramOf(fields["program"]);
  const decoder = readOptional(fields, "decoder", () => readDecoder(readRecord(fields, "decoder"), program)) ?? null;
  return { program, decoder, shots: readCount(fields, "shots", 1, Number.MAX_SAFE_INTEGER), key: readKey(fields) };
}

/** Shots with a wrong prediction, wrong predictions by observable, detection events in all; shots the decoder has no solution for. */
export interface QecCounts {
  readonly errors: number;
  readonly flips: readonly number[];
  readonly events: number;
  readonly unsolved: number;
}
