// Judging a trace: the domains' judges, wired to the reader. No code of the trace is loaded, no key is derived.
import type { Judges } from "../../kernel-abi/judgement.ts";
import { createPhiJudge } from "../../domains/phi/judge.ts";
import { createQJudge } from "../../domains/q/judge/judge.ts";
import { judge, type JudgeOptions, type JudgeReport } from "../../replay/judge.ts";
import { trustedKeyIds } from "../adapters/keys.ts";
import { withTrace, type Trace } from "./trace.ts";

/** Judges remember what they were handed: new ones for each trace. */
const createJudges = (): Judges => ({ Q: createQJudge(), PHI: createPhiJudge() });

/**
 * Verifies a trace, then computes the probability of every recorded measurement under its circuit.
 * @throws Fault OUTCOME_IMPOSSIBLE (exit 4); OUTCOME_IMPLAUSIBLE with `strict`; KERNEL_REFUSED when this host has no memory for a
 * recorded state; whatever `verifyTrace` throws
 */
export const judgeTrace = (trace: Trace, options: JudgeOptions = {}): Promise<JudgeReport> =>
  withTrace(trace, (source) => judge(source, createJudges(), { trusted: [...trustedKeyIds()], ...options }));
