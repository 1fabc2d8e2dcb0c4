import { describe, expect, it } from "vitest";
import type { ProgramSection } from "../../../../kernel-abi/header.ts";
import { editsOf, likelyEdit, lineEdits, placeOfEdit } from "../../../../runtime/app/program/edits.ts";

const program = (sources: Readonly<Record<string, string>>, entry = Object.keys(sources)[0] ?? ""): ProgramSection =>
  ({ kind: "closure", entry, modules: Object.entries(sources).map(([path, source]) => ({ path, source })), executed: "", map: "" });
const edits = (was: string, now: string) => [...lineEdits("a.ts", was, now)];

describe("edits", () => {
  it("are as few lines as a longest common subsequence leaves", () => {
    expect(edits("a\nb\nc", "a\nb\nc")).toEqual([]);
    expect(edits("a\nb\nc", "a\nx\nc")).toEqual([{ file: "a.ts", line: 2, was: ["b"], now: ["x"] }]);
    expect(edits("a\nb\nc\nd", "a\nc\nd\ne")).toEqual([{ file: "a.ts", line: 2, was: ["b"], now: [] }, { file: "a.ts", line: 4, was: [], now: ["e"] }]);
    expect(edits("a", "a\nb\na")).toEqual([{ file: "a.ts", line: 2, was: [], now: ["b", "a"] }]);
    expect(edits("", "a")).toEqual([{ file: "a.ts", line: 1, was: [""], now: ["a"] }]);
  });

  it("take the old text to the new one, whatever both are", () => {
    const texts = ["", "a", "a\nb\na\nb", "b\na\na\nc\nb", "c\nc\nc", "a\nb\nc\na\nb\nc\nd"];
    for (const was of texts) {
      for (const now of texts) {
        const lines = now.split("\n");
        for (const { line, was: before, now: after } of edits(was, now).toReversed()) lines.splice(line - 1, after.length, ...before);
        expect(lines.join("\n")).toBe(was);
      }
    }
  });

  it("leave out blank lines and comments, and know an entry that was renamed", () => {
    expect(editsOf(program({ "a.ts": "one\ntwo" }), program({ "b.ts": "one\n// new\n\ntwo" }))).toEqual([]);
    expect(editsOf(program({ "a.ts": "one", "x.ts": "gone" }), program({ "a.ts": "two" })).map(placeOfEdit)).toEqual(["a.ts:1", "x.ts:1"]);
  });

  it("are chosen by where a divergence shows: there, above it, below it, elsewhere", () => {
    const all = editsOf(program({ "a.ts": "1\n2\n3\n4\n5\n6", "b.ts": "1" }), program({ "a.ts": "1\nx\n3\n4\ny\n6", "b.ts": "z" }));
    const chosen = (place: string | undefined): string => placeOfEdit(likelyEdit(all, place)!);
    expect(["a.ts:5", "a.ts:4", "a.ts:1", "c.ts:1", undefined].map(chosen)).toEqual(["a.ts:5", "a.ts:2", "a.ts:2", "a.ts:2", "a.ts:2"]);
    expect(chosen("b.ts:9")).toBe("b.ts:1");
    expect(likelyEdit([], "a.ts:1")).toBeUndefined();
  });
});
