// Order T2: (due tick, domain rank, sender, sender sequence), compared as a tuple of integers.
// A sender's sequence never repeats, so two envelopes never compare equal: the order is strict.
import type { ProcessId, Tick } from "./ids.ts";

export interface Stamp {
  readonly due: Tick;
  readonly rank: number;
  readonly from: ProcessId;
  readonly seq: number;
}

/** Negative when `a` is delivered before `b`. */
export const compareStamps = (a: Stamp, b: Stamp): number =>
  a.due - b.due || a.rank - b.rank || a.from - b.from || a.seq - b.seq;
