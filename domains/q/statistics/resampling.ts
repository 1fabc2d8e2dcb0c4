// Counts drawn anew, for the bootstrap: a binomial variable from one uniform number of Philox.
//   1  Draw i of resample r is the number (key, shot r, draw i): resamples may be made in any order, by anyone.
//   2  By inversion, outwards from the mode: exact up to the rounding of the chances, in about as many steps as the deviation.
import { exp } from "../../kernels/libm/portable.ts";
import { philoxUniform } from "../../kernels/philox/portable.ts";
import { deviance, stirlingError } from "./beta.ts";
import type { Counts } from "./intervals.ts";

const TWO_PI = 6.283185307179586;

/** Two words below 2^32. */
export type BootstrapKey = readonly [number, number];

/** P(k) of binomial(n, p), for 0 < k < n. */
const chance = (n: number, p: number, k: number): number =>
  exp(stirlingError(n) - stirlingError(k) - stirlingError(n - k) - deviance(k, n * p) - deviance(n - k, n * (1 - p))) * Math.sqrt(n / (TWO_PI * k * (n - k)));

/** The errors among so many shots when each fails with the rate that was seen, and `uniform` in [0, 1) is drawn. */
export function binomialFrom(uniform: number, { shots, errors }: Counts): number {
  if (errors === 0 || errors === shots) return errors;
  const odds = errors / (shots - errors);
  let left = uniform - chance(shots, errors / shots, errors);
  let [below, above] = [errors, errors];
  let [belowChance, aboveChance] = [chance(shots, errors / shots, errors), chance(shots, errors / shots, errors)];
  while (left >= 0 && (below > 0 || above < shots)) {
    if (above < shots) {
      aboveChance *= ((shots - above) / (above + 1)) * odds;
      above++;
      left -= aboveChance;
      if (left < 0) return above;
    }
    if (below > 0) {
      belowChance *= below / ((shots - below + 1) * odds);
      below--;
      left -= belowChance;
      if (left < 0) return below;
    }
    if (aboveChance + belowChance === 0) break;
  }
  return errors;
}

/** The `resample`-th set of counts: every point redrawn from the rate it showed. */
export const resampled = <P extends Counts>(points: readonly P[], [key0, key1]: BootstrapKey, resample: number): readonly P[] =>
  points.map((point, i) => ({ ...point, errors: binomialFrom(philoxUniform(key0, key1, resample, i), point) }));
