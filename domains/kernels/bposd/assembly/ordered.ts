// Ordered statistics decoding (M. Fossorier, S. Lin, IEEE Trans. Inf. Theory 41, 1379; for quantum codes P. Panteleev, G. Kalachev, Quantum 5,
// 585, and J. Roffe et al., Phys. Rev. Research 2, 043423): the events are solved for exactly, with the mechanisms that belief propagation
// thinks likeliest as unknowns.
//   B7  Columns are taken by rising total, equal ones by number. A column independent of those before becomes a pivot.
//   B8  T holds the row operations as columns: T·h of a pivot is a single 1, in its own row. `left` is T·(events): on rows with a pivot it is the
//       solution, on the others it is what is not yet explained.
//   B9  OSD-0 stops as soon as everything is explained: later pivots would be 0.
//   B10 The combination sweep compares that solution with those that have one more column, or two of the first `order`, outside the pivots; the
//       least weight wins, of equal ones the first in this order.
import { columnStart, detectors, mask, mechanisms, row, weight } from "./problem";
import { totals } from "./messages";

/** 8-byte words of a vector of detectors; even. */
let words: i32 = 0;
let transform: usize = 0;
let left: usize = 0;
let reduced: usize = 0;
let used: usize = 0;
/** i32: the mechanism whose pivot a row is. */
let pivots: usize = 0;
/** i32 each: mechanisms in order; scratch; those outside the pivots. */
let order: usize = 0;
let spare: usize = 0;
let outside: usize = 0;
let outsiders: i32 = 0;
let keys: usize = 0;
let histogram: usize = 0;
/** Of the sweep: the reduced columns and gains of the first few outside. */
let swept: usize = 0;
let gains: usize = 0;
let sweepOrder: i32 = 0;

export let solutionMask: u64 = 0;
export let solutionWeight: f64 = 0;

export function openOrdered(sweep: i32): void {
  words = ((detectors + 127) >> 7) << 1;
  sweepOrder = sweep;
  transform = heap.alloc(<usize>detectors * <usize>words << 3);
  left = heap.alloc(<usize>words << 3);
  reduced = heap.alloc(<usize>words << 3);
  used = heap.alloc(<usize>words << 3);
  pivots = heap.alloc(<usize>detectors << 2);
  order = heap.alloc(<usize>mechanisms << 2);
  spare = heap.alloc(<usize>mechanisms << 2);
  outside = heap.alloc(<usize>mechanisms << 2);
  keys = heap.alloc(<usize>mechanisms << 2);
  histogram = heap.alloc(256 << 2);
  swept = heap.alloc((<usize>max(sweep, 1) * <usize>words) << 3);
  gains = heap.alloc(<usize>max(sweep, 1) << 3);
}

/** Solves for a row of events with the totals of a lane. False when no set of mechanisms gives these events. */
export function solve(lane: i32, bits: usize): bool {
  sortColumns(lane);
  readEvents(bits);
  outsiders = 0;
  let explained = isExplained();
  for (let i = 0; i < mechanisms; i++) {
    if (explained && sweepOrder == 0) break;
    const j = load<i32>(order + (<usize>i << 2));
    reduceColumn(j);
    const pivot = freePivot();
    if (pivot < 0) {
      store<i32>(outside + (<usize>outsiders << 2), j);
      outsiders++;
    } else {
      eliminate(pivot, j);
      if (!explained) explained = isExplained();
    }
  }
  if (!explained) return false;
  readSolution();
  if (sweepOrder > 0) combine();
  return true;
}

/** Radix sort of (total, number): floats ordered as integers. */
function sortColumns(lane: i32): void {
  for (let j = 0; j < mechanisms; j++) {
    const raw = load<u32>(totals + (<usize>j << 4) + (<usize>lane << 2));
    store<u32>(keys + (<usize>j << 2), raw & 0x80000000 ? ~raw : raw | 0x80000000);
    store<i32>(order + (<usize>j << 2), j);
  }
  for (let shift: u32 = 0; shift < 32; shift += 8) {
    memory.fill(histogram, 0, 256 << 2);
    for (let j = 0; j < mechanisms; j++) {
      const at = histogram + (<usize>((load<u32>(keys + (<usize>j << 2)) >> shift) & 255) << 2);
      store<i32>(at, load<i32>(at) + 1);
    }
    let sum = 0;
    for (let b = 0; b < 256; b++) {
      const at = histogram + (<usize>b << 2);
      const count = load<i32>(at);
      store<i32>(at, sum);
      sum += count;
    }
    for (let i = 0; i < mechanisms; i++) {
      const j = load<i32>(order + (<usize>i << 2));
      const at = histogram + (<usize>((load<u32>(keys + (<usize>j << 2)) >> shift) & 255) << 2);
      store<i32>(spare + (<usize>load<i32>(at) << 2), j);
      store<i32>(at, load<i32>(at) + 1);
    }
    const sorted = spare;
    spare = order;
    order = sorted;
  }
}

function readEvents(bits: usize): void {
  const bytes = <usize>words << 3;
  memory.fill(used, 0, bytes);
  memory.fill(left, 0, bytes);
  memory.copy(left, bits, <usize>((detectors + 7) >> 3));
  const beyond = detectors & 7;
  if (beyond != 0) {
    const at = left + <usize>(detectors >> 3);
    store<u8>(at, load<u8>(at) & <u8>((<u32>1 << <u32>beyond) - 1));
  }
  memory.fill(transform, 0, <usize>detectors * bytes);
  for (let d = 0; d < detectors; d++) setBit(transform + <usize>d * bytes, d);
}

// @ts-ignore: decorator
@inline
function setBit(vector: usize, i: i32): void {
  const at = vector + (<usize>(i >> 6) << 3);
  store<u64>(at, load<u64>(at) | (<u64>1 << <u64>(i & 63)));
}

// @ts-ignore: decorator
@inline
function hasBit(vector: usize, i: i32): bool {
  return ((load<u64>(vector + (<usize>(i >> 6) << 3)) >> <u64>(i & 63)) & 1) != 0;
}

// @ts-ignore: decorator
@inline
function add(to: usize, vector: usize): void {
  const end = <usize>words << 3;
  for (let at: usize = 0; at < end; at += 16) v128.store(to + at, v128.xor(v128.load(to + at), v128.load(vector + at)));
}

/** reduced = T·h_j. */
function reduceColumn(j: i32): void {
  const bytes = <usize>words << 3;
  memory.fill(reduced, 0, bytes);
  for (let e = columnStart(j); e < columnStart(j + 1); e++) add(reduced, transform + <usize>row(e) * bytes);
}

/** The first row without a pivot in which `reduced` is 1, or -1. */
function freePivot(): i32 {
  for (let w = 0; w < words; w++) {
    const at = <usize>w << 3;
    const free = load<u64>(reduced + at) & ~load<u64>(used + at);
    if (free != 0) return (w << 6) + <i32>ctz(free);
  }
  return -1;
}

/** Takes the pivot's row off every other row that `reduced` is 1 in. */
function eliminate(pivot: i32, j: i32): void {
  const bytes = <usize>words << 3;
  setBit(used, pivot);
  store<i32>(pivots + (<usize>pivot << 2), j);
  const at = reduced + (<usize>(pivot >> 6) << 3);
  store<u64>(at, load<u64>(at) & ~(<u64>1 << <u64>(pivot & 63)));
  for (let d = 0; d < detectors; d++) {
    const column = transform + <usize>d * bytes;
    if (hasBit(column, pivot)) add(column, reduced);
  }
  if (hasBit(left, pivot)) add(left, reduced);
}

function isExplained(): bool {
  for (let w = 0; w < words; w++) {
    const at = <usize>w << 3;
    if ((load<u64>(left + at) & ~load<u64>(used + at)) != 0) return false;
  }
  return true;
}

// @ts-ignore: decorator
@inline
function pivotOf(r: i32): i32 { return load<i32>(pivots + (<usize>r << 2)); }

function readSolution(): void {
  solutionMask = 0;
  solutionWeight = 0;
  for (let w = 0; w < words; w++) {
    for (let bits = load<u64>(left + (<usize>w << 3)); bits != 0; bits &= bits - 1) {
      const j = pivotOf((w << 6) + <i32>ctz(bits));
      solutionMask ^= mask(j);
      solutionWeight += weight(j);
    }
  }
}

/** What the weight changes by when the pivots of `vector` are flipped. */
function gainOf(vector: usize): f64 {
  let sum = 0.0;
  for (let w = 0; w < words; w++) {
    const set = load<u64>(left + (<usize>w << 3));
    for (let bits = load<u64>(vector + (<usize>w << 3)); bits != 0; bits &= bits - 1) {
      const r = <i32>ctz(bits);
      const own = weight(pivotOf((w << 6) + r));
      sum += (set >> <u64>r) & 1 ? -own : own;
    }
  }
  return sum;
}

/** What two columns' gains count twice. */
function sharedGain(a: usize, b: usize): f64 {
  const bytes = <usize>words << 3;
  for (let at: usize = 0; at < bytes; at += 16) v128.store(reduced + at, v128.and(v128.load(a + at), v128.load(b + at)));
  return gainOf(reduced);
}

function combine(): void {
  const bytes = <usize>words << 3;
  let best = 0.0;
  let first = -1;
  let second = -1;
  for (let i = 0; i < outsiders; i++) {
    const j = load<i32>(outside + (<usize>i << 2));
    reduceColumn(j);
    const gain = weight(j) + gainOf(reduced);
    if (i < sweepOrder) {
      memory.copy(swept + <usize>i * bytes, reduced, bytes);
      store<f64>(gains + (<usize>i << 3), gain);
    }
    if (gain < best) {
      best = gain;
      first = i;
    }
  }
  const most = min(sweepOrder, outsiders);
  for (let a = 0; a < most; a++) {
    for (let b = a + 1; b < most; b++) {
      const gain = load<f64>(gains + (<usize>a << 3)) + load<f64>(gains + (<usize>b << 3)) - 2 * sharedGain(swept + <usize>a * bytes, swept + <usize>b * bytes);
      if (gain < best) {
        best = gain;
        first = a;
        second = b;
      }
    }
  }
  if (first < 0) return;
  solutionWeight += best;
  flip(load<i32>(outside + (<usize>first << 2)));
  if (second >= 0) flip(load<i32>(outside + (<usize>second << 2)));
}

/** Adds a column outside the pivots to the solution, and flips the pivots that make up for it. */
function flip(j: i32): void {
  reduceColumn(j);
  solutionMask ^= mask(j);
  for (let w = 0; w < words; w++) {
    for (let bits = load<u64>(reduced + (<usize>w << 3)); bits != 0; bits &= bits - 1) solutionMask ^= mask(pivotOf((w << 6) + <i32>ctz(bits)));
  }
}
