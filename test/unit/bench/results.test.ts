// The file of results: a run replaces what it measured and nothing else.
import { describe, expect, it } from "vitest";
import { met, miss, tableOf, type Figure } from "../../bench/figure.ts";
import { withSections } from "../../bench/results.ts";

const ORDER = ["Frames", "Decoding"];
const OLD = "# Results\n\nMade by hand.\n\n## Frames\n\n```\nold frames\n```\n\n## Notes\n\nBusy that day.\n";

describe("sections", () => {
  it("of the suites that ran are replaced, in their order; the rest stays", () => {
    expect(withSections(OLD, new Map([["Decoding", ["new"]]]), ORDER)).toBe("# Results\n\nMade by hand.\n\n## Frames\n\n```\nold frames\n```\n\n## Decoding\n\n```\nnew\n```\n\n## Notes\n\nBusy that day.\n");
    expect(withSections(OLD, new Map([["Frames", ["a", "b"]]]), ORDER)).toBe(OLD.replace("old frames", "a\nb"));
  });
  it("are the same text where nothing ran", () => { expect(withSections(OLD, new Map(), ORDER)).toBe(OLD); });
  it("begin a file where there is none", () => { expect(withSections("", new Map([["Frames", ["a"]]]), ORDER)).toMatch(/^# Results[^]*## Frames\n\n```\na\n```\n$/); });
});

describe("a figure", () => {
  const figure: Figure = { name: "matching", value: 12, unit: "µs a shot", ratio: 1.7, goal: { most: 1.6 } };
  it("is held by its ratio where it has one", () => {
    expect([met(figure), miss(figure), met({ ...figure, ratio: 1.5 }), met({ name: "x", value: 2, unit: "s", goal: { least: 3 } }), met({ name: "x", value: 2, unit: "s" })]).toEqual([false, 1.7 / 1.6, true, false, undefined]);
  });
  it("is a row of kernel, workload, time, ratio, goal, and whether it is met", () => {
    const [head, row] = tableOf("decode", [figure]).map((line) => line.split(/ {2,}/));
    expect(head).toEqual(["kernel", "workload", "time or rate", "ratio to proxy", "goal", "met or not"]);
    expect(row).toEqual(["decode", "matching", "12 µs a shot", "1.7", "at most 1.6", "missed by 1.063×"]);
  });
});
