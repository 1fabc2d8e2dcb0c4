// Package entry `triad-runtime`: what programs import, and what a host uses to record, verify, replay and reproduce them.
export * from "./program/surface.ts";
export type { PolicyChoice, PolicyName, PolicySetting } from "../scheduler/policies.ts";
export { forkRun, type ForkOptions } from "./fork.ts";
export { judgeTrace } from "./judge.ts";
export { Divergence, type Member } from "../../replay/diverged.ts";
export type { JudgedOutcome, JudgeOptions, JudgeReport } from "../../replay/judge.ts";
export { GRAPH_PROGRAM } from "./qvm/program-file.ts";
export { record, type RecordOptions, type RecordReport } from "./record.ts";
export { resumeRun, type Named, type Resumed, type ResumeOptions, type ResumeReport } from "./resume.ts";
export {
  digestOfProgram, replayAgainst, replayTrace, reproduceTrace, verifyTrace, withTrace,
  type AgainstReport, type CodeSource, type ReplayTraceOptions, type ReproduceTraceOptions, type Trace,
} from "./trace.ts";
export type { Bounds, Durability } from "../../kernel-abi/header.ts";
export type { Observer, RunEnd } from "../../kernel-abi/ports.ts";
