// What the rows of a study come to together: crossings, threshold and Λ of rows that differ in distance and p alone.
//   1  Rows are compared only within one code (its name has the basis), decoder, noise shape and rule of rounds; a fit says which.
//   2  A noise shape is each knob's ratio to p, or its value where one knob stays as it is and others go with p.
//   3  A rule of rounds is k·d or a constant. A row may follow one of each; at two distances no two rows follow both.
//   4  Rows of one distance and p in a group are the same experiment sampled by jobs of their own: their counts are added.
import { Fault } from "../../../kernel-abi/fault.ts";
import { crossingsOf, type Crossing } from "../statistics/crossings.ts";
import { suppressionOf, type Suppression } from "../statistics/suppression.ts";
import { fittedThreshold, type ThresholdFit } from "../statistics/threshold.ts";
import type { DecoderSettings } from "./decoder-settings.ts";
import type { StudyRow } from "./study.ts";
import { grouped, groupsOf, rowKinds, type Placed, type RowGroup } from "./study-groups.ts";

/** Of the rows of one group, over distances and rates; a member is null where they do not suffice for it. */
export interface StudyFits {
  readonly code: string;
  readonly decoder: DecoderSettings;
  readonly noise: RowGroup<StudyRow>["noise"];
  readonly rounds: RowGroup<StudyRow>["rounds"];
  /** Of the rows, rising. */
  readonly distances: readonly number[];
  readonly threshold: ThresholdFit | null;
  readonly crossings: readonly Crossing[];
  readonly lambda: readonly { readonly p: number; readonly suppression: Suppression }[];
}

const distinct = <T>(values: readonly T[]): readonly T[] => [...new Set(values)];

/** The fits of each group that has two distances. */
export const studyFits = (rows: readonly StudyRow[]): readonly StudyFits[] =>
  rowKinds(rows).flatMap(groupsOf).map(({ code, decoder, noise, rounds, rows: group }) => ({ code, decoder, noise, rounds, ...fitsOf(merged(group)) }));

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
