// Workloads for resuming: small programs that between them leave every kind of entry in a journal, and journals cut as a kill
// would cut them. `size` scales each: small where every cut is tried, larger where a signal has to find the run at work.
import { resolve } from "node:path";
import type { Authority } from "../../kernel-abi/capability.ts";
import { createMemorySink } from "../../runtime/adapters/memory.ts";
import { parsePolicy } from "../../runtime/scheduler/policies.ts";
import { record, resumeRun, type RecordOptions, type RecordReport, type Resumed, type ResumeOptions } from "../../runtime/app/index.ts";
import { framesOf, openUnits } from "../../replay/bundle.ts";
import { leafOf, nextHead, unit } from "../../replay/chain.ts";
import { memorySource } from "./memory.ts";
import { joined } from "./refusals.ts";
import { testSigner } from "./signer.ts";

export interface Workload {
  readonly name: string;
  readonly small: number;
  /** A fraction of a second of work. */
  readonly large: number;
  /** The most the run may use. */
  readonly ticks?: { readonly small: number; readonly large: number };
  readonly files?: Readonly<Record<string, string>>;
  readonly workers?: number;
  /** Beyond the domains the program declares: what an operator gives by name. */
  readonly allow?: readonly Authority[];
  /** What befalls the run, and what is done about it. */
  readonly faults?: Required<Pick<RecordOptions, "faults" | "recovery">>;
  readonly policy?: string;
  readonly slice?: number;
  /** Frames between two snapshots, where the default is longer than the run. */
  readonly snapshotEvery?: number;
}

const STRUCK: NonNullable<Workload["faults"]> = {
  faults: [
    { at: 3, kind: "hardware-failure", domain: "Q" }, { at: 5, kind: "instability", domain: "PHI" }, { at: 9, kind: "domain-freeze", domain: "PHI" }, { at: 12, kind: "domain-thaw", domain: "PHI" },
    { at: 15, kind: "invalid-result", domain: "Q" }, { at: 40, kind: "contract-invalidation", domain: "Q" }, { at: 70, kind: "worker-loss", domain: "PHI" },
  ],
  recovery: { version: 1, rules: [{ fault: "Q_ERR_HARDWARE_FAILURE", action: "retry", limit: 2 }, { fault: "PHI_ERR_STABILITY_BREACH", action: "rollback" }] },
};

export const WORKLOADS: readonly Workload[] = [
  { name: "chatty", small: 9, large: 6_000 },
  { name: "tree", small: 3, large: 7 },
  { name: "timers", small: 8, large: 4_000 },
  { name: "shots", small: 3, large: 40, workers: 1 },
  { name: "envelopes", small: 2, large: 14 },
  { name: "both", small: 3, large: 50, workers: 2 },
  { name: "failing", small: 4, large: 90 },
  { name: "expiry", small: 2, large: 20 },
  { name: "endless", small: 4, large: 8, ticks: { small: 30, large: 500 } },
  { name: "loud", small: 22, large: 900 },
  { name: "stuck", small: 5, large: 12_000 },
  { name: "refused", small: 5, large: 12_000, files: { words: "one two three" } },
  { name: "watchful", small: 3, large: 60, allow: ["Q", "READ_TRACE", "READ_TELEMETRY"] },
  { name: "supervised", small: 1, large: 15 },
  { name: "racing", small: 2, large: 80, policy: "priority:agingQuantum=4", slice: 5 },
  { name: "relay", small: 6, large: 2_500 },
  { name: "chart", small: 2, large: 60, workers: 1 },
  { name: "laps", small: 3, large: 350, workers: 1, snapshotEvery: 200 },
  { name: "struck", small: 3, large: 30, workers: 1, allow: ["Q", "PHI", "ADMIN_FAULT"], faults: STRUCK },
];

/** What a resumption of any of them may be given. */
export const EVERYTHING: readonly Authority[] = ["Q", "PHI", "READ_TRACE", "READ_TELEMETRY", "ADMIN_FAULT"];

export const programOf = ({ name }: Workload): string => resolve(import.meta.dirname, `../programs/resume/${name}.ts`);

export const SEED = "7";

export interface Uninterrupted {
  readonly report: RecordReport;
  /** The sealed trace. */
  readonly file: Uint8Array;
}

/** Recorded in memory, kernels on this thread, under a fixed seed and key. */
export async function uninterrupted(workload: Workload, scale: "small" | "large" = "small", more: Partial<RecordOptions> = {}): Promise<Uninterrupted> {
  const sink = createMemorySink();
  const { ticks, files, allow, faults, policy, slice } = workload;
  const report = await record({
    program: programOf(workload), input: { size: workload[scale] }, seed: SEED, workers: 0, signer: testSigner(), out: sink,
    ...(ticks === undefined ? {} : { bounds: { ticks: ticks[scale] } }), ...(files === undefined ? {} : { files }), ...(allow === undefined ? {} : { allow }),
    ...faults, ...(policy === undefined ? {} : { policy: parsePolicy(policy) }), ...(slice === undefined ? {} : { slice }), ...more,
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
  const report = await resumeRun(journal, { allow: EVERYTHING, trustProgram: true, workers: 0, signer: testSigner(9), ...options, out: sink });
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
