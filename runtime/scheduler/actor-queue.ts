// A queue of actor ids, first in, first out: a ring that doubles when full and allocates at no other time.
const FIRST_CAPACITY = 16;

export class ActorQueue {
  /** Capacity is a power of two: a position is an index modulo it. */
  #ring: Int32Array;
  #mask: number;
  #head = 0;
  #length = 0;

  constructor(capacity = FIRST_CAPACITY) {
    this.#ring = new Int32Array(capacity);
    this.#mask = capacity - 1;
  }

  get length(): number { return this.#length; }

  push(actor: number): void {
    if (this.#length > this.#mask) this.#grow();
    this.#ring[(this.#head + this.#length) & this.#mask] = actor;
    this.#length += 1;
  }

  /** The first, or -1. */
  get first(): number { return this.#length === 0 ? -1 : this.#ring[this.#head] ?? -1; }

  /** Removes the first and returns it, or -1. */
  shift(): number {
    if (this.#length === 0) return -1;
    const actor = this.#ring[this.#head] ?? -1;
    this.#head = (this.#head + 1) & this.#mask;
    this.#length -= 1;
    return actor;
  }

  /** First to last. */
  toArray(): number[] {
    return Array.from({ length: this.#length }, (_, at) => this.#ring[(this.#head + at) & this.#mask] ?? -1);
  }

  #grow(): void {
    const ring = new Int32Array(this.#ring.length * 2);
    ring.set(this.#ring.subarray(this.#head));
    ring.set(this.#ring.subarray(0, this.#head), this.#ring.length - this.#head);
    this.#ring = ring;
    this.#mask = ring.length - 1;
    this.#head = 0;
  }
}
