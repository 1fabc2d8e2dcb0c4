// Prepared runs of graphs are the runs that `record` makes, bit for bit, however many are in flight and whoever they are sealed with.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Graph } from "../../../../../kernel-abi/qvm/graph.ts";
import { verifyGraph } from "../../../../../kernel-abi/qvm/verify.ts";
import { record } from "../../../../../runtime/app/record.ts";
import { createMemorySink } from "../../../../../runtime/adapters/memory.ts";
import { GRAPH_PROGRAM } from "../../../../../runtime/app/qvm/program-file.ts";
import { createGraphRuns, type GraphJob, type GraphRuns } from "../../../../../runtime/app/qvm/runs.ts";
import { alloc, graphOf, node } from "../../../../support/graphs.ts";
import { readTrace } from "../../../../support/independent-reader.ts";
import { refusalOf, unitOffsets, verified } from "../../../../support/refusals.ts";
import { testSigner } from "../../../../support/signer.ts";

const signer = testSigner();
function graph(json: unknown): Graph {
  const { graph: read, findings } = verifyGraph(json);
  if (read === undefined) throw new Error(JSON.stringify(findings));
  return read;
}
const names = (count: number): readonly string[] => Array.from({ length: count }, (_, at) => `q${at}`);
const ghz = (count: number): Graph => graph(graphOf([
  alloc(names(count).join(" ")), node("APPLY_H", "q0"),
  ...names(count).slice(1).map((q, at) => node("APPLY_CNOT", `q${at} ${q}`)),
  ...names(count).map((q) => node("MEASURE_Z", q, { produces: [`m_${q}`] })),
]));
const bell = ghz(2);
const guarded = graph(graphOf([
  alloc("a b"), node("APPLY_H", "a"), node("MEASURE_Z", "a", { produces: ["m"] }), node("FENCE_EPOCH"),
  node("APPLY_X", "b", { guard: { event: "m", equals: 1 } }), node("APPLY_RX", "b", { args: { theta: 0.3 } }), node("MEASURE_Z", "b", { produces: ["n"] }),
]));

const JOBS: readonly (readonly [string, Omit<GraphJob, "seed">])[] = [
  ["Bell", { graph: bell, shots: 1 }], ["GHZ", { graph: ghz(12), shots: 1 }], ["guarded", { graph: guarded, shots: 1 }], ["guarded, many shots", { graph: guarded, shots: 64 }],
  ["Bell, many shots", { graph: bell, shots: 500 }], ["a prefix", { graph: guarded, shots: 3, nodes: 4 }], ["nothing", { graph: bell, shots: 2, nodes: 0 }], ["noisy", { graph: bell, shots: 20, noise: { pauli: 0.1, readout: 0.1 } }],
];

async function recorded({ graph: of, shots, nodes, noise, seed }: GraphJob): Promise<{ readonly digest: string; readonly result: unknown; readonly before: Uint8Array }> {
  const out = createMemorySink();
  const input = { graph: of, shots, ...(nodes === undefined ? {} : { nodes }), ...(noise === undefined ? {} : { noise }) };
  const { digest, end } = await record({ program: GRAPH_PROGRAM, input, seed, workers: 0, out, signer });
  return { digest, result: end.result, before: out.bytes().subarray(0, unitOffsets(out.bytes()).at(-2)) };
}

describe("prepared runs of graphs", () => {
  let runs: GraphRuns;
  beforeAll(async () => { runs = await createGraphRuns({ signer, batch: 8 }); });
  afterAll(async () => { await runs.close(); });

  it.each(JOBS)("are bit for bit what record makes: %s", async (_, job) => {
    for (const seed of ["1", "naïve 𝛗 \" \\ \u0001"]) {
      const expected = await recorded({ ...job, seed });
      const { counts, digest, sealed } = await runs.run({ ...job, seed });
      expect([digest, { counts }]).toEqual([expected.digest, expected.result]);
      const { bundle } = await sealed;
      const report = verified(bundle);
      expect(report).toMatchObject({ sealed: true, digest, keyId: signer.keyId });
      expect(readTrace(bundle).digest).toBe(digest);
      const shared = unitOffsets(bundle).at(-2) ?? 0;
      expect(Buffer.from(bundle.subarray(0, shared)).equals(expected.before)).toBe(true);
    }
  });

  it.each([1, 2, 4])("with %i in flight keep to themselves", async (flight) => {
    const alone = await Promise.all(Array.from({ length: 4 }, (_, at) => recorded({ graph: guarded, shots: 2, seed: `f${at}` })));
    const seeds = Array.from({ length: 24 }, (_, at) => `f${at % 4}`);
    const found: { readonly seed: string; readonly digest: string; readonly bundle: Uint8Array }[] = [];
    await Promise.all(Array.from({ length: flight }, async (_, lane) => {
      for (let at = lane; at < seeds.length; at += flight) {
        const seed = seeds[at] as string;
        const { digest, sealed } = await runs.run({ graph: guarded, shots: 2, seed });
        if (at >= seeds.length - flight) runs.flush();
        found.push({ seed, digest, bundle: (await sealed).bundle });
      }
    }));
    expect(found).toHaveLength(24);
    for (const { seed, digest, bundle } of found) {
      expect(digest).toBe(alone[Number(seed.slice(1))]?.digest);
      expect(verified(bundle).digest).toBe(digest);
    }
  });

  it("are signed together, and each can be checked alone", async () => {
    const many = await Promise.all(Array.from({ length: 20 }, (_, at) => runs.run({ graph: bell, shots: 1, seed: `b${at}` })));
    runs.flush();
    const bundles = await Promise.all(many.map(({ sealed }) => sealed));
    const places = bundles.map(({ bundle }) => verified(bundle).batch);
    expect(places.slice(0, 16).map((place) => place?.count)).toEqual(new Array(16).fill(8));
    expect(new Set(bundles.map(({ digest }) => digest)).size).toBe(20);
    const { bundle = new Uint8Array(0) } = bundles[3] ?? {};
    const damaged = bundle.slice();
    damaged[damaged.length - 40] = (damaged[damaged.length - 40] as number) ^ 1;
    expect(refusalOf(damaged).exitCode).toBe(4);
  });

  it("are signed one by one where no batch is wanted, and sealed without being asked", async () => {
    const single = await createGraphRuns({ signer, batch: 1 });
    const patient = await createGraphRuns({ signer, batch: 64, patienceMs: 1 });
    try {
      expect(verified((await (await single.run({ graph: bell, shots: 1, seed: "s" })).sealed).bundle).batch).toBeNull();
      expect(verified((await (await patient.run({ graph: bell, shots: 1, seed: "s" })).sealed).bundle).batch).toBeNull();
    } finally {
      await Promise.all([single.close(), patient.close()]);
    }
  });

  it("say how they ended, when they did not complete, and have a seal all the same", async () => {
    const broken = { ...bell, caps: [] };
    const { counts, end, sealed } = await runs.run({ graph: broken, shots: 1, seed: "x" });
    expect([counts, end.status, end.fault?.name]).toEqual([undefined, "faulted", "GRAPH_INVALID"]);
    expect(verified((await sealed).bundle).status).toBe("faulted");
  });

  it("refuse a run without a seed, of what a batch cannot be, and after they are closed", async () => {
    await expect(runs.run({ graph: bell, shots: 1, seed: "" })).rejects.toMatchObject({ fault: "USAGE" });
    await expect(createGraphRuns({ signer, batch: 0 })).rejects.toMatchObject({ fault: "USAGE" });
    const closed = await createGraphRuns({ signer });
    await closed.close();
    await expect(closed.run({ graph: bell, shots: 1, seed: "1" })).rejects.toMatchObject({ fault: "RUNTIME_DEFECT" });
    const stop = new AbortController();
    stop.abort();
    await expect(runs.run({ graph: bell, shots: 1, seed: "1", signal: stop.signal })).rejects.toMatchObject({ fault: "RUN_INTERRUPTED" });
  });
});
