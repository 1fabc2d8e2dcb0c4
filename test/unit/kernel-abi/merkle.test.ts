// The Merkle tree and the log that proves, against the definition of RFC 6962 written out.
import fc from "fast-check";
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { fromHex, toHex } from "../../../kernel-abi/canonical.ts";
import { InvariantBroken } from "../../../kernel-abi/invariant.ts";
import { inclusionProof, inPieces, leafHash, merkleRoot, MerkleTree, provenTree, provesInclusion } from "../../../kernel-abi/merkle.ts";
import { MerkleLog, peakLevels, provesConsistency } from "../../../kernel-abi/merkle-log.ts";

const digest = (bytes: Uint8Array): Uint8Array => new Uint8Array(createHash("sha256").update(bytes).digest());
const hash = inPieces(digest);
const leaf = (n: number): Uint8Array => leafHash(hash, Uint8Array.of(n % 256, Math.floor(n / 256)));
const leaves = (count: number): readonly Uint8Array[] => Array.from({ length: count }, (_, n) => leaf(n));
const logOf = (count: number): MerkleLog => {
  const log = new MerkleLog(hash);
  for (const one of leaves(count)) log.append(one);
  return log;
};

/** MTH of RFC 6962, 2.1, by its own words. */
function defined(some: readonly Uint8Array[]): Uint8Array {
  if (some.length === 0) return digest(new Uint8Array(0));
  if (some.length === 1) return some[0] as Uint8Array;
  let k = 1;
  while (k * 2 < some.length) k *= 2;
  return digest(Uint8Array.of(1, ...defined(some.slice(0, k)), ...defined(some.slice(k))));
}
/** PROOF and SUBPROOF of 2.1.2. */
function definedProof(m: number, some: readonly Uint8Array[], whole = true): readonly Uint8Array[] {
  if (m === some.length) return whole ? [] : [defined(some)];
  let k = 1;
  while (k * 2 < some.length) k *= 2;
  return m <= k
    ? [...definedProof(m, some.slice(0, k), whole), defined(some.slice(k))]
    : [...definedProof(m - k, some.slice(k), false), defined(some.slice(0, k))];
}
const hexes = (path: readonly Uint8Array[]): readonly string[] => path.map(toHex);

describe("the port", () => {
  it("hashes pieces as their concatenation whatever their sizes, and what it gave stays what it was", () => {
    const sizes = [0, 1, 63, 16_383, 16_384, 16_385, 100_000];
    const made = sizes.map((size) => [new Uint8Array(size).fill(size % 251), Uint8Array.of(7)] as const);
    const digests = made.map((pieces) => hash(...pieces));
    expect(digests.map(toHex)).toEqual(made.map((pieces) => createHash("sha256").update(Buffer.concat(pieces)).digest("hex")));
  });

  it("hashes pieces as their concatenation", () => {
    expect(toHex(hash(Uint8Array.of(1, 2), new Uint8Array(0), Uint8Array.of(3)))).toBe(toHex(digest(Uint8Array.of(1, 2, 3))));
  });
  it("has the published roots of Certificate Transparency", () => {
    const inputs = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"].map((hex) => leafHash(hash, fromHex(hex)));
    expect(toHex(merkleRoot(hash, inputs))).toBe("5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");
    expect(toHex(new MerkleTree(hash).root())).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  });
});

describe("the log", () => {
  it("has the defined root, peaks and proofs at every size", () => {
    const log = new MerkleLog(hash);
    for (let size = 0; size <= 70; size++) {
      const some = leaves(size);
      expect([log.size, toHex(log.root())]).toEqual([size, toHex(defined(some))]);
      for (let index = 0; index < size; index++) {
        expect(provesInclusion(hash, { leaf: leaf(index), index, size, path: log.inclusion(index), root: log.root() })).toBe(true);
      }
      log.append(leaf(size));
    }
    for (let size = 1; size <= 70; size++) expect(toHex(log.root(size))).toBe(toHex(defined(leaves(size))));
  });

  it("has the defined consistency proof between any two sizes, and it convinces", () => {
    const log = logOf(40);
    for (let size = 0; size <= 40; size++) {
      for (let from = 0; from <= size; from++) {
        const path = log.consistency(from, size);
        if (from > 0) expect(hexes(path)).toEqual(hexes(definedProof(from, leaves(size))));
        const proof = { from, size, before: log.root(from), root: log.root(size), path };
        expect(provesConsistency(hash, proof)).toBe(true);
        expect(provesConsistency(hash, { ...proof, path: [...path, leaf(0)] })).toBe(false);
        expect(provesConsistency(hash, { ...proof, before: leaf(99) })).toBe(false);
        if (from > 0) expect(provesConsistency(hash, { ...proof, root: leaf(99) })).toBe(false);
        if (path.length > 0) {
          expect(provesConsistency(hash, { ...proof, path: path.slice(1) })).toBe(false);
          expect(provesConsistency(hash, { ...proof, path: path.slice(0, -1) })).toBe(false);
          expect(provesConsistency(hash, { ...proof, path: [] })).toBe(false);
        }
      }
    }
    for (const [from, size] of [[-1, 4], [5, 4], [0.5, 4], [1, Number.NaN]] as const) {
      expect(provesConsistency(hash, { from, size, before: leaf(0), root: leaf(0), path: [] })).toBe(false);
    }
  });

  it("proves from the base on, whatever was forgotten, and taken up again from its peaks", () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 130 }), fc.integer({ min: 0, max: 130 }), fc.integer({ min: 0, max: 60 }), (before, cut, after) => {
      const base = Math.min(before, cut);
      const log = logOf(before);
      const again = new MerkleLog(hash, base, log.peaks(base));
      for (let n = base; n < before; n++) again.append(leaf(n));
      log.forget(base);
      const size = before + after;
      for (let n = before; n < size; n++) for (const one of [log, again]) one.append(leaf(n));
      const whole = logOf(size);
      for (const one of [log, again]) {
        expect([one.base, one.size, toHex(one.root())]).toEqual([base, size, toHex(whole.root())]);
        for (let n = base; n < size; n++) expect(hexes(one.inclusion(n))).toEqual(hexes(whole.inclusion(n)));
        for (let n = base; n <= size; n++) expect(hexes(one.consistency(n))).toEqual(hexes(whole.consistency(n)));
      }
    }), { numRuns: 60 });
  });

  it("keeps a bounded part: forgetting leaves peaks, not leaves", () => {
    const log = logOf(1_000);
    log.forget(1_000);
    expect(log.peaks()).toHaveLength(peakLevels(1_000).length);
    for (const act of [() => log.inclusion(999), () => log.consistency(999), () => log.root(999), () => log.peaks(999), () => { log.forget(999); }]) expect(act).toThrow(InvariantBroken);
    for (const size of [1_001, 1_000.5, -1]) expect(() => log.root(size)).toThrow(InvariantBroken);
    expect(() => new MerkleLog(hash, 3, [leaf(0)])).toThrow(InvariantBroken);
    expect(() => logOf(3).inclusion(3)).toThrow(InvariantBroken);
    expect(() => logOf(3).inclusion(0.5)).toThrow(InvariantBroken);
    expect(() => logOf(3).consistency(0.5)).toThrow(InvariantBroken);
  });

  it("costs O(log n) hashes an append, a root and a proof", () => {
    let hashes = 0;
    const log = new MerkleLog((...pieces) => { hashes += 1; return hash(...pieces); });
    for (let n = 0; n < 4_095; n++) log.append(leaf(n));
    expect(hashes).toBeLessThan(4_095);
    const counted = (act: () => unknown): number => { hashes = 0; act(); return hashes; };
    expect(counted(() => { log.append(leaf(4_095)); })).toBeLessThanOrEqual(12);
    log.append(leaf(1));
    for (const act of [() => log.root(), () => log.inclusion(17), () => log.consistency(1_234)]) expect(counted(act)).toBeLessThanOrEqual(80);
  });
});

it("audit paths made together are those made one by one, of no leaves none", () => {
  for (let count = 0; count <= 17; count++) expect(provenTree(hash, leaves(count))).toEqual({ root: merkleRoot(hash, leaves(count)), paths: leaves(count).map((_, at) => inclusionProof(hash, leaves(count), at)) });
});
