// The table itself: every row answered for, every test in its place, the files as they would be written now.
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { conformanceOf, parseConformance } from "../../runtime/app/conformance.ts";
import { referenceRuns } from "../../runtime/app/conformance-runs.ts";
import { ROWS } from "./rows.ts";
import { asJson, asMarkdown, FOLDER, joined, JSON_PATH, namedTests, splitTitle, TABLE_PATH } from "./table.ts";

const STALE = "written before something changed: npm run conformance";
const tests = namedTests();
const named = new Set(tests.map(({ row }) => row));

describe("rows", () => {
  it("are numbered once", () => {
    expect(new Set(ROWS.map(({ id }) => id)).size).toBe(ROWS.length);
    for (const { id } of ROWS) expect(splitTitle(`${id} x`), id).toEqual([id, "x"]);
  });
  it("that must hold have a test or say why they do not", () => {
    expect(ROWS.filter(({ id, level, unmet }) => level === "M" && unmet === undefined && !named.has(id)).map(({ id }) => id)).toEqual([]);
    expect(ROWS.filter(({ id, level, unmet }) => level === "A" && unmet === undefined && !named.has(id)).map(({ id }) => id)).toEqual([]);
  });
  it("that are not offered, waived or reserved say why and have no test", () => {
    for (const { id, level, why } of ROWS) expect(level === "D" || level === "W" || level === "never", id).toBe(why !== undefined);
    expect(ROWS.filter(({ id, why }) => why !== undefined && named.has(id)).map(({ id }) => id)).toEqual([]);
  });
  it("that are adapted say how", () => {
    expect(ROWS.filter(({ level, note, unmet }) => level === "A" && note === undefined && unmet === undefined).map(({ id }) => id)).toEqual([]);
  });
  it("name suites that exist", () => {
    const paths = ROWS.flatMap(({ note = "" }) => note.match(/\b(?:test|examples|replay)\/[\w./-]*\w/g) ?? []);
    expect(paths.length).toBeGreaterThan(10);
    expect(paths.filter((path) => !existsSync(resolve(FOLDER, "../..", path)))).toEqual([]);
  });
  it("claim nothing beyond self-testing", () => {
    const said = JSON.stringify(ROWS) + readFileSync(TABLE_PATH, "utf8");
    expect(said).not.toMatch(/certif(?!icate\.)|accredit|endors|compliant/i);
  });
});

describe("tests", () => {
  it("are named after rows that exist", () => {
    const ids = new Set(ROWS.map(({ id }) => id));
    expect(tests.filter(({ row }) => !ids.has(row))).toEqual([]);
    expect(tests.length).toBeGreaterThan(130);
  });
  it("have titles that can be read without running them", () => {
    for (const file of new Set(tests.map((test) => test.file))) {
      const source = readFileSync(resolve(FOLDER, file), "utf8");
      expect(source.match(/\bit(?:\.\w+)?\(/g)?.length, file).toBe(tests.filter((test) => test.file === file).length);
    }
  });
});

describe("the files", () => {
  it("are what rows, tests and runs give now", async () => {
    const table = conformanceOf(joined(tests), await referenceRuns());
    expect(readFileSync(TABLE_PATH, "utf8") === asMarkdown(table), `CONFORMANCE.md was ${STALE}`).toBe(true);
    expect(readFileSync(JSON_PATH, "utf8") === asJson(table), `conformance.json was ${STALE}`).toBe(true);
  });
  it("can be read by the command", () => {
    expect(parseConformance(readFileSync(JSON_PATH, "utf8")).rows).toHaveLength(ROWS.length);
  });
});
