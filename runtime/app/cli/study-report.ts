// What a study came to, told and written: the table and its fits on stdout, rows as CSV and Parquet, the plot as SVG.
import { unfitted } from "../../../domains/q/qec/study-groups.ts";
import { checkCharts } from "../../adapters/charts.ts";
import type { StudyResult } from "../qec/study-run.ts";
import { pathsIn, placesOf, type Places } from "./apart.ts";
import { FIT_COLUMNS, fitCells } from "./fit-rows.ts";
import { checkNew, csvOf, parquetOf, putNew } from "./rows-file.ts";
import { plotOf } from "./study-plot.ts";
import { fitFacts, ROW_COLUMNS, rowCells, STUDY_COLUMNS, studyTableRow, unfittedFacts } from "./study-text.ts";
import { printFacts, type Facts } from "./output.ts";
import { table } from "./table.ts";
import type { Io } from "./terminal.ts";
import { printable } from "./values.ts";
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
  .option("--fits-csv <file>", "thresholds, crossings and Λ as CSV: a row a quantity, with its deviation")
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

/** @throws Fault FILE_UNREADABLE; USAGE when there is nothing to plot */
export async function writeStudyFiles(result: StudyResult, { csv, parquet, fitsCsv, fitsParquet, plot, replace = false }: StudyFiles): Promise<void> {
  const cells = result.rows.map(rowCells);
  if (csv !== undefined) putNew(csv, csvOf(ROW_COLUMNS, cells), replace);
  if (parquet !== undefined) putNew(parquet, parquetOf(ROW_COLUMNS, cells), replace);
  if (fitsCsv !== undefined) putNew(fitsCsv, csvOf(FIT_COLUMNS, fitCells(result.fits)), replace);
  if (fitsParquet !== undefined) putNew(fitsParquet, parquetOf(FIT_COLUMNS, fitCells(result.fits)), replace);
  if (plot !== undefined) putNew(plot, await plotOf(result), replace);
}

/** With what is in no fit, which follows from the rows and stands in no trace. */
export const studyJson = ({ rows, fits }: StudyResult): Readonly<Record<string, unknown>> => ({ rows, fits, unfitted: unfitted(rows) });

export async function printStudy({ rows, fits }: StudyResult, files: StudyFiles, facts: Facts, { out }: Io): Promise<void> {
  await out.flow(table(STUDY_COLUMNS, rows.map(studyTableRow), out.width, out.paint.dim));
  const written = studyPaths(files);
  printFacts(out, [...fitFacts(fits), ...unfittedFacts(unfitted(rows)), written.length === 0 ? undefined : ["written", written.map(printable).join("\n")], ...facts]);
}
