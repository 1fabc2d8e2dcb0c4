// A short run of every target, with a fixed seed; `npm run fuzz` goes on from there.
import { describe, expect, it } from "vitest";
import { pattern } from "../../replay/list.ts";
import { jsonPlace } from "../../runtime/app/cli/json-place.ts";
import { fuzz } from "./fuzzing.ts";
import { TARGETS } from "./targets.ts";

/** Inputs, and how many distinct verdicts so many must reach. */
const EVERYDAY: readonly (readonly [name: string, count: number, verdicts: number])[] = [
  ["trace", 2_000, 3], ["bundle", 1_000, 7], ["envelope", 4_000, 12], ["command-line", 1_000, 8], ["configuration", 5_000, 32], ["asm", 3_000, 7], ["graph", 3_000, 18], ["rpc", 2_000, 20], ["statement", 1_000, 10], ["stim", 2_000, 12], ["dem", 3_000, 3], ["kernel", 4_000, 34], ["call", 1_500, 14],
];

describe("hostile inputs are answered with typed faults alone", () => {
  it.each(EVERYDAY)("%s", async (name, count, verdicts) => {
    const target = TARGETS.get(name)?.();
    if (target === undefined) throw new Error(`no target ${name}`);
    try {
      const fuzzed = await fuzz(target, { seed: 1, count });
      expect([fuzzed.inputs, fuzzed.verdicts.has("ok") || fuzzed.verdicts.size > verdicts]).toEqual([count, true]);
      expect(fuzzed.verdicts.size).toBeGreaterThanOrEqual(verdicts);
    } finally {
      target.close?.();
    }
  });
});

describe("what fuzzing found", () => {
  it("stays mended: a text without an end is answered in time that grows with its length", () => {
    for (const text of [`"${"a".repeat(200_000)}`, `"${"\\n".repeat(100_000)}`, `["${"\\u00e9x".repeat(20_000)}\u0001"]`]) {
      expect(jsonPlace(text)).toMatchObject({ line: 1, expected: text.startsWith("[") ? "a value or ]" : "a value" });
    }
  });

  it("stays mended: a pattern of many runs is answered in time that grows with pattern and name", () => {
    expect(pattern("**a".repeat(40))("a".repeat(1_000))).toBe(true);
    expect(pattern(`${"**a*".repeat(40)}b`)("a".repeat(1_000))).toBe(false);
  });
});
