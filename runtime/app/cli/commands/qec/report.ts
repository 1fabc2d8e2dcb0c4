// triad qec report: what a sealed trace of this group came to, without running it again: rows, fits and plot of a study, by replaying it; the shots
// of a sampling, read out of it. What does not follow from the record is not told.
import type { Command } from "commander";
import { EXIT, Fault } from "../../../../../kernel-abi/fault.ts";
import { isStudyResult, STUDY_NAME } from "../../../qec/study-run.ts";
import { eventsOf, recordingOf, sealedSampling, type Sampling } from "../../../qec/sample-run.ts";
import { STUDY_PROGRAM } from "../../../qec/program-file.ts";
import { replayTrace } from "../../../trace.ts";
import { checkPlaces } from "../../apart.ts";
import { jsonOption } from "../../arguments.ts";
import { runs, type Invocation } from "../../command.ts";
import { printFacts, printJson } from "../../output.ts";
import { checkNew } from "../../rows-file.ts";
import { addShotFiles, checkShotTables, sampledFacts, shotPaths, shotPlaces, writeSampled, type ShotFlags } from "../../sample-report.ts";
import { addStudyFiles, checkStudyFiles, printStudy, studyJson, studyPlaces, writeStudyFiles, type StudyFiles } from "../../study-report.ts";
import type { Io } from "../../terminal.ts";
import { optionOf, printable } from "../../values.ts";

interface Flags extends StudyFiles, ShotFlags {
  readonly trustProgram?: boolean;
  readonly json?: boolean;
}

const ALLOWED = "what `triad qec threshold` or `triad qec sample` sealed";

/** @throws Fault USAGE for options of the other kind of trace */
function refuseOptions(flags: Flags, kind: string, names: readonly (keyof Flags)[]): void {
  const other = names.find((name) => flags[name] !== undefined);
  if (other !== undefined) throw new Fault("USAGE", { option: optionOf(other), what: `the trace is ${kind}, which has none` });
}

const notOurs = (trace: string, what: string): Fault => new Fault("USAGE", { argument: "trace", trace, what, allowed: ALLOWED });

/** What a study's trace comes to, by the program of this version or, trusted, by the one in it. @throws Fault USAGE; PROGRAM_UNTRUSTED; whatever a replay throws */
async function replayed(trace: string, trustProgram: boolean): Promise<Awaited<ReturnType<typeof replayTrace>>> {
  if (trustProgram) return replayTrace(trace, { trustProgram });
  const { name } = (await recordingOf(trace)).header.program;
  if (name !== STUDY_NAME) throw notOurs(trace, `this trace is of the program ${printable(name)}, not of a study or a sampling`);
  try {
    return await replayTrace(trace, { program: STUDY_PROGRAM });
  } catch (error) {
    if (!(error instanceof Fault) || error.fault !== "PROGRAM_UNTRUSTED") throw error;
    throw new Fault("PROGRAM_UNTRUSTED", { ...error.detail, why: "the study was run by another version of Triad" }, { cause: error, next: "Give --trust-program: the program in the trace is run." });
  }
}

/** What does not even begin as a trace was named by mistake; it is no evidence of anything. */
async function samplingIn(trace: string): Promise<Sampling | undefined> {
  try {
    return await sealedSampling(trace);
  } catch (error) {
    if (error instanceof Fault && error.fault === "TRACE_UNREADABLE" && error.detail["unit"] === "preamble") throw notOurs(trace, "the file is no trace");
    throw error;
  }
}

async function study(trace: string, flags: Flags, io: Io): Promise<number> {
  refuseOptions(flags, "a study", ["events", "observables", "format"]);
  await checkStudyFiles(flags);
  const { end, digest } = await replayed(trace, flags.trustProgram === true);
  const result = end !== null && "result" in end ? end.result : undefined;
  if (!isStudyResult(result)) throw notOurs(trace, "it is neither study nor sampling, or did not complete");
  const unwritten = await writeStudyFiles(result, flags);
  const [failed] = unwritten;
  if (flags.json !== true) await printStudy(result, flags, unwritten, [["digest", digest], ["trace", printable(trace)]], io);
  if (failed !== undefined) throw failed.fault; // its files are what a report is asked for
  if (flags.json === true) printJson(io.out, "qec-report", { ...studyJson(result), digest, trace });
  return EXIT.ok;
}

async function shots({ recording: { header: { seed } }, digest }: Sampling, trace: string, flags: Flags, io: Io): Promise<number> {
  refuseOptions(flags, "a sampling", ["plot", "fitsCsv", "fitsParquet", "trustProgram"]);
  checkNew(flags.replace === true, ...shotPaths(flags));
  const sampled = await eventsOf(trace);
  if (sampled === undefined) throw notOurs(trace, "it sampled nothing");
  checkShotTables(flags, sampled.shots, sampled);
  const counts = writeSampled(sampled, flags);
  if (flags.json === true) printJson(io.out, "qec-report", { ...counts, seed, digest, trace });
  else printFacts(io.out, [...sampledFacts(counts, flags), ["seed", printable(seed)], ["digest", digest], ["trace", printable(trace)]]);
  return EXIT.ok;
}

async function report(trace: string, flags: Flags, io: Io): Promise<number> {
  checkPlaces({ ...studyPlaces(flags), ...shotPlaces(flags) }, { trace });
  const sampling = await samplingIn(trace);
  return sampling === undefined ? study(trace, flags, io) : shots(sampling, trace, flags, io);
}

export function configure(command: Command, invocation: Invocation): void {
  addShotFiles(addStudyFiles(command.argument("<trace>", "a trace that `triad qec threshold` or `triad qec sample` sealed")))
    .option("--trust-program", "run the program in the trace: for a study of another version")
    .addOption(jsonOption());
  runs(command, invocation, (trace = "") => report(trace, command.opts<Flags>(), invocation.io));
}
