import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { WIRE_CAPS } from "../../../../../runtime/kernel/tenancy/caps.ts";
import { call, CAPS, coins, ghz, session, testKernel } from "../../../../support/kernel-service.ts";
import { faultNameLater } from "../../../../support/refusals.ts";

describe("the kernel service", () => {
  it("runs a submitted graph, tells its end, and replays it from its sealed trace", async () => {
    const kernel = testKernel();
    const s = await session(kernel);
    const { job_id, state, estimated_epochs } = await call(kernel, "q_submit", { graph: ghz(3), policy: { priority: 10, debug: false, seed: 42 }, session_id: s });
    expect([state, estimated_epochs]).toEqual(["QUEUED", 1]);
    const job = await call(kernel, "q_wait", { job_id, session_id: s });
    expect(job).toMatchObject({
      job_id, session_id: s, state: "COMPLETED", progress: { current_epoch: 1, total_epochs: 1, nodes_executed: 7, nodes_total: 7 },
      peak_resources: { logical_qubits: 3, physical_qubits: 54, channels: 0 },
      execution_context: { qec_enabled: true, configuration: { deterministic: true, seed: 42, certification_required: true }, capabilities: [...WIRE_CAPS].sort() },
    });
    expect(new Set(Object.values(job.events ?? {})).size).toBe(1);
    expect(await call(kernel, "q_status", { job_id, session_id: s })).toEqual(job);
    expect(await call(kernel, "q_replay", { job_id, session_id: s })).toMatchObject({ matches: true, digest: job.digest, events: job.events });
    const bundle = kernel.parts.traces.read(job_id);
    if (bundle === undefined) throw new Error("no trace");
    await kernel.parts.traces.keep(job_id, { bundle: bundle.map((byte, at) => (at === bundle.length >> 1 ? byte ^ 1 : byte)), attestation: undefined });
    expect(await call(kernel, "q_replay", { job_id, session_id: s })).toEqual({ job_id, matches: false, digest: job.digest, reason: expect.stringMatching(/^[A-Z_]+: \w/) as unknown, bundle: expect.any(String) as unknown });
    await kernel.stop();
  });

  it("same seed, same events and digest; another seed, others; a seed of its own where none was given", async () => {
    const kernel = testKernel();
    const s = await session(kernel);
    const run = async (seed?: number | string) => {
      const { job_id } = await call(kernel, "q_submit", { graph: coins(40), session_id: s, ...(seed === undefined ? {} : { policy: { seed } }) });
      const { events, digest } = await call(kernel, "q_wait", { job_id, session_id: s });
      return { events, digest };
    };
    const [one, same, text, other, own, another] = [await run(42), await run(42), await run("42"), await run(43), await run(), await run()];
    expect(same).toEqual(one);
    expect(text).toEqual(one);
    expect(new Set([one, other, own, another].map(({ events }) => JSON.stringify(events))).size).toBe(4);
    await kernel.stop();
  });

  it("tells every state and every fence of a job, in order", async () => {
    const kernel = testKernel();
    const s = await session(kernel);
    const { job_id } = await call(kernel, "q_submit", { graph: coins(5), session_id: s });
    const seen: string[] = [];
    for (let after = 0, done = false; !done;) {
      const answer = await call(kernel, "q_job_events", { job_id, session_id: s, after });
      seen.push(...answer.events.map(({ seq, type, state, epoch }) => `${seq} ${type} ${state} ${epoch}`));
      ({ next: after, done } = answer);
    }
    expect(seen).toEqual([
      "1 state QUEUED 0", "2 state VALIDATING 0", "3 state RUNNING 0", "4 epoch RUNNING 1", "5 epoch RUNNING 2", "6 epoch RUNNING 3", "7 epoch RUNNING 4", "8 state COMPLETED 5",
    ]);
    await kernel.stop();
  });

  it("refuses at submit, with what is wrong: the graph, the capabilities, the quota, the session", async () => {
    const kernel = testKernel();
    const s = await session(kernel);
    const refusal = await call(kernel, "q_submit", { graph: { version: "0.1" }, session_id: s }).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ refusal: "INVALID_GRAPH", data: { findings: [{ rule: "schema", severity: "error" }, { rule: "schema" }] } });
    const poor = await session(kernel, undefined, ["CAP_ALLOC", "CAP_COMPUTE", "CAP_NOBODY"]);
    const lacking = await call(kernel, "q_submit", { graph: ghz(2), session_id: poor }).catch((error: unknown) => error);
    expect(lacking).toMatchObject({ fault: "INSUFFICIENT_CAPS", detail: { missing: "CAP_MEASURE" } });
    expect(await faultNameLater(call(kernel, "q_submit", { graph: ghz(2), policy: { debug: true }, session_id: poor }))).toBe("INSUFFICIENT_CAPS");
    expect(await faultNameLater(call(kernel, "q_submit", { graph: ghz(101), session_id: s }))).toBe("QUOTA_EXCEEDED");
    expect(await faultNameLater(call(kernel, "q_submit", { graph: ghz(2), session_id: "sess_0000000000000000" }))).toMatch(/SESSION_UNKNOWN|AUTH_FAILED/);
    expect(await call(kernel, "q_negotiate_caps", { requested: ["CAP_MAGIC", "CAP_WORLD", "CAP_ADMIN"] })).toMatchObject({ granted: ["CAP_MAGIC"], denied: ["CAP_WORLD", "CAP_ADMIN"] });
    expect(kernel.parts.jobs.waiting + kernel.parts.jobs.running + kernel.parts.facts.size).toBe(0);
    await kernel.stop();
  });

  it("keeps a job to its session: nobody else sees, waits for, cancels or keeps it", async () => {
    const kernel = testKernel({ tenants: [{ name: "a", caps: CAPS }, { name: "b", caps: CAPS }] });
    const [a, a2, b] = [await session(kernel, "a"), await session(kernel, "a"), await session(kernel, "b")];
    const { job_id } = await call(kernel, "q_submit", { graph: ghz(2), session_id: a });
    for (const foreign of [a2, b]) {
      for (const method of ["q_status", "q_wait", "q_job_events", "q_cancel", "q_checkpoint", "q_migrate", "q_replay"] as const) expect(await faultNameLater(call(kernel, method, { job_id, session_id: foreign })), method).toMatch(/^(ACCESS_DENIED|JOB_FOREIGN)$/);
    }
    expect((await call(kernel, "q_wait", { job_id, session_id: a })).state).toBe("COMPLETED");
    expect(await faultNameLater(call(kernel, "q_status", { job_id: "job_0000000000000000", session_id: a }))).toBe("JOB_UNKNOWN");
    await kernel.stop();
  });

  it("cancels: waiting ones at once, running ones at their next fence with what was measured before it, ended ones not at all", async () => {
    const kernel = testKernel({ slots: 1 });
    const s = await session(kernel);
    const long = (await call(kernel, "q_submit", { graph: coins(400), session_id: s, policy: { seed: 1 } })).job_id;
    const waiting = (await call(kernel, "q_submit", { graph: coins(2), session_id: s })).job_id;
    await call(kernel, "q_job_events", { job_id: long, session_id: s, after: 4 }); // it runs, and passed a fence
    expect(await call(kernel, "q_cancel", { job_id: waiting, session_id: s })).toMatchObject({ state: "CANCELLED", cancelled_at_epoch: 0 });
    const cancelled = await call(kernel, "q_cancel", { job_id: long, session_id: s });
    const at = cancelled.cancelled_at_epoch ?? 0;
    expect(cancelled.state).toBe("CANCELLED");
    expect(at).toBeGreaterThan(1);
    expect(at).toBeLessThan(400);
    expect(Object.keys(cancelled.events ?? {}).length).toBe(at);
    expect(await call(kernel, "q_cancel", { job_id: long, session_id: s })).toEqual(cancelled);
    const whole = (await call(kernel, "q_submit", { graph: coins(400), session_id: s, policy: { seed: 1 } })).job_id;
    const completed = await call(kernel, "q_wait", { job_id: whole, session_id: s });
    for (const [name, value] of Object.entries(cancelled.events ?? {})) expect(completed.events?.[name]).toBe(value);
    expect(await faultNameLater(call(kernel, "q_cancel", { job_id: whole, session_id: s }))).toMatch(/JOB_ENDED|ALREADY_COMPLETED/);
    expect(await call(kernel, "q_replay", { job_id: long, session_id: s })).toMatchObject({ matches: true });
    await kernel.stop();
  });

  it("checkpoints at fences, and what is restored goes on bit for bit", async () => {
    const kernel = testKernel();
    const s = await session(kernel);
    const { job_id } = await call(kernel, "q_submit", { graph: coins(60), session_id: s, policy: { seed: "x" } });
    await call(kernel, "q_job_events", { job_id, session_id: s, after: 5 });
    const early = await call(kernel, "q_checkpoint", { job_id, session_id: s });
    const whole = await call(kernel, "q_wait", { job_id, session_id: s });
    const late = await call(kernel, "q_checkpoint", { job_id, session_id: s });
    expect([early.checkpoint_id, late.checkpoint_id, late.epoch]).toEqual([`ckpt_${job_id}_1`, `ckpt_${job_id}_2`, 59]);
    expect(early.size_bytes).toBeGreaterThan(300);
    for (const { checkpoint_id, epoch } of [early, late]) {
      const restored = await call(kernel, "q_restore", { checkpoint_id, session_id: s });
      expect(restored).toMatchObject({ checkpoint_id, epoch, state: "QUEUED" });
      const job = await call(kernel, "q_wait", { job_id: restored.job_id, session_id: s });
      expect([job.state, job.digest, job.events]).toEqual(["COMPLETED", whole.digest, whole.events]);
    }
    const poor = await session(kernel, undefined, ["CAP_ALLOC", "CAP_COMPUTE", "CAP_MEASURE"]);
    expect(await faultNameLater(call(kernel, "q_restore", { checkpoint_id: early.checkpoint_id, session_id: poor }))).toBe("INSUFFICIENT_CAPS");
    const other = await session(kernel);
    expect(await faultNameLater(call(kernel, "q_restore", { checkpoint_id: early.checkpoint_id, session_id: other }))).toBe("CHECKPOINT_UNKNOWN");
    await kernel.stop();
  });

  it("moves a job to another module at a fence, and its events are what they would have been", async () => {
    const kernel = testKernel();
    const s = await session(kernel);
    const { job_id } = await call(kernel, "q_submit", { graph: coins(200), session_id: s, policy: { seed: 7 } });
    const move = await call(kernel, "q_migrate", { job_id, session_id: s, target: "module-1" });
    expect(move).toMatchObject({ from: "module-0", to: "module-1", success: true, moved: 1 });
    expect(await call(kernel, "q_migrate", { job_id, session_id: s, target: "module-1" })).toMatchObject({ from: "module-1", to: "module-1", success: true, moved: 0 });
    const moved = await call(kernel, "q_wait", { job_id, session_id: s });
    const still = await call(kernel, "q_wait", { job_id: (await call(kernel, "q_submit", { graph: coins(200), session_id: s, policy: { seed: 7 } })).job_id, session_id: s });
    expect([moved.state, moved.events]).toEqual(["COMPLETED", still.events]);
    expect(kernel.parts.places.record(job_id)?.epochs.at(-1)?.mapping.map(({ module }) => module)).toEqual(["module-1"]);
    expect(await faultNameLater(call(kernel, "q_migrate", { job_id, session_id: s }))).toBe("ALREADY_COMPLETED");
    await kernel.stop();
  });

  it("waits no longer than asked, and the job goes on; nobody who waits is left behind", async () => {
    const kernel = testKernel();
    const s = await session(kernel);
    const { job_id } = await call(kernel, "q_submit", { graph: coins(300), session_id: s });
    expect(await call(kernel, "q_wait", { job_id, session_id: s, timeout_ms: 1 }).catch((error: unknown) => error)).toMatchObject({ refusal: "TIMEOUT", data: { timeout_ms: 1 } });
    const gone = new AbortController();
    const waits = call(kernel, "q_wait", { job_id, session_id: s }, gone.signal);
    gone.abort();
    expect(await faultNameLater(waits)).toBe("STOPPING");
    expect((await call(kernel, "q_wait", { job_id, session_id: s })).state).toBe("COMPLETED");
    expect(kernel.parts.histories.waiting).toBe(0);
    await kernel.stop();
  });

  it("fails a job that runs out of its time, and says so", async () => {
    const kernel = testKernel({ slots: 1 });
    const s = await session(kernel);
    const { job_id } = await call(kernel, "q_submit", { graph: coins(50), session_id: s, deadline_epochs: 3 });
    expect(await call(kernel, "q_wait", { job_id, session_id: s })).toMatchObject({ state: "FAILED", error: { type: "DEADLINE_MISSED" } });
    expect([kernel.parts.jobs.running, kernel.parts.machine.resources.holders.length]).toEqual([0, 0]);
    await kernel.stop();
  });

  it("closes a session with everything of it", async () => {
    const kernel = testKernel({ slots: 1 });
    const s = await session(kernel);
    const jobs = await Promise.all([coins(500), coins(2), coins(2)].map(async (graph) => (await call(kernel, "q_submit", { graph, session_id: s })).job_id));
    await call(kernel, "q_job_events", { job_id: jobs[0] ?? "", session_id: s, after: 3 });
    expect(await call(kernel, "q_close_session", { session_id: s })).toMatchObject({ closed: true, jobs_cancelled: 3 });
    expect(await faultNameLater(call(kernel, "q_status", { job_id: jobs[0] ?? "", session_id: s }))).toMatch(/SESSION_UNKNOWN|AUTH_FAILED/);
    await kernel.stop();
    expect([kernel.parts.jobs.running, kernel.parts.jobs.waiting, kernel.parts.facts.size, kernel.parts.machine.resources.holders.length]).toEqual([0, 0, 0, 0]);
  });

  it("begun anew on its folder knows every end, takes up what had none, and says so", async () => {
    const state = mkdtempSync(join(tmpdir(), "triad-state-"));
    const first = testKernel({ state, slots: 1 });
    const s = await session(first);
    const submit = async (graph: unknown, token?: string) => (await call(first, "q_submit", { graph, session_id: s, ...(token === undefined ? {} : { client_token: token }) })).job_id;
    const done = await submit(coins(3));
    const ended = await call(first, "q_wait", { job_id: done, session_id: s });
    const { checkpoint_id } = await call(first, "q_checkpoint", { job_id: done, session_id: s });
    const [long, cancelled, waiting] = [await submit(coins(300)), await submit(coins(2)), await submit(coins(2), "t")];
    await call(first, "q_cancel", { job_id: cancelled, session_id: s });
    await first.stop();
    expect(await faultNameLater(call(first, "q_submit", { graph: coins(1), session_id: s }))).toBe("STOPPING");
    const second = testKernel({ state, slots: 1 });
    expect(second.summary()).toMatchObject({ sessions_found: 1, jobs_resumed: 2, jobs_ended_before: 2, jobs_not_resumed: 0 });
    const again = await call(second, "q_status", { job_id: done, session_id: s });
    expect([again.state, again.events, again.digest, again.created_at]).toEqual([ended.state, ended.events, ended.digest, ended.created_at]);
    expect(await call(second, "q_status", { job_id: cancelled, session_id: s })).toMatchObject({ state: "CANCELLED", cancelled_at_epoch: 0 });
    expect((await call(second, "q_submit", { graph: coins(2), session_id: s, client_token: "t" })).job_id).toBe(waiting);
    for (const job_id of [long, waiting]) expect(await call(second, "q_wait", { job_id, session_id: s })).toMatchObject({ state: "COMPLETED", resumed: 1 });
    expect(await call(second, "q_replay", { job_id: done, session_id: s })).toMatchObject({ matches: true });
    const restored = await call(second, "q_restore", { checkpoint_id, session_id: s });
    expect((await call(second, "q_wait", { job_id: restored.job_id, session_id: s })).digest).toBe(ended.digest);
    await call(second, "q_close_session", { session_id: s });
    await second.stop();
    const third = testKernel({ state });
    expect(third.summary()).toMatchObject({ sessions_found: 0, jobs_resumed: 0, jobs_not_resumed: 0 });
    await third.stop();
    rmSync(state, { recursive: true });
  });

  it("takes a submit that is made twice with one token as one job", async () => {
    const kernel = testKernel();
    const s = await session(kernel);
    const submit = () => call(kernel, "q_submit", { graph: coins(2), session_id: s, client_token: "t1" });
    const [one, two] = await Promise.all([submit(), submit()]);
    expect(two.job_id).toBe(one.job_id);
    expect((await call(kernel, "q_submit", { graph: coins(2), session_id: s, client_token: "t2" })).job_id).not.toBe(one.job_id);
    await kernel.stop();
  });
});
