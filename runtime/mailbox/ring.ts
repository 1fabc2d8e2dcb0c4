// Ring: a first-in, first-out line in one array that doubles when it is full. Taken places are cleared, so nothing is kept alive.

export class Ring<T> {
  /** Their number is a power of two. */
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

  /** First to last. */
  toArray(): T[] {
    return Array.from({ length: this.#length }, (_, at) => this.#places[(this.#head + at) & (this.#places.length - 1)] as T);
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

  /** Arrays are made at their size: one that is pushed to keeps room for sixteen more, and there is one for every process. */
  #grow(): void {
    const before = this.#places;
    if (before.length === 0) {
      this.#places = [undefined, undefined, undefined, undefined];
      return;
    }
    const head = before.slice(this.#head);
    this.#places = head.concat(before.slice(0, this.#head), before.map(() => undefined));
    this.#head = 0;
  }
}
