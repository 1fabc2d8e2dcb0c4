// triad qec report: the rows, fits and plot of a study from its sealed trace, made again by replaying it: what does not follow from the record is not told.
import type { Command } from "commander";
import { EXIT, Fault } from "../../../../../kernel-abi/fault.ts";
import { isStudyResult } from "../../../qec/study-run.ts";
import { STUDY_PROGRAM } from "../../../qec/program-file.ts";
import { replayTrace } from "../../../trace.ts";
import { checkApart } from "../../apart.ts";
import { jsonOption } from "../../arguments.ts";
import { runs, type Invocation } from "../../command.ts";
import { printJson } from "../../output.ts";
import { addStudyFiles, checkStudyFiles, printStudy, writeStudyFiles, type StudyFiles } from "../../study-report.ts";
import type { Io } from "../../terminal.ts";
import { printable } from "../../values.ts";

interface Flags extends StudyFiles {
  readonly trustProgram?: boolean;
  readonly json?: boolean;
}

async function report(trace: string, flags: Flags, io: Io): Promise<number> {
  for (const written of [flags.csv, flags.parquet, flags.plot]) if (written !== undefined) checkApart({ out: written }, trace);
  await checkStudyFiles(flags);
  const { end, digest } = await replayTrace(trace, flags.trustProgram === true ? { trustProgram: true } : { program: STUDY_PROGRAM });
  const result = end !== null && "result" in end ? end.result : undefined;
  if (!isStudyResult(result)) throw new Fault("USAGE", { argument: "trace", trace, what: "it is no study, or did not complete", allowed: "what `triad qec threshold` sealed" });
  await writeStudyFiles(result, flags);
  if (flags.json === true) printJson(io.out, "qec-report", { rows: result.rows, fits: result.fits, digest, trace });
  else await printStudy(result, flags, [["digest", digest], ["trace", printable(trace)]], io);
  return EXIT.ok;
}

export function configure(command: Command, invocation: Invocation): void {
  addStudyFiles(command.argument("<trace>", "a trace that `triad qec threshold` sealed"))
    .option("--trust-program", "run the program in the trace: for a study of another version")
    .addOption(jsonOption());
  runs(command, invocation, (trace = "") => report(trace, command.opts<Flags>(), invocation.io));
}
