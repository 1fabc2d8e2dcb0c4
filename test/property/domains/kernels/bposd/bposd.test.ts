// The kernel against its plain reference on random problems: the same choice, however shots are grouped; and what is chosen explains the events.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openBpOsd } from "../../../../../domains/kernels/bposd/decoder.ts";
import { decodePlainly } from "../../../../../domains/kernels/bposd/reference.ts";
import type { BpOsdOptions } from "../../../../../domains/kernels/bposd/problem.ts";
import { answersOf, bitsOf, namingProblem, type PlainColumn } from "../../../../support/decoding-problems.ts";

const RUNS = process.env["TRIAD_LONG"] === undefined ? 150 : 20_000;

interface Case { readonly detectors: number; readonly columns: readonly PlainColumn[]; readonly shots: readonly (readonly number[])[]; readonly options: BpOsdOptions }

/** Probabilities of many digits, so that no two sets of mechanisms weigh the same. */
const probability = fc.integer({ min: 1, max: 600_000 }).map((n) => (n * 2 + 1) / 1_234_567.891);

const cases: fc.Arbitrary<Case> = fc.integer({ min: 1, max: 140 }).chain((detectors) => fc.record({
  detectors: fc.constant(detectors),
  columns: fc.array(fc.record({ detectors: fc.uniqueArray(fc.nat(detectors - 1), { minLength: 0, maxLength: 5 }), probability }), { minLength: 1, maxLength: 60 }),
  shots: fc.array(fc.array(fc.nat(59), { maxLength: 6 }), { minLength: 1, maxLength: 9 }),
  options: fc.record({ iterations: fc.integer({ min: 1, max: 12 }), scale: fc.constantFrom("adaptive" as const, 0.625, 1), order: fc.constantFrom(0, 0, 1, 5) }),
}));

const oddly = (lists: readonly (readonly number[])[]): ReadonlySet<number> => {
  const found = new Set<number>();
  for (const list of lists) for (const value of list) if (!found.delete(value)) found.add(value);
  return found;
};

describe("BP with ordered statistics", () => {
  it("chooses what the plain reference chooses", () => {
    fc.assert(fc.property(cases, fc.boolean(), ({ detectors, columns, shots, options }, anyEvents) => {
      const problem = namingProblem(detectors, columns);
      // Events of sets of mechanisms, or any events at all, which nothing may explain.
      const events = shots.map((shot) => (anyEvents ? new Set(shot.map((d) => d % detectors)) : oddly(shot.map((j) => columns[j % columns.length]?.detectors ?? []))));
      const found = answersOf(openBpOsd(problem, options), problem, events);
      for (const [shot, own] of events.entries()) {
        const wanted = decodePlainly(problem, own, options);
        const { mask, weight, stage } = found[shot] ?? { mask: -1n, weight: NaN, stage: NaN };
        expect({ stage, mask: bitsOf(mask) }).toEqual({ stage: wanted.stage, mask: bitsOf(wanted.mask) });
        if (stage === 0) expect(weight).toBe(wanted.weight);
        else if (stage === 1) expect(Math.abs(weight - wanted.weight)).toBeLessThan(1e-9);
        else expect(weight).toBe(Infinity);
        if (stage !== 2) expect(oddly(bitsOf(mask).map((j) => columns[j]?.detectors ?? []))).toEqual(own);
        else expect(anyEvents).toBe(true);
      }
    }), { numRuns: RUNS });
  });

  it("answers alike in one batch, in several, and in any order", () => {
    fc.assert(fc.property(cases, fc.nat(8), ({ detectors, columns, shots, options }, cut) => {
      const problem = namingProblem(detectors, columns);
      const events = shots.map((shot) => oddly(shot.map((j) => columns[j % columns.length]?.detectors ?? [])));
      const decoder = openBpOsd(problem, options);
      const whole = answersOf(decoder, problem, events);
      expect([...answersOf(decoder, problem, events.slice(0, cut)), ...answersOf(decoder, problem, events.slice(cut))]).toEqual(whole);
      expect(answersOf(decoder, problem, events.toReversed()).toReversed()).toEqual(whole);
    }), { numRuns: RUNS });
  });
});
