// Walking the chain: what is handed out, where it stops, and what a power cut may explain.
import { describe, expect, it } from "vitest";
import { toHex } from "../../../kernel-abi/canonical.ts";
import type { ByteSource } from "../../../kernel-abi/ports.ts";
import { END_MARK, firstHead, leafOf, preamble, TAG, unit, UNIT_BYTES_MAX, UNIT_OVERHEAD, type UnitName } from "../../../replay/chain.ts";
import { claimsSeal, UnitReader, type ChainedUnit, type Tail } from "../../../replay/units.ts";
import { chained, filled, sealUnit, SECTIONS, type Part } from "../../support/chained.ts";
import { memorySource } from "../../support/memory.ts";
import { faultOf, joined } from "../../support/refusals.ts";

const START = 44;
const BLOCKS: readonly Part[] = [...SECTIONS, ["block", filled(20)], ["block", filled(30)]];

function walk(bytes: Uint8Array): { readonly reader: UnitReader; readonly units: readonly ChainedUnit[]; readonly tail: Tail | undefined } {
  const reader = new UnitReader(memorySource(bytes));
  const units: ChainedUnit[] = [];
  for (let each = reader.next(); each !== undefined; each = reader.next()) units.push(each);
  return { reader, units, tail: reader.tail };
}
const tailOf = (bytes: Uint8Array): Tail | undefined => walk(bytes).tail;
const refusal = (bytes: Uint8Array): Readonly<Record<string, unknown>> => {
  const { fault, detail } = faultOf(() => walk(bytes));
  return { fault, ...detail };
};
const tampered = (offset: number, unit: UnitName, index: number, what: string): object => ({ fault: "TRACE_TAMPERED", offset, unit, index, what });
const altered = (bytes: Uint8Array, at: number, by: number | Uint8Array): Uint8Array => {
  const out = Uint8Array.from(bytes);
  if (typeof by === "number") out[at] = by;
  else out.set(by, at);
  return out;
};
const zeroed = (bytes: Uint8Array, from: number, to: number): Uint8Array => altered(bytes, from, new Uint8Array(to - from));

describe("a chain that is joined at a block", () => {
  it("is handed out from there, under the head that stood before it; under another it does not hold", () => {
    const { bytes, offsets } = chained(BLOCKS);
    const [, , , , last] = walk(bytes).units;
    const offset = offsets[4] as number;
    const behind = new UnitReader(memorySource(bytes), { offset, index: 1, headBefore: last?.headBefore as Uint8Array });
    expect([behind.next(), behind.next(), behind.tail?.kind]).toEqual([last, undefined, "open"]);
    const elsewhere = new UnitReader(memorySource(bytes), { offset, index: 1, headBefore: new Uint8Array(32) });
    expect(faultOf(() => elsewhere.next()).detail).toMatchObject({ offset, unit: "block", index: 1, what: "hash does not hold" });
  });
});

describe("a chain that holds", () => {
  const { bytes, offsets, heads } = chained(BLOCKS);

  it("is handed out unit by unit, each with its place, leaf and heads", () => {
    const { units, reader } = walk(bytes);
    expect(units.map(({ offset, unit: name, index }) => [offset, name, index])).toEqual(
      [[START, "header", 0], [offsets[1], "program", 0], [offsets[2], "inputs", 0], [offsets[3], "block", 0], [offsets[4], "block", 1]]);
    units.forEach((each, at) => {
      const [name, payload] = BLOCKS[at]!;
      expect(each.payload).toEqual(payload);
      expect([toHex(each.leaf), toHex(each.headBefore), toHex(each.head)]).toEqual([toHex(leafOf(unit(name, payload))), heads[at], heads[at + 1]]);
    });
    expect([reader.offset, toHex(reader.head), reader.size, reader.version]).toEqual([bytes.length, heads.at(-1), bytes.length, 1]);
  });

  it("that stops between two units is open there", () => {
    for (const [at, name, index] of [[0, "header", 0], [1, "program", 0], [2, "inputs", 0], [3, "block", 0], [4, "block", 1], [5, "block", 2]] as const) {
      expect(tailOf(bytes.subarray(0, offsets[at]))).toEqual({ kind: "open", place: { offset: offsets[at], unit: name, index }, torn: 0 });
    }
  });

  it("that stops within a unit is open at its first byte, and says how much is torn", () => {
    for (let torn = 1; torn < offsets[5]! - offsets[4]!; torn++) {
      const { reader, tail, units } = walk(bytes.subarray(0, offsets[4]! + torn));
      expect([tail, units.length, reader.offset]).toEqual([{ kind: "open", place: { offset: offsets[4], unit: "block", index: 1 }, torn }, 4, offsets[4]]);
      expect(reader.next()).toBeUndefined();
    }
  });

  it("has no tail before it was walked", () => {
    const reader = new UnitReader(memorySource(bytes));
    expect([reader.tail, reader.offset, toHex(reader.head)]).toEqual([undefined, START, heads[0]]);
  });

  it("ends with a seal behind any block", () => {
    const seal = sealUnit(filled(9));
    for (const blocks of [1, 2]) {
      const { bytes: before } = chained(BLOCKS.slice(0, 3 + blocks));
      expect(tailOf(joined(before, seal))).toEqual({ kind: "seal", place: { offset: before.length, unit: "seal", index: 0 }, envelope: filled(9) });
    }
    const { reader } = walk(joined(bytes, seal));
    expect([reader.next(), reader.offset]).toEqual([undefined, bytes.length]);
  });
});

describe("a preamble", () => {
  const whole = chained([]).bytes;
  it("cut short is an open journal with nothing in it", () => {
    for (let length = 0; length < START; length++) {
      const { tail, units, reader } = walk(whole.subarray(0, length));
      expect([tail, units, reader.offset]).toEqual([{ kind: "open", place: { offset: 0, unit: "preamble", index: 0 }, torn: length }, [], 0]);
    }
    expect(tailOf(whole)).toMatchObject({ place: { offset: START, unit: "header" }, torn: 0 });
  });

  it("must be one, hold its hash, and be of this version, in that order", () => {
    const at = { offset: 0, unit: "preamble", index: 0 };
    for (let byte = 0; byte < 8; byte++) {
      expect(refusal(altered(whole, byte, 0x20))).toEqual({ fault: "TRACE_UNREADABLE", ...at, what: "no magic number" });
      expect(refusal(altered(whole, byte, 0x20).subarray(0, byte + 1))["fault"]).toBe("TRACE_UNREADABLE");
    }
    for (let byte = 8; byte < START; byte++) expect(refusal(altered(whole, byte, whole[byte]! ^ 1))).toEqual({ fault: "TRACE_TAMPERED", ...at, what: "hash does not hold" });
    expect(refusal(chained([], preamble(2)).bytes)).toEqual({ fault: "TRACE_VERSION", ...at, version: 2, speaks: 1 });
    expect(toHex(whole.subarray(12))).toBe(toHex(firstHead(preamble())));
  });
});

describe("a unit", () => {
  const { bytes, offsets } = chained(BLOCKS);
  const names: readonly UnitName[] = ["header", "program", "inputs", "block", "block"];

  it("must be the one that belongs there", () => {
    names.forEach((name, at) => {
      const index = at === 4 ? 1 : 0;
      for (const tag of [0x01, ...Object.values(TAG)].filter((other) => other !== TAG[name])) {
        if (tag === TAG.seal && at === 4) continue; // a seal may stand behind a block
        expect(refusal(altered(bytes, offsets[at]!, tag))).toEqual(tampered(offsets[at]!, name, index, "a unit that does not belong here"));
      }
    });
    const noBlock = chained(SECTIONS);
    expect(refusal(joined(noBlock.bytes, sealUnit(filled(9))))).toEqual(tampered(noBlock.bytes.length, "block", 0, "a unit that does not belong here"));
  });

  it("of one byte that does not belong is refused as such, not as torn", () => {
    expect(refusal(joined(chained(SECTIONS).bytes, Uint8Array.of(7)))["what"]).toBe("a unit that does not belong here");
  });

  it("must have a length within its limit, and something in it", () => {
    names.forEach((name, at) => {
      const sized = (length: number): Uint8Array => altered(bytes, offsets[at]! + 1, new Uint8Array(Uint32Array.of(length).buffer).reverse());
      const out = tampered(offsets[at]!, name, at === 4 ? 1 : 0, "length out of range");
      for (const length of [0, UNIT_BYTES_MAX[name] + 1, 0xffff_ffff]) expect(refusal(sized(length))).toEqual(out);
      expect(tailOf(sized(UNIT_BYTES_MAX[name]))).toMatchObject({ kind: "open", place: { offset: offsets[at] } });
    });
  });

  it("of one byte is one", () => {
    expect(walk(chained([["header", filled(1)]]).bytes).units).toHaveLength(1);
  });

  it("must hold its hash: every byte of it, and of the hash", () => {
    for (let at = offsets[3]! + UNIT_OVERHEAD; at < offsets[4]!; at++) {
      expect(refusal(altered(bytes, at, bytes[at]! ^ 0x40))).toEqual(tampered(offsets[3]!, "block", 0, "hash does not hold"));
    }
  });
});

describe("a seal", () => {
  const { bytes } = chained(BLOCKS);
  const seal = sealUnit(filled(9));
  const file = joined(bytes, seal);
  const at = bytes.length;

  it("cut short is an open journal that stops in it", () => {
    for (let length = 1; length < seal.length; length++) {
      expect(tailOf(file.subarray(0, at + length))).toEqual({ kind: "open", place: { offset: at, unit: "seal", index: 0 }, torn: length });
    }
  });

  it("must be the last thing, with its mark whole", () => {
    expect(refusal(joined(file, Uint8Array.of(1)))).toEqual(tampered(at, "seal", 0, "bytes after the seal"));
    for (let mark = 1; mark <= 8; mark++) expect(refusal(altered(file, file.length - mark, 1))).toEqual(tampered(at, "seal", 0, "damaged seal"));
    expect(refusal(altered(file, at + 1, Uint8Array.of(0, 0, 0, 0)))).toEqual(tampered(at, "seal", 0, "length out of range"));
  });

  it("of a sealed file whose lengths were altered is not taken for a torn one", () => {
    expect(refusal(altered(file, at + 4, 10))).toEqual(tampered(at, "seal", 0, "length does not fit a sealed file"));
    expect(refusal(joined(bytes.subarray(0, -40), END_MARK))).toMatchObject({ fault: "TRACE_TAMPERED", unit: "block", index: 1, what: "length does not fit a sealed file" });
    expect(refusal(joined(chained([]).bytes, Uint8Array.of(TAG.header, 0, 0), END_MARK))).toMatchObject({ fault: "TRACE_TAMPERED" });
  });

  it("is not seen in a file shorter than its mark", () => {
    expect(tailOf(preamble().subarray(0, 7))).toEqual({ kind: "open", place: { offset: 0, unit: "preamble", index: 0 }, torn: 7 });
  });
});

describe("a file that claims a seal", () => {
  it("ends in the mark of one, whatever stands before, and is read there alone", () => {
    const claims = (bytes: Uint8Array): boolean => claimsSeal(memorySource(bytes));
    const { bytes } = chained(SECTIONS);
    expect([claims(joined(bytes, sealUnit(filled(9)))), claims(joined(filled(3), END_MARK)), claims(END_MARK)]).toEqual([true, true, true]);
    expect([claims(bytes), claims(joined(bytes, END_MARK.subarray(1))), claims(joined(END_MARK, filled(1))), claims(END_MARK.subarray(0, 7)), claims(new Uint8Array(0))]).toEqual([false, false, false, false, false]);
  });
});

describe("what a power cut may explain (J30)", () => {
  // The last block spans three sectors: it begins somewhere in one, covers the next two and ends in a fourth.
  const before = chained([...SECTIONS, ["block", filled(300)]]);
  const { bytes, offsets } = chained([...SECTIONS, ["block", filled(300)], ["block", filled(1_400)]]);
  const at = offsets[4]!;
  const torn = { kind: "open", place: { offset: at, unit: "block", index: 1 }, torn: bytes.length - at };
  const refused = (what: string): object => tampered(at, "block", 1, what);
  const SECTORS = [[at, 512], [512, 1_024], [1_024, 1_536], [1_536, bytes.length]] as const;

  it("lies where this test thinks it does", () => {
    expect([before.bytes.length === at, at > 256 && at < 512, bytes.length > 1_536 && bytes.length < 2_048]).toEqual([true, true, true]);
  });

  it("a sector of the unit that has zeros for all of it", () => {
    for (const [from, to] of SECTORS) expect([from, tailOf(zeroed(bytes, from, to))]).toEqual([from, torn]);
  });

  it("not a sector that kept one byte, nor zeros that are no whole sector", () => {
    for (const [from, to] of SECTORS.slice(1)) {
      expect(refusal(altered(zeroed(bytes, from, to), from, 1))).toEqual(refused("hash does not hold"));
      expect(refusal(altered(zeroed(bytes, from, to), to - 1, 1))).toEqual(refused("hash does not hold"));
    }
    expect(refusal(zeroed(bytes, 600, 1_500))).toEqual(refused("hash does not hold")); // no sector whole
  });

  it("the sector with tag and length: what stands behind it tells", () => {
    const lost = zeroed(bytes, at, 512);
    expect(tailOf(lost)).toEqual(torn);
    // One byte of the first sector survived; the second is gone.
    expect(tailOf(altered(zeroed(bytes, at + 1, 1_024), at, TAG.block))).toEqual(torn);
    // The length alone is gone: no sector is.
    expect(refusal(zeroed(bytes, at + 1, at + 5))).toEqual(refused("length out of range"));
    expect(refusal(altered(bytes, at, 1))).toEqual(refused("a unit that does not belong here"));
  });

  it("only within the unit, and within two sectors where its size is lost", () => {
    const long = chained([...SECTIONS, ["block", filled(300)], ["block", filled(4_000)]]).bytes;
    const withTag = (from: number, to: number): Uint8Array => altered(zeroed(long, from, to), at, 1);
    expect(refusal(withTag(2_048, 2_560))).toEqual(refused("a unit that does not belong here"));
    expect(tailOf(withTag(512, 1_024))).toMatchObject({ kind: "open" });
    const both = chained([...SECTIONS, ["block", filled(300)], ["block", filled(1_400)], ["block", filled(3_000)]]).bytes;
    expect(refusal(altered(zeroed(both, 2_048, 2_560), at + 20, 1))).toEqual(refused("hash does not hold"));
  });

  it("not in a file that ends like a sealed one", () => {
    const sealed = joined(bytes, sealUnit(filled(9)));
    for (const [from, to] of SECTORS.slice(0, 3)) expect(refusal(zeroed(sealed, from, to))["fault"]).toBe("TRACE_TAMPERED");
  });

  it("the mark of a seal that was written last, all of it", () => {
    const seal = sealUnit(filled(600));
    const file = joined(bytes, seal);
    const place = { offset: bytes.length, unit: "seal", index: 0 };
    const mark = file.length - 8;
    expect(tailOf(zeroed(file, mark, file.length))).toEqual({ kind: "open", place, torn: seal.length });
    expect(refusal(altered(zeroed(file, mark, file.length), mark, 0x54))).toEqual(tampered(bytes.length, "seal", 0, "damaged seal"));
    expect(refusal(altered(zeroed(file, mark, file.length), file.length - 1, 0x44))).toEqual(tampered(bytes.length, "seal", 0, "damaged seal"));
    expect(refusal(joined(zeroed(file, mark, file.length), Uint8Array.of(1)))).toEqual(tampered(bytes.length, "seal", 0, "bytes after the seal"));
    // A block that ends with eight zeros has no mark to lose.
    expect(refusal(zeroed(bytes, bytes.length - 8, bytes.length))).toEqual(refused("hash does not hold"));
  });

  it("half a mark where it crosses a sector", () => {
    const pad = 512 - ((bytes.length + UNIT_OVERHEAD + 4) % 512);
    const file = joined(bytes, sealUnit(filled(pad + 512)));
    const mark = file.length - 8;
    expect(mark % 512).toBe(508);
    expect(tailOf(zeroed(file, mark, mark + 4))).toMatchObject({ kind: "open", place: { unit: "seal" } });
    expect(tailOf(zeroed(file, mark + 4, mark + 8))).toMatchObject({ kind: "open", place: { unit: "seal" } });
    expect(refusal(zeroed(file, mark + 1, mark + 4))).toMatchObject({ what: "damaged seal" });
  });
});

describe("reading", () => {
  /** Counts reads and refuses those beyond the file. */
  function counted(bytes: Uint8Array): ByteSource & { readonly reads: (readonly [offset: number, length: number])[] } {
    const inner = memorySource(bytes);
    const reads: (readonly [number, number])[] = [];
    return { size: bytes.length, reads, read: (offset, length) => { reads.push([offset, length]); return inner.read(offset, length); } };
  }

  it("takes one window for many small units, and a unit larger than a window whole", () => {
    const many = counted(chained([...SECTIONS, ...Array.from({ length: 200 }, (_, at): Part => ["block", filled(50, at)])]).bytes);
    const reader = new UnitReader(many);
    let units = 0;
    while (reader.next() !== undefined) units += 1;
    expect([units, reader.tail?.kind]).toEqual([203, "open"]);
    // The preamble and everything behind it; then, at the tail, the last eight bytes are in the window already.
    expect(many.reads).toEqual([[0, many.size]]);
    const large = filled(1_048_576 + 10);
    const source = counted(joined(chained([...SECTIONS, ["block", large], ["block", filled(9)]]).bytes, sealUnit(filled(9))));
    const second = new UnitReader(source);
    const payloads: Uint8Array[] = [];
    for (let each = second.next(); each !== undefined; each = second.next()) payloads.push(Uint8Array.from(each.payload.subarray(0, 20)));
    expect([payloads[3], payloads[4], second.tail?.kind]).toEqual([large.subarray(0, 20), filled(9), "seal"]);
    expect(Math.max(...source.reads.map(([, length]) => length))).toBe(large.length + UNIT_OVERHEAD + 32);
    expect(source.reads.length).toBeLessThan(6);
  });
});
