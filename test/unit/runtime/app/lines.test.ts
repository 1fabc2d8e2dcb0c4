// Lines of a divergence: they stay inside the function that diverged, and a call that is gone is named where the recorded program has it.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { Fault } from "../../../../kernel-abi/fault.ts";
import { functionRanges } from "../../../../runtime/app/program/functions.ts";
import { replayAgainst } from "../../../../runtime/app/trace.ts";
import { recordInMemory } from "../../../support/examples.ts";

const folder = mkdtempSync(join(tmpdir(), "triad-lines-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What is said of running the second program against the first one's trace; both begin with one line of imports. */
async function parted(was: readonly string[], is: readonly string[]): Promise<Readonly<Record<string, unknown>>> {
  const [first, second] = [was, is].map((lines, at) => {
    const file = join(folder, at === 0 ? "recorded.ts" : "now.ts");
    writeFileSync(file, ['import { defineProcess } from "triad-runtime";', ...lines, ""].join("\n"));
    return file;
  });
  const { bytes } = await recordInMemory({ program: first ?? "" });
  try {
    await replayAgainst(bytes, second ?? "");
  } catch (error) {
    if (error instanceof Fault) return error.detail;
    throw error;
  }
  throw new Error("it did not diverge");
}

const root = ["export default defineProcess({ name: \"o\", *run({ k }) {", "  const c = yield* k.spawn(w);", "  yield* k.join(c);", "  return 1;", "} });"];

describe("the line of a divergence", () => {
  it("is the closing brace of a body without a return, not a return of another process", async () => {
    const was = ["const w = defineProcess({ name: \"w\", *run({ k }) {", "  yield* k.sleep(1);", "  yield* k.log(\"one\");", "} });", ...root];
    const detail = await parted(was, was.filter((line) => !line.includes("one")));
    expect(detail).toMatchObject({ actor: "root/w#1", expected: "LOG", at: "now.ts:4", missing: "now.ts:4", line: "} });" });
  });

  it("is a return of its own function: not one of a function inside it, nor of one it delegates to", async () => {
    const was = [
      "function* twice(k: any) {", "  yield* k.sleep(1);", "  return 2;", "}",
      "const w = defineProcess({ name: \"w\", *run({ k }): any {",
      "  const n: number = yield* twice(k);", "  const of = [1, 2].map((one) => {", "    return one * n;", "  });", "  yield* k.log(\"end\");", "  return of.length;", "} });", ...root,
    ];
    const detail = await parted(was, was.map((line) => line.replace("  yield* k.log(\"end\");", "")));
    expect(detail).toMatchObject({ at: "now.ts:12", line: "return of.length;", missing: "now.ts:11" });
  });

  it("names the call that is gone where it stood, though lines before it have moved", async () => {
    const was = [
      "const w = defineProcess({ name: \"w\", *run({ k }) {", "  for (let i = 0; i < 2; i++) {", "    yield* k.log(\"in\", i);", "    yield* k.sleep(1);", "    yield* k.metric(\"m\", i);", "  }", "} });", ...root,
    ];
    const detail = await parted(was, ["// one", "// two", "// three", ...was.filter((line) => !line.includes("metric"))]);
    expect(detail).toMatchObject({ expected: "METRIC_EMIT", missing: "now.ts:9" });
    const looped = await parted(was, was.filter((line) => !line.includes("\"in\"")));
    expect(looped).toMatchObject({ expected: "LOG", missing: "now.ts:4" });
  });

  it("is where a body begins, when it has called nothing", async () => {
    const was = ["const w = defineProcess({", "  name: \"w\",", "  *run({ k }) {", "    yield* k.log(\"only\");", "  },", "});", ...root];
    const detail = await parted(was, was.filter((line) => !line.includes("only")));
    expect(detail).toMatchObject({ at: "now.ts:5", missing: "now.ts:5" });
  });
});

describe("functions of a script", () => {
  const texts = (source: string): readonly (readonly [string, boolean])[] => functionRanges(source).map(({ from, to, generator }) => [source.slice(from, to + 1), generator]);

  it("are found by their brackets, whatever strings, templates, comments and expressions hold", () => {
    expect(texts("const a = { *run({ k }) { yield \"}\"; /* } */ return `}${{ b: `${1}}` }.b}`; } };")).toEqual([["*run({ k }) { yield \"}\"; /* } */ return `}${{ b: `${1}}` }.b}`; }", true]]);
    expect(texts("function* f(a = { x: 1 }) { if (/[}/]\\/}/.test(a)) { return 4 / 2 / 1; } } // }")).toEqual([["* f(a = { x: 1 }) { if (/[}/]\\/}/.test(a)) { return 4 / 2 / 1; } }", true]]);
    expect(texts("class A { get b() { return 1; } *[Symbol.iterator]() { while (x) { y(); } } }").map(([text, generator]) => [text.slice(0, 6), generator])).toEqual([["b() { ", false], ["*[Symb", true]]);
    expect(texts("const f = (x) => { return x; }; for (;;) { g(); }")).toEqual([["=> { return x; }", false]]);
    expect(texts("const o = { a: function* () { yield 1; } };")).toEqual([["* () { yield 1; }", true]].map(([text, generator]) => [text, generator]));
  });

  it("are looked for in time that grows with the text, whatever is left open in it", () => {
    for (const piece of ["/*", "\"\\", "'\\", "/[", "`${", "{", "a=/(", "*f(){"]) expect(functionRanges(piece.repeat(200_000)).length).toBeLessThan(200_001);
  });

  it("are looked for in any text without an error", () => {
    const pieces = fc.array(fc.constantFrom("{", "}", "(", ")", "[", "]", "`", "${", "\"", "'", "/", "//", "/*", "*/", "*", "=>", "function", "run", "\\", "\n", " ", "if", "a", "1", "é"), { maxLength: 60 });
    fc.assert(fc.property(pieces, (list) => {
      const text = list.join("");
      for (const { from, to } of functionRanges(text)) expect(from >= 0 && from <= to && to < text.length).toBe(true);
    }), { numRuns: process.env["TRIAD_LONG"] === undefined ? 500 : 20_000 });
  });
});
