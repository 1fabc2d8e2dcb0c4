import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { supportPage } from "../../../../support/stim-support.ts";

describe("domains/q/stim/SUPPORT.md", () => {
  it("says what is supported now; `npm run reference` writes it anew", () => {
    expect(readFileSync(new URL("../../../../../domains/q/stim/SUPPORT.md", import.meta.url), "utf8")).toBe(supportPage());
  });

  it("has no instruction that is not read, sampled and analyzed", () => {
    const rows = supportPage().split("\n").filter((line) => line.startsWith("| ") && line.endsWith("` |"));
    expect(rows.length).toBe(80);
    expect(rows.filter((line) => line.includes("no: "))).toEqual([]);
  });
});
