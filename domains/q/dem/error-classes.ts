// Errors by what they flip: the probability that an odd number of the mechanisms with the same symptoms happens. Owns these probabilities,
// and how the errors of one channel are split into parts that a matching decoder knows (at most two detectors each).
//   E1  A part of an error of a channel is an error of the same channel, as the X and the Z part of a Y are; parts flip together what the
//       error flips, observables too. Where there is a choice it is the first in the order of the channel's errors, as in Stim.
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
  /** Of each combination of the basis errors of the channel at hand: its set or list; its set; its detectors among those involved. */
  readonly #cases = new Int32Array(CASES);
  readonly #whole = new Int32Array(CASES);
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

  /** Errors of which at most one happens: those that flip the same add up. */
  exclusive(probabilities: ArrayLike<number>, lists: ArrayLike<number>): void {
    const sums = new Map<number, number>();
    for (let at = 0; at < lists.length; at++) sums.set(lists[at] ?? 0, (sums.get(lists[at] ?? 0) ?? 0) + (probabilities[at] ?? 0));
    for (const [list, probability] of sums) this.add(Math.min(probability, 1), list);
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

  /**
   * All combinations of basis errors (2 to 4 of them), with probability `probabilities[k]` for combination k: independent ones, or such that
   * at most one happens.
   */
  combinations(basis: Int32Array, probabilities: ArrayLike<number>, are: "independent" | "exclusive"): void {
    const cases = 1 << basis.length;
    this.#cases[0] = 0;
    for (let bit = 0; bit < basis.length; bit++) this.#cases[1 << bit] = basis[bit] ?? 0;
    for (let k = 3; k < cases; k++) {
      const rest = k & (k - 1);
      if (rest !== 0) this.#cases[k] = this.#sets.xor(this.#cases[rest] ?? 0, this.#cases[k ^ rest] ?? 0);
    }
    if (this.#decompose && this.#masked(basis)) this.#split(cases);
    if (are === "exclusive") this.exclusive(probabilities, this.#cases.subarray(0, cases));
    else for (let k = 1; k < cases; k++) this.add(probabilities[k] ?? 0, this.#cases[k] ?? 0);
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
    this.#whole.set(this.#cases);
    for (let k = 1; k < cases; k++) {
      if ((this.#sizes[k] ?? 0) < 2 || pairs.includes(k)) continue;
      const parts = this.#parts(k, cases, singles, pairs);
      if (parts !== undefined) this.#cases[k] = this.#sets.list(parts);
    }
  }

  /** The fewest pairs (none, one or two), and single detectors, that flip what case k flips, observables too. */
  #parts(k: number, cases: number, singles: number, pairs: readonly number[]): readonly number[] | undefined {
    const goal = this.#masks[k] ?? 0;
    const whole = this.#whole[k] ?? 0;
    const alone = this.#singly(whole, goal, cases, singles);
    if (alone !== undefined) return alone;
    for (const pair of pairs) {
      const mask = this.#masks[pair] ?? 0;
      if ((goal & mask) !== mask) continue;
      const part = this.#whole[pair] ?? 0;
      const rest = this.#singly(this.#sets.xor(whole, part), goal & ~mask, cases, singles);
      if (rest !== undefined) return [part, ...rest];
    }
    for (let i = 0; i < pairs.length; i++) {
      for (let j = i + 1; j < pairs.length; j++) {
        const [one, other] = [this.#masks[pairs[i] ?? 0] ?? 0, this.#masks[pairs[j] ?? 0] ?? 0];
        if ((one & other) !== 0 || (goal & (one | other)) !== (one | other)) continue;
        const [a, b] = [this.#whole[pairs[i] ?? 0] ?? 0, this.#whole[pairs[j] ?? 0] ?? 0];
        const rest = this.#singly(this.#sets.xor(this.#sets.xor(whole, a), b), goal & ~(one | other), cases, singles);
        if (rest !== undefined) return this.#sets.compare(a, b) <= 0 ? [a, b, ...rest] : [b, a, ...rest];
      }
    }
    return undefined;
  }

  /** Errors of one detector each that together flip `set`, whose detectors are `left`; the first that there are, in the order of cases. */
  #singly(set: number, left: number, cases: number, singles: number): readonly number[] | undefined {
    if (left === 0) return set === 0 ? [] : undefined;
    if ((left & ~singles) !== 0) return undefined;
    for (let k = 1; k < cases; k++) {
      const mask = this.#masks[k] ?? 0;
      if (this.#sizes[k] !== 1 || (mask & left) === 0) continue;
      const part = this.#whole[k] ?? 0;
      const rest = this.#singly(this.#sets.xor(set, part), left & ~mask, cases, singles);
      if (rest !== undefined) return [part, ...rest];
    }
    return undefined;
  }
}
