// Guards as conjunctions: exclusive, together the guard, and bounded.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Fault } from "../../../../../kernel-abi/fault.ts";
import { GUARD_TERMS_MAX, GuardExpansion, and, both, holds, literal, or, type Formula } from "../../../../../domains/q/api/graph-guards.ts";

const BITS = 6;
const rows = Array.from({ length: 1 << BITS }, (_, row) => Array.from({ length: BITS }, (__, bit) => (row >> bit) & 1));

const { formula } = fc.letrec<{ formula: Formula }>((tie) => ({
  formula: fc.oneof({ maxDepth: 4 },
    fc.tuple(fc.nat(BITS - 1), fc.constantFrom(0 as const, 1 as const)).map(([bit, value]) => literal(bit, value)),
    fc.boolean(),
    fc.tuple(fc.boolean(), fc.array(tie("formula"), { maxLength: 4 })).map(([all, of]) => (all ? and(...of) : or(...of)))),
}));

const truth = (one: Formula, row: readonly number[]): boolean =>
  (typeof one === "boolean" ? one : "bit" in one ? row[one.bit] === one.value : one.type === "and" ? one.of.every((part) => truth(part, row)) : one.of.some((part) => truth(part, row)));

const fault = (work: () => unknown): string | undefined => {
  try { work(); } catch (error) { return error instanceof Fault ? error.fault : "none"; }
  return undefined;
};

describe("a guard", () => {
  it("is as many exclusive conjunctions as needed", () => {
    fc.assert(fc.property(formula, (guard) => {
      const terms = new GuardExpansion().termsOf(guard, "n");
      for (const row of rows) expect(terms.filter((term) => holds(term, row)).length).toBe(truth(guard, row) ? 1 : 0);
    }), { numRuns: 400 });
  });

  it("that is a conjunction is one", () => {
    expect(new GuardExpansion().termsOf(and(literal(3, 1), literal(1, 0)), "n")).toEqual([[[3, 1], [1, 0]]]);
    expect(new GuardExpansion().termsOf(or(literal(3, 1), literal(1, 0)), "n")).toEqual([[[3, 1]], [[3, 0], [1, 0]]]);
  });

  it("is refused when it would be too many, and when it would take too long", () => {
    const clauses = (count: number): Formula => and(...Array.from({ length: count }, (_, at) => or(literal(2 * at, 1), literal(2 * at + 1, 1))));
    expect(new GuardExpansion().termsOf(clauses(8), "n")).toHaveLength(GUARD_TERMS_MAX);
    expect(fault(() => new GuardExpansion().termsOf(clauses(9), "n"))).toBe("QVM_GUARD_LIMIT");
    // Contradictory: no conjunction at all, and many to try.
    const never = and(clauses(40), literal(200, 1), literal(200, 0));
    expect(fault(() => new GuardExpansion().termsOf(never, "n"))).toBe("QVM_GUARD_LIMIT");
  });

  it("joins with what else has to hold, unless they contradict each other", () => {
    expect(both([[1, 0]], [[2, 1]])).toEqual([[1, 0], [2, 1]]);
    expect(both([[1, 0]], [[1, 0]])).toEqual([[1, 0]]);
    expect(both([[1, 0]], [[1, 1]])).toBeUndefined();
  });
});
