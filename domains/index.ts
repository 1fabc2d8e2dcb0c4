// Package entry `triad-runtime/domains`: what programs yield, what they build, and the functions that replace Math.sin and its kin.
export * from "./q/api/operations.ts";
export type { Bits, Counts } from "./q/outcome.ts";
export { QCallSchema } from "./q/job.ts";
export { QReserveSchema } from "./q/request.ts";
export type { QReserve } from "./q/request.ts";
export * from "./phi/api/operations.ts";
export { PhiCallSchema } from "./phi/call.ts";
export type { Evaluation, IsingResult, KuramotoPoint, KuramotoResult, SpectrumResult, StabilityReport } from "./phi/outcome.ts";
export { PhiReserveSchema } from "./phi/request.ts";
export type { PhiReserve } from "./phi/request.ts";
export { DEFAULT_SCHEDULE } from "./kernels/phase/jobs.ts";
export type { CsrGraph, IsingSchedule, SpectrumPeak } from "./kernels/phase/jobs.ts";
export { atan2, cos, exp, log, sin } from "./kernels/libm/portable.ts";
