import { describe, expect, it } from "vitest";
import { Refusal } from "../../../../../kernel-abi/rpc/codes.ts";
import { Fault } from "../../../../../kernel-abi/fault.ts";
import { Lanes, SESSION_LINE, TENANT_RUNS, type Caller } from "../../../../../runtime/app/kernel/lanes.ts";
import { heavy, HOURS, liveThreads } from "../../../../support/heavy.ts";
import { call, coins, session, testKernel } from "../../../../support/kernel-service.ts";

const caller = (tenant: string, name: string): Caller => ({ tenant, session: name });
const never = (): AbortSignal => new AbortController().signal;
const refused = async (answer: Promise<unknown>): Promise<unknown> => answer.then(() => "answered", (error: unknown) => (error instanceof Refusal ? error.refusal : error instanceof Fault ? error.fault : error));

/** Work that ends when it is told to, or is given up. */
function held() {
  const under: string[] = [];
  const ends = new Map<string, () => void>();
  const make = (name: string) => (signal: AbortSignal): Promise<string> => new Promise((resolve, reject) => {
    under.push(name);
    const gone = (): void => { under.splice(under.indexOf(name), 1); reject(new Fault("RUN_INTERRUPTED", {})); };
    ends.set(name, () => { under.splice(under.indexOf(name), 1); signal.removeEventListener("abort", gone); resolve(name); });
    signal.addEventListener("abort", gone, { once: true });
  });
  const end = async (name: string): Promise<void> => { ends.get(name)?.(); for (let turn = 0; turn < 20; turn++) await Promise.resolve(); };
  return { under, make, end };
}

describe("runs for calls", () => {
  it("go one at a time for a session and a few for a tenant, sessions in turn; no tenant waits for another", async () => {
    const lanes = new Lanes();
    const { under, make, end } = held();
    const done: Promise<string>[] = [];
    for (const name of ["a1", "a2", "b1", "c1", "c2"]) done.push(lanes.run(caller("t", name.slice(0, 1)), never(), make(name)));
    done.push(lanes.run(caller("u", "z"), never(), make("z1")));
    await end("");
    expect(TENANT_RUNS).toBe(2);
    expect(under).toEqual(["a1", "b1", "z1"]);
    await end("b1");
    expect(under).toEqual(["a1", "z1", "c1"]);
    await end("c1");
    expect(under).toEqual(["a1", "z1", "c2"]); // a has one under way
    await end("a1");
    expect(under).toEqual(["z1", "c2", "a2"]);
    for (const name of ["z1", "c2", "a2"]) await end(name);
    expect(await Promise.all(done)).toEqual(["a1", "a2", "b1", "c1", "c2", "z1"]);
  });

  it("wait in a bounded line, and are given up with their caller, their session or the kernel, wherever they are", async () => {
    const lanes = new Lanes();
    const { under, make, end } = held();
    const gone = new AbortController();
    const calls = Array.from({ length: SESSION_LINE + 2 }, (_, at) => refused(lanes.run(caller("t", "a"), at === 0 || at === 3 ? gone.signal : never(), make(`a${at}`))));
    expect(await calls[SESSION_LINE + 1]).toBe("SERVER_BUSY");
    expect(under).toEqual(["a0"]);
    gone.abort();
    expect([await calls[0], await calls[3]]).toEqual(["STOPPING", "STOPPING"]);
    await end("");
    expect(under).toEqual(["a1"]);
    const other = refused(lanes.run(caller("t", "b"), never(), make("b0")));
    lanes.close("a");
    expect(await Promise.all(calls.slice(4, SESSION_LINE + 1))).toEqual(Array.from({ length: SESSION_LINE - 3 }, () => "JOB_NOT_FOUND"));
    expect(await calls[1]).toBe("JOB_NOT_FOUND");
    expect(under).toEqual(["b0"]);
    lanes.leave();
    expect([await other, await refused(lanes.run(caller("t", "c"), never(), make("c0")))]).toEqual(["STOPPING", "STOPPING"]);
    expect(under).toEqual([]);
  });

  it("tell what went wrong with them, and make room", async () => {
    const lanes = new Lanes();
    const lost = (): Promise<never> => Promise.reject(new Fault("WORKER_LOST", {}));
    for (let times = 0; times < SESSION_LINE + 3; times++) expect(await refused(lanes.run(caller("t", "a"), never(), lost))).toBe("WORKER_LOST");
  });
});

describe("a storm of one session's calls", () => {
  it("is an answer each, and others are answered meanwhile", async () => {
    const kernel = testKernel();
    const [s, other] = [await session(kernel), await session(kernel)];
    const { job_id } = await call(kernel, "q_submit", { graph: coins(20), session_id: s });
    await call(kernel, "q_wait", { job_id, session_id: s });
    const storm = Array.from({ length: 200 }, () => refused(call(kernel, "q_checkpoint", { job_id, session_id: s })));
    expect((await call(kernel, "q_wait", { job_id: (await call(kernel, "q_submit", { graph: coins(2), session_id: other })).job_id, session_id: other })).state).toBe("COMPLETED");
    const answers = await Promise.all(storm);
    const made = answers.filter((answer) => answer === "answered").length;
    expect(made).toBe(SESSION_LINE + 1);
    expect(answers.filter((answer) => answer === "SERVER_BUSY").length).toBe(200 - made);
    expect(await refused(call(kernel, "q_checkpoint", { job_id, session_id: s }))).toBe("answered");
    await kernel.stop();
  });
});

describe("a heavy run for a call", () => {
  it("leaves the kernel to others, and ends with whoever waits for it", async () => {
    const threads = liveThreads();
    const kernel = testKernel({ workers: 1 });
    const [s, other] = [await session(kernel), await session(kernel)];
    const submit = async (graph: unknown, shots: number) => (await call(kernel, "q_submit", { graph, session_id: s, policy: { shots, seed: 1 } })).job_id;
    const job_id = await submit(heavy(8), 10_000);
    await call(kernel, "q_wait", { job_id, session_id: s });
    const [gone, answered] = [new AbortController(), { of: 0 }];
    const replay = refused(call(kernel, "q_replay", { job_id, session_id: s }, gone.signal)).then((answer) => { answered.of++; return answer; });
    await threads.until(2);
    for (let asked = 0; asked < 5; asked++) expect((await call(kernel, "q_status", { job_id, session_id: s })).state).toBe("COMPLETED");
    expect(await refused(call(kernel, "q_submit", { graph: coins(1), session_id: other }))).toBe("answered");
    expect(answered.of).toBe(0);
    gone.abort();
    expect(await replay).toBe("STOPPING");
    await threads.until(1);
    expect(await call(kernel, "q_replay", { job_id, session_id: s })).toMatchObject({ matches: true });
    const endless = await submit(heavy(), HOURS);
    await kernel.parts.histories.until(endless, () => kernel.parts.jobs.get(endless)?.epoch === 2, { timeoutMs: 0, signal: new AbortController().signal });
    const checkpoint = refused(call(kernel, "q_checkpoint", { job_id: endless, session_id: s }));
    expect((await call(kernel, "q_wait", { job_id: await submit(coins(3), 1), session_id: s })).state).toBe("COMPLETED");
    await call(kernel, "q_close_session", { session_id: s });
    expect(await checkpoint).toBe("JOB_NOT_FOUND");
    await kernel.stop();
    await threads.until(0);
    threads.end();
  });
});
