// Where a job's run is made: a port, so that the kernel does not care how runs are prepared and sealed, and its plainest maker, one `record`
// a run. Same graph, seed, shots and nodes: same counts, same digest.
import type { Graph } from "../../../kernel-abi/qvm/graph.ts";
import type { RunEnd, Signer } from "../../../kernel-abi/ports.ts";
import { Fault } from "../../../kernel-abi/fault.ts";
import { createMemorySink } from "../../adapters/memory.ts";
import { GRAPH_PROGRAM } from "../qvm/program-file.ts";
import type { JobOrder } from "../../kernel/jobs/job.ts";
import { record } from "../record.ts";
import type { JobFacts } from "./job-facts.ts";
import { madeAgain, type MadeAgain } from "./made-again.ts";

export interface JobRun {
  readonly graph: Graph;
  readonly shots: number;
  readonly seed: string;
  /** Only the first so many nodes. */
  readonly nodes?: number | undefined;
  readonly noise?: unknown;
  /** Aborted when nobody wants it any more. A run on the kernel's own thread sees it before it begins alone. */
  readonly signal?: AbortSignal | undefined;
  /** For whom: runs for calls have a thread of their own, and neither keeps the other waiting. Default: a job. */
  readonly for?: "job" | "call";
}

/** What a job asks for: all of its graph, or the nodes before a fence. */
export const runOf = ({ shots, seed }: Pick<JobOrder, "shots" | "seed">, { verified: { graph }, noise }: Pick<JobFacts, "verified" | "noise">, nodes?: number): JobRun => ({ graph, shots, seed, nodes, noise });

export interface SealedRun {
  /** How often each outcome was seen: `name=value` of every event, sorted, `-` for one never produced. */
  readonly counts: Readonly<Record<string, number>>;
  /** Of the trace, hex. */
  readonly digest: string;
  /** The sealed trace. */
  readonly bundle: Uint8Array;
}

export interface JobRuns {
  /** @throws Fault of the run when it failed; WORKER_LOST and hardware failures may be tried again; RUN_INTERRUPTED when it was given up */
  run(job: JobRun): Promise<SealedRun>;
  /** Whether it is made in a moment, so that there is nothing to give up. */
  isLight(job: JobRun): boolean;
  /** A sealed run made again, as madeAgain. @throws Fault WORKER_LOST | RUN_INTERRUPTED */
  replay(bundle: Uint8Array, signal: AbortSignal): Promise<MadeAgain>;
  close(): Promise<void>;
}

/** Failures that are the provider's: another attempt may do better. */
export const isTransient = (fault: Fault): boolean => fault.fault === "WORKER_LOST" || fault.fault === "Q_ERR_HARDWARE_FAILURE";

const isCounts = (value: unknown): value is Readonly<Record<string, number>> => typeof value === "object" && value !== null;

/** What a run of GRAPH_PROGRAM came to. @throws Fault the one it failed with */
export function countsOf(result: unknown): Readonly<Record<string, number>> {
  const counts = typeof result === "object" && result !== null && "counts" in result ? result.counts : undefined;
  if (!isCounts(counts)) throw new Fault("RUNTIME_DEFECT", { what: "a graph's run has no counts" });
  return counts;
}

/** Counts of a run that completed. @throws Fault the one it failed with */
export function completed(counts: SealedRun["counts"] | undefined, { status, fault }: Pick<RunEnd, "status" | "fault">): SealedRun["counts"] {
  if (counts === undefined) throw new Fault(fault?.name ?? "PROCESS_FAILED", { ...fault?.detail, status });
  return counts;
}

export const isGivenUp = (error: unknown): boolean => error instanceof Fault && error.fault === "RUN_INTERRUPTED";

export function recordedRuns(signer: Signer, workers = 0): JobRuns {
  return {
    async run({ graph, shots, seed, nodes, noise, signal }) {
      const sink = createMemorySink();
      const input = { graph, shots, ...(nodes === undefined ? {} : { nodes }), ...(noise === undefined || noise === null ? {} : { noise }) };
      const { end, digest } = await record({ program: GRAPH_PROGRAM, input, seed, signer, workers, out: sink, ...(signal === undefined ? {} : { signal }) });
      return { counts: completed(end.status === "completed" ? countsOf(end.result) : undefined, end), digest, bundle: sink.bytes() };
    },
    isLight: () => true,
    replay: (bundle, signal) => madeAgain(bundle, signer.keyId, signal),
    close: () => Promise.resolve(),
  };
}

/** Events of a job of one shot, from its only key; those never produced are left out. */
export function eventsOf(counts: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  const keys = Object.keys(counts);
  if (keys.length !== 1) return {};
  const pairs = (keys[0] ?? "").split(" ").filter((pair) => pair !== "").map((pair): [string, string] => [pair.slice(0, pair.lastIndexOf("=")), pair.slice(pair.lastIndexOf("=") + 1)]);
  return Object.fromEntries(pairs.filter(([, value]) => value !== "-").map(([name, value]) => [name, Number(value)]));
}
