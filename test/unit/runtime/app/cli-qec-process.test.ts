// triad qec as a process of its own: a disk that takes no more, an interrupt, a reader that has gone. What was counted before is never counted again.
import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, existsSync, openSync, statSync } from "node:fs";
import process from "node:process";
import { describe, expect, it } from "vitest";
import { ending, onlyObject, scratch, start, triad } from "../../../support/cli.ts";

const at = scratch();
const study = (out: string, shots: number, ...words: readonly string[]): string[] =>
  ["qec", "threshold", "--code", "repetition_code:memory", "--distances", "3,5", "--p", "0.02,0.05", "--max-shots", String(shots), "--max-errors", "1000000", "--seed", "7", "--workers", "0", "--out", at(out), ...words];
const digestOf = (text: string): unknown => onlyObject(text)["digest"];

/** As `start`, where no file may grow beyond so many KiB, or with another stdout. */
function started(words: readonly string[], { kib, stdout = "pipe" }: { readonly kib?: number; readonly stdout?: number | "pipe" }): ChildProcess {
  const bound = kib === undefined ? "" : `ulimit -f ${kib}; `;
  return spawn("bash", ["-c", `${bound}exec "$@"`, "bash", process.execPath, "--import", "tsx", "runtime/app/cli/main.ts", ...words], { env: process.env, stdio: ["ignore", stdout, "pipe"] });
}

async function grown(path: string, bytes: number): Promise<void> {
  while (!existsSync(path) || statSync(path).size <= bytes) await new Promise((resolve) => { setTimeout(resolve, 20); });
}

describe.runIf(process.platform === "linux")("triad qec, when something is in its way", () => {
  it("stops where the disk is full, and goes on from there to the digest it would have had", async () => {
    const { code, err } = await ending(started(study("full.triad", 40_000), { kib: 42 }));
    expect([code, err]).toEqual([7, expect.stringMatching(/^error DISK_FAILED 3320: [^]*EFBIG[^]*\.partial journal/)]);
    expect([existsSync(at("full.triad")), (await triad("verify", at("full.triad.partial"), "--allow-unsealed")).code]).toEqual([false, 0]);
    const resumed = await triad(...study("full.triad", 40_000, "--json"));
    expect([resumed.code, digestOf(resumed.out)]).toEqual([0, digestOf((await triad(...study("roomy.triad", 40_000, "--json"))).out)]);
  });

  it("stops at the first interrupt, exits 130, and goes on from there to the digest it would have had", async () => {
    const child = start(study("stopped.triad", 400_000));
    const said = ending(child);
    await grown(at("stopped.triad.partial"), 45_000);
    child.kill("SIGINT");
    const { code, out, err } = await said;
    expect([code, out, err]).toEqual([130, "", expect.stringMatching(/^error RUN_INTERRUPTED 3203: /)]);
    const resumed = await triad(...study("stopped.triad", 400_000, "--json"));
    expect([resumed.code, digestOf(resumed.out)]).toEqual([0, digestOf((await triad(...study("unstopped.triad", 400_000, "--json"))).out)]);
  });

  it("seals what it did though nobody reads what it says, and says when that could not be written", async () => {
    const gone = start(study("gone.triad", 2_000, "--json"));
    gone.stdout?.destroy();
    expect((await ending(gone)).code).toBe(0);
    const full = openSync("/dev/full", "w");
    const { code, err } = await ending(started(study("mute.triad", 2_000), { stdout: full }));
    closeSync(full);
    expect([code, err]).toEqual([7, expect.stringContaining("ENOSPC")]);
    for (const trace of ["gone.triad", "mute.triad"]) expect((await triad("verify", at(trace))).code).toBe(0);
  });

  it("writes no file in part: shots for which there is no room leave nothing behind", async () => {
    const { code, err } = await ending(started(["qec", "sample", "--code", "surface_code:rotated_memory_z", "--distance", "3", "--p", "0.01", "--shots", "40000", "--seed", "1", "--workers", "0", "--events", at("events.b8")], { kib: 42 }));
    expect([code, err]).toEqual([7, expect.stringMatching(/^error DISK_FAILED 3320: [^]*EFBIG/)]);
    expect(existsSync(at("events.b8"))).toBe(false);
  });
});
