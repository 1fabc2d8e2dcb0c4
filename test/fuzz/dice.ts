// Chance with a seed: the same draws on every machine (sfc32). Each input has dice of its own, so that any one can be thrown again.
export class Dice {
  #a: number;
  #b: number;
  #c: number;
  #d = 1;
  constructor(seed: number, input: number) {
    this.#a = seed | 0;
    this.#b = input | 0;
    this.#c = Math.floor(input / 0x1_0000_0000) | 0;
    for (let warm = 0; warm < 12; warm++) this.uint32();
  }

  uint32(): number {
    const sum = (this.#a + this.#b + this.#d) | 0;
    this.#d = (this.#d + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum | 0;
    return sum >>> 0;
  }

  /** From 0 to below `end`. */
  below(end: number): number { return Math.floor((this.uint32() / 0x1_0000_0000) * end); }
  /** One time in `n`. */
  once(n: number): boolean { return this.below(n) === 0; }
  pick<T>(from: readonly [T, ...T[]] | readonly T[]): T { return from[this.below(from.length)] as T; }

  bytes(most: number): Uint8Array {
    return Uint8Array.from({ length: this.below(most + 1) }, () => this.uint32());
  }
}
