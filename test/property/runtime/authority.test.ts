import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { attenuate, contains, UNLIMITED, VERBS, type Grant, type Scope } from "../../../kernel-abi/capability.ts";
import type { Terms } from "../../../kernel-abi/contract.ts";
import { Fault } from "../../../kernel-abi/fault.ts";
import { capabilityId, processId, tick } from "../../../kernel-abi/ids.ts";
import { CapabilityTable } from "../../../runtime/kernel/capability-table.ts";
import { ContractTable } from "../../../runtime/kernel/contract-table.ts";

const limit = fc.option(fc.integer({ min: 0, max: 20 }), { nil: null });
const scope: fc.Arbitrary<Scope> = fc.record({ from: fc.integer({ min: 0, max: 20 }), until: limit, uses: limit, units: limit, target: fc.option(fc.integer({ min: 3, max: 6 }), { nil: null }) });
const grant: fc.Arbitrary<Grant> = fc.record({ verb: fc.constantFrom(...VERBS), scope });
const wish: fc.Arbitrary<Partial<Scope>> = scope.chain((full) => fc.subarray(["from", "until", "uses", "units", "target"] as const).map((keys) => Object.fromEntries(keys.map((key) => [key, full[key]]))));

const permits = ({ scope: { from, until, units, target } }: Grant, at: number, asked: number, to: number): boolean =>
  at >= from && (until === null || at < until) && (units === null || asked <= units) && (target === null || target === to);

describe("attenuation (A3)", () => {
  it("never permits what the parent does not, and is contained in it", () => {
    fc.assert(fc.property(grant, wish, fc.nat(25), fc.nat(25), fc.integer({ min: 3, max: 6 }), (parent, wanted, at, asked, to) => {
      let child: Grant;
      try {
        child = attenuate(parent, wanted);
      } catch (error) {
        expect(error).toBeInstanceOf(Fault);
        return;
      }
      expect(contains(parent, child)).toBe(true);
      if (permits(child, at, asked, to)) expect(permits(parent, at, asked, to)).toBe(true);
    }), { numRuns: 2_000 });
  });

  it("containment is reflexive and transitive", () => {
    fc.assert(fc.property(grant, wish, wish, (a, first, second) => {
      expect(contains(a, a)).toBe(true);
      try {
        const b = attenuate(a, first);
        const c = attenuate(b, second);
        expect(contains(a, c)).toBe(true);
      } catch (error) { expect(error).toBeInstanceOf(Fault); }
    }), { numRuns: 1_000 });
  });
});

describe("the capability table", () => {
  it("over random delegation chains: no amplification, no use after revocation, uses shared with every ancestor", () => {
    const steps = fc.array(fc.oneof(
      fc.record({ do: fc.constant("derive" as const), of: fc.nat(30), wish }),
      fc.record({ do: fc.constant("revoke" as const), of: fc.nat(30) }),
      fc.record({ do: fc.constant("use" as const), of: fc.nat(30), at: fc.nat(20) })), { maxLength: 60 });
    fc.assert(fc.property(fc.integer({ min: 1, max: 6 }), steps, (uses, actions) => {
      const table = new CapabilityTable();
      const me = processId(3);
      const root = table.issueRoot(me, { verb: "IPC_SEND", scope: { ...UNLIMITED, uses } });
      const all = [root];
      const dead = new Set<number>();
      let used = 0;
      for (const action of actions) {
        const record = all[action.of % all.length]!;
        if (action.do === "derive") {
          try {
            const child = table.derive(record, me, action.wish);
            expect(contains(record.grant, child.grant)).toBe(true);
            expect(dead.has(record.id)).toBe(false);
            all.push(child);
          } catch (error) { expect(error).toBeInstanceOf(Fault); }
        } else if (action.do === "revoke") {
          for (const id of table.revoke(record.id, [])) dead.add(id);
          for (const each of all) if (table.descends(each.id, record.id)) expect(each.revoked).toBe(true);
        } else {
          const target = record.grant.scope.target;
          try {
            table.use([record.id], "IPC_SEND", { units: 0, target: target === null ? me : processId(target) }, tick(action.at), []);
            expect(dead.has(record.id)).toBe(false);
            used += 1;
          } catch (error) { expect(error).toBeInstanceOf(Fault); }
        }
        expect(used).toBeLessThanOrEqual(uses);
      }
    }), { numRuns: 400 });
  });

  it("undoing a turn restores every count", () => {
    const table = new CapabilityTable();
    const root = table.issueRoot(processId(3), { verb: "SPAWN", scope: { ...UNLIMITED, uses: 2 } });
    const undo: (() => void)[] = [];
    table.use([root.id], "SPAWN", { units: 0, target: null }, tick(1), undo);
    table.revoke(root.id, undo);
    while (undo.length > 0) undo.pop()?.();
    expect([root.usesLeft, root.revoked]).toEqual([2, false]);
  });
});

describe("the contract table (C2, C3, C4)", () => {
  const terms = (domain: "Q" | "PHI", units: number, budget: number): Terms => ({
    domain, units, start: 0, end: 100, budget, shots: budget, channels: 1, errorPpm: 0, noisePpm: 0, calibration: { id: 1, from: 0, until: 100, grace: 0 }, permitted: [],
  });
  const steps = fc.array(fc.oneof(
    fc.record({ do: fc.constant("issue" as const), wanted: fc.array(fc.tuple(fc.constantFrom("Q" as const, "PHI" as const), fc.integer({ min: 1, max: 7 }), fc.nat(9)), { minLength: 1, maxLength: 3 }) }),
    fc.record({ do: fc.constant("charge" as const), of: fc.nat(20), budget: fc.nat(4) }),
    fc.record({ do: fc.constant("end" as const), of: fc.nat(20), how: fc.constantFrom("completed" as const, "expired" as const, "revoked" as const) }),
    fc.record({ do: fc.constant("abort" as const) })), { maxLength: 80 });
  it("conserves: allocated is the sum of live units, never above capacity, whatever is issued, ended or undone", () => {
    fc.assert(fc.property(steps, (actions) => {
      const table = new ContractTable({ Q: 12, PHI: 9 });
      let undo: (() => void)[] = [];
      const live = (domain: "Q" | "PHI"): number => [...table.live].filter((each) => each.terms.domain === domain).reduce((sum, each) => sum + each.terms.units, 0);
      for (const action of actions) {
        const records = [...table.live];
        if (action.do === "issue") {
          const before = [table.free("Q"), table.free("PHI")];
          try {
            for (const record of table.issue(processId(3), action.wanted.map(([domain, units, budget]) => ({ terms: terms(domain, units, budget), capability: capabilityId(1) })), undo)) table.activate(record, tick(0), undo);
          } catch (error) {
            expect(error).toBeInstanceOf(Fault);
            expect([table.free("Q"), table.free("PHI")]).toEqual(before);
          }
        } else if (action.do === "abort") {
          while (undo.length > 0) undo.pop()?.();
          undo = [];
        } else if (records.length > 0) {
          const record = records[action.of % records.length]!;
          if (action.do === "charge" && record.ledger.budget + action.budget <= record.terms.budget) table.charge(record, { budget: action.budget, shots: 0 }, undo);
          if (action.do === "end") table.end(record, action.how, tick(100), undo);
        }
        expect([table.free("Q") + live("Q"), table.free("PHI") + live("PHI")]).toEqual([12, 9]);
        expect(Math.min(table.free("Q"), table.free("PHI"))).toBeGreaterThanOrEqual(0);
        table.assertConservation();
      }
    }), { numRuns: 300 });
  });
});
