// The Kuramoto model in WebAssembly: classical Runge-Kutta of order 4 with a fixed step; noise is a force that is constant
// over a step (so the spread it makes is right to second order in the step).
// Owns the integration and the statistics of one coupling strength. Sums run over nodes, and over couplings of a row,
// in storage order; `kuramoto-reference.ts` is the same arithmetic in the same order.
import { atan2, cosOfLast, sinCos, sinOfLast } from "../../libm/portable";
import { philoxUniform } from "../../philox/portable";
import { TWO_PI, gaussianEven, gaussianOdd, gaussianPair, wrapped } from "../portable";

let n: i32 = 0;
let omega: usize = 0;
/** ω_i plus this step's noise; `omega` itself without noise. */
let rate: usize = 0;
/** 0 for all-to-all coupling. */
let offsets: usize = 0;
let targets: usize = 0;
let weights: usize = 0;

let theta: usize = 0;
let stage: usize = 0;
let slope: usize = 0;
let total: usize = 0;
let advance: usize = 0;
/** cos and sin of every phase, interleaved. */
let circle: usize = 0;

/** Σcos θ / n and Σsin θ / n at the last evaluation. */
let meanCos: f64 = 0.0;
let meanSin: f64 = 0.0;

export let meanOrder: f64 = 0.0;
export let orderDeviation: f64 = 0.0;
export let collectiveFrequency: f64 = 0.0;
export let frequencySpread: f64 = 0.0;
export let lockedFraction: f64 = 0.0;

@inline function at(base: usize, i: i32): usize { return base + (<usize>i << 3); }

export function kuramotoOpen(nodes: i32, frequencies: usize, rowOffsets: usize, rowTargets: usize, rowWeights: usize): void {
  n = nodes;
  omega = frequencies;
  rate = frequencies;
  offsets = rowOffsets;
  targets = rowTargets;
  weights = rowWeights;
  const bytes = <usize>n << 3;
  theta = heap.alloc(bytes);
  stage = heap.alloc(bytes);
  slope = heap.alloc(bytes);
  total = heap.alloc(bytes);
  advance = heap.alloc(bytes);
  circle = heap.alloc(bytes << 1);
}

/** Uniform phases 2π·u(key, shot 0, draw i). */
export function kuramotoSeed(initial: usize, key0: u32, key1: u32): void {
  for (let i = 0; i < n; i++) store<f64>(at(initial, i), TWO_PI * philoxUniform(key0, key1, 0.0, <f64>i));
}

/** cos and sin of the phases at `from`, and their means. */
function observe(from: usize): void {
  let c: f64 = 0.0, s: f64 = 0.0;
  for (let i = 0; i < n; i++) {
    sinCos(load<f64>(at(from, i)));
    const to = circle + (<usize>i << 4);
    store<f64>(to, cosOfLast);
    store<f64>(to, sinOfLast, 8);
    c += cosOfLast;
    s += sinOfLast;
  }
  meanCos = c / <f64>n;
  meanSin = s / <f64>n;
}

/** θ̇ at the phases last observed, into slope. */
function evaluate(k: f64): void {
  if (offsets === 0) meanField(k);
  else sparse(k);
}

function meanField(k: f64): void {
  for (let i = 0; i < n; i++) {
    const own = circle + (<usize>i << 4);
    store<f64>(at(slope, i), load<f64>(at(rate, i)) + k * (meanSin * load<f64>(own) - meanCos * load<f64>(own, 8)));
  }
}

function sparse(k: f64): void {
  for (let i = 0; i < n; i++) {
    const own = circle + (<usize>i << 4);
    const end = load<i32>(offsets + (<usize>(i + 1) << 2));
    let field = f64x2.splat(0.0);
    for (let e = load<i32>(offsets + (<usize>i << 2)); e < end; e++) {
      const to = circle + (<usize>load<i32>(targets + (<usize>e << 2)) << 4);
      field = f64x2.add(field, f64x2.mul(v128.load64_splat(at(weights, e)), v128.load(to)));
    }
    const c = f64x2.extract_lane(field, 0), s = f64x2.extract_lane(field, 1);
    store<f64>(at(slope, i), load<f64>(at(rate, i)) + k * (load<f64>(own) * s - load<f64>(own, 8) * c));
  }
}

/** total += factor·slope and stage = theta + reach·slope. */
function blend(factor: f64, reach: f64): void {
  for (let i = 0; i < n; i++) {
    const v = load<f64>(at(slope, i));
    store<f64>(at(total, i), load<f64>(at(total, i)) + factor * v);
    store<f64>(at(stage, i), load<f64>(at(theta, i)) + reach * v);
  }
}

/** One step from phases that have been observed; leaves the increment in total. */
function rungeKutta(k: f64, dt: f64): void {
  memory.fill(total, 0, <usize>n << 3);
  evaluate(k);
  blend(1.0, 0.5 * dt);
  observe(stage);
  evaluate(k);
  blend(2.0, 0.5 * dt);
  observe(stage);
  evaluate(k);
  blend(2.0, dt);
  observe(stage);
  evaluate(k);
  blend(1.0, 0.0);
  const sixth = dt / 6.0;
  for (let i = 0; i < n; i++) store<f64>(at(total, i), sixth * load<f64>(at(total, i)));
}

/** rate = omega + amplitude·normal, keyed by (key, shot, step, node). */
function drawNoise(amplitude: f64, key0: u32, key1: u32, shot: f64, step: i32): void {
  const first = <f64>step * <f64>((n + 1) >> 1);
  for (let i = 0; i < n; i += 2) {
    gaussianPair(key0, key1, shot, first + <f64>(i >> 1));
    store<f64>(at(rate, i), load<f64>(at(omega, i)) + amplitude * gaussianEven);
    if (i + 1 < n) store<f64>(at(rate, i + 1), load<f64>(at(omega, i + 1)) + amplitude * gaussianOdd);
  }
}

function move(measured: bool): void {
  for (let i = 0; i < n; i++) {
    const v = load<f64>(at(total, i));
    store<f64>(at(theta, i), wrapped(load<f64>(at(theta, i)) + v));
    if (measured) store<f64>(at(advance, i), load<f64>(at(advance, i)) + v);
  }
}

/** Effective frequencies Ω_i = advance/window: their spread, and how many keep to the collective one. */
function summarise(window: f64, tolerance: f64): void {
  let sum: f64 = 0.0, squares: f64 = 0.0;
  let locked = 0;
  for (let i = 0; i < n; i++) {
    const f = load<f64>(at(advance, i)) / window;
    sum += f;
    if (Math.abs(f - collectiveFrequency) <= tolerance) locked++;
  }
  const mean = sum / <f64>n;
  for (let i = 0; i < n; i++) {
    const f = load<f64>(at(advance, i)) / window - mean;
    squares += f * f;
  }
  frequencySpread = Math.sqrt(squares / <f64>n);
  lockedFraction = <f64>locked / <f64>n;
}

/** One coupling strength from the phases at `initial`; r of every stride-th step goes to `series`. */
export function kuramotoRun(k: f64, dt: f64, noise: f64, tolerance: f64, steps: i32, transient: i32, stride: i32,
  initial: usize, series: usize, key0: u32, key1: u32, shot: f64): void {
  memory.copy(theta, initial, <usize>n << 3);
  memory.fill(advance, 0, <usize>n << 3);
  const amplitude = noise / Math.sqrt(dt);
  if (noise > 0.0 && rate === omega) rate = heap.alloc(<usize>n << 3);
  let mean: f64 = 0.0, squares: f64 = 0.0, count: f64 = 0.0, turned: f64 = 0.0;
  observe(theta);
  for (let step = 0; step < steps; step++) {
    const c = meanCos, s = meanSin;
    const r = Math.min(1.0, Math.sqrt(c * c + s * s));
    if (step % stride === 0) store<f64>(at(series, step / stride), r);
    const measured = step >= transient;
    if (measured) {
      count += 1.0;
      const off = r - mean;
      mean += off / count;
      squares += off * (r - mean);
    }
    if (noise > 0.0) drawNoise(amplitude, key0, key1, shot, step);
    rungeKutta(k, dt);
    move(measured);
    observe(theta);
    if (measured) turned += atan2(c * meanSin - s * meanCos, c * meanCos + s * meanSin);
  }
  meanOrder = mean;
  orderDeviation = Math.sqrt(squares / count);
  collectiveFrequency = turned / (count * dt);
  summarise(count * dt, tolerance);
}
