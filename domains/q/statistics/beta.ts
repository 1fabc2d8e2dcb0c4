// The regularised incomplete beta function and what is read off it: quantiles of the beta and the normal distribution, log(1+x) and exp(x)-1.
//   1  exp and log are pinned (domains/kernels/libm), every sum has one order: the same bits on every host.
//   2  The factor x^a (1-x)^b / B(a, b) is taken in the saddle-point form of C. Loader ("Fast and accurate computation of binomial
//      probabilities", 2000), which does not cancel for large a and b; the rest is a continued fraction by the modified Lentz method
//      (Press et al., Numerical Recipes, 3rd ed., section 6.4).
//   3  Relative error below 1e-11 for a and b up to 10^8, where the result is above 1e-290.
import { exp, log } from "../../kernels/libm/portable.ts";
import { upperGamma } from "../judge/gamma.ts";

const TINY = 1e-300;
const EPSILON = 1e-16;
const STEPS_MAX = 1_000_000;
const TWO_PI = 6.283185307179586;

/** log(1 + x) for x > -1, accurate near 0 (W. Kahan). */
export function log1p(x: number): number {
  const u = 1 + x;
  return u === 1 ? x : (log(u) * x) / (u - 1);
}

/** exp(x) - 1, accurate near 0 (W. Kahan). */
export function expm1(x: number): number {
  const u = exp(x);
  if (u === 1) return x;
  const less = u - 1;
  return less === -1 || u === Infinity ? less : (less * x) / log(u);
}

/** What Stirling's formula leaves out: ln Γ(z+1) - (z+½) ln z + z - ½ ln 2π, for z > 0. */
export function stirlingError(z: number): number {
  let sum = 0;
  let at = z;
  for (; at < 16; at++) sum += (at + 0.5) * log1p(1 / at) - 1;
  const square = 1 / (at * at);
  return sum + (1 / 12 - (1 / 360 - (1 / 1260 - (1 / 1680 - square / 1188) * square) * square) * square) / at;
}

/** x ln(x/m) + m - x, the deviance of x from a mean m, without cancellation near x = m. */
export function deviance(x: number, m: number): number {
  if (Math.abs(x - m) >= 0.1 * (x + m)) return x * log(x / m) + m - x;
  const v = (x - m) / (x + m);
  let sum = (x - m) * v;
  let term = 2 * x * v;
  for (let j = 1; j < 1000; j++) {
    term *= v * v;
    const next = sum + term / (2 * j + 1);
    if (next === sum) break;
    sum = next;
  }
  return sum;
}

/** x^a (1-x)^b / B(a, b), for a, b > 0 and 0 < x < 1; `rest` is 1 - x. */
function betaFactor(a: number, b: number, x: number, rest: number): number {
  const n = a + b;
  const exponent = stirlingError(n) - stirlingError(a) - stirlingError(b) - deviance(a, n * x) - deviance(b, n * rest);
  return exp(exponent) * Math.sqrt((a * b) / (TWO_PI * n));
}

const kept = (value: number): number => (Math.abs(value) < TINY ? TINY : value);

/** The continued fraction of I_x(a, b), good for x below (a+1)/(a+b+2). */
function betaFraction(a: number, b: number, x: number): number {
  let c = 1;
  let d = 1 / kept(1 - ((a + b) * x) / (a + 1));
  let value = d;
  for (let m = 1; m < STEPS_MAX; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / kept(1 + even * d);
    c = kept(1 + even / c);
    value *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / kept(1 + odd * d);
    c = kept(1 + odd / c);
    value *= d * c;
    if (Math.abs(d * c - 1) < EPSILON * 4) break;
  }
  return value;
}

/** I_x(a, b), the chance that a beta(a, b) variable is at most x; for a, b > 0. Of a binomial(n, x): P(at least a) = I_x(a, n-a+1). */
export function regularisedBeta(a: number, b: number, x: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  if (x < (a + 1) / (a + b + 2)) return (betaFactor(a, b, x, 1 - x) * betaFraction(a, b, x)) / a;
  return 1 - (betaFactor(b, a, 1 - x, x) * betaFraction(b, a, 1 - x)) / b;
}

/** 1 - I_x(a, b), as accurate where it is small as I_x is where that is. */
export const upperBeta = (a: number, b: number, x: number): number =>
  (x > 0 && x < 1 && x >= (a + 1) / (a + b + 2) ? (betaFactor(b, a, 1 - x, x) * betaFraction(b, a, 1 - x)) / b : 1 - regularisedBeta(a, b, x));

/** Where a function that falls from at least `value` at `low` to at most it at `high` has it: halving, to the last bit or 200 steps. */
function crossingOf(falls: (x: number) => number, value: number, low: number, high: number): number {
  let below = low;
  let above = high;
  for (let step = 0; step < 200; step++) {
    // Far from 1 the middle is the geometric one, so that small answers have as many right digits as large ones.
    const middle = below > 0 && above > 2 * below ? Math.sqrt(below * above) : below + (above - below) / 2;
    if (middle <= below || middle >= above) break;
    if (falls(middle) > value) below = middle;
    else above = middle;
  }
  return above;
}

const SMALLEST_RATE = 1e-300;

/** The x at which the chance above it, of a beta(a, b) variable, is `tail`. */
export const upperBetaQuantile = (a: number, b: number, tail: number): number => crossingOf((x) => upperBeta(a, b, x), tail, SMALLEST_RATE, 1);

/** The x at which the chance below it is `tail`. */
export const lowerBetaQuantile = (a: number, b: number, tail: number): number => crossingOf((x) => -regularisedBeta(a, b, x), -tail, SMALLEST_RATE, 1);

/** The z that a normal variable exceeds, in absolute value, with the chance 1 - `confidence`. */
export const normalDeviate = (confidence: number): number => crossingOf((z) => upperGamma(0.5, (z * z) / 2), 1 - confidence, 0, 40);
