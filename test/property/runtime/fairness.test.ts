// k-fairness, measured: every wait of random and of adversarial loads against the bound its policy states; how near adversaries come;
// and what happens where there is no bound.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ReadyFacts } from "../../../kernel-abi/ports.ts";
import { COOPERATIVE } from "../../../runtime/scheduler/cooperative.ts";
import { DOMAIN_FAIR, domainFairWaitBound } from "../../../runtime/scheduler/domain-fair.ts";
import { PRIORITY_POLICY, priorityWaitBound } from "../../../runtime/scheduler/priority.ts";
import { PROGRESS_AWARE, progressWaitBound } from "../../../runtime/scheduler/progress-aware.ts";
import { ROUND_ROBIN } from "../../../runtime/scheduler/round-robin.ts";
import type { Scheduler } from "../../../runtime/scheduler/scheduler.ts";
import { facts, measure, type Wait } from "../../support/schedules.ts";

const RUNS = process.env["TRIAD_LONG"] === "1" ? 300 : 8;
const ROUNDS = 200;

interface Promised {
  readonly title: string;
  readonly make: () => Scheduler;
  /** The stated k of one wait. */
  readonly bound: (wait: Wait) => number;
}

const equal = { K: 0, Q: 0, PHI: 0 };
const PROMISES: readonly Promised[] = [
  { title: "cooperative", make: () => COOPERATIVE.scheduler({}), bound: ({ waiting }) => waiting },
  { title: "round-robin", make: () => ROUND_ROBIN.scheduler({}), bound: ({ met }) => met },
  ...[1, 3, 8, 40].map((agingQuantum): Promised => ({
    title: `priority agingQuantum=${agingQuantum}`, make: () => PRIORITY_POLICY.scheduler({ agingQuantum }),
    bound: ({ met, facts: { priority } }) => priorityWaitBound(met, priority, agingQuantum),
  })),
  ...[0, 1, 8].map((favour): Promised => ({
    title: `progress-aware favour=${favour}`, make: () => PROGRESS_AWARE.scheduler({ favour }),
    bound: ({ waiting, others, facts: { token } }) => progressWaitBound(waiting, token ? 0 : others, favour),
  })),
  ...[{ skew: 4, agingQuantum: 8, ...equal }, { skew: 1, agingQuantum: 2, ...equal }, { skew: 6, agingQuantum: 3, K: 0, Q: 7, PHI: 2 }].map((parameters): Promised => ({
    title: `domain-fair ${JSON.stringify(parameters)}`, make: () => DOMAIN_FAIR.scheduler(parameters),
    bound: ({ rivals, facts: { priority } }) => domainFairWaitBound(rivals, priority, parameters),
  })),
];

const broken = (waits: readonly Wait[], bound: Promised["bound"]): readonly Wait[] => waits.filter((wait) => wait.picks > bound(wait));
const worst = (waits: readonly Wait[], of: (wait: Wait) => boolean = () => true): number => Math.max(...waits.filter(of).map(({ picks }) => picks));

const told = (priority: number, domain = 0, token = false): ReadyFacts => ({ priority, domain, token });
const crowd = (size: number, of: (index: number) => ReadyFacts): readonly (readonly [number, ReadyFacts])[] =>
  Array.from({ length: size }, (_, index) => [3 + index, of(index)] as const);

describe.each(PROMISES)("$title keeps its bound", ({ make, bound }) => {
  it("when anybody becomes ready at any time", () => {
    const arrivals = fc.array(fc.array(fc.tuple(fc.integer({ min: 3, max: 22 }), facts), { maxLength: 4 }), { minLength: 1, maxLength: 60, size: "max" });
    fc.assert(fc.property(arrivals, (pattern) => {
      expect(broken(measure(make(), ROUNDS, (step) => pattern[step % pattern.length] ?? []), bound)).toEqual([]);
    }), { numRuns: RUNS });
  });

  it("when everybody else comes back at once with whatever the policy likes best", () => {
    const kinds = fc.array(facts, { minLength: 2, maxLength: 24, size: "max" });
    fc.assert(fc.property(kinds, (all) => {
      expect(broken(measure(make(), ROUNDS, () => crowd(all.length, (index) => all[index] ?? told(2))), bound)).toEqual([]);
      const best = told(4, 1, true);
      expect(broken(measure(make(), ROUNDS, () => crowd(all.length, (index) => (index === 0 ? told(0) : best))), bound)).toEqual([]);
    }), { numRuns: RUNS });
  });

  it("when the others come in bursts just before it would be picked", () => {
    fc.assert(fc.property(fc.integer({ min: 2, max: 24 }), fc.integer({ min: 1, max: 50 }), (size, period) => {
      const refill = (step: number) => crowd(size, (index) => (index === 0 ? told(0) : told(4, index % 3, index % 2 === 0))).filter(([actor]) => actor === 3 || step % period === 0);
      expect(broken(measure(make(), ROUNDS, refill), bound)).toEqual([]);
    }), { numRuns: RUNS });
  });
});

describe("the bounds are near what adversaries reach", () => {
  it.each([[4, 1], [16, 1], [64, 1]])("priority: %i actors, quantum %i: the bound itself", (actors, quantum) => {
    const waits = measure(PRIORITY_POLICY.scheduler({ agingQuantum: quantum }), 2_000, () => crowd(actors, (index) => told(index === 0 ? 0 : 4)));
    expect(worst(waits, ({ actor }) => actor === 3)).toBe(priorityWaitBound(actors, 0, quantum));
  });

  it("priority: 64 actors, quantum 8: 89 of 95", () => {
    const waits = measure(PRIORITY_POLICY.scheduler({ agingQuantum: 8 }), 2_000, () => crowd(64, (index) => told(index === 0 ? 0 : 4)));
    expect([worst(waits, ({ actor }) => actor === 3), priorityWaitBound(64, 0, 8)]).toEqual([89, 95]);
  });

  it("round-robin: as many picks as there are actors", () => {
    expect(worst(measure(ROUND_ROBIN.scheduler({}), 500, () => crowd(17, () => told(2))))).toBe(17);
  });

  it("progress-aware: 32 actors, half of them holders, favour 8: 153 of 160", () => {
    const waits = measure(PROGRESS_AWARE.scheduler({ favour: 8 }), 2_000, () => crowd(32, (index) => told(2, 0, index < 16)));
    expect([worst(waits, ({ facts: { token } }) => !token), progressWaitBound(32, 16, 8)]).toEqual([153, 160]);
  });

  it("domain-fair: no domain gets more than `skew` ahead of another that waits", () => {
    for (const skew of [1, 4, 9]) {
      const counts = [0, 0, 0];
      const domains = new Map<number, number>();
      let ahead = 0;
      measure(DOMAIN_FAIR.scheduler({ skew, agingQuantum: 8, K: 0, Q: 100, PHI: 50 }), 600, (_step, _isReady, last) => {
        const domain = domains.get(last);
        if (domain !== undefined) counts[domain] = (counts[domain] ?? 0) + 1;
        ahead = Math.max(ahead, Math.max(...counts) - Math.min(...counts));
        const all = crowd(12, (index) => told(index % 3 === 1 ? 4 : 1, index % 3));
        for (const [actor, { domain: of }] of all) domains.set(actor, of);
        return all;
      });
      expect(ahead).toBe(skew);
      expect(counts.reduce((sum, count) => sum + count)).toBe(599);
    }
  });
});

describe("without aging or a limit to favour", () => {
  it("priority starves: the last is picked when nobody else comes any more", () => {
    const waits = measure(PRIORITY_POLICY.scheduler({ agingQuantum: 0 }), 1_000, () => crowd(3, (index) => told(index === 0 ? 0 : 4)));
    expect(worst(waits, ({ actor }) => actor === 3)).toBeGreaterThan(1_000);
    expect(priorityWaitBound(3, 0, 0)).toBe(Infinity);
  });

  it("a wait grows with the favour granted", () => {
    const waitOf = (favour: number): number => worst(measure(PROGRESS_AWARE.scheduler({ favour }), 1_000, () => crowd(2, (index) => told(2, 0, index === 0))), ({ facts: { token } }) => !token);
    expect([0, 1, 8, 100].map(waitOf)).toEqual([2, 2, 9, 101]);
  });
});
