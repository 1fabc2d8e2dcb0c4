// The algebra of capability sets: the laws of a distributive lattice, and what they mean for calls.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { attenuate, contains, isVoid, meet, type Grant, type Scope } from "../../../kernel-abi/capability.ts";
import {
  ALL_CAPABILITIES, capabilitySet, compareGrants, containsSet, demandOf, equalSets, intersection, NO_CAPABILITIES, permits, union, type CapabilitySet,
} from "../../../kernel-abi/capability-set.ts";
import { Fault } from "../../../kernel-abi/fault.ts";
import { processId, tick } from "../../../kernel-abi/ids.ts";
import { CapabilityTable } from "../../../runtime/kernel/capability-table.ts";
import { demand, grant, grants, HORIZON, set, TARGETS, wish } from "../../support/grants.ts";

const RUNS = { numRuns: 1_000 };
type Laws = Readonly<Record<string, (a: CapabilitySet, b: CapabilitySet, c: CapabilitySet) => readonly [CapabilitySet, CapabilitySet]>>;

/** Written without the algebra: each limit by itself, uses and ticks counted one at a time. */
function permitsNaively(list: readonly Grant[], { verb, scope }: Grant): boolean {
  const within = (limit: number | null, amount: number): boolean => limit === null || amount <= limit;
  const ticks: number[] = [];
  for (let at = scope.from; at < (scope.until ?? 0); at++) ticks.push(at);
  return ticks.length > 0 && (scope.uses ?? 0) > 0 && list.some((one) => one.verb === verb
    && ticks.every((at) => at >= one.scope.from && (one.scope.until === null || at < one.scope.until))
    && within(one.scope.uses, scope.uses ?? 0) && within(one.scope.units, scope.units ?? 0)
    && (one.scope.target === null || one.scope.target === scope.target));
}

/** A demand that reaches into every corner of the grant that this small world has. */
const corner = ({ verb, scope }: Grant): Grant => ({
  verb,
  scope: { from: scope.from, until: scope.until ?? scope.from + HORIZON + 1, uses: scope.uses ?? HORIZON + 1, units: scope.units ?? HORIZON + 1, target: scope.target },
});

describe("capability sets are a distributive lattice", () => {
  const laws: Laws = {
    "union is commutative": (a, b) => [union(a, b), union(b, a)],
    "union is associative": (a, b, c) => [union(a, union(b, c)), union(union(a, b), c)],
    "union is idempotent": (a) => [union(a, a), a],
    "intersection is commutative": (a, b) => [intersection(a, b), intersection(b, a)],
    "intersection is associative": (a, b, c) => [intersection(a, intersection(b, c)), intersection(intersection(a, b), c)],
    "intersection is idempotent": (a) => [intersection(a, a), a],
    "union absorbs intersection": (a, b) => [union(a, intersection(a, b)), a],
    "intersection absorbs union": (a, b) => [intersection(a, union(a, b)), a],
    "intersection distributes over union": (a, b, c) => [intersection(a, union(b, c)), union(intersection(a, b), intersection(a, c))],
    "union distributes over intersection": (a, b, c) => [union(a, intersection(b, c)), intersection(union(a, b), union(a, c))],
    "nothing is neutral for union": (a) => [union(a, NO_CAPABILITIES), a],
    "everything is neutral for intersection": (a) => [intersection(a, ALL_CAPABILITIES), a],
    "nothing annihilates": (a) => [intersection(a, NO_CAPABILITIES), NO_CAPABILITIES],
    "everything swallows": (a) => [union(a, ALL_CAPABILITIES), ALL_CAPABILITIES],
  };
  it.each(Object.entries(laws))("%s", (_, law) => {
    fc.assert(fc.property(set, set, set, (a, b, c) => {
      const [left, right] = law(a, b, c);
      expect(left).toEqual(right);
      expect(equalSets(left, right)).toBe(true);
    }), RUNS);
  });

  it("containment is a partial order whose joins and meets are union and intersection", () => {
    fc.assert(fc.property(set, set, set, (a, b, c) => {
      expect(containsSet(a, a)).toBe(true);
      if (containsSet(a, b) && containsSet(b, c)) expect(containsSet(a, c)).toBe(true);
      expect(containsSet(a, b) && containsSet(b, a)).toBe(equalSets(a, b));
      expect(containsSet(a, b)).toBe(equalSets(union(a, b), a));
      expect(containsSet(a, b)).toBe(equalSets(intersection(a, b), b));
      expect(containsSet(union(a, b), a) && containsSet(a, intersection(a, b))).toBe(true);
      expect(containsSet(c, a) && containsSet(c, b)).toBe(containsSet(c, union(a, b)));
      expect(containsSet(a, c) && containsSet(b, c)).toBe(containsSet(intersection(a, b), c));
    }), RUNS);
  });
});

describe("the normal form", () => {
  it("has no void and no dominated tuple, one order, and does not depend on how the list was written", () => {
    fc.assert(fc.property(grants, fc.infiniteStream(fc.nat()), (list, draws) => {
      const normal = capabilitySet(list);
      expect(normal.some(isVoid)).toBe(false);
      normal.forEach((one, i) => normal.forEach((other, j) => { expect(i !== j && contains(one, other)).toBe(false); }));
      for (let at = 1; at < normal.length; at++) expect(compareGrants(normal[at - 1]!, normal[at]!)).toBe(-1);
      const shuffled = list.map((one) => [draws.next().value, one] as const).sort(([x], [y]) => x - y).map(([, one]) => one);
      expect(capabilitySet([...shuffled, ...normal])).toEqual(normal);
      expect(list.every((one) => isVoid(one) || normal.some((other) => contains(other, one)))).toBe(true);
      expect(Object.isFrozen(normal)).toBe(true);
    }), RUNS);
  });

  it("the order of tuples is total, antisymmetric and transitive", () => {
    fc.assert(fc.property(grant, grant, grant, (a, b, c) => {
      expect(compareGrants(a, b) + compareGrants(b, a)).toBe(0);
      expect(compareGrants(a, b) === 0).toBe(JSON.stringify(a.scope) === JSON.stringify(b.scope) && a.verb === b.verb);
      if (compareGrants(a, b) <= 0 && compareGrants(b, c) <= 0) expect(compareGrants(a, c)).toBeLessThanOrEqual(0);
    }), RUNS);
  });
});

describe("what a set permits", () => {
  it("is what one of its tuples permits, also before the list was normalised", () => {
    fc.assert(fc.property(grants, demand, (list, asked) => {
      expect(permits(capabilitySet(list), asked)).toBe(permitsNaively(list, asked));
    }), RUNS);
  });

  it("by a ∩ b is what both permit, by a ∪ b what either permits", () => {
    fc.assert(fc.property(set, set, demand, (a, b, asked) => {
      expect(permits(intersection(a, b), asked)).toBe(permits(a, asked) && permits(b, asked));
      expect(permits(union(a, b), asked)).toBe(permits(a, asked) || permits(b, asked));
    }), RUNS);
  });

  it("decides containment: a contains b iff no demand tells them apart", () => {
    fc.assert(fc.property(set, set, fc.array(demand, { maxLength: 20 }), (a, b, asked) => {
      const telling = [...asked, ...b.map(corner)].some((each) => permits(b, each) && !permits(a, each));
      expect(containsSet(a, b)).toBe(!telling);
    }), RUNS);
  });

  it("never joins the permission of one tuple with the scope of another", () => {
    const send = (target: number, until: number, units: number): Grant => ({ verb: "IPC_SEND", scope: { from: 0, until, uses: null, units, target } });
    const both = union(capabilitySet([send(3, 5, 1)]), capabilitySet([send(4, 9, 0)]));
    expect(permits(both, demandOf("IPC_SEND", tick(4), { target: 3, units: 1 }))).toBe(true);
    expect(permits(both, demandOf("IPC_SEND", tick(8), { target: 4 }))).toBe(true);
    expect(permits(both, demandOf("IPC_SEND", tick(8), { target: 3 }))).toBe(false);
    expect(permits(both, demandOf("IPC_SEND", tick(4), { target: 4, units: 1 }))).toBe(false);
    expect(permits(both, demandOf("SPAWN", tick(1)))).toBe(false);
  });

  it("ends before `until`, begins at `from`, and is nothing for no tick or no use", () => {
    const set = capabilitySet([{ verb: "SPAWN", scope: { from: 2, until: 4, uses: 1, units: 0, target: null } }]);
    expect([1, 2, 3, 4].map((at) => permits(set, demandOf("SPAWN", tick(at))))).toEqual([false, true, true, false]);
    const { scope } = demandOf("SPAWN", tick(2));
    for (const none of [{ until: 2 }, { uses: 0 }]) expect(permits(set, { verb: "SPAWN", scope: { ...scope, ...none } })).toBe(false);
    for (const more of [{ until: 5 }, { uses: 2 }, { units: 1 }]) expect(permits(set, { verb: "SPAWN", scope: { ...scope, ...more } })).toBe(false);
  });

  it("is what the kernel's table lets a fresh capability do", () => {
    fc.assert(fc.property(grant, fc.nat(HORIZON), fc.nat(HORIZON), fc.option(fc.constantFrom(...TARGETS), { nil: null }), (given, at, units, target) => {
      const table = new CapabilityTable();
      const record = table.issueRoot(processId(3), given);
      const refusal = table.refusal(record, { units, target: target === null ? null : processId(target) }, tick(at));
      expect(refusal === undefined).toBe(permits(capabilitySet([given]), demandOf(given.verb, tick(at), { units, target })));
    }), RUNS);
  });
});

describe("a single grant", () => {
  it("meets another in the greatest grant contained in both, and the meet is the intersection of the two sets", () => {
    fc.assert(fc.property(grant, grant, grant, (a, b, c) => {
      const both = meet(a, b);
      expect(capabilitySet(both === undefined ? [] : [both])).toEqual(intersection(capabilitySet([a]), capabilitySet([b])));
      if (both !== undefined) expect(contains(a, both) && contains(b, both) && Object.isFrozen(both) && Object.isFrozen(both.scope)).toBe(true);
      if (!isVoid(c) && contains(a, c) && contains(b, c)) expect(both !== undefined && contains(both, c)).toBe(true);
    }), RUNS);
  });

  it("is attenuated to its meet with the wish: contained always, and back again only when nothing was taken", () => {
    fc.assert(fc.property(grant, wish, (parent, wanted) => {
      const whole: Scope = { from: 0, until: null, uses: null, units: null, target: null, ...wanted };
      const apart = parent.scope.target !== null && whole.target !== null && parent.scope.target !== whole.target;
      if (apart) {
        expect(() => attenuate(parent, wanted)).toThrow(Fault);
        return;
      }
      const child = attenuate(parent, wanted);
      expect(contains(parent, child)).toBe(true);
      expect(contains(child, parent)).toBe(compareGrants(parent, child) === 0);
      expect(capabilitySet([child])).toEqual(intersection(capabilitySet([parent]), capabilitySet([{ verb: parent.verb, scope: whole }])));
      expect(attenuate(child, wanted)).toEqual(child);
    }), RUNS);
  });
});

describe("uses as a stock", () => {
  /** How many single calls a list is worth when each tuple is used by itself. */
  const worth = (list: readonly Grant[]): number => list.reduce((sum, { scope }) => sum + (scope.uses ?? Infinity), 0);

  it("a set is never worth more uses than the list it was made of, and a ∪ a not twice what a is worth", () => {
    fc.assert(fc.property(grants, (list) => { expect(worth(capabilitySet(list))).toBeLessThanOrEqual(worth(list)); }), RUNS);
    const ticket = capabilitySet([{ verb: "SPAWN", scope: { from: 0, until: null, uses: 1, units: null, target: null } }]);
    expect([worth([...ticket, ...ticket]), worth(union(ticket, ticket))]).toEqual([2, 1]);
  });
});
