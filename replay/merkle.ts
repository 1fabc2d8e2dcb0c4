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
export const inclusionProof = (leaves: readonly Uint8Array[], index: number): readonly Uint8Array[] => inclusionProofBy(sha256, leaves, index);

/** Whether the tree of `size` leaves with this root has `leaf` at `index`. */
export const provesInclusion = (proof: InclusionProof): boolean => provesInclusionBy(sha256, proof);
