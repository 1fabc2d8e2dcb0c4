import { describe, expect, it } from "vitest";
import { Fault } from "../../../../kernel-abi/fault.ts";
import { EVENT } from "../../../../kernel-abi/frame.ts";
import { SYSCALL } from "../../../../kernel-abi/syscall.ts";
import { FLAGS } from "../../../../kernel-abi/version.ts";
import type { Behaviour, Child, ExitReason, MailboxTerms } from "../../../../kernel-abi/operation.ts";
import type { ProcessId } from "../../../../kernel-abi/ids.ts";
import { all, race, scope, until, within } from "../../../../domains/k/api/control.ts";
import { k } from "../../../../domains/k/api/operations.ts";
import { supervise, type Strategy, type SupervisionReport } from "../../../../domains/k/api/supervise.ts";
import { run, type ToyRun } from "../../../support/run.ts";
import { ask, codeOf, collect, reserve, submit, toy, type Body } from "../../../support/toy.ts";

const root = (body: () => Body): Behaviour => toy("root", ["Q", "PHI"], body);
const resultOf = async (body: () => Body): Promise<unknown> => {
  const { end } = await run(root(body));
  expect(end.fault).toBeNull();
  return end.result;
};
const codes = (frames: Awaited<ReturnType<typeof run>>["frames"]): number[] => frames.flatMap(({ entries }) => entries.map(({ code }) => code));

const sleeper = toy("sleeper", [], function* (ticks) { yield* k.sleep(ticks as number); return ticks; });
const failing = toy("failing", [], function* (ticks) { yield* k.sleep(ticks as number); throw new Error("no"); });
const speaker = toy("speaker", [], function* (input) {
  const { to, after } = input as { to: ProcessId; after: number };
  yield* k.sleep(after);
  yield* k.send(to, "hello");
});
const spawnOf = (behaviour: Behaviour, input: unknown): Generator<never, Child<unknown>, unknown> => k.spawn(behaviour as never, input as never) as never;

describe("select", () => {
  it("gives what comes first: message, timer, outcome or exit, and says which arm", async () => {
    const winners = await resultOf(function* () {
      const me = yield* k.self();
      const won: unknown[] = [];
      for (const [mail, nap, cost, life] of [[1, 9, 9, 9], [9, 2, 9, 9], [9, 9, 1, 9], [9, 9, 9, 1]] as const) {
        yield* spawnOf(speaker, { to: me, after: mail });
        const timer = yield* k.timer(nap);
        const job = yield* submit("Q", yield* reserve("Q", { budget: 9 }), { cost: cost + 1, value: "bits" });
        const child = yield* spawnOf(sleeper, life);
        const { arm } = yield* k.select([{ on: "message" }, { on: "timer", timer }, { on: "outcome", job }, { on: "exit", process: child.process }]);
        won.push(arm);
        yield* k.sleep(20);
        while ((yield* k.receive({ within: 1 })) !== undefined) { /* what lost is still there */ }
      }
      return won;
    });
    expect(winners).toEqual([0, 1, 2, 3]);
  });

  it("lets what is there already win at once, in the order of the arms, and keeps what lost", async () => {
    const { end, frames } = await run(root(function* () {
      const timer = yield* k.timer(1);
      const job = yield* submit("Q", yield* reserve("Q"), { cost: 2, value: 7 });
      yield* k.sleep(5);
      const before = yield* k.now();
      const first = yield* k.select([{ on: "outcome", job }, { on: "timer", timer }]);
      const second = yield* k.select([{ on: "timer", timer }]);
      return [first, second, yield* collect("Q", job), (yield* k.now()) - before];
    }));
    expect(end.result).toEqual([{ arm: 0, value: undefined }, { arm: 0, value: undefined }, 7, 0]);
    expect(codes(frames).filter((code) => code === SYSCALL.SELECT)).toHaveLength(2);
  });

  it("refuses arms that name nothing of the caller's", async () => {
    const outsider = toy("outsider", [], function* () { yield* k.sleep(3); });
    expect(await resultOf(function* () {
      const timer = yield* k.timer(9);
      yield* k.cancelTimer(timer);
      const mine = yield* spawnOf(outsider, null);
      return [
        yield* codeOf(k.select([])), yield* codeOf(k.select([{ on: "timer", timer }])), yield* codeOf(k.select([{ on: "timer", timer: 12345 }])),
        yield* codeOf(k.select([{ on: "outcome", job: { handle: "job" } as never }])), yield* codeOf(k.select([{ on: "exit", process: 0 as ProcessId }])),
        yield* codeOf(k.select([{ on: "weather" } as never])), yield* codeOf(k.select([null as never])),
        (yield* k.exitOf(mine)).kind,
      ];
    })).toEqual(["ABI_MALFORMED", "ABI_MALFORMED", "ABI_MALFORMED", "Q_ERR_NO_CLONE_VIOLATION", "PROCESS_UNKNOWN", "ABI_MALFORMED", "ABI_MALFORMED", "finished"]);
  });

  it("reading an outcome that was selected still takes the right to measure", async () => {
    const blind = toy("blind", ["Q"], function* () {
      const held = yield* k.capabilities();
      const job = yield* submit("Q", yield* reserve("Q"), { value: 1 });
      for (const { verb, capability } of held) if (verb === "MEASURE_Q") yield* k.revoke(capability);
      const { value } = yield* k.select([{ on: "outcome", job }]);
      return [value ?? null, yield* codeOf(collect("Q", job))];
    });
    expect(await resultOf(function* () { return yield* k.join(yield* spawnOf(blind, null)); })).toEqual([null, "DOMAIN_UNAUTHORIZED"]);
  });

  it("gives up a job: its outcome is never computed, reading it says so, and a second time changes nothing", async () => {
    const { end, frames } = await run(root(function* () {
      const contract = yield* reserve("Q");
      const job = yield* submit("Q", contract, { cost: 5 });
      yield* ask({ domain: "Q", op: "cancel", job });
      yield* ask({ domain: "Q", op: "cancel", job });
      yield* k.sleep(9);
      return [yield* codeOf(collect("Q", job)), yield* codeOf(k.select([{ on: "outcome", job }]))];
    }));
    expect(end.result).toEqual(["CANCELLED", "CANCELLED"]);
    expect(codes(frames).filter((code) => code === EVENT.JOB_ABANDONED)).toHaveLength(1);
    expect(codes(frames)).not.toContain(EVENT.JOB_OUTCOME);
  });
});

describe("programs side by side", () => {
  function* step(label: string, ticks: number, log: string[]): Body {
    try {
      yield* k.sleep(ticks);
      log.push(label);
      return label;
    } finally {
      log.push(`${label} cleaned`);
    }
  }

  it("all: every result in order, in the time of the longest", async () => {
    expect(await resultOf(function* () {
      const log: string[] = [];
      const results = yield* all([step("a", 5, log), step("b", 3, log), step("c", 5, log)]);
      return [results, log, yield* k.now()];
    })).toEqual([["a", "b", "c"], ["b", "b cleaned", "a", "a cleaned", "c", "c cleaned"], 6]);
  });

  it("all: the first failure cancels the others, whose finally blocks run and may call", async () => {
    expect(await resultOf(function* () {
      const log: string[] = [];
      function* fails() { yield* k.sleep(2); throw new RangeError("two"); }
      function* tidy() { try { yield* k.sleep(50); } finally { log.push(`tidied at ${String(yield* k.now())}`); } }
      try {
        yield* all([tidy(), fails()]);
      } catch (error) {
        log.push((error as Error).message);
      }
      return [log, yield* k.now()];
    })).toEqual([["tidied at 3", "two"], 3]);
  });

  it("race: the first wins by name; a job that lost can still be collected", async () => {
    expect(await resultOf(function* () {
      const job = yield* submit("Q", yield* reserve("Q"), { cost: 8, value: "late" });
      const first = yield* race({ bits: collect("Q", job), nap: k.sleep(2) });
      return [first.winner, yield* collect("Q", job), yield* k.now()];
    })).toEqual(["nap", "late", 9]);
  });

  it("race: a failure of the winner is thrown", async () => {
    function* fails() { yield* k.sleep(1); throw new Error("first"); }
    expect(await resultOf(function* () {
      try { yield* race({ fails: fails(), nap: k.sleep(3) }); } catch (error) { return (error as Error).message; }
      return "none";
    })).toBe("first");
  });

  it("within and until: done in time or TIMED_OUT at the tick, and a deadline that has passed at once", async () => {
    expect(await resultOf(function* () {
      const inTime = yield* within(5, k.sleep(2));
      const late = yield* codeOf(within(2, k.sleep(5)) as Body);
      const at = yield* k.now();
      const done = yield* until(at + 4, (function* () { yield* k.sleep(3); return "ok"; })());
      return [inTime ?? null, late, at, done, yield* codeOf(until(1, k.sleep(1)) as Body)];
    })).toEqual([null, "TIMED_OUT", 5, "ok", "TIMED_OUT"]);
  });

  it("nests, and messages go to the first that waits for one", async () => {
    expect(await resultOf(function* () {
      const me = yield* k.self();
      yield* spawnOf(speaker, { to: me, after: 2 });
      return yield* all([
        within(9, race({ mail: k.receive<string>(), nap: k.sleep(30) })),
        race({ mail: k.receive({ within: 4 }), nap: k.sleep(40) }),
      ]);
    })).toEqual([{ winner: "mail", value: { from: 4, body: "hello" } }, { winner: "mail", value: undefined }]);
  });

  it("a scope stops what it spawned, however it ends", async () => {
    const { end, frames } = await run(root(function* () {
      const kept: Child<unknown>[] = [];
      yield* codeOf(scope(function* (inside) {
        kept.push(yield* inside.spawn(sleeper as never, 100 as never));
        yield* k.sleep(2);
        throw new Error("out");
      }) as Body);
      const reason = yield* k.exitOf(kept[0]!);
      return [reason, yield* k.now()];
    }));
    expect(end.result).toEqual([{ kind: "stopped", reason: "its scope ended" }, 4]);
    expect(codes(frames)).toContain(SYSCALL.PROC_STOP);
  });
});

describe("ends of processes", () => {
  it("says how a process ended: finished, failed, stopped, linked", async () => {
    const linked = toy("linked", [], function* (input) { yield* k.link(input as ProcessId); yield* k.sleep(99); });
    expect(await resultOf(function* () {
      const good = yield* spawnOf(sleeper, 3);
      const bad = yield* spawnOf(failing, 4);
      const tied = yield* spawnOf(linked, bad.process);
      const cut = yield* spawnOf(sleeper, 99);
      yield* k.sleep(2);
      yield* k.stop(cut, "enough");
      const reasons: ExitReason[] = [];
      for (const child of [good, bad, tied, cut]) reasons.push(yield* k.exitOf(child));
      return reasons.map((reason) => (reason.kind === "failed" ? { kind: reason.kind, name: reason.fault.name } : reason));
    })).toEqual([{ kind: "finished", result: 3 }, { kind: "failed", name: "PROCESS_FAILED" }, { kind: "linked", process: 5 }, { kind: "stopped", reason: "enough" }]);
  });

  it("joining what was stopped or linked throws PROCESS_STOPPED", async () => {
    expect(await resultOf(function* () {
      const cut = yield* spawnOf(sleeper, 99);
      yield* k.stop(cut);
      return yield* codeOf(k.join(cut));
    })).toBe("PROCESS_STOPPED");
  });

  it("stops everything below, the youngest first, and runs finally blocks without effect", async () => {
    const nested = toy("nested", [], function* (depth) {
      try {
        if ((depth as number) > 0) for (let n = 0; n < 2; n++) yield* spawnOf(nested, (depth as number) - 1);
        yield* k.sleep(99);
      } finally {
        yield* codeOf(k.log("too late"));
      }
    });
    const { end, frames } = await run(root(function* () {
      const top = yield* spawnOf(nested, 2);
      yield* k.sleep(6);
      yield* k.stop(top);
      return (yield* k.exitOf(top)).kind;
    }));
    expect(end.result).toBe("stopped");
    const exits = frames.flatMap(({ entries }) => entries.filter(({ code }) => code === SYSCALL.PROC_EXIT).map(({ subject }) => subject));
    expect(exits).toEqual([10, 9, 6, 8, 7, 5, 4, 3]);
    expect(codes(frames)).not.toContain(SYSCALL.LOG);
  });

  it("a tether ends the child with its parent; a monitor only looks; unlink undoes", async () => {
    const parent = toy("parent", [], function* (untie) {
      const child = yield* spawnOf(sleeper, 8);
      yield* k.tether(child);
      if (untie === true) yield* k.unlink(child);
      yield* k.send(3 as ProcessId, child.process);
      yield* k.sleep(2);
      throw new Error("gone");
    });
    const of = (untie: boolean) => resultOf(function* () {
      yield* spawnOf(parent, untie);
      const { body } = yield* k.receive<ProcessId>();
      yield* k.monitor(body);
      return [(yield* k.exitOf(body)).kind, yield* k.now()];
    });
    expect(await of(false)).toEqual(["linked", 6]);
    expect(await of(true)).toEqual(["finished", 12]);
  });

  it("an aborted turn ties, stops, cancels and continues nothing", async () => {
    const careless = toy("careless", ["Q"], function* () {
      const child = yield* spawnOf(sleeper, 3);
      yield* k.receive({ within: 1 });
      yield* k.tether(child);
      yield* k.stop(child);
      throw new Error("no");
    });
    const { end } = await run(root(function* () {
      yield* spawnOf(careless, null);
      yield* k.sleep(3);
      yield* k.monitor(5 as ProcessId);
      return (yield* k.exitOf(5 as ProcessId)).kind;
    }));
    expect(end.result).toBe("finished");
  });
});

describe("supervision", () => {
  /** Fails after so many ticks, the first `fails` times; a counter process keeps count over restarts. */
  const counter = toy("counter", [], function* () {
    for (let n = 0; ; n++) yield* k.send((yield* k.receive()).from, n);
  });
  const unsteady = toy("unsteady", [], function* (input) {
    const { count, fails, id } = input as { count: ProcessId; fails: number; id: string };
    yield* k.log("up", id);
    yield* k.send(count, null);
    const { body } = yield* k.receive<number>();
    yield* k.sleep(2);
    if (body < fails) throw new Error(`fall ${String(body)}`);
    yield* k.sleep(6);
    return body;
  });
  const steady = toy("steady", [], function* (id) { yield* k.log("up", id); yield* k.sleep(40); return id; });
  const starts = (frames: Awaited<ReturnType<typeof run>>["frames"]): string[] =>
    frames.flatMap(({ entries }) => entries.filter(({ code, verdict }) => code === SYSCALL.LOG && verdict === 0).map(({ body }) => Buffer.from(body).toString("latin1").slice(-1)));

  it.each([
    ["one-for-one", "abcbb"],
    ["rest-for-one", "abcbcbc"],
    ["one-for-all", "abcabcabc"],
  ] as const)("%s starts again the right children, in order", async (strategy, order) => {
    const { end, frames } = await run(root(function* () {
      const count = yield* spawnOf(counter, null);
      const report = yield* supervise({
        strategy, children: [
          { id: "a", start: steady as never, input: "a", restart: "transient" },
          { id: "b", start: unsteady as never, input: { count: count.process, fails: 2, id: "b" }, restart: "transient" },
          { id: "c", start: steady as never, input: "c", restart: "transient" },
        ],
      });
      return Object.entries(report).map(([id, { kind }]) => `${id} ${kind}`).sort();
    }));
    expect(end.result).toEqual(["a finished", "b finished", "c finished"]);
    expect(starts(frames).join("")).toBe(order);
  });

  it("escalates when children fail more often than allowed, and takes its children with it", async () => {
    const overseer = toy("overseer", [], function* () {
      return yield* supervise({ strategy: "one-for-one", intensity: { restarts: 3, within: 100 }, children: [
        { id: "bad", start: failing as never, input: 2 }, { id: "good", start: sleeper as never, input: 500 },
      ] });
    });
    const { end, frames } = await run(root(function* () {
      const above = yield* spawnOf(overseer, null);
      const reason = yield* k.exitOf(above);
      yield* k.sleep(3);
      return [reason.kind === "failed" ? reason.fault.name : reason.kind, (yield* k.now()) < 100];
    }));
    expect(end.result).toEqual(["SUPERVISION_ESCALATED", true]);
    const exits = frames.flatMap(({ entries }) => entries.filter(({ code }) => code === SYSCALL.PROC_EXIT));
    expect(exits).toHaveLength(1 + 1 + 1 + 4); // root, overseer, the good child, four lives of the bad one
  });

  it("counts restarts in a window of ticks: slow failures never escalate", async () => {
    const overseer = toy("overseer", [], function* () {
      return yield* supervise({ strategy: "one-for-one", intensity: { restarts: 1, within: 10 }, children: [{ id: "slow", start: failing as never, input: 20 }] });
    });
    expect(await resultOf(function* () {
      const above = yield* spawnOf(overseer, null);
      return (yield* race({ end: k.exitOf(above), later: k.sleep(300) })).winner;
    })).toBe("later");
  });

  it("forgets a restart when as many ticks have passed as the window has, not before", async () => {
    const overseer = (within: number) => toy("overseer", [], function* () {
      return yield* supervise({ strategy: "one-for-one", intensity: { restarts: 1, within }, children: [{ id: "slow", start: failing as never, input: 7 }] });
    });
    const ended = (within: number): Promise<ToyRun> => run(root(function* () {
      const above = yield* spawnOf(overseer(within), null);
      return (yield* race({ escalated: k.exitOf(above), later: k.sleep(200) })).winner;
    }));
    const { frames, end } = await ended(1);
    const births = frames.filter(({ entries }) => entries.some(({ code, verdict }) => code === SYSCALL.PROC_SPAWN && verdict === 0)).map(({ tick }) => tick);
    const period = births.at(-1)! - births.at(-2)!;
    expect([end.result, (await ended(period)).end.result, (await ended(period + 1)).end.result]).toEqual(["later", "later", "escalated"]);
  });

  it("starts temporary children once and permanent ones for ever", async () => {
    const { end, frames } = await run(root(function* () {
      const { winner } = yield* race({ done: supervise({ strategy: "one-for-one", intensity: { restarts: 100, within: 1 }, children: [
        { id: "t", start: failing as never, input: 1, restart: "temporary" }, { id: "p", start: sleeper as never, input: 4, restart: "permanent" },
      ] }), late: k.sleep(23) });
      return winner;
    }));
    expect(end.result).toBe("late");
    expect(codes(frames).filter((code) => code === SYSCALL.PROC_SPAWN)).toHaveLength(1 + 4);
  });

  it.each(["one-for-all", "rest-for-one"] as const)("%s stops a temporary sibling and never starts it again", async (strategy) => {
    const { end, frames } = await run(root(function* () {
      const count = yield* spawnOf(counter, null);
      const report = yield* supervise({ strategy, children: [
        { id: "a", start: unsteady as never, input: { count: count.process, fails: 2, id: "a" }, restart: "transient" },
        { id: "t", start: steady as never, input: "t", restart: "temporary" },
        { id: "c", start: steady as never, input: "c", restart: "transient" },
      ] });
      return [report["a"]?.kind, report["t"], report["c"]?.kind];
    }));
    expect(end.result).toEqual(["finished", { kind: "stopped", reason: "restarted with a" }, "finished"]);
    expect(starts(frames).join("")).toBe("atcacac");
  });

  /** Four that end in one tick, each in its own way, and one that runs on. */
  const together = (strategy: Strategy, restarts = 3) => toy("together", [], function* () {
    const from = yield* k.now();
    const once = toy("once", [], function* () { yield* k.sleep(3); if ((yield* k.now()) < from + 6) throw new Error("fell"); return "up again"; });
    const report = yield* supervise({ strategy, intensity: { restarts, within: 100 }, children: [
      { id: "a", start: once as never, restart: "transient" }, { id: "b", start: sleeper as never, input: 3, restart: "transient" }, { id: "c", start: sleeper as never, input: 3, restart: "temporary" },
      { id: "d", start: failing as never, input: 3, restart: "temporary" }, { id: "e", start: sleeper as never, input: 20, restart: "temporary" },
    ] }) as Body;
    return Object.fromEntries(Object.entries(report as SupervisionReport).map(([id, end]) => [id, end.kind === "finished" ? end.result : end.kind]));
  });
  const births = (frames: ToyRun["frames"]): number => codes(frames).filter((code) => code === SYSCALL.PROC_SPAWN).length;

  it.each([["one-for-one", 20], ["rest-for-one", "stopped"], ["one-for-all", "stopped"]] as const)("%s takes those that ended in one tick as they did: what finished is not run again", async (strategy, e) => {
    const { end, frames } = await run(together(strategy));
    expect(end.result).toEqual({ a: "up again", b: 3, c: 3, d: "failed", e });
    expect(births(frames)).toBe(5 + 1);
  });

  it("took them for stopped in a run recorded before exits were heard", async () => {
    const { end, frames } = await run(together("one-for-all"), { flags: Object.keys(FLAGS).filter((name) => name !== "exitsHeard") });
    expect(end.result).toEqual({ a: "up again", b: 3, c: "stopped", d: "stopped", e: "stopped" });
    expect(births(frames)).toBe(5 + 2);
  });

  it("that gives up leaves what ended by itself as it ended, and ends the rest", async () => {
    const { end } = await run(root(function* () {
      const above = yield* spawnOf(together("one-for-all", 0), null);
      return yield* k.exitOf(above);
    }));
    expect(end.result).toMatchObject({ kind: "failed", fault: { name: "SUPERVISION_ESCALATED", detail: { child: "a" } } });
    expect(end.failures.map(({ fault }) => fault.detail["process"])).toEqual(["root/together#1/failing#1"]);
  });

  it("refuses a specification that means nothing", async () => {
    expect(await resultOf(function* () {
      const child = { id: "x", start: sleeper as never };
      return [
        yield* codeOf(supervise({ strategy: "maybe" as never, children: [child] }) as Body), yield* codeOf(supervise({ strategy: "one-for-one", children: [] }) as Body),
        yield* codeOf(supervise({ strategy: "one-for-one", children: [child, child] }) as Body), yield* codeOf(supervise({ strategy: "one-for-one", intensity: { restarts: -1, within: 1 }, children: [child] }) as Body),
      ];
    })).toEqual(["ABI_MALFORMED", "ABI_MALFORMED", "ABI_MALFORMED", "ABI_MALFORMED"]);
  });

  const child = { id: "x", start: sleeper };
  const spec = (more: object, of: object = {}): object => ({ strategy: "one-for-one", children: [{ ...child, ...of }], ...more });
  /** What it is given, the place that is refused, and what came of it before declarations were checked. */
  const wrong: readonly (readonly [object | null, string, string])[] = [
    [spec({}, { restart: "forever" }), "children[0].restart", "ran"], [spec({}, { restart: null }), "children[0].restart", "ran"], [spec({}, { restarts: "temporary", restart: "temporary" }), "children[0].restarts", "ran"],
    [spec({}, { id: 7, restart: "temporary" }), "children[0].id", "ran"], [spec({}, { id: "", restart: "temporary" }), "children[0].id", "ran"], [spec({}, { start: undefined }), "children[0].start", "definition"], [spec({}, { options: 5, restart: "temporary" }), "children[0].options", "ran"],
    [spec({ children: "x" }), "children", "TypeError"], [spec({ children: [7] }), "children[0]", "definition"], [spec({ pause: "1" }), "pause", "pause"], [spec({ pauses: 1 }, { restart: "temporary" }), "pauses", "ran"], [spec({ intensity: 3 }), "intensity", "intensity"],
    [spec({ intensity: { restarts: 1, within: 5, per: 1 } }, { restart: "temporary" }), "intensity.per", "ran"], [spec({ intensity: { restarts: "1", within: 5 } }), "intensity", "intensity"], [null, "supervise", "TypeError"],
  ];
  const places = function* (): Body {
    const found: unknown[] = [];
    for (const [given] of wrong) {
      try {
        yield* supervise(given as never) as Body;
        found.push("ran");
      } catch (error) {
        found.push(error instanceof Fault && error.fault === "ABI_MALFORMED" ? error.detail["argument"] : error instanceof Fault ? error.fault : (error as Error).name);
      }
    }
    return found;
  };

  it("refuses options nobody knows, each by its place, before a child is started", async () => {
    const { end, frames } = await run(toy("root", [], places));
    expect(end.result).toEqual(wrong.map(([, place]) => place));
    expect(frames.flatMap(({ entries }) => entries).filter(({ code }) => code === SYSCALL.PROC_SPAWN)).toEqual([]);
  });

  it("passed them over in a run recorded before declarations were checked", async () => {
    const flags = Object.keys(FLAGS).filter((name) => name !== "declarationsChecked" && name !== "refusalsInFull");
    expect((await run(toy("root", [], places), { flags })).end.result).toEqual(wrong.map(([, , before]) => before));
  });

  it("asks for nothing it did not ask for then: what is not in force takes no part of a slice", async () => {
    const flags = Object.keys(FLAGS).filter((name) => name !== "declarationsChecked" && name !== "refusalsInFull");
    const turns = async (more: object, having: readonly string[]): Promise<number> => {
      const { frames } = await run(toy("root", [], function* () { return yield* supervise(spec(more, { restart: "temporary" }) as never) as Body; }), { flags: having, slice: 1 });
      return frames.filter(({ kind }) => kind === "turn").length;
    };
    expect(await turns({ pauses: 1 }, flags)).toBe(await turns({}, flags));
  });
});

describe("a fresh body", () => {
  it("goes on with the state handed on: same process, mail and children; contracts end with the old body", async () => {
    const counting: Behaviour = toy("counting", ["Q"], function* (input) {
      const n = input as number;
      yield* reserve("Q", { units: 4 });
      if (n === 5) return [n, yield* k.now(), (yield* k.receive()).body];
      return yield* k.continueWith(n + 1);
    });
    const { end, frames } = await run(root(function* () {
      const child = yield* spawnOf(counting, 0);
      yield* k.send(child, "kept");
      return yield* k.join(child);
    }));
    expect(end.result).toEqual([5, 7, "kept"]);
    expect(codes(frames).filter((code) => code === EVENT.CONTRACT_COMPLETED)).toHaveLength(6);
  });

  it("checks the state as it checks an input, and what cannot be encoded is refused", async () => {
    const picky: Behaviour = { ...toy("picky", [], function* (input) {
      if (input !== 1) return input;
      return [yield* codeOf(k.continueWith("no") as Body), yield* codeOf(k.continueWith({ fn: () => 1 }) as Body)];
    }), admit: (input) => { if (input === "no") throw new TypeError("no"); return input; } };
    expect(await resultOf(function* () { return yield* k.join(yield* spawnOf(picky, 1)); })).toEqual(["ABI_MALFORMED", "ABI_UNENCODABLE"]);
  });
});

describe("full mailboxes", () => {
  const slow = (mailbox: MailboxTerms): Behaviour => ({ ...toy("slow", [], function* () {
    const got: unknown[] = [];
    yield* k.sleep(6);
    for (let message = yield* k.receive({ within: 20 }); message !== undefined; message = yield* k.receive({ within: 20 })) {
      got.push(message.body);
      yield* k.sleep(2);
    }
    return got;
  }), mailbox });
  const sender = toy("sender", [], function* (to) {
    for (let n = 0; n < 6; n++) {
      try { yield* k.send(to as ProcessId, n); } catch (error) { yield* k.log("refused", [n, (error as Error).name]); }
    }
    return yield* k.now();
  });
  const sent = (mailbox: MailboxTerms) => run(root(function* () {
    const to = yield* spawnOf(slow(mailbox), null);
    const from = yield* spawnOf(sender, to.process);
    return [yield* k.join(to), yield* k.join(from)];
  }));

  it.each([
    ["refuse", [0, 1], 0],
    ["block", [0, 1, 2, 3, 4, 5], 0],
    ["drop-new", [0, 1], 4],
    ["drop-old", [4, 5], 4],
  ] as const)("%s", async (overflow, received, dropped) => {
    const { end, frames } = await sent({ depth: 2, overflow });
    expect((end.result as unknown[])[0]).toEqual(received);
    expect(codes(frames).filter((code) => code === EVENT.MESSAGE_DROPPED)).toHaveLength(dropped);
    expect(codes(frames).filter((code) => code === EVENT.ROOM_MADE)).toHaveLength(overflow === "block" ? 4 : 0);
  });

  it("blocked senders are told when the receiver ends, and a blocked sender that is stopped takes its message back", async () => {
    const brief = { ...toy("brief", [], function* () { yield* k.sleep(4); return "bye"; }), mailbox: { depth: 1, overflow: "block" } as const };
    expect(await resultOf(function* () {
      const to = yield* spawnOf(brief, null);
      const cut = yield* spawnOf(toy("cut", [], function* () { yield* k.send(to, 0); yield* k.send(to, 1); }), null);
      const told = yield* spawnOf(toy("told", [], function* () { return yield* codeOf(k.send(to, 2)); }), null);
      yield* k.sleep(2);
      yield* k.stop(cut);
      return [(yield* k.exitOf(cut)).kind, yield* k.join(told)];
    })).toEqual(["stopped", "PROCESS_UNKNOWN"]);
  });

  it("two that block on each other are stuck, and the graph says so", async () => {
    const pushy = (peer: number): Behaviour => ({ ...toy("pushy", [], function* () {
      for (let n = 0; n < 5; n++) yield* k.send(peer as ProcessId, n);
    }), mailbox: { depth: 1, overflow: "block" } });
    const { end } = await run(root(function* () {
      const one = yield* spawnOf(pushy(5), null);
      yield* spawnOf(pushy(4), null);
      yield* k.join(one);
    }));
    expect(end.status).toBe("stuck");
    expect(end.waits.filter(({ on }) => on === "room").map(({ process, target }) => [process, target])).toEqual([["root/pushy#1", "root/pushy#2"], ["root/pushy#2", "root/pushy#1"]]);
  });
});

describe("time slices", () => {
  const greedy = toy("greedy", [], function* (input) {
    let sum = 0;
    for (let n = 0; n < (input as number); n++) sum += yield* k.random();
    yield* k.log("sum", sum > 0);
    return [n(sum), yield* k.now()];
  });
  const n = (value: number): number => Math.round(value * 1e6);

  it("cuts a turn after so many calls and goes on at the next tick, with the same results", async () => {
    const body = function* (): Body { return yield* k.join(yield* spawnOf(greedy, 100)); };
    const whole = (await run(root(body))).end.result as number[];
    const sliced = await run(root(body), { slice: 10 });
    expect((sliced.end.result as number[])[0]).toBe(whole[0]);
    expect((sliced.end.result as number[])[1]).toBe((whole[1] ?? 0) + 10);
    expect((await run(root(body), { slice: 10 })).trace).toBe(sliced.trace);
  });

  it("a process that never waits cannot keep others from their deadlines", async () => {
    const endless = toy("endless", [], function* () { for (;;) yield* k.now(); });
    const { end } = await run(root(function* () {
      yield* spawnOf(endless, null);
      yield* k.sleep(10);
      return yield* k.now();
    }), { slice: 50 });
    expect(end).toMatchObject({ status: "completed", result: 11 });
  });
});
