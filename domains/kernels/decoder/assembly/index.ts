// The exports of the decoder's binary. One instance serves one graph: allocate, open, then decode as often as wanted.
import { nodeCount, open as openGraph } from "./graph";
import { matchEvents, prediction, weight } from "./matching";
import { openUnionFind, prediction as united, uniteEvents, weight as unitedWeight } from "./peel";
import { openStart } from "./start";

export function allocate(bytes: usize): usize { return heap.alloc(bytes); }

/** Events flipped before decoding, as a row of a shot: those that an odd number of edges of negative weight end at. */
let flips: usize = 0;
let flipsMask: u64 = 0;
let flipsWeight: f64 = 0;
let events: usize = 0;

export function open(count: i32, degrees: usize, records: usize, boundaries: usize, row: usize, mask: u64, weight: f64): void {
  openGraph(count, degrees, records, boundaries);
  flips = row;
  flipsMask = mask;
  flipsWeight = weight;
  openStart(count);
  events = heap.alloc(<usize>count * 4 + 4);
}

/** Lists the events of a row of `nodeCount` bits, least significant bit of each byte first; the bits behind are not looked at. */
function readEvents(row: usize): u32 {
  let found: usize = events;
  let base: u32 = 0;
  let left = nodeCount;
  for (let at: usize = 0; left > 0; at += 8, base += 64, left -= 64) {
    let word = load<u64>(row + at) ^ load<u64>(flips + at);
    if (left < 64) word &= (<u64>1 << <u64>left) - 1;
    while (word !== 0) {
      store<u32>(found, base + <u32>ctz(word));
      found += 4;
      word &= word - 1;
    }
  }
  return <u32>((found - events) >> 2);
}

// @ts-ignore: decorator
@inline function answer(solved: bool, mask: u64, weight: i64, masks: usize, weights: usize): void {
  store<u64>(masks, solved ? mask ^ flipsMask : 0);
  store<f64>(weights, solved ? <f64>weight + flipsWeight : Infinity);
}

/**
 * Decodes `shots` rows of `rowBytes` bytes at `rows` (8 readable bytes behind the last): for each a mask (u64) at `masks` and a weight
 * (f64) at `weights`, Infinity where the events cannot be explained.
 */
export function decodeMatching(rows: usize, rowBytes: usize, shots: i32, masks: usize, weights: usize): void {
  for (let shot = 0; shot < shots; shot++, rows += rowBytes, masks += 8, weights += 8) {
    const count = readEvents(rows);
    if (count === 0) answer(true, 0, 0, masks, weights);
    else answer(matchEvents(events, count), prediction, weight, masks, weights);
  }
}

/** The same by union-find. */
export function decodeUnionFind(rows: usize, rowBytes: usize, shots: i32, masks: usize, weights: usize): void {
  openUnionFind();
  for (let shot = 0; shot < shots; shot++, rows += rowBytes, masks += 8, weights += 8) {
    const count = readEvents(rows);
    if (count === 0) answer(true, 0, 0, masks, weights);
    else answer(uniteEvents(events, count), united, unitedWeight, masks, weights);
  }
}
