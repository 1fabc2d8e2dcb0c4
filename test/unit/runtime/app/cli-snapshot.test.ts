// Snapshots on the command line: what a run leaves beside its journal, from where a resumption goes on, and what is said of it.
import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { loadOrCreateSigner } from "../../../../runtime/adapters/keys.ts";
import { record } from "../../../../runtime/app/index.ts";
import { onlyObject, scratch, triad } from "../../../support/cli.ts";
import { programOf, uninterrupted, SEED } from "../../../support/workloads.ts";

const at = scratch();
const RUN = { name: "hand-on", small: 60_000, large: 0 };

/** Interrupted in the middle, with a snapshot beside the journal; copied under other names by the tests. */
let journal: string;
let digest: string;
beforeAll(async () => {
  digest = (await uninterrupted(RUN)).report.digest;
  const stop = new AbortController();
  journal = `${at("whole.triad")}.partial`;
  const observer = { progress: ({ turns }: { readonly turns: number }) => { if (turns >= 20_000) stop.abort(); } };
  await expect(record({ program: programOf(RUN), input: { size: RUN.small }, seed: SEED, workers: 0, out: at("whole.triad"), snapshotEvery: 3_000, signal: stop.signal, observer })).rejects.toThrow(/interrupted/);
});

function copied(name: string): string {
  for (const ending of ["", ".snapshot"]) copyFileSync(`${journal}${ending}`, `${at(name)}.triad.partial${ending}`);
  return `${at(name)}.triad.partial`;
}
const beside = (file: string): readonly string[] => readdirSync(dirname(file)).filter((name) => name.startsWith(basename(file).replace(/\.triad\.partial$/, "")));
const resume = (file: string, ...words: readonly string[]): ReturnType<typeof triad> => triad("resume", file, "--workers", "0", "--allow", "K", "--trust-program", ...words);

describe("triad resume with a snapshot beside the journal", () => {
  it("says from where it went on and how much was executed again, and leaves the trace alone", async () => {
    const file = copied("one");
    const { code, out, err } = await resume(file);
    expect([code, err]).toEqual([0, ""]);
    expect(out).toMatch(/^executed +\d+ of \d+ turns executed again, from a snapshot at L=\d+, event \d+$/m);
    expect(out).toContain(`digest     ${digest}\n`);
    expect(beside(file)).toEqual(["one.triad"]);
    expect((await triad("verify", at("one.triad"))).code).toBe(0);
    expect((await triad("replay", at("one.triad"), "--program", programOf(RUN))).code).toBe(0);
  });

  it("says the same with --json, and everything is executed again with --no-snapshot", async () => {
    const short = onlyObject((await resume(copied("two"), "--json")).out) as { readonly from: { readonly frame: number }; readonly recordedTurns: number; readonly turnsAgain: number };
    expect(short).toMatchObject({ digest, passedOver: null });
    expect([short.from.frame > 3_000, short.turnsAgain < 6_000, short.recordedTurns >= 20_000]).toEqual([true, true, true]);
    const long = onlyObject((await resume(copied("three"), "--json", "--no-snapshot")).out);
    expect(long).toMatchObject({ digest, from: null, passedOver: null, recordedTurns: short.recordedTurns, turnsAgain: short.recordedTurns });
  });

  it("passes one over that is damaged or another's, and says why", async () => {
    const file = copied("four");
    const bytes = readFileSync(`${file}.snapshot`);
    bytes[bytes.length - 9] = (bytes.at(-9) ?? 0) ^ 1;
    writeFileSync(`${file}.snapshot`, bytes);
    const { code, out } = await resume(file);
    expect([code, out.includes(`digest     ${digest}\n`)]).toEqual([0, true]);
    expect(out).toMatch(/^snapshot +passed over: it is not whole, or altered$/m);
    expect(beside(file)).toEqual(["four.triad"]);
    expect(loadOrCreateSigner().keyId).toMatch(/^[0-9a-f]{64}$/);
  });

  it("is left by a run that asks for none, or for every so many frames, and refuses what is no number", async () => {
    const out = at("five.triad");
    expect((await triad("run", programOf(RUN), "--input", '{"size":3000}', "--out", out, "--snapshot-every", "0", "--workers", "0")).code).toBe(0);
    expect(existsSync(`${out}.partial.snapshot`)).toBe(false);
    expect((await triad("run", programOf(RUN), "--input", '{"size":3000}', "--out", at("six.triad"), "--snapshot-every", "x", "--workers", "0")).code).toBe(2);
  });

  it("is given up with a journal that a new run of its name replaces", async () => {
    const file = copied("seven");
    expect((await triad("run", programOf(RUN), "--input", '{"size":30}', "--out", at("seven.triad"), "--replace", "--workers", "0")).code).toBe(0);
    expect(beside(file)).toEqual(["seven.triad"]);
  });
});
