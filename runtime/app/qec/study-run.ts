// A study run to its end: begun, or taken up where a journal of the very same study stops. Either way it is one run with one seal.
import { existsSync } from "node:fs";
import { canonicalText } from "../../../kernel-abi/canonical.ts";
import { Fault } from "../../../kernel-abi/fault.ts";
import { DEFAULT_BOUNDS } from "../../../kernel-abi/limits.ts";
import type { Observer } from "../../../kernel-abi/ports.ts";
import type { Study, StudyRow } from "../../../domains/q/qec/study.ts";
import type { StudyFits } from "../../../domains/q/qec/study-fits.ts";
import type { Remains } from "../../../replay/resumer.ts";
import { record, type RecordReport } from "../record.ts";
import { resumeRun, type Resumed } from "../resume.ts";
import { STUDY_PROGRAM } from "./program-file.ts";

export interface StudyOptions {
  readonly study: Study;
  readonly out: string;
  readonly replace: boolean;
  readonly seed?: string | undefined;
  readonly workers?: number | undefined;
  readonly label?: string | undefined;
  readonly observer?: Observer | undefined;
  readonly surveyed?: ((remains: Remains) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface StudyResult {
  readonly rows: readonly StudyRow[];
  readonly fits: readonly StudyFits[];
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === "object" && value !== null;
export const isStudyResult = (value: unknown): value is StudyResult => isRecord(value) && Array.isArray(value["rows"]) && Array.isArray(value["fits"]);

/** A run's shots are bounded: by what the stopping rule lets its cells take, and the last batch of each. */
const boundsOf = ({ cells, stop }: Study): { readonly shots: number; readonly bytes: number } =>
  ({ shots: Math.max(DEFAULT_BOUNDS.shots, Math.min(Number.MAX_SAFE_INTEGER, 2 * cells.length * stop.maxShots)), bytes: DEFAULT_BOUNDS.bytes });

/** @throws Fault RESUME_REFUSED when the journal is of another study or seed */
function sameStudy({ recording: { header, inputs } }: Remains, { study, seed, out }: StudyOptions): void {
  const journal = `${out}.partial`;
  const next = `Finish that one with \`triad resume\`, give this one another name with --out, or remove the journal.`;
  if (header.program.name !== "qec" || canonicalText(inputs.input) !== canonicalText(study)) throw new Fault("RESUME_REFUSED", { journal, why: "it is the journal of another study" }, { next });
  if (seed !== undefined && seed !== header.seed) throw new Fault("RESUME_REFUSED", { journal, why: "it was begun with another seed", seed: header.seed }, { next });
}

/**
 * Runs a study, or goes on with its journal.
 * @throws Fault RUN_INTERRUPTED when stopped, with its journal kept; RESUME_REFUSED; whatever `record` and `resumeRun` throw
 */
export async function runStudy(options: StudyOptions): Promise<RecordReport | Resumed> {
  const { study, out, replace, seed, workers, label, observer, signal } = options;
  const live = { ...(workers === undefined ? {} : { workers }), ...(label === undefined ? {} : { label }), ...(observer === undefined ? {} : { observer }), ...(signal === undefined ? {} : { signal }) };
  if (!existsSync(`${out}.partial`)) {
    return record({ ...live, program: STUDY_PROGRAM, input: study, out, replace, bounds: boundsOf(study), ...(seed === undefined ? {} : { seed }) });
  }
  const resumed = await resumeRun(`${out}.partial`, {
    ...live, program: STUDY_PROGRAM, allow: ["Q"], replace,
    surveyed: (remains) => {
      sameStudy(remains, options);
      options.surveyed?.(remains);
    },
  });
  if (resumed.kind === "named") throw new Fault("RESUME_REFUSED", { journal: `${out}.partial`, why: "the study had been sealed and lacked only its name; it has it now" }, { next: `Look at it: \`triad qec report ${out}\`.` });
  return resumed;
}
