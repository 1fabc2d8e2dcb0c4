// triad qec threshold: logical error rates over codes, distances and physical rates, with their threshold and Λ, as one sealed run. Killed or
// interrupted, the same words go on where its journal stops.
import type { Command } from "commander";
import { basename } from "node:path";
import { Fault } from "../../../../../kernel-abi/fault.ts";
import { cellFacts } from "../../../../../domains/q/qec/study.ts";
import { isStudyResult, runStudy } from "../../../qec/study-run.ts";
import type { RecordReport } from "../../../record.ts";
import { checkPlaces } from "../../apart.ts";
import { jsonOption, workersOption } from "../../arguments.ts";
import { runs, type Invocation } from "../../command.ts";
import { exitOfRun } from "../../exit.ts";
import { narrated } from "../../narrated.ts";
import { printJson } from "../../output.ts";
import { printEnd } from "../../run-end.ts";
import { plottedKind } from "../../study-plot.ts";
import { addStudyOptions, studyOf, type StudyFlags } from "../../study-flags.ts";
import { addStudyFiles, checkStudyFiles, printStudy, studyJson, studyPlaces, warnUnwritten, writeStudyFiles, type StudyFiles } from "../../study-report.ts";
import type { Io } from "../../terminal.ts";
import { optionOf, plural, printable, shellWord } from "../../values.ts";

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
  const unwritten = await writeStudyFiles(result, flags);
  if (json) printJson(io.out, "qec-threshold", { ...studyJson(result), seed, digest, trace, unwritten: unwritten.map(({ name, path, fault }) => ({ option: optionOf(name), path, error: fault.toJSON() })) });
  else {
    await printStudy(result, flags, unwritten, [
      ["used", `${plural(end.tick, "tick")}, ${plural(end.shots, "shot")}`], ["seed", printable(seed)], ["digest", digest], ["trace", printable(trace)],
      ["next", `triad verify ${shellWord(trace)}\ntriad reproduce ${shellWord(trace)} --trust-program`],
    ], io);
    warnUnwritten(unwritten, trace, io);
  }
  return exitOfRun(end);
}

async function threshold(flags: Flags, io: Io): Promise<number> {
  const { seed, out = DEFAULT_OUT, replace = false, workers, label } = flags;
  if (seed === "") throw new Fault("USAGE", { option: "--seed", value: "", allowed: "non-empty text" });
  checkPlaces({ "--out": out, ...studyPlaces(flags) }, { "--study": flags.study }, "--out");
  const study = studyOf(flags);
  if (flags.plot !== undefined) plottedKind(study.cells.map(cellFacts));
  await checkStudyFiles(flags, out);
  return narrated(io, { out, name: basename(out), json: flags.json === true }, (live) => runStudy({ study, out, replace, seed, workers, label, ...live }), (recorded) => report(recorded, flags, io));
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
