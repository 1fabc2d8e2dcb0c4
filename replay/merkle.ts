// RFC 6962 Merkle trees of this room's digest: kernel-abi/merkle.ts with SHA-256 put in.
import {
  inclusionProof as inclusionProofBy, merkleRoot as merkleRootBy, MerkleTree as Tree, nodeHash as nodeHashBy, provesInclusion as provesInclusionBy,
  type InclusionProof,
} from "../kernel-abi/merkle.ts";
import { sha256 } from "./sha256.ts";

export const nodeHash = (left: Uint8Array, right: Uint8Array): Uint8Array => nodeHashBy(sha256, left, right);

/** Streaming tree: append leaf hashes, ask for the root at any time. */
export class MerkleTree extends Tree {
  constructor() { super(sha256); }
}

export const merkleRoot = (leaves: readonly Uint8Array[]): Uint8Array => merkleRootBy(sha256, leaves);

/** Audit path of leaf `index`, lowest sibling first (RFC 6962, 2.1.1). */
<<<<<<< HEAD
export function inclusionProof(leaves: readonly Uint8Array[], index: number): readonly Uint8Array[] {
  if (leaves.length <= 1) return [];
  const k = splitPoint(leaves.length);
  const left = leaves.slice(0, k);
  const right = leaves.slice(k);
  return index < k
    ? [...inclusionProof(left, index), merkleRoot(right)]
    : [...inclusionProof(right, index - k), merkleRoot(left)];
}

/** Audit paths of every leaf, in their order: what inclusionProof gives of each, with each node hashed once. */
export function inclusionProofs(leaves: readonly Uint8Array[]): readonly (readonly Uint8Array[])[] {
  const paths: Uint8Array[][] = leaves.map(() => []);
  const rootOf = (from: number, to: number): Uint8Array => {
    if (to - from === 1) return leaves[from] as Uint8Array;
    const middle = from + splitPoint(to - from);
    const [left, right] = [rootOf(from, middle), rootOf(middle, to)];
    for (let at = from; at < to; at++) paths[at]?.push(at < middle ? right : left);
    return nodeHash(left, right);
  };
  if (leaves.length > 0) rootOf(0, leaves.length);
  return paths;
}

/** Root that `leaf` at `index` and its audit path give in a tree of `size` leaves; undefined when the path does not fit or no leaf is there. */
export function rootFromPath(leaf: Uint8Array, index: number, size: number, path: readonly Uint8Array[]): Uint8Array | undefined {
  if (size === 1) return index === 0 && path.length === 0 ? leaf : undefined;
  const sibling = path.at(-1);
  if (sibling === undefined) return undefined;
  const k = splitPoint(size);
  const rest = path.slice(0, -1);
  if (index < k) {
    const left = rootFromPath(leaf, index, k, rest);
    return left && nodeHash(left, sibling);
  }
  const right = rootFromPath(leaf, index - k, size - k, rest);
  return right && nodeHash(sibling, right);
}
=======
export const inclusionProof = (leaves: readonly Uint8Array[], index: number): readonly Uint8Array[] => inclusionProofBy(sha256, leaves, index);
>>>>>>> main

/** Whether the tree of `size` leaves with this root has `leaf` at `index`. */
export const provesInclusion = (proof: InclusionProof): boolean => provesInclusionBy(sha256, proof);
