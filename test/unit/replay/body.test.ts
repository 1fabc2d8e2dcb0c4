import { describe, expect, it } from "vitest";
import { pack } from "../../../kernel-abi/packer.ts";
import { bodyOf, digested, plainBody } from "../../../replay/entry/body.ts";

describe("bodies for people", () => {
  it.each<[unknown, unknown]>([
    [{ a: [1, "x", null, true] }, { a: [1, "x", null, true] }],
    [{ f: Float64Array.of(0.5, -0, Number.NaN, Number.POSITIVE_INFINITY) }, { f: { Float64Array: [0.5, "-0", "NaN", "Infinity"] } }],
    [{ b: Uint8Array.of(1, 255) }, { b: { bytes: 2, hex: "01ff" } }],
    [BigInt64Array.of(1n, -2n), { BigInt64Array: ["1", "-2"] }],
    [new Set([1, 2]), [1, 2]],
    [12345678901234567890n, "12345678901234567890"],
  ])("%o", (value, expected) => { expect(plainBody(pack(value))).toEqual(expected); });

  it("never throw: what is not one value is shown as bytes", () => {
    expect(plainBody(Uint8Array.of(0xa5, 0x61))).toEqual({ bytes: 2, hex: "a561" });
    expect(plainBody(Uint8Array.of(0x01, 0x02))).toEqual({ bytes: 2, hex: "0102" });
    expect(plainBody(new Uint8Array(0))).toBeNull();
    expect(bodyOf(new Uint8Array(0))).toBeUndefined();
    const deep = pack(JSON.parse(`${"[".repeat(100)}${"]".repeat(100)}`));
    expect(JSON.stringify(plainBody(deep)).length).toBeLessThan(400);
    const nested = pack(JSON.parse(`${'{"a":'.repeat(100)}0${"}".repeat(100)}`));
    expect(JSON.stringify(plainBody(nested)).length).toBeLessThan(400);
  });

  it("are named by size and digest where they are not to be shown", () => {
    expect(digested(new Uint8Array(0))).toBe("empty");
    expect(digested(Uint8Array.of(0x61, 0x62, 0x63))).toBe("3 bytes sha256:ba7816bf8f01cfea");
  });
});
