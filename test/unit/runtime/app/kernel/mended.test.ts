// What was wrong in the kernel service once, each as it was found.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Fault } from "../../../../../kernel-abi/fault.ts";
import { openAttestation } from "../../../../../kernel-abi/qvm/attestation.ts";
import { signatureHolds } from "../../../../../replay/seal.ts";
import { sha256 } from "../../../../../runtime/adapters/sha256.ts";
import type { Kernel } from "../../../../../runtime/app/kernel/service.ts";
import { recordedRuns, type JobRuns } from "../../../../../runtime/app/kernel/job-runs.ts";
import { call, coins, ghz, session, testKernel } from "../../../../support/kernel-service.ts";
import { testSigner } from "../../../../support/signer.ts";

const submit = async (kernel: Kernel, s: string, graph: unknown, given: { readonly client_token?: string; readonly timeout_ms?: number; readonly deadline_epochs?: number } = {}): Promise<string> =>
  (await call(kernel, "q_submit", { graph, session_id: s, policy: { seed: 7 }, ...given })).job_id;
const ended = (kernel: Kernel, s: string, job_id: string) => call(kernel, "q_wait", { job_id, session_id: s });

describe("a session at its own limit", () => {
  it("holds up no other session of its tenant, and looking at it leaves nothing in the audit log", async () => {
    const kernel = testKernel();
    const [full, other] = [await session(kernel), await session(kernel)];
    const { vqs } = await call(kernel, "q_alloc", { session_id: full, n: 100, profile: "logical:surface_code(d=3)" });
    const waiting = await submit(kernel, full, ghz(2));
    expect(await ended(kernel, other, await submit(kernel, other, ghz(2)))).toMatchObject({ state: "COMPLETED" });
    expect(await call(kernel, "q_status", { job_id: waiting, session_id: full })).toMatchObject({ state: "QUEUED" });
    await call(kernel, "q_release", { session_id: full, vqs });
    expect(await ended(kernel, full, waiting)).toMatchObject({ state: "COMPLETED" });
    const { audit } = kernel.parts.authority;
    expect(audit.since(0).filter(({ subject }) => subject === waiting).map(({ detail }) => detail["change"])).toEqual([undefined, "RUNNING", "COMPLETED"]);
    await kernel.stop();
  });
});

describe("a run whose worker was lost", () => {
  it.each([["of one epoch", ghz(3)], ["of three", coins(3)]])("%s is made again, and its attestation tells of the attempt that came through", async (_, graph) => {
    const sound = recordedRuns(testSigner());
    let lost = 0;
    const runs: JobRuns = { ...sound, run: (job) => (lost++ === 0 ? Promise.reject(new Fault("WORKER_LOST", {})) : sound.run(job)) };
    const kernel = testKernel({ runs });
    const s = await session(kernel);
    const job_id = await submit(kernel, s, graph);
    const job = await ended(kernel, s, job_id);
    expect(job).toMatchObject({ state: "COMPLETED", attempts: 2, preemptions: 0 });
    const attested = openAttestation(kernel.parts.traces.attestation(job_id) ?? new Uint8Array(), { sha256, signature: signatureHolds });
    expect(attested).toMatchObject({ run: job.digest, nodes: job.progress.nodes_total });
    expect([attested.epochs.count, attested.epochs.told.at(-1)?.to]).toEqual([job.progress.total_epochs, job.progress.nodes_total]);
    await kernel.stop();
  });
});

describe("a job's limit of time", () => {
  it("holds while its run is under way: it never completes late, and nothing of the late run is kept", async () => {
    const sound = recordedRuns(testSigner());
    let at = 1_000;
    const runs: JobRuns = { ...sound, run: async (job) => { const run = await sound.run(job); at += 5_000; return run; } };
    const kernel = testKernel({ runs, clock: () => at });
    const s = await session(kernel);
    const job_id = await submit(kernel, s, ghz(2), { timeout_ms: 4_000 });
    const job = await ended(kernel, s, job_id);
    expect(job).toMatchObject({ state: "FAILED", error: { type: "JOB_EXPIRED" } });
    expect([job.digest, kernel.parts.traces.read(job_id)]).toEqual([undefined, undefined]);
    expect(await ended(kernel, s, await submit(kernel, s, ghz(2), { timeout_ms: 6_000 }))).toMatchObject({ state: "COMPLETED" });
    await kernel.stop();
  });

  it("in kernel epochs passes while it waits for the machine", async () => {
    const kernel = testKernel({ conditions: [{ mode: "decoder-overload", roundsPerEpoch: 0 }] });
    const s = await session(kernel);
    expect(await ended(kernel, s, await submit(kernel, s, coins(3), { deadline_epochs: 2 }))).toMatchObject({ state: "FAILED", error: { type: "DEADLINE_MISSED" } });
    await kernel.stop();
  });
});

describe("a client token", () => {
  it("shown again with another graph or policy is refused; with the same, it is the same job", async () => {
    const kernel = testKernel();
    const s = await session(kernel);
    const ask = (graph: unknown, policy: { readonly seed?: number; readonly shots?: number; readonly noise?: boolean } = { seed: 1, noise: true }) =>
      call(kernel, "q_submit", { graph, session_id: s, client_token: "t", policy });
    const { job_id } = await ask(ghz(2));
    expect((await ask(ghz(2))).job_id).toBe(job_id);
    const others = [() => ask(ghz(3)), () => ask(ghz(2), { seed: 2, noise: true }), () => ask(ghz(2), { noise: true }), () => ask(ghz(2), { seed: 1, noise: true, shots: 2 }), () => ask(ghz(2), { seed: 1 })];
    for (const other of others) {
      await expect(other()).rejects.toMatchObject({ refusal: "INVALID_PARAMS", data: { at: "/client_token" } });
    }
    await kernel.stop();
  });
});

describe("a kernel begun anew on its folder", () => {
  it("numbers checkpoints on, and gives up only jobs that it had started each time", async () => {
    const state = mkdtempSync(join(tmpdir(), "triad-mended-"));
    const conditions = [{ mode: "decoder-overload", roundsPerEpoch: 0 }] as const;
    const well = testKernel({ state });
    const s = await session(well);
    const done = await submit(well, s, coins(2));
    await ended(well, s, done);
    const numbered = (kernel: Kernel) => call(kernel, "q_checkpoint", { job_id: done, session_id: s }).then(({ checkpoint_id }) => checkpoint_id);
    const ids = [await numbered(well)];
    await well.stop();
    const first = testKernel({ state, conditions, slots: 1 });
    const [running, waiting] = [await submit(first, s, coins(2)), await submit(first, s, coins(3))];
    const begun = (kernel: Kernel) => kernel.parts.histories.until(running, () => kernel.parts.jobs.get(running)?.state === "RUNNING", { timeoutMs: 0, signal: new AbortController().signal });
    await begun(first);
    ids.push(await numbered(first));
    await first.stop();
    for (let times = 1; times <= 8; times++) {
      const kernel = testKernel({ state, conditions, slots: 1 });
      await begun(kernel);
      if (times === 1) ids.push(await numbered(kernel));
      await kernel.stop();
    }
    const last = testKernel({ state });
    expect(last.summary()).toMatchObject({ jobs_resumed: 1, jobs_not_resumed: 1 });
    expect(await ended(last, s, running)).toMatchObject({ state: "FAILED", error: { type: "RUNTIME_DEFECT" }, resumed: 9 });
    expect(await ended(last, s, waiting)).toMatchObject({ state: "COMPLETED", resumed: 9 });
    expect(new Set(ids).size).toBe(3);
    await last.stop();
    rmSync(state, { recursive: true });
  });
});
