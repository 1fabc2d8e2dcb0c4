import { describe, expect, it } from "vitest";
import { countsTable } from "../../../../runtime/app/cli/counts.ts";
import { compareNatural } from "../../../../runtime/app/cli/natural.ts";

describe("tables", () => {
  it("have names with numbers in the order people expect", () => {
    expect(["e10", "e1", "e0", "f", "e2", "e02", "e", "10", "9", "a10b2", "a10b10", "a9b1"].sort(compareNatural)).toEqual(["9", "10", "a9b1", "a10b2", "a10b10", "e", "e0", "e1", "e02", "e2", "e10", "f"]);
  });
  it("of counts show events so, and rows by them; the keys themselves are as they were", () => {
    const counts = Object.freeze({ "e0=0 e10=1 e2=1": 1, "e0=0 e10=1 e2=0": 3 });
    const lines = [...countsTable(counts, { width: 100, paint: { dim: (text: string) => text } as never })].join("").split("\n").filter((line) => line.includes("="));
    expect(lines.map((line) => line.trim().split(/ {2,}/)[0])).toEqual(["e0=0 e2=0 e10=1", "e0=0 e2=1 e10=1"]);
  });
});
