// A set of actor ids that finds the next member after an id: a tree of 32-bit words, each bit saying whether the word (or, at the
// bottom, the id) below it holds anything. Every operation touches one word a level: four levels hold a million ids.
const BITS = 5;
const WORD = 31;

/** Index of the lowest set bit of a word that is not zero. */
const lowest = (word: number): number => WORD - Math.clz32(word & -word);

export class ActorSet {
  /** From the ids up; the last level is one word. */
  #levels: Int32Array[] = [new Int32Array(1)];
  #size = 0;

  get size(): number { return this.#size; }

  has(id: number): boolean {
    return ((this.#levels[0]?.[id >>> BITS] ?? 0) & (1 << (id & WORD))) !== 0;
  }

  add(id: number): void {
    if (this.has(id)) return;
    while (id >>> (BITS * this.#levels.length) > 0) this.#raise();
    this.#size += 1;
    let index = id;
    for (const level of this.#levels) {
      const word = level[index >>> BITS] ?? 0;
      level[index >>> BITS] = word | (1 << (index & WORD));
      index >>>= BITS;
    }
  }

  delete(id: number): boolean {
    if (!this.has(id)) return false;
    this.#size -= 1;
    let index = id;
    for (const level of this.#levels) {
      const word = (level[index >>> BITS] ?? 0) & ~(1 << (index & WORD));
      level[index >>> BITS] = word;
      if (word !== 0) break;
      index >>>= BITS;
    }
    return true;
  }

  /** The least member above `id`, or -1. Give -1 for the least of all. */
  after(id: number): number {
    let index = id + 1;
    for (let height = 0; height < this.#levels.length; height++) {
      const level = this.#levels[height];
      const word = (level?.[index >>> BITS] ?? 0) & (-1 << (index & WORD));
      if (word !== 0) return this.#descend(height, (index & ~WORD) | lowest(word));
      index = (index >>> BITS) + 1;
    }
    return -1;
  }

  /** The least id under a set bit of a level. */
  #descend(height: number, from: number): number {
    let index = from;
    for (let below = height - 1; below >= 0; below--) index = (index << BITS) | lowest(this.#levels[below]?.[index] ?? 0);
    return index;
  }

  /** One level more: thirty-two times as many ids. What there is stays in the first word of each level. */
  #raise(): void {
    const top = this.#levels.at(-1)?.[0] ?? 0;
    this.#levels = this.#levels.map((level) => {
      const wider = new Int32Array(level.length * 32);
      wider.set(level);
      return wider;
    });
    this.#levels.push(Int32Array.of(top === 0 ? 0 : 1));
  }
}
