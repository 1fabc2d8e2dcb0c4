import { describe, expect, it } from "vitest";
import type { JobOrder } from "../../../../../runtime/kernel/jobs/job.ts";
import { Jobs, type JobsOptions } from "../../../../../runtime/kernel/jobs/jobs.ts";
import { graphJobLifecycle, graphJobMachine, GRAPH_JOB_STATES } from "../../../../../runtime/kernel/jobs/lifecycle.ts";
import { faultName } from "../../../../support/refusals.ts";
import { initialTransition, transition } from "xstate";

let ordinal = 0;
const order = (given: Partial<JobOrder> = {}, epochs = 1): JobOrder => ({
  id: `job_${String(++ordinal)}`, tenant: "a", session: "s", graph: "00", seed: "1", shots: 1,
  epochs: Array.from({ length: epochs }, (_, at) => ({ from: at * 10, to: at * 10 + 10 })),
  priority: 10, deadlineEpochs: null, deadlineHint: null, timeoutMs: null, retries: 0, startEpoch: 0, restored: null, ...given,
});
const jobs = (options: Partial<JobsOptions> = {}): Jobs => new Jobs({ slots: 1, kept: 100, ...options });
const outcome = { events: { m: 1 }, counts: null, digest: "d", trace: null };
/** Runs whoever is next to its end. */
function runNext(table: Jobs): string | undefined {
  const job = table.next();
  if (job === undefined) return undefined;
  table.start(job.order.id, 0);
  for (;;) {
    const { kind } = table.fence(job.order.id, 0);
    if (kind === "end") return table.finish(job.order.id, outcome, 0).order.id;
    if (kind !== "go on") return `${job.order.id} ${kind}`;
  }
}

describe("the lifecycle of a graph's job", () => {
  it("is XState's, transition for transition", () => {
    const events = [
      { type: "VALIDATE", slot: true }, { type: "VALIDATE", slot: false }, { type: "START", certified: true, reserved: true }, { type: "START", certified: false, reserved: true },
      { type: "START", certified: true, reserved: false }, { type: "COMPLETE", atEnd: true, sealed: true }, { type: "COMPLETE", atEnd: false, sealed: true },
      { type: "COMPLETE", atEnd: true, sealed: false }, { type: "FAIL", why: "x" }, { type: "FAIL", why: "" }, { type: "CANCEL", atFence: true }, { type: "CANCEL", atFence: false },
      { type: "REQUEUE", atFence: true, because: "retry" }, { type: "REQUEUE", atFence: false, because: "retry" },
    ] as const;
    const [initial] = initialTransition(graphJobMachine);
    for (const state of GRAPH_JOB_STATES) {
      const snapshot = graphJobMachine.resolveState({ value: state });
      for (const event of events) {
        const [next] = transition(graphJobMachine, snapshot, event);
        expect(graphJobLifecycle.allows(state, event) ? graphJobLifecycle.next(state, event) : state, `${state} ${JSON.stringify(event)}`).toBe(next.value);
      }
    }
    expect(initial.value).toBe(graphJobLifecycle.initial);
    expect(GRAPH_JOB_STATES.slice(3).map((state) => events.filter((event) => graphJobLifecycle.allows(state, event)).length)).toEqual([0, 0, 0]);
  });
});

describe("jobs", () => {
  it("go from QUEUED over VALIDATING and RUNNING to COMPLETED, with progress and times", () => {
    const table = jobs();
    const { id } = table.accept(order({}, 2), 100).order;
    expect(table.get(id)).toMatchObject({ state: "QUEUED", acceptedAt: 100, startedAt: null });
    expect(table.next()).toMatchObject({ state: "VALIDATING" });
    expect(table.start(id, 120)).toMatchObject({ state: "RUNNING", startedAt: 120 });
    expect(table.fence(id, 130)).toEqual({ kind: "go on" });
    expect(table.get(id)).toMatchObject({ epoch: 1, node: 10 });
    expect(table.fence(id, 140)).toEqual({ kind: "end" });
    expect(table.finish(id, outcome, 150)).toMatchObject({ state: "COMPLETED", epoch: 2, node: 20, endedAt: 150, outcome });
    expect([table.running, table.waiting, table.epoch]).toEqual([0, 0, 2]);
  });
  it("of a session are nobody else's", () => {
    const table = jobs();
    const { id } = table.accept(order(), 0).order;
    for (const act of [() => table.seen("t", id), () => table.cancel("t", id, 0), () => table.migrate("t", id, "x")]) expect(faultName(act)).toBe("JOB_FOREIGN");
    expect(faultName(() => table.seen("s", "job_x"))).toBe("JOB_UNKNOWN");
    expect(table.of("t")).toEqual([]);
  });
  it("that wait are cancelled at once, those that run at the next fence; asking twice changes nothing; an ended one has ended", () => {
    const table = jobs();
    const [a, b, c] = [order({}, 3), order(), order()].map((one) => table.accept(one, 0).order.id) as [string, string, string];
    expect(table.next()?.order.id).toBe(a);
    table.start(a, 0);
    table.fence(a, 0);
    expect(table.cancel("s", b, 5)).toMatchObject({ state: "CANCELLED", cancelledAtEpoch: 0, endedAt: 5 });
    expect(table.cancel("s", b, 9)).toBe(table.get(b));
    expect(table.cancel("s", a, 5)).toMatchObject({ state: "RUNNING", cancelAsked: true });
    expect(table.cancel("s", a, 6)).toMatchObject({ state: "RUNNING" });
    expect(table.fence(a, 7)).toEqual({ kind: "cancel", nodes: 20 });
    expect(table.cancelled(a, outcome, 8)).toMatchObject({ state: "CANCELLED", cancelledAtEpoch: 2, outcome });
    expect(table.cancel("s", a, 9)).toMatchObject({ state: "CANCELLED" });
    expect(runNext(table)).toBe(c);
    expect(faultName(() => table.cancel("s", c, 0))).toBe("JOB_ENDED");
    expect([table.running, table.waiting]).toEqual([0, 0]);
  });
  it("are served across tenants in turn, whatever priority one of them claims", () => {
    const table = jobs();
    const loud = Array.from({ length: 4 }, () => table.accept(order({ tenant: "loud", session: "l", priority: 100 }), 0).order.id);
    const quiet = Array.from({ length: 4 }, () => table.accept(order({ tenant: "quiet", session: "q", priority: 0 }), 0).order.id);
    expect(Array.from({ length: 8 }, () => runNext(table))).toEqual(loud.flatMap((id, at) => [id, quiet[at]]));
  });
  it("of one tenant go by priority, among equals the earlier deadline first, then the earlier acceptance", () => {
    const table = jobs();
    const [late, soon, urgent, hinted, plain] = [{ deadlineEpochs: 50 }, { deadlineEpochs: 20 }, { priority: 11 }, { deadlineHint: 30 }, {}].map((given) => table.accept(order(given), 0).order.id);
    expect(Array.from({ length: 6 }, () => runNext(table))).toEqual([urgent, soon, hinted, late, plain, undefined]);
  });
  it("that waited long enough go before later ones of any priority", () => {
    const table = jobs();
    const meek = table.accept(order({ priority: 0 }), 0).order.id;
    const served: (string | undefined)[] = [];
    for (let at = 0; at < 7_000 && !served.includes(meek); at++) {
      table.accept(order({ priority: 100 }), 0);
      served.push(runNext(table));
    }
    expect(served.at(-1)).toBe(meek);
    expect(served.length).toBeGreaterThan(6_000); // and priority did count until then
  });
  it("give way at a fence to another tenant that was given less, and go on from there", () => {
    const table = jobs();
    const long = table.accept(order({ tenant: "a", session: "a" }, 100), 0).order.id;
    expect(table.next()?.order.id).toBe(long);
    table.start(long, 0);
    expect(table.fence(long, 0)).toEqual({ kind: "go on" });
    const short = table.accept(order({ tenant: "b", session: "b" }), 0).order.id;
    // b comes level with a when it comes, so a has its quantum first
    let epochs = 1;
    for (; table.fence(long, 0).kind === "go on"; epochs++);
    expect(epochs).toBe(10);
    expect(table.get(long)).toMatchObject({ state: "QUEUED", epoch: 11, node: 110, preemptions: 1 });
    expect(runNext(table)).toBe(short);
    expect(table.next()?.order.id).toBe(long);
    expect(table.start(long, 0)).toMatchObject({ epoch: 11, attempts: 2 });
  });
  it("keep their slot while another is free", () => {
    const table = jobs({ slots: 2 });
    const long = table.accept(order({}, 3), 0).order.id;
    table.next();
    table.start(long, 0);
    const urgent = table.accept(order({ priority: 50 }), 0).order.id;
    expect(table.fence(long, 0)).toEqual({ kind: "go on" });
    expect(table.next()?.order.id).toBe(urgent);
  });
  it("give way to an urgent one of their own tenant, and between fences are rolled back to where that is cheap", () => {
    const table = jobs();
    const long = table.accept(order({}, 3), 0).order.id;
    table.next();
    table.start(long, 0);
    const urgent = table.accept(order({ priority: 50 }), 0).order.id;
    expect(table.fence(long, 0)).toEqual({ kind: "gave way" });
    expect(runNext(table)).toBe(urgent);
    expect(table.next()?.order.id).toBe(long);
    table.start(long, 0);
    expect(() => table.preempt(long, 9)).toThrow("S1");
    expect(table.preempt(long, 14)).toMatchObject({ state: "QUEUED", epoch: 1, node: 14, preemptions: 2 });
    expect(runNext(table)).toBe(long);
  });
  it("are tried again after a failure of the provider, later each time, until no attempt is left", () => {
    const table = jobs();
    const { id } = table.accept(order({ retries: 2 }), 0).order;
    const attempt = (): unknown => {
      expect(table.next()?.order.id).toBe(id);
      table.start(id, 0);
      table.fence(id, 0);
      return table.fail(id, { type: "WORKER_LOST", message: "", code: 3503 }, 0, true);
    };
    expect(attempt()).toMatchObject({ state: "QUEUED", epoch: 0, attempts: 1, notBefore: 2 });
    expect(attempt()).toMatchObject({ state: "QUEUED", attempts: 2, notBefore: 5 });
    expect(attempt()).toMatchObject({ state: "FAILED", attempts: 3, error: { type: "WORKER_LOST" } });
    const once = table.accept(order(), 0).order.id;
    table.next();
    expect(table.fail(once, { type: "INVALID", message: "", code: 0 }, 0)).toMatchObject({ state: "FAILED" });
    expect(table.running).toBe(0);
  });
  it("wait twice as long before each further try, and not for ever", () => {
    const table = jobs();
    const { id } = table.accept(order({ retries: 18 }), 0).order;
    const waits = Array.from({ length: 18 }, () => {
      table.next();
      table.start(id, 0);
      return (table.fail(id, { type: "WORKER_LOST", message: "", code: 3503 }, 0, true).notBefore ?? 0) - table.epoch;
    });
    expect(waits).toEqual([...Array.from({ length: 17 }, (_, at) => 2 ** at), 65_536]);
  });
  it("begin again where they began, a restored one at its checkpoint's fence, and keep the time of their first start", () => {
    const table = jobs();
    const { id } = table.accept(order({ retries: 1, startEpoch: 2, restored: "ckpt_job_x_1" }, 4), 0).order;
    table.next();
    table.start(id, 7);
    table.fence(id, 8);
    expect(table.get(id)).toMatchObject({ epoch: 3, node: 30 });
    expect(table.fail(id, { type: "WORKER_LOST", message: "", code: 3503 }, 9, true)).toMatchObject({ state: "QUEUED", epoch: 2, node: 20, startedAt: 7 });
    table.next();
    expect(table.start(id, 50)).toMatchObject({ state: "RUNNING", startedAt: 7, attempts: 2 });
  });
  it("that were asked to stop are not tried again", () => {
    const table = jobs();
    const { id } = table.accept(order({ retries: 2 }, 2), 0).order;
    table.next();
    table.start(id, 0);
    table.cancel("s", id, 0);
    expect(table.fail(id, { type: "WORKER_LOST", message: "", code: 3503 }, 0, true)).toMatchObject({ state: "FAILED", attempts: 1 });
    expect([table.running, table.waiting]).toEqual([0, 0]);
  });
  it("that are to be tried later wait for epochs that pass while others work", () => {
    const table = jobs({ slots: 2 });
    const [lost, other] = [order({ retries: 1 }), order({}, 3)].map((one) => table.accept(one, 0).order.id) as [string, string];
    for (const id of [lost, other]) {
      table.next();
      table.start(id, 0);
    }
    expect(table.fail(lost, { type: "WORKER_LOST", message: "", code: 3503 }, 0, true)).toMatchObject({ notBefore: 1 });
    expect([table.next(), table.epoch]).toEqual([undefined, 0]);
    table.fence(other, 0);
    expect(table.next()?.order.id).toBe(lost);
  });
  it("use up no retry by giving way", () => {
    const table = jobs();
    const { id } = table.accept(order({ retries: 1 }), 0).order;
    const start = (): void => {
      expect(table.next()?.order.id).toBe(id);
      table.start(id, 0);
    };
    for (let times = 0; times < 3; times++) {
      start();
      table.preempt(id, 0);
    }
    const lost = { type: "WORKER_LOST", message: "", code: 3503 };
    start();
    expect(table.fail(id, lost, 0, true)).toMatchObject({ state: "QUEUED", attempts: 4, preemptions: 3, notBefore: 1 });
    start();
    expect(table.fail(id, lost, 0, true)).toMatchObject({ state: "FAILED", attempts: 5 });
  });
  it("run out of time: waiting ones when asked for, running ones at a fence", () => {
    const table = jobs();
    const [running, waiting, dead] = [order({ timeoutMs: 100 }, 3), order({ timeoutMs: 100 }), order({ deadlineEpochs: 0, priority: 0 })].map((one) => table.accept(one, 0).order.id) as [string, string, string];
    expect(table.next()?.order.id).toBe(running);
    table.start(running, 0);
    const late = (now: number) => {
      const told: unknown[] = [];
      table.sweep(now, ({ order: { id }, error }) => { told.push([id, error?.type]); });
      return told;
    };
    expect(late(99)).toEqual([]);
    expect(table.fence(running, 99)).toEqual({ kind: "go on" });
    expect(late(100)).toEqual([[waiting, "JOB_EXPIRED"], [dead, "DEADLINE_MISSED"]]);
    expect(table.fence(running, 100)).toEqual({ kind: "expired" });
    expect(table.get(running)).toMatchObject({ state: "FAILED", error: { type: "JOB_EXPIRED", code: 3753 } });
    expect([table.running, table.waiting]).toEqual([0, 0]);
  });
  it("that were asked to stop are cancelled at their fence, though their time is up as well", () => {
    const table = jobs();
    const { id } = table.accept(order({ timeoutMs: 100 }, 2), 0).order;
    table.next();
    table.start(id, 0);
    table.cancel("s", id, 50);
    expect(table.fence(id, 100)).toEqual({ kind: "cancel", nodes: 10 });
  });
  it("have their deadlines from their acceptance on, and of two the earlier counts", () => {
    const table = jobs({ slots: 2 });
    const clock = table.accept(order({ session: "c" }, 20), 0).order.id;
    table.next();
    table.start(clock, 0);
    const early = table.accept(order({ deadlineEpochs: 12 }), 0).order.id;
    for (let epochs = 0; epochs < 10; epochs++) table.fence(clock, 0);
    const [hinted, both] = [order({ deadlineHint: 5 }), order({ deadlineEpochs: 50, deadlineHint: 3 })].map((one) => table.accept(one, 0).order.id);
    expect([runNext(table), runNext(table), runNext(table)]).toEqual([early, both, hinted]);
  });
  it("move at a fence", () => {
    const table = jobs();
    const { id } = table.accept(order({}, 3), 0).order;
    table.next();
    table.start(id, 0);
    table.migrate("s", id, "b");
    expect(table.fence(id, 0)).toEqual({ kind: "move", to: "b" });
    expect(table.moved(id, "a", "b")).toEqual({ kind: "go on" });
    expect(table.get(id)).toMatchObject({ moveAsked: null, moves: [{ epoch: 1, from: "a", to: "b" }] });
    table.fence(id, 0);
    table.fence(id, 0);
    table.finish(id, outcome, 0);
    expect(faultName(() => table.migrate("s", id, "c"))).toBe("JOB_ENDED");
  });
  it("wait when they may not go: a session at its limit holds up no other, a tenant without room is held up whole", () => {
    const full = new Set(["s1"]);
    const table = jobs({ slots: 9, may: ({ order: { session, priority } }) => (full.has(session) ? "session" : priority === 99 ? "tenant" : "go") });
    table.accept(order({ session: "s1", priority: 90 }), 0);
    const second = table.accept(order({ session: "s2" }), 0).order.id;
    expect(table.next()?.order.id).toBe(second);
    table.accept(order({ session: "s3", priority: 99 }), 0);
    table.accept(order({ session: "s4" }), 0);
    expect(table.next()).toBeUndefined();
    const other = table.accept(order({ tenant: "b", session: "s5" }), 0).order.id;
    expect(table.next()?.order.id).toBe(other);
  });
  it("of a closed session end; then it is forgotten, and so are the earliest ends of an open one", () => {
    const gone: string[] = [];
    const table = jobs({ kept: 2, forgotten: (id) => { gone.push(id); } });
    const running = table.accept(order({}, 2), 0).order.id;
    table.next();
    table.start(running, 0);
    const waiting = table.accept(order(), 0).order.id;
    const told: string[] = [];
    table.closeSession("s", 0, ({ order: { id } }) => { told.push(id); });
    expect([told, table.get(waiting)?.state, table.get(running)]).toMatchObject([[waiting], "CANCELLED", { state: "RUNNING", cancelAsked: true }]);
    table.fence(running, 0);
    table.cancelled(running, null, 0);
    table.closeSession("s", 0, ({ order: { id } }) => { told.push(id); });
    expect(told).toEqual([waiting]);
    table.forgetSession("s");
    expect([table.get(running), table.get(waiting), table.of("s"), gone.toSorted()]).toEqual([undefined, undefined, [], [running, waiting].toSorted()]);
    const ids = Array.from({ length: 3 }, () => { const { id } = table.accept(order(), 0).order; runNext(table); return id; });
    expect(ids.map((id) => table.get(id)?.state)).toEqual([undefined, "COMPLETED", "COMPLETED"]);
  });
  it.each(["sweep", "closeSession"] as const)("end many at once, and each is told of while it is known, also where fewer are kept (%s)", (how) => {
    const told: unknown[] = [];
    const table = jobs({ kept: 1 });
    const ids = Array.from({ length: 4 }, () => table.accept(order({ timeoutMs: 1 }), 0).order.id);
    const tell = ({ order: { id } }: { readonly order: { readonly id: string } }): void => { told.push([id, table.get(id)?.order.id]); };
    if (how === "sweep") table.sweep(1, tell);
    else table.closeSession("s", 1, tell);
    expect(told).toEqual(ids.map((id) => [id, id]));
    expect(table.of("s").map(({ order: { id } }) => id)).toEqual(ids.slice(-1));
  });
  it("are taken up again by a kernel begun anew, which says so", () => {
    const table = jobs({ slots: 2 });
    const [ended, running, waiting] = [order(), order({ tenant: "b", session: "t" }, 3), order()].map((one) => table.accept(one, 0).order.id) as [string, string, string];
    expect(runNext(table)).toBe(ended);
    expect(table.next()?.order.id).toBe(running);
    table.start(running, 0);
    table.fence(running, 0);
    const again = Jobs.restored(JSON.parse(JSON.stringify(table.saved())), { slots: 1, kept: 100 });
    expect(again.get(running)).toMatchObject({ state: "QUEUED", resumed: 1, epoch: 1 });
    expect(again.get(waiting)).toMatchObject({ state: "QUEUED", resumed: 1 });
    expect(again.get(ended)).toMatchObject({ state: "COMPLETED", resumed: 0 });
    expect([again.epoch, again.running, again.waiting]).toEqual([2, 0, 2]);
    expect([runNext(again), runNext(again), runNext(again)].toSorted()).toEqual([running, undefined, waiting].toSorted());
    const resumed = again.accept(order(), 0, { resumed: 3, checkpoints: 2 });
    expect([resumed.resumed, resumed.checkpoints]).toEqual([3, 2]);
    expect(resumed.seq).toBe(4);
    again.recall({ ...resumed, order: order(), seq: 40, state: "FAILED" });
    expect(again.accept(order(), 0).seq).toBe(41); // what is recalled stays the earlier one
  });
});
