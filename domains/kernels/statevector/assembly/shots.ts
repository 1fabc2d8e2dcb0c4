// Shots: which of them read what. Owns the array of shot numbers, cut into ranges of equal history, and the result bytes.
//   H1  A shot's outcome depends on its number, the ordinal and P(0) alone (Philox), so how ranges were cut shows nowhere.
import { philoxUniform } from "../../philox/portable";
import { foldAside, squareAll, weight0, weight1 } from "./weigh";

let shots: usize = 0;
let bits: usize = 0;
let clbits: usize = 0;
let key0: u32 = 0;
let key1: u32 = 0;
/** Where the state being sampled ends: sums are folded right below. */
let top: usize = 0;

/** Numbers the shots at `list` (32-bit each); `result` takes shots × clbits bytes. */
export function openShots(list: usize, count: u32, result: usize, width: u32, k0: u32, k1: u32): void {
  shots = list;
  bits = result;
  clbits = width;
  key0 = k0;
  key1 = k1;
  for (let shot: u32 = 0; shot < count; shot++) store<u32>(shots + (<usize>shot << 2), shot);
}

/** Orders the range [from, to) so that the shots that read 0 come first; gives the first place of those that read 1. */
export function split(from: u32, to: u32, ordinal: u32, w0: f64, w1: f64): u32 {
  if (w1 == 0) return to;
  if (w0 == 0) return from;
  const zero = w0 / (w0 + w1);
  while (from < to) {
    const place = shots + (<usize>from << 2);
    const shot = load<u32>(place);
    if (philoxUniform(key0, key1, <f64>shot, <f64>ordinal) < zero) {
      from++;
    } else {
      const last = shots + (<usize>--to << 2);
      store<u32>(place, load<u32>(last));
      store<u32>(last, shot);
    }
  }
  return from;
}

/** Gives every shot of the range the classical bits at `record`. */
export function publish(from: u32, to: u32, record: usize): void {
  for (let at = from; at < to; at++) {
    memory.copy(bits + <usize>load<u32>(shots + (<usize>at << 2)) * clbits, record, clbits);
  }
}

function note(from: u32, to: u32, clbit: i32, bit: u8): void {
  if (clbit < 0) return;
  for (let at = from; at < to; at++) {
    store<u8>(bits + <usize>load<u32>(shots + (<usize>at << 2)) * clbits + clbit, bit);
  }
}

/** Keeps those of 2^bits weights whose bit `position` is `bit`, in order; target may be source. */
function select(target: usize, source: usize, bits: i32, position: i32, bit: usize): void {
  const run = <usize>1 << position;
  const rows = <usize>1 << (bits - 1 - position);
  let from = source + ((bit * run) << 3);
  if (run == 1) {
    for (let row: usize = 0; row < rows; row++) store<f64>(target + (row << 3), load<f64>(from + (row << 4)));
    return;
  }
  const bytes = run << 3;
  for (let row: usize = 0; row < rows; row++) {
    for (let at: usize = 0; at < bytes; at += 16) v128.store(target + at, v128.load(from + at));
    target += bytes;
    from += bytes << 1;
  }
}

/**
 * Measures the rest of the table for one range. `weights` holds 2^free squares: those of the histories the range shares,
 * indexed by the qubits not in `fixed`. A parted range needs room for 2^(free-1) more behind them,
 * a fold for 2^(free-1) below `top`: of the state's bytes the weights leave a half, a part's a quarter, and so on, so they never meet.
 */
function descend(step: usize, end: usize, weights: usize, free: i32, fixed: u32, values: u32, from: u32, to: u32): void {
  for (; step < end; step += 12) {
    const qubit = load<u32>(step);
    const clbit = load<i32>(step, 4);
    if ((fixed >> qubit) & 1) {
      note(from, to, clbit, <u8>((values >> qubit) & 1));
      continue;
    }
    const position = <i32>qubit - popcnt<i32>(fixed & ((<u32>1 << qubit) - 1));
    foldAside(weights, free, position, top - (<usize>4 << free));
    const middle = split(from, to, load<u32>(step, 8), weight0, weight1);
    note(from, middle, clbit, 0);
    note(middle, to, clbit, 1);
    fixed |= <u32>1 << qubit;
    if (from < middle && middle < to) {
      const other = weights + (<usize>8 << free);
      select(other, weights, free, position, 1);
      descend(step + 12, end, other, free - 1, fixed, values | (<u32>1 << qubit), middle, to);
      to = middle;
    }
    const one = from == middle;
    if (one) values |= <u32>1 << qubit;
    select(weights, weights, free, position, one ? 1 : 0);
    free--;
  }
}

/**
 * Samples the measurements of the table at [step, end), rows of (qubit, clbit or -1, ordinal), for a range of shots that
 * share this state, one after the other as if each were projected. Uses the state up: its memory becomes the weights.
 */
export function sampleRest(state: usize, qubits: i32, step: usize, end: usize, from: u32, to: u32): void {
  if (step == end) return;
  top = state + (<usize>16 << qubits);
  squareAll(state, qubits);
  descend(step, end, state, qubits, 0, 0, from, to);
}
