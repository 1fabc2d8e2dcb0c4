// Arbitration by tuple (082), and why it is never a packed number.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { arbitrate, compareUnits, EQUAL_DOMAINS, type SchedulableUnit } from "../../../../runtime/scheduler/arbitration.ts";

const unit = (changes: Partial<SchedulableUnit>): SchedulableUnit => ({ id: 1, domain: 0, process: 3, priority: 2, submission: 10, ...changes });

describe("the order of units", () => {
  it.each<[what: string, first: Partial<SchedulableUnit>, second: Partial<SchedulableUnit>]>([
    ["domain priority before priority", { domain: 1, priority: 0 }, { domain: 0, priority: 4 }],
    ["priority before submission", { priority: 3, submission: 99 }, { priority: 2, submission: 0 }],
    ["submission before process", { submission: 9, process: 99 }, { submission: 10, process: 3 }],
    ["process before unit", { process: 3, id: 99 }, { process: 4, id: 1 }],
    ["unit last", { id: 1 }, { id: 2 }],
  ])("%s", (_what, first, second) => {
    expect(compareUnits(unit(first), unit(second), [0, 1, 0])).toBeLessThan(0);
    expect(compareUnits(unit(second), unit(first), [0, 1, 0])).toBeGreaterThan(0);
  });

  it("does not let a process id decide against the order of submission", () => {
    // One packed key with ten units of weight a process and ten thousand a tick of submission: id 1,001 outweighs a tick.
    const packed = ({ submission, process }: SchedulableUnit): number => submission * 10_000 + process * 10;
    const earlier = unit({ submission: 5, process: 1_001 });
    const later = unit({ submission: 6, process: 0 });
    expect(packed(earlier)).toBeGreaterThan(packed(later));
    expect(arbitrate([later, earlier])).toBe(earlier);
  });

  it("domains are equal unless somebody says otherwise", () => {
    expect(compareUnits(unit({ domain: 0, id: 2 }), unit({ domain: 2, id: 1 }))).toBeGreaterThan(0);
    expect(EQUAL_DOMAINS).toEqual([0, 0, 0]);
    expect(arbitrate([])).toBeUndefined();
  });

  it("is strict and total, with figures of any size", () => {
    const figure = fc.oneof(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }));
    const units = fc.uniqueArray(fc.record({ id: figure, domain: fc.integer({ min: 0, max: 2 }), process: figure, priority: fc.integer({ min: 0, max: 9 }), submission: figure }), { maxLength: 25, size: "max", selector: ({ id }) => id });
    fc.assert(fc.property(units, fc.tuple(figure, figure, figure), (all, domains) => {
      const sorted = [...all].sort((a, b) => compareUnits(a, b, domains));
      for (const [at, a] of sorted.entries()) for (const b of sorted.slice(at + 1)) {
        expect(compareUnits(a, b, domains)).toBeLessThan(0);
        expect(compareUnits(b, a, domains)).toBeGreaterThan(0);
      }
      expect(arbitrate(all, domains)).toBe(sorted[0]);
    }), { numRuns: 60 });
  });
});
