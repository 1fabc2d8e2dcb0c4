// Rows by id, numbered in the order they came. What may still change much stands as an object; what is over is packed into columns
// of a few bytes a row, and comes back as an object when it is named again, so that nothing the rules may ask is ever lost.
//   J21  A finished process, job, contract or capability costs tens of bytes, a message or a turn none.

/** Numbers by place, or null: four bytes each, larger ones beside. */
export class Column {
  #values = new Uint32Array(0);
  readonly #large = new Map<number, number>();

  set(at: number, value: number | null): void {
    if (at >= this.#values.length) this.#grow(at + 1);
    const fits = value === null || value < LARGE;
    if (!fits) this.#large.set(at, value);
    this.#values[at] = value === null ? NULL : fits ? value : LARGE;
  }

  get(at: number): number | null {
    const value = this.#values[at] ?? 0;
    return value === NULL ? null : value === LARGE ? this.#large.get(at) as number : value;
  }

  /** Where null was never put. */
  number(at: number): number { return this.get(at) as number; }

  #grow(length: number): void {
    const grown = new Uint32Array(Math.max(length, 1_024, Math.ceil(this.#values.length * 1.5)));
    grown.set(this.#values);
    this.#values = grown;
  }
}
const NULL = 0xffff_ffff;
const LARGE = 0xffff_fffe;

/** How one kind of row is packed. What a form leaves out is what no rule asks of a row that is over. */
export interface Form<Row> {
  /** Whether all that still matters of the row would be packed. */
  settled(row: Row): boolean;
  pack(row: Row, at: number): void;
  unpack(id: number, at: number): Row;
}

export class Rows<Row extends { readonly id: number }> {
  readonly #first: number;
  readonly #form: Form<Row>;
  readonly #open = new Map<number, Row>();
  #over: Row[] = [];
  /** Id of the next row. */
  next: number;

  constructor(first: number, form: Form<Row>) {
    this.#first = first;
    this.#form = form;
    this.next = first;
  }

  /** Rows that stand as objects: those that are alive, and those over that were named since the last `tidy`. */
  get open(): number { return this.#open.size; }

  /** Those that stand as objects, by id. */
  rows(): Row[] { return [...this.#open.values()].sort((a, b) => a.id - b.id); }

  add(row: Row): void {
    this.#open.set(row.id, row);
    this.next += 1;
  }

  get(id: number): Row | undefined {
    const row = this.#open.get(id);
    if (row !== undefined || id < this.#first || id >= this.next) return row;
    const unpacked = this.#form.unpack(id, id - this.#first);
    this.#open.set(id, unpacked);
    this.#over.push(unpacked);
    return unpacked;
  }

  /** Nothing is going to happen to this row; should something, it comes back. */
  retire(row: Row): void { this.#over.push(row); }

  /** Packs what is over. Rows that were handed out before are not to be changed any more. */
  tidy(): void {
    if (this.#over.length === 0) return;
    const over = this.#over;
    this.#over = over.filter((row) => !this.#form.settled(row));
    for (const row of over) {
      if (!this.#form.settled(row)) continue;
      this.#form.pack(row, row.id - this.#first);
      this.#open.delete(row.id);
    }
  }
}
