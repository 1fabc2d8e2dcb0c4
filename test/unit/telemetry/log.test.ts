import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { ROOT } from "../../../kernel-abi/ids.ts";
import { pack } from "../../../kernel-abi/packer.ts";
import { SYSCALL } from "../../../kernel-abi/syscall.ts";
import { createLog, logging, type LogOptions } from "../../../telemetry/log.ts";
import { entry, turnFrame } from "../../support/recordings.ts";
import { boot, smallRun } from "../../support/runs.ts";

function lines(options: Partial<LogOptions>, use: (log: ReturnType<typeof createLog>) => void): unknown[] {
  const written: string[] = [];
  use(createLog({ level: "debug", ...options, destination: { write: (line) => { written.push(line); } } }));
  return written.join("").split("\n").filter((line) => line !== "").map((line): unknown => JSON.parse(line));
}

describe("the log", () => {
  it("writes JSON lines with a named level, the fields given, and no time, host or process id", () => {
    expect(lines({ fields: { run: "r1" } }, (log) => { log.info({ tick: 3 }, "said"); })).toEqual([{ level: "info", run: "r1", tick: 3, msg: "said" }]);
  });

  it("adds the time only when asked", () => {
    expect(lines({ time: true }, (log) => { log.info("said"); })).toEqual([{ level: "info", time: expect.stringMatching(/^\d{4}-.*Z$/), msg: "said" }]);
  });

  it("keeps to its level", () => {
    expect(lines({ level: "warn" }, (log) => { log.info("no"); log.warn("yes"); })).toEqual([{ level: "warn", msg: "yes" }]);
    expect(lines({ level: "silent" }, (log) => { log.error("no"); })).toEqual([]);
  });

  it("goes to standard error, never to standard output", () => {
    const source = `import { createLog } from ${JSON.stringify(new URL("../../../telemetry/log.ts", import.meta.url).href)}; createLog({ level: "info" }).info("said"); process.exit(0);`;
    const { stdout, stderr } = spawnSync(process.execPath, ["--import", "tsx", "--input-type=module", "-e", source], { encoding: "utf8" });
    expect([stdout, stderr.includes("\"msg\":\"said\"")]).toEqual(["", true]);
  });
});

describe("a run in the log", () => {
  it("has what programs said, at their level, and every fault, under stable names", () => {
    const seen = lines({}, (log) => {
      const observer = logging(log);
      for (const frame of smallRun()) if (frame !== null) observer.frame?.(frame);
    });
    expect(seen).toEqual([
      { level: "info", tick: 1, process: "root", event: "LOG", data: { n: 1 }, msg: "hello" },
      { level: "warn", tick: 2, process: "root/echo#1", event: "DOMAIN_UNAUTHORIZED", number: expect.any(Number), code: 1, msg: expect.stringContaining("IPC_SEND") },
    ]);
  });

  it("takes a level it does not know as info, and keeps a program's stack at debug", () => {
    const seen = lines({}, (log) => {
      const observer = logging(log);
      observer.frame?.(boot());
      observer.frame?.(turnFrame(1, ROOT, { entries: [entry(SYSCALL.LOG, { body: pack({ level: "fatal", label: "x", data: null }) })] }));
      observer.failure?.({ process: "root" as never, error: new Error("boom") });
    });
    expect(seen).toMatchObject([{ level: "info", msg: "x" }, { level: "debug", event: "FAILURE", process: "root", err: { message: "boom" } }]);
  });
});
