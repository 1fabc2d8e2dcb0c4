// Confidence intervals of a rate from errors among shots.
//   1  best lies in [low, high], both in [0, 1]; no error gives low = 0 exactly, nothing but errors high = 1.
//   2  Clopper-Pearson covers at least as often as it says (C. Clopper, E. Pearson, Biometrika 26, 1934); Wilson about as often
//      (E. Wilson, J. Am. Stat. Assoc. 22, 1927).
import { Fault } from "../../../kernel-abi/fault.ts";
import { lowerBetaQuantile, normalDeviate, upperBetaQuantile } from "./beta.ts";

export interface Counts {
  readonly shots: number;
  readonly errors: number;
}

export interface Interval {
  readonly low: number;
  /** errors / shots. */
  readonly best: number;
  readonly high: number;
}

export type IntervalMethod = "wilson" | "clopper-pearson";

/** @throws Fault ABI_MALFORMED unless 0 ≤ errors ≤ shots are whole numbers, shots at least 1, and confidence lies between 0 and 1 */
export function requireCounts({ shots, errors }: Counts, confidence = 0.5): void {
  const refuse = (argument: string, value: number, allowed: string): never => { throw new Fault("ABI_MALFORMED", { argument, value: String(value), allowed }); };
  if (!Number.isSafeInteger(shots) || shots < 1) refuse("shots", shots, "a whole number of at least 1");
  if (!Number.isSafeInteger(errors) || errors < 0 || errors > shots) refuse("errors", errors, "a whole number from 0 to the shots");
  if (!(confidence > 0 && confidence < 1)) refuse("confidence", confidence, "above 0 and below 1");
}

/** Wilson's score interval. @throws Fault ABI_MALFORMED as `requireCounts` */
export function wilson(counts: Counts, confidence: number): Interval {
  requireCounts(counts, confidence);
  const { shots, errors } = counts;
  const z = normalDeviate(confidence);
  const best = errors / shots;
  const square = (z * z) / shots;
  const middle = (best + square / 2) / (1 + square);
  const half = (z / (1 + square)) * Math.sqrt((best * (1 - best)) / shots + square / (4 * shots));
  return { low: errors === 0 ? 0 : Math.max(0, middle - half), best, high: errors === shots ? 1 : Math.min(1, middle + half) };
}

/** The exact interval: each side leaves out half of 1 - confidence. @throws Fault ABI_MALFORMED as `requireCounts` */
export function clopperPearson(counts: Counts, confidence: number): Interval {
  requireCounts(counts, confidence);
  const { shots, errors } = counts;
  const tail = (1 - confidence) / 2;
  return {
    low: errors === 0 ? 0 : lowerBetaQuantile(errors, shots - errors + 1, tail),
    best: errors / shots,
    high: errors === shots ? 1 : upperBetaQuantile(errors + 1, shots - errors, tail),
  };
}

export const intervalOf = (method: IntervalMethod, counts: Counts, confidence: number): Interval =>
  (method === "wilson" ? wilson : clopperPearson)(counts, confidence);
