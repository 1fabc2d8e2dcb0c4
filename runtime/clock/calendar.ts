// Calendar: what is due when. Buckets by tick, each put into its order when it is opened; the earliest tick is found by a heap.
//   T1  Arrival order inside a bucket is irrelevant: `order` is total.
import { invariant } from "../../kernel-abi/invariant.ts";
import { tick, type Tick } from "../../kernel-abi/ids.ts";

/** Fewer items than these are not worth looking through. */
const SWEEP_MIN = 1_024;

/** A calendar as data: its ticks from the earliest on, with what is due at each, as it stands there. */
export interface CalendarState<S> {
  readonly ticks: readonly (readonly [due: number, items: readonly S[]])[];
  readonly sweepAt: number;
}

export class Calendar<T extends { readonly due: Tick }> {
  readonly #order: (a: T, b: T) => number;
  readonly #buckets = new Map<Tick, T[]>();
  #heap: Tick[] = [];
  #sweepAt = SWEEP_MIN;
  #size = 0;
  #lastDue: Tick | -1 = -1;
  #lastBucket: T[] = [];

  constructor(order: (a: T, b: T) => number) {
    this.#order = order;
  }

  get size(): number { return this.#size; }

  add(item: T): void {
    this.#size += 1;
    if (item.due === this.#lastDue) {
      this.#lastBucket.push(item);
      return;
    }
    let bucket = this.#buckets.get(item.due);
    if (bucket === undefined) {
      bucket = [];
      this.#buckets.set(item.due, bucket);
      this.#rise(item.due);
    }
    bucket.push(item);
    this.#lastDue = item.due;
    this.#lastBucket = bucket;
  }

  saved<S>(save: (item: T) => S): CalendarState<S> {
    const ticks = [...this.#buckets].sort(([a], [b]) => a - b).map(([due, items]) => [due, items.map(save)] as const);
    return { ticks, sweepAt: this.#sweepAt };
  }

  /** Into an empty one. Ticks at which nothing is due any more stay ticks. */
  restore<S>({ ticks, sweepAt }: CalendarState<S>, take: (item: S) => T): void {
    for (const [due, items] of ticks) {
      this.#buckets.set(tick(due), items.map(take));
      this.#size += items.length;
      this.#rise(tick(due));
    }
    this.#sweepAt = sweepAt;
  }

  /** The earliest tick with anything due. */
  next(): Tick | undefined { return this.#heap[0]; }

  /** Takes everything due at `due`, in order. */
  open(due: Tick): readonly T[] {
    const bucket = this.#buckets.get(due);
    if (bucket === undefined) return [];
    invariant(this.#heap[0] === due, "T4", "buckets open in order");
    this.#buckets.delete(due);
    this.#sink();
    this.#size -= bucket.length;
    if (this.#lastDue === due) this.#lastDue = -1;
    return this.#inOrder(bucket);
  }

  /** Takes out the first item due at `due` that satisfies `is`; the tick stays due. */
  remove(due: Tick, is: (item: T) => boolean): T | undefined {
    const bucket = this.#buckets.get(due) ?? [];
    const at = bucket.findIndex(is);
    if (at < 0) return undefined;
    this.#size -= 1;
    return bucket.splice(at, 1)[0];
  }

  /**
   * Forgets what nobody waits for any more, if there are twice as many items as after the last time. The last tick there was stays
   * due, though it may have become empty: time is to go as far as it would have.
   */
  sweep(isOver: (item: T) => boolean): void {
    if (this.#size < this.#sweepAt) return;
    let last = 0 as Tick;
    this.#size = 0;
    for (const [due, bucket] of this.#buckets) {
      if (due > last) last = due;
      const left = bucket.filter((item) => !isOver(item));
      this.#size += left.length;
      if (left.length === 0) this.#buckets.delete(due);
      else this.#buckets.set(due, left);
    }
    if (last > 0 && !this.#buckets.has(last)) this.#buckets.set(last, []);
    this.#heap = [...this.#buckets.keys()].sort((a, b) => a - b);
    this.#lastDue = -1;
    this.#sweepAt = Math.max(SWEEP_MIN, 2 * this.#size);
  }

  /** Actors take their turns nearly in order, so what they send mostly stands in order already, or in two runs that are. */
  #inOrder(bucket: T[]): readonly T[] {
    const second = this.#runEnd(bucket, 0);
    if (second === bucket.length) return bucket;
    return this.#runEnd(bucket, second) === bucket.length ? this.#merged(bucket, second) : bucket.sort(this.#order);
  }

  /** Where the run that begins at `from` ends. */
  #runEnd(bucket: readonly T[], from: number): number {
    let at = from + 1;
    while (at < bucket.length && this.#order(bucket[at - 1] as T, bucket[at] as T) <= 0) at += 1;
    return at;
  }

  #merged(bucket: readonly T[], second: number): readonly T[] {
    const merged: T[] = [];
    let left = 0;
    let right = second;
    while (left < second && right < bucket.length) {
      const first = bucket[left] as T;
      const other = bucket[right] as T;
      if (this.#order(first, other) <= 0) {
        merged.push(first);
        left += 1;
      } else {
        merged.push(other);
        right += 1;
      }
    }
    while (left < second) merged.push(bucket[left++] as T);
    while (right < bucket.length) merged.push(bucket[right++] as T);
    return merged;
  }

  #rise(due: Tick): void {
    const heap = this.#heap;
    let at = heap.push(due) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || parent <= due) break;
      heap[at] = parent;
      at = above;
    }
    heap[at] = due;
  }

  #sink(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      let child = heap[below];
      if (child === undefined) break;
      const right = heap[below + 1];
      if (right !== undefined && right < child) {
        below += 1;
        child = right;
      }
      if (child >= last) break;
      heap[at] = child;
      at = below;
    }
    heap[at] = last;
  }
}
