// Phase envelopes in WebAssembly: n complex components z at an address, 16 bytes each (real, imaginary). Owns the
// arithmetic of INIT, SHIFT, ALIGN, MERGE and SPLIT, of noise kicks and of the integrity measures; `transform-reference.ts`
// is the same arithmetic in the same order.
import { atan2, cosOfLast, sinCos, sinOfLast } from "../../libm/portable";
import { gaussianEven, gaussianOdd, gaussianPair } from "../portable";

/** Pairs of Gaussian numbers one ordinal may use: half the component limit. */
const PAIRS_PER_ORDINAL: f64 = 2048.0;
const ROOT_HALF: f64 = 0.7071067811865476;
/** Components with less magnitude have no phase to speak of (2^-20). */
const FLOOR: f64 = 9.5367431640625e-7;
/** Steps of what is projected: R in 4,096ths, ψ in 4,096ths of a turn (radians a step). */
const ORDER_STEPS: f64 = 4096.0;
const PHASE_STEP: f64 = 0.0015339807878856412;
const HALF_TURN: f64 = 2048.0;
/** Largest part of the collective vector one component may carry where ψ is projected. */
const SHARE_MAX: f64 = 0.75;

/** What `measure` and `order` found; read at once. */
export let stability: f64 = 0.0;
export let drift: f64 = 0.0;
export let orderParameter: f64 = 0.0;
export let collectivePhase: f64 = 0.0;
/** 1 where there is a collective phase to project, 0 where collectivePhase must not be shown. */
export let isCollective: i32 = 0;

let meanRe: f64 = 0.0;
let meanIm: f64 = 0.0;
let weight: f64 = 0.0;
let heaviest: f64 = 0.0;

@inline function re(z: usize): f64 { return load<f64>(z); }
@inline function im(z: usize): f64 { return load<f64>(z, 8); }
@inline function put(z: usize, x: f64, y: f64): void { store<f64>(z, x); store<f64>(z, y, 8); }

/** z · (c + i·s), in place. */
@inline function turn(z: usize, c: f64, s: f64): void {
  const x = re(z), y = im(z);
  put(z, x * c - y * s, x * s + y * c);
}

/** z_j = r_j e^{iθ_j} / √Σr², θ and r from n float64 each. */
export function envelopeInit(n: i32, phases: usize, magnitudes: usize, z: usize): void {
  let sum: f64 = 0.0;
  for (let j = 0; j < n; j++) {
    const r = load<f64>(magnitudes + (<usize>j << 3));
    sum += r * r;
  }
  const norm = Math.sqrt(sum);
  for (let j = 0; j < n; j++) {
    const r = load<f64>(magnitudes + (<usize>j << 3)) / norm;
    sinCos(load<f64>(phases + (<usize>j << 3)));
    put(z + (<usize>j << 4), r * cosOfLast, r * sinOfLast);
  }
}

/** θ_j += δ_j; stride 1 for one δ a component, 0 for one δ for all. */
export function envelopeShift(n: i32, z: usize, delta: usize, stride: i32): void {
  for (let j = 0; j < n; j++) {
    sinCos(load<f64>(delta + (<usize>(j * stride) << 3)));
    turn(z + (<usize>j << 4), cosOfLast, sinOfLast);
  }
}

/** Σ|z_j|·z_j = Σ r_j² e^{iθ_j} into meanRe, meanIm, Σr_j² into weight, max r_j² into heaviest. */
function mean(n: i32, z: usize): void {
  let x: f64 = 0.0, y: f64 = 0.0, w: f64 = 0.0, most: f64 = 0.0;
  for (let j = 0; j < n; j++) {
    const a = re(z + (<usize>j << 4)), b = im(z + (<usize>j << 4));
    const square = a * a + b * b;
    const r = Math.sqrt(square);
    x += r * a;
    y += r * b;
    w += square;
    most = Math.max(most, square);
  }
  meanRe = x;
  meanIm = y;
  weight = w;
  heaviest = most;
}

/** θ_j += κ·sin(ψ - θ_j); nothing moves when there is no collective phase ψ to move to. */
export function envelopeAlign(n: i32, z: usize, kappa: f64): void {
  mean(n, z);
  const size = Math.sqrt(meanRe * meanRe + meanIm * meanIm);
  if (size <= FLOOR * weight || weight <= FLOOR * FLOOR) return;
  const cosPsi = meanRe / size, sinPsi = meanIm / size;
  for (let j = 0; j < n; j++) {
    const at = z + (<usize>j << 4);
    const a = re(at), b = im(at);
    const r = Math.sqrt(a * a + b * b);
    if (r < FLOOR) continue;
    sinCos(kappa * (sinPsi * (a / r) - cosPsi * (b / r)));
    turn(at, cosOfLast, sinOfLast);
  }
}

/** (a + σi·b, σi·a + b)/√2 in place: σ = 1 merges, σ = -1 splits. */
export function envelopeMix(n: i32, a: usize, b: usize, sign: f64): void {
  for (let j = 0; j < n; j++) {
    const p = a + (<usize>j << 4), q = b + (<usize>j << 4);
    const ax = re(p), ay = im(p), bx = re(q), by = im(q);
    put(p, (ax - sign * by) * ROOT_HALF, (ay + sign * bx) * ROOT_HALF);
    put(q, (bx - sign * ay) * ROOT_HALF, (by + sign * ax) * ROOT_HALF);
  }
}

/** θ_j += σ·g_j with g_j normal, keyed by (key, envelope, ordinal, j). */
export function envelopeKick(n: i32, z: usize, sigma: f64, key0: u32, key1: u32, envelope: f64, ordinal: f64): void {
  for (let j = 0; j < n; j += 2) {
    gaussianPair(key0, key1, envelope, ordinal * PAIRS_PER_ORDINAL + <f64>(j >> 1));
    const odd = gaussianOdd;
    sinCos(sigma * gaussianEven);
    turn(z + (<usize>j << 4), cosOfLast, sinOfLast);
    if (j + 1 >= n) break;
    sinCos(sigma * odd);
    turn(z + (<usize>(j + 1) << 4), cosOfLast, sinOfLast);
  }
}

/** S = |Σ conj(z*)·z| / (‖z‖‖z*‖) into stability, D = max |arg(z·conj(z*))| over components above the floor into drift. */
export function envelopeMeasure(n: i32, z: usize, reference: usize): void {
  let dotRe: f64 = 0.0, dotIm: f64 = 0.0, own: f64 = 0.0, other: f64 = 0.0, worst: f64 = 0.0;
  for (let j = 0; j < n; j++) {
    const a = re(z + (<usize>j << 4)), b = im(z + (<usize>j << 4));
    const c = re(reference + (<usize>j << 4)), d = im(reference + (<usize>j << 4));
    const x = c * a + d * b, y = c * b - d * a;
    const square = a * a + b * b, squareOther = c * c + d * d;
    dotRe += x;
    dotIm += y;
    own += square;
    other += squareOther;
    if (square < FLOOR * FLOOR || squareOther < FLOOR * FLOOR) continue;
    worst = Math.max(worst, Math.abs(atan2(y, x)));
  }
  drift = worst;
  stability = overlap(Math.sqrt(dotRe * dotRe + dotIm * dotIm), own, other);
}

/** Exactly 1 when z = z*. A dark envelope (interference took all of it) agrees with a dark reference and with nothing else. */
function overlap(size: f64, own: f64, other: f64): f64 {
  const dark = own < FLOOR * FLOOR, darkOther = other < FLOOR * FLOOR;
  if (dark || darkOther) return dark === darkOther ? 1.0 : 0.0;
  return Math.min(1.0, size / Math.sqrt(own * other));
}

/** ψ to the nearest step, in (-π, π]. */
function stepped(psi: f64): f64 {
  const steps = Math.floor(psi / PHASE_STEP + 0.5);
  return (steps <= -HALF_TURN ? HALF_TURN : steps) * PHASE_STEP;
}

/**
 * R·e^{iψ} = Σr_j²e^{iθ_j} / Σr_j² in whole steps into orderParameter and collectivePhase. There is no ψ where one component
 * carries more than SHARE_MAX of the collective vector (∂ψ/∂θ_j = r_j²cos(θ_j-ψ) / |Σr_j²e^{iθ_j}|), nor in a dark envelope.
 */
export function envelopeOrder(n: i32, z: usize): void {
  mean(n, z);
  const dark = weight < FLOOR * FLOOR;
  const size = Math.sqrt(meanRe * meanRe + meanIm * meanIm);
  isCollective = !dark && heaviest <= SHARE_MAX * size ? 1 : 0;
  orderParameter = dark ? 0.0 : Math.floor(Math.min(1.0, size / weight) * ORDER_STEPS + 0.5) / ORDER_STEPS;
  collectivePhase = isCollective == 1 ? stepped(atan2(meanIm, meanRe)) : 0.0;
}
