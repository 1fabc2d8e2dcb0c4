// What a policy asks for, of q_submit or of the graph itself: priority from the next fence on, and to be told more of every epoch.
import { describe, expect, it } from "vitest";
import type { Kernel } from "../../../../../runtime/app/kernel/service.ts";
import { call, coins, session, testKernel } from "../../../../support/kernel-service.ts";

interface Program { readonly program: { readonly nodes: readonly { readonly id: string }[] } }
/** A graph of coins with a SET_POLICY in its first epoch. */
const saying = (epochs: number, priority: unknown): unknown => {
  const graph = coins(epochs) as Program;
  return { ...graph, program: { nodes: [{ id: "say", op: "SET_POLICY", args: { priority } }, ...graph.program.nodes] } };
};
const submit = async (kernel: Kernel, session_id: string, graph: unknown, policy: { readonly priority?: number; readonly debug?: boolean } = {}): Promise<string> =>
  (await call(kernel, "q_submit", { graph, session_id, policy: { seed: 7, ...policy } })).job_id;
const ended = (kernel: Kernel, session_id: string, job_id: string) => call(kernel, "q_wait", { job_id, session_id });

describe("SET_POLICY.priority", () => {
  it.each([[60, 0], [0, 1], ["high", 0], ["low", 1], ["someday", 0], [1_000, 0]] as const)("%s is the job's from its next fence on: an urgent one makes it give way there %i times", async (said, times) => {
    const kernel = testKernel({ slots: 1 });
    const s = await session(kernel);
    const first = await submit(kernel, s, saying(6, said), { priority: 40 });
    const second = await submit(kernel, s, coins(2), { priority: 30 });
    const job = await ended(kernel, s, first);
    expect(job).toMatchObject({ state: "COMPLETED", ...(times === 0 ? {} : { preemptions: times }) });
    expect("preemptions" in job).toBe(times > 0);
    expect(await ended(kernel, s, second)).toMatchObject({ state: "COMPLETED" });
    const alone = testKernel();
    const t = await session(alone);
    expect((await ended(alone, t, await submit(alone, t, saying(6, said)))).events).toEqual(job.events);
    await Promise.all([kernel.stop(), alone.stop()]);
  });
});

describe("debug", () => {
  it("has the job's events tell what each epoch used, where it stood and at which priority; without it they do not", async () => {
    const kernel = testKernel();
    const s = await session(kernel);
    const told = async (debug: boolean) => {
      const job_id = await submit(kernel, s, saying(3, 20), { debug });
      await ended(kernel, s, job_id);
      const { events } = await call(kernel, "q_job_events", { job_id, session_id: s });
      return events.filter(({ type }) => type === "debug");
    };
    expect(await told(false)).toEqual([]);
    const events = await told(true);
    expect(events.map(({ epoch, data }) => [epoch, data])).toMatchObject([[0, { from: 0, to: 5, priority: 10 }], [1, { from: 5, to: 8, priority: 20 }], [2, { from: 8, to: 10, priority: 20 }]]);
    expect(events[1]?.data).toMatchObject({ usage: { nodes: 3, measurements: 1, logicalQubits: 1 }, mapping: [{ vq: "q", physicalQubits: 18 }], moves: [], conditions: [], redone: 0, stalls: 0 });
    await kernel.stop();
  });

  it("needs CAP_DEBUG", async () => {
    const kernel = testKernel();
    const s = await session(kernel, undefined, ["CAP_ALLOC", "CAP_COMPUTE", "CAP_MEASURE"]);
    await expect(submit(kernel, s, coins(1), { debug: true })).rejects.toMatchObject({ fault: "INSUFFICIENT_CAPS" });
    await kernel.stop();
  });
});

describe("what is told of a job", () => {
  it("has a distance for each qubit, and the module it was moved to when none was named", async () => {
    const kernel = testKernel({ slots: 1 });
    const s = await session(kernel);
    const first = await submit(kernel, s, coins(2));
    const job_id = await submit(kernel, s, coins(3));
    const moving = call(kernel, "q_migrate", { job_id, session_id: s });
    await Promise.all([ended(kernel, s, first), ended(kernel, s, job_id), moving]);
    const job = await ended(kernel, s, job_id);
    expect(job).toMatchObject({ moves: [{ from: "module-1", to: "module-0" }] });
    expect((await call(kernel, "q_get_mapping", { session_id: s, job_id })).mapping).toMatchObject({ q: { distance: 3, profile: "logical:surface_code(d=3)" } });
    await kernel.stop();
  });

  it("is that nothing of it was executed, when it failed without a run", async () => {
    const kernel = testKernel({ runs: { run: () => Promise.reject(new Error("none")), replay: () => Promise.reject(new Error("none")), isLight: () => true, close: () => Promise.resolve() } });
    const s = await session(kernel);
    expect(await ended(kernel, s, await submit(kernel, s, coins(3)))).toMatchObject({ state: "FAILED", progress: { current_epoch: 0, total_epochs: 3, nodes_executed: 0, nodes_total: 9 }, error: { epoch: 3 } });
    expect((await call(kernel, "q_list_jobs", { session_id: s })).jobs).toMatchObject([{ state: "FAILED", epoch: 0 }]);
    await kernel.stop();
  });
});
