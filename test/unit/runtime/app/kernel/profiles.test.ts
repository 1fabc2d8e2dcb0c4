// Error correction as a kernel serves it: a profile for qubits that name none, where rates come from, and decoders that fall behind.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openCertificate } from "../../../../../kernel-abi/qvm/certificate.ts";
import { epochsTold, openAttestation } from "../../../../../kernel-abi/qvm/attestation.ts";
import { profileOfParameters } from "../../../../../kernel-abi/qvm/qec/parameters.ts";
import { parseProfile, isProfile, type Profile } from "../../../../../kernel-abi/qvm/qec/profile.ts";
import { signatureHolds } from "../../../../../replay/seal.ts";
import { sha256 } from "../../../../../runtime/adapters/sha256.ts";
import type { Kernel } from "../../../../../runtime/app/kernel/service.ts";
import { call, session, testKernel } from "../../../../support/kernel-service.ts";

const SLOW = profileOfParameters({
  qec_scheme: { code_family: "surface_code", code_distance: 3, logical_cycle_time_us: 0.3, physical_qubit_count: 18 }, error_budget: { physical_gate_error_rate: 4e-3 }, decoder: { cycle_time_us: 0.15 },
});
const profile = (text: string): Profile => {
  const read = parseProfile(text);
  if (!isProfile(read)) throw new Error(read.reason);
  return read;
};

const node = (id: string, op: string, given: Readonly<Record<string, unknown>> = {}) => ({ id, op, ...given });
/** Two gates, a fence, ten, a fence, ten, a readout, and a fence before one more. */
const GRAPH = {
  version: "0.1",
  program: { nodes: [
    node("a", "ALLOC_LQ", { args: { n: 1 }, vqs: ["q"] }), ...[..."xy"].map((id) => node(id, "APPLY_H", { vqs: ["q"] })), node("f", "FENCE_EPOCH"),
    ...Array.from({ length: 10 }, (_, at) => node(`h${at}`, "APPLY_H", { vqs: ["q"] })), node("g", "FENCE_EPOCH"),
    ...Array.from({ length: 10 }, (_, at) => node(`i${at}`, "APPLY_H", { vqs: ["q"] })), node("m", "MEASURE_Z", { vqs: ["q"], produces: ["e"] }), node("k", "FENCE_EPOCH"), node("z", "APPLY_X", { vqs: ["q"] }),
  ] },
  resources: { vqs: ["q"], chs: [], events: ["e"] }, caps: ["CAP_ALLOC"],
};

async function ran(kernel: Kernel, graph: unknown = GRAPH, policy: Readonly<Record<string, unknown>> = {}) {
  const s = await session(kernel);
  const { job_id } = await call(kernel, "q_submit", { graph, session_id: s, policy: { seed: 7, shots: 2_000, ...policy } });
  const job = await call(kernel, "q_wait", { job_id, session_id: s });
  return { s, job_id, job, told: await call(kernel, "q_get_telemetry", { session_id: s, job_id }), events: kernel.parts.histories.after(job_id, 0) };
}

describe("a kernel's profile", () => {
  it("is what qubits get that name none: placed, charged, made noisy, certified and attested by it", async () => {
    const kernel = testKernel({ profile: SLOW });
    const { job, job_id, told } = await ran(kernel, GRAPH, { noise: true });
    expect(job).toMatchObject({ state: "COMPLETED", counts: { "e=1": expect.any(Number) } });
    expect(told.qubits["q"]).toMatchObject({ profile: SLOW.text, physical_qubits: 18, distance: 3, logical_error_rate_source: "formula" });
    const { verified } = kernel.parts.facts.get(job_id) ?? {};
    expect(openCertificate(verified?.certificate ?? new Uint8Array(), { sha256, signature: signatureHolds }).needs).toMatchObject({ profiles: { [SLOW.text]: 1 }, rates: { [SLOW.text]: "formula" } });
    const { epochs } = openAttestation(kernel.parts.traces.attestation(job_id) ?? new Uint8Array(), { sha256, signature: signatureHolds });
    expect([...epochsTold(epochs)].map(({ mapping }) => mapping?.map((place) => place.profile) ?? "as before")).toContainEqual([SLOW.text]);
    await kernel.stop();
  });

  it("is that of qubits held by hand too, and of none that name their own", async () => {
    const kernel = testKernel({ profile: SLOW });
    const s = await session(kernel);
    expect(await call(kernel, "q_alloc", { n: 2, session_id: s })).toMatchObject({ profile: SLOW.text, physical_qubits: 36 });
    expect(await call(kernel, "q_alloc", { n: 1, profile: "logical:surface_code(d=5)", session_id: s })).toMatchObject({ profile: "logical:surface_code(d=5)", physical_qubits: 50 });
    await kernel.stop();
  });

  it("is the job's for ever: a kernel with another one takes the job up as it was", async () => {
    const state = mkdtempSync(join(tmpdir(), "triad-profiles-"));
    const first = testKernel({ profile: SLOW, state });
    const { s, job_id, job } = await ran(first, GRAPH, { noise: true });
    await first.stop();
    const next = testKernel({ profile: profile("logical:qldpc(d=3)"), state });
    expect(await call(next, "q_replay", { job_id, session_id: s })).toMatchObject({ matches: true, digest: job.digest });
    expect((await call(next, "q_get_mapping", { job_id, session_id: s })).mapping["q"]).toMatchObject({ profile: SLOW.text, physical_qubits: 18 });
    const { checkpoint_id } = await call(next, "q_checkpoint", { job_id, session_id: s });
    const again = await call(next, "q_restore", { checkpoint_id, session_id: s });
    expect(await call(next, "q_wait", { job_id: again.job_id, session_id: s })).toMatchObject({ state: "COMPLETED", counts: job.counts });
    await next.stop();
    rmSync(state, { recursive: true });
  });

  it("may have its rate from the sampled table: telemetry, certificate and the graph in the trace say so", async () => {
    const sampled = profile("sampled:surface_code(d=3,p=0.008)");
    const kernel = testKernel({ profile: sampled });
    const { job, job_id, told } = await ran(kernel, GRAPH, { noise: true });
    expect(told.qubits["q"]).toMatchObject({ profile: sampled.text, logical_error_rate_source: "sampled" });
    expect((told.qubits["q"] as { readonly logical_error_rate: number }).logical_error_rate).toBeCloseTo(0.0446 + 0.0373 * (1 - 0.0446), 12);
    const { verified } = kernel.parts.facts.get(job_id) ?? {};
    expect(openCertificate(verified?.certificate ?? new Uint8Array(), { sha256, signature: signatureHolds }).needs.rates).toEqual({ [sampled.text]: "sampled" });
    expect(JSON.stringify(verified?.graph)).toContain(sampled.text);
    // Of 2,000 readouts after 22 cycles and their own: near (1 − (1 − 4/3·0.0802)^23·(1 − 2·0.0802))/2.
    expect(Math.abs((job.counts?.["e=1"] ?? 0) - 2_000 * 0.4689)).toBeLessThan(4 * Math.sqrt(500));
    await kernel.stop();
  });
});

describe("decoders that fall behind", () => {
  it("are told of when it begins and when it is over, once each, and in the job's and the session's telemetry", async () => {
    const kernel = testKernel({ profile: SLOW });
    const { s, told, events } = await ran(kernel);
    // Nine rounds by the first fence, the last of them 400 ns late by 50 each; 39 by the second; the readout waits for its 72nd.
    expect(events.filter(({ type }) => type.startsWith("decoder"))).toMatchObject([
      { type: "decoder overloaded", epoch: 0, data: { backlog_max_us: 0.4, latency_max_us: 0.55 } }, { type: "decoder caught up", epoch: 2, data: { backlog_us: 0 } },
    ]);
    expect(told.decoder).toMatchObject({ rounds: 75, backlog_max_us: 3.55, latency_max_us: 3.7, backlog_us: 0.1, overloads: 1, overloaded: 0 });
    expect((told as unknown as { readonly epochs: readonly { readonly decoding: unknown }[] }).epochs.map(({ decoding }) => decoding)).toMatchObject([
      { overloads: 1, overloaded: 1, backlogEndNs: 400 }, { overloads: 0, overloaded: 1, backlogEndNs: 1_900 }, { overloaded: 0, backlogEndNs: 0 }, { overloads: 0, overloadedRounds: 0, backlogEndNs: 100 },
    ]);
    expect((await call(kernel, "q_get_telemetry", { session_id: s })).decoder).toMatchObject({ rounds: 0, overloaded: 0 });
    await kernel.stop();
  });

  it("say nothing where they keep up", async () => {
    const kernel = testKernel();
    const { told, events } = await ran(kernel);
    expect(events.some(({ type }) => type.startsWith("decoder"))).toBe(false);
    expect(told.decoder).toEqual({ rounds: 225, time_us: 22.5, latency_max_us: 0.1, latency_mean_us: 0.1, backlog_max_us: 0, backlog_us: 0, overloads: 0, overloaded: 0 });
    await kernel.stop();
  });
});
