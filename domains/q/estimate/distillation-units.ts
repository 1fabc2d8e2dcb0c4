// How many units of distillation it takes so that enough of them succeed. Owns the binomial tail, taken without powers that vanish.

/** More units than this are no factory anybody builds. */
const UNITS_MAX = 100_000;
const LARGE = 1e200;

/** That fewer than `needed` of `units` succeed, each failing with probability `failure`: tail over whole of one and the same sum of terms. */
export function shortfall(units: number, needed: number, failure: number): number {
  const odds = failure / (1 - failure);
  let term = 1;
  let good = 0;
  let all = 0;
  for (let failed = 0; failed <= units; failed++) {
    all += term;
    if (units - failed >= needed) good += term;
    term *= ((units - failed) / (failed + 1)) * odds;
    if (all > LARGE) [term, good, all] = [term / LARGE, good / LARGE, all / LARGE];
  }
  return 1 - good / all;
}

/** The fewest units of which `needed` succeed but for a probability of `failureMax`; undefined beyond UNITS_MAX. */
export function unitsFor(needed: number, failure: number, failureMax: number): number | undefined {
  if (!(failure < 1)) return undefined;
  const suffice = (units: number): boolean => shortfall(units, needed, failure) <= failureMax;
  let most = needed;
  while (!suffice(most)) if ((most *= 2) > UNITS_MAX) return undefined;
  let least = needed;
  while (least < most) {
    const middle = Math.floor((least + most) / 2);
    if (suffice(middle)) most = middle;
    else least = middle + 1;
  }
  return most;
}
