// The packer against msgpackr used plainly: the same bytes out, the same values in, the same refusals; and what is decoded owns its bytes.
import fc from "fast-check";
// eslint-disable-next-line no-restricted-imports -- the reference it is held against
import { Packr } from "msgpackr";
import { describe, expect, it } from "vitest";
import { pack, unpack } from "../../../kernel-abi/packer.ts";

const reference = new Packr({ useRecords: false, moreTypes: true, copyBuffers: true, structuredClone: false });

const leaf = fc.oneof(
  fc.integer(), fc.double({ noDefaultInfinity: true }), fc.boolean(), fc.constant(null),
  fc.string({ unit: "grapheme", maxLength: 300 }).filter((text) => text.isWellFormed() && !text.startsWith("\ufeff")),
  fc.uint8Array({ maxLength: 300 }), fc.float64Array({ maxLength: 40 }), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
);
const payload = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 4 }, leaf, fc.array(tie("value"), { maxLength: 6 }), fc.dictionary(fc.string({ minLength: 1, maxLength: 8, unit: "binary-ascii" }).filter((key) => key !== "__proto__"), tie("value"), { maxKeys: 6 })),
})).value;

const verdictOf = (decode: (bytes: Uint8Array) => unknown, bytes: Uint8Array): { readonly value: unknown } | "refused" => {
  try {
    return { value: decode(bytes) };
  } catch {
    return "refused";
  }
};

describe("the packer", () => {
  it("packs what msgpackr packs, in an array of its own", () => {
    fc.assert(fc.property(payload, (value) => {
      const bytes = pack(value);
      expect(bytes).toEqual(new Uint8Array(reference.pack(value)));
      expect(bytes.buffer.byteLength).toBe(bytes.length);
    }), { numRuns: 400 });
  });

  it("reads what msgpackr reads and refuses what it refuses, whatever stood on the desk before", () => {
    fc.assert(fc.property(payload, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 3 }), fc.nat(8), (value, changes, cut) => {
      const bytes = new Uint8Array(reference.pack(value));
      for (const [at, to] of changes) bytes[at % bytes.length] = to;
      const hostile = bytes.slice(0, Math.max(0, bytes.length - (cut > 4 ? cut - 4 : 0)));
      expect(verdictOf(unpack, hostile)).toEqual(verdictOf((given) => reference.unpack(given.slice()) as unknown, hostile));
    }), { numRuns: 1_500 });
  });

  it("refuses references within a message: what they make can be walked for ever", () => {
    const referring = new Packr({ useRecords: false, structuredClone: true });
    const list: unknown[] = [1];
    list.push(list);
    const record: Record<string, unknown> = { list };
    record["self"] = record;
    for (const value of [list, record, { in: [record] }]) expect(verdictOf(unpack, new Uint8Array(referring.pack(value)))).toBe("refused");
  });

  it("gives bytes that belong to their reader alone, short messages and long", () => {
    for (const size of [3, 200, 255, 256, 257, 5_000]) {
      const bytes = pack({ data: new Uint8Array(size).fill(7) });
      const first = unpack(bytes) as { readonly data: Uint8Array };
      const second = unpack(bytes) as { readonly data: Uint8Array };
      expect([first.data.byteOffset, first.data.buffer.byteLength]).toEqual([0, size]);
      first.data.fill(9);
      expect(second.data[0]).toBe(7);
      expect(unpack(bytes)).toEqual(second);
    }
  });
});
