// What a study came to, told and written: the table and its fits on stdout, rows as CSV and Parquet, the plot as SVG.
import { Fault } from "../../../kernel-abi/fault.ts";
import { decoderText } from "../../../domains/q/qec/decoder-settings.ts";
import type { StudyRow } from "../../../domains/q/qec/study.ts";
import { checkCharts, svgOf } from "../../adapters/charts.ts";
import type { StudyResult } from "../qec/study-run.ts";
import { thresholdChart, type RatePoint } from "./charts/threshold.ts";
import { checkNew, csvOf, parquetOf, putNew } from "./rows-file.ts";
import { fitFacts, ROW_COLUMNS, rowCells, STUDY_COLUMNS, studyTableRow } from "./study-text.ts";
import { printFacts, type Facts } from "./output.ts";
import { table } from "./table.ts";
import type { Io } from "./terminal.ts";
import { printable } from "./values.ts";
import type { Command } from "commander";

export interface StudyFiles {
  readonly csv?: string;
  readonly parquet?: string;
  readonly plot?: string;
  readonly replace?: boolean;
}

export const addStudyFiles = (command: Command): Command => command
  .option("--csv <file>", "the rows as CSV")
  .option("--parquet <file>", "the rows as Parquet")
  .option("--plot <file>", "the plot as SVG: rate over p, a line a distance, with intervals and the threshold")
  .option("--replace", "give up existing files of the same names");

/** One a code and decoder. */
const groupOf = ({ code, decoder, per }: Pick<StudyRow, "code" | "decoder" | "per">): string => `${code}, ${decoderText(decoder)}, per ${per}`;
type Placed = StudyRow & RatePoint;
const isPlaced = (row: StudyRow): row is Placed => row.distance !== null && row.p !== null && row.p > 0;

async function plotOf({ rows, fits }: StudyResult): Promise<string> {
  const points = rows.filter(isPlaced);
  const [first] = points;
  if (first === undefined || !points.some(({ rate }) => rate > 0)) throw new Fault("USAGE", { option: "--plot", what: "there is no rate above zero of a code at a physical rate to draw" });
  const groups = new Set(points.map(groupOf));
  if (groups.size > 1) throw new Fault("USAGE", { option: "--plot", what: `a plot is of one code and decoder; here are ${groups.size}: ${[...groups].join("; ")}` });
  const fit = fits[0]?.threshold?.threshold;
  return svgOf(thresholdChart(points, fit === undefined ? undefined : { threshold: fit.value, low: fit.value - fit.deviation, high: fit.value + fit.deviation },
    { title: "Logical error rate", subtitle: `${first.code}, ${decoderText(first.decoder)}, rounds = ${rounds(points)}; ${Math.round(100 * first.confidence)} % intervals (${first.method})`, rate: `logical error rate per ${first.per.replaceAll("-", " ")}` }));
}

const rounds = (points: readonly Placed[]): string => (points.every((row) => row.rounds === row.distance) ? "distance" : [...new Set(points.map((row) => row.rounds))].join(", "));

/** Before anything long is begun: that it may end with the files that were asked for. @throws Fault FILE_UNREADABLE | ENVIRONMENT */
export async function checkStudyFiles({ csv, parquet, plot, replace = false }: StudyFiles, ...others: readonly string[]): Promise<void> {
  checkNew(replace, csv, parquet, plot, ...others);
  if (plot !== undefined) await checkCharts();
}

/** @throws Fault FILE_UNREADABLE; USAGE when there is nothing to plot */
export async function writeStudyFiles(result: StudyResult, { csv, parquet, plot, replace = false }: StudyFiles): Promise<void> {
  const cells = result.rows.map(rowCells);
  if (csv !== undefined) putNew(csv, csvOf(ROW_COLUMNS, cells), replace);
  if (parquet !== undefined) putNew(parquet, parquetOf(ROW_COLUMNS, cells), replace);
  if (plot !== undefined) putNew(plot, await plotOf(result), replace);
}

export async function printStudy({ rows, fits }: StudyResult, { csv, parquet, plot }: StudyFiles, facts: Facts, { out }: Io): Promise<void> {
  await out.flow(table(STUDY_COLUMNS, rows.map(studyTableRow), out.width, out.paint.dim));
  const written = [csv, parquet, plot].filter((path) => path !== undefined);
  printFacts(out, [...fitFacts(fits), written.length === 0 ? undefined : ["written", written.map(printable).join("\n")], ...facts]);
}
