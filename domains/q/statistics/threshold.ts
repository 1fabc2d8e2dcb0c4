// The threshold: the physical error rate at which more distance stops to help. From counts over a grid of rates and distances, by finite-size
// scaling (C. Wang, J. Harrington, J. Preskill, Ann. Phys. 303, 31, 2003): the rate of failure is a quadratic in x = (p - p_th) d^(1/ν).
//   1  Parameters: p_th, 1/ν, and the quadratic's A, B, C. The fit starts at the best point of a grid of p_th and 1/ν.
//   2  A point's deviation is that of (errors + ½) among (shots + 1), so that one without an error has one.
//   3  Rates are taken per shot with rounds in proportion to the distance, or as they are given: the record says which.
import { Fault } from "../../../kernel-abi/fault.ts";
import { exp, log } from "../../kernels/libm/portable.ts";
import { chiSquaredTail } from "../judge/gamma.ts";
import { requireCounts, type Counts } from "./intervals.ts";
import { deviationOf, leastSquares, type Fit, type Model, type Observation } from "./least-squares.ts";
import { resampled, type BootstrapKey } from "./resampling.ts";
import type { Estimate } from "./suppression.ts";

export interface ThresholdPoint extends Counts {
  readonly distance: number;
  /** Physical error rate, above 0. */
  readonly p: number;
}

export interface ThresholdFit {
  readonly threshold: Estimate;
  /** The critical exponent. */
  readonly nu: Estimate;
  /** A, B, C: the rate at the threshold, and how it grows with x. */
  readonly coefficients: readonly number[];
  readonly chiSquared: number;
  readonly freedom: number;
  /** The chance of so large a chiSquared, were the model true: small when points lie too far from the threshold for a quadratic. */
  readonly plausibility: number;
}

const START_STEPS = 24;

function observed(points: readonly ThresholdPoint[]): readonly Observation[] {
  return points.map((point) => {
    requireCounts(point);
    const value = point.errors / point.shots;
    const smoothed = (point.errors + 0.5) / (point.shots + 1);
    return { value, deviation: Math.sqrt((smoothed * (1 - smoothed)) / point.shots) };
  });
}

/** All five parameters free. */
const scaling = (points: readonly ThresholdPoint[]): Model => ([threshold = 0, inverseNu = 0, a = 0, b = 0, c = 0], i) => {
  const { p, distance } = points[i] ?? { p: 0, distance: 1 };
  const stretch = exp(inverseNu * log(distance));
  const x = (p - threshold) * stretch;
  const rise = b + 2 * c * x;
  return { value: a + b * x + c * x * x, slopes: [-rise * stretch, rise * x * log(distance), 1, x, x * x] };
};

/** A, B, C alone, the others held: linear. */
const quadratic = (points: readonly ThresholdPoint[], threshold: number, inverseNu: number): Model => {
  const full = scaling(points);
  return ([a = 0, b = 0, c = 0], i) => {
    const { value, slopes } = full([threshold, inverseNu, a, b, c], i);
    return { value, slopes: slopes.slice(2) };
  };
};

/** The best of a grid over the rates that were measured and over 1/ν from 0.25 to 2. */
function startOf(points: readonly ThresholdPoint[], data: readonly Observation[]): readonly number[] {
  const rates = points.map(({ p }) => p);
  const [lowest, highest] = [Math.min(...rates), Math.max(...rates)];
  let best: { readonly chiSquared: number; readonly start: readonly number[] } | undefined;
  for (let i = 0; i <= START_STEPS; i++) {
    const threshold = lowest + ((highest - lowest) * i) / START_STEPS;
    for (let j = 1; j <= 8; j++) {
      const fit = leastSquares(quadratic(points, threshold, j / 4), data, [0, 0, 0]);
      if (best === undefined || fit.chiSquared < best.chiSquared) best = { chiSquared: fit.chiSquared, start: [threshold, j / 4, ...fit.parameters] };
    }
  }
  return best?.start ?? [];
}

function requireGrid(points: readonly ThresholdPoint[]): void {
  const distances = new Set(points.map(({ distance }) => distance)).size;
  const rates = new Set(points.map(({ p }) => p)).size;
  if (distances >= 2 && rates >= 3 && points.length > 5 && points.every(({ p, distance }) => p > 0 && p < 1 && distance >= 1)) return;
  throw new Fault("ABI_MALFORMED", { argument: "points", distances, rates, points: points.length, allowed: "at least two distances, three rates in (0, 1) and six points" });
}

function told(fit: Fit): ThresholdFit {
  const [threshold = 0, inverseNu = 1, ...coefficients] = fit.parameters;
  return {
    threshold: { value: threshold, deviation: deviationOf(fit, 0) },
    nu: { value: 1 / inverseNu, deviation: deviationOf(fit, 1) / (inverseNu * inverseNu) },
    coefficients,
    chiSquared: fit.chiSquared,
    freedom: fit.freedom,
    plausibility: fit.freedom === 0 ? 1 : chiSquaredTail(fit.chiSquared, fit.freedom),
  };
}

/** Deviations by the covariance of the fit. @throws Fault ABI_MALFORMED for points that do not determine a threshold */
export function fittedThreshold(points: readonly ThresholdPoint[]): ThresholdFit {
  requireGrid(points);
  const data = observed(points);
  return told(leastSquares(scaling(points), data, startOf(points, data)));
}

export interface Bootstrap {
  /** Mean and standard deviation over the resamples. */
  readonly threshold: Estimate;
  readonly nu: Estimate;
  readonly resamples: number;
}

/** Deviations by the scatter of fits to counts drawn anew (parametric bootstrap; at least two resamples). @throws as `fittedThreshold` */
export function bootstrappedThreshold(points: readonly ThresholdPoint[], key: BootstrapKey, resamples: number): Bootstrap {
  const fit = fittedThreshold(points);
  const start = [fit.threshold.value, 1 / fit.nu.value, ...fit.coefficients];
  const fits = Array.from({ length: resamples }, (_, r) => {
    const redrawn = resampled(points, key, r);
    return told(leastSquares(scaling(redrawn), observed(redrawn), start));
  });
  return { threshold: scatter(fits.map((each) => each.threshold.value)), nu: scatter(fits.map((each) => each.nu.value)), resamples };
}

function scatter(values: readonly number[]): Estimate {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const square = values.reduce((sum, value) => sum + (value - mean) * (value - mean), 0);
  return { value: mean, deviation: Math.sqrt(square / (values.length - 1)) };
}
