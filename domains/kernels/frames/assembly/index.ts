// The exports of the frame sampler's binary: a program of micro-operations on bit planes, run for 1,024 shots at a time.
// The program was checked before it came here (../check.ts): operands, lookbacks, loops and counts are in range.
import { describeStream, disturb, openStreams, startBlock, tossInto } from "./noise";
import { addTo, clear, clearPlanes, exchange, invert, nextDetector, openPlanes, outputs, placeOf, record, without } from "./planes";
import { writeRows } from "./transpose";

export { describeStream } from "./noise";

// As in ../program.ts; permanent.
const ADD: i32 = 1, SWAP: i32 = 2, CLEAR: i32 = 3, COIN: i32 = 4, WITHOUT: i32 = 5, RECORD: i32 = 6;
const DETECT: i32 = 7, OBSERVE: i32 = 8, NOISE: i32 = 9, LOOP: i32 = 10, END: i32 = 11;
const DEPTH: usize = 64;

let code: usize = 0;
let codeEnd: usize = 0;
let outputCount: i32 = 0;
/** Index of the first observable among the outputs; -1 when measurements are wanted and no detector is computed. */
let observables: i32 = 0;
let loops: usize = 0;
/** A bit a measurement; 0 where measurements are not wanted. */
let reference: usize = 0;

export function allocate(bytes: usize): usize { return (heap.alloc(bytes + 16) + 15) & ~15; }

/** `detectors` is -1 for measurements: then the ring holds all of them and is what is written. */
export function open(codeAt: usize, words: i32, planes: i32, ring: i32, detectors: i32, outputsWanted: i32, streams: i32, referenceAt: usize): void {
  reference = referenceAt;
  code = codeAt;
  codeEnd = codeAt + (<usize>words << 2);
  observables = detectors;
  outputCount = outputsWanted;
  loops = allocate(DEPTH << 3);
  openPlanes(planes, ring, detectors < 0 ? 0 : outputsWanted);
  openStreams(streams);
}

function sumInto(to: usize, at: usize, end: usize): void {
  for (; at < end; at += 4) addTo(to, placeOf(load<i32>(at)));
}

function execute(): void {
  let depth: usize = 0;
  let at = code;
  while (at < codeEnd) {
    const op = load<i32>(at);
    const end = at + 8 + (<usize>load<i32>(at, 4) << 2);
    at += 8;
    switch (op) {
      case ADD: { for (; at < end; at += 8) addTo(placeOf(load<i32>(at)), placeOf(load<i32>(at, 4))); break; }
      case SWAP: { for (; at < end; at += 8) exchange(placeOf(load<i32>(at)), placeOf(load<i32>(at, 4))); break; }
      case CLEAR: { for (; at < end; at += 4) clear(placeOf(load<i32>(at))); break; }
      case COIN: { for (; at < end; at += 4) tossInto(placeOf(load<i32>(at))); break; }
      case WITHOUT: { for (; at < end; at += 8) without(placeOf(load<i32>(at)), placeOf(load<i32>(at, 4))); break; }
      case RECORD: { for (; at < end; at += 4) record(placeOf(load<i32>(at))); break; }
      case DETECT: { if (observables >= 0) sumInto(nextDetector(), at, end); break; }
      case OBSERVE: {
        if (observables >= 0) sumInto(outputs + (<usize>(observables + load<i32>(at)) << 7), at + 4, end);
        break;
      }
      case NOISE: {
        const slots = load<i32>(at, 4);
        disturb(load<i32>(at) + 1, <i32>((end - at - 8) >> 2) / slots, slots, at + 8);
        break;
      }
      case LOOP: {
        store<u32>(loops + (depth << 3), <u32>end);
        store<u32>(loops + (depth << 3), load<u32>(at), 4);
        depth += 1;
        break;
      }
      case END: {
        const top = loops + ((depth - 1) << 3);
        const left = load<u32>(top, 4) - 1;
        store<u32>(top, left, 4);
        if (left > 0) {
          at = <usize>load<u32>(top);
          continue;
        }
        depth -= 1;
        break;
      }
    }
    at = end;
  }
}

/** Runs block `block0 + 2^32 block1` (1,024 shots) and writes its rows at `to`. */
export function sampleBlock(key0: u32, key1: u32, block0: u32, block1: u32, rowBytes: usize, to: usize): void {
  clearPlanes();
  startBlock(key0, key1, block0, block1);
  execute();
  if (reference != 0) invert(reference, outputCount);
  writeRows(outputs, outputCount, rowBytes, to);
}
