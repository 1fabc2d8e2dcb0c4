// What the rows of a study come to together: crossings, threshold and Λ of rows that differ in distance and p alone.
//   1  Rows are compared only within one code (its name has the basis), decoder, noise shape and rule of rounds; a fit says which.
//   2  A noise shape is each knob's ratio to p, or its value where one knob stays as it is and others go with p.
//   3  A rule of rounds is k·d or a constant. A row may follow one of each; at two distances no two rows follow both.
//   4  Rows of one distance and p in a group are the same experiment sampled by jobs of their own: their counts are added.
import { Fault } from "../../../kernel-abi/fault.ts";
import { crossingsOf, type Crossing } from "../statistics/crossings.ts";
import { suppressionOf, type Suppression } from "../statistics/suppression.ts";
import { fittedThreshold, type ThresholdFit } from "../statistics/threshold.ts";
import { decoderText, type DecoderSettings } from "./decoder-settings.ts";
import type { StudyRow } from "./study.ts";

/** Of the rows of one group, over distances and rates; a member is null where they do not suffice for it. */
export interface StudyFits {
  readonly code: string;
  readonly decoder: DecoderSettings;
  /** Each knob that is not 0, as "p", "0.2·p" or, where it stays while others go with p, its value. */
  readonly noise: Readonly<Record<string, string>>;
  /** "d", "3·d" or a number. */
  readonly rounds: string;
  /** Of the rows, rising. */
  readonly distances: readonly number[];
  readonly threshold: ThresholdFit | null;
  readonly crossings: readonly Crossing[];
  readonly lambda: readonly { readonly p: number; readonly suppression: Suppression }[];
}

type Placed = StudyRow & { readonly distance: number; readonly rounds: number; readonly p: number };
const isPlaced = (row: StudyRow): row is Placed => row.distance !== null && row.rounds !== null && row.p !== null && row.p > 0;
const distinct = <T>(values: readonly T[]): readonly T[] => [...new Set(values)];

/** Rows by name, in the order of their first. */
function grouped(rows: readonly Placed[], named: (row: Placed) => string): readonly (readonly Placed[])[] {
  const groups = new Map<string, Placed[]>();
  for (const row of rows) {
    const name = named(row);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [row]);
    else group.push(row);
  }
  return [...groups.values()];
}

const times = (ratio: number, what: string): string => (ratio === 1 ? what : `${String(ratio)}·${what}`);
/** Nine digits: 5 · 0.01 and 0.05 are one ratio, whatever was rounded on the way. */
const ratioOf = (value: number, p: number): number => Number((value / p).toPrecision(9));

/** How the noise of each of these rows goes with its p; the rows are all of one code and decoder. */
function noiseShape(rows: readonly Placed[]): (row: Placed) => StudyFits["noise"] {
  const knobs = distinct(rows.flatMap(({ noise }) => Object.keys(noise ?? {}))).toSorted();
  const valuesOf = (knob: string): readonly number[] => distinct(rows.map(({ noise }) => noise?.[knob] ?? 0));
  const moving = knobs.some((knob) => valuesOf(knob).length > 1);
  const still = new Set(moving ? knobs.filter((knob) => valuesOf(knob).length === 1) : []);
  return ({ noise, p }) => Object.fromEntries(knobs.flatMap((knob) => {
    const value = noise?.[knob] ?? 0;
    return value === 0 ? [] : [[knob, still.has(knob) ? String(value) : times(ratioOf(value, p), "p")] as const];
  }));
}

const byDistance = ({ rounds, distance }: Placed): string => times(rounds / distance, "d");
const constant = ({ rounds }: Placed): string => String(rounds);

/** The fits of each group that has two distances. */
export function studyFits(rows: readonly StudyRow[]): readonly StudyFits[] {
  return grouped(rows.filter(isPlaced), ({ code, decoder }) => `${code} ${decoderText(decoder)}`).flatMap((family) => {
    const shape = noiseShape(family);
    return grouped(family, (row) => JSON.stringify(shape(row))).flatMap((alike) => [byDistance, constant].flatMap((rule) => grouped(alike, rule).flatMap((group) => {
      const [first] = group;
      if (first === undefined || distinct(group.map(({ distance }) => distance)).length < 2) return [];
      return [{ code: first.code, decoder: first.decoder, noise: shape(first), rounds: rule(first), ...fitsOf(merged(group)) }];
    })));
  });
}

const merged = (group: readonly Placed[]): readonly Placed[] => grouped(group, ({ distance, p }) => `${String(distance)} ${String(p)}`).map((same) =>
  same.reduce((sum, { shots, errors }) => ({ ...sum, shots: sum.shots + shots, errors: sum.errors + errors })));

/** Five parameters and a degree of freedom, over two distances at least. */
const THRESHOLD_POINTS_MIN = 6;

function fitsOf(points: readonly Placed[]): Pick<StudyFits, "distances" | "threshold" | "crossings" | "lambda"> {
  const rates = distinct(points.map(({ p }) => p)).toSorted((a, b) => a - b);
  const lambda = rates.flatMap((p) => {
    const row = points.filter((point) => point.p === p && point.errors > 0 && 2 * point.errors < point.shots);
    return row.length < 2 ? [] : [{ p, suppression: suppressionOf(row) }];
  });
  const crossings = crossingsOf(points);
  return { distances: distinct(points.map(({ distance }) => distance)).toSorted((a, b) => a - b), threshold: thresholdNear(points, crossings), crossings, lambda };
}

/** Rates this much below and above the crossings are near enough for a quadratic. */
const NEAR = 1.6;

function thresholdNear(points: readonly Placed[], crossings: readonly Crossing[]): ThresholdFit | null {
  if (crossings.length === 0) return null;
  const middle = crossings.reduce((sum, { value }) => sum + value, 0) / crossings.length;
  const near = points.filter(({ p }) => p >= middle / NEAR && p <= middle * NEAR);
  if (near.length < THRESHOLD_POINTS_MIN || distinct(near.map(({ p }) => p)).length < 3 || distinct(near.map(({ distance }) => distance)).length < 2) return null;
  try {
    return fittedThreshold(near);
  } catch (cause) {
    if (cause instanceof Fault) return null;
    throw cause;
  }
}
