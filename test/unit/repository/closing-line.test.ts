import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import type { RunReport } from "../../support/run-report.ts";

const folder = mkdtempSync(join(tmpdir(), "triad-closing-"));
afterAll(() => rmSync(folder, { recursive: true }));
const script = fileURLToPath(new URL("../../support/closing-line.mjs", import.meta.url));

function close(report: RunReport | undefined, npmTest: number): { readonly last: string | undefined; readonly lines: readonly string[]; readonly status: number | null } {
  const path = join(folder, "report.json");
  writeFileSync(path, report === undefined ? "" : JSON.stringify(report));
  const { stdout, status } = spawnSync(process.execPath, [script, path, String(npmTest)], { encoding: "utf8" });
  const lines = stdout.trimEnd().split("\n");
  return { last: lines.at(-1), lines, status };
}

describe("the closing line", () => {
  it.each([
    ["everything passed", { passed: 7, failed: 0, skipped: [] }, 0, "7 passed, 0 failed", 0],
    ["a test failed", { passed: 7, failed: 2, skipped: [] }, 1, "7 passed, 2 failed", 1],
    ["the tests passed but another step failed", { passed: 7, failed: 0, skipped: [] }, 1, "7 passed, 1 failed", 1],
    ["the tests never ran", undefined, 2, "0 passed, 1 failed", 1],
    ["the tests never ran and nobody said so", undefined, 0, "0 passed, 1 failed", 1],
    ["there were no tests", { passed: 0, failed: 0, skipped: [] }, 0, "0 passed, 0 failed", 1],
  ])("is true when %s", (_, report, npmTest, last, status) => {
    expect(close(report, npmTest)).toMatchObject({ last, status });
  });

  it("stands alone on the last line, after what was skipped and why", () => {
    const { lines } = close({ passed: 1, failed: 0, skipped: [{ test: "gpu > runs", reason: "no gpu here" }] }, 0);
    expect(lines).toEqual(["skipped: gpu > runs (no gpu here)", "1 passed, 0 failed"]);
  });
});
