// The oscillator Ising machine in WebAssembly: phases under pairwise coupling, second-harmonic injection and annealed
// noise, read out as spins. Owns one problem and the run of one restart; `ising-reference.ts` is the same arithmetic in
// the same order.
//   I1  A row is summed in four interleaved parts, (p0 + p1) + (p2 + p3), entry e of the row in part e mod 4 for whole
//       groups of four and the rest in p0: one order, and four additions in flight.
//   I2  A restart depends on (key, restart) and the schedule alone: draws 0 … n-1 of shot `restart` are the initial
//       phases, each later block of eight half-words is the noise of eight oscillators of one step.
//   I3  The step is the schedule's or the longest stable one, whichever is less (`longestStep`): a stiff problem is
//       followed more slowly, never wrongly.
import { cosOfLast, sinCos, sinOfLast } from "../../libm/portable";
import { philoxBlock, philoxUniform, word0, word1, word2, word3 } from "../../philox/portable";
import { TWO_PI, wrapped } from "../portable";

/** √12 · 2^-16: a half-word less its middle times this has mean 0 and variance 1 - 2^-32. */
const UNIT_DEVIATION: f64 = 0.00005285799583645255;
/** A descent needs a handful; the cap stops a cycle that rounding of real weights could make. */
const SWEEPS_MAX: i32 = 1000;
/** Power iterations for the spectral radius of J. */
const ITERATIONS: i32 = 64;
/** Of the 2 at which leapfrog on an oscillator of frequency √stiffness, or Euler on its decay, turns unstable. */
const STABLE: f64 = 1.9;

let n: i32 = 0;
let offsets: usize = 0;
let targets: usize = 0;
let weights: usize = 0;
let fields: usize = 0;
/** All weights are 1: a product that changes nothing is left out. */
let unit: bool = false;
let scale: f64 = 1.0;
/** Bound on the curvature that unscaled couplings and fields give one phase, or one mode of all. */
let curvature: f64 = 0.0;

let theta: usize = 0;
let velocity: usize = 0;
let kicks: usize = 0;
/** cos and sin of every phase, interleaved. */
let circle: usize = 0;
/** Spins ±1 and the local fields Σ J_ij s_j + h_i, float64. */
let spins: usize = 0;
let local: usize = 0;
let best: usize = 0;

/** Energy of the spins `isingRestart` left at `isingBest()`. */
export let bestEnergy: f64 = 0.0;

@inline function at(base: usize, i: i32): usize { return base + (<usize>i << 3); }
@inline function row(i: i32): i32 { return load<i32>(offsets + (<usize>i << 2)); }
@inline function target(e: i32): usize { return <usize>load<i32>(targets + (<usize>e << 2)); }

/** Couplings as a symmetric CSR; `localFields` holds n numbers. */
export function isingOpen(nodes: i32, rowOffsets: usize, rowTargets: usize, rowWeights: usize, localFields: usize): void {
  n = nodes;
  offsets = rowOffsets;
  targets = rowTargets;
  weights = rowWeights;
  fields = localFields;
  const bytes = <usize>n << 3;
  theta = heap.alloc(bytes);
  velocity = heap.alloc(bytes);
  kicks = heap.alloc(bytes + 64);
  circle = heap.alloc(bytes << 1);
  spins = heap.alloc(bytes);
  local = heap.alloc(bytes);
  best = heap.alloc(bytes);
  measureProblem();
  curvature += spectralRadius();
}

/** unit, scale, and the local part of curvature: two row norms of J and the largest field. */
function measureProblem(): void {
  let squares: f64 = 0.0, widest: f64 = 0.0, strongest: f64 = 0.0;
  unit = true;
  for (let i = 0; i < n; i++) {
    let own: f64 = 0.0;
    for (let e = row(i); e < row(i + 1); e++) {
      const w = load<f64>(at(weights, e));
      own += w * w;
      if (w !== 1.0) unit = false;
    }
    const h = load<f64>(at(fields, i));
    squares += own + h * h;
    widest = Math.max(widest, own);
    strongest = Math.max(strongest, Math.abs(h));
  }
  scale = squares > 0.0 ? 1.0 / Math.sqrt(squares / <f64>n) : 1.0;
  curvature = 2.0 * Math.sqrt(widest) + strongest;
}

/** Largest |eigenvalue| of J from below, by power iteration from a fixed vector. */
function spectralRadius(): f64 {
  let size: f64 = 0.0;
  for (let i = 0; i < n; i++) store<f64>(at(spins, i), 1.0 + 0.125 * <f64>(i % 7));
  for (let turn = 0; turn <= ITERATIONS; turn++) {
    let squares: f64 = 0.0;
    for (let i = 0; i < n; i++) {
      const y = turn === 0 ? load<f64>(at(spins, i)) : coupled(i);
      store<f64>(at(local, i), y);
      squares += y * y;
    }
    size = Math.sqrt(squares);
    if (size === 0.0) return 0.0;
    for (let i = 0; i < n; i++) store<f64>(at(spins, i), load<f64>(at(local, i)) / size);
  }
  return size;
}

/** The schedule's step, or less where the problem and the strongest injection are stiff. */
function longestStep(dt: f64, coupling: f64, injection: f64, inertial: bool): f64 {
  const stiffness = coupling * curvature + 2.0 * injection;
  if (stiffness <= 0.0) return dt;
  return Math.min(dt, inertial ? STABLE / Math.sqrt(stiffness) : STABLE / stiffness);
}

/** Float64 spins, ±1, of the best read-out of the last restart. */
export function isingBest(): usize { return best; }

function start(key0: u32, key1: u32, restart: f64): void {
  for (let i = 0; i < n; i++) {
    store<f64>(at(theta, i), wrapped(TWO_PI * philoxUniform(key0, key1, restart, <f64>i)));
    store<f64>(at(velocity, i), 0.0);
  }
}

/** n numbers of mean 0 and variance 1, uniform on 65,536 levels, into kicks. */
function drawKicks(key0: u32, key1: u32, restart: f64, first: f64): void {
  for (let i = 0; i < n; i += 8) {
    const draw = first + <f64>(i >> 3);
    const high = Math.floor(draw / 4294967296.0);
    philoxBlock(<u32>(draw - high * 4294967296.0), <u32>high, <u32>restart, 0, key0, key1);
    const to = at(kicks, i);
    putKicks(to, word0);
    putKicks(to + 16, word1);
    putKicks(to + 32, word2);
    putKicks(to + 48, word3);
  }
}

@inline function putKicks(to: usize, word: u32): void {
  store<f64>(to, (<f64>(word & 0xffff) - 32767.5) * UNIT_DEVIATION);
  store<f64>(to, (<f64>(word >>> 16) - 32767.5) * UNIT_DEVIATION, 8);
}

function observe(): void {
  for (let i = 0; i < n; i++) {
    sinCos(load<f64>(at(theta, i)));
    const to = circle + (<usize>i << 4);
    store<f64>(to, cosOfLast);
    store<f64>(to, sinOfLast, 8);
  }
}

/** (Σ J_ij cos θ_j, Σ J_ij sin θ_j) of row i. */
@inline function field(i: i32): v128 {
  let e = row(i);
  const end = row(i + 1), whole = e + ((end - e) & ~3);
  let p0 = f64x2.splat(0.0), p1 = f64x2.splat(0.0), p2 = f64x2.splat(0.0), p3 = f64x2.splat(0.0);
  if (unit) {
    for (; e < whole; e += 4) {
      p0 = f64x2.add(p0, v128.load(circle + (target(e) << 4)));
      p1 = f64x2.add(p1, v128.load(circle + (target(e + 1) << 4)));
      p2 = f64x2.add(p2, v128.load(circle + (target(e + 2) << 4)));
      p3 = f64x2.add(p3, v128.load(circle + (target(e + 3) << 4)));
    }
    for (; e < end; e++) p0 = f64x2.add(p0, v128.load(circle + (target(e) << 4)));
  } else {
    for (; e < whole; e += 4) {
      p0 = f64x2.add(p0, weighted(e));
      p1 = f64x2.add(p1, weighted(e + 1));
      p2 = f64x2.add(p2, weighted(e + 2));
      p3 = f64x2.add(p3, weighted(e + 3));
    }
    for (; e < end; e++) p0 = f64x2.add(p0, weighted(e));
  }
  return f64x2.add(f64x2.add(p0, p1), f64x2.add(p2, p3));
}

@inline function weighted(e: i32): v128 {
  return f64x2.mul(v128.load64_splat(at(weights, e)), v128.load(circle + (target(e) << 4)));
}

/** One step: v += dt·(F - γv) + amplitude·kick, θ += dt·v; overdamped: θ += dt·F + amplitude·kick. */
function advance(coupling: f64, injection: f64, dt: f64, damping: f64, amplitude: f64, inertial: bool): void {
  const keep = 1.0 - damping * dt;
  for (let i = 0; i < n; i++) {
    const sum = field(i);
    const c = load<f64>(circle + (<usize>i << 4)), s = load<f64>(circle + (<usize>i << 4), 8);
    const pull = s * (f64x2.extract_lane(sum, 0) + load<f64>(at(fields, i))) - c * f64x2.extract_lane(sum, 1);
    const force = coupling * pull - 2.0 * injection * s * c;
    const kick = amplitude * load<f64>(at(kicks, i));
    if (inertial) {
      const v = load<f64>(at(velocity, i)) * keep + dt * force + kick;
      store<f64>(at(velocity, i), v);
      store<f64>(at(theta, i), wrapped(load<f64>(at(theta, i)) + dt * v));
    } else {
      store<f64>(at(theta, i), wrapped(load<f64>(at(theta, i)) + dt * force + kick));
    }
  }
}

/** Spins by the sign of cos θ, then (when asked) single-spin descent in index order until no flip lowers the energy. */
function readOut(polish: bool): f64 {
  for (let i = 0; i < n; i++) store<f64>(at(spins, i), load<f64>(circle + (<usize>i << 4)) >= 0.0 ? 1.0 : -1.0);
  if (polish) {
    for (let i = 0; i < n; i++) store<f64>(at(local, i), coupled(i) + load<f64>(at(fields, i)));
    for (let sweep = 0; sweep < SWEEPS_MAX && descend(); sweep++) {}
  }
  let doubled: f64 = 0.0, linear: f64 = 0.0;
  for (let i = 0; i < n; i++) {
    const s = load<f64>(at(spins, i));
    doubled += s * coupled(i);
    linear += s * load<f64>(at(fields, i));
  }
  return 0.5 * doubled + linear;
}

/** Σ J_ij s_j in storage order. */
function coupled(i: i32): f64 {
  let sum: f64 = 0.0;
  for (let e = row(i); e < row(i + 1); e++) sum += load<f64>(at(weights, e)) * load<f64>(spins + (target(e) << 3));
  return sum;
}

/** One sweep of flips that each lower the energy; false when there was none. */
function descend(): bool {
  let flipped = false;
  for (let i = 0; i < n; i++) {
    const s = load<f64>(at(spins, i));
    if (!(s * load<f64>(at(local, i)) > 0.0)) continue;
    store<f64>(at(spins, i), -s);
    for (let e = row(i); e < row(i + 1); e++) {
      const to = local + (target(e) << 3);
      store<f64>(to, load<f64>(to) - 2.0 * s * load<f64>(at(weights, e)));
    }
    flipped = true;
  }
  return flipped;
}

function keepBest(polish: bool, first: bool): void {
  const energy = readOut(polish);
  if (!first && energy >= bestEnergy) return;
  bestEnergy = energy;
  memory.copy(best, spins, <usize>n << 3);
}

/**
 * One restart. Injection and noise go linearly from start to end over the steps; read-outs every `readEvery` steps from
 * step `readFrom` on (0: none) and one at the end, of which the lowest energy (the earliest of equals) is kept.
 */
export function isingRestart(steps: i32, inertial: bool, longest: f64, damping: f64, coupling: f64, injectionStart: f64,
  injectionEnd: f64, noiseStart: f64, noiseEnd: f64, readEvery: i32, readFrom: i32, polish: bool,
  key0: u32, key1: u32, restart: f64): void {
  const blocks = <f64>((n + 7) >> 3);
  const dt = longestStep(longest, coupling * scale, Math.max(injectionStart, injectionEnd), inertial);
  const root = Math.sqrt(dt);
  let first = true;
  start(key0, key1, restart);
  observe();
  for (let step = 0; step < steps; step++) {
    const x = (<f64>step + 0.5) / <f64>steps;
    drawKicks(key0, key1, restart, <f64>n + <f64>step * blocks);
    advance(coupling * scale, injectionStart + (injectionEnd - injectionStart) * x, dt, damping,
      (noiseStart + (noiseEnd - noiseStart) * x) * root, inertial);
    observe();
    const last = step + 1 === steps;
    if (last || (readEvery > 0 && step >= readFrom && (step - readFrom) % readEvery === 0)) {
      keepBest(polish, first);
      first = false;
    }
  }
}
