// Why a fit has no threshold, for people: from the rows it is of.
import { decoderText } from "../../../domains/q/qec/decoder-settings.ts";
import type { StudyFits } from "../../../domains/q/qec/study-fits.ts";
import { groupsOf, rowKinds, type RowGroup } from "../../../domains/q/qec/study-groups.ts";
import type { StudyRow } from "../../../domains/q/qec/study.ts";

const nameOf = ({ code, decoder, noise, rounds }: Pick<StudyFits, "code" | "decoder" | "noise" | "rounds">): string => JSON.stringify([code, decoderText(decoder), noise, rounds]);

const groupOf = (fit: StudyFits, rows: readonly StudyRow[]): RowGroup<StudyRow> | undefined => rowKinds(rows).flatMap(groupsOf).find((group) => nameOf(group) === nameOf(fit));

/** @param fit one whose threshold is null, of some of these rows */
export function noThreshold(fit: StudyFits, rows: readonly StudyRow[]): string {
  const points = groupOf(fit, rows)?.rows ?? [];
  const rates = [...new Set(points.map(({ p }) => p))].toSorted((a, b) => a - b);
  const [least, largest] = [rates[0], rates.at(-1)];
  if (points.every(({ errors }) => errors === 0)) return "no error was seen: take more shots, or larger rates";
  if (rates.length === 1) return `there is one rate alone, p=${least}`;
  if (fit.crossings.length === 0) return `the curves do not cross between ${least} and ${largest}`;
  return "the rows near the crossings are too few for one, or lie on no such curve: take three rates or more close to the crossings";
}
