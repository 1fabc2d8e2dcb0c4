// What is asked while something ends: a kernel that stops, a job before its fence, a session that makes room for another.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Memory } from "../../../../../runtime/app/kernel/memory.ts";
import { NO_RATES, TENANT_QUOTA } from "../../../../../runtime/kernel/tenancy/quota-terms.ts";
import { call, CAPS, coins, session, testKernel } from "../../../../support/kernel-service.ts";
import { faultNameLater } from "../../../../support/refusals.ts";

/** No job comes past its first fence. */
const STANDING = [{ mode: "decoder-overload", roundsPerEpoch: 0 }] as const;
const submitted = async (kernel: ReturnType<typeof testKernel>, session_id: string): Promise<string> => (await call(kernel, "q_submit", { graph: coins(4), session_id })).job_id;

describe("a kernel that stops", () => {
  it.each(["q_wait", "q_migrate", "q_cancel", "q_job_events"] as const)("answers whoever is still in %s, and keeps the job", async (method) => {
    const state = mkdtempSync(join(tmpdir(), "triad-stops-"));
    const kernel = testKernel({ state, conditions: STANDING });
    const session_id = await session(kernel);
    const job_id = await submitted(kernel, session_id);
    const after = (await call(kernel, "q_job_events", { job_id, session_id, after: 2 })).next;
    const asked = faultNameLater(method === "q_job_events" ? call(kernel, method, { job_id, session_id, after }) : call(kernel, method, { job_id, session_id }));
    await kernel.stop();
    expect(await asked).toBe("STOPPING");
    const memory = new Memory(state);
    expect([memory.live.accepted.has(job_id), memory.live.ended.has(job_id)]).toEqual([true, method === "q_cancel"]);
    memory.close();
    rmSync(state, { recursive: true });
  });
});

describe("a move", () => {
  it("is answered when the job stands there, not when it was asked for; of a job that ends before, it is refused", async () => {
    const kernel = testKernel({ conditions: STANDING });
    const session_id = await session(kernel);
    const job_id = await submitted(kernel, session_id);
    await call(kernel, "q_job_events", { job_id, session_id, after: 2 });
    let answered = false;
    const moved = faultNameLater(call(kernel, "q_migrate", { job_id, session_id, target: "module-1" })).finally(() => { answered = true; });
    for (let turns = 0; turns < 20; turns++) await new Promise((resolve) => { setImmediate(resolve); });
    expect([answered, kernel.parts.jobs.seen(session_id, job_id).moveAsked]).toEqual([false, "module-1"]);
    await call(kernel, "q_cancel", { job_id, session_id });
    expect(await moved).toBe("MIGRATION_REFUSED");
    await kernel.stop();
  });
});

describe("a session that makes room for another", () => {
  it("is ended with its jobs and checkpoints, here and on disk, and tells nobody of them", async () => {
    const state = mkdtempSync(join(tmpdir(), "triad-room-"));
    const kernel = testKernel({ state, tenants: [{ name: "t", caps: CAPS, quota: { ...TENANT_QUOTA, ...NO_RATES, sessions: 2 } }] });
    const [idle, other] = [await session(kernel, "t"), await session(kernel, "t")];
    const job_id = await submitted(kernel, idle);
    await call(kernel, "q_wait", { job_id, session_id: idle });
    const { checkpoint_id } = await call(kernel, "q_checkpoint", { job_id, session_id: idle });
    expect([kernel.parts.memory.live.checkpoints.has(idle), kernel.parts.facts.has(job_id)]).toEqual([true, true]);
    await call(kernel, "q_list_jobs", { session_id: other }); // used later than the one that goes
    const fresh = await session(kernel, "t");
    expect(kernel.parts.authority.sessions.find(idle)).toBeUndefined();
    const { facts, histories, places, memory: { live } } = kernel.parts;
    expect([facts.size, histories.size, places.size, live.accepted.size, live.ended.size, live.checkpoints.size, live.numbered.size, [...live.sessions.keys()]]).toEqual([0, 0, 0, 0, 0, 0, 0, [other, fresh]]);
    for (const session_id of [other, fresh]) {
      expect(await faultNameLater(call(kernel, "q_restore", { checkpoint_id, session_id }))).toBe("CHECKPOINT_UNKNOWN");
      expect(await faultNameLater(call(kernel, "q_status", { job_id, session_id }))).toBe("JOB_UNKNOWN");
    }
    expect(await faultNameLater(call(kernel, "q_status", { job_id, session_id: idle }))).toMatch(/AUTH_FAILED|SESSION_UNKNOWN/);
    await kernel.stop();
    const memory = new Memory(state);
    expect([memory.live.accepted.size, memory.live.checkpoints.size, [...memory.live.sessions.keys()]]).toEqual([0, 0, [other, fresh]]);
    memory.close();
    rmSync(state, { recursive: true });
  });
});

describe("a kernel that begins anew", () => {
  it("says what the one before attested of a job, and nothing where that is gone", async () => {
    const state = mkdtempSync(join(tmpdir(), "triad-anew-"));
    const first = testKernel({ state });
    const session_id = await session(first);
    const job_id = await submitted(first, session_id);
    const ended = await call(first, "q_wait", { job_id, session_id });
    const told = await call(first, "q_get_telemetry", { job_id, session_id });
    expect(ended.peak_resources).toMatchObject({ logical_qubits: 1 });
    await first.stop();
    const second = testKernel({ state });
    const found = await call(second, "q_status", { job_id, session_id });
    expect([found.state, found.digest, found.events]).toEqual(["COMPLETED", ended.digest, ended.events]);
    expect(found.peak_resources).toEqual(ended.peak_resources);
    const { attestation } = await call(second, "q_get_telemetry", { job_id, session_id }) as { attestation?: string };
    expect([attestation?.startsWith("{"), attestation]).toEqual([true, (told as { attestation?: string }).attestation]);
    rmSync(join(state, "traces"), { recursive: true });
    expect(await call(second, "q_status", { job_id, session_id })).not.toHaveProperty("peak_resources");
    await second.stop();
    rmSync(state, { recursive: true });
  });
});

describe("a job that is cancelled", () => {
  it("has an error where its authority ended, waiting or running, and none where its owner asked", async () => {
    const kernel = testKernel({ conditions: STANDING, slots: 1, tenants: [{ name: "t", caps: CAPS }] });
    const session_id = await session(kernel, "t");
    const [running, waiting] = [await submitted(kernel, session_id), await submitted(kernel, session_id)];
    const own = await submitted(kernel, session_id);
    await call(kernel, "q_job_events", { job_id: running, session_id, after: 2 });
    await call(kernel, "q_cancel", { job_id: own, session_id });
    const jobOf = (id: string) => kernel.parts.jobs.seen(session_id, id);
    expect([jobOf(own).state, jobOf(own).error]).toEqual(["CANCELLED", null]);
    kernel.serve({ tenants: [{ name: "t", caps: ["CAP_ALLOC"] }] });
    expect(await call(kernel, "q_wait", { job_id: running, session_id })).toMatchObject({ state: "CANCELLED", error: { type: "INSUFFICIENT_CAPS" } });
    expect(jobOf(waiting)).toMatchObject({ state: "CANCELLED", error: { type: "INSUFFICIENT_CAPS" } });
    await kernel.stop();
  });
});
