// What a study came to, told and written: the table and its fits on stdout, rows as CSV and Parquet, the plot as SVG.
import { Fault } from "../../../kernel-abi/fault.ts";
import { unfitted } from "../../../domains/q/qec/study-groups.ts";
import { checkCharts } from "../../adapters/charts.ts";
import type { StudyResult } from "../qec/study-run.ts";
import { pathsIn, placesOf, type Places } from "./apart.ts";
import { FIT_COLUMNS, fitCells } from "./fit-rows.ts";
import { checkNew, csvOf, parquetOf, putNew } from "./rows-file.ts";
import { plotOf } from "./study-plot.ts";
import { fitFacts, ROW_COLUMNS, rowCells, studyTables, unfittedFacts } from "./study-text.ts";
import { printFacts, printFault, type Facts } from "./output.ts";
import type { Io } from "./terminal.ts";
import { optionOf, printable, shellWord } from "./values.ts";
import type { Command } from "commander";

export interface StudyFiles {
  readonly csv?: string;
  readonly parquet?: string;
  readonly fitsCsv?: string;
  readonly fitsParquet?: string;
  readonly plot?: string;
  readonly replace?: boolean;
}

export const addStudyFiles = (command: Command): Command => command
  .option("--csv <file>", "the rows as CSV")
  .option("--parquet <file>", "the rows as Parquet")
  .option("--fits-csv <file>", "thresholds, crossings and Λ per round as CSV: a row a quantity, with its deviation (statistical only)")
  .option("--fits-parquet <file>", "the same as Parquet")
  .option("--plot <file>", "the plot as SVG: rate over p, a line a distance, with intervals and the threshold")
  .option("--replace", "give up existing files of the same names");

export const studyPlaces = (files: StudyFiles): Places => placesOf(files, ["csv", "parquet", "fitsCsv", "fitsParquet", "plot"]);
const studyPaths = (files: StudyFiles): readonly string[] => pathsIn(studyPlaces(files));

/** Before anything long is begun: that it may end with the files that were asked for. @throws Fault FILE_UNREADABLE | ENVIRONMENT */
export async function checkStudyFiles(files: StudyFiles, ...others: readonly string[]): Promise<void> {
  const { plot, replace = false } = files;
  checkNew(replace, ...studyPaths(files), ...others);
  if (plot !== undefined) await checkCharts();
}

/** A file that was asked for and could not be made. */
export interface Unwritten {
  /** As flags have it: fitsCsv. */
  readonly name: keyof Contents;
  readonly path: string;
  readonly fault: Fault;
}
type Contents = ReturnType<typeof contentsOf>;

const contentsOf = (result: StudyResult) => ({
  csv: () => csvOf(ROW_COLUMNS, result.rows.map(rowCells)),
  parquet: () => parquetOf(ROW_COLUMNS, result.rows.map(rowCells)),
  fitsCsv: () => csvOf(FIT_COLUMNS, fitCells(result.fits)),
  fitsParquet: () => parquetOf(FIT_COLUMNS, fitCells(result.fits)),
  plot: () => plotOf(result),
});

/** Writes what can be written, and says what could not: FILE_UNREADABLE or DISK_FAILED, USAGE when there is nothing to plot. */
export async function writeStudyFiles(result: StudyResult, files: StudyFiles): Promise<readonly Unwritten[]> {
  const contents = contentsOf(result);
  const unwritten: Unwritten[] = [];
  for (const name of ["csv", "parquet", "fitsCsv", "fitsParquet", "plot"] as const) {
    const path = files[name];
    if (path === undefined) continue;
    try {
      putNew(path, await contents[name](), files.replace === true);
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      unwritten.push({ name, path, fault });
    }
  }
  return unwritten;
}

/** The words that write from a sealed trace what its run could not. */
export const reportWords = (trace: string, unwritten: readonly Unwritten[]): string =>
  ["triad qec report", shellWord(trace), ...unwritten.flatMap(({ name, path }) => [optionOf(name), shellWord(path)])].join(" ");

/** One warning a file that is not there: the run stands, and its trace has all that the file would have had. */
export function warnUnwritten(unwritten: readonly Unwritten[], trace: string, { err }: Io): void {
  for (const one of unwritten) {
    const fault = one.fault.toJSON();
    printFault(err, fault, { kind: "warning", more: [["unwritten", printable(one.path)]], next: `${fault.next}\nThe run is sealed; from its trace: ${reportWords(trace, [one])}` });
  }
}

/** With what is in no fit, which follows from the rows and stands in no trace. */
export const studyJson = ({ rows, fits }: StudyResult): Readonly<Record<string, unknown>> => ({ rows, fits, unfitted: unfitted(rows) });

/** Of the files those that were written: all but `unwritten`. */
export async function printStudy({ rows, fits }: StudyResult, files: StudyFiles, unwritten: readonly Unwritten[], facts: Facts, { out }: Io): Promise<void> {
  await out.flow(studyTables(rows, out));
  const written = studyPaths(files).filter((path) => !unwritten.some((one) => one.path === path));
  printFacts(out, [...fitFacts(fits, rows), ...unfittedFacts(unfitted(rows)), written.length === 0 ? undefined : ["written", written.map(printable).join("\n")], ...facts]);
}
