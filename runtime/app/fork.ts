// Forking: another run from a position of a recorded one, without touching the evidence. Faults, texts or the program may be others, as
// long as nothing before the position shows it.
//   K1  Another seed is the fork's alone: random streams are drawn from it, each from its beginning, by the turns behind the position, and jobs
//       submitted there are keyed by it. What was drawn before, and jobs under way, stay as they were.
//   K2  The input stands in the run's first event: there is another only for a fork from the beginning (`at` 0).
import { Fault } from "../../kernel-abi/fault.ts";
import type { Injection, Recovery } from "../../kernel-abi/injection.ts";
import type { Behaviour } from "../../kernel-abi/operation.ts";
import type { ByteSink, Recording } from "../../kernel-abi/ports.ts";
import { openBundle } from "../../replay/bundle.ts";
import { forkJournal } from "../../replay/fork.ts";
import { createMemorySink } from "../adapters/memory.ts";
import { programDigest } from "./program/load.ts";
import { resolveProgram } from "./record.ts";
import { resumeRun, type Resumed, type ResumeOptions } from "./resume.ts";
import { withTrace, type Trace } from "./trace.ts";

export interface ForkOptions extends Omit<ResumeOptions, "out"> {
  /** Event behind whose frame the fork goes its own way; 0: from the beginning. */
  readonly at: number;
  /** For everything drawn behind the position. */
  readonly seed?: string;
  /** Handed to the root program; with `at` 0 only. */
  readonly input?: unknown;
  readonly out: string | ByteSink;
  /** Another program, or the same one where the trace is detached or not trusted. */
  readonly program?: string | Behaviour;
  readonly faults?: readonly Injection[];
  readonly recovery?: Recovery;
  readonly files?: Readonly<Record<string, string>>;
}

/** The parent was intact: a journal that contradicts itself now was altered where it is told already. */
function ofAlteration(error: unknown): never {
  if (!(error instanceof Fault) || error.fault !== "TRACE_INCONSISTENT") throw error;
  const { rule = "", event = 0, tick = 0 } = error.detail;
  throw new Fault("RESUME_REFUSED", { why: "what was altered would have shown before the position: `at` counts events, and a fault strikes at its tick; fork from an earlier event or let it strike later", rule, event, tick }, { cause: error });
}

/**
 * Runs a fork to its end and seals it as a trace whose header names its parent.
 * @throws Fault USAGE for a position the trace has not, or behind its end, and for an input behind the beginning; REPLAY_DIVERGED or RESUME_REFUSED when what was altered shows before it; and as
 * resumeRun
 */
export const forkRun = (trace: Trace, { at, out, program, seed, input, faults, recovery, files, ...options }: ForkOptions): Promise<Resumed> =>
  withTrace(trace, async (source) => {
    if (input !== undefined && at !== 0) throw new Fault("USAGE", { option: "input", at, why: "the input stands in the run's first event: another one takes a fork from the beginning (at 0)" });
    if (seed === "") throw new Fault("USAGE", { option: "seed", allowed: "non-empty text" });
    const other = program === undefined ? undefined : await resolveProgram(program, openBundle(source).recording.header.abi.flags);
    const journal = createMemorySink();
    forkJournal(source, at, (parent: Recording, event: number) => ({
      header: {
        ...parent.header, ...(seed === undefined ? {} : { reseeds: [...(parent.header.reseeds ?? []).filter(({ after }) => after < event), { after: event, seed }] }),
        ...(faults === undefined ? {} : { faults: [...faults] }), ...(recovery === undefined ? {} : { recovery }),
        ...(other === undefined ? {} : { program: { name: other.root.name, digest: programDigest(other.section) } }),
      },
      program: other?.section ?? parent.program,
      inputs: { input: input === undefined ? parent.inputs.input : input, files: files ?? parent.inputs.files },
    }), journal);
    const report = await resumeRun(journal.bytes(), { ...options, out, ...(other === undefined ? {} : { program: other.root }) }).catch(ofAlteration);
    if (report.kind !== "resumed") throw new TypeError("a fork is a journal without a seal");
    return report;
  });
