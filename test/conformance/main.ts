// `npm run conformance`: runs the tests named after rows, joins their results with the rows, and writes the table and what the command
// shows. Exits 1 when a test fails or was not run; the files then say so.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import process from "node:process";
import { Type } from "typebox";
import { Compile } from "typebox/compile";
import { conformanceOf, VERDICTS } from "../../runtime/app/conformance.ts";
import { referenceRuns } from "../../runtime/app/conformance-runs.ts";
import { asJson, asMarkdown, FOLDER, joined, JSON_PATH, namedTests, TABLE_PATH, type NamedTest } from "./table.ts";

const ROOT = resolve(FOLDER, "../..");

const resultsCheck = Compile(Type.Object({
  testResults: Type.Array(Type.Object({ name: Type.String(), assertionResults: Type.Array(Type.Object({ title: Type.String(), status: Type.String() })) })),
}));

const key = (file: string, title: string): string => `${file}\n${title}`;

/** Runs every test of this folder but the one that compares the files; what passed, by file and title. */
function passedTests(): ReadonlySet<string> {
  const folder = mkdtempSync(join(tmpdir(), "triad-conformance-"));
  const out = join(folder, "results.json");
  try {
    spawnSync(process.execPath, [resolve(ROOT, "node_modules/vitest/vitest.mjs"), "run", "--config", "test/vitest.config.ts", "test/conformance", "--exclude", "**/table.test.ts", "--reporter=json", `--outputFile=${out}`],
      { cwd: ROOT, stdio: ["ignore", "ignore", "inherit"], env: { ...process.env, CI: "1" } });
    const results: unknown = JSON.parse(readFileSync(out, "utf8"));
    if (!resultsCheck.Check(results)) throw new TypeError("the results do not have the form of vitest's");
    return new Set(results.testResults.flatMap(({ name, assertionResults }) =>
      assertionResults.filter(({ status }) => status === "passed").map(({ title }) => key(basename(name), title))));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const passed = passedTests();
const tests = namedTests();
const holds = ({ file, row, title }: NamedTest): boolean => passed.has(key(file, `${row} ${title}`));
const table = conformanceOf(joined(tests, holds), await referenceRuns());
writeFileSync(TABLE_PATH, asMarkdown(table));
writeFileSync(JSON_PATH, asJson(table));
const lost = tests.filter((test) => !holds(test));
for (const { file, row, title } of lost) process.stderr.write(`did not pass: ${file}: ${row} ${title}\n`);
const count = (level: string): string => VERDICTS.map((verdict) => `${table.counts[level]?.[verdict] ?? 0} ${verdict}`).filter((text) => !text.startsWith("0 ")).join(", ");
process.stdout.write(`${table.rows.length} rows, ${tests.length} tests; M: ${count("M")}\n`);
process.exitCode = lost.length === 0 ? 0 : 1;
