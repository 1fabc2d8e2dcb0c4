// Bins: outcomes put together by their places in [0, 1) (U1), fixed before any shot is looked at.
import type { Tally } from "./tally.ts";

/** Where bins begin, rising from 0; the mass of each. */
export interface Bins {
  readonly edges: readonly number[];
  readonly mass: readonly number[];
}

/** Bins between distinct edges; below the first, everything from 0 on. */
export function binsOf(edges: Iterable<number>): Bins {
  const rising = [...new Set([0, ...edges])].sort((a, b) => a - b);
  return { edges: rising, mass: rising.map((edge, bin) => (rising[bin + 1] ?? 1) - edge) };
}

/** The bin a place is in. */
export function binOf(edges: readonly number[], from: number): number {
  let low = 0;
  let high = edges.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((edges[middle] ?? 1) <= from) low = middle;
    else high = middle;
  }
  return low;
}

/** Shots by job and bin. */
export function binned({ job, times, starts, shots, records }: Tally, from: Float64Array, edges: readonly number[]): readonly number[][] {
  const seen = shots.map(() => edges.map(() => 0));
  records.forEach((_, target) => {
    const bin = binOf(edges, from[target] ?? 0);
    for (let row = starts[target] ?? 0; row < (starts[target + 1] ?? 0); row++) {
      const counts = seen[job[row] ?? 0] ?? [];
      counts[bin] = (counts[bin] ?? 0) + (times[row] ?? 0);
    }
  });
  return seen;
}
