// A graph's run is a run like any other: recorded, verified, replayed from nothing but its file, reproduced, judged; the same for every
// number of workers; and what it counts is what the kernels give for the seed.
import { describe, expect, it } from "vitest";
import { graphCircuit } from "../../../../../domains/q/api/graph.ts";
import { graphNoise } from "../../../../../domains/q/api/graph-rates.ts";
import { createMemorySink } from "../../../../../runtime/adapters/memory.ts";
import { GRAPH_PROGRAM } from "../../../../../runtime/app/qvm/program-file.ts";
import { judgeTrace, replayTrace, reproduceTrace, verifyTrace } from "../../../../../runtime/app/index.ts";
import { verifiedByBoth } from "../../../../support/independent.ts";
import { recordInMemory } from "../../../../support/examples.ts";
import { CASES, gTest, graphOf, jobKey, plainly, sampled, type Odds } from "../../../../support/qvm-graphs.ts";

const NOISE = { pauli: 0.02, readout: 0.03, qubits: { q1: { pauli: 0, readout: 0.1 } } };
const counts = (result: unknown): Odds => (result as { readonly counts: Odds }).counts;
const bell = CASES.find(({ name }) => name.startsWith("bell_teleport"))?.json;
const recorded = async (input: unknown, options = {}) => recordInMemory({ program: GRAPH_PROGRAM, input }, options);

describe("the run of a graph", () => {
  it.each(CASES)("of $name counts what the kernels give for its seed, and can be impossible to none", async ({ json, exact }) => {
    const { report } = await recorded({ graph: json, shots: 500 });
    expect(report.end.status).toBe("completed");
    const found = counts(report.end.result);
    expect(found).toEqual(sampled(graphCircuit(plainly(json)), 500, jobKey("7")));
    expect(gTest(found, exact)).toBeGreaterThan(1e-4);
  });

  it.each([["noiseless", undefined], ["noisy", NOISE]])("%s, is verified, replayed, reproduced and judged from its file alone", async (_, noise) => {
    const { bytes, report } = await recorded({ graph: bell, shots: 60, ...(noise === undefined ? {} : { noise }) });
    expect(report.end).toMatchObject({ status: "completed" });
    expect(await verifyTrace(bytes)).toMatchObject({ ok: true, digest: report.digest });
    expect(verifiedByBoth(bytes).digest).toBe(report.digest);
    const again = createMemorySink();
    expect(await replayTrace(bytes, { trustProgram: true, out: again })).toMatchObject({ complete: true, digest: report.digest });
    expect((await replayTrace(again.bytes(), { trustProgram: true })).digest).toBe(report.digest);
    expect(await reproduceTrace(bytes, { trustProgram: true, workers: 0 })).toMatchObject({ complete: true, digest: report.digest, unconfirmed: 0 });
    expect((await judgeTrace(bytes)).ok).toBe(true);
  });

  it("is the same with 1, 2 and 4 workers, however late their answers", async () => {
    const input = { graph: bell, shots: 40, noise: NOISE };
    const digests = await Promise.all([1, 2, 4].map(async (workers) => (await recorded(input, { workers, delayMs: (ordinal: number) => (ordinal * 7) % 5 })).report.digest));
    expect(new Set(digests).size).toBe(1);
    expect((await recorded(input)).report.digest).toBe(digests[0]);
  });

  it("without noise is the run with noise of rate 0, to the count", async () => {
    const quiet = await recorded({ graph: bell, shots: 300, noise: { pauli: 0, readout: 0 } });
    expect(counts(quiet.report.end.result)).toEqual(counts((await recorded({ graph: bell, shots: 300 })).report.end.result));
  });

  it("takes true for the rates of the profiles, and false for none", async () => {
    const graph = plainly(bell);
    const of = async (noise: unknown): Promise<Odds> => counts((await recorded({ graph: bell, shots: 400, noise })).report.end.result);
    expect(await of(true)).toEqual(await of(graphNoise(graph)));
    expect(await of(false)).toEqual(counts((await recorded({ graph: bell, shots: 400 })).report.end.result));
  });

  it("of a prefix says what the whole says of the events it has, and - of the others", async () => {
    const [part, whole, none] = await Promise.all([{ nodes: 4 }, {}, { nodes: 0 }].map(async (more) => counts((await recorded({ graph: bell, shots: 1, ...more })).report.end.result)));
    expect(Object.keys(none ?? {})).toEqual(["mA=- mB=-"]);
    expect(Object.keys(whole ?? {})[0]).toMatch(/^mA=[01] mB=[01]$/);
    expect(Object.keys(part ?? {})[0]).toMatch(/^mA=(-|[01]) mB=(-|[01])$/);
  });

  it("of a graph that reads nothing counts shots of nothing", async () => {
    const { report } = await recorded({ graph: graphOf(["ALLOC_LQ", ["q"]]), shots: 12 });
    expect(report.end.status).toBe("faulted"); // CAP_ALLOC is not declared
    const declared = await recorded({ graph: { ...graphOf(["ALLOC_LQ", ["q"], { args: { n: 1 } }]), caps: ["CAP_ALLOC"] }, shots: 12 });
    expect(declared.report.end.result).toEqual({ counts: { "": 12 } });
  });

  it("of an invalid graph fails with the rule", async () => {
    const { report } = await recorded({ graph: { version: "0.2" } });
    expect(report.end).toMatchObject({ status: "faulted" });
    expect(JSON.stringify(report.end)).toContain("GRAPH_INVALID");
  });
});
