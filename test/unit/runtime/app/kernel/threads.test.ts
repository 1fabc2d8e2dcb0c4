import { afterAll, describe, expect, it } from "vitest";
import { Fault } from "../../../../../kernel-abi/fault.ts";
import type { Graph } from "../../../../../kernel-abi/qvm/graph.ts";
import { verifyGraph } from "../../../../../kernel-abi/qvm/verify.ts";
import { recordedRuns } from "../../../../../runtime/app/kernel/job-runs.ts";
import { createThreads } from "../../../../../runtime/app/kernel/threads.ts";
import { verifyTrace } from "../../../../../runtime/app/trace.ts";
import { ghz } from "../../../../support/kernel-service.ts";
import { testSigner } from "../../../../support/signer.ts";

const signer = testSigner();
const threads = createThreads({ signer, workers: 1 });
afterAll(() => threads.close());
const graphOf = (json: unknown): Graph => {
  const { graph } = verifyGraph(json);
  if (graph === undefined) throw new Error("not valid");
  return graph;
};
const never = (): AbortSignal => new AbortController().signal;
const fault = async (answer: Promise<unknown>): Promise<unknown> => answer.then(() => "nothing", (error: unknown) => (error instanceof Fault ? error.fault : error));

describe("a run on a thread", () => {
  it.each([["plain", undefined, undefined], ["of a prefix", 4, undefined], ["noisy", undefined, { pauli: 0.05, readout: 0.01 }]] as const)("%s is bit for bit the one that is recorded, and sealed by the kernel's key", async (_, nodes, noise) => {
    const job = { graph: graphOf(ghz(3)), digest: "", shots: 20, seed: "é 1", nodes, noise };
    const [made, recorded] = [await threads.run(job), await recordedRuns(signer).run(job)];
    expect([made.digest, made.counts]).toEqual([recorded.digest, recorded.counts]);
    expect(await verifyTrace(made.bundle, { signer: signer.keyId })).toMatchObject({ sealed: true, digest: made.digest, keyId: signer.keyId, status: "completed", intactBytes: made.bundle.length });
    expect(await threads.replay(made.bundle, never())).toEqual({ digest: made.digest });
    const bent = made.bundle.map((byte, at) => (at === made.bundle.length >> 1 ? byte ^ 1 : byte));
    expect(await threads.replay(bent, never())).toEqual({ why: expect.stringMatching(/^[A-Z_]+: \w/) as unknown });
    expect(await threads.replay((await recordedRuns(testSigner(9)).run(job)).bundle, never())).toEqual({ why: expect.stringMatching(/^[A-Z_]+: \w/) as unknown }); // another's key
  });

  it("that fails fails with the fault it has anywhere", async () => {
    const job = { graph: graphOf(ghz(2)), digest: "", shots: 1, seed: "s", noise: { pauli: 2, readout: 0 } };
    expect([await fault(threads.run(job)), await fault(recordedRuns(signer).run(job))]).toEqual(["INPUT_INVALID", "INPUT_INVALID"]);
  });
});
