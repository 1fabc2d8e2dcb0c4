// Resuming from snapshots: the run goes on to the digest it would have had, and executes no more than it must.
import { describe, expect, it } from "vitest";
import { openSnapshot } from "../../../../replay/snapshot.ts";
import { packageVersion } from "../../../../runtime/adapters/host.ts";
import { verify } from "../../../../replay/verify.ts";
import { memorySource } from "../../../support/memory.ts";
import { testSigner } from "../../../support/signer.ts";
import { holding, memoryStore } from "../../../support/snapshot-store.ts";
import { blocksOf, cutAfter, resumed, uninterrupted, WORKLOADS, type Workload } from "../../../support/workloads.ts";

const SIGNER = testSigner();
const opened = (bytes: Uint8Array): ReturnType<typeof openSnapshot> => openSnapshot(bytes, { written: packageVersion(), keyId: SIGNER.keyId });

const workload = (name: string): Workload => {
  const found = WORKLOADS.find((other) => other.name === name);
  if (found === undefined) throw new Error(name);
  return found;
};


describe("a run with snapshots beside its journal", () => {
  it.each(WORKLOADS.map(({ name }) => name))("%s: recorded as it is without them, and resumed from every one of them to its digest", async (name) => {
    const store = memoryStore();
    const plain = await uninterrupted(workload(name));
    const { report, file } = await uninterrupted(workload(name), "small", { snapshotEvery: 1, snapshots: store });
    expect(report.digest).toBe(plain.report.digest);
    const frames = blocksOf(file).reduce((sum, block) => sum + block.frames, 0);
    for (const bytes of store.written) {
      const { frames: before, open } = opened(bytes);
      for (const cut of new Set([before + open, before + open + 1, Math.floor((before + open + frames) / 2), frames - 1])) {
        const { report: again, file: whole } = await resumed(cutAfter(file, Math.min(cut, frames)), { snapshots: holding(bytes), signer: SIGNER });
        expect([again.passedOver, again.from?.frame, again.digest]).toEqual([null, before + open, report.digest]);
        expect(verify(memorySource(whole)).digest).toBe(report.digest);
      }
    }
  });
});
