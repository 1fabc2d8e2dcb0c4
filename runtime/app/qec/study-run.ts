// A study run to its end: begun, or taken up where a journal of the very same study stops. Either way it is one run with one seal.
import { Fault } from "../../../kernel-abi/fault.ts";
import { DEFAULT_BOUNDS } from "../../../kernel-abi/limits.ts";
import type { Study, StudyRow } from "../../../domains/q/qec/study.ts";
import type { StudyFits } from "../../../domains/q/qec/study-fits.ts";
import type { RecordReport } from "../record.ts";
import type { Resumed } from "../resume.ts";
import { STUDY_PROGRAM } from "./program-file.ts";
import { runOrResume, type RunOptions } from "./taken-up.ts";

export interface StudyOptions extends RunOptions {
  readonly study: Study;
}

/** Of the program that runs studies, as its traces have it. */
export const STUDY_NAME = "qec";

export interface StudyResult {
  readonly rows: readonly StudyRow[];
  readonly fits: readonly StudyFits[];
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === "object" && value !== null;
export const isStudyResult = (value: unknown): value is StudyResult => isRecord(value) && Array.isArray(value["rows"]) && Array.isArray(value["fits"]);

/** A run's shots are bounded: by what the stopping rule lets its cells take, and the last batch of each. */
const boundsOf = ({ cells, stop }: Study): { readonly shots: number; readonly bytes: number } =>
  ({ shots: Math.max(DEFAULT_BOUNDS.shots, Math.min(Number.MAX_SAFE_INTEGER, 2 * cells.length * stop.maxShots)), bytes: DEFAULT_BOUNDS.bytes });

/**
 * Runs a study, or goes on with its journal.
 * @throws Fault RUN_INTERRUPTED when stopped, with its journal kept; RESUME_REFUSED; whatever `record` and `resumeRun` throw
 */
export async function runStudy({ study, ...options }: StudyOptions): Promise<RecordReport | Resumed> {
  const { out } = options;
  const done = await runOrResume({ what: "study", program: STUDY_PROGRAM, name: STUDY_NAME, input: study, bounds: boundsOf(study) }, options);
  if ("kind" in done && done.kind === "named") throw new Fault("RESUME_REFUSED", { journal: `${out}.partial`, why: "the study had been sealed and lacked only its name; it has it now" }, { next: `Look at it: \`triad qec report ${out}\`.` });
  return done;
}
