// Whole runs on threads: the same runs, whichever thread makes them and beside which others; what a thread forgot it is sent again.
import { describe, expect, it } from "vitest";
import type { Fault } from "../../../../../kernel-abi/fault.ts";
import type { Graph } from "../../../../../kernel-abi/qvm/graph.ts";
import { verifyGraph } from "../../../../../kernel-abi/qvm/verify.ts";
import { RunThreads } from "../../../../../runtime/app/qvm/run-threads.ts";
import { createGraphRuns, type GraphJob, type GraphRuns } from "../../../../../runtime/app/qvm/runs.ts";
import { ghz as written } from "../../../../support/kernel-service.ts";
import { unitOffsets, verified } from "../../../../support/refusals.ts";
import { testSigner } from "../../../../support/signer.ts";

const signer = testSigner();
function ghz(qubits: number): Graph {
  const { graph } = verifyGraph(written(qubits));
  if (graph === undefined) throw new Error("not valid");
  return graph;
}
const bell = ghz(2);
const kinds: readonly Omit<GraphJob, "seed">[] = [{ graph: bell, shots: 1 }, { graph: ghz(9), shots: 3 }, { graph: bell, shots: 4, noise: { pauli: 0.1, readout: 0.1 } }, { graph: bell, shots: 2, nodes: 3 }];
const jobs = Array.from({ length: 24 }, (_, at): GraphJob => ({ ...kinds[at % kinds.length] as GraphJob, seed: `é${at % 11}` }));
const failing: readonly GraphJob[] = [{ graph: bell, shots: 1, seed: "1", noise: { pauli: 2, readout: 0 } }, { graph: bell, shots: 0, seed: "1" }];
/** More graphs than a thread keeps, and then the first ones again. */
const graphs = Array.from({ length: 80 }, () => ({ ...bell }));
const many = [...graphs, ...graphs.slice(0, 4)].map((graph): GraphJob => ({ graph, shots: 1, seed: "s" }));

/** Of each job what a run is: counts, digest, and the bundle up to its seal. */
const made = (runs: GraphRuns, given: readonly GraphJob[]): Promise<readonly unknown[]> => Promise.all(given.map(async (job) => {
  const { counts, digest, sealed, end } = await runs.run(job);
  const { bundle } = await sealed;
  expect(verified(bundle)).toMatchObject({ sealed: true, digest, keyId: signer.keyId });
  return { counts, digest, status: end.status, before: Buffer.from(bundle.subarray(0, unitOffsets(bundle).at(-2))).toString("base64") };
}));

async function within<T>(threads: number, act: (runs: GraphRuns) => Promise<T>): Promise<T> {
  const runs = await createGraphRuns({ signer, batch: 8, threads });
  try {
    return await act(runs);
  } finally {
    await runs.close();
  }
}

describe("runs on threads", () => {
  it("are the runs they are on this thread, whatever the number of threads, and fail as they do here", async () => {
    const all = [...jobs, ...failing];
    const here = await within(0, (runs) => made(runs, all));
    expect(here.filter((one) => (one as { readonly status: string }).status === "faulted")).toHaveLength(2);
    for (const threads of [2, 4]) expect(await within(threads, (runs) => made(runs, all))).toEqual(here);
    await within(1, async (runs) => {
      expect(await made(runs, all)).toEqual(here);
      const found = await made(runs, many); // what a thread has no longer it is sent again
      expect(new Set(found.map((one) => JSON.stringify(one))).size).toBe(1);
    });
  });

  it("are refused where they cannot be asked for", async () => {
    for (const threads of [-1, 1.5, Number.NaN]) await expect(createGraphRuns({ signer, threads })).rejects.toMatchObject({ fault: "USAGE" });
    await expect(createGraphRuns({ signer, threads: 1, workers: 1 })).rejects.toMatchObject({ fault: "USAGE" });
    await within(1, async (runs) => {
      await expect(runs.run({ graph: bell, shots: 1, seed: "" })).rejects.toMatchObject({ fault: "USAGE" });
      await expect(runs.run({ graph: bell, shots: 1, seed: "s", signal: AbortSignal.abort() })).rejects.toMatchObject({ fault: "RUN_INTERRUPTED" });
    });
  });
});

describe("runs that are wanted at once", () => {
  it("go to a thread in halves, while one that is wanted alone waits for nobody", async () => {
    const threads = new RunThreads({ threads: 1, label: "", workerUrl: new URL("../../../../support/workers/counting-run-worker.ts", import.meta.url) });
    const sizes = (count: number): Promise<readonly unknown[]> => Promise.all(Array.from({ length: count }, () => threads.run("s", { graph: bell, shots: 1 }).catch((fault: unknown) => (fault as Fault).detail["value"])));
    expect(await sizes(1)).toEqual([1]);
    expect(await sizes(3)).toEqual([2, 2, 1]);
    expect(await sizes(8)).toEqual([4, 4, 4, 4, 4, 4, 4, 4]);
    expect(await sizes(1)).toEqual([1]);
    expect(await sizes(40)).toEqual([...Array<number>(32).fill(16), ...Array<number>(8).fill(8)]);
    await threads.close();
  });
});

describe("a thread that dies", () => {
  it("costs the runs it was at, and no others", async () => {
    const threads = new RunThreads({ threads: 1, label: "", workerUrl: new URL("../../../../support/workers/dying-run-worker.ts", import.meta.url) });
    const input = { graph: bell, shots: 1 };
    const before = await threads.run("a", input);
    await expect(threads.run("die", input)).rejects.toMatchObject({ fault: "WORKER_LOST" });
    expect(await threads.run("a", input)).toMatchObject({ facts: { digest: before.facts.digest } });
    await threads.close();
  });
});
