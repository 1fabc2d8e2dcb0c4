// D1 end to end: a process that touches the ambient world is stopped with the replacement's name and the line a person wrote; the
// same fault, byte for byte, on replay.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { replayTrace } from "../../../../runtime/app/index.ts";
import { recordInMemory } from "../../../support/examples.ts";

const folder = mkdtempSync(join(tmpdir(), "triad-ambient-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const program = (name: string, top: string, inside: string): string => {
  const path = join(folder, `${name}.ts`);
  writeFileSync(path, `import { defineProcess } from "triad-runtime";\n${top}\nexport default defineProcess({\n  name: "ambient",\n  *run({ k }) {\n    yield* k.log("before");\n    return ${inside};\n  },\n});\n`);
  return path;
};

const CASES: readonly (readonly [name: string, top: string, inside: string, replacement: RegExp])[] = [
  ["clock", "", "Date.now()", /k\.now/],
  ["date", "", "new Date().getTime()", /k\.now/],
  ["random", "", "Math.random()", /k\.random/],
  ["sine", "", "Math.sin(1)", /sin/],
  ["power", "", "Math.pow(2, 0.5)", /./],
  ["environment", "", "process.env.HOME ?? ''", /./],
  ["timer", "", "Number(setTimeout(() => {}, 1))", /k\.sleep/],
  ["captured", "const now = Date.now;", "now()", /k\.now/],
  ["performance", "", "performance.now()", /k\.now/],
];

describe("the ambient world inside a turn", () => {
  it.each(CASES)("%s: refused, with the replacement and the line", async (name, top, inside, replacement) => {
    const run = await recordInMemory({ program: program(name, top, inside) });
    const { status, fault } = run.report.end;
    expect(status).toBe("faulted");
    expect(fault?.name).toBe("AMBIENT_ACCESS");
    expect(String(fault?.detail["use"])).toMatch(replacement);
    expect(fault?.detail["at"]).toBe(`${name}.ts:7`);
    const replayed = await replayTrace(run.bytes, { trustProgram: true });
    expect(replayed).toMatchObject({ complete: true, digest: run.report.digest });
  });

  it("exact mathematics is allowed, and outside a turn everything works as usual", async () => {
    const run = await recordInMemory({ program: program("exact", "const loaded = Math.max(1, 2);", "Math.sqrt(2) + Math.floor(loaded)") });
    expect(run.report.end).toMatchObject({ status: "completed", result: Math.SQRT2 + 2 });
    expect(Date.now()).toBeGreaterThan(0);
    expect(Math.sin(0)).toBe(0);
  });
});

describe("what is no program", () => {
  const bad = (name: string, text: string): string => {
    const path = join(folder, `${name}.ts`);
    writeFileSync(path, text);
    return path;
  };
  it.each([
    ["host-module", 'import { readFileSync } from "node:fs";\nexport default readFileSync;', /no access to the host module "node:fs"/],
    ["missing-import", 'import x from "./absent.js";\nexport default x;', /absent/],
    ["syntax", "export default {{", /./],
    ["no-default", 'import { defineProcess } from "triad-runtime";\nexport const p = defineProcess({ name: "p", *run() { return 1; } });', /no default export/],
    ["other-package", 'import { record } from "triad-runtime/replay";\nexport default record;', /triad-runtime\/domains/],
    ["throws", 'throw new Error("at load");', /at load/],
    ["bad-name", 'import { defineProcess } from "triad-runtime";\nexport default defineProcess({ name: "1 bad", *run() { return 1; } });', /name/],
  ])("%s is refused before anything runs", async (name, text, words) => {
    await expect(recordInMemory({ program: bad(name, text) })).rejects.toThrow(words);
  });
});
