// A vitest reporter: says at the end which tests were skipped and why, and which came to no end, and writes the counts where
// TRIAD_TEST_REPORT points, for the closing line of .ci/run. Counts come from vitest's own results, nothing is read back from printed text.
// A file that runs for long is named while it runs: a test that never yields is out of reach of its own timeout, vitest names nothing that
// it has no result of, and whoever reads the output of a run that was killed has to know what it was at.
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

/** Tests without a result, by file and name; a file alone where its tests are not known: what the process that ran it died at. */
export function unended(modules: readonly TestModule[]): readonly string[] {
  return modules.flatMap((module) => {
    const tests = [...module.children.allTests()].filter((test) => test.result().state === "pending").map((test) => `${module.relativeModuleId} > ${test.fullName}`);
    const begun = module.state() === "pending" || module.state() === "queued";
    return tests.length === 0 && begun ? [module.relativeModuleId] : tests;
  });
}

export default class RunReporter implements Reporter {
  /** How long a file may run before it is named, and is named again, ms. The longest takes a minute. */
  readonly #patience: number;
  readonly #running = new Map<string, NodeJS.Timeout>();
  constructor(patience = 180_000) { this.#patience = patience; }

  onTestModuleQueued({ moduleId, relativeModuleId }: Pick<TestModule, "moduleId" | "relativeModuleId">): void {
    let times = 0;
    const tell = (): void => { process.stdout.write(`still running after ${Math.round(++times * this.#patience / 1000)} s: ${relativeModuleId}\n`); };
    this.#running.set(moduleId, setInterval(tell, this.#patience).unref());
  }

  onTestModuleEnd({ moduleId }: Pick<TestModule, "moduleId">): void {
    clearInterval(this.#running.get(moduleId));
    this.#running.delete(moduleId);
  }

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    for (const moduleId of [...this.#running.keys()]) this.onTestModuleEnd({ moduleId });
    const report = summarise(modules, unhandledErrors.length);
    for (const test of unended(modules)) process.stdout.write(`never ended: ${test}\n`);
    for (const { test, reason } of report.skipped) process.stdout.write(`skipped: ${test} (${reason})\n`);
    const path = process.env["TRIAD_TEST_REPORT"];
    if (path !== undefined && path !== "") writeFileSync(path, JSON.stringify(report));
  }
}
