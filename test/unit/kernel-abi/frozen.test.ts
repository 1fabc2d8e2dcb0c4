// What is frozen through and through is remembered by what it is; nothing else is.
import { describe, expect, it } from "vitest";
import { freezeDeep, isFrozenDeep, rememberedBy } from "../../../kernel-abi/frozen.ts";
import { InvariantBroken } from "../../../kernel-abi/invariant.ts";

describe("freezing through and through", () => {
  it("reaches every list and record", () => {
    const value = freezeDeep({ a: [{ b: 1 }, [null, "x"]], c: Object.assign(Object.create(null) as object, { d: {} }) });
    expect([value, value.a, value.a[0], value.a[1], value.c].every((one) => Object.isFrozen(one) && isFrozenDeep(one))).toBe(true);
  });
  it("does not take a shallow freeze for its own", () => {
    const value = Object.freeze({ a: [] as number[] });
    expect(isFrozenDeep(value)).toBe(false);
    expect(Object.isFrozen(freezeDeep(value).a)).toBe(true);
  });
  it.each([new Uint8Array(1), new Map(), new Date(0)])("refuses what a freeze does not hold: %o", (value) => {
    expect(() => freezeDeep({ value })).toThrow(InvariantBroken);
  });
});

describe("remembering", () => {
  it("asks once for a frozen value, each time for any other", () => {
    let asked = 0;
    const find = rememberedBy((from: { readonly n: number }) => ({ twice: 2 * from.n, time: ++asked }));
    const frozen = freezeDeep({ n: 3 });
    expect(find(frozen)).toBe(find(frozen));
    expect([find(freezeDeep({ n: 3 })).time, find({ n: 3 }).time, find(Object.freeze({ n: 3 })).time]).toEqual([2, 3, 4]);
  });
  it("keeps nothing of a refusal", () => {
    let times = 0;
    const find = rememberedBy((_: object) => { times++; throw new Error("no"); });
    const frozen = freezeDeep({});
    expect(() => find(frozen)).toThrow("no");
    expect(() => find(frozen)).toThrow("no");
    expect(times).toBe(2);
  });
});
