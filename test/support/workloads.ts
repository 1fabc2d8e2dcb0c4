// Workloads for resuming: small programs that between them leave every kind of entry in a journal, and journals cut as a kill
// would cut them. `size` scales each: small where every cut is tried, larger where a signal has to find the run at work.
import { resolve } from "node:path";
import type { Bounds } from "../../kernel-abi/header.ts";
import { createMemorySink } from "../../runtime/adapters/memory.ts";
import { record, resumeRun, type RecordReport, type Resumed, type ResumeOptions } from "../../runtime/app/index.ts";
import { framesOf, openUnits } from "../../replay/bundle.ts";
import { leafOf, nextHead, unit } from "../../replay/chain.ts";
import { memorySource } from "./memory.ts";
import { joined } from "./refusals.ts";
import { testSigner } from "./signer.ts";

export interface Workload {
  readonly name: string;
  readonly small: number;
  /** Half a second of work, about. */
  readonly large: number;
  readonly bounds?: Partial<Bounds>;
  readonly files?: Readonly<Record<string, string>>;
  readonly workers?: number;
}

export const WORKLOADS: readonly Workload[] = [
  { name: "chatty", small: 9, large: 12_000 },
  { name: "tree", small: 3, large: 10 },
  { name: "timers", small: 8, large: 8_000 },
  { name: "shots", small: 3, large: 250, workers: 1 },
  { name: "envelopes", small: 2, large: 120 },
  { name: "both", small: 3, large: 150, workers: 2 },
  { name: "failing", small: 4, large: 700 },
  { name: "expiry", small: 2, large: 200 },
  { name: "endless", small: 4, large: 8, bounds: { ticks: 30 } },
  { name: "loud", small: 22, large: 1_500 },
  { name: "stuck", small: 5, large: 20_000 },
  { name: "refused", small: 5, large: 20_000, files: { words: "one two three" } },
];

export const programOf = ({ name }: Workload): string => resolve(import.meta.dirname, `../programs/resume/${name}.ts`);

export interface Uninterrupted {
  readonly report: RecordReport;
  /** The sealed trace. */
  readonly file: Uint8Array;
}

/** Recorded in memory, kernels on this thread, under a fixed seed and key. */
export async function uninterrupted(workload: Workload, size = workload.small): Promise<Uninterrupted> {
  const sink = createMemorySink();
  const { bounds, files } = workload;
  const report = await record({
    program: programOf(workload), input: { size }, seed: "7", workers: 0, signer: testSigner(), out: sink,
    ...(bounds === undefined ? {} : { bounds }), ...(files === undefined ? {} : { files }),
  });
  return { report, file: sink.bytes() };
}

export interface InMemory {
  readonly report: Resumed;
  readonly file: Uint8Array;
}

/** Resumes in memory, with all authority unless told otherwise. */
export async function resumed(journal: Uint8Array, options: Partial<ResumeOptions> = {}): Promise<InMemory> {
  const sink = createMemorySink();
  const report = await resumeRun(journal, { allow: ["Q", "PHI"], trustProgram: true, workers: 0, signer: testSigner(9), ...options, out: sink });
  if (report.kind !== "resumed") throw new Error("it was sealed");
  return { report, file: sink.bytes() };
}

/** Bytes up to and with inputs. */
export function descriptionOf(file: Uint8Array): Uint8Array {
  return file.subarray(0, openUnits(memorySource(file)).units.offset);
}

export interface BlockPlace {
  readonly offset: number;
  readonly end: number;
  readonly frames: number;
}

export function blocksOf(file: Uint8Array): readonly BlockPlace[] {
  const { units } = openUnits(memorySource(file));
  const places: BlockPlace[] = [];
  for (let block = units.next(); block !== undefined; block = units.next()) {
    places.push({ offset: block.offset, end: units.offset, frames: [...framesOf(block)].length });
  }
  return places;
}

/** The journal whose last block was closed after so many frames: as an interruption between two turns leaves it. */
export function cutAfter(file: Uint8Array, frames: number): Uint8Array {
  const { units } = openUnits(memorySource(file));
  let left = frames;
  for (let block = units.next(); block !== undefined && left > 0; block = units.next()) {
    const placed = [...framesOf(block)];
    if (placed.length <= left) {
      left -= placed.length;
      if (left === 0) return file.slice(0, units.offset);
      continue;
    }
    const bytes = unit("block", block.payload.slice(0, placed[left - 1]?.end));
    return joined(file.subarray(0, block.offset), bytes, nextHead(block.headBefore, leafOf(bytes)));
  }
  return descriptionOf(file).slice();
}
