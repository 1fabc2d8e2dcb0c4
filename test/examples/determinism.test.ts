// The same inputs give the same bytes: whatever the worker count, delays inside workers, process, folder, locale or time zone (T1, E2).
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { chained, EXAMPLES, recordInMemory, type Example } from "../support/examples.ts";
import { testSigner } from "../support/signer.ts";
import { openBundle } from "../../replay/bundle.ts";
import { openSource } from "../../runtime/adapters/files.ts";

const named = (name: string): Example => EXAMPLES.find((example) => example.name === name)!;
const cli = resolve(import.meta.dirname, "../../runtime/app/cli/main.ts");
const tsx = resolve(import.meta.dirname, "../../node_modules/tsx/dist/loader.mjs");

describe("worker count and timing", () => {
  it.each(["bell", "h2", "maxcut"])("%s: 0, 1, 2 and 4 workers with random delays give the same entries, byte for byte", async (name) => {
    const plain = await recordInMemory(named(name), { workers: 0 });
    expect(plain.report.end.status).toBe("completed");
    for (const workers of [1, 2, 4]) {
      const delayed = await recordInMemory(named(name), { workers, delayMs: (ordinal) => (ordinal % 7 === 0 ? Math.floor(Math.random() * 25) : 0) });
      expect(delayed.report.digest).toBe(plain.report.digest);
      expect(chained(delayed).equals(chained(plain))).toBe(true);
    }
  });

  it("another seed is another run; the key that signs it is not part of it", async () => {
    const first = await recordInMemory(named("bell"));
    expect((await recordInMemory(named("bell"), { seed: "8" })).report.digest).not.toBe(first.report.digest);
    expect((await recordInMemory(named("bell"), { signer: testSigner(9) })).report.digest).toBe(first.report.digest);
  });
});

describe("host", () => {
  it("another process, working folder, locale and time zone give the same entries", () => {
    const folder = mkdtempSync(join(tmpdir(), "triad-host-"));
    try {
      const digests = new Set<string>();
      const places = [
        { cwd: folder, env: { LANG: "C", LC_ALL: "C", TZ: "UTC" } },
        { cwd: resolve("/"), env: { LANG: "tr_TR.UTF-8", LC_ALL: "tr_TR.UTF-8", TZ: "Asia/Kathmandu" } },
        { cwd: tmpdir(), env: { LANG: "de_DE.UTF-8", LC_ALL: "de_DE.UTF-8", TZ: "America/St_Johns" } },
      ];
      for (const [at, { cwd, env }] of places.entries()) {
        const out = join(folder, `run-${at}.triad`);
        const printed = execFileSync(process.execPath, ["--import", tsx, cli, "run", named("teleport").program, "--seed", "7", "--workers", String(at), "--out", out, "--json"],
          { cwd, env: { ...process.env, ...env, TRIAD_HOME: join(folder, `home-${at}`) }, encoding: "utf8" });
        const { outcome, digest } = JSON.parse(printed) as { outcome: string; digest: string };
        expect(outcome).toBe("completed");
        digests.add(digest);
        const source = openSource(out);
        expect(openBundle(source).recording.header.seed).toBe("7");
        source.close();
      }
      expect(digests.size).toBe(1);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it("a bundle copied alone into an empty folder replays and reproduces there", () => {
    const folder = mkdtempSync(join(tmpdir(), "triad-alone-"));
    const made = mkdtempSync(join(tmpdir(), "triad-made-"));
    try {
      const env = { ...process.env, TRIAD_HOME: join(made, "home") };
      const triad = (...args: readonly string[]): string => execFileSync(process.execPath, ["--import", tsx, cli, ...args], { cwd: folder, env, encoding: "utf8" });
      triad("run", named("bell").program, "--seed", "7", "--out", join(made, "bell.triad"), "--json");
      copyFileSync(join(made, "bell.triad"), join(folder, "alone.triad"));
      expect(readdirSync(folder)).toEqual(["alone.triad"]);
      const before = readFileSync(join(folder, "alone.triad"));
      const replayed = JSON.parse(triad("replay", "alone.triad", "--trust-program", "--json")) as { digest: string };
      const reproduced = JSON.parse(triad("reproduce", "alone.triad", "--trust-program", "--json")) as { digest: string };
      expect(reproduced.digest).toBe(replayed.digest);
      expect(readFileSync(join(folder, "alone.triad")).equals(before)).toBe(true);
      expect(readdirSync(folder)).toEqual(["alone.triad"]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
      rmSync(made, { recursive: true, force: true });
    }
  });
});
