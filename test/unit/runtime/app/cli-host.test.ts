// What the host does to a command line: a pipe nobody writes to, a full output.
import { execFileSync, spawnSync } from "node:child_process";
import { closeSync, existsSync, openSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { scratch } from "../../../support/cli.ts";

const at = scratch();
const MAIN = resolve(import.meta.dirname, "../../../../runtime/app/cli/main.ts");
const TSX = resolve(import.meta.dirname, "../../../../node_modules/tsx/dist/loader.mjs");
const started = (words: readonly string[], stdout: number | "pipe" = "pipe") =>
  spawnSync(process.execPath, ["--import", `file://${TSX}`, MAIN, ...words], { stdio: ["ignore", stdout, "pipe"], encoding: "utf8", timeout: 60_000 });

describe.skipIf(process.platform === "win32")("a pipe without a writer", () => {
  it("is no file, and is not waited for", () => {
    execFileSync("mkfifo", [at("pipe")]);
    const { status, stderr } = started(["verify", at("pipe")]);
    expect([status, stderr]).toEqual([2, expect.stringContaining("not a regular file")]);
  });
});

describe.skipIf(!existsSync("/dev/full"))("a full output (where the host has /dev/full)", () => {
  it("is the disk's fault and none of ours", () => {
    const full = openSync("/dev/full", "w");
    try {
      const { status, stderr } = started(["help"], full);
      expect([status, stderr]).toEqual([7, expect.stringMatching(/DISK_FAILED[\s\S]*ENOSPC/)]);
    } finally {
      closeSync(full);
    }
  });
});
