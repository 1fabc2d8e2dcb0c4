// A run of one of this room's programs: begun, or taken up where the journal of the very same run stops. Either way it is one run with one seal,
// so that whoever says the same words again goes on.
//   1  The same run is the same program, input and, where it is said, seed. A journal of another is refused and left as it is.
import { existsSync } from "node:fs";
import { canonicalText } from "../../../kernel-abi/canonical.ts";
import { Fault } from "../../../kernel-abi/fault.ts";
import type { Bounds } from "../../../kernel-abi/header.ts";
import type { Observer, Recording } from "../../../kernel-abi/ports.ts";
import type { Remains } from "../../../replay/resumer.ts";
import { record, type RecordReport } from "../record.ts";
import { resumeRun, type ResumeReport } from "../resume.ts";

/** How a run is made: nothing of it is in its digest but the seed. */
export interface RunOptions {
  /** Where the sealed trace goes; its journal grows beside it. */
  readonly out: string;
  readonly replace: boolean;
  readonly seed?: string | undefined;
  readonly workers?: number | undefined;
  readonly label?: string | undefined;
  readonly observer?: Observer | undefined;
  /** Told when a journal is taken up. */
  readonly surveyed?: ((remains: Remains) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What is run. */
export interface Work {
  /** What people call it: "study". */
  readonly what: string;
  /** The program's file, and its name. */
  readonly program: string;
  readonly name: string;
  readonly input: unknown;
  readonly bounds: Partial<Bounds>;
}

/** Whether a recording is of this work. */
export const isOf = ({ header, inputs }: Recording, { name, input }: Pick<Work, "name" | "input">): boolean =>
  header.program.name === name && canonicalText(inputs.input) === canonicalText(input);

/** @throws Fault RESUME_REFUSED when the journal is of other work or of another seed */
function requireSame({ recording }: Remains, work: Work, { out, seed }: RunOptions): void {
  const journal = `${out}.partial`;
  const next = `Finish that one with \`triad resume\`, give this one another name with --out, or remove the journal.`;
  if (!isOf(recording, work)) throw new Fault("RESUME_REFUSED", { journal, why: `it is the journal of another ${work.what}` }, { next });
  if (seed !== undefined && seed !== recording.header.seed) throw new Fault("RESUME_REFUSED", { journal, why: "it was begun with another seed", seed: recording.header.seed }, { next });
}

/**
 * Runs it, or goes on with its journal.
 * @throws Fault RUN_INTERRUPTED when stopped, with its journal kept; RESUME_REFUSED; whatever `record` and `resumeRun` throw
 */
export async function runOrResume(work: Work, options: RunOptions): Promise<RecordReport | ResumeReport> {
  const { out, replace, seed, workers, label, observer, signal } = options;
  const live = { ...(workers === undefined ? {} : { workers }), ...(label === undefined ? {} : { label }), ...(observer === undefined ? {} : { observer }), ...(signal === undefined ? {} : { signal }) };
  if (!existsSync(`${out}.partial`)) {
    return record({ ...live, program: work.program, input: work.input, out, replace, bounds: work.bounds, ...(seed === undefined ? {} : { seed }) });
  }
  return resumeRun(`${out}.partial`, {
    ...live, program: work.program, allow: ["Q"], replace,
    surveyed: (remains) => {
      requireSame(remains, work, options);
      options.surveyed?.(remains);
    },
  });
}
