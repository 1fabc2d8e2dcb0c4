// What a scope covers: timers, jobs and children started inside it end with it, by either way out.
import { describe, expect, it } from "vitest";
import { all, race, scope, until, within } from "../../../../domains/k/api/control.ts";
import { k, reserveAll } from "../../../../domains/k/api/operations.ts";
import { entryName } from "../../../../kernel-abi/frame.ts";
import type { Contract } from "../../../../kernel-abi/handle.ts";
import type { Operation } from "../../../../kernel-abi/operation.ts";
import { CURRENT_OFFER } from "../../../../kernel-abi/version.ts";
import { run, TOY_UNITS, type ToyRun } from "../../../support/run.ts";
import { ask, codeOf, collect, reserve, submit, toy, type Body } from "../../../support/toy.ts";

const count = ({ frames }: ToyRun, name: string): number => frames.flatMap(({ entries }) => entries).filter(({ code, verdict }) => verdict === 0 && entryName(code) === name).length;
type Way = "returns" | "throws" | "loses";

/** A scope with one timer and two jobs under way, one of them of a strand's, when it ends so. */
const leaving = (way: Way) => toy("root", ["Q"], function* (): Body {
  const contract = yield* reserve("Q", { budget: 20 });
  const done = yield* submit("Q", contract, { cost: 1, value: "done" });
  const code = yield* codeOf(race({
    scope: scope(function* () {
      yield* k.timer(500);
      yield* k.cancelTimer(yield* k.timer(400));
      const heard = yield* k.timer(1);
      yield* k.select([{ on: "timer", timer: heard }]);
      const read = yield* submit("Q", contract, { cost: 1, value: "read" });
      yield* collect("Q", read);
      yield* submit("Q", contract, { cost: 300 });
      yield* all([(function* (): Body { return yield* submit("Q", contract, { cost: 200 }); })(), k.sleep(1)]);
      if (way === "throws") throw new Error("no");
      if (way === "loses") yield* k.receive();
      return "ended";
    }),
    nap: k.sleep(20),
  }));
  return [code, yield* k.now(), yield* collect("Q", done)];
});

describe("a scope", () => {
  it.each([["returns", "OK"], ["throws", "Error"], ["loses", "OK"]] as const)("that %s cancels the timers and jobs started inside", async (way, code) => {
    const ran = await run(leaving(way));
    expect(ran.end).toMatchObject({ status: "completed", result: [code, expect.any(Number), "done"] });
    expect([count(ran, "JOB_CANCEL"), count(ran, "JOB_ABANDONED")]).toEqual([2, 2]);
    expect(count(ran, "TIMER_CANCEL")).toBe(way === "loses" ? 2 : 3); // its own, the one it left, and the deadline beside it
  });

  it("that is over leaves what was started outside alone, and nothing to do when all is done", async () => {
    const ran = await run(toy("root", ["Q"], function* () {
      const job = yield* submit("Q", yield* reserve("Q"), { cost: 9, value: 7 });
      yield* within(5, scope(function* () { yield* k.sleep(2); }));
      return yield* collect("Q", job);
    }));
    expect(ran.end.result).toBe(7);
    expect(count(ran, "JOB_CANCEL")).toBe(0);
  });

  it("covers children alone in runs that were recorded before", async () => {
    const ran = await run(leaving("returns"), { flags: ["sequentialSampling", "exitAtNextTick"] });
    expect([ran.end.status, count(ran, "JOB_CANCEL")]).toEqual(["completed", 0]);
  });
});

describe("a contract reserved inside", () => {
  const BEFORE = CURRENT_OFFER.flags.filter((flag) => flag !== "scopesCoverContracts");
  type Part<R> = Generator<Operation, R, unknown>;
  const all8 = (within?: number): Part<Contract> => ask({ domain: "Q", op: "reserve", request: { units: TOY_UNITS }, within } as Operation);
  const release = (contract: Contract): Part<void> => ask({ domain: "Q", op: "release", contract } as Operation);
  /** Whether all units are free behind `body`, and what it came to. */
  const behind = (body: () => Part<unknown>) => toy("root", ["Q", "PHI"], function* (): Body {
    const code = yield* codeOf(body());
    return [code, yield* codeOf(all8())];
  });
  const full = "Q_ERR_RESOURCE_UNAVAILABLE";
  function* thrower(): Part<never> {
    yield* all8();
    throw new Error("no");
  }
  function* sleeper(): Part<void> {
    const contract = yield* all8();
    yield* k.sleep(50);
    yield* release(contract);
  }

  it.each([
    ["a scope that throws", "Error", () => scope(thrower)],
    ["a scope that loses", "OK", () => race({ scope: scope(sleeper), late: k.sleep(3) })],
    ["a scope whose strand throws", "Error", () => scope(() => all([thrower(), k.sleep(9)]))],
    ["a scope around one that returned it", "Error", () => scope(function* () { yield* scope(() => all8()); throw new Error("no"); })],
    ["a deadline that passes", "TIMED_OUT", () => within(3, sleeper())],
    ["a tick that passes", "TIMED_OUT", () => until(5, sleeper())],
    ["a deadline whose program throws", "Error", () => within(9, thrower())],
    ["several at once", "TIMED_OUT", () => within(3, (function* () { yield* reserveAll({ domain: "Q", request: { units: 2 } }, { domain: "PHI", request: { units: TOY_UNITS } }); yield* k.sleep(9); })())],
  ] as const)("%s gives it back", async (_, code, body) => {
    const ran = await run(behind(body as () => Part<unknown>));
    expect(ran.end.result).toEqual([code, "OK"]);
    const before = await run(behind(body as () => Part<unknown>), { flags: BEFORE });
    expect([before.end.result, count(before, "CONTRACT_RELEASE")]).toEqual([[code, full], 0]);
  });

  it("is given back though it was waited for, by a strand or by the process, and a request that waits is given up", async () => {
    const holder = toy("holder", ["Q"], function* () { const contract = yield* all8(); yield* k.sleep(5); yield* release(contract); return 0; });
    const waited = (ticks: number, body: () => Part<unknown>) => toy("root", ["Q"], function* (): Body {
      yield* k.spawn(holder as never);
      yield* k.sleep(2);
      const code = yield* codeOf(within(ticks, body()));
      yield* k.sleep(9);
      return [code, yield* codeOf(all8())];
    });
    function* waits(): Part<void> { yield* all8(40); yield* k.receive(); }
    expect((await run(waited(20, waits))).end.result).toEqual(["TIMED_OUT", "OK"]);
    expect((await run(waited(20, waits), { flags: BEFORE })).end.result).toEqual(["TIMED_OUT", full]);
    for (const ticks of [2, 3, 4, 5, 6, 7]) expect((await run(waited(ticks, waits))).end.result).toEqual(["TIMED_OUT", "OK"]);
    const alone = await run(toy("root", ["Q"], function* (): Body {
      yield* k.spawn(holder as never);
      yield* k.sleep(2);
      const code = yield* codeOf(scope(function* () { yield* all8(40); throw new Error("no"); }));
      return [code, yield* codeOf(all8())];
    }));
    expect(alone.end.result).toEqual(["Error", "OK"]);
  });

  it("is kept when it is returned, and when it was shared", async () => {
    const ran = await run(toy("root", ["Q", "PHI"], function* (): Body {
      const mine = yield* within(9, scope(() => all8()));
      const code = yield* codeOf(submit("Q", mine));
      yield* release(mine);
      const other = yield* k.spawn(toy("other", [], function* () { yield* k.receive(); return 0; }) as never);
      yield* codeOf(scope(function* () {
        yield* ask({ domain: "Q", op: "share", contract: yield* all8(), to: other.process, measures: true } as Operation);
        throw new Error("no");
      }));
      return [code, yield* codeOf(all8())];
    }));
    expect([ran.end.result, count(ran, "CONTRACT_RELEASE")]).toEqual([["OK", full], 1]);
  });

  it("is given back once: not after the program did, and though others before it have ended", async () => {
    const tidy = await run(behind(() => within(3, (function* () {
      const contract = yield* all8();
      try { yield* k.sleep(50); } finally { yield* release(contract); }
    })())));
    expect([tidy.end.result, count(tidy, "CONTRACT_RELEASE")]).toEqual([["TIMED_OUT", "OK"], 1]);
    const expired = await run(behind(() => within(9, (function* () {
      yield* reserve("Q", { units: 2 });
      yield* reserve("Q", { units: 2, end: 4 });
      yield* k.sleep(50);
    })())));
    expect([expired.end.result, count(expired, "CONTRACT_RELEASE")]).toEqual([["TIMED_OUT", "OK"], 1]);
  });
});
