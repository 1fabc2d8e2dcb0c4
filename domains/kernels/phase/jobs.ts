// The room's door for providers: typed jobs and outputs of the four phase kernels and their encoders and decoders.
export { COMPONENTS_MAX, ORDINAL_MAX } from "./envelope-state.ts";
export { entriesOf, nodesOf } from "./graph.ts";
export type { CsrGraph } from "./graph.ts";
export { DEFAULT_SCHEDULE, ISING_ENTRIES_MAX, RESTARTS_MAX, SPINS_MAX, decodeIsingJob, decodeIsingOutput, encodeIsingJob } from "./ising-job.ts";
export type { IsingJob, IsingOutput, IsingSchedule } from "./ising-job.ts";
export { KURAMOTO_ENTRIES_MAX, KURAMOTO_NODES_MAX, SWEEP_MAX, decodeKuramotoJob, decodeKuramotoOutput, encodeKuramotoJob } from "./kuramoto-job.ts";
export type { KuramotoJob, KuramotoOutput } from "./kuramoto-job.ts";
export { PEAKS_MAX, SAMPLES_MAX, decodeSpectrumJob, decodeSpectrumOutput, encodeSpectrumJob } from "./spectrum-job.ts";
export type { SpectrumJob, SpectrumOutput, SpectrumPeak } from "./spectrum-job.ts";
export { PROJECTION_STEPS, SHARE_MAX, decodeTransformJob, decodeTransformOutput, encodeTransformJob } from "./transform-job.ts";
export type {
  EnvelopeProjection, EnvelopeResult, EnvelopeSubject, StabilityTolerance, TransformJob, TransformNoise, TransformOutput,
} from "./transform-job.ts";
