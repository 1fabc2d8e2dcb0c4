// What a study came to, for people and for tables: a row a cell under what the rows share, the fits below them.
import { decoderText, settingsText } from "../../../domains/q/qec/decoder-settings.ts";
import type { StudyRow } from "../../../domains/q/qec/study.ts";
import type { StudyFits } from "../../../domains/q/qec/study-fits.ts";
import { grouped, type Unfitted } from "../../../domains/q/qec/study-groups.ts";
import type { Estimate } from "../../../domains/q/statistics/suppression.ts";
import type { ThresholdFit } from "../../../domains/q/statistics/threshold.ts";
import type { Cells, RowColumn } from "./rows-file.ts";
import type { Facts } from "./output.ts";
import { noThreshold } from "./no-threshold.ts";
import { table, type Column, type Row } from "./table.ts";
import type { Terminal } from "./terminal.ts";
import { printable } from "./values.ts";

const short = (value: number, digits: number): string => String(Number(value.toPrecision(digits)));

/** The result comes early; what does not fit into a terminal's 80 columns is what led to it. */
const STUDY_COLUMNS: readonly Column[] = [
  { title: "d", align: "right" }, { title: "rounds", align: "right" }, { title: "p", align: "right" }, { title: "rate", align: "right" }, { title: "interval" },
  { title: "errors", align: "right" }, { title: "shots", align: "right" }, { title: "ended by" },
];

/** Three digits in nine characters at most. */
const figure = (value: number | null): string => (value === null ? "" : value > 0 && value < 0.001 ? value.toExponential(2) : short(value, 3));

const tableRow = ({ distance, rounds, p, shots, errors, rate, low, high, stopped }: StudyRow): Row =>
  [String(distance ?? ""), String(rounds ?? ""), p === null ? "" : String(p), figure(rate), `${figure(low)} to ${figure(high)}`, String(errors), String(shots), stopped ?? ""];

/** What many rows have in common: of what, and what a rate and its interval are. */
const heading = ({ code, decoder, per, method, confidence }: StudyRow): string =>
  `${code}, ${decoderText(decoder)}: logical error rate per ${per.replaceAll("-", " ")}, ${short(100 * confidence, 4)} % intervals (${method})`;

/** Lines, each with its line feed: a table for all rows of one heading, which stands above it and not in each of them. */
export function* studyTables(rows: readonly StudyRow[], { width, paint }: Pick<Terminal, "width" | "paint">): Generator<string> {
  for (const [at, alike] of grouped(rows, heading).entries()) {
    const [first] = alike;
    if (first !== undefined) yield `${at === 0 ? "" : "\n"}${printable(heading(first))}\n`;
    yield* table(STUDY_COLUMNS, alike.map(tableRow), width, paint.dim);
  }
}

/** What a rate depends on stands beside it in every row. */
export const ROW_COLUMNS: readonly RowColumn[] = [
  { name: "code", type: "STRING" }, { name: "distance", type: "INT64" }, { name: "rounds", type: "INT64" }, { name: "p", type: "DOUBLE" },
  { name: "after_clifford_depolarization", type: "DOUBLE" }, { name: "before_round_data_depolarization", type: "DOUBLE" },
  { name: "before_measure_flip_probability", type: "DOUBLE" }, { name: "after_reset_flip_probability", type: "DOUBLE" }, { name: "idle_depolarization", type: "DOUBLE" },
  { name: "decoder", type: "STRING" }, { name: "decoder_settings", type: "STRING" }, { name: "shots", type: "INT64" }, { name: "errors", type: "INT64" }, { name: "detection_events", type: "INT64" }, { name: "unsolved", type: "INT64" },
  { name: "rate", type: "DOUBLE" }, { name: "low", type: "DOUBLE" }, { name: "high", type: "DOUBLE" },
  { name: "per", type: "STRING" }, { name: "method", type: "STRING" }, { name: "confidence", type: "DOUBLE" }, { name: "stopped", type: "STRING" },
];

export function rowCells({ noise, events, ...row }: StudyRow): Cells {
  const { code, distance, rounds, p, decoder, shots, errors, unsolved, rate, low, high, per, method, confidence, stopped } = row;
  const knob = (name: string): number | null => (noise === null ? null : noise[name] ?? 0);
  return {
    code, distance, rounds, p, decoder: decoder.name, decoder_settings: settingsText(decoder) || null, shots, errors, unsolved, rate, low, high, per, method, confidence, stopped, detection_events: events,
    after_clifford_depolarization: knob("afterCliffordDepolarization"), before_round_data_depolarization: knob("beforeRoundDataDepolarization"),
    before_measure_flip_probability: knob("beforeMeasureFlipProbability"), after_reset_flip_probability: knob("afterResetFlipProbability"), idle_depolarization: knob("idleDepolarization"),
  };
}

const estimate = ({ value, deviation }: Estimate): string => `${short(value, 4)} ± ${short(deviation, 2)}`;

/** Below this chance of so large a χ² the fit's own uncertainty is not to be believed. */
const PLAUSIBLE = 0.001;

/** What to do about a fit that its points contradict: small codes cross below where large ones do. */
const doubt = ({ plausibility }: ThresholdFit, distances: readonly number[]): string => {
  const [least = 0, ...larger] = distances;
  return plausibility >= PLAUSIBLE ? "" : `\nthe points do not lie on one such curve, so this is no threshold yet: ${larger.length > 1 ? `leave out d=${least}, whose curves cross too early` : "add larger distances"}, or take rates nearer to the crossings`;
};

/** What rows of one kind have in common. */
export const kindText = ({ code, decoder, noise }: Pick<StudyFits, "code" | "decoder" | "noise">): string => {
  const knobs = Object.entries(noise);
  const [one] = knobs;
  const uniform = one !== undefined && knobs.every(([, goes]) => goes === one[1]) && knobs.length >= 4;
  const told = uniform ? one[1] : knobs.map(([knob, goes]) => `${knob} ${goes}`).join(", ");
  return `${code}, ${decoderText(decoder)}, noise ${told === "" ? "none" : told}`;
};

/** Facts on the fits of these rows, one line each. */
export function fitFacts(fits: readonly StudyFits[], rows: readonly StudyRow[]): Facts {
  const facts = fits.flatMap((fit): Facts => {
    const { threshold, crossings, lambda, distances } = fit;
    const name = fits.length === 1 ? "" : ` of ${kindText(fit)}, rounds ${fit.rounds}`;
    return [
      [`threshold${name}`, threshold === null ? `none: ${noThreshold(fit, rows)}` : `${estimate(threshold.threshold)} (ν ${estimate(threshold.nu)}; χ² ${short(threshold.chiSquared, 3)} of ${threshold.freedom} degrees, plausibility ${short(threshold.plausibility, 2)})${doubt(threshold, distances)}`],
      crossings.length === 0 ? undefined : [`crossings${name}`, crossings.map(({ distances: [a, b], ...at }) => `d=${a},${b}: ${estimate(at)}`).join("; ")],
      lambda.length === 0 ? undefined : [`Λ per round${name}`, lambda.map(({ p, suppression }) => `p=${p}: ${estimate(suppression.lambda)}`).join("; ")],
    ];
  });
  return fits.some(hasEstimates) ? [...facts, DEVIATIONS] : facts;
}

const hasEstimates = ({ threshold, crossings, lambda }: StudyFits): boolean => threshold !== null || crossings.length + lambda.length > 0;
const DEVIATIONS = ["±", "one standard deviation, statistical only: of the errors counted, not of whether the fit describes the code"] as const;

/** Rows that are in no fit, and why. */
export const unfittedFacts = (left: readonly Unfitted[]): Facts => left.map(({ rounds, why, ...kind }) =>
  ["no fit", `of ${kindText(kind)}: ${rounds.map(({ distance, rounds: taken }) => `d=${distance} with ${taken} rounds`).join(", ")}: ${why}`] as const);
