// Snapshots on a disk that fails and forgets: between any two operations the process is killed or the power goes, and what is left is
// resumed, always to the same digest; a disk that refuses snapshots alone changes nothing in the run.
import process from "node:process";
import { beforeAll, describe, expect, it } from "vitest";
import { Fault } from "../../kernel-abi/fault.ts";
import { record, type RecordReport } from "../../runtime/app/record.ts";
import { SimulatedDisk, type Surviving } from "../support/simulated-disk.ts";
import { holding } from "../support/snapshot-store.ts";
import { testSigner } from "../support/signer.ts";
import { programOf, resumed, SEED, WORKLOADS, type Workload } from "../support/workloads.ts";
import { seeded } from "./disk-crashes.ts";
import { BUNDLE, JOURNAL, verified } from "./disk-workloads.ts";

const LONG = process.env["TRIAD_LONG"] === "1";
const SNAPSHOT = `${JOURNAL}.snapshot`;
const OTHER = "/disk/other";
const fresh = (): SimulatedDisk => new SimulatedDisk(new Map([[OTHER, Uint8Array.of(1)]]));
const laps = WORKLOADS.find(({ name }) => name === "laps") as Workload;

const run = (disk: SimulatedDisk, snapshotEvery: number): Promise<RecordReport> =>
  record({ program: programOf(laps), input: { size: 18 }, seed: SEED, workers: 0, signer: testSigner(), out: BUNDLE, disk, snapshotEvery, durability: "power" });

let digest = "";
beforeAll(async () => { digest = (await run(fresh(), 0)).digest; });

/** So many of the first hundred states. */
function* some(states: Iterable<Surviving>, random: () => number, many: number): Generator<Surviving> {
  let at = 0;
  for (const files of states) {
    if (at++ === 100) return;
    if (random() < many / 30) yield files;
  }
}

/** What a crash left, resumed. Undefined: nothing had begun, or it is sealed already. `whole`: no snapshot in it may be refused. */
async function resumedFrom(files: Surviving, whole: boolean): Promise<"nothing" | "from the beginning" | "from a snapshot" | "passed over"> {
  const journal = files.get(JOURNAL);
  const bundle = files.get(BUNDLE);
  if (bundle !== undefined) expect(verified(bundle).digest).toBe(digest);
  if (journal === undefined || bundle !== undefined) return "nothing";
  const going = await resumed(journal, { snapshots: holding(files.get(SNAPSHOT)), signer: testSigner() }).catch((error: unknown) => error);
  if (going instanceof Fault && (going.fault === "RESUME_REFUSED" || going.fault === "TRACE_UNREADABLE" || going.fault === "TRACE_TAMPERED")) return "nothing"; // not even its description is whole
  if (going instanceof Error) {
    expect(going.message).toBe("it was sealed");
    return "nothing";
  }
  const { report } = going as Awaited<ReturnType<typeof resumed>>;
  expect([report.digest, whole && report.passedOver !== null]).toEqual([digest, false]);
  return report.from !== null ? "from a snapshot" : report.passedOver === null ? "from the beginning" : "passed over";
}

describe("a run that puts itself down on a disk that fails", () => {
  it("is resumed to the same digest wherever it is killed, and whatever a power cut leaves of it", async () => {
    const left: { readonly files: Surviving; readonly whole: boolean }[] = [];
    const disk = fresh();
    const random = seeded(3);
    let operations = 0;
    disk.watch = ({ path, name }) => {
      const near = path.includes("snapshot") || name === "rename";
      if (!(LONG || near || operations++ % 50 === 0)) return;
      left.push({ files: new Map(disk.files()), whole: true });
      if (near) for (const files of some(disk.powerCuts(random, 0), random, LONG ? 8 : 1)) left.push({ files, whole: false });
    };
    expect((await run(disk, 20)).digest).toBe(digest);
    expect([...disk.files().keys()]).toEqual([OTHER, BUNDLE]);
    const seen: Record<string, number> = {};
    for (const { files, whole } of left) {
      const how = await resumedFrom(files, whole);
      seen[how] = (seen[how] ?? 0) + 1;
    }
    expect([(seen["from the beginning"] ?? 0) > 3, (seen["from a snapshot"] ?? 0) > 5], JSON.stringify(seen)).toEqual([true, true]);
  });

  it("goes on as if there were no snapshots where the disk refuses them, and leaves nothing beside the bundle", async () => {
    for (const code of ["ENOSPC", "EIO", "EACCES"]) {
      for (const operation of ["open", "write", "close", "rename"] as const) {
        const disk = fresh();
        disk.mishap = ({ path, name }) => (path.includes("snapshot") && name === operation ? { code } : undefined);
        expect([code, operation, (await run(disk, 20)).digest]).toEqual([code, operation, digest]);
        expect([...disk.files().keys()]).toEqual([OTHER, BUNDLE]);
        expect(disk.open).toBe(0);
      }
    }
  });
});
