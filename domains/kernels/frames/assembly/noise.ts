// Sparse noise: one stream of random events for each channel (a probability and what may happen then), over all its sites in the order
// they are met. Event positions are site × 1,024 + shot, their gaps geometric, so work is in proportion to the errors, not to the sites.
//   N1  Event k of stream c in block b is made of one Philox block with counter (k, c, b): words 0 and 1 the gap, 2 and 3 which outcome.
//   N2  u = (27 bits of word 0, 26 bits of word 1, plus 1) / 2^53 in (0, 1]; gap = floor(ln u / ln(1 - p)), at least 0. So P(gap >= g) = (1 - p)^g.
//   N3  The outcome is drawn by Walker's alias table: column floor(word 2 × columns / 2^32), its own mask if word 3 < its threshold.
//   N4  Stream 0 is the coins: coin k is the 8 blocks from counter (8k, 0, b) on.
import { log } from "../../libm/portable";
import { PLANE, addTo, placeOf } from "./planes";
import { philox8 } from "./philox";

// A stream: position of the next event behind the sites met so far, its ordinal, and eight events made at once.
const SCALE: usize = 8, ORDINAL: usize = 16, CURSOR: usize = 20, COLUMNS: usize = 24, TABLE: usize = 28;
const GAPS: usize = 32, MASKS: usize = 96;
const STREAM: usize = 128;
const BATCH: u32 = 8;
/** Bytes of a column: threshold, own mask, other mask. */
const COLUMN_SHIFT: usize = 3;

let streams: usize = 0;
let count: i32 = 0;
let block0: u32 = 0;
let block1: u32 = 0;
let key0: u32 = 0;
let key1: u32 = 0;
let coins: u32 = 0;
/** 128 bytes of fresh words. */
let words: usize = 0;

// Reciprocals of the midpoints of 128 intervals of [1, 2), each with minus its logarithm.
const INTERVALS: i32 = 128;
let reciprocals: usize = 0;
const LN2: f64 = 0.6931471805599453;

function openLogarithms(): void {
  reciprocals = (heap.alloc((<usize>INTERVALS << 4) + 16) + 15) & ~15;
  words = (heap.alloc(PLANE + 16) + 15) & ~15;
  for (let i = 0; i < INTERVALS; i++) {
    const reciprocal: f64 = 256.0 / <f64>(257 + 2 * i);
    store<f64>(reciprocals + (<usize>i << 4), reciprocal);
    store<f64>(reciprocals + (<usize>i << 4), -log(reciprocal), 8);
  }
}

/** ln(whole / 2^53) of two whole numbers in [1, 2^53]; below 2 ulp of 1. */
// @ts-ignore: decorator
@inline function logsOf(whole: v128): v128 {
  const top = i64x2.shr_u(whole, 45);
  const a = v128.load(reciprocals + (<usize>(v128.extract_lane<i64>(top, 0) & 127) << 4));
  const b = v128.load(reciprocals + (<usize>(v128.extract_lane<i64>(top, 1) & 127) << 4));
  const raised = i64x2.shr_u(whole, 52);
  const exponent = f64x2.convert_low_i32x4_s(i32x4.sub(i32x4.shuffle(raised, raised, 0, 2, 0, 2), i32x4.splat(1076)));
  const mantissa = v128.or(v128.and(whole, i64x2.splat(0xfffffffffffff)), i64x2.splat(0x3ff0000000000000));
  const r = f64x2.sub(f64x2.mul(mantissa, i64x2.shuffle(a, b, 0, 2)), f64x2.splat(1.0));
  let tail = f64x2.add(f64x2.splat(0.2), f64x2.mul(r, f64x2.splat(-0.16666666666666666)));
  tail = f64x2.add(f64x2.splat(-0.25), f64x2.mul(r, tail));
  tail = f64x2.add(f64x2.splat(0.3333333333333333), f64x2.mul(r, tail));
  tail = f64x2.add(f64x2.splat(-0.5), f64x2.mul(r, tail));
  const near = f64x2.add(f64x2.add(f64x2.mul(exponent, f64x2.splat(LN2)), i64x2.shuffle(a, b, 1, 3)), r);
  return f64x2.add(near, f64x2.mul(f64x2.mul(r, r), tail));
}

/** Streams 1 … `streamCount`; each is described by `describeStream`. */
export function openStreams(streamCount: i32): void {
  count = streamCount;
  streams = heap.alloc(<usize>(streamCount + 1) * STREAM);
  openLogarithms();
}

/** `scale` is 1 / ln(1 - p); `table` has `columns` columns. */
export function describeStream(stream: i32, scale: f64, columns: i32, table: usize): void {
  const at = streams + <usize>stream * STREAM;
  store<f64>(at, scale, SCALE);
  store<i32>(at, columns, COLUMNS);
  store<u32>(at, <u32>table, TABLE);
}

/** Two gaps from the words at `from` and `from + 32`. */
// @ts-ignore: decorator
@inline function makeGaps(from: usize, scale: v128, to: usize): void {
  const high = f64x2.convert_low_i32x4_u(i32x4.shr_u(v128.load64_zero(from), 5));
  const low = f64x2.convert_low_i32x4_u(i32x4.shr_u(v128.load64_zero(from, 32), 6));
  const whole = f64x2.add(f64x2.add(f64x2.mul(high, f64x2.splat(67108864.0)), low), f64x2.splat(1.0));
  v128.store(to, f64x2.pmax(f64x2.splat(0.0), f64x2.floor(f64x2.mul(logsOf(whole), scale))));
}

/** Makes the next eight events of stream `stream` at `at`. */
function makeEvents(at: usize, stream: u32): void {
  const ordinal = load<u32>(at, ORDINAL);
  const from = words;
  philox8(from, ordinal, stream, block0, block1, key0, key1);
  store<u32>(at, ordinal + BATCH, ORDINAL);
  store<u32>(at, 0, CURSOR);
  const scale = v128.load64_splat(at, SCALE);
  makeGaps(from, scale, at + GAPS);
  makeGaps(from + 8, scale, at + GAPS + 16);
  makeGaps(from + 16, scale, at + GAPS + 32);
  makeGaps(from + 24, scale, at + GAPS + 48);
  const columns = load<u32>(at, COLUMNS), table = <usize>load<u32>(at, TABLE);
  for (let event: usize = 0; event < 32; event += 4) {
    const column = table + (<usize>((<u64>load<u32>(from + event, 64) * <u64>columns) >> 32) << COLUMN_SHIFT);
    const own = <u32>load<u16>(column, 4), other = <u32>load<u16>(column, 6);
    store<u32>(at + event, load<u32>(from + event, 96) < load<u32>(column) ? own : other, MASKS);
  }
}

export function startBlock(k0: u32, k1: u32, b0: u32, b1: u32): void {
  key0 = k0;
  key1 = k1;
  block0 = b0;
  block1 = b1;
  coins = 0;
  for (let stream = 1; stream <= count; stream++) {
    const at = streams + <usize>stream * STREAM;
    store<u32>(at, 0, ORDINAL);
    makeEvents(at, stream);
    store<f64>(at, load<f64>(at, GAPS));
  }
}

// @ts-ignore: decorator
@inline function flip(operand: i32, byte: usize, bit: u32): void {
  const at = placeOf(operand) + byte;
  store<u8>(at, load<u8>(at) ^ <u8>bit);
}

/** The events of stream `stream` at its next `sites` sites, whose `slots` operands each stand at `operands`. Mask bit i flips slot i. */
export function disturb(stream: i32, sites: i32, slots: i32, operands: usize): void {
  const at = streams + <usize>stream * STREAM;
  const limit = <f64>sites * 1024.0;
  let next = load<f64>(at);
  while (next < limit) {
    const position = <u32><i32>next;
    const site = operands + (<usize>((position >> 10) * <u32>slots) << 2);
    const byte = <usize>((position & 1023) >> 3), shift = position & 7;
    let cursor = load<u32>(at, CURSOR);
    const mask = load<u32>(at + (<usize>cursor << 2), MASKS);
    for (let slot: i32 = 0; slot < slots; slot++) flip(load<i32>(site + (<usize>slot << 2)), byte, ((mask >> slot) & 1) << shift);
    cursor += 1;
    if (cursor == BATCH) {
      makeEvents(at, stream);
      cursor = 0;
    }
    store<u32>(at, cursor, CURSOR);
    next += 1.0 + load<f64>(at + (<usize>cursor << 3), GAPS);
  }
  store<f64>(at, next - limit);
}

/** A fresh coin for every shot, into the plane at `to`, over what is there. */
export function tossInto(to: usize): void {
  philox8(words, coins, 0, block0, block1, key0, key1);
  coins += BATCH;
  addTo(to, words);
}
