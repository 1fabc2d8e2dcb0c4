import { describe, expect, it } from "vitest";
import { call, coins, ghz, session, testKernel } from "../../../../support/kernel-service.ts";

describe("the kernel service", () => {
  it("runs a submitted graph and tells its end", async () => {
    const kernel = testKernel();
    const s = await session(kernel);
    const { job_id, state, estimated_epochs } = await call(kernel, "q_submit", { graph: ghz(3), policy: { priority: 10, debug: false, seed: 42 }, session_id: s });
    expect([state, estimated_epochs]).toEqual(["QUEUED", 1]);
    const job = await call(kernel, "q_wait", { job_id, session_id: s });
    expect(job).toMatchObject({ job_id, session_id: s, state: "COMPLETED", progress: { current_epoch: 1, total_epochs: 1, nodes_executed: 7, nodes_total: 7 }, peak_resources: { logical_qubits: 3, physical_qubits: 54, channels: 0 } });
    expect(new Set(Object.values(job.events ?? {})).size).toBe(1);
    const again = await call(kernel, "q_replay", { job_id, session_id: s });
    expect(again).toMatchObject({ matches: true, digest: job.digest });
    await kernel.stop();
  });
  it("tells fences", async () => {
    const kernel = testKernel();
    const s = await session(kernel);
    const { job_id } = await call(kernel, "q_submit", { graph: coins(5), session_id: s });
    await call(kernel, "q_wait", { job_id, session_id: s });
    const { events, done } = await call(kernel, "q_job_events", { job_id, session_id: s });
    expect(events.map(({ type, state, epoch }) => `${type} ${state} ${epoch}`)).toEqual([]);
    expect(done).toBe(true);
    await kernel.stop();
  });
});
