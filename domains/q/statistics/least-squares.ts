// Weighted least squares, small and dense: a line, and a model that is not linear (Levenberg-Marquardt, Quarterly of Appl. Math. 2, 1944; SIAM
// J. 11, 1963).
//   1  A point's weight is 1/deviation². The covariance is the inverse of JᵀWJ at the solution: the deviations are taken for true, not scaled.
//   2  Fixed order of sums and a bounded number of steps: the same bits on every host.
import { Fault } from "../../../kernel-abi/fault.ts";

export type Matrix = readonly (readonly number[])[];

export interface Fit {
  readonly parameters: readonly number[];
  readonly covariance: Matrix;
  /** Σ ((value - model) / deviation)². */
  readonly chiSquared: number;
  /** Points less parameters. */
  readonly freedom: number;
}

export interface Observation {
  readonly value: number;
  /** Standard deviation, above 0. */
  readonly deviation: number;
}

/** The model at point `i`: its value and its derivatives by the parameters. */
export type Model = (parameters: readonly number[], i: number) => { readonly value: number; readonly slopes: readonly number[] };

const STEPS_MAX = 200;

/** The factor L of a positive definite matrix, A = L Lᵀ, or undefined when it is none. */
function cholesky(a: Matrix): Matrix | undefined {
  const l = a.map((row) => row.map(() => 0));
  for (const [i, row] of a.entries()) {
    for (let j = 0; j <= i; j++) {
      let sum = row[j] ?? 0;
      for (let k = 0; k < j; k++) sum -= (l[i]?.[k] ?? 0) * (l[j]?.[k] ?? 0);
      if (i === j && !(sum > 0)) return undefined;
      const own = l[i];
      if (own !== undefined) own[j] = i === j ? Math.sqrt(sum) : sum / (l[j]?.[j] ?? 1);
    }
  }
  return l;
}

/** x with L Lᵀ x = b. */
function solved(l: Matrix, b: readonly number[]): readonly number[] {
  const y: number[] = [];
  for (const [i, row] of l.entries()) {
    let sum = b[i] ?? 0;
    for (let k = 0; k < i; k++) sum -= (row[k] ?? 0) * (y[k] ?? 0);
    y.push(sum / (row[i] ?? 1));
  }
  const x = y.map(() => 0);
  for (let i = l.length - 1; i >= 0; i--) {
    let sum = y[i] ?? 0;
    for (let k = i + 1; k < l.length; k++) sum -= (l[k]?.[i] ?? 0) * (x[k] ?? 0);
    x[i] = sum / (l[i]?.[i] ?? 1);
  }
  return x;
}

/** The inverse of a positive definite matrix, its rows brought to one scale first; undefined when it is none. */
export function inverse(a: Matrix): Matrix | undefined {
  const scale = a.map((row, i) => 1 / Math.sqrt(row[i] ?? 1));
  const l = cholesky(a.map((row, i) => row.map((value, j) => value * (scale[i] ?? 1) * (scale[j] ?? 1))));
  if (l === undefined) return undefined;
  const columns = a.map((_, j) => solved(l, a.map((_row, i) => (i === j ? 1 : 0))));
  return a.map((_, i) => a.map((_row, j) => (columns[j]?.[i] ?? 0) * (scale[i] ?? 1) * (scale[j] ?? 1)));
}

interface Normal {
  readonly chiSquared: number;
  readonly matrix: Matrix;
  readonly downhill: readonly number[];
}

function normalEquations(model: Model, data: readonly Observation[], parameters: readonly number[]): Normal {
  const matrix = parameters.map(() => parameters.map(() => 0));
  const downhill = parameters.map(() => 0);
  let chiSquared = 0;
  for (const [i, { value, deviation }] of data.entries()) {
    const at = model(parameters, i);
    const residual = (value - at.value) / deviation;
    chiSquared += residual * residual;
    for (const [a, row] of matrix.entries()) {
      const slope = (at.slopes[a] ?? 0) / deviation;
      downhill[a] = (downhill[a] ?? 0) + slope * residual;
      for (let b = 0; b < row.length; b++) row[b] = (row[b] ?? 0) + (slope * (at.slopes[b] ?? 0)) / deviation;
    }
  }
  return { chiSquared, matrix, downhill };
}

/** A step of the damped equations, in the scale the diagonal gives; undefined when they cannot be solved. */
function dampedStep({ matrix, downhill }: Normal, damping: number): readonly number[] | undefined {
  const scale = matrix.map((row, i) => 1 / Math.sqrt((row[i] ?? 0) > 0 ? row[i] ?? 1 : 1));
  const l = cholesky(matrix.map((row, i) => row.map((value, j) => value * (scale[i] ?? 1) * (scale[j] ?? 1) + (i === j ? damping : 0))));
  return l === undefined ? undefined : solved(l, downhill.map((value, i) => value * (scale[i] ?? 1))).map((value, i) => value * (scale[i] ?? 1));
}

/**
 * Where the squared deviations are least, near `start`.
 * @throws Fault ABI_MALFORMED when there are fewer points than parameters or they do not determine them
 */
export function leastSquares(model: Model, data: readonly Observation[], start: readonly number[]): Fit {
  const refuse = (what: string): never => { throw new Fault("ABI_MALFORMED", { argument: "points", points: data.length, parameters: start.length, what }); };
  if (data.length < start.length) refuse("fewer points than parameters");
  let parameters = start;
  let here = normalEquations(model, data, parameters);
  let damping = 1e-3;
  for (let step = 0; step < STEPS_MAX && damping < 1e12; step++) {
    const move = dampedStep(here, damping);
    const next = parameters.map((value, i) => value + (move?.[i] ?? 0));
    const there = move === undefined ? here : normalEquations(model, data, next);
    if (move !== undefined && there.chiSquared <= here.chiSquared) {
      const gain = here.chiSquared - there.chiSquared;
      parameters = next;
      here = there;
      if (gain <= 1e-14 * (1 + here.chiSquared)) break;
      damping = Math.max(damping / 10, 1e-15);
    } else {
      damping *= 10;
    }
  }
  const covariance = inverse(here.matrix);
  if (covariance === undefined || !parameters.every(Number.isFinite)) return refuse("they do not determine the parameters");
  return { parameters, covariance, chiSquared: here.chiSquared, freedom: data.length - start.length };
}

export interface LinePoint extends Observation { readonly x: number }

/** value = a + b x; parameters [a, b]. Exact, for the equations are linear. @throws Fault ABI_MALFORMED as `leastSquares` */
export const fittedLine = (points: readonly LinePoint[]): Fit =>
  leastSquares(([a = 0, b = 0], i) => ({ value: a + b * (points[i]?.x ?? 0), slopes: [1, points[i]?.x ?? 0] }), points, [0, 0]);

/** The standard deviation of a parameter. */
export const deviationOf = (fit: Fit, parameter: number): number => Math.sqrt(fit.covariance[parameter]?.[parameter] ?? 0);
