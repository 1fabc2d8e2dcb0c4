// A vitest reporter: says at the end which tests were skipped and why, and writes the counts where TRIAD_TEST_REPORT points,
// for the closing line of .ci/run. Counts come from vitest's own results, nothing is read back from printed text.
import { writeFileSync } from "node:fs";
import type { Reporter, TestModule } from "vitest/node";

export interface RunReport {
  readonly passed: number;
  /** Failed tests, test files that did not load, and errors nobody caught. */
  readonly failed: number;
  readonly skipped: readonly { readonly test: string; readonly reason: string }[];
}

export function summarise(modules: readonly TestModule[], unhandled: number): RunReport {
  const tests = modules.flatMap((module) => [...module.children.allTests()]);
  const results = tests.map((test) => ({ test: test.fullName, result: test.result() }));
  const broken = modules.filter((module) => module.errors().length > 0).length;
  return {
    passed: results.filter(({ result }) => result.state === "passed").length,
    // A test that never came to a result has not passed.
    failed: results.filter(({ result }) => result.state === "failed" || result.state === "pending").length + broken + unhandled,
    skipped: results.flatMap(({ test, result }) => (result.state === "skipped" ? [{ test, reason: result.note ?? "no reason given" }] : [])),
  };
}

export default class RunReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const report = summarise(modules, unhandledErrors.length);
    for (const { test, reason } of report.skipped) process.stdout.write(`skipped: ${test} (${reason})\n`);
    const path = process.env["TRIAD_TEST_REPORT"];
    if (path !== undefined && path !== "") writeFileSync(path, JSON.stringify(report));
  }
}
