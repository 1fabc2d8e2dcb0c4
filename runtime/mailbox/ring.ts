// Ring: a first-in, first-out line in one array that doubles when it is full. Taken places are cleared, so nothing is kept alive.

/** Power of two. */
const PLACES_MIN = 4;

export class Ring<T> {
  #places: (T | undefined)[] = [];
  #head = 0;
  #length = 0;

  get length(): number { return this.#length; }
  get first(): T | undefined { return this.#length === 0 ? undefined : this.#places[this.#head]; }
  get last(): T | undefined { return this.#length === 0 ? undefined : this.#places[(this.#head + this.#length - 1) & (this.#places.length - 1)]; }

  push(item: T): void {
    if (this.#length === this.#places.length) this.#grow();
    this.#places[(this.#head + this.#length) & (this.#places.length - 1)] = item;
    this.#length += 1;
  }

  shift(): T | undefined {
    if (this.#length === 0) return undefined;
    const item = this.#places[this.#head];
    this.#places[this.#head] = undefined;
    this.#head = (this.#head + 1) & (this.#places.length - 1);
    this.#length -= 1;
    return item;
  }

  /** Takes out the first item that satisfies `is`. */
  remove(is: (item: T) => boolean): T | undefined {
    let removed: T | undefined;
    for (let left = this.#length; left > 0; left--) {
      const item = this.shift() as T;
      if (removed === undefined && is(item)) removed = item;
      else this.push(item);
    }
    return removed;
  }

  #grow(): void {
    const size = Math.max(PLACES_MIN, 2 * this.#places.length);
    const grown: (T | undefined)[] = [];
    for (let at = 0; at < this.#length; at++) grown.push(this.#places[(this.#head + at) & (this.#places.length - 1)]);
    while (grown.length < size) grown.push(undefined);
    this.#places = grown;
    this.#head = 0;
  }
}
