// Traces that come of another one: forks of a kept trace, and a run that was cut and went on from a snapshot. Recorded once by add.mts,
// made again by the test from the trace they came of.
import { forkRun, type ForkOptions } from "../../runtime/app/index.ts";
import { createMemorySink } from "../../runtime/adapters/memory.ts";
import { packageVersion } from "../../runtime/adapters/host.ts";
import { openSnapshot } from "../../replay/snapshot.ts";
import { testSigner } from "../support/signer.ts";
import { holding, memoryStore } from "../support/snapshot-store.ts";
import { cutAfter, resumed } from "../support/workloads.ts";

/** Which trace of the same version is forked, where and how. */
export type Fork = Pick<ForkOptions, "at" | "seed" | "input" | "allow"> & { readonly of: string };
/** Frames between two snapshots, and how many frames behind the first of them the journal ends. */
export interface Behind {
  readonly every: number;
  readonly further: number;
}

export async function forkOf(parent: Uint8Array, { of: _, ...how }: Fork): Promise<Uint8Array> {
  const sink = createMemorySink();
  await forkRun(parent, { ...how, out: sink, trustProgram: true, workers: 0, signer: testSigner(), label: "golden" });
  return sink.bytes();
}

/** The trace of a run that stopped behind its first snapshot and went on from there. @throws Error when it began anywhere else */
export async function behindSnapshot(trace: Uint8Array, { every, further }: Behind): Promise<Uint8Array> {
  const signer = testSigner();
  const store = memoryStore();
  await resumed(cutAfter(trace, 1), { signer, snapshots: store, snapshotEvery: every, useSnapshot: false });
  const [first] = store.written;
  if (first === undefined) throw new Error("no snapshot was made");
  const { frames, open } = openSnapshot(first, { written: packageVersion(), keyId: signer.keyId });
  const { report, file } = await resumed(cutAfter(trace, frames + open + further), { signer, snapshots: holding(first), label: "golden" });
  if (report.from?.frame !== frames + open) throw new Error(`it did not go on from its snapshot: ${report.passedOver ?? "unseen"}`);
  return file;
}
