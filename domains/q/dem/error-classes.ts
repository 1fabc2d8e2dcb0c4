// Errors by what they flip: the probability that an odd number of the mechanisms with the same symptoms happens. Owns these probabilities,
// and how the errors of one channel are split into parts that a matching decoder knows (at most two detectors each).
//   E1  A part of an error of a channel is an error of the same channel, as the X and the Z part of a Y are.
//   E2  Errors with the same symptoms and other parts are other errors.
import { either } from "./channels.ts";
import type { SymptomSets } from "./symptom-sets.ts";

/** Detectors that the errors of one channel may flip together and still be split here; beyond it they are left to the whole model. */
const INVOLVED_MAX = 30;
const CASES = 16;

const countBits = (mask: number): number => {
  let bits = 0;
  for (let rest = mask; rest !== 0; rest &= rest - 1) bits++;
  return bits;
};

export class ErrorClasses {
  readonly #sets: SymptomSets;
  readonly #decompose: boolean;
  #probabilities = new Float64Array(1 << 12);
  readonly #involved = new Int32Array(INVOLVED_MAX);
  /** Of each combination of the basis errors of the channel at hand: its set or list, and its detectors among those involved. */
  readonly #cases = new Int32Array(CASES);
  readonly #masks = new Int32Array(CASES);
  readonly #sizes = new Int32Array(CASES);
  constructor(sets: SymptomSets, { decompose }: { readonly decompose: boolean }) {
    this.#sets = sets;
    this.#decompose = decompose;
  }

  probability(list: number): number { return this.#probabilities[list] ?? 0; }

  add(probability: number, list: number): void {
    if (probability === 0 || list === 0) return;
    if (list >= this.#probabilities.length) {
      const larger = new Float64Array(Math.max(2 * this.#probabilities.length, list + 1));
      larger.set(this.#probabilities);
      this.#probabilities = larger;
    }
    this.#probabilities[list] = either(this.#probabilities[list] ?? 0, probability);
  }

  /** Takes an error out. */
  remove(list: number): number {
    const probability = this.probability(list);
    this.#probabilities[list] = 0;
    return probability;
  }

  /** Errors that can happen, in the order of their symptoms. */
  sorted(): readonly number[] {
    const lists: number[] = [];
    for (let list = 1; list < Math.min(this.#sets.count, this.#probabilities.length); list++) if (this.#probabilities[list] !== 0) lists.push(list);
    return lists.sort((a, b) => this.#sets.compare(a, b));
  }

  /** All combinations of basis errors (2 or 4 of them), each with its own probability: that of combination k is `probabilities[k]`. */
  combinations(basis: Int32Array, probabilities: ArrayLike<number>): void {
    const cases = 1 << basis.length;
    this.#cases[0] = 0;
    for (let bit = 0; bit < basis.length; bit++) this.#cases[1 << bit] = basis[bit] ?? 0;
    for (let k = 3; k < cases; k++) {
      const rest = k & (k - 1);
      if (rest !== 0) this.#cases[k] = this.#sets.xor(this.#cases[rest] ?? 0, this.#cases[k ^ rest] ?? 0);
    }
    if (this.#decompose && this.#masked(basis)) this.#split(cases);
    for (let k = 1; k < cases; k++) this.add(probabilities[k] ?? 0, this.#cases[k] ?? 0);
  }

  /** Numbers the detectors involved. Whether there are few enough. */
  #masked(basis: Int32Array): boolean {
    let involved = 0;
    for (let bit = 0; bit < basis.length; bit++) {
      let mask = 0;
      for (const item of this.#sets.items(basis[bit] ?? 0)) {
        if (!this.#sets.isDetector(item)) break;
        let place = 0;
        while (place < involved && this.#involved[place] !== item) place++;
        if (place === INVOLVED_MAX) return false;
        if (place === involved) this.#involved[involved++] = item;
        mask |= 1 << place;
      }
      this.#masks[1 << bit] = mask;
    }
    const cases = 1 << basis.length;
    this.#masks[0] = 0;
    for (let k = 3; k < cases; k++) if ((k & (k - 1)) !== 0) this.#masks[k] = (this.#masks[k & (k - 1)] ?? 0) ^ (this.#masks[k & -k] ?? 0);
    for (let k = 0; k < cases; k++) this.#sizes[k] = countBits(this.#masks[k] ?? 0);
    return true;
  }

  /** Replaces errors by lists of others of the channel: first pairs of detectors that no single ones make up, then single ones. */
  #split(cases: number): void {
    let singles = 0;
    let largest = 0;
    for (let k = 1; k < cases; k++) {
      if (this.#sizes[k] === 1) singles |= this.#masks[k] ?? 0;
      largest = Math.max(largest, this.#sizes[k] ?? 0);
    }
    if (largest < 2) return;
    const pairs: number[] = [];
    for (let k = 1; k < cases; k++) if (this.#sizes[k] === 2 && ((this.#masks[k] ?? 0) & ~singles) !== 0) pairs.push(k);
    const whole = this.#cases.slice(0, cases);
    for (let k = 1; k < cases; k++) {
      if ((this.#sizes[k] ?? 0) < 2 || pairs.includes(k)) continue;
      const chosen = this.#chosen(this.#masks[k] ?? 0, singles, pairs);
      if (chosen === undefined) continue;
      const parts = chosen.map((pair) => whole[pair] ?? 0);
      let left = chosen.reduce((mask, pair) => mask & ~(this.#masks[pair] ?? 0), this.#masks[k] ?? 0);
      for (let single = 1; single < cases && left !== 0; single++) {
        if (this.#sizes[single] !== 1 || ((this.#masks[single] ?? 0) & ~left) !== 0) continue;
        left &= ~(this.#masks[single] ?? 0);
        parts.push(whole[single] ?? 0);
      }
      this.#cases[k] = this.#sets.list(parts);
    }
  }

  /** The fewest pairs (none, one or two) that leave only single detectors of `goal`; undefined when there are none such. */
  #chosen(goal: number, singles: number, pairs: readonly number[]): readonly number[] | undefined {
    if ((goal & ~singles) === 0) return [];
    for (const pair of pairs) {
      const mask = this.#masks[pair] ?? 0;
      if ((goal & mask) === mask && (goal & ~(singles | mask)) === 0) return [pair];
    }
    for (let i = 0; i < pairs.length; i++) {
      for (let j = i + 1; j < pairs.length; j++) {
        const [a = 0, b = 0] = [pairs[i], pairs[j]];
        const [one, other] = [this.#masks[a] ?? 0, this.#masks[b] ?? 0];
        if ((one & other) !== 0 || (goal & (one | other)) !== (one | other) || (goal & ~(singles | one | other)) !== 0) continue;
        return this.#sets.compare(this.#cases[a] ?? 0, this.#cases[b] ?? 0) <= 0 ? [a, b] : [b, a];
      }
    }
    return undefined;
  }
}
