// `resume --metrics`: wherever a run was killed and whichever snapshot it goes on from, its metrics are those of the run that was not
// killed, live, and those folded from its file; each frame counted once.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import type { Signer } from "../../../../kernel-abi/ports.ts";
import { makeSnapshot, openSnapshot } from "../../../../replay/snapshot.ts";
import { packageVersion } from "../../../../runtime/adapters/host.ts";
import { loadOrCreateSigner } from "../../../../runtime/adapters/keys.ts";
import { resumeRun } from "../../../../runtime/app/index.ts";
import { onlyObject, scratch, triad } from "../../../support/cli.ts";
import { memoryStore } from "../../../support/snapshot-store.ts";
import { blocksOf, cutAfter, programOf, SEED, uninterrupted, type Workload } from "../../../support/workloads.ts";

const at = scratch();
const EVERY = 5; // ticks between two flushes
const RUN: Workload = { name: "laps", small: 24, large: 0 };

interface Made {
  readonly file: Uint8Array;
  readonly frames: number;
  readonly snapshots: readonly Uint8Array[];
  /** What the uninterrupted run wrote, live. */
  readonly live: string;
  readonly digest: string;
}
let made: Made;
let signer: Signer;
let names = 0;

const placeOf = (snapshot: Uint8Array): number => {
  const { frames, open } = openSnapshot(snapshot, { written: packageVersion(), keyId: signer.keyId });
  return frames + open;
};
const folded = async (trace: string): Promise<string> => (await triad("metrics", trace, "--format", "jsonl", "--interval", String(EVERY))).out;

beforeAll(async () => {
  signer = loadOrCreateSigner();
  const store = memoryStore();
  const { file, report } = await uninterrupted(RUN, "small", { snapshotEvery: 40, snapshots: store, signer });
  const live = at("live.jsonl");
  await triad("run", programOf(RUN), "--seed", SEED, "--input", JSON.stringify({ size: RUN.small }), "--workers", "0", "--out", at("live.triad"), "--metrics", live, "--metrics-interval", String(EVERY));
  made = { file, digest: report.digest, snapshots: store.written, frames: blocksOf(file).reduce((sum, block) => sum + block.frames, 0), live: readFileSync(live, "utf8") };
});

/** Resumes a journal with this snapshot beside it, and says what it measured. */
async function resumed(journal: Uint8Array, snapshot: Uint8Array | undefined, ...words: readonly string[]): Promise<{ readonly metrics: string; readonly said: Readonly<Record<string, unknown>>; readonly trace: string }> {
  const trace = at(`r${names++}.triad`);
  writeFileSync(`${trace}.partial`, journal);
  if (snapshot !== undefined) writeFileSync(`${trace}.partial.snapshot`, snapshot);
  const metrics = `${trace}.jsonl`;
  const { code, out, err } = await triad("resume", `${trace}.partial`, "--allow", "K,Q,PHI", "--trust-program", "--workers", "0", "--json", "--metrics", metrics, "--metrics-interval", String(EVERY), ...words);
  expect([code, err]).toEqual([0, ""]);
  return { metrics: readFileSync(metrics, "utf8"), said: onlyObject(out), trace };
}
const fromFrame = ({ said }: { readonly said: Readonly<Record<string, unknown>> }): unknown => (said["from"] as { readonly frame: number } | null)?.frame ?? null;

describe("metrics of a run that goes on from a snapshot", () => {
  it("are the uninterrupted run's, live and from the file, from every snapshot and wherever it was killed behind it", async () => {
    const { file, snapshots, frames, live, digest } = made;
    expect([snapshots.length > 2, live.split("\n").length > 200]).toEqual([true, true]);
    for (const snapshot of [snapshots[0], snapshots.at(-1)] as Uint8Array[]) {
      const place = placeOf(snapshot);
      for (const cut of new Set([place, (place + frames) >> 1, frames - 1])) {
        const again = await resumed(cutAfter(file, cut), snapshot);
        expect([fromFrame(again), again.said["digest"], again.said["passedOver"]]).toEqual([place, digest, null]);
        expect(again.metrics).toBe(live);
        expect(again.metrics).toBe(await folded(again.trace));
      }
    }
  });

  it("are those, with a block torn in the middle, without a snapshot and with one nobody wants", async () => {
    const { file, snapshots, frames, live } = made;
    const torn = cutAfter(file, frames - 20);
    const { offset } = blocksOf(file).at(-1) as { readonly offset: number };
    const [first] = snapshots as [Uint8Array];
    for (const [journal, snapshot, words] of [[torn.slice(0, -11), first, []], [file.slice(0, offset + 5), first, []], [torn, undefined, []], [torn, first, ["--no-snapshot"]], [cutAfter(file, 0), undefined, []]] as const) {
      const again = await resumed(journal, snapshot, ...words);
      expect(again.metrics).toBe(live);
    }
  });

  it("are those, each frame once, where the snapshot turns out to be another's when the run already went on", async () => {
    const { file, snapshots, frames, live } = made;
    const [first, last] = [snapshots[0] as Uint8Array, snapshots.at(-1) as Uint8Array];
    const { state: _, ...facts } = openSnapshot(last, { written: packageVersion(), keyId: signer.keyId });
    const wrong = makeSnapshot(facts, openSnapshot(first, { written: packageVersion(), keyId: signer.keyId }).state, packageVersion(), signer);
    const again = await resumed(cutAfter(file, frames - 2), wrong);
    expect([fromFrame(again), again.said["passedOver"]]).toEqual([null, "what followed it was not what is on record"]);
    expect(again.metrics).toBe(live);
  });

  it("are those after a run was killed, went on from a snapshot, was interrupted and went on once more", async () => {
    const { file, snapshots, live } = made;
    const first = snapshots[0] as Uint8Array;
    const trace = at("twice.triad");
    writeFileSync(`${trace}.partial`, cutAfter(file, placeOf(first) + 2));
    writeFileSync(`${trace}.partial.snapshot`, first);
    const stop = new AbortController();
    let frames = 0;
    const observer = { frame: () => { if (++frames === 90) stop.abort(); } };
    await expect(resumeRun(`${trace}.partial`, { allow: ["Q"], trustProgram: true, workers: 0, snapshotEvery: 30, signal: stop.signal, observer })).rejects.toMatchObject({ fault: "RUN_INTERRUPTED" });
    const newer = readFileSync(`${trace}.partial.snapshot`);
    expect(placeOf(newer)).toBeGreaterThan(placeOf(first));
    const again = await resumed(readFileSync(`${trace}.partial`), newer);
    expect(fromFrame(again)).toBe(placeOf(newer));
    expect(again.metrics).toBe(live);
    expect(again.metrics).toBe(await folded(again.trace));
  });

  it("are those for a scraper, too, and are not left behind where nothing goes on", async () => {
    const { file, snapshots, frames } = made;
    const trace = at("prom.triad");
    writeFileSync(`${trace}.partial`, cutAfter(file, frames - 4));
    writeFileSync(`${trace}.partial.snapshot`, snapshots.at(-1) as Uint8Array);
    const words = ["resume", `${trace}.partial`, "--trust-program", "--workers", "0", "--metrics", at("m.prom")];
    expect((await triad(...words, "--allow", "K")).code).toBe(5);
    expect(existsSync(at("m.prom"))).toBe(false);
    expect((await triad(...words, "--allow", "K,Q")).code).toBe(0);
    expect(readFileSync(at("m.prom"), "utf8")).toBe((await triad("metrics", trace, "--format", "prometheus")).out);
  });
});
