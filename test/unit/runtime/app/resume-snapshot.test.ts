// Resuming from snapshots: the run goes on to the digest it would have had, and executes no more than it must; what is not its own
// snapshot, whole and by its own key, is passed over.
import process from "node:process";
import { beforeAll, describe, expect, it } from "vitest";
import { canonicalJson } from "../../../../kernel-abi/canonical.ts";
import { Fault } from "../../../../kernel-abi/fault.ts";
import type { Frame } from "../../../../kernel-abi/frame.ts";
import type { Signer } from "../../../../kernel-abi/ports.ts";
import { makeSnapshot, openSnapshot, SnapshotRefused, type Snapshot } from "../../../../replay/snapshot.ts";
import { packageVersion } from "../../../../runtime/adapters/host.ts";
import { verify } from "../../../../replay/verify.ts";
import { memorySource } from "../../../support/memory.ts";
import { testSigner } from "../../../support/signer.ts";
import { holding, memoryStore } from "../../../support/snapshot-store.ts";
import { blocksOf, cutAfter, programOf, resumed, uninterrupted, WORKLOADS, type InMemory, type Uninterrupted, type Workload } from "../../../support/workloads.ts";

const LONG = process.env["TRIAD_LONG"] === "1";
const SIGNER = testSigner();
const BY = { written: packageVersion(), keyId: SIGNER.keyId };
const opened = (bytes: Uint8Array): Snapshot => openSnapshot(bytes, BY);
const placeOf = ({ frames, open }: Snapshot): number => frames + open;

const workload = (name: string): Workload => {
  const found = WORKLOADS.find((other) => other.name === name);
  if (found === undefined) throw new Error(name);
  return found;
};
const sized = (name: string, size: number): Workload => ({ ...WORKLOADS.find((other) => other.name === name), name, small: size, large: size });

interface Kept extends Uninterrupted {
  readonly written: readonly Uint8Array[];
  readonly frames: number;
}

async function kept(of: Workload, snapshotEvery = 1): Promise<Kept> {
  const store = memoryStore();
  const run = await uninterrupted(of, "small", { snapshotEvery, snapshots: store });
  return { ...run, written: store.written, frames: blocksOf(run.file).reduce((sum, block) => sum + block.frames, 0) };
}

/** Resumes and counts the turns executed of those on record. */
async function counted(journal: Uint8Array, snapshot: Uint8Array | undefined, options: Parameters<typeof resumed>[1] = {}): Promise<InMemory & { readonly turns: number }> {
  let left = 0;
  let turns = 0;
  const observer = { frame: ({ kind }: Frame) => { if (left-- > 0 && kind === "turn") turns += 1; } };
  const surveyed: NonNullable<typeof options>["surveyed"] = ({ point, from }) => { left = point.frames - (from === undefined ? 0 : placeOf(from.snapshot)); };
  return { ...await resumed(journal, { snapshots: holding(snapshot), signer: SIGNER, observer, surveyed, ...options }), turns };
}

describe("a run with snapshots beside its journal", () => {
  it.each(WORKLOADS.map(({ name }) => name))("%s: recorded as it is without them, and resumed from every one of them to its digest", async (name) => {
    const plain = await uninterrupted(workload(name));
    const { report, file, written, frames } = await kept(workload(name));
    expect(report.digest).toBe(plain.report.digest);
    for (const bytes of written) {
      const before = placeOf(opened(bytes));
      for (const cut of new Set([before, before + 1, Math.floor((before + frames) / 2), frames - 1])) {
        const { report: again, file: whole } = await resumed(cutAfter(file, Math.min(cut, frames)), { snapshots: holding(bytes), signer: SIGNER });
        expect([again.passedOver, again.from?.frame, again.digest]).toEqual([null, before, report.digest]);
        expect(verify(memorySource(whole)).digest).toBe(report.digest);
      }
    }
  });

  it("goes on from the last one with 0, 1 and 2 workers, with jobs before and behind it", async () => {
    const { report, file, written, frames } = await kept(sized("laps", LONG ? 60 : 12), 40);
    expect(written.length).toBeGreaterThan(1);
    for (const bytes of LONG ? written : written.slice(-2)) {
      for (const workers of [0, 1, 2]) {
        const { report: again, turns } = await counted(cutAfter(file, frames - 5), bytes, { workers });
        expect([again.digest, turns, again.turns.again, again.turns.recorded - again.turns.again]).toEqual([report.digest, turns, turns, opened(bytes).turns]);
      }
    }
  });

  it.each([["10 thousand", 10_000], ...(LONG ? [["200 thousand", 200_000]] as const : [])] as const)("executes again at most what lies between two of them, whatever the history: %s turns", async (_, size) => {
    const every = 500;
    const { report, file, written, frames } = await kept(sized("hand-on", size), every);
    const last = written.at(-1) as Uint8Array;
    expect([written.length >= 4, report.end.turns > 0.95 * size]).toEqual([true, true]);
    for (const cut of [frames - 2, placeOf(opened(last)) + 1]) {
      const { report: again, turns } = await counted(cutAfter(file, cut), last);
      expect(again.digest).toBe(report.digest);
      // the interval, what may pass before the run can be put down, and the block that had to close first
      expect([turns <= every + 64 + 1_024, turns < report.end.turns / 4, again.turns.again === turns]).toEqual([true, true, true]);
    }
    const { report: whole, turns } = await counted(cutAfter(file, frames - 2), last, { useSnapshot: false });
    expect([whole.digest, whole.from, turns > 0.9 * size]).toEqual([report.digest, null, true]);
  });

  it("is put down again as it goes on, and resumed once more from there", async () => {
    const { report, file } = await kept(sized("hand-on", 6_000), 300);
    const store = memoryStore();
    expect((await resumed(cutAfter(file, 700), { snapshots: store, snapshotEvery: 300, signer: SIGNER })).report.digest).toBe(report.digest);
    expect(store.written.length).toBeGreaterThan(2);
    for (const bytes of store.written) {
      const { report: again } = await counted(cutAfter(file, placeOf(opened(bytes)) + 9), bytes);
      expect([again.digest, again.passedOver, (again.from?.frame ?? 0) > 700]).toEqual([report.digest, null, true]);
    }
  });
});

describe("a snapshot that is passed over", () => {
  let run: Kept;
  let bytes: Uint8Array;
  let journal: Uint8Array;
  beforeAll(async () => {
    run = await kept(sized("laps", 16), 40);
    bytes = run.written.at(-1) as Uint8Array;
    journal = cutAfter(run.file, placeOf(opened(bytes)) + 3);
  });

  const passedOver = async (snapshot: Uint8Array, options: Parameters<typeof resumed>[1] = {}, of = journal): Promise<string | null> => {
    const { report } = await resumed(of, { snapshots: holding(snapshot), signer: SIGNER, ...options });
    expect([report.digest, report.from]).toEqual([run.report.digest, null]);
    return report.passedOver;
  };
  const refusal = (snapshot: Uint8Array, by = BY): string => {
    try {
      openSnapshot(snapshot, by);
    } catch (error) {
      if (error instanceof SnapshotRefused) return error.message;
      throw error;
    }
    return "accepted";
  };
  const again = (changes: Partial<Snapshot>, written = packageVersion(), signer: Signer = SIGNER): Uint8Array => {
    const { state, ...facts } = { ...opened(bytes), ...changes };
    return makeSnapshot(facts, state, written, signer);
  };

  it("is one with any bit of it flipped", async () => {
    for (let at = 0; at < bytes.length; at += at < 1_200 ? 1 : 7) {
      const flipped = bytes.slice();
      flipped[at] = (flipped[at] ?? 0) ^ (1 << (at % 8));
      expect([at, refusal(flipped)]).not.toEqual([at, "accepted"]);
      if (at % 1_009 === 0) expect(await passedOver(flipped)).not.toBeNull();
    }
  });

  it("is one that was cut short, has bytes behind it, or is none", async () => {
    for (const length of [0, 3, 8, 11, 12, 400, bytes.length - 1]) expect([length, refusal(bytes.slice(0, length))]).not.toEqual([length, "accepted"]);
    expect(refusal(Uint8Array.from([...bytes, 0]))).not.toBe("accepted");
    expect(await passedOver(new Uint8Array(0))).toBe("it does not begin as one");
    expect(await passedOver(canonicalJson({ no: "snapshot" }))).toBe("it does not begin as one");
    expect(await passedOver(bytes.slice(0, -9))).toBe("it is not whole, or altered");
  });

  it("is another key's, another version's, another run's, another input's", async () => {
    expect(await passedOver(again({}, packageVersion(), testSigner(8)))).toBe("another key signed it");
    expect(await passedOver(bytes, { signer: testSigner(8) })).toBe("another key signed it");
    expect(await passedOver(again({}, "0.0.1"))).toBe(`version 0.0.1 wrote it, this is ${packageVersion()}`);
    const other = await kept(sized("laps", 7), 40);
    expect(await passedOver(other.written.at(-1) as Uint8Array)).toBe("it belongs to another run: header, program or input differs");
  });

  it("is ahead of the journal, or of other blocks", async () => {
    const { frames, open, block } = opened(bytes);
    expect(await passedOver(bytes, {}, cutAfter(run.file, frames + open - 1))).not.toBeNull();
    expect(await passedOver(bytes, {}, cutAfter(run.file, 3))).toBe("the journal does not reach as far as it does");
    expect(await passedOver(again({ head: "00".repeat(32) }))).toBe("it belongs to another run: the chain before it differs");
    expect(await passedOver(again({ gathered: "00".repeat(32) }))).toBe("it belongs to another run: the block it stands in differs");
    expect(await passedOver(again({ block: block - 1 }))).not.toBeNull();
  });

  it("is one the machine cannot be made of, or after which the run does not meet its record", async () => {
    expect(await passedOver(again({ state: Uint8Array.of(1, 2, 3) }))).toMatch(/not one encoded value/);
    const first = run.written.find((one) => placeOf(opened(one)) < placeOf(opened(bytes))) as Uint8Array;
    expect(await passedOver(again({ state: opened(first).state }))).toBe("what followed it was not what is on record");
    for (let seed = 0; seed < (LONG ? 2_000 : 40); seed++) { // signed, and nonsense: nobody else could have made it; still it ends, and typed
      const state = opened(bytes).state.slice();
      state[(seed * 7_919) % state.length] = (seed * 31) % 256;
      const ending = await resumed(journal, { snapshots: holding(again({ state })), signer: SIGNER }).catch((error: unknown) => error);
      if (ending instanceof Error) expect(ending).toBeInstanceOf(Fault);
      else if ((ending as InMemory).report.passedOver !== null) expect((ending as InMemory).report.digest).toBe(run.report.digest);
    }
  });

  it("is not looked for where it is not wanted, and missing where there is none", async () => {
    expect(await passedOver(bytes, { useSnapshot: false })).toBeNull();
    const { report } = await resumed(journal, { signer: SIGNER });
    expect([report.digest, report.passedOver, report.from]).toEqual([run.report.digest, null, null]);
    expect(programOf(workload("laps"))).toContain("laps");
  });
});
