// NaN has one form in what is packed, whatever bits the processor gave it, and nothing else is touched.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Fault } from "../../../kernel-abi/fault.ts";
import { LIMITS } from "../../../kernel-abi/limits.ts";
import { holdsNaN, settleNaNs } from "../../../kernel-abi/nan.ts";
import { pack, packWithin, unpack } from "../../../kernel-abi/packer.ts";

const doublesOf = (...bits: readonly bigint[]): Float64Array => new Float64Array(BigUint64Array.from(bits).buffer);
const singlesOf = (...bits: readonly number[]): Float32Array => new Float32Array(Uint32Array.from(bits).buffer);
const bitsOf = (values: unknown): readonly (bigint | number)[] => (values instanceof Float32Array ? [...new Uint32Array(values.slice().buffer)] : [...new BigUint64Array((values as Float64Array).slice().buffer)]);

const NAN64 = 0x7ff8_0000_0000_0000n;
const NAN32 = 0x7fc0_0000;
const isNaN64 = (bits: bigint): boolean => (bits & 0x7ff0_0000_0000_0000n) === 0x7ff0_0000_0000_0000n && (bits & 0x000f_ffff_ffff_ffffn) !== 0n;
const isNaN32 = (bits: number): boolean => (bits & 0x7f80_0000) === 0x7f80_0000 && (bits & 0x007f_ffff) !== 0;

/** Half of them with every bit of the exponent set. */
const bits64 = fc.tuple(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.boolean(), fc.boolean())
  .map(([bits, special, whole]) => (special ? (bits | 0x7ff0_0000_0000_0000n) & (whole ? ~0n : ~0x000f_ffff_ffff_ffffn) : bits));
const bits32 = fc.tuple(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.boolean(), fc.boolean())
  .map(([bits, special, whole]) => ((special ? (bits | 0x7f80_0000) & (whole ? ~0 : ~0x007f_ffff) : bits) >>> 0));

describe("a NaN", () => {
  it("has one form in double precision, and whatever is none keeps its bits", () => {
    fc.assert(fc.property(fc.array(bits64, { maxLength: 40 }), fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 3 }), (bits, beside) => {
      const back = unpack(pack({ beside, deep: [{ doubles: doublesOf(...bits) }], text: "x".repeat(bits.length * 9) })) as { deep: [{ doubles: Float64Array }]; beside: unknown };
      expect(bitsOf(back.deep[0].doubles)).toEqual(bits.map((of) => (isNaN64(of) ? NAN64 : of)));
      expect(back.beside).toEqual(beside);
    }), { numRuns: 500 });
  });

  it("has one form in single precision", () => {
    fc.assert(fc.property(fc.array(bits32, { maxLength: 40 }), (bits) => {
      const [back] = unpack(pack([singlesOf(...bits)])) as [Float32Array];
      expect(bitsOf(back)).toEqual(bits.map((of) => (isNaN32(of) ? NAN32 : of)));
    }), { numRuns: 500 });
  });

  it("has one form as a number, wherever it stands", () => {
    fc.assert(fc.property(bits64.filter(isNaN64), fc.jsonValue().filter((json) => !JSON.stringify(json).includes("__proto__")), (bits, beside) => {
      const odd = doublesOf(bits)[0];
      for (const around of [(value: unknown) => value, (value: unknown) => [beside, value, beside], (value: unknown) => ({ a: beside, b: { c: value } }), (value: unknown) => new Set([1, value])]) {
        const message = pack(around(NaN));
        expect(pack(around(odd))).toEqual(message);
        expect(Buffer.from(message).includes(Buffer.from("cb7ff8000000000000", "hex"))).toBe(true);
      }
    }), { numRuns: 300 });
  });

  it("is told from everything else", () => {
    expect([NaN, Float64Array.of(1, NaN), Float32Array.of(NaN)].map(holdsNaN)).toEqual([true, true, true]);
    expect([1, Infinity, "NaN", null, Float64Array.of(1), new Float32Array(0), Uint8Array.of(255, 248)].map(holdsNaN)).toEqual(Array(7).fill(false));
  });

  it("is looked for in any message that can be packed, without touching those that hold none", () => {
    fc.assert(fc.property(fc.anything({ withTypedArray: true, withSet: true, maxDepth: 4, noNaN: true } as never), (value) => {
      let bytes: Uint8Array;
      try { bytes = pack(value); } catch { return; }
      const settled = Uint8Array.from(bytes);
      settleNaNs(settled);
      if (!Buffer.from(bytes).includes(0x74)) expect(settled).toEqual(bytes);
      else expect(unpack(settled)).toEqual(unpack(bytes));
    }), { numRuns: 2_000 });
  });
});

describe("a value that is more than may be packed", () => {
  const refusal = (value: unknown): unknown => {
    try { packWithin(value, LIMITS.payload_bytes_max); } catch (error) { return error instanceof Fault ? [error.fault, error.detail["limit"]] : error; }
    return undefined;
  };
  const nested = (levels: number): unknown => {
    let value: unknown = [1];
    for (let level = 0; level < levels; level++) value = [value, value];
    return value;
  };
  const holes: unknown[] = [];
  holes.length = 4_294_967_295;
  it.each([
    ["one that holds another twice, sixty times over", nested(60)], ["an array of four billion holes", holes], ["a long text", { text: "x".repeat(17_000_000) }],
    ["bytes", [new Uint8Array(17_000_000)]], ["many texts", Array(600).fill("x".repeat(30_000))], ["long keys", Array(600).fill({ ["x".repeat(30_000)]: 1 })],
  ])("is refused before it is encoded: %s", (_, value) => {
    expect(refusal(value)).toEqual(["ABI_LIMIT", "payload_bytes_max"]);
  });
  it("is packed when it is just what may be", () => {
    expect(refusal("x".repeat(LIMITS.payload_bytes_max))).toBeUndefined();
    expect(refusal(nested(10))).toBeUndefined();
  });
});
