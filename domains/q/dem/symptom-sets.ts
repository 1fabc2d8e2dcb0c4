// Sets of symptoms, each kept once and known by a number. Owns their storage.
//   1  A set is rising numbers: detectors as they are, observables from OBSERVABLE on. A list of parts is sets with SEPARATOR between them.
//   2  Equal sets have equal numbers, whatever they were made from; the empty set is 0.
//   3  Nothing is forgotten; what all sets take together is bounded.
import { refuseAt } from "../stim/refusal.ts";

/** Above every detector, which stay below 2^26. */
export const OBSERVABLE = 1 << 27;
export const SEPARATOR = 1 << 30;
/** Numbers in all sets together. */
const STORED_MAX = 1 << 27;

const grown = (array: Int32Array, least: number): Int32Array<ArrayBuffer> => {
  const larger = new Int32Array(Math.max(2 * array.length, least));
  larger.set(array);
  return larger;
};

export class SymptomSets {
  #items = new Int32Array(1 << 14);
  /** Of set n: from #starts[n] to #starts[n + 1]. */
  #starts = new Int32Array(1 << 11);
  #hashes = new Int32Array(1 << 11);
  /** Open addressing: number of a set plus one, or 0. */
  #table = new Int32Array(1 << 12);
  /** The empty set. */
  #count = 1;
  /** Where an unfinished set ends. */
  #end = 0;

  /** Sets there are; their numbers are below. */
  get count(): number { return this.#count; }
  size(set: number): number { return (this.#starts[set + 1] ?? 0) - (this.#starts[set] ?? 0); }
  /** The numbers of a set: a view that holds until another set is made. */
  items(set: number): Int32Array { return this.#items.subarray(this.#starts[set], this.#starts[set + 1]); }
  isDetector(item: number): boolean { return item < OBSERVABLE; }

  single(item: number): number {
    this.#room(1);
    this.#items[this.#end++] = item;
    return this.#finish();
  }

  /** What is in one of them alone. */
  xor(a: number, b: number): number {
    if (a === b) return 0;
    if (a === 0) return b;
    if (b === 0) return a;
    const starts = this.#starts;
    let i = starts[a] ?? 0, j = starts[b] ?? 0;
    const iEnd = starts[a + 1] ?? 0, jEnd = starts[b + 1] ?? 0;
    this.#room(iEnd - i + jEnd - j);
    const items = this.#items;
    let end = this.#end;
    while (i < iEnd && j < jEnd) {
      const x = items[i] ?? 0, y = items[j] ?? 0;
      if (x < y) items[end++] = x;
      else if (y < x) items[end++] = y;
      if (x <= y) i++;
      if (y <= x) j++;
    }
    while (i < iEnd) items[end++] = items[i++] ?? 0;
    while (j < jEnd) items[end++] = items[j++] ?? 0;
    this.#end = end;
    return this.#finish();
  }

  /** The list of these sets, in their order, with separators between them. One set is itself. */
  list(parts: readonly number[]): number {
    this.#room(parts.reduce((sum, part) => sum + this.size(part) + 1, 0));
    parts.forEach((part, at) => {
      if (at > 0) this.#items[this.#end++] = SEPARATOR;
      const from = this.#starts[part] ?? 0;
      this.#items.copyWithin(this.#end, from, this.#starts[part + 1]);
      this.#end += (this.#starts[part + 1] ?? 0) - from;
    });
    return this.#finish();
  }

  /** The sets of a list. */
  parts(list: number): readonly number[] {
    const parts: number[] = [];
    const end = this.#starts[list + 1] ?? 0;
    let from = this.#starts[list] ?? 0;
    for (let at = from; at < end; at++) {
      if (this.#items[at] !== SEPARATOR) continue;
      parts.push(this.#copied(from, at));
      from = at + 1;
    }
    parts.push(parts.length === 0 ? list : this.#copied(from, end));
    return parts;
  }

  /** The set of what is stored from one place to another. */
  #copied(from: number, to: number): number {
    this.#room(to - from);
    this.#items.copyWithin(this.#end, from, to);
    this.#end += to - from;
    return this.#finish();
  }

  /** Detectors and observables of a set. */
  split(set: number): { readonly detectors: readonly number[]; readonly observables: readonly number[] } {
    const detectors: number[] = [], observables: number[] = [];
    for (let at = this.#starts[set] ?? 0, end = this.#starts[set + 1] ?? 0; at < end; at++) {
      const item = this.#items[at] ?? 0;
      if (item < OBSERVABLE) detectors.push(item);
      else observables.push(item - OBSERVABLE);
    }
    return { detectors, observables };
  }

  /** The set of these rising numbers. */
  of(items: ArrayLike<number>): number {
    this.#room(items.length);
    for (let at = 0; at < items.length; at++) this.#items[this.#end++] = items[at] ?? 0;
    return this.#finish();
  }

  /** Lexicographic order of their numbers; a beginning comes before what goes on. */
  compare(a: number, b: number): number {
    const items = this.#items;
    let i = this.#starts[a] ?? 0, j = this.#starts[b] ?? 0;
    const iEnd = this.#starts[a + 1] ?? 0, jEnd = this.#starts[b + 1] ?? 0;
    for (; i < iEnd && j < jEnd; i++, j++) {
      const difference = (items[i] ?? 0) - (items[j] ?? 0);
      if (difference !== 0) return difference;
    }
    return (iEnd - i) - (jEnd - j);
  }

  #room(items: number): void {
    const least = this.#end + items;
    if (least <= this.#items.length) return;
    if (least > STORED_MAX) refuseAt("STIM_LIMIT", { line: 0 }, `more than ${STORED_MAX} symptoms on the way through the circuit`, "Analyze a circuit with fewer gates, or with detectors that compare fewer measurements.");
    this.#items = grown(this.#items, least);
  }

  /** Gives what was written behind the last set its number. */
  #finish(): number {
    const from = this.#starts[this.#count] ?? 0;
    const to = this.#end;
    if (from === to) return 0;
    let hash = 0x811c9dc5;
    for (let at = from; at < to; at++) hash = Math.imul(hash ^ (this.#items[at] ?? 0), 0x9e3779b1) ^ (hash >>> 15);
    hash ^= hash >>> 16;
    const mask = this.#table.length - 1;
    let slot = hash & mask;
    for (let found = this.#table[slot] ?? 0; found !== 0; slot = (slot + 1) & mask, found = this.#table[slot] ?? 0) {
      if (this.#hashes[found - 1] === hash && this.#equals(found - 1, from, to)) {
        this.#end = from;
        return found - 1;
      }
    }
    this.#table[slot] = this.#count + 1;
    return this.#added(hash, to);
  }

  #equals(set: number, from: number, to: number): boolean {
    let at = this.#starts[set] ?? 0;
    if ((this.#starts[set + 1] ?? 0) - at !== to - from) return false;
    for (let other = from; other < to; other++, at++) if (this.#items[at] !== this.#items[other]) return false;
    return true;
  }

  #added(hash: number, end: number): number {
    const set = this.#count++;
    if (this.#count + 1 >= this.#starts.length) {
      this.#starts = grown(this.#starts, 0);
      this.#hashes = grown(this.#hashes, 0);
    }
    this.#starts[this.#count] = end;
    this.#hashes[set] = hash;
    if (2 * this.#count > this.#table.length) this.#rehash();
    return set;
  }

  #rehash(): void {
    this.#table = new Int32Array(2 * this.#table.length);
    const mask = this.#table.length - 1;
    for (let set = 1; set < this.#count; set++) {
      let slot = (this.#hashes[set] ?? 0) & mask;
      while (this.#table[slot] !== 0) slot = (slot + 1) & mask;
      this.#table[slot] = set + 1;
    }
  }
}
