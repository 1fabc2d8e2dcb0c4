// Pile: a list that is filled and taken down once a turn. Keeps its array, so that a turn allocates none; what it held stays
// reachable until it is overwritten, which is at most one turn's worth.

export class Pile<T> {
  readonly #items: T[] = [];
  #length = 0;

  get length(): number { return this.#length; }
  /** The item at a place below `length`. */
  at(place: number): T { return this.#items[place] as T; }

  push(item: T): void {
    this.#items[this.#length] = item;
    this.#length += 1;
  }

  pop(): T | undefined {
    if (this.#length === 0) return undefined;
    this.#length -= 1;
    return this.#items[this.#length];
  }

  /** Forgets all but the first `length` items. */
  cut(length: number): void {
    if (length < this.#length) this.#length = length;
  }

  * [Symbol.iterator](): Generator<T, void, undefined> {
    for (let place = 0; place < this.#length; place++) yield this.#items[place] as T;
  }
}
