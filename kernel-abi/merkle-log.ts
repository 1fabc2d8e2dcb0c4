// A Merkle tree that proves: every node of it that a proof can still need is kept, by level. Roots and proofs are RFC 6962's.
//   J5  Appending, the root and each proof cost O(log n) hashes; what lies before the base is forgotten down to its peaks, so memory is
//       twice what is kept, and proofs from the base onwards stay possible for ever.
import { sameBytes } from "./canonical.ts";
import { invariant } from "./invariant.ts";
import { nodeHash, splitPoint, type HashPieces } from "./merkle.ts";

interface Level {
  /** Index of the first node kept. */
  from: number;
  nodes: Uint8Array[];
}

const NOTHING = new Uint8Array(0);
/** Bits of a safe integer. */
const LEVELS_MAX = 53;

const half = (value: number): number => Math.floor(value / 2);
const pow2 = (level: number): number => { let size = 1; for (let at = 0; at < level; at++) size *= 2; return size; };
const at = (value: number, level: number): number => Math.floor(value / pow2(level));

/** Levels whose bit is set in `size`, largest first: where the peaks of a tree of that size stand. */
export function peakLevels(size: number): readonly number[] {
  const levels: number[] = [];
  for (let level = 0, rest = size; rest > 0; level++, rest = half(rest)) if (rest % 2 === 1) levels.unshift(level);
  return levels;
}

export class MerkleLog {
  readonly #hash: HashPieces;
  readonly #levels: Level[];
  #size: number;
  #base: number;

  /** `base` leaves that are known by their peaks alone, largest first. The caller vouches for them: a root they lead to tells. */
  constructor(hash: HashPieces, base = 0, peaks: readonly Uint8Array[] = []) {
    const places = peakLevels(base);
    invariant(places.length === peaks.length, "J5", "one peak per set bit of the base");
    this.#hash = hash;
    this.#size = base;
    this.#base = base;
    const left = [...peaks];
    this.#levels = Array.from({ length: (places[0] ?? -1) + 1 }, (_, level): Level => {
      const peak = places.includes(level) ? left.pop() : undefined;
      return peak === undefined ? { from: at(base, level), nodes: [] } : { from: at(base, level) - 1, nodes: [peak] };
    });
  }

  get size(): number { return this.#size; }
  /** Leaves before it are known by their peaks alone. */
  get base(): number { return this.#base; }

  append(leaf: Uint8Array): void {
    let node = leaf;
    let index = this.#size;
    for (let level = 0; level < LEVELS_MAX; level++) {
      const nodes = this.#levels[level] ??= { from: index, nodes: [] };
      nodes.nodes.push(node);
      if (index % 2 === 0) break;
      node = nodeHash(this.#hash, this.#node(level, index - 1), node);
      index = half(index);
    }
    this.#size += 1;
  }

  /** Of the first `size` leaves; of none, the digest of nothing. `size` is at least the base. */
  root(size: number = this.#size): Uint8Array {
    this.#within(size);
    return size === 0 ? this.#hash(NOTHING) : this.#range(0, size);
  }

  /** Of the first `size` leaves, largest first. */
  peaks(size: number = this.#size): readonly Uint8Array[] {
    this.#within(size);
    return peakLevels(size).map((level) => this.#node(level, at(size, level) - 1));
  }

  /** Audit path of leaf `index` among the first `size`, lowest sibling first (2.1.1); the leaf is not before the base. */
  inclusion(index: number, size: number = this.#size): readonly Uint8Array[] {
    this.#within(size);
    invariant(Number.isSafeInteger(index) && index >= this.#base && index < size, "J5", "leaf", index);
    const path: Uint8Array[] = [];
    for (let from = 0, to = size; to - from > 1;) {
      const middle = from + splitPoint(to - from);
      path.unshift(index < middle ? this.#range(middle, to) : this.#range(from, middle));
      if (index < middle) to = middle;
      else from = middle;
    }
    return path;
  }

  /** That the first `from` leaves are a prefix of the first `size` (2.1.2). */
  consistency(from: number, size: number = this.#size): readonly Uint8Array[] {
    this.#within(size);
    invariant(Number.isSafeInteger(from) && from >= this.#base && from <= size, "J5", "prefix", from);
    return from === 0 || from === size ? [] : this.#prefix(from, 0, size, true);
  }

  /** Forgets every leaf before `base` down to the peaks there. */
  forget(base: number): void {
    this.#within(base);
    this.#base = base;
    for (const [level, row] of this.#levels.entries()) {
      const first = half(at(base, level)) * 2; // the sibling of the first node that is still of use
      if (first <= row.from) continue;
      row.nodes = row.nodes.slice(first - row.from);
      row.from = first;
    }
  }

  #prefix(from: number, start: number, end: number, whole: boolean): readonly Uint8Array[] {
    if (from === end) return whole ? [] : [this.#range(start, end)];
    const middle = start + splitPoint(end - start);
    return from <= middle
      ? [...this.#prefix(from, start, middle, whole), this.#range(middle, end)]
      : [...this.#prefix(from, middle, end, false), this.#range(start, middle)];
  }

  /** Root over leaves [from, to), which is a subtree of some prefix. */
  #range(from: number, to: number): Uint8Array {
    const level = peakLevels(to - from);
    const [top] = level;
    if (top !== undefined && level.length === 1) return this.#node(top, at(from, top));
    const middle = from + splitPoint(to - from);
    return nodeHash(this.#hash, this.#range(from, middle), this.#range(middle, to));
  }

  #node(level: number, index: number): Uint8Array {
    const row = this.#levels[level];
    const node = row?.nodes[index - row.from];
    invariant(node !== undefined, "J5", "node", index);
    return node;
  }

  #within(size: number): void {
    invariant(Number.isSafeInteger(size) && size >= this.#base && size <= this.#size, "J5", "size", size);
  }
}

/** Whether the tree of `size` leaves with root `root` begins with the tree of `from` leaves with root `before`. */
export function provesConsistency(hash: HashPieces, proof: {
  readonly from: number; readonly size: number; readonly before: Uint8Array; readonly root: Uint8Array; readonly path: readonly Uint8Array[];
}): boolean {
  const { from, size, before, root, path } = proof;
  if (!Number.isSafeInteger(from) || !Number.isSafeInteger(size) || from < 0 || from > size) return false;
  if (from === 0) return path.length === 0 && sameBytes(before, hash(NOTHING));
  if (from === size) return path.length === 0 && sameBytes(before, root);
  const rebuilt = rebuild(hash, from, 0, size, true, before, [...path]);
  return rebuilt !== undefined && sameBytes(rebuilt.before, before) && sameBytes(rebuilt.after, root);
}

interface Rebuilt { readonly before: Uint8Array; readonly after: Uint8Array }

/** The two roots of [start, end) that the rest of the path gives: of its part before `from`, and of the whole; undefined when it does not fit. */
function rebuild(hash: HashPieces, from: number, start: number, end: number, whole: boolean, before: Uint8Array, path: Uint8Array[]): Rebuilt | undefined {
  if (from === end) {
    const node = whole ? before : path.pop();
    return node === undefined || path.length > 0 ? undefined : { before: node, after: node };
  }
  const middle = start + splitPoint(end - start);
  const sibling = path.pop();
  if (sibling === undefined) return undefined;
  if (from <= middle) {
    const left = rebuild(hash, from, start, middle, whole, before, path);
    return left && { before: left.before, after: nodeHash(hash, left.after, sibling) };
  }
  const right = rebuild(hash, from, middle, end, false, before, path);
  return right && { before: nodeHash(hash, sibling, right.before), after: nodeHash(hash, sibling, right.after) };
}
