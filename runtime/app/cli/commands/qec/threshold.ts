// triad qec threshold: logical error rates over codes, distances and physical rates, with their threshold and Λ, as one sealed run. Killed or
// interrupted, the same words go on where its journal stops.
import type { Command } from "commander";
import { existsSync } from "node:fs";
import { basename } from "node:path";
import { Fault } from "../../../../../kernel-abi/fault.ts";
import { isStudyResult, runStudy } from "../../../qec/study-run.ts";
import type { RecordReport } from "../../../record.ts";
import { checkApart } from "../../apart.ts";
import { jsonOption, workersOption } from "../../arguments.ts";
import { runs, type Invocation } from "../../command.ts";
import { exitOfRun } from "../../exit.ts";
import { interruptible } from "../../interrupt.ts";
import { narrator } from "../../narration.ts";
import { printJson, reportError } from "../../output.ts";
import { printEnd } from "../../run-end.ts";
import { addStudyOptions, studyOf, type StudyFlags } from "../../study-flags.ts";
import { addStudyFiles, checkStudyFiles, printStudy, writeStudyFiles, type StudyFiles } from "../../study-report.ts";
import type { Io } from "../../terminal.ts";
import { plural, printable, shellWord } from "../../values.ts";

interface Flags extends StudyFlags, StudyFiles {
  readonly seed?: string;
  readonly out?: string;
  readonly workers?: number;
  readonly label?: string;
  readonly json?: boolean;
}

const DEFAULT_OUT = "threshold.triad";

async function report({ end, seed, digest, trace = "" }: RecordReport, flags: Flags, io: Io): Promise<number> {
  const json = flags.json === true;
  const { result } = end;
  if (!isStudyResult(result)) {
    if (json && end.fault !== null) printJson(io.err, "error", { error: end.fault, digest, trace, exit: exitOfRun(end) });
    else printEnd(io, basename(trace), end, []);
    return exitOfRun(end);
  }
  await writeStudyFiles(result, flags);
  if (json) printJson(io.out, "qec-threshold", { rows: result.rows, fits: result.fits, seed, digest, trace });
  else {
    await printStudy(result, flags, [
      ["used", `${plural(end.tick, "tick")}, ${plural(end.shots, "shot")}`], ["seed", printable(seed)], ["digest", digest], ["trace", printable(trace)],
      ["next", `triad verify ${shellWord(trace)}\ntriad reproduce ${shellWord(trace)} --trust-program`],
    ], io);
  }
  return exitOfRun(end);
}

async function threshold(flags: Flags, io: Io): Promise<number> {
  const { seed, out = DEFAULT_OUT, replace = false, workers, label } = flags;
  if (seed === "") throw new Fault("USAGE", { option: "--seed", value: "", allowed: "non-empty text" });
  const study = studyOf(flags);
  for (const written of [out, flags.csv, flags.parquet, flags.plot]) if (written !== undefined) checkApart({ out: written }, flags.study ?? "");
  await checkStudyFiles(flags, out);
  const narration = await narrator(io.err, { run: basename(out), log: true });
  try {
    const recorded = await interruptible(io.err, (signal) => runStudy({
      study, out, replace, seed, workers, label, signal, observer: narration.observer,
      surveyed: ({ point }) => { if (io.err.tty) io.err.print(`going on after ${plural(point.frames, "frame")}`); },
    }));
    narration.end();
    return await report(recorded, flags, io);
  } catch (error) {
    narration.end();
    if (!(error instanceof Fault) || error.fault !== "RUN_INTERRUPTED" || !existsSync(`${out}.partial`)) throw error;
    const fault = new Fault("RUN_INTERRUPTED", { ...error.detail, partial: `${out}.partial` });
    return reportError(io, fault, { json: flags.json === true, next: "Say the same command again: it goes on where this one stopped." });
  }
}

export function configure(command: Command, invocation: Invocation): void {
  addStudyFiles(addStudyOptions(command)
    .option("--seed <text>", "seed of every random draw (default: 128 fresh random bits, recorded)")
    .option("--out <trace>", `where the sealed trace goes (default: ${DEFAULT_OUT})`))
    .option("--label <text>", "free text, sealed with the trace")
    .addOption(workersOption())
    .addOption(jsonOption());
  runs(command, invocation, () => threshold(command.opts<Flags>(), invocation.io));
}
