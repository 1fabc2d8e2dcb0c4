// Sparse noise: one stream of random events for each channel (a probability and what may happen then), over all its sites in the order
// they are met. Event positions are site × 1,024 + shot, their gaps geometric, so work is in proportion to the errors, not to the sites.
//   N1  Event k of stream c in block b is made of one Philox block with counter (k, c, b): words 0 and 1 the gap, 2 and 3 which outcome.
//   N2  u = (27 bits of word 0, 26 bits of word 1, plus 1) / 2^53 in (0, 1]; gap = floor(ln u / ln(1 - p)), at least 0. So P(gap >= g) = (1 - p)^g.
//   N3  The outcome is drawn by Walker's alias table: column floor(word 2 × columns / 2^32), its own mask if word 3 < its threshold.
//   N4  Stream 0 is the coins: coin k is the 8 blocks from counter (8k, 0, b) on.
import { log } from "../../libm/portable";
import { PLANE, placeOf } from "./planes";
import { lanes0, lanes1, lanes2, lanes3, philox4 } from "./philox4";

// A stream: position of the next event behind the sites met so far, its ordinal, and four events made at once.
const NEXT: usize = 0, SCALE: usize = 8, ORDINAL: usize = 16, CURSOR: usize = 20, COLUMNS: usize = 24, TABLE: usize = 28;
const GAPS: usize = 32, MASKS: usize = 64;
const STREAM: usize = 80;
const BATCH: u32 = 4;
/** Bytes of a column: threshold, own mask, other mask. */
const COLUMN_SHIFT: usize = 3;

let streams: usize = 0;
let count: i32 = 0;
let block0: u32 = 0;
let block1: u32 = 0;
let key0: u32 = 0;
let key1: u32 = 0;
let coins: u32 = 0;

// ln(1 + i/128 + …): reciprocals of interval midpoints and minus their logarithms.
const INTERVALS: i32 = 128;
let reciprocals: usize = 0;
const LN2: f64 = 0.6931471805599453;

function openLogarithms(): void {
  reciprocals = heap.alloc(<usize>INTERVALS << 4);
  for (let i = 0; i < INTERVALS; i++) {
    const reciprocal: f64 = 256.0 / <f64>(257 + 2 * i);
    store<f64>(reciprocals + (<usize>i << 4), reciprocal);
    store<f64>(reciprocals + (<usize>i << 4), -log(reciprocal), 8);
  }
}

/** ln(whole / 2^53) of a whole number in [1, 2^53]; below 2 ulp of 1. */
function logOf(whole: u64): f64 {
  const bits = reinterpret<u64>(<f64>whole);
  const exponent = <f64>(<i32>(bits >> 52) - 1076);
  const at = reciprocals + (<usize>((bits >> 45) & 127) << 4);
  const r = reinterpret<f64>((bits & 0xfffffffffffff) | 0x3ff0000000000000) * load<f64>(at) - 1.0;
  const tail = r * r * (-0.5 + r * (0.3333333333333333 + r * (-0.25 + r * (0.2 + r * -0.16666666666666666))));
  return exponent * LN2 + load<f64>(at, 8) + r + tail;
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

// @ts-ignore: decorator
@inline function makeEvent(at: usize, lane: usize, word0: u32, word1: u32, word2: u32, word3: u32): void {
  const whole = ((<u64>(word0 >> 5) << 26) | <u64>(word1 >> 6)) + 1;
  store<f64>(at + (lane << 3), max(0.0, Math.floor(logOf(whole) * load<f64>(at, SCALE))), GAPS);
  const column = <usize>load<u32>(at, TABLE) + (<usize>((<u64>word2 * <u64>load<u32>(at, COLUMNS)) >> 32) << COLUMN_SHIFT);
  store<u32>(at + (lane << 2), word3 < load<u32>(column) ? <u32>load<u16>(column, 4) : <u32>load<u16>(column, 6), MASKS);
}

/** Makes the next four events of stream `stream` at `at`. */
function makeEvents(at: usize, stream: u32): void {
  const ordinal = load<u32>(at, ORDINAL);
  philox4(ordinal, stream, block0, block1, key0, key1);
  store<u32>(at, ordinal + BATCH, ORDINAL);
  store<u32>(at, 0, CURSOR);
  const a = lanes0, b = lanes1, c = lanes2, d = lanes3;
  makeEvent(at, 0, i32x4.extract_lane(a, 0), i32x4.extract_lane(b, 0), i32x4.extract_lane(c, 0), i32x4.extract_lane(d, 0));
  makeEvent(at, 1, i32x4.extract_lane(a, 1), i32x4.extract_lane(b, 1), i32x4.extract_lane(c, 1), i32x4.extract_lane(d, 1));
  makeEvent(at, 2, i32x4.extract_lane(a, 2), i32x4.extract_lane(b, 2), i32x4.extract_lane(c, 2), i32x4.extract_lane(d, 2));
  makeEvent(at, 3, i32x4.extract_lane(a, 3), i32x4.extract_lane(b, 3), i32x4.extract_lane(c, 3), i32x4.extract_lane(d, 3));
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
    const position = <u32>next;
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
  for (let part: usize = 0; part < PLANE; part += 64) {
    philox4(coins, 0, block0, block1, key0, key1);
    coins += BATCH;
    const at = to + part;
    v128.store(at, v128.xor(v128.load(at), lanes0));
    v128.store(at, v128.xor(v128.load(at, 16), lanes1), 16);
    v128.store(at, v128.xor(v128.load(at, 32), lanes2), 32);
    v128.store(at, v128.xor(v128.load(at, 48), lanes3), 48);
  }
}
