// What a scope covers: timers, jobs and children started inside it end with it, by either way out.
import { describe, expect, it } from "vitest";
import { all, race, scope, within } from "../../../../domains/k/api/control.ts";
import { k } from "../../../../domains/k/api/operations.ts";
import { entryName } from "../../../../kernel-abi/frame.ts";
import { run, type ToyRun } from "../../../support/run.ts";
import { codeOf, collect, reserve, submit, toy, type Body } from "../../../support/toy.ts";

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
