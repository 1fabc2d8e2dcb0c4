// The plot of a study: of one group of rows, the same that fits are of.
import { Fault } from "../../../kernel-abi/fault.ts";
import { decoderText } from "../../../domains/q/qec/decoder-settings.ts";
import type { StudyFits } from "../../../domains/q/qec/study-fits.ts";
import { groupsOf, rowKinds, type RowFacts, type RowKind } from "../../../domains/q/qec/study-groups.ts";
import type { StudyRow } from "../../../domains/q/qec/study.ts";
import { svgOf } from "../../adapters/charts.ts";
import type { StudyResult } from "../qec/study-run.ts";
import { thresholdChart } from "./charts/threshold.ts";
import { kindText } from "./study-text.ts";

const refuse = (what: string, next: string): never => { throw new Fault("USAGE", { option: "--plot", what }, { next }); };
const distinct = <T>(values: readonly T[]): readonly T[] => [...new Set(values)];

/**
 * The one kind of rows that are drawn. @throws Fault USAGE when there is none or more than one, or a distance comes with more than one number of
 * rounds: a line would join what is not compared
 */
export function plottedKind<T extends RowFacts>(rows: readonly T[]): RowKind<T> {
  const kinds = rowKinds(rows);
  const [kind] = kinds;
  if (kind === undefined) return refuse("there is no row of a code at a physical rate to draw", "Give cells a code, a distance and a rate p above 0.");
  if (kinds.length > 1) refuse(`a plot is of one code, decoder and noise; here are ${kinds.length}: ${kinds.map(kindText).join("; ")}`, "Leave --plot out, or make a study of each.");
  for (const distance of distinct(kind.rows.map((row) => row.distance))) {
    const rounds = distinct(kind.rows.filter((row) => row.distance === distance).map((row) => row.rounds));
    if (rounds.length > 1) refuse(`a plot is of one rule of rounds; at d=${distance} there are ${rounds.join(" and ")} rounds`, "Leave --plot out, or make a study of each.");
  }
  return kind;
}

/** The rule all rows follow; otherwise what each distance has. */
function roundsText(kind: RowKind<StudyRow>): { readonly rule: string | undefined; readonly text: string } {
  const rule = groupsOf(kind).find((group) => group.rows.length === kind.rows.length)?.rounds;
  if (rule !== undefined) return { rule, text: rule === "d" ? "distance" : rule };
  return { rule, text: distinct(kind.rows.map(({ distance, rounds }) => `${rounds} at d=${distance}`)).join(", ") };
}

const same = (fit: StudyFits, kind: RowKind<StudyRow>, rule: string | undefined): boolean =>
  fit.rounds === rule && fit.code === kind.code && decoderText(fit.decoder) === decoderText(kind.decoder) && JSON.stringify(fit.noise) === JSON.stringify(kind.noise);

/** Rates with their intervals, and the threshold of the fit of these very rows. @throws Fault USAGE as `plottedKind`, and when no error was seen */
export async function plotOf({ rows, fits }: StudyResult): Promise<string> {
  const kind = plottedKind(rows);
  const [first] = kind.rows;
  if (first === undefined || !kind.rows.some(({ rate }) => rate > 0)) return refuse("there is no rate above zero to draw", "Take more shots, or larger rates.");
  const { rule, text } = roundsText(kind);
  const fit = fits.find((one) => same(one, kind, rule))?.threshold?.threshold;
  return svgOf(thresholdChart(kind.rows, fit === undefined ? undefined : { threshold: fit.value, low: fit.value - fit.deviation, high: fit.value + fit.deviation },
    { title: "Logical error rate", subtitle: `${kindText(kind)}, rounds = ${text}; ${Math.round(100 * first.confidence)} % intervals (${first.method})`, rate: `logical error rate per ${first.per.replaceAll("-", " ")}` }));
}
