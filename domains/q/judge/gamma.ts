// The regularised upper incomplete gamma function, for tails of the chi-squared distribution. Series below a + 1, continued
// fraction by the modified Lentz method above (Press et al., Numerical Recipes, 3rd ed., section 6.2); ln Γ by the Lanczos sum
// with g = 7 and nine terms (Godfrey 2001). exp and log are pinned, so a p-value has the same bits on every host.
import { exp, log } from "../../kernels/libm/portable.ts";

const LANCZOS: readonly number[] = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];
const HALF_LN_TWO_PI = 0.9189385332046727;
const STEPS_MAX = 10_000;
const EPSILON = 1e-16;
const TINY = 1e-300;

/** ln Γ(x) for x ≥ 0.5; relative error below 1e-14. */
export function lnGamma(x: number): number {
  const shifted = x - 1;
  const base = shifted + 7.5;
  const sum = LANCZOS.reduce((total, coefficient, k) => (k === 0 ? coefficient : total + coefficient / (shifted + k)), 0);
  return HALF_LN_TWO_PI + (shifted + 0.5) * log(base) - base + log(sum);
}

function lowerSeries(a: number, x: number): number {
  let term = 1 / a;
  let sum = term;
  for (let n = 1; n < STEPS_MAX && term > sum * EPSILON; n++) {
    term *= x / (a + n);
    sum += term;
  }
  return sum;
}

function upperFraction(a: number, x: number): number {
  let b = x + 1 - a;
  let c = 1 / TINY;
  let d = 1 / b;
  let value = d;
  for (let n = 1; n < STEPS_MAX; n++) {
    const factor = -n * (n - a);
    b += 2;
    d = 1 / (Math.abs(factor * d + b) < TINY ? TINY : factor * d + b);
    c = Math.abs(b + factor / c) < TINY ? TINY : b + factor / c;
    value *= d * c;
    if (Math.abs(d * c - 1) < EPSILON * 4) break;
  }
  return value;
}

/** Q(a, x) = Γ(a, x) / Γ(a), for a ≥ 0.5 and x ≥ 0. */
export function upperGamma(a: number, x: number): number {
  if (x <= 0) return 1;
  const scale = exp(a * log(x) - x - lnGamma(a));
  return x < a + 1 ? Math.max(0, 1 - scale * lowerSeries(a, x)) : Math.min(1, scale * upperFraction(a, x));
}

/** Probability that chi-squared with so many degrees of freedom is at least `value`. */
export const chiSquaredTail = (value: number, freedom: number): number => upperGamma(freedom / 2, value / 2);
