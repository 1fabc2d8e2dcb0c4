// test/SCIENCE.md names, for each truth, a test that is there.
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const test = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const rows = (readFileSync(test("SCIENCE.md"), "utf8").split("\nNot tested")[0] ?? "").split("\n").filter((line) => line.startsWith("|")).slice(2)
  .map((line) => line.split("|").map((cell) => cell.trim())).map(([, row = "", path = "", title = ""]) => ({ row, path: path.replaceAll("`", ""), title }));

it.each(rows)("$path: $title", ({ path, title }) => {
  expect(existsSync(test(path)), path).toBe(true);
  expect(readFileSync(test(path), "utf8")).toContain(`"${title}"`);
});

it("has no test of a weekly size that it does not name", () => {
  for (const path of ["ideal-thresholds", "rates", "threshold"]) expect(rows.map((row) => row.path)).toContain(`property/domains/qec/${path}.test.ts`);
});
