// Sets of physical qubits as runs of consecutive numbers: sorted, disjoint, none touching the next. A thousand free qubits are one run.
import { invariant } from "../../../kernel-abi/invariant.ts";

/** The qubits from `from`, up to and without `from + count`; count ≥ 1. */
export interface Range { readonly from: number; readonly count: number }

export const endOf = ({ from, count }: Range): number => from + count;
export const sizeOf = (ranges: readonly Range[]): number => ranges.reduce((sum, { count }) => sum + count, 0);

const overlap = (a: Range, b: Range): Range | undefined => {
  const from = Math.max(a.from, b.from);
  const count = Math.min(endOf(a), endOf(b)) - from;
  return count > 0 ? { from, count } : undefined;
};

/** What of `ranges` lies within `window`. */
export const within = (ranges: readonly Range[], window: Range): readonly Range[] => ranges.flatMap((each) => overlap(each, window) ?? []);

/** What of `ranges` lies outside of `window`. */
export const without = (ranges: readonly Range[], window: Range): readonly Range[] => ranges.flatMap((each) => {
  const common = overlap(each, window);
  if (common === undefined) return [each];
  const left = { from: each.from, count: common.from - each.from };
  const right = { from: endOf(common), count: endOf(each) - endOf(common) };
  return [left, right].filter(({ count }) => count > 0);
});

export class RangeSet {
  #runs: Range[] = [];
  #size = 0;
  constructor(runs: readonly Range[] = []) { for (const run of runs) this.add(run); }

  get size(): number { return this.#size; }
  get runs(): readonly Range[] { return this.#runs; }

  /** Takes out the lowest `count` qubits, or none when there are fewer. */
  take(count: number): readonly Range[] | undefined {
    if (count > this.#size) return undefined;
    const taken: Range[] = [];
    let left = count;
    let whole = 0;
    for (const run of this.#runs) {
      if (left === 0) break;
      const part = Math.min(left, run.count);
      taken.push({ from: run.from, count: part });
      left -= part;
      if (part === run.count) whole += 1;
      else this.#runs[whole] = { from: run.from + part, count: run.count - part };
    }
    this.#runs.splice(0, whole);
    this.#size -= count;
    return taken;
  }

  /** Puts in qubits that are not in it. */
  add(range: Range): void {
    const at = this.#after(range.from);
    const before = this.#runs[at - 1];
    const next = this.#runs[at];
    invariant((before === undefined || endOf(before) <= range.from) && (next === undefined || endOf(range) <= next.from), "C20", "qubits put in twice");
    const joinsLeft = before !== undefined && endOf(before) === range.from;
    const joinsRight = next !== undefined && endOf(range) === next.from;
    const from = joinsLeft ? before.from : range.from;
    const end = joinsRight ? endOf(next) : endOf(range);
    this.#runs.splice(joinsLeft ? at - 1 : at, (joinsLeft ? 1 : 0) + (joinsRight ? 1 : 0), { from, count: end - from });
    this.#size += range.count;
  }

  /** Takes out what of it lies within the window, and gives it. */
  cut(window: Range): readonly Range[] {
    const found = within(this.#runs, window);
    if (found.length > 0) this.#runs = [...without(this.#runs, window)];
    this.#size -= sizeOf(found);
    return found;
  }

  /** Takes out all. */
  drain(): readonly Range[] {
    const all = this.#runs;
    this.#runs = [];
    this.#size = 0;
    return all;
  }

  /** Index of the first run that begins after `from`. */
  #after(from: number): number {
    let low = 0;
    for (let high = this.#runs.length; low < high;) {
      const middle = (low + high) >>> 1;
      if ((this.#runs[middle]?.from ?? 0) <= from) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
