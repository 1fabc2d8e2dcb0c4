// Many jobs of many tenants at once: each ends as its own graph says, nobody sees another's, quotas hold at every moment, and when all is
// over nothing is held.
import { describe, expect, it } from "vitest";
import type { Kernel } from "../../../../../runtime/app/kernel/service.ts";
import { NO_RATES, SESSION_QUOTA, TENANT_QUOTA } from "../../../../../runtime/kernel/tenancy/quota-terms.ts";
import { call, CAPS, coins, ghz, session, testKernel } from "../../../../support/kernel-service.ts";

const TENANTS = ["red", "green", "blue", "grey"];
const quota = { ...TENANT_QUOTA, ...NO_RATES };
const tenants = TENANTS.map((name) => ({ name, caps: CAPS, quota }));

const heldByNobody = (kernel: Kernel): void => {
  expect([kernel.parts.jobs.running, kernel.parts.jobs.waiting, kernel.parts.machine.resources.holders.length, kernel.parts.histories.waiting]).toEqual([0, 0, 0, 0]);
  expect(kernel.parts.machine.resources.usage()).toEqual({ logicalQubits: 0, physicalQubits: 0, reservedPhysical: 0 });
};

describe("four tenants", () => {
  it("with 25 GHZ jobs of 40 qubits each, all at once: 100 completed, no foreign event, quotas held", async () => {
    const kernel = testKernel({ tenants });
    const most = new Map<string, number>();
    const { start } = kernel.parts.jobs;
    kernel.parts.jobs.start = function (id, now) {
      const job = start.call(this, id, now);
      for (const tenant of TENANTS) {
        const { logicalQubits, reservedPhysical } = kernel.parts.machine.resources.usage({ tenant });
        expect(logicalQubits).toBeLessThanOrEqual(quota.logical_qubits ?? 0);
        expect(reservedPhysical).toBeLessThanOrEqual(quota.physical_qubits ?? 0);
      }
      const { session: owner } = job.order;
      const running = kernel.parts.jobs.runningOf(owner);
      most.set(owner, Math.max(most.get(owner) ?? 0, running));
      expect(running * 40).toBeLessThanOrEqual(SESSION_QUOTA.max_logical_qubits);
      return job;
    };
    const jobs = await Promise.all(TENANTS.map(async (tenant) => {
      const s = await session(kernel, tenant);
      const graph = ghz(40, { prefix: `${tenant}_` });
      const ids = await Promise.all(Array.from({ length: 25 }, async (_, seed) => (await call(kernel, "q_submit", { graph, session_id: s, policy: { seed } })).job_id));
      return Promise.all(ids.map(async (job_id) => ({ tenant, job: await call(kernel, "q_wait", { job_id, session_id: s }) })));
    }));
    const all = jobs.flat();
    expect(all.length).toBe(100);
    for (const { tenant, job } of all) {
      expect(job.state).toBe("COMPLETED");
      expect(Object.keys(job.events ?? {}).toSorted()).toEqual(Array.from({ length: 40 }, (_, at) => `${tenant}_${at}`).toSorted());
      expect(new Set(Object.values(job.events ?? {})).size).toBe(1);
    }
    expect([...most.values()]).toEqual([2, 2, 2, 2]);
    expect(new Set(all.map(({ job }) => JSON.stringify(Object.values(job.events ?? {})[0]))).size).toBe(2);
    heldByNobody(kernel);
    await kernel.stop();
  });

  it("one of which queues 12 GHZ jobs of 300 qubits: all complete", async () => {
    const kernel = testKernel({ tenants, sessionQuota: { max_logical_qubits: 1_000, max_physical_qubits: 10_000, max_channels: 10, max_jobs: 5 } });
    const s = await session(kernel, "red");
    const ids = await Promise.all(Array.from({ length: 12 }, async () => (await call(kernel, "q_submit", { graph: ghz(300), session_id: s })).job_id));
    const ends = await Promise.all(ids.map(async (job_id) => call(kernel, "q_wait", { job_id, session_id: s })));
    expect(ends.map(({ state, events }) => [state, new Set(Object.values(events ?? {})).size, Object.keys(events ?? {}).length])).toEqual(ids.map(() => ["COMPLETED", 1, 300]));
    heldByNobody(kernel);
    await kernel.stop();
  });

  it("in a storm of cancellations, by clients that leave while they wait: no slot is lost and the next job runs", async () => {
    const kernel = testKernel({ tenants, slots: 3 });
    await Promise.all(TENANTS.map(async (tenant, at) => {
      const s = await session(kernel, tenant);
      for (let round = 0; round < 5; round++) {
        const ids = await Promise.all(Array.from({ length: 5 }, async (_, ordinal) => (await call(kernel, "q_submit", { graph: coins(1 + 7 * ((ordinal + at) % 4)), session_id: s })).job_id));
        const leaving = ids.map((job_id) => {
          const gone = new AbortController();
          const waiting = call(kernel, "q_wait", { job_id, session_id: s }, gone.signal).catch(() => undefined);
          gone.abort();
          return waiting;
        });
        const cancels = ids.flatMap((job_id, ordinal) => (ordinal % 5 === round ? [] : [0, 1].map(() => call(kernel, "q_cancel", { job_id, session_id: s }).catch(() => undefined))));
        await Promise.all([...leaving, ...cancels]);
        for (const job_id of ids) expect(["COMPLETED", "CANCELLED"]).toContain((await call(kernel, "q_wait", { job_id, session_id: s })).state);
      }
      const { job_id } = await call(kernel, "q_submit", { graph: ghz(2), session_id: s });
      expect((await call(kernel, "q_wait", { job_id, session_id: s })).state).toBe("COMPLETED");
    }));
    heldByNobody(kernel);
    for (const tenant of TENANTS) expect(kernel.parts.authority.quotas.usage({ tenant, session: null })).toMatchObject({ jobs: 0, running: 0, logical_qubits: 0, physical_qubits: 0 });
    await kernel.stop();
  });
});
