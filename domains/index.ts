// Package entry `triad-runtime/domains`: what programs yield, what they build, and the functions that replace Math.sin and its kin.
export * from "./q/api/operations.ts";
export type { Bits, Counts } from "./q/outcome.ts";
export type { QReserve } from "./q/request.ts";
export { QReserveSchema } from "./q/request.ts";
export { QCallSchema } from "./q/job.ts";
export { atan2, cos, exp, log, sin } from "./kernels/libm/portable.ts";
