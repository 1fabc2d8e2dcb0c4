// Choosing a policy, and what each picks, by example.
import { describe, expect, it } from "vitest";
import { processId } from "../../../../kernel-abi/ids.ts";
import { InvariantBroken } from "../../../../kernel-abi/invariant.ts";
import { PLAIN_FACTS, type ReadyFacts } from "../../../../kernel-abi/ports.ts";
import { grantedPriority, PRIORITY, priority } from "../../../../kernel-abi/priority.ts";
import { choosePolicy, parsePolicy, POLICY_NAMES, schedulerWith, type PolicyChoice } from "../../../../runtime/scheduler/policies.ts";
import type { Scheduler } from "../../../../runtime/scheduler/scheduler.ts";
import { faultOf } from "../../../support/refusals.ts";

const told = (changes: Partial<ReadyFacts> = {}): ReadyFacts => ({ ...PLAIN_FACTS, ...changes });
const picksOf = (scheduler: Scheduler): number[] => Array.from({ length: scheduler.length }, () => scheduler.pickActor());

function picks(choice: PolicyChoice, ready: readonly (readonly [number, Partial<ReadyFacts>?])[]): number[] {
  const scheduler = schedulerWith(choice);
  for (const [actor, facts] of ready) scheduler.ready(processId(actor), facts === undefined ? undefined : told(facts));
  return picksOf(scheduler);
}

describe("choosing a policy", () => {
  it("takes a name, a name with parameters, and words of a command line", () => {
    for (const name of POLICY_NAMES) {
      expect(schedulerWith(name).policy).toEqual({ name, version: 1 });
      expect(choosePolicy(name).stated).toBe(false);
    }
    expect(parsePolicy("priority:agingQuantum=3")).toEqual({ name: "priority", parameters: { agingQuantum: 3 } });
    expect(parsePolicy("cooperative")).toEqual({ name: "cooperative", parameters: {} });
    expect(choosePolicy({ name: "domain-fair", parameters: { Q: 2 } }).parameters).toEqual({ skew: 4, agingQuantum: 8, K: 0, Q: 2, PHI: 0 });
  });

  it("states parameters only where one differs from its default", () => {
    expect(choosePolicy({ name: "priority", parameters: { agingQuantum: 8 } }).stated).toBe(false);
    expect(choosePolicy({ name: "priority", parameters: { agingQuantum: 9 } }).stated).toBe(true);
  });

  it.each(["fifo", "", "priority:", "priority:agingQuantum", "priority:agingQuantum=-1", "priority:agingQuantum=1,agingQuantum=1", "priority:favour=1", "priority:agingQuantum=1e9",
    "priority:agingQuantum=9999999999", "cooperative:x=1", "progress-aware:favour=1.5", "domain-fair:skew=0", "priority:__proto__=1", "priority:toString=1", "x".repeat(5_000)])("refuses %j", (text) => {
    expect(faultOf(() => parsePolicy(text)).fault).toBe("USAGE");
  });

  it("refuses what is no choice at all", () => {
    for (const choice of [undefined, null, 7, {}, [], { name: null }, { name: "priority", parameters: { agingQuantum: "8" } }]) {
      expect(faultOf(() => choosePolicy(choice as unknown as PolicyChoice)).fault).toBe("USAGE");
    }
  });

  it("refuses parameters that are no integers", () => {
    for (const agingQuantum of [-0, 1.5, NaN, Infinity]) expect(faultOf(() => choosePolicy({ name: "priority", parameters: { agingQuantum } })).fault).toBe("USAGE");
  });
});

describe("what each policy picks", () => {
  const three = [[5], [3], [4]] as const;
  it("cooperative: as they came", () => { expect(picks("cooperative", three)).toEqual([5, 3, 4]); });

  it("round-robin: by id, on from the last", () => {
    const scheduler = schedulerWith("round-robin");
    for (const [actor] of three) scheduler.ready(processId(actor));
    expect([scheduler.pickActor(), scheduler.pickActor()]).toEqual([3, 4]);
    scheduler.ready(processId(3));
    expect(picksOf(scheduler)).toEqual([5, 3]);
  });

  it("priority: highest first, then as they came; waiting raises", () => {
    expect(picks("priority", [[5, { priority: 1 }], [3, { priority: 4 }], [4, { priority: 4 }]])).toEqual([3, 4, 5]);
    const scheduler = schedulerWith({ name: "priority", parameters: { agingQuantum: 2 } });
    scheduler.ready(processId(3), told({ priority: 2 }));
    scheduler.ready(processId(4), told({ priority: 3 }));
    const order: number[] = [];
    for (let step = 0; step < 4; step++) {
      order.push(scheduler.pickActor());
      if (order.at(-1) === 4) scheduler.ready(processId(4), told({ priority: 3 }));
    }
    expect(order).toEqual([4, 4, 3, 4]); // after two picks 3 is worth 3 too, and came first
  });

  it("progress-aware: holders first, but not without end", () => {
    const ready = [[3], [4, { token: true }], [5, { token: true }], [6, { token: true }]] as const;
    expect(picks("progress-aware", ready)).toEqual([4, 5, 6, 3]);
    expect(picks({ name: "progress-aware", parameters: { favour: 2 } }, ready)).toEqual([4, 5, 3, 6]);
    expect(picks({ name: "progress-aware", parameters: { favour: 0 } }, ready)).toEqual([3, 4, 5, 6]);
  });

  it("domain-fair: by the tuple, and no domain far ahead", () => {
    const ready = [[3, { domain: 0 }], [4, { domain: 0, priority: 4 }], [5, { domain: 1 }], [6, { domain: 2 }]] as const;
    expect(picks("domain-fair", ready)).toEqual([4, 3, 5, 6]);
    expect(picks({ name: "domain-fair", parameters: { PHI: 1 } }, ready)).toEqual([6, 4, 3, 5]);
    expect(picks({ name: "domain-fair", parameters: { skew: 1 } }, ready)).toEqual([4, 5, 6, 3]);
  });
});

describe("a scheduler", () => {
  it("refuses an actor that is ready already, and facts out of range", () => {
    for (const name of POLICY_NAMES.filter((known) => known !== "cooperative")) {
      const scheduler = schedulerWith(name);
      scheduler.ready(processId(3));
      expect(() => { scheduler.ready(processId(3)); }).toThrow(InvariantBroken);
      expect(() => { scheduler.ready(processId(4), told({ priority: 5 })); }).toThrow(InvariantBroken);
      expect(() => { scheduler.ready(processId(4), told({ domain: 3 })); }).toThrow(InvariantBroken);
      expect(picksOf(scheduler)).toEqual([3]);
    }
  });

  it("refuses a snapshot whose state is not its own", () => {
    const { policy, ...rest } = schedulerWith("round-robin").snapshot();
    for (const state of [-2, 1.5, "3", null, [0, 0, 9]]) {
      for (const name of ["round-robin", "progress-aware", "domain-fair"] as const) {
        if (name === "round-robin" && state === 3) continue;
        expect(() => schedulerWith(name, {}, { policy, ...rest, state })).toThrow(InvariantBroken);
      }
    }
  });

  it("reads facts only where its policy looks at them", () => {
    expect(POLICY_NAMES.filter((name) => schedulerWith(name).readsFacts)).toEqual(["priority", "progress-aware", "domain-fair"]);
  });

  it("tells an observer every pick", () => {
    const told: unknown[] = [];
    const scheduler = schedulerWith("priority", { observer: { pick: (facts) => { told.push(facts); } } });
    for (const actor of [5, 4]) scheduler.ready(processId(actor));
    expect([scheduler.pick(), scheduler.pickActor(), scheduler.pickActor()]).toEqual([{ actor: 5, ready: 2 }, 4, -1]);
    expect(told).toEqual([{ step: 0, actor: 5, policy: "priority", ready: 2 }, { step: 1, actor: 4, policy: "priority", ready: 1 }]);
  });
});

describe("priorities", () => {
  it("a child never has more than its parent", () => {
    expect(grantedPriority(undefined, undefined)).toBe(PRIORITY.NORMAL);
    expect(grantedPriority(undefined, PRIORITY.CRITICAL)).toBe(PRIORITY.CRITICAL);
    expect(grantedPriority(PRIORITY.CRITICAL, PRIORITY.LOW, PRIORITY.HIGH)).toBe(PRIORITY.HIGH);
    expect(grantedPriority(PRIORITY.IDLE, PRIORITY.HIGH, PRIORITY.HIGH)).toBe(PRIORITY.IDLE);
    expect(grantedPriority(undefined, undefined, PRIORITY.LOW)).toBe(PRIORITY.LOW);
  });

  it.each([-1, 5, 1.5, "2", null, NaN])("%j is none", (value) => { expect(faultOf(() => priority(value)).fault).toBe("ABI_MALFORMED"); });
  it("0 to 4 are", () => { expect([0, 1, 2, 3, 4].map(priority)).toEqual([0, 1, 2, 3, 4]); });
});
