// Pages: what the kernel keeps by id. Ids only grow and are never used again; what is over leaves its page, and an empty page is
// given back. So a table costs what is alive in it, however many came before.
// `Pages` holds records of what is alive, `Column` a number for
// each of what is over: four bytes, and none where all are 0.

import { invariant } from "../../kernel-abi/invariant.ts";

const BITS = 10;
const PAGE = 1 << BITS;
const PLACE = PAGE - 1;
/** Of a column's page that begins: most runs have no more of anything. */
const FEW = 16;
const NONE = new Uint32Array(0);
/** More ids than any table gives out. */
const PAGES_MAX = 1 << 22;

interface Page<T> {
  readonly items: (T | undefined)[];
  count: number;
}

/** The pages of a column, by number, each to its last value that is not 0. */
export type ColumnState = readonly (readonly [page: number, values: Uint32Array])[];

/** Records by id. */
export class Pages<T> {
  readonly #pages: (Page<T> | undefined)[] = [];
  #size = 0;

  get size(): number { return this.#size; }

  get(id: number): T | undefined {
    return this.#pages[id >>> BITS]?.items[id & PLACE];
  }

  set(id: number, item: T): void {
    const index = id >>> BITS;
    while (this.#pages.length <= index) this.#pages.push(undefined);
    const page = this.#pages[index] ??= { items: [], count: 0 };
    while (page.items.length <= (id & PLACE)) page.items.push(undefined); // as long as it has to be: most runs have a handful of everything
    if (page.items[id & PLACE] === undefined) {
      page.count += 1;
      this.#size += 1;
    }
    page.items[id & PLACE] = item;
  }

  delete(id: number): void {
    const page = this.#pages[id >>> BITS];
    if (page?.items[id & PLACE] === undefined) return;
    page.items[id & PLACE] = undefined;
    page.count -= 1;
    this.#size -= 1;
    if (page.count === 0) this.#pages[id >>> BITS] = undefined;
  }

  /** With their ids, in their order. */
  * entries(): Generator<readonly [number, T], void, undefined> {
    for (const [index, page] of this.#pages.entries()) {
      for (const [place, item] of page?.items.entries() ?? []) if (item !== undefined) yield [(index << BITS) + place, item];
    }
  }

  /** In the order of their ids. */
  * [Symbol.iterator](): Generator<T, void, undefined> {
    for (const page of this.#pages) {
      if (page === undefined) continue;
      for (const item of page.items) if (item !== undefined) yield item;
    }
  }
}

/** A number from 0 to 2^32 - 1 by id; 0 where none was put. */
export class Column {
  readonly #pages: (Uint32Array | undefined)[] = [];

  get(id: number): number {
    return this.#pages[id >>> BITS]?.[id & PLACE] ?? 0;
  }

  set(id: number, value: number): void {
    const index = id >>> BITS;
    const place = id & PLACE;
    const page = this.#pages[index];
    if (page !== undefined && place < page.length) page[place] = value;
    else if (value !== 0) this.#add(index, place < FEW ? FEW : PAGE)[place] = value;
  }

  /** A page with room for so many, and what stood there. */
  #add(index: number, room: number): Uint32Array {
    while (this.#pages.length <= index) this.#pages.push(undefined);
    const page = new Uint32Array(room);
    page.set(this.#pages[index] ?? NONE);
    return this.#pages[index] = page;
  }

  saved(): ColumnState {
    return this.#pages.flatMap((page, index) => (page === undefined ? [] : [[index, page.slice(0, 1 + page.findLastIndex((value) => value !== 0))] as const]));
  }

  /** Into an empty one. */
  restore(pages: ColumnState): void {
    for (const [index, values] of pages) {
      invariant(index >= 0 && index < PAGES_MAX, "P5", "page", index);
      this.#add(index, PAGE).set(values.subarray(0, PAGE));
    }
  }
}
