// Walker's alias method: one of k outcomes with given weights from one column and one comparison (A. J. Walker, ACM TOMS 3, 253 (1977)).
// Owns the tables both the binary and the reference draw from; plain IEEE arithmetic in one order, so every host has the same.
import { log } from "../libm/portable.ts";
import type { FrameChannel } from "./program.ts";

/** Column c is chosen evenly; a word below threshold[c] takes own[c], else other[c]. Columns whose own is certain have other = own. */
export interface AliasTable {
  readonly threshold: Uint32Array;
  readonly own: Uint8Array;
  readonly other: Uint8Array;
}

const WORD = 4294967296;

export function aliasOf({ probabilities, masks }: FrameChannel): AliasTable {
  const size = probabilities.length;
  const total = probabilities.reduce((sum, probability) => sum + probability, 0);
  const left = Float64Array.from(probabilities, (probability) => (probability / total) * size);
  const threshold = new Uint32Array(size).fill(WORD - 1);
  const other = masks.slice();
  const small = [...left.keys()].filter((column) => (left[column] ?? 0) < 1);
  const large = [...left.keys()].filter((column) => (left[column] ?? 0) >= 1);
  while (small.length > 0 && large.length > 0) {
    const column = small.pop() ?? 0;
    const donor = large.at(-1) ?? 0;
    const share = left[column] ?? 0;
    threshold[column] = Math.min(WORD - 1, Math.floor(share * WORD));
    other[column] = masks[donor] ?? 0;
    left[donor] = (left[donor] ?? 0) - (1 - share);
    if ((left[donor] ?? 0) < 1) small.push(large.pop() ?? 0);
  }
  return { threshold, own: masks, other };
}

/** 1 / ln(1 - p) of a channel's total probability p; -0 for p = 1, where every gap is 0. */
export function gapScale({ probabilities }: FrameChannel): number {
  const p = Math.min(1, probabilities.reduce((sum, probability) => sum + probability, 0));
  if (p >= 0.01) return 1 / log(1 - p);
  let sum = 0; // ln(1 - p) = -(p + p²/2 + p³/3 + …), the small terms first
  for (let k = 9; k >= 1; k--) sum = p * (1 / k + sum);
  return -1 / sum;
}
