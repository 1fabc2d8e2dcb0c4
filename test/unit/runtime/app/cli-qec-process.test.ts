// triad qec as a process of its own: a disk that takes no more, an interrupt, a reader that has gone. What was counted before is never counted again.
import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync, statSync } from "node:fs";
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

  it("killed while it samples, goes on to the digest and the shots it would have had", async () => {
    const words = (name: string) => ["qec", "sample", "--code", "repetition_code:memory", "--distance", "3", "--rounds", "2", "--p", "0.01", "--shots", "20000000", "--seed", "7", "--workers", "0", "--out", at(`${name}.triad`), "--events", at(`${name}.b8`), "--json"];
    const child = start(words("shot"));
    const said = ending(child);
    await grown(at("shot.triad.partial"), 3_000_000);
    child.kill("SIGKILL");
    expect([(await said).code, existsSync(at("shot.triad")), existsSync(at("shot.b8"))]).toEqual([-1, false, false]);
    const resumed = onlyObject((await triad(...words("shot"))).out);
    const whole = onlyObject((await triad(...words("unshot"))).out);
    expect([resumed["digest"], resumed["detectionEvents"], readFileSync(at("shot.b8")).equals(readFileSync(at("unshot.b8")))]).toEqual([whole["digest"], whole["detectionEvents"], true]);
  }, 120_000);

  it.each(["SIGKILL", "SIGINT"] as const)("stopped by %s while it decodes, goes on to the predictions it would have had", async (signal) => {
    const code = ["--code", "surface_code:rotated_memory_z", "--distance", "7", "--p", "0.008"];
    const words = (name: string, workers: string) => ["qec", "decode", ...code, "--events", at("d7.b8"), "--appended", "--predictions", at(name), "--workers", workers, "--json"];
    if (!existsSync(at("d7.b8"))) await triad("qec", "sample", ...code, "--shots", "150000", "--seed", "7", "--workers", "0", "--events", at("d7.b8"));
    const child = start(words(signal, "0"));
    const said = ending(child);
    await grown(at(`${signal}.partial`), 10_000);
    child.kill(signal);
    const { code: exit, err } = await said;
    expect([exit, existsSync(at(signal))]).toEqual([signal === "SIGINT" ? 130 : -1, false]);
    if (signal === "SIGINT") expect(onlyObject(err)["error"]).toMatchObject({ name: "RUN_INTERRUPTED", next: "Say the same command again: it goes on where this one stopped.", detail: { partial: at(`${signal}.partial`) } });
    const resumed = onlyObject((await triad(...words(signal, "1"))).out);
    const whole = onlyObject((await triad(...words(`${signal}.whole`, "2"))).out);
    expect([Number(resumed["before"]) > 0, Number(resumed["before"]) < 150_000, resumed["errors"]]).toEqual([true, true, whole["errors"]]);
    expect(readFileSync(at(signal)).equals(readFileSync(at(`${signal}.whole`)))).toBe(true);
  }, 120_000);
});
