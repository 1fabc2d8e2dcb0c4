// Doubles for numeric tests: a small seeded generator, and every bit pattern alike.
export class Doubles {
  #state: number;
  readonly #words = new DataView(new ArrayBuffer(8));
  constructor(seed: number) {
    this.#state = seed >>> 0;
  }
  /** 32 random bits (xorshift of Marsaglia). */
  word(): number {
    let x = this.#state + 0x9e3779b9;
    this.#state = x >>> 0;
    x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
    x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
    return (x ^ (x >>> 16)) >>> 0;
  }
  between(low: number, high: number): number {
    return low + (high - low) * ((this.word() + this.word() / 2 ** 32) / 2 ** 32);
  }
  /** Any double at all: all exponents, subnormals, infinities, NaN. */
  any(): number {
    this.#words.setUint32(0, this.word());
    this.#words.setUint32(4, this.word());
    return this.#words.getFloat64(0);
  }
}

export const SPECIAL: readonly number[] = [
  0, -0, 1, -1, Infinity, -Infinity, NaN, Number.MIN_VALUE, -Number.MIN_VALUE, 1e-310, 2.2250738585072014e-308,
  Number.MAX_VALUE, -Number.MAX_VALUE, 0.5, 2, 1e-20, Math.PI, -Math.PI, Math.PI / 2, Math.PI / 4, Math.SQRT2,
  1647099, -1647099, 1647099.0000000002, 709.782712893384, 709.7827128933841, -708.4, -745.1332191019411, -745.1332191019412, -746,
];
