// Runs as a kernel makes them: prepared once a graph, sealed in batches, heavy ones on workers so that requests are answered meanwhile.
//   K15 When nobody runs, whoever waits for a seal gets it at once: a batch grows only while there is something to wait for.
import { Fault } from "../../../kernel-abi/fault.ts";
import type { Signer } from "../../../kernel-abi/ports.ts";
import type { GraphNeeds } from "../../../kernel-abi/qvm/needs.ts";
import { needsOf } from "../../../kernel-abi/qvm/needs.ts";
import type { Graph } from "../../../kernel-abi/qvm/graph.ts";
import { createGraphRuns, type GraphRuns } from "../qvm/runs.ts";
import type { JobRun, JobRuns, SealedRun } from "./job-runs.ts";

export interface PreparedRunsOptions {
  readonly signer: Signer;
  /** Threads for heavy runs. */
  readonly workers: number;
}

const BATCH = 64;
const PATIENCE_MS = 5;
/** Elementary steps of a kernel beyond which a run is heavy: some milliseconds on any machine. */
const HEAVY_STEPS = 4_000_000;
/** A state vector of more is heavy, whatever else. */
const STATEVECTOR_QUBITS = 26;

/** Under noise every pattern of errors is a kernel job of its own, made, recorded and merged: as much as so many steps, however small the graph. */
const PATTERN_STEPS = 50_000;

/** A rough count of what the kernel will do: amplitudes, or rows of a tableau, for every node and shot; under noise a pattern a shot, at worst. */
export function stepsOf({ nodes, peakQubits, rotations, tStates, measurements }: GraphNeeds, shots: number, noisy = false): number {
  const clifford = rotations === 0 && tStates === 0;
  const perNode = clifford ? 1 + peakQubits / 16 : 1 << Math.min(peakQubits, STATEVECTOR_QUBITS);
  const readouts = clifford ? measurements * peakQubits : 0;
  return shots * (nodes * perNode + readouts + (noisy ? PATTERN_STEPS : 0));
}

export function preparedRuns({ signer, workers }: PreparedRunsOptions): JobRuns {
  const light = createGraphRuns({ signer, workers: 0, batch: BATCH, patienceMs: PATIENCE_MS });
  light.catch(() => undefined); // told to whoever runs first
  let heavy: Promise<GraphRuns> | undefined;
  const needs = new WeakMap<Graph, GraphNeeds>();
  let under = 0;
  const stepsFor = ({ graph, shots, noise }: JobRun): number => {
    const found = needs.get(graph) ?? needsOf(graph);
    needs.set(graph, found);
    return stepsOf(found, shots, noise !== undefined && noise !== null);
  };
  const made = async (job: JobRun): Promise<{ readonly runs: GraphRuns; readonly run: Awaited<ReturnType<GraphRuns["run"]>> }> => {
    const runs = await (workers > 0 && stepsFor(job) > HEAVY_STEPS ? (heavy ??= createGraphRuns({ signer, workers, batch: BATCH, patienceMs: PATIENCE_MS })) : light);
    const { graph, shots, seed, nodes } = job;
    return { runs, run: await runs.run({ graph, shots, seed, nodes, ...(job.noise === undefined || job.noise === null ? {} : { noise: job.noise }) }) };
  };
  return {
    async run(job): Promise<SealedRun> {
      under++;
      let found: Awaited<ReturnType<typeof made>>;
      try {
        found = await made(job);
      } finally {
        under--;
      }
      const { runs, run: { counts, end, digest, sealed } } = found;
      if (under === 0) setImmediate(() => { if (under === 0) runs.flush(); });
      const { bundle } = await sealed;
      if (counts === undefined) throw new Fault(end.fault?.name ?? "PROCESS_FAILED", { ...end.fault?.detail, status: end.status });
      return { counts, digest, bundle };
    },
    async close() {
      await (await light).close();
      await (await heavy)?.close();
    },
  };
}
