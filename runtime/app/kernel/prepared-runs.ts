// Runs as a kernel makes them: light ones prepared once a graph, sealed in batches, on the kernel's own thread or on threads kept
// for them; heavy ones each whole on a thread of its own, so that requests are answered meanwhile and a run can be given up.
//   K33 Runs that end in one turn of the event loop are sealed together at its end: nobody waits for one that is still under way.
import type { Signer } from "../../../kernel-abi/ports.ts";
import type { GraphNeeds } from "../../../kernel-abi/qvm/needs.ts";
import { needsOf } from "../../../kernel-abi/qvm/needs.ts";
import type { Graph } from "../../../kernel-abi/qvm/graph.ts";
import { createGraphRuns } from "../qvm/runs.ts";
import { HEAVY_US, microsecondsOf } from "./effort.ts";
import { completed, type JobRun, type JobRuns, type SealedRun } from "./job-runs.ts";
import { madeAgain } from "./made-again.ts";
import { createThreads, type Threads } from "./threads.ts";

export interface PreparedRunsOptions {
  readonly signer: Signer;
  /** Threads for heavy runs of jobs; one more is for those of calls. 0: everything on this one, where nothing that has begun can be given up. */
  readonly workers: number;
  /** Threads for light runs, from the beginning; 0: they are made on this one. */
  readonly threads?: number;
}

const BATCH = 64;
/** Beside those of jobs. */
const CALL_THREADS = 1;

const inputOf = ({ graph, shots, seed, nodes, noise }: JobRun) => ({ graph, shots, seed, nodes, ...(noise === undefined || noise === null ? {} : { noise }) });

const prefixOf = (graph: Graph, nodes: number): Graph => ({ ...graph, program: { ...graph.program, nodes: graph.program.nodes.slice(0, nodes) } });

export function preparedRuns({ signer, workers, threads = 0 }: PreparedRunsOptions): JobRuns {
  const light = createGraphRuns({ signer, threads, batch: BATCH });
  light.catch(() => undefined); // told to whoever runs first
  const started = new Map<"job" | "call", Threads>();
  const needs = new WeakMap<Graph, GraphNeeds>();
  let sealing = false;
  const needed = (graph: Graph): GraphNeeds => {
    const found = needs.get(graph) ?? needsOf(graph);
    needs.set(graph, found);
    return found;
  };
  const isLight = (job: JobRun): boolean => microsecondsOf(job.nodes === undefined ? needed(job.graph) : needsOf(prefixOf(job.graph, job.nodes)), job) <= HEAVY_US;
  const apart = (whose: "job" | "call"): Threads => {
    const threads = started.get(whose) ?? createThreads({ signer, workers: whose === "job" ? workers : CALL_THREADS });
    started.set(whose, threads);
    return threads;
  };
  const here = async (job: JobRun): Promise<SealedRun> => {
    const runs = await light;
    const { counts, end, digest, sealed } = await runs.run(inputOf(job));
    if (!sealing) {
      sealing = true;
      setImmediate(() => {
        sealing = false;
        runs.flush();
      });
    }
    const { bundle } = await sealed;
    return { counts: completed(counts, end), digest, bundle };
  };
  return {
    run: (job) => (workers === 0 || isLight(job) ? here(job) : apart(job.for ?? "job").run(job)),
    isLight,
    replay: (bundle, signal) => (workers === 0 ? madeAgain(bundle, signer.keyId, signal) : apart("call").replay(bundle, signal)),
    async close() {
      await Promise.all([...started.values()].map((threads) => threads.close()));
      await (await light).close();
    },
  };
}
