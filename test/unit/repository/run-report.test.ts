import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it, vi } from "vitest";
import RunReporter from "../../support/run-report.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const reporter = fileURLToPath(new URL("../../support/run-report.ts", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "triad-report-"));

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

describe("the report of a run", () => {
  it("names the test at which the process that ran it died, and counts it as failed", () => {
    const [config, report] = [join(folder, "vitest.config.ts"), join(folder, "report.json")];
    writeFileSync(config, `import RunReporter from ${JSON.stringify(reporter)};
      export default { root: ${JSON.stringify(folder)}, test: { include: ["*.test.ts"], globals: true, pool: "forks", reporters: [new RunReporter()] } };`);
    writeFileSync(join(folder, "ends.test.ts"), 'it("ends", () => undefined);');
    writeFileSync(join(folder, "dies.test.ts"), 'it("lives", () => undefined); it("dies", async () => { await new Promise((go) => setTimeout(go, 500)); process.kill(process.pid, "SIGKILL"); });');
    const { stdout, status } = spawnSync(process.execPath, [join(root, "node_modules/vitest/vitest.mjs"), "run", "--config", config], { cwd: root, encoding: "utf8", env: { ...process.env, TRIAD_TEST_REPORT: report } });
    expect(stdout.split("\n").filter((line) => line.startsWith("never ended"))).toEqual(["never ended: dies.test.ts > dies"]);
    expect(status).toBe(1);
    expect(JSON.parse(readFileSync(report, "utf8"))).toMatchObject({ passed: 2, failed: 2 }); // the test, and what nobody caught
  });

  it("names what runs for long while it runs, again and again, and nothing that has ended", () => {
    vi.useFakeTimers();
    vi.stubEnv("TRIAD_TEST_REPORT", "");
    const said: string[] = [];
    vi.spyOn(process.stdout, "write").mockImplementation((text) => { said.push(String(text)); return true; });
    const told = new RunReporter(60_000);
    for (const name of ["quick", "endless"]) told.onTestModuleQueued({ moduleId: `/${name}`, relativeModuleId: name });
    vi.advanceTimersByTime(59_000);
    told.onTestModuleEnd({ moduleId: "/quick" });
    vi.advanceTimersByTime(61_000);
    expect(said).toEqual(["still running after 60 s: endless\n", "still running after 120 s: endless\n"]);
    told.onTestRunEnd([], []);
    vi.advanceTimersByTime(600_000);
    expect(said).toHaveLength(2);
  });
});
