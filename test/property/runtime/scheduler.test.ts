// Every built-in policy is two things: a formula over the whole queue, and an index that picks without looking at it. Here they are
// held against each other pick for pick; and a scheduler made from a snapshot goes on as the one it was taken from.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalJson, parseCanonicalJson } from "../../../kernel-abi/canonical.ts";
import { ActorHeap } from "../../../runtime/scheduler/actor-heap.ts";
import { ActorQueue } from "../../../runtime/scheduler/actor-queue.ts";
import { ActorSet } from "../../../runtime/scheduler/actor-set.ts";
import { PolicyScheduler } from "../../../runtime/scheduler/policy-scheduler.ts";
import type { SchedulerSnapshot } from "../../../runtime/scheduler/scheduler.ts";
import { CANDIDATES, steps, take } from "../../support/schedules.ts";

const RUNS = process.env["TRIAD_LONG"] === "1" ? 1_000 : 25;
/** Few ids make collisions and repeats; many reach every level of an index. */
const loads = fc.oneof(steps(9, 300), steps(60, 300), steps(70_000, 120));

describe.each(CANDIDATES)("$title", ({ formula, make }) => {
  it("picks what its formula picks", () => {
    fc.assert(fc.property(loads, (load) => {
      expect(take(make(), load)).toEqual(take(new PolicyScheduler(formula), load));
    }), { numRuns: RUNS });
  });

  it("picks what its formula picks with a thousand ready", () => {
    fc.assert(fc.property(steps(1_002, 4_000), (load) => {
      const crowded = load.filter(({ op }, at) => op === "ready" || at % 7 === 0);
      expect(take(make(), crowded)).toEqual(take(new PolicyScheduler(formula), crowded));
    }), { numRuns: Math.ceil(RUNS / 20) });
  });

  it("goes on from a snapshot, which is plain data", () => {
    fc.assert(fc.property(loads, loads, (before, after) => {
      const first = make();
      const waiting = new Set<number>();
      take(first, before, waiting, false);
      const snapshot = parseCanonicalJson(canonicalJson(first.snapshot())) as SchedulerSnapshot;
      const second = make(snapshot);
      expect(second.length).toBe(first.length);
      expect(second.snapshot()).toEqual(snapshot);
      const plain = new PolicyScheduler(formula);
      take(plain, before, new Set(), false);
      const places = ({ step, next, state, ready }: SchedulerSnapshot): unknown => ({ step, next, state, ready: ready.map(({ actor, enqueued }) => [actor, enqueued]) });
      expect(places(snapshot)).toEqual(places(plain.snapshot()));
      expect(take(second, after, new Set(waiting))).toEqual(take(first, after, waiting));
    }), { numRuns: RUNS });
  });

  it("loses nobody and picks nobody twice", () => {
    fc.assert(fc.property(loads, (load) => {
      const scheduler = make();
      const waiting = new Set<number>();
      const picks = take(scheduler, load, waiting);
      expect(scheduler.length).toBe(0);
      expect(waiting.size).toBe(0);
      expect(scheduler.pick()).toBeUndefined();
      const counts = (ids: readonly number[]): Map<number, number> => ids.reduce((map, id) => map.set(id, (map.get(id) ?? 0) + 1), new Map<number, number>());
      const model = new Set<number>();
      const readied = load.flatMap((step) => (step.op === "ready" ? [step.actor] : []));
      for (const [id, times] of counts(picks)) expect(times).toBeLessThanOrEqual(counts(readied).get(id) ?? 0);
      for (const id of readied) model.add(id);
      expect(new Set(picks)).toEqual(model);
    }), { numRuns: RUNS });
  });
});

describe("the indexes", () => {
  it("a set of actors finds the next member, whatever its size", () => {
    const ids = fc.oneof(fc.integer({ min: 0, max: 70 }), fc.integer({ min: 0, max: 1_048_576 }));
    fc.assert(fc.property(fc.array(fc.tuple(fc.boolean(), ids), { maxLength: 200, size: "max" }), ids, (changes, probe) => {
      const set = new ActorSet();
      const model = new Set<number>();
      for (const [into, id] of changes) {
        if (into) { set.add(id); model.add(id); } else expect(set.delete(id)).toBe(model.delete(id));
      }
      const sorted = [...model].sort((a, b) => a - b);
      expect(set.size).toBe(sorted.length);
      for (const from of [-1, probe, ...sorted]) expect(set.after(from)).toBe(sorted.find((id) => id > from) ?? -1);
      for (const id of [probe, ...sorted]) expect(set.has(id)).toBe(model.has(id));
    }), { numRuns: RUNS });
  });

  it("a queue of actors is first in, first out, across every growth", () => {
    fc.assert(fc.property(fc.array(fc.option(fc.integer({ min: 0, max: 1_048_576 }), { nil: undefined }), { maxLength: 400, size: "max" }), (changes) => {
      const queue = new ActorQueue();
      const model: number[] = [];
      for (const id of changes) {
        if (id === undefined) expect(queue.shift()).toBe(model.shift() ?? -1);
        else { queue.push(id); model.push(id); }
        expect([queue.length, queue.first]).toEqual([model.length, model[0] ?? -1]);
      }
      expect(queue.toArray()).toEqual(model);
    }), { numRuns: RUNS });
  });

  it("a heap of actors gives them out in order", () => {
    fc.assert(fc.property(fc.array(fc.option(fc.integer({ min: 0, max: 500 }), { nil: undefined }), { maxLength: 300, size: "max" }), (changes) => {
      const heap = new ActorHeap((a, b) => a < b);
      let model: number[] = [];
      for (const id of changes) {
        if (id !== undefined) { heap.push(id); model = [...model, id].sort((a, b) => a - b); } else expect(heap.shift()).toBe(model.shift() ?? -1);
        expect([heap.length, heap.first]).toEqual([model.length, model[0] ?? -1]);
      }
    }), { numRuns: RUNS });
  });
});
