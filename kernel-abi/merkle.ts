// RFC 6962 Merkle trees (section 2.1) with the digest as a port: over leaf hashes, built while they arrive.
//   J4  A MerkleTree keeps one node per set bit of its size, and 64 leaves at most, so any length costs 117 hashes of memory at most.
// Leaves and nodes are hashed in domains of their own (prefixes 0 and 1), and an odd node is never doubled: [a,b,c] and [a,b,c,c] differ.
import { sameBytes } from "./canonical.ts";

/** SHA-256 of the concatenated pieces. */
export type HashPieces = (...pieces: readonly Uint8Array[]) => Uint8Array;

const LEAF_PREFIX = Uint8Array.of(0);
const NODE_PREFIX = Uint8Array.of(1);
const NOTHING = new Uint8Array(0);

export const leafHash = (hash: HashPieces, entry: Uint8Array): Uint8Array => hash(LEAF_PREFIX, entry);
export const nodeHash = (hash: HashPieces, left: Uint8Array, right: Uint8Array): Uint8Array => hash(NODE_PREFIX, left, right);

/** Up to here pieces are gathered where there is room already: a place of their own would lie outside of V8's heap, and be the collector's. */
export const DESK_BYTES = 16_384;
/** Nobody sees it between two calls. */
const desk = new Uint8Array(DESK_BYTES);

/** The port over a digest of one piece, which keeps nothing of it. */
export const inPieces = (sha256: (bytes: Uint8Array) => Uint8Array): HashPieces => (...pieces) => {
  const size = sizeOf(pieces);
  const whole = size <= DESK_BYTES ? desk.subarray(0, size) : new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return sha256(whole);
};

/** Bytes of all of them. */
export function sizeOf(pieces: readonly Uint8Array[]): number {
  let size = 0;
  for (const { length } of pieces) size += length;
  return size;
}

/** Root over complete subtrees, largest first; of nothing, the digest of nothing. */
const rootOver = (hash: HashPieces, peaks: readonly Uint8Array[]): Uint8Array => {
  const last = peaks.at(-1);
  return last === undefined ? hash(NOTHING) : peaks.slice(0, -1).reduceRight((right, left) => nodeHash(hash, left, right), last);
};

/** Leaves that wait for their place: each by itself would find the processor's caches cold when blocks are far between. */
const WAITING_MAX = 64;

/** Streaming tree: append leaf hashes, ask for the root at any time. */
export class MerkleTree {
  readonly #hash: HashPieces;
  /** Roots of the complete subtrees, largest first: the binary digits of how many leaves stand in them. */
  readonly #peaks: Uint8Array[] = [];
  readonly #waiting: Uint8Array[] = [];
  #placed = 0;
  constructor(hash: HashPieces) { this.#hash = hash; }
  get size(): number { return this.#placed + this.#waiting.length; }

  append(leaf: Uint8Array): void {
    if (this.#waiting.push(leaf) === WAITING_MAX) this.#placeAll();
  }

  /** Of the empty tree: SHA-256 of nothing. */
  root(): Uint8Array {
    this.#placeAll();
    return rootOver(this.#hash, this.#peaks);
  }

  #placeAll(): void {
    for (const leaf of this.#waiting) this.#place(leaf);
    this.#waiting.length = 0;
  }

  #place(leaf: Uint8Array): void {
    let complete = 0; // subtrees that the leaf completes: the ones at the end of the binary digits
    for (let rest = this.#placed; rest % 2 === 1; rest = Math.floor(rest / 2)) complete += 1;
    const left = this.#peaks.splice(this.#peaks.length - complete);
    this.#peaks.push(left.reduceRight((right, peak) => nodeHash(this.#hash, peak, right), leaf));
    this.#placed += 1;
  }
}

/** Largest power of two below `size`; `size` is at least 2. */
export function splitPoint(size: number): number {
  let k = 1;
  while (k * 2 < size) k *= 2;
  return k;
}

export function merkleRoot(hash: HashPieces, leaves: readonly Uint8Array[]): Uint8Array {
  const tree = new MerkleTree(hash);
  for (const leaf of leaves) tree.append(leaf);
  return tree.root();
}

/** Audit path of leaf `index`, lowest sibling first (RFC 6962, 2.1.1). */
export function inclusionProof(hash: HashPieces, leaves: readonly Uint8Array[], index: number): readonly Uint8Array[] {
  if (leaves.length <= 1) return [];
  const k = splitPoint(leaves.length);
  const left = leaves.slice(0, k);
  const right = leaves.slice(k);
  return index < k
    ? [...inclusionProof(hash, left, index), merkleRoot(hash, right)]
    : [...inclusionProof(hash, right, index - k), merkleRoot(hash, left)];
}

/** The root and the audit paths of every leaf, in their order: what merkleRoot and inclusionProof give, with each node hashed once. */
export function provenTree(hash: HashPieces, leaves: readonly Uint8Array[]): { readonly root: Uint8Array; readonly paths: readonly (readonly Uint8Array[])[] } {
  const paths: Uint8Array[][] = leaves.map(() => []);
  const rootOf = (from: number, to: number): Uint8Array => {
    if (to - from === 1) return leaves[from] as Uint8Array;
    const middle = from + splitPoint(to - from);
    const left = rootOf(from, middle);
    const right = rootOf(middle, to);
    for (let at = from; at < to; at++) paths[at]?.push(at < middle ? right : left);
    return nodeHash(hash, left, right);
  };
  return { root: leaves.length === 0 ? hash(NOTHING) : rootOf(0, leaves.length), paths };
}

/** Root that `leaf` at `index` and its audit path give in a tree of `size` leaves; undefined when the path does not fit or no leaf is there. */
export function rootFromPath(hash: HashPieces, leaf: Uint8Array, index: number, size: number, path: readonly Uint8Array[]): Uint8Array | undefined {
  if (size === 1) return index === 0 && path.length === 0 ? leaf : undefined;
  const sibling = path.at(-1);
  if (sibling === undefined) return undefined;
  const k = splitPoint(size);
  const rest = path.slice(0, -1);
  if (index < k) {
    const left = rootFromPath(hash, leaf, index, k, rest);
    return left && nodeHash(hash, left, sibling);
  }
  const right = rootFromPath(hash, leaf, index - k, size - k, rest);
  return right && nodeHash(hash, sibling, right);
}

export interface InclusionProof {
  readonly leaf: Uint8Array;
  readonly index: number;
  readonly size: number;
  readonly path: readonly Uint8Array[];
  readonly root: Uint8Array;
}

/** Whether the tree of `size` leaves with this root has `leaf` at `index`. */
export function provesInclusion(hash: HashPieces, proof: InclusionProof): boolean {
  if (!Number.isSafeInteger(proof.size) || proof.index >= proof.size) return false;
  const root = rootFromPath(hash, proof.leaf, proof.index, proof.size, proof.path);
  return root !== undefined && sameBytes(root, proof.root);
}
