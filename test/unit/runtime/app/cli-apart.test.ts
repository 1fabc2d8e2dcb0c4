// No command writes where it reads, whatever it was told to replace: what is evidence, or somebody's work, is still there afterwards.
import { copyFileSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { EXIT } from "../../../../kernel-abi/fault.ts";
import { program, scratch, triad } from "../../../support/cli.ts";

const at = scratch();
beforeAll(async () => {
  copyFileSync(program("measured"), at("own.ts"));
  writeFileSync(at("input.json"), "null");
  writeFileSync(at("faults.json"), "[]");
  writeFileSync(at("text.txt"), "text");
  await triad("run", at("own.ts"), "--out", at("a.triad"), "--workers", "0");
  writeFileSync(at("b.triad.partial"), readFileSync(at("a.triad")).subarray(0, -200));
  symlinkSync(at("own.ts"), at("link.ts"));
});
const LIVE = ["--workers", "0", "--replace"];

describe("a file that is read", () => {
  it.each<readonly [string, string, readonly string[]]>([
    ["own.ts", "--out", ["run", "own.ts", "--out", "own.ts"]],
    ["own.ts", "--out", ["run", "own.ts", "--out", "link.ts"]],
    ["own.ts", "--metrics", ["run", "own.ts", "--out", "x.triad", "--metrics", "own.ts"]],
    ["input.json", "--out", ["run", "own.ts", "--input", "@input.json", "--out", "input.json"]],
    ["faults.json", "--out", ["run", "own.ts", "--faults", "faults.json", "--out", "faults.json"]],
    ["text.txt", "--metrics", ["run", "own.ts", "--file", "t=text.txt", "--out", "x.triad", "--metrics", "text.txt"]],
    ["a.triad", "--out", ["fork", "a.triad", "--at", "3", "--trust-program", "--allow", "K", "--out", "a.triad"]],
    ["own.ts", "--out", ["fork", "a.triad", "--at", "3", "--program", "own.ts", "--allow", "K", "--out", "own.ts"]],
    ["b.triad.partial", "--out", ["resume", "b.triad.partial", "--trust-program", "--allow", "K", "--out", "b.triad.partial"]],
    ["a.triad", "--out", ["replay", "a.triad", "--trust-program", "--out", "a.triad"]],
    ["a.triad", "--out", ["reproduce", "a.triad", "--trust-program", "--out", "a.triad"]],
    ["own.ts", "--metrics", ["replay", "a.triad", "--program", "own.ts", "--metrics", "own.ts"]],
  ])("is not written to: %s, by %s of %j", async (file, option, words) => {
    const before = readFileSync(at(file));
    const placed = words.map((word) => word.replace(/(?<=^|@|=)[\w.]+\.(?:ts|json|txt|triad|partial)(?:\.partial)?$/, (name) => at(name)));
    const { code, err } = await triad(...placed, ...(words[0] === "replay" || words[0] === "reproduce" ? ["--replace"] : LIVE));
    expect([code, err]).toEqual([EXIT.usage, expect.stringMatching(new RegExp(`${option}[^]*never writes where it reads`))]);
    expect(readFileSync(at(file)).equals(before)).toBe(true);
  });

  it("has a name", async () => {
    for (const option of ["--out", "--metrics"]) {
      const { code, err } = await triad("run", at("own.ts"), option, "", ...LIVE);
      expect([code, err]).toEqual([EXIT.usage, expect.stringContaining("a file's name")]);
    }
  });
});

describe("a report", () => {
  it("takes no file's place unasked", async () => {
    const before = readFileSync(at("a.triad"));
    const { code, err } = await triad("conformance", "--report", at("a.triad"));
    expect([code, err]).toEqual([EXIT.usage, expect.stringContaining("nothing is overwritten unasked")]);
    expect(readFileSync(at("a.triad")).equals(before)).toBe(true);
    expect((await triad("conformance", "--report", at("r.json"))).code).toBe(EXIT.ok);
    expect((await triad("conformance", "--report", at("r.json"), "--replace")).code).toBe(EXIT.ok);
  });

  it("is text, or said to be none", async () => {
    expect((await triad("conformance", "--verify", at("a.triad"))).err).toContain("not text in UTF-8");
  });
});
