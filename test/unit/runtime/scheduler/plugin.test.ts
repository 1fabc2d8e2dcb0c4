// Plug-in policies: what they are shown, what they may answer, and what becomes of those that fail.
import { describe, expect, it } from "vitest";
import { canonicalJson } from "../../../../kernel-abi/canonical.ts";
import { Fault } from "../../../../kernel-abi/fault.ts";
import { processId } from "../../../../kernel-abi/ids.ts";
import type { ReadyEntry, ReadyView } from "../../../../kernel-abi/ports.ts";
import { createAmbientGuard } from "../../../../runtime/adapters/ambient.ts";
import { createWatchdog } from "../../../../runtime/adapters/watchdog.ts";
import { schedulerWith, type SchedulerPorts } from "../../../../runtime/scheduler/policies.ts";
import { definePolicy, type PolicyPlugin } from "../../../../runtime/scheduler/plugin.ts";
import { faultOf } from "../../../support/refusals.ts";

/** A plug-in may throw anything. */
const NO_ERROR: unknown = null;

/** Last come, first served; counts its picks. */
const lifo = definePolicy({
  name: "lifo", version: 2, initial: { picks: 0, last: [] as number[] },
  pick: (ready, { picks }) => ({ position: ready.length - 1, state: { picks: picks + 1, last: [ready.at(ready.length - 1).actor as number] } }),
});

const pluginWith = (pick: (ready: ReadyView, state: number) => unknown): PolicyPlugin =>
  definePolicy({ name: "odd", version: 1, initial: 0, pick: pick as (ready: ReadyView, state: number) => { position: number; state: number } });

function ask(policy: PolicyPlugin, ports: SchedulerPorts = {}, name = "POLICY_INVALID"): Fault {
  const scheduler = schedulerWith(policy, ports);
  for (const actor of [3, 4]) scheduler.ready(processId(actor));
  const fault = faultOf(() => scheduler.pickActor());
  expect(fault.fault).toBe(name);
  expect(fault.detail["policy"]).toBe("odd");
  expect(() => canonicalJson(fault.toJSON())).not.toThrow();
  return fault;
}

describe("a plug-in", () => {
  it("picks, keeps a state, and goes on from a snapshot", () => {
    const scheduler = schedulerWith(lifo);
    for (const actor of [3, 4, 5]) scheduler.ready(processId(actor));
    expect(scheduler.pick()).toEqual({ actor: 5, ready: 3 });
    const snapshot = scheduler.snapshot();
    expect(snapshot).toMatchObject({ policy: { name: "lifo", version: 2 }, step: 1, next: 3, state: { picks: 1, last: [5] } });
    const again = schedulerWith(lifo, {}, JSON.parse(JSON.stringify(snapshot)) as typeof snapshot);
    for (const one of [scheduler, again]) {
      one.ready(processId(9));
      expect([one.pickActor(), one.pickActor(), one.pickActor(), one.pickActor()]).toEqual([9, 4, 3, -1]);
      expect(one.snapshot().state).toEqual({ picks: 4, last: [3] });
    }
  });

  it("is shown frozen facts and never more", () => {
    const seen: ReadyEntry[] = [];
    const looker = definePolicy({
      name: "looker", version: 1, parameters: { least: 7 }, initial: { depth: [1] },
      pick(ready, state, parameters) {
        seen.push(ready.at(0));
        if (![ready, ready.at(0), state, state.depth, parameters].every((value) => Object.isFrozen(value)) || parameters.least !== 7) throw new Error("not frozen");
        return { position: 0, state };
      },
    });
    const scheduler = schedulerWith(looker);
    scheduler.ready(processId(3), { priority: 4, domain: 2, token: true });
    expect(scheduler.pickActor()).toBe(3);
    expect(seen[0]).toEqual({ actor: 3, enqueued: 0, since: 0, priority: 4, domain: 2, token: true });
  });

  it("has its text, and its parameters, to be told apart by", () => {
    expect(lifo.source).toContain("picks + 1");
    expect(Object.isFrozen(lifo)).toBe(true);
  });
});

describe("definePolicy refuses", () => {
  const good = { name: "mine", version: 1, initial: null, pick: () => ({ position: 0, state: null }) };
  it.each<[what: string, spec: unknown]>([
    ["nothing", undefined], ["no pick", { ...good, pick: undefined }], ["a version of 0", { ...good, version: 0 }], ["a fractional version", { ...good, version: 1.5 }],
    ["no name", { ...good, name: 7 }], ["a state that is a function", { ...good, initial: () => 0 }], ["a state with -0", { ...good, initial: { a: -0 } }],
    ["a state with a date", { ...good, initial: { a: undefined } }], ["parameters that are no integers", { ...good, parameters: { a: "1" } }],
    ["parameters of other names", { ...good, parameters: { "a b": 1 } }], ["parameters that are nothing", { ...good, parameters: null }],
  ])("%s", (_what, spec) => {
    expect(faultOf(() => definePolicy(spec as Parameters<typeof definePolicy>[0])).fault).toBe("POLICY_INVALID");
  });

  it("a name that no label is, and the name of a built-in policy", () => {
    expect(faultOf(() => definePolicy({ ...good, name: "a/b" })).fault).toBe("ABI_MALFORMED");
    expect(faultOf(() => schedulerWith(definePolicy({ ...good, name: "priority" }))).detail["why"]).toBe("a built-in policy has this name");
  });
});

describe("a pick that fails is POLICY_INVALID", () => {
  it.each<[why: string, pick: (ready: ReadyView, state: number) => unknown]>([
    ["it answered nothing", () => undefined],
    ["it answered nothing", () => 0],
    ["the position is not in the queue", (ready, state) => ({ position: ready.length, state })],
    ["the position is not in the queue", (_, state) => ({ position: -1, state })],
    ["the position is not in the queue", (_, state) => ({ position: 0.5, state })],
    ["the position is not in the queue", (_, state) => ({ position: "0", state })],
    ["the position is not in the queue", () => Promise.resolve({ position: 0, state: 0 })],
    ["the state is not plain JSON", () => ({ position: 0 })],
    ["the state is not plain JSON", () => ({ position: 0, state: NaN })],
    ["the state is not plain JSON", () => ({ position: 0, state: () => 0 })],
    ["the state is too large", () => ({ position: 0, state: "x".repeat(65_535) })],
    ["it looked at a position that is not there", (ready) => ready.at(ready.length)],
    ["it looked at a position that is not there", (ready) => ready.at(-1)],
    ["it threw", () => { throw new Error("words"); }],
    ["it threw", () => { throw NO_ERROR; }],
    ["it threw", (_, state) => ({ position: 0, get state() { throw new Error(String(state)); } })],
    ["it threw", (ready) => { (ready as { step: number }).step = 4; return { position: 0, state: 0 }; }],
    ["it threw", function deeper(ready, state): unknown { return [deeper(ready, state)]; }],
  ])("%s", (why, pick) => {
    expect(ask(pluginWith(pick)).detail["why"]).toBe(why);
    expect(ask(pluginWith(pick), { guard: createAmbientGuard(), watchdog: createWatchdog() }).detail["why"]).toBe(why);
  });

  it("one that remembers in a variable of its own gives two answers to one question", () => {
    let calls = 0;
    expect(ask(pluginWith(() => ({ position: calls++ % 2, state: 0 }))).detail["why"]).toBe("it gave two answers to one question");
    expect(ask(pluginWith(() => ({ position: 0, state: calls++ }))).detail["why"]).toBe("it gave two answers to one question");
  });

  it("one that reaches for the host is trapped", () => {
    const guard = createAmbientGuard();
    const leave = guard.install();
    try {
      expect(ask(pluginWith(() => ({ position: Math.floor(Math.random()), state: 0 })), { guard, watchdog: createWatchdog() }).detail).toMatchObject({ why: "it threw", fault: "AMBIENT_ACCESS", what: "Math.random" });
      expect(Math.random()).toBeGreaterThanOrEqual(0); // the traps are asleep again
    } finally {
      leave();
    }
  });

  it("one that does not end is stopped, and the traps are asleep again", () => {
    const guard = createAmbientGuard();
    const leave = guard.install();
    try {
      for (const endless of [() => { for (;;); }, () => { try { for (;;); } finally { for (;;); } }]) {
        expect(ask(pluginWith(endless), { guard, watchdog: createWatchdog(50) }, "POLICY_ENDLESS").detail["version"]).toBe(1);
        expect(Math.random()).toBeGreaterThanOrEqual(0);
      }
    } finally {
      leave();
    }
  });
});
