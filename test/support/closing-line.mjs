// The closing line of .ci/run: `N passed, N failed`, alone on the last line, from the report vitest's results were written to.
//   node test/support/closing-line.mjs REPORT STATUS
// STATUS is the exit code of `npm test`. Where a step before the tests failed there is no report, or a report and a bad status:
// that step counts as one failure, so the line never says 0 failed for a run that failed.
import { existsSync, readFileSync } from "node:fs";

const [path, status] = process.argv.slice(2);
const empty = { passed: 0, failed: 0, skipped: [] };
const text = path !== undefined && existsSync(path) ? readFileSync(path, "utf8") : "";
const report = text === "" ? empty : JSON.parse(text);
const steps = Number(status) !== 0 && report.failed === 0 || text === "" ? 1 : 0;
const failed = report.failed + steps;

for (const { test, reason } of report.skipped) console.log(`skipped: ${test} (${reason})`);
if (steps === 1) console.log(text === "" ? "the tests did not run: a step before them failed" : "the tests passed, but a step of npm test failed");
console.log(`${report.passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && report.passed > 0 ? 0 : 1;
