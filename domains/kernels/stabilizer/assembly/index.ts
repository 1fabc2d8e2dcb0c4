// The exports of the stabilizer kernel's binary. One instance serves one job: open, start, then sample or expectation.
import { sampleBlocks } from "./frames";
import { programEnd, resume, sampleEach, setKey, signsOnly } from "./program";

export { start } from "./program";
export { expectation, open, rowX, rowZ } from "./tableau";

/** From so many shots on, a block of frames beats shots run one by one. */
const BLOCK_LEAST: i32 = 8;

export function allocate(bytes: usize): usize { return heap.alloc(bytes); }

/** Shots first … first + count − 1 into `out`, one byte a clbit; the first call's count is the largest. */
export function sample(key0: u32, key1: u32, first: f64, count: i32, out: usize): void {
  setKey(key0, key1);
  if (signsOnly && resume < programEnd && count >= BLOCK_LEAST) sampleBlocks(first, count, out);
  else sampleEach(first, count, out);
}
