import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { GRAPH_PROGRAM } from "../../../../../runtime/app/qvm/program-file.ts";
import { reproduceTrace } from "../../../../../runtime/app/trace.ts";
import { createGraphRuns } from "../../../../../runtime/app/qvm/runs.ts";
import { verifyGraph } from "../../../../../kernel-abi/qvm/verify.ts";
import type { Kernel } from "../../../../../runtime/app/kernel/service.ts";
import { heavy, HOURS, liveThreads } from "../../../../support/heavy.ts";
import { call, coins, session, testKernel } from "../../../../support/kernel-service.ts";
import { testSigner } from "../../../../support/signer.ts";

const threads = liveThreads();
afterAll(() => { threads.end(); });

const submit = async (kernel: Kernel, s: string, graph: unknown, shots: number, given: { readonly timeout_ms?: number; readonly deadline_epochs?: number } = {}): Promise<string> =>
  (await call(kernel, "q_submit", { graph, session_id: s, policy: { seed: 7, shots }, ...given })).job_id;
const ended = (kernel: Kernel, s: string, job_id: string) => call(kernel, "q_wait", { job_id, session_id: s });
/** Its run is under way: every epoch is behind it, and it has not ended. */
const underWay = (kernel: Kernel, job_id: string): Promise<boolean> =>
  kernel.parts.histories.until(job_id, () => { const job = kernel.parts.jobs.get(job_id); return job?.state === "RUNNING" && job.epoch >= job.order.epochs.length - 1; }, { timeoutMs: 0, signal: new AbortController().signal });
/** Slots, blocks, and slots of one session. */
const held = ({ parts: { jobs, machine } }: Kernel, s: string): readonly number[] => [jobs.running, machine.resources.holders.length, jobs.runningOf(s)];

describe("a heavy run under way", () => {
  it("is given up by a cancel: the job stands at its last fence with no events, everything is given back, and others go on", async () => {
    const kernel = testKernel({ workers: 1, tenants: [{ name: "a", caps: ["CAP_ALLOC", "CAP_COMPUTE", "CAP_MEASURE"] }, { name: "b", caps: ["CAP_ALLOC", "CAP_COMPUTE", "CAP_MEASURE"] }] });
    const [a, b] = [await session(kernel, "a"), await session(kernel, "b")];
    const before = threads.size();
    const [one, waiting] = [await submit(kernel, a, heavy(), HOURS), await submit(kernel, b, heavy(8), 4_000)];
    await underWay(kernel, one);
    await threads.until(before + 1);
    expect(await ended(kernel, b, await submit(kernel, b, coins(3), 1))).toMatchObject({ state: "COMPLETED" });
    expect(await call(kernel, "q_status", { job_id: one, session_id: a })).toMatchObject({ state: "RUNNING" });
    const cancelled = await call(kernel, "q_cancel", { job_id: one, session_id: a });
    expect(cancelled).toMatchObject({ state: "CANCELLED", cancelled_at_epoch: 1, progress: { current_epoch: 1, total_epochs: 2 } });
    expect([cancelled.events, cancelled.counts, cancelled.digest, cancelled.evidence]).toEqual([undefined, undefined, undefined, undefined]);
    expect(await call(kernel, "q_cancel", { job_id: one, session_id: a })).toEqual(cancelled);
    expect(kernel.parts.jobs.runningOf(a)).toBe(0);
    expect(await ended(kernel, b, waiting)).toMatchObject({ state: "COMPLETED" }); // on the only thread there may be
    expect(held(kernel, a)).toEqual([0, 0, 0]);
    await kernel.stop();
    await threads.until(before);
  });

  it("is given up with its session, and with the time its job has", async () => {
    const kernel = testKernel({ workers: 1 });
    const [closed, late] = [await session(kernel), await session(kernel)];
    const one = await submit(kernel, closed, heavy(), HOURS);
    await underWay(kernel, one);
    const two = await submit(kernel, late, heavy(), HOURS, { timeout_ms: 300 });
    expect(await ended(kernel, late, two)).toMatchObject({ state: "FAILED", error: { type: "JOB_EXPIRED" } }); // it waited for the thread
    expect(await call(kernel, "q_close_session", { session_id: closed })).toMatchObject({ jobs_cancelled: 1 });
    const three = await submit(kernel, late, heavy(), HOURS, { timeout_ms: 1_500 });
    expect(await ended(kernel, late, three)).toMatchObject({ state: "FAILED", error: { type: "JOB_EXPIRED" } });
    const four = await submit(kernel, late, heavy(), HOURS, { deadline_epochs: 5 });
    await underWay(kernel, four);
    await submit(kernel, late, coins(8), 1); // kernel epochs pass
    expect(await ended(kernel, late, four)).toMatchObject({ state: "FAILED", error: { type: "DEADLINE_MISSED" } });
    await ended(kernel, late, await submit(kernel, late, coins(1), 1));
    expect(held(kernel, closed)).toEqual([0, 0, 0]);
    await kernel.stop();
  });

  it("is left to the next kernel when the grace of one that stops is over, and comes to what it would have come to", async () => {
    const state = mkdtempSync(join(tmpdir(), "triad-given-up-"));
    const shots = 1_000;
    const uninterrupted = await createGraphRuns({ signer: testSigner() });
    const { graph } = verifyGraph(heavy(10));
    if (graph === undefined) throw new Error("not valid");
    const { digest, counts } = await uninterrupted.run({ graph, shots, seed: "7" });
    await uninterrupted.close();
    const first = testKernel({ state, workers: 1 });
    const s = await session(first);
    const before = threads.size();
    const [endless, job_id] = [await submit(first, s, heavy(), HOURS), await submit(first, s, heavy(10), shots)];
    await underWay(first, job_id);
    await threads.until(before + 1);
    await first.stop({ graceMs: 1 });
    await threads.until(before);
    const second = testKernel({ state, workers: 1 });
    expect(second.summary()).toMatchObject({ jobs_resumed: 2, jobs_not_resumed: 0 });
    await underWay(second, endless);
    expect(await call(second, "q_cancel", { job_id: endless, session_id: s })).toMatchObject({ state: "CANCELLED", resumed: 1 });
    const job = await ended(second, s, job_id);
    expect(job).toMatchObject({ state: "COMPLETED", resumed: 1, digest, counts });
    expect(await reproduceTrace(second.parts.traces.read(job_id) ?? new Uint8Array(), { program: GRAPH_PROGRAM, workers: 0 })).toMatchObject({ complete: true, digest });
    await second.stop();
    rmSync(state, { recursive: true });
  });

  it("of which a cancel comes before its last fence is not begun: a heavy prefix is nobody's to wait for, a light one is told", async () => {
    const kernel = testKernel({ workers: 1, conditions: [{ mode: "decoder-overload", roundsPerEpoch: 0 }] });
    const s = await session(kernel);
    const before = threads.size();
    const stopped = async (graph: unknown, shots: number) => {
      const job_id = await submit(kernel, s, graph, shots);
      await kernel.parts.histories.until(job_id, () => kernel.parts.histories.after(job_id, 0).some(({ type }) => type === "waiting"), { timeoutMs: 0, signal: new AbortController().signal });
      const { state, cancelled_at_epoch, digest, events, counts } = await call(kernel, "q_cancel", { job_id, session_id: s });
      return [state, cancelled_at_epoch, typeof digest, events, counts];
    };
    expect(await stopped(heavy(), HOURS)).toEqual(["CANCELLED", 1, "undefined", undefined, undefined]);
    expect(await stopped(heavy(3), 1)).toEqual(["CANCELLED", 1, "string", { mid: expect.any(Number) }, undefined]);
    expect(threads.size()).toBe(before);
    expect(held(kernel, s)).toEqual([0, 0, 0]);
    await kernel.stop();
  });
});
