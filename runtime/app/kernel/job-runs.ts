// Where a job's run is made: a port, so that the kernel does not care how runs are prepared and sealed, and its plainest maker, one `record`
// a run. Same graph, seed, shots and nodes: same counts, same digest.
import type { Graph } from "../../../kernel-abi/qvm/graph.ts";
import type { Signer } from "../../../kernel-abi/ports.ts";
import { Fault } from "../../../kernel-abi/fault.ts";
import { createMemorySink } from "../../adapters/memory.ts";
import { GRAPH_PROGRAM } from "../qvm/program-file.ts";
import { record } from "../record.ts";

export interface JobRun {
  readonly graph: Graph;
  /** Names the graph, for whoever prepares it once. */
  readonly digest: string;
  readonly shots: number;
  readonly seed: string;
  /** Only the first so many nodes. */
  readonly nodes?: number | undefined;
  readonly noise?: unknown;
}

export interface SealedRun {
  /** How often each outcome was seen: `name=value` of every event, sorted, `-` for one never produced. */
  readonly counts: Readonly<Record<string, number>>;
  /** Of the trace, hex. */
  readonly digest: string;
  /** The sealed trace. */
  readonly bundle: Uint8Array;
}

export interface JobRuns {
  /** @throws Fault of the run when it failed; WORKER_LOST and hardware failures may be tried again. */
  run(job: JobRun): Promise<SealedRun>;
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

export function recordedRuns(signer: Signer, workers = 0): JobRuns {
  return {
    async run({ graph, shots, seed, nodes, noise }) {
      const sink = createMemorySink();
      const input = { graph, shots, ...(nodes === undefined ? {} : { nodes }), ...(noise === undefined || noise === null ? {} : { noise }) };
      const { end, digest } = await record({ program: GRAPH_PROGRAM, input, seed, signer, workers, out: sink });
      if (end.status !== "completed") throw new Fault(end.fault?.name ?? "PROCESS_FAILED", { ...end.fault?.detail, status: end.status });
      return { counts: countsOf(end.result), digest, bundle: sink.bytes() };
    },
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
