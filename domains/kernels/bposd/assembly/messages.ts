// Min-sum belief propagation, four shots side by side: one lane of 32-bit floats each (M. Fossorier, M. Mihaljević, H. Imai, IEEE Trans.
// Commun. 47, 673).
//   B3  Flooding: in an iteration every check answers the messages of the one before, in the order of the checks; sums are in that order.
//   B4  A lane computes what it would compute alone: lanes share no value, and a lane is begun anew for its next shot.
//   B5  A mechanism is thought to have happened when its total is negative (its sign bit is set).
//   B6  Messages of a check are scaled: by `scale`, or for scale 0 by 1 - 2^-k in iteration k.
import { checks, checkStart, detectors, edges, mechanisms, members, weights } from "./problem";

const LANES: i32 = 4;
/** Stands for "no other message": beyond any sum of weights, and finite. */
const BOUNDLESS: f32 = 1e30;

/** 16 bytes each: totals of the last iteration and of the one in the making (a mechanism), messages to mechanisms (an edge). */
export let totals: usize = 0;
let upcoming: usize = 0;
let messages: usize = 0;
let priors: usize = 0;
/** The sign bits of each detector's events, a lane each. */
export let syndromes: usize = 0;
/** What the mechanisms of a check say to it: as many as its widest has. */
let said: usize = 0;
let scaleOf: usize = 0;

export function openMessages(): void {
  totals = heap.alloc(<usize>mechanisms << 4);
  upcoming = heap.alloc(<usize>mechanisms << 4);
  priors = heap.alloc(<usize>mechanisms << 4);
  messages = heap.alloc((<usize>edges << 4) + 16);
  syndromes = heap.alloc(<usize>detectors << 4);
  scaleOf = heap.alloc(16);
  let widest = 0;
  for (let d = 0; d < detectors; d++) widest = max(widest, checkStart(d + 1) - checkStart(d));
  said = heap.alloc((<usize>widest << 4) + 16);
  memory.fill(messages, 0, <usize>edges << 4);
  memory.fill(syndromes, 0, <usize>detectors << 4);
  for (let j = 0; j < mechanisms; j++) v128.store(priors + (<usize>j << 4), f32x4.splat(<f32>load<f64>(weights + (<usize>j << 3))));
  memory.copy(totals, priors, <usize>mechanisms << 4);
}

/** A lane as it is before the first iteration, for the events of a row of bits. */
export function beginLane(lane: i32, bits: usize): void {
  const offset = <usize>lane << 2;
  for (let e = 0; e < edges; e++) store<f32>(messages + offset + (<usize>e << 4), 0);
  for (let j = 0; j < mechanisms; j++) {
    const at = offset + (<usize>j << 4);
    store<f32>(totals + at, load<f32>(priors + at));
  }
  for (let d = 0; d < detectors; d++) {
    const bit = <u32>(load<u8>(bits + <usize>(d >> 3)) >> <u8>(d & 7)) & 1;
    store<u32>(syndromes + offset + (<usize>d << 4), bit << 31);
  }
}

/** Sets what a lane's messages are scaled by from now on. */
export function scaleLane(lane: i32, factor: f32): void { store<f32>(scaleOf + (<usize>lane << 2), factor); }

/** One iteration of every lane. Answers with the lanes (bits 0 … 3) whose totals before it gave every event. */
export function iterate(): i32 {
  const signs = i32x4.splat(i32.MIN_VALUE);
  const scale = v128.load(scaleOf);
  let wrong = i32x4.splat(0);
  memory.copy(upcoming, priors, <usize>mechanisms << 4);
  for (let d = 0; d < detectors; d++) {
    const first = checkStart(d);
    const last = checkStart(d + 1);
    const event = v128.load(syndromes + (<usize>d << 4));
    let parity = event;
    let sign = event;
    let least = f32x4.splat(BOUNDLESS);
    let second = least;
    let saidAt = said;
    for (let e = first; e < last; e++) {
      const total = v128.load(totals + (<usize>load<u32>(members + (<usize>e << 2)) << 4));
      const message = f32x4.sub(total, v128.load(messages + (<usize>e << 4)));
      v128.store(saidAt, message);
      saidAt += 16;
      parity = v128.xor(parity, total);
      sign = v128.xor(sign, message);
      const size = f32x4.abs(message);
      second = f32x4.min(second, f32x4.max(least, size));
      least = f32x4.min(least, size);
    }
    wrong = v128.or(wrong, parity);
    least = f32x4.mul(least, scale);
    const other = f32x4.mul(second, scale);
    saidAt = said;
    for (let e = first; e < last; e++) {
      const message = v128.load(saidAt);
      saidAt += 16;
      const size = f32x4.mul(f32x4.abs(message), scale);
      const answer = v128.or(v128.bitselect(other, least, f32x4.eq(size, least)), v128.and(signs, v128.xor(sign, message)));
      v128.store(messages + (<usize>e << 4), answer);
      const sumAt = upcoming + (<usize>load<u32>(members + (<usize>e << 2)) << 4);
      v128.store(sumAt, f32x4.add(v128.load(sumAt), answer));
    }
  }
  return i32x4.bitmask(wrong) ^ ((1 << LANES) - 1);
}

/** The totals of the iteration that was just made become those of the next. */
export function advance(): void {
  const made = upcoming;
  upcoming = totals;
  totals = made;
}
