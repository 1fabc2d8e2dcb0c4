// Jobs on the logical machine: what they used is told epoch by epoch and attested; what is wrong with the machine shows, delays and moves
// them, and changes nothing of what they come to.
import { describe, expect, it } from "vitest";
import { epochsTold, openAttestation } from "../../../../../kernel-abi/qvm/attestation.ts";
import { graphNoise } from "../../../../../domains/q/api/graph-rates.ts";
import { signatureHolds } from "../../../../../replay/seal.ts";
import { sha256 } from "../../../../../runtime/adapters/sha256.ts";
import { faultOf } from "../../../../support/refusals.ts";
import { parseConditions } from "../../../../../runtime/app/kernel/conditions.ts";
import type { Kernel } from "../../../../../runtime/app/kernel/service.ts";
import { call, coins, ghz, session, testKernel } from "../../../../support/kernel-service.ts";

const SEED = 7;
const submit = async (kernel: Kernel, s: string, graph: unknown): Promise<string> => (await call(kernel, "q_submit", { graph, session_id: s, policy: { seed: SEED } })).job_id;
const ended = (kernel: Kernel, s: string, job_id: string) => call(kernel, "q_wait", { job_id, session_id: s });
const told = (kernel: Kernel, job: string): readonly string[] => kernel.parts.histories.after(job, 0).map(({ type }) => type);
const turns = async (count: number): Promise<void> => { for (let at = 0; at < count; at++) await new Promise((resolve) => { setImmediate(resolve); }); };

/** What a job comes to on a machine that is well. */
async function undisturbed(graph: unknown) {
  const kernel = testKernel();
  const s = await session(kernel);
  const job = await ended(kernel, s, await submit(kernel, s, graph));
  await kernel.stop();
  return job;
}

describe("a job's telemetry", () => {
  it("tells qubits and epochs while it is kept, and its attestation says the same of the sealed run", async () => {
    const kernel = testKernel();
    const s = await session(kernel);
    const job_id = await submit(kernel, s, coins(5));
    const job = await ended(kernel, s, job_id);
    const whole = await call(kernel, "q_get_telemetry", { session_id: s, job_id });
    expect(whole).toMatchObject({ usage: { logicalQubits: 1, physicalQubits: 18, nodes: 15, measurements: 5 }, resource_usage: { physical_qubits_available: 10_000 - 18 } });
    expect(whole.qubits["q"]).toMatchObject({ profile: "logical:surface_code(d=3)", gate_count: 5, measurement_count: 5, physical_qubits: 18 });
    expect("epochs" in whole && Array.isArray(whole["epochs"]) ? whole["epochs"].length : 0).toBe(5);
    const third = await call(kernel, "q_get_telemetry", { session_id: s, job_id, epoch: 2 });
    expect(third).toMatchObject({ usage: { nodes: 3, measurements: 1 }, epochs: [{ epoch: 2, from: 7, to: 10 }] });
    const bytes = kernel.parts.traces.attestation(job_id) ?? new Uint8Array();
    const attested = openAttestation(bytes, { sha256, signature: signatureHolds });
    expect(attested).toMatchObject({ run: job.digest, job: job_id, shots: 1, nodes: 15, usage: { logicalQubits: 1, measurements: 5 }, keyId: kernel.parts.signer.keyId });
    expect([...epochsTold(attested.epochs)].map(({ from, to }) => [from, to])).toEqual([[0, 4], [4, 7], [7, 10], [10, 13], [13, 15]]);
    expect(attested.epochs.told[0]?.decisions.map(({ capability }) => capability)).toEqual(["CAP_ALLOC", "CAP_COMPUTE", "CAP_MEASURE"]);
    expect(attested.audit.events.map(({ kind, outcome }) => [kind, outcome])).toEqual([["job", "allowed"], ["job", "noted"]]);
    expect(attested.audit.events[1]?.detail).toEqual({ change: "RUNNING" });
    expect(JSON.stringify(attested)).not.toContain(s);
    expect(JSON.stringify(attested)).not.toContain("default");
    await kernel.stop();
  });

  it("attests what was decided about this job, and nothing about those beside it", async () => {
    const kernel = testKernel();
    const [s, other] = [await session(kernel), await session(kernel)];
    const jobs = [await submit(kernel, s, coins(5)), await submit(kernel, other, coins(5)), await submit(kernel, s, coins(5))];
    for (const [at, job_id] of jobs.entries()) await ended(kernel, at === 1 ? other : s, job_id);
    for (const job_id of jobs) {
      const { audit } = openAttestation(kernel.parts.traces.attestation(job_id) ?? new Uint8Array(), { sha256, signature: signatureHolds });
      expect(audit.events.map(({ kind, outcome }) => [kind, outcome])).toEqual([["job", "allowed"], ["job", "noted"]]);
      expect(audit.to - audit.from).toBeGreaterThan(2);
    }
    await kernel.stop();
  });

  it("of an epoch there is none, and of another session's job, is refused", async () => {
    const kernel = testKernel();
    const [s, other] = [await session(kernel), await session(kernel)];
    const job_id = await submit(kernel, s, coins(2));
    await ended(kernel, s, job_id);
    await expect(call(kernel, "q_get_telemetry", { session_id: s, job_id, epoch: 2 })).rejects.toMatchObject({ refusal: "INVALID_PARAMS" });
    await expect(call(kernel, "q_get_telemetry", { session_id: other, job_id })).rejects.toMatchObject({ fault: "ACCESS_DENIED" });
    await expect(call(kernel, "q_get_mapping", { session_id: other, job_id })).rejects.toMatchObject({ fault: "ACCESS_DENIED" });
    await kernel.stop();
  });

  it("tells a session what all of its jobs have used, those that ended and those under way, and nothing of others", async () => {
    const kernel = testKernel({ kept: 2 });
    const [s, other] = [await session(kernel), await session(kernel)];
    const used = () => call(kernel, "q_get_telemetry", { session_id: s });
    expect(await used()).toMatchObject({ simulation_time_us: 0, usage: { nodes: 0 }, jobs_ended: 0 });
    const graphs = [ghz(3), coins(2), coins(5), ghz(2)];
    let [timeUs, nodes, measurements, decoderCycles] = [0, 0, 0, 0];
    for (const graph of graphs) {
      const job_id = await submit(kernel, s, graph);
      await ended(kernel, s, job_id);
      const told = kernel.parts.places.record(job_id);
      timeUs += told?.simulation_time_us ?? 0;
      nodes += told?.usage.nodes ?? 0;
      measurements += told?.usage.measurements ?? 0;
      decoderCycles += told?.usage.decoderCycles ?? 0;
      expect(kernel.parts.totals.of("under way", [told, undefined, told])).toMatchObject({ jobs: 0, timeUs: 2 * (told?.simulation_time_us ?? 0), usage: { nodes: 2 * (told?.usage.nodes ?? 0), logicalQubits: told?.usage.logicalQubits } });
    }
    expect(timeUs).toBeGreaterThan(0);
    expect(measurements).toBe(3 + 2 + 5 + 2);
    expect(await used()).toMatchObject({ simulation_time_us: timeUs, usage: { nodes, measurements, decoderCycles, logicalQubits: 3 }, jobs_ended: 4, qubits: {} });
    expect(await call(kernel, "q_get_telemetry", { session_id: other })).toMatchObject({ simulation_time_us: 0, usage: { nodes: 0 }, jobs_ended: 0 });
    expect(kernel.parts.totals.size).toBe(1);
    await call(kernel, "q_close_session", { session_id: s });
    expect(kernel.parts.totals.size).toBe(0);
    await kernel.stop();
  });

  it("tells a session what it holds by hand", async () => {
    const kernel = testKernel();
    const [s, other] = [await session(kernel), await session(kernel)];
    const { vqs: [a = "", b = ""] } = await call(kernel, "q_alloc", { n: 2, profile: "logical:surface_code(d=3)", session_id: s });
    await call(kernel, "q_open_chan", { vq_a: a, vq_b: b, session_id: s });
    expect(await call(kernel, "q_get_telemetry", { session_id: s })).toMatchObject({ resource_usage: { logical_qubits_allocated: 2, physical_qubits_used: 36, channels_open: 1 }, channels: { ch_vq_1_vq_2: { state: "open" } } });
    expect(await call(kernel, "q_get_mapping", { session_id: s })).toMatchObject({ mapping: { vq_1: { physical_qubits: 18 }, vq_2: {} }, physical_qubits_used: 36 });
    expect(await call(kernel, "q_get_mapping", { session_id: other })).toEqual({ mapping: {}, physical_qubits_used: 0 });
    expect(await call(kernel, "q_close_session", { session_id: s })).toMatchObject({ released: { qubits: 2, channels: 1 } });
    expect(kernel.parts.machine.resources.holders).toEqual([]);
    await kernel.stop();
  });
});

describe("a machine that is not well", () => {
  it("decodes nothing: jobs that read out wait at their fence, can be cancelled there, and go on to the same end when it is well", async () => {
    const whole = await undisturbed(coins(4));
    const kernel = testKernel({ conditions: [{ mode: "decoder-overload", roundsPerEpoch: 0 }] });
    const s = await session(kernel);
    const [waits, stops] = [await submit(kernel, s, coins(4)), await submit(kernel, s, coins(3))];
    await turns(200);
    expect([told(kernel, waits).at(-1), told(kernel, stops).at(-1)]).toEqual(["waiting", "waiting"]);
    expect(await call(kernel, "q_get_telemetry", { session_id: s })).toMatchObject({ conditions: [{ mode: "decoder-overload", target: "decoder" }] });
    expect(await call(kernel, "q_cancel", { job_id: stops, session_id: s })).toMatchObject({ state: "CANCELLED", cancelled_at_epoch: 0 });
    kernel.parts.machine.clear("decoder-overload", "decoder");
    expect(await ended(kernel, s, waits)).toMatchObject({ state: "COMPLETED", events: whole.events, digest: whole.digest });
    expect(kernel.parts.machine.resources.holders).toEqual([]);
    await kernel.stop();
  });

  it("is well again when its operator says so, and as it was when what is said cannot be", async () => {
    const overload = { mode: "decoder-overload", roundsPerEpoch: 0 } as const;
    const drift = { mode: "calibration-drift", module: "module-0", factor: 4 } as const;
    const kernel = testKernel({ conditions: [overload, { mode: "module-failure", module: "module-1" }] });
    const s = await session(kernel);
    const waits = await submit(kernel, s, coins(4));
    await turns(200);
    const before = kernel.parts.machine.conditions.all;
    for (const bad of [[drift, { mode: "module-failure", module: "no-module" }], [drift, { ...drift, factor: 0.5 }]] as const) expect(faultOf(() => { kernel.setConditions(bad); }).fault).toBe("MODULE_UNKNOWN");
    expect([kernel.parts.machine.conditions.all, told(kernel, waits).at(-1)]).toEqual([before, "waiting"]);
    expect(kernel.setConditions([drift, overload])).toEqual({ lifted: 1, begun: 1, holding: 2 });
    expect(kernel.setConditions([{ ...drift, factor: 2 }, overload])).toEqual({ lifted: 0, begun: 1, holding: 2 });
    await turns(200);
    expect([told(kernel, waits).at(-1), kernel.parts.machine.resources.inventory().find(({ name }) => name === "module-1")?.faulty]).toEqual(["waiting", 0]);
    expect(kernel.setConditions([])).toEqual({ lifted: 2, begun: 0, holding: 0 });
    expect(await ended(kernel, s, waits)).toMatchObject({ state: "COMPLETED" });
    expect(kernel.parts.places.record(waits)?.epochs.at(-1)?.conditions).toEqual([]);
    await kernel.stop();
  });

  it("lets a job that waits run out of its time", async () => {
    const kernel = testKernel({ conditions: [{ mode: "decoder-overload", roundsPerEpoch: 0 }] });
    const s = await session(kernel);
    const { job_id } = await call(kernel, "q_submit", { graph: coins(2), session_id: s, timeout_ms: 20 });
    expect(await ended(kernel, s, job_id)).toMatchObject({ state: "FAILED", error: { type: "JOB_EXPIRED" } });
    expect(kernel.parts.jobs.running).toBe(0);
    await kernel.stop();
  });

  it("loses a module: its jobs move at their next fence and come to the same", async () => {
    const whole = await undisturbed(coins(40));
    const kernel = testKernel();
    const s = await session(kernel);
    const job_id = await submit(kernel, s, coins(40));
    await call(kernel, "q_job_events", { job_id, session_id: s, after: 5 });
    kernel.parts.machine.inject({ mode: "module-failure", module: "module-0" });
    const job = await ended(kernel, s, job_id);
    expect(job).toMatchObject({ state: "COMPLETED", events: whole.events, digest: whole.digest });
    expect(told(kernel, job_id)).toEqual(expect.arrayContaining(["migrated", "rolled back"]));
    const record = kernel.parts.places.record(job_id);
    expect([...new Set(record?.epochs.map(({ mapping }) => mapping[0]?.module))]).toEqual(["module-0", "module-1"]);
    expect(record?.epochs.at(-1)?.conditions).toEqual(["module-failure module-0"]);
    await kernel.stop();
  });

  it("drifts: distances grow, fences come closer, and the attestation still has the graph's epochs", async () => {
    const graph = ghz(40, { distance: 3 });
    const whole = await undisturbed(graph);
    const kernel = testKernel({ conditions: ["module-0", "module-1"].map((module) => ({ mode: "calibration-drift" as const, module, factor: 4 })) });
    const s = await session(kernel);
    const job_id = await submit(kernel, s, graph);
    expect(await ended(kernel, s, job_id)).toMatchObject({ state: "COMPLETED", events: whole.events, digest: whole.digest });
    const record = kernel.parts.places.record(job_id);
    expect(record?.epochs.length).toBeGreaterThan(1);
    expect(Number(record?.epochs[0]?.mapping[0]?.profile.match(/d=(\d+)/)?.[1])).toBeGreaterThan(3);
    const attested = openAttestation(kernel.parts.traces.attestation(job_id) ?? new Uint8Array(), { sha256, signature: signatureHolds });
    expect([...epochsTold(attested.epochs)].map(({ from, to }) => [from, to])).toEqual([[0, 81]]);
    expect(attested.usage.nodes).toBe(81);
    await kernel.stop();
  });
});

describe("noise", () => {
  const counts = async (noise: unknown): Promise<Readonly<Record<string, number>>> => {
    const kernel = testKernel();
    const s = await session(kernel);
    const graph = ghz(2, { distance: 3 });
    const { job_id } = await call(kernel, "q_submit", { graph, session_id: s, policy: { seed: SEED, shots: 2_000, ...(noise === undefined ? {} : { noise: noise as boolean }) } });
    const job = await ended(kernel, s, job_id);
    expect(job.state).toBe("COMPLETED");
    await kernel.stop();
    return job.counts ?? {};
  };

  it("is off unless the policy asks, and then at the rates of the graph's profiles or at its own", async () => {
    expect(Object.keys(await counts(undefined)).toSorted()).toEqual(["m0=0 m1=0", "m0=1 m1=1"]);
    expect(await counts(false)).toEqual(await counts(undefined));
    const own = await counts(true); // d=3: 1e-2 a cycle
    const odd = (own["m0=0 m1=1"] ?? 0) + (own["m0=1 m1=0"] ?? 0);
    expect(odd).toBeGreaterThan(10);
    expect(odd).toBeLessThan(300);
    const lies = await counts({ pauli: 0, readout: 0, qubits: { q0: { pauli: 0, readout: 1 } } });
    expect(Object.keys(lies).toSorted()).toEqual(["m0=0 m1=1", "m0=1 m1=0"]);
  });
});

describe("errors in a job's telemetry", () => {
  const node = (id: string, op: string, more: object = {}): object => ({ id, op, ...more });
  const zero = { // always reads 0, so that whatever else it reads is an error
    version: "0.1", program: { nodes: [node("a", "ALLOC_LQ", { args: { n: 1, profile: "logical:surface_code(d=3)" }, vqs: ["q"] }), node("r", "MEASURE_Z", { vqs: ["q"], produces: ["m"] })] },
    resources: { vqs: ["q"], chs: [], events: ["m"] }, caps: ["CAP_ALLOC"],
  };
  const told = async (noise: unknown, shots: number) => {
    const kernel = testKernel();
    const s = await session(kernel);
    const { job_id } = await call(kernel, "q_submit", { graph: zero, session_id: s, policy: { seed: SEED, shots, noise: noise as boolean } });
    const job = await ended(kernel, s, job_id);
    const { qubits } = await call(kernel, "q_get_telemetry", { session_id: s, job_id });
    await kernel.stop();
    return { job, q: qubits["q"] as { readonly error_breakdown: object; readonly correction_count: number; readonly syndrome_weight: number; readonly decoder_cycles: number; readonly decoder_time_us: number } };
  };

  it("are those that were drawn for its run: as many as its events show", async () => {
    const { job, q } = await told({ pauli: 0, readout: 0.3 }, 500);
    const lies = job.counts?.["m=1"] ?? 0;
    expect(lies).toBeGreaterThan(50);
    expect(q.error_breakdown).toEqual({ depolarizing: 0, coherence: 0, measurement: lies, total: lies });
    expect((await told({ pauli: 1, readout: 0 }, 40)).q.error_breakdown).toEqual({ depolarizing: 80, coherence: 0, measurement: 0, total: 80 }); // a cycle of each node
  });

  it("come with what the decoder did, and are none without noise, which changes nothing of the run", async () => {
    const [quiet, silent, noisy] = [await told(false, 100), await told({ pauli: 0, readout: 0 }, 100), await told(true, 100)];
    expect(quiet.q).toMatchObject({ correction_count: 0, syndrome_weight: 0, error_breakdown: { total: 0 }, decoder_cycles: 6 });
    expect(silent.q.error_breakdown).toEqual(quiet.q.error_breakdown);
    expect(noisy.q).toMatchObject({ decoder_cycles: 6, correction_count: 11, syndrome_weight: 22 }); // 6 rounds of 18 qubits at 0.1 % over 100 shots: 10.8
    expect(noisy.q.decoder_time_us).toBeGreaterThan(0);
    expect(quiet.job.counts).toEqual({ "m=0": 100 });
  });
});

it("conditions of an operator's file are read whole or refused with what is allowed", () => {
  const good = [{ mode: "module-failure", module: "module-0" }, { mode: "decoder-overload", roundsPerEpoch: 5 }, { mode: "calibration-drift", module: "module-1", factor: 2.5 }];
  expect(parseConditions(good)).toEqual(good);
  for (const bad of [{}, [{ mode: "rust" }], [{ mode: "module-failure" }], [{ mode: "decoder-overload", roundsPerEpoch: -1 }], [{ ...good[0], extra: 1 }], null]) {
    expect(() => parseConditions(bad)).toThrow(expect.objectContaining({ fault: "ABI_MALFORMED", detail: expect.objectContaining({ argument: "conditions" }) }));
  }
});

it("a graph that is valid and that no provider can run is refused when it is submitted, and nothing is held", async () => {
  const kernel = testKernel();
  const s = await session(kernel);
  const vqs = Array.from({ length: 28 }, (_, at) => `q${at}`);
  const wide = { version: "0.1", program: { nodes: [
    { id: "alloc", op: "ALLOC_LQ", args: { n: 28, profile: "logical:surface_code(d=3)" }, vqs }, ...vqs.map((vq) => ({ id: `t_${vq}`, op: "APPLY_T", vqs: [vq] })), { id: "read", op: "MEASURE_Z", vqs: ["q0"], produces: ["m"] },
  ] }, resources: { vqs, chs: [], events: ["m"] }, caps: ["CAP_ALLOC"] };
  await expect(call(kernel, "q_submit", { graph: wide, session_id: s })).rejects.toMatchObject({ fault: "Q_ERR_GATE_UNSUPPORTED" });
  expect([kernel.parts.jobs.waiting, kernel.parts.facts.size]).toEqual([0, 0]);
  await kernel.stop();
});

it("a wish for a code distance is what qubits without a profile are placed, counted, attested and made noisy at; a profile that is named wins", async () => {
  const kernel = testKernel();
  const s = await session(kernel);
  const alloc = (vq: string, profile?: string) => ({ id: `alloc_${vq}`, op: "ALLOC_LQ", args: profile === undefined ? {} : { profile }, vqs: [vq] });
  const wish = (code_distance: number) => ({ id: `wish_${code_distance}`, op: "SET_POLICY", args: { code_distance } });
  const vqs = ["a", "b", "c", "d"];
  const graph = { version: "0.1", program: { nodes: [
    alloc("a"), wish(7), alloc("b"), { id: "fence", op: "FENCE_EPOCH" }, alloc("c", "logical:surface_code(d=3)"), wish(10), alloc("d"),
    ...vqs.map((vq) => ({ id: `read_${vq}`, op: "MEASURE_Z", vqs: [vq], produces: [`m_${vq}`] })),
  ] }, resources: { vqs, chs: [], events: vqs.map((vq) => `m_${vq}`) }, caps: ["CAP_ALLOC"] };
  const job_id = await submit(kernel, s, graph);
  await ended(kernel, s, job_id);
  const { mapping } = await call(kernel, "q_get_mapping", { session_id: s, job_id });
  expect(mapping).toMatchObject({ a: { distance: 9, physical_qubits: 162 }, b: { distance: 7, physical_qubits: 98 }, c: { distance: 3, physical_qubits: 18 }, d: { distance: 11, physical_qubits: 242 } });
  const { usage } = openAttestation(kernel.parts.traces.attestation(job_id) ?? new Uint8Array(), { sha256, signature: signatureHolds });
  expect(usage.physicalQubits).toBe(162 + 98 + 18 + 242);
  const { verified } = kernel.parts.facts.get(job_id) ?? {};
  expect(verified?.needs.profiles).toEqual({ "logical:surface_code(d=9)": 1, "logical:surface_code(d=7)": 1, "logical:surface_code(d=3)": 1, "logical:surface_code(d=11)": 1 });
  const noise = graphNoise(verified?.graph ?? { version: "0.1", program: { nodes: [] }, resources: { vqs: [], chs: [], events: [] }, caps: [] });
  const rates = vqs.map((vq) => noise.qubits?.[vq]?.pauli ?? Number.NaN);
  expect([...rates].sort((x, y) => y - x)).toEqual([rates[2], rates[1], rates[0], rates[3]]);
  expect(new Set(rates).size).toBe(4);
  await kernel.stop();
});
