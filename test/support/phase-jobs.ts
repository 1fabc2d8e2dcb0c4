// Small phase jobs for tests: defaults that a test narrows to what it is about.
import type { EnvelopeSubject, IsingJob, KuramotoJob, StabilityTolerance, TransformJob, TransformOutput } from "../../domains/kernels/phase/jobs.ts";
import { decodeTransformOutput, encodeTransformJob } from "../../domains/kernels/phase/jobs.ts";
import type { CsrGraph } from "../../domains/kernels/phase/jobs.ts";
import { DEFAULT_SCHEDULE } from "../../domains/kernels/phase/jobs.ts";
import { transformKernel } from "../../domains/kernels/phase/transform.ts";

export const KEY = Uint32Array.of(0x1234_5678, 0x9abc_def0);
export const LAX: StabilityTolerance = { errorBound: Math.PI, noiseThreshold: 1 };
export const QUIET = { noise: { sigma: 0, key: KEY }, tolerance: LAX, project: true } as const;

export const run = (job: TransformJob): TransformOutput => decodeTransformOutput(transformKernel.run(encodeTransformJob(job)));

export const envelope = (id: number, state: Uint8Array): EnvelopeSubject => ({ envelope: id, state });

/** The state of a fresh envelope. */
export const prepared = (phases: readonly number[], magnitudes?: readonly number[]): Uint8Array => stateOf(run({
  op: "init", phases: Float64Array.from(phases), ...QUIET,
  ...(magnitudes === undefined ? {} : { magnitudes: Float64Array.from(magnitudes) }),
}));

export const stateOf = (output: TransformOutput, at = 0): Uint8Array => {
  const result = output.results[at];
  if (result === undefined) throw new Error("no such result");
  return result.state;
};

/** Undirected weighted edges as a symmetric graph; a test's own builder, apart from the one of domains/phi/api. */
export function graphOf(nodes: number, edges: readonly (readonly [number, number, number])[]): CsrGraph {
  const rows = Array.from({ length: nodes }, () => new Map<number, number>());
  for (const [a, b, w] of edges) {
    rows[a]?.set(b, w);
    rows[b]?.set(a, w);
  }
  const sorted = rows.map((row) => [...row].sort(([a], [b]) => a - b));
  let total = 0;
  return {
    offsets: Int32Array.from([0, ...sorted.map((row) => (total += row.length))]),
    targets: Int32Array.from(sorted.flatMap((row) => row.map(([node]) => node))),
    weights: Float64Array.from(sorted.flatMap((row) => row.map(([, weight]) => weight))),
  };
}

export const PETERSEN: CsrGraph = graphOf(10, Array.from({ length: 5 }, (_, i) => [
  [i, (i + 1) % 5, 1] as const, [i, i + 5, 1] as const, [i + 5, ((i + 2) % 5) + 5, 1] as const,
]).flat());

export const kuramotoJob = (job: Partial<KuramotoJob> & Pick<KuramotoJob, "omega" | "couplings">): KuramotoJob => ({
  key: KEY, firstRun: 0, dt: 0.1, noise: 0, steps: 50, transient: 10, stride: 5, lockTolerance: 0.05, ...job,
});

export const isingJob = (job: Partial<IsingJob> & Pick<IsingJob, "couplings">): IsingJob => ({
  schedule: { ...DEFAULT_SCHEDULE, steps: 200, readFrom: 80 }, key: KEY, firstRestart: 0, restarts: 4, polish: true, cut: true, ...job,
});
