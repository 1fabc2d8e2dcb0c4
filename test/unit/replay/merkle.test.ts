import { describe, expect, it } from "vitest";
import { fromHex, toHex } from "../../../kernel-abi/canonical.ts";
import { leafOf } from "../../../replay/chain.ts";
import { inclusionProof, merkleRoot, MerkleTree, nodeHash, provesInclusion } from "../../../replay/merkle.ts";

// The eight inputs and the roots every Certificate Transparency implementation is tested with.
const LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"].map((hex) => leafOf(fromHex(hex)));
const ROOTS = [
  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
  "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
  "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
  "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
  "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
  "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
  "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
  "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];
const PATHS: readonly (readonly [index: number, size: number, path: readonly string[]])[] = [
  [0, 1, []],
  [0, 8, ["96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7", "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e", "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"]],
  [5, 8, ["bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b", "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"]],
  [2, 3, ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]],
];

describe("RFC 6962 tree", () => {
  it("has the known roots, streaming or not", () => {
    const tree = new MerkleTree();
    for (const [size, root] of ROOTS.entries()) {
      expect(tree.size).toBe(size);
      expect(toHex(tree.root())).toBe(root);
      expect(toHex(merkleRoot(LEAVES.slice(0, size)))).toBe(root);
      const leaf = LEAVES[size];
      if (leaf !== undefined) tree.append(leaf);
    }
  });

  it("has the root of the definition at every size, asked for before or not", () => {
    const leaves = Array.from({ length: 200 }, (_, at) => leafOf(Uint8Array.of(at)));
    const defined = (some: readonly Uint8Array[]): Uint8Array => {
      const k = 2 ** Math.floor(Math.log2(some.length - 0.5));
      return some.length === 1 ? some[0] as Uint8Array : nodeHash(defined(some.slice(0, k)), defined(some.slice(k)));
    };
    const tree = new MerkleTree();
    for (const [at, leaf] of leaves.entries()) {
      tree.append(leaf);
      const some = leaves.slice(0, at + 1);
      expect([tree.size, toHex(tree.root()), toHex(merkleRoot(some))]).toEqual([some.length, toHex(defined(some)), toHex(defined(some))]);
    }
  });

  it.each(PATHS)("has the known audit path of leaf %i of %i", (index, size, path) => {
    expect(inclusionProof(LEAVES.slice(0, size), index).map(toHex)).toEqual(path);
  });

  it("proves every leaf of every size and nothing else", () => {
    const leaves = Array.from({ length: 33 }, (_, at) => leafOf(Uint8Array.of(at)));
    for (let size = 1; size <= leaves.length; size++) {
      const some = leaves.slice(0, size);
      const root = merkleRoot(some);
      for (let index = 0; index < size; index++) {
        const path = inclusionProof(some, index);
        const proof = { leaf: some[index] as Uint8Array, index, size, path, root };
        expect(provesInclusion(proof)).toBe(true);
        expect(provesInclusion({ ...proof, leaf: leafOf(Uint8Array.of(99)) })).toBe(false);
        expect(provesInclusion({ ...proof, index: size })).toBe(false);
        expect(provesInclusion({ ...proof, path: [...path, root] })).toBe(false);
        if (size > 1) expect(provesInclusion({ ...proof, index: (index + 1) % size })).toBe(false);
        if (size > 1) expect(provesInclusion({ ...proof, path: path.slice(1) })).toBe(false);
      }
    }
  });

  it("has no leaf before the first, between two, or behind the last", () => {
    const leaves = Array.from({ length: 5 }, (_, at) => leafOf(Uint8Array.of(at)));
    const root = merkleRoot(leaves);
    for (const index of [-1, 0.5, 5, Number.NaN, Infinity]) {
      for (let of = 0; of < 5; of++) expect(provesInclusion({ leaf: leaves[of]!, index, size: 5, path: inclusionProof(leaves, of), root })).toBe(false);
    }
    const alone = leaves[0]!;
    for (const index of [-1, 1, 0.5]) expect(provesInclusion({ leaf: alone, index, size: 1, path: [], root: merkleRoot([alone]) })).toBe(false);
    expect(inclusionProof([], 0)).toEqual([]);
    for (const size of [0, -1, 0.5, Number.NaN]) expect(provesInclusion({ leaf: alone, index: 0, size, path: [alone], root: merkleRoot([alone, alone]) })).toBe(false);
  });
});
