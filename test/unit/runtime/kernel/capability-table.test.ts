// The capability table by itself: who holds what, why not, and what undoing restores. Chains at scale are property tests.
import { describe, expect, it } from "vitest";
import { UNLIMITED, type Scope } from "../../../../kernel-abi/capability.ts";
import { capabilitySet } from "../../../../kernel-abi/capability-set.ts";
import { capabilityId, processId, tick, type CapabilityId } from "../../../../kernel-abi/ids.ts";
import { InvariantBroken } from "../../../../kernel-abi/invariant.ts";
import { CapabilityTable, NO_DEMAND, type CapabilityRecord, type Demand } from "../../../../runtime/kernel/capability-table.ts";
import { faultOf } from "../../../support/refusals.ts";

const [ME, YOU] = [processId(3), processId(4)];
const NOW = tick(5);
const root = (table: CapabilityTable, scope: Partial<Scope> = {}): CapabilityRecord =>
  table.issueRoot(ME, { verb: "IPC_SEND", scope: { ...UNLIMITED, ...scope } });
const to = (target: number | null, units = 0): Demand => ({ units, target: target === null ? null : processId(target) });
const faultOr = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return error instanceof Error ? error.message : error;
  }
};
const why = (table: CapabilityTable, held: readonly CapabilityId[]): unknown => faultOf(() => table.use(held, "IPC_SEND", NO_DEMAND, NOW, [])).detail["why"];

describe("records", () => {
  it("are numbered from 1, know holder and parent, and start as they were granted", () => {
    const table = new CapabilityTable();
    const first = root(table, { uses: 4 });
    const second = table.derive(first, YOU, { uses: 2 });
    expect(first).toMatchObject({ id: 1, holder: ME, parent: 0, usesLeft: 4, metered: true, revoked: false });
    expect(second).toMatchObject({ id: 2, holder: YOU, parent: 1, usesLeft: 2, metered: true, revoked: false });
    expect(root(table)).toMatchObject({ id: 3, usesLeft: null, metered: false });
    expect([table.get(capabilityId(1)), table.get(capabilityId(2))]).toEqual([first, second]);
  });

  it("that do not exist are a defect", () => {
    const table = new CapabilityTable();
    for (const id of [0, 1]) expect(() => table.get(capabilityId(id))).toThrow(expect.objectContaining({ name: "InvariantBroken", message: `A3: capability ${id}` }) as Error);
    expect(() => table.undoLast()).toThrow(new InvariantBroken("A3", "no capability to take back"));
  });

  it("of the same limits share one grant", () => {
    const table = new CapabilityTable();
    const first = root(table);
    expect(table.derive(first, YOU, {}).grant).toBe(first.grant);
  });

  it("are limited in number", () => {
    const table = new CapabilityTable(2);
    const first = root(table);
    table.derive(first, ME, {});
    const fault = faultOf(() => table.derive(first, ME, {}));
    expect([fault.fault, fault.detail]).toEqual(["ABI_LIMIT", { limit: "capabilities_max", value: 2 }]);
    expect(faultOf(() => root(table)).fault).toBe("ABI_LIMIT");
    expect(table.revoke(first.id, [])).toEqual([1, 2]);
  });

  it("are taken back newest first, without a trace", () => {
    const table = new CapabilityTable();
    const first = root(table);
    table.derive(first, ME, {});
    table.derive(first, ME, {});
    table.undoLast();
    expect(table.revoke(first.id, [])).toEqual([1, 2]);
    table.undoLast();
    expect(table.records).toBe(1);
    expect(() => table.get(capabilityId(2))).toThrow(InvariantBroken);
    table.undoLast();
    expect(root(table).id).toBe(1);
  });
});

describe("a capability", () => {
  it("says why it does not permit a call", () => {
    const table = new CapabilityTable();
    const refusal = (scope: Partial<Scope>, demand: Demand = NO_DEMAND, now = 5): string | undefined => table.refusal(root(table, scope), demand, tick(now));
    expect([refusal({ from: 6 }), refusal({ from: 5 })]).toEqual(["not yet valid", undefined]);
    expect([refusal({ until: 5 }), refusal({ until: 6 })]).toEqual(["expired", undefined]);
    expect([refusal({ uses: 0 }), refusal({ uses: 1 })]).toEqual(["used up", undefined]);
    expect([refusal({ units: 2 }, to(null, 3)), refusal({ units: 2 }, to(null, 2))]).toEqual(["more than 2 units", undefined]);
    expect([refusal({ target: 4 }, to(3)), refusal({ target: 4 }, to(null)), refusal({ target: 4 }, to(4))]).toEqual(["another target", "another target", undefined]);
    expect([refusal({ units: 0 }), refusal({ units: 0 }, to(null, 1))]).toEqual([undefined, "more than 0 units"]);
    const revoked = root(table, { from: 9, uses: 0 });
    table.revoke(revoked.id, []);
    expect(table.refusal(revoked, NO_DEMAND, NOW)).toBe("revoked");
  });

  it("is the first of its verb that permits the call; the last one's reason is told", () => {
    const table = new CapabilityTable();
    const late = root(table, { from: 9 });
    const other = table.issueRoot(ME, { verb: "SPAWN", scope: UNLIMITED });
    const spent = root(table, { uses: 0 });
    const good = root(table, { uses: 1 });
    const better = root(table);
    expect(table.use([late.id, other.id, spent.id, good.id, better.id], "IPC_SEND", NO_DEMAND, NOW, [])).toBe(good.id);
    expect(table.find([late.id, good.id, better.id], "IPC_SEND", NO_DEMAND, NOW)).toBe(better);
    expect([why(table, [late.id, spent.id, other.id]), why(table, [spent.id, late.id]), why(table, [other.id]), why(table, [])])
      .toEqual(["used up", "not yet valid", "not held", "not held"]);
    expect(faultOf(() => table.find([], "SPAWN", NO_DEMAND, NOW)).detail).toEqual({ verb: "SPAWN", why: "not held" });
  });
});

describe("uses", () => {
  it("are charged along the line of descent that counts them, and come back with the turn", () => {
    const table = new CapabilityTable();
    const first = root(table, { uses: 3 });
    const second = table.derive(first, ME, {});
    const third = table.derive(second, YOU, { uses: 2 });
    expect([second.grant.scope.uses, third.grant.scope.uses]).toEqual([3, 2]);
    const undo: (() => void)[] = [];
    const left = (): (number | null)[] => [first.usesLeft, second.usesLeft, third.usesLeft];
    table.use([third.id], "IPC_SEND", NO_DEMAND, NOW, undo);
    table.use([second.id], "IPC_SEND", NO_DEMAND, NOW, undo);
    expect(left()).toEqual([1, 1, 1]);
    table.use([first.id], "IPC_SEND", NO_DEMAND, NOW, undo);
    expect(left()).toEqual([0, 1, 1]);
    expect([why(table, [second.id]), why(table, [third.id])]).toEqual(["used up", "used up"]);
    expect(table.derive(first, ME, {}).grant.scope.uses).toBe(0);
    table.undoLast();
    expect(undo).toHaveLength(6);
    while (undo.length > 0) undo.pop()?.();
    expect(left()).toEqual([3, 3, 2]);
  });

  it("counted below only are charged there", () => {
    const table = new CapabilityTable();
    const first = root(table);
    const second = table.derive(first, ME, { uses: 1 });
    const third = table.derive(second, ME, {});
    table.use([third.id], "IPC_SEND", NO_DEMAND, NOW, []);
    expect([first.usesLeft, second.usesLeft, third.usesLeft, third.metered]).toEqual([null, 0, 0, true]);
    const undo: (() => void)[] = [];
    table.use([first.id], "IPC_SEND", NO_DEMAND, NOW, undo);
    expect(undo).toEqual([]);
  });
});

describe("revoking", () => {
  it("reaches every descendant once, ancestors first, and forbids deriving; undoing restores all of it", () => {
    const table = new CapabilityTable();
    const first = root(table);
    const [left, right] = [table.derive(first, ME, {}), table.derive(first, YOU, {})];
    const leaf = table.derive(left, YOU, {});
    const stranger = root(table);
    const undo: (() => void)[] = [];
    expect(table.revoke(left.id, undo)).toEqual([left.id, leaf.id]);
    expect(faultOf(() => table.derive(left, ME, {})).detail).toEqual({ verb: "IPC_SEND", why: "revoked" });
    expect(table.revoke(left.id, undo)).toEqual([]);
    expect(table.revoke(first.id, undo)).toEqual([first.id, right.id]);
    const revoked = (): boolean[] => [first, left, right, leaf, stranger].map((each) => each.revoked);
    expect(revoked()).toEqual([true, true, true, true, false]);
    while (undo.length > 0) undo.pop()?.();
    expect(revoked()).toEqual([false, false, false, false, false]);
    expect(table.revoke(first.id, [])).toEqual([first.id, right.id, left.id, leaf.id]);
  });

  it("goes down a branch before it goes to an elder one: the order stands in traces; it is taken back the other way", () => {
    const table = new CapabilityTable();
    const first = root(table);
    const [elder, younger] = [table.derive(first, ME, {}), table.derive(first, ME, {})];
    const [a, b] = [table.derive(elder, ME, {}), table.derive(elder, ME, {})];
    const [c, d] = [table.derive(younger, ME, {}), table.derive(younger, ME, {})];
    const under = table.derive(d, ME, {});
    const earlier = (): void => undefined;
    const undo = [earlier];
    const order = table.revoke(first.id, undo);
    expect(order).toEqual([first, younger, d, under, c, elder, b, a].map(({ id }) => id));
    expect([undo[0], undo.length]).toEqual([earlier, 9]);
    undo.pop()?.();
    expect([a.revoked, b.revoked]).toEqual([false, true]);
  });

  it("is for those it descends from", () => {
    const table = new CapabilityTable();
    const first = root(table);
    const second = table.derive(first, ME, {});
    const third = table.derive(second, ME, {});
    const other = root(table);
    expect([table.descends(third.id, first.id), table.descends(third.id, third.id), table.descends(second.id, first.id)]).toEqual([true, true, true]);
    expect([table.descends(first.id, third.id), table.descends(third.id, other.id), table.descends(third.id, capabilityId(0))]).toEqual([false, false, false]);
  });
});

describe("authority", () => {
  it("is what is held and not revoked, with the uses the line of descent still has", () => {
    const table = new CapabilityTable();
    const first = root(table, { uses: 5, units: 7 });
    const second = table.derive(first, ME, { uses: 3, until: 9 });
    const third = table.derive(second, ME, { target: 4 });
    table.use([first.id], "IPC_SEND", NO_DEMAND, NOW, []);
    table.use([first.id], "IPC_SEND", NO_DEMAND, NOW, []);
    table.use([first.id], "IPC_SEND", NO_DEMAND, NOW, []);
    const worth = (record: CapabilityRecord, uses: number | null): unknown => capabilitySet([{ verb: "IPC_SEND", scope: { ...record.grant.scope, uses } }]);
    expect(table.authority([third.id])).toEqual(worth(third, 2));
    expect(table.authority([first.id, second.id, third.id])).toEqual(worth(first, 2));
    expect(table.authority([second.id])).toEqual(worth(second, 2));
    const free = root(table, { from: 1 });
    expect(table.authority([free.id])).toEqual(worth(free, null));
    const counted = table.derive(free, ME, { uses: 1 });
    expect(table.authority([counted.id])).toEqual(worth(counted, 1));
    table.revoke(second.id, []);
    expect(table.authority([second.id, third.id])).toEqual([]);
    expect(table.authority([first.id, second.id])).toEqual(worth(first, 2));
    expect(Object.isFrozen(table.authority([first.id])[0]?.scope)).toBe(true);
  });
});

describe("a holder that has ended", () => {
  const THIRD = processId(5);
  const family = (uses: Partial<Scope>): { table: CapabilityTable; first: CapabilityRecord; second: CapabilityRecord; third: CapabilityRecord; fourth: CapabilityRecord } => {
    const table = new CapabilityTable();
    const first = root(table);
    const second = table.derive(first, YOU, uses);
    return { table, first, second, third: table.derive(second, THIRD, {}), fourth: table.derive(second, THIRD, {}) };
  };

  it("leaves no record, but the verb of what it held", () => {
    const { table, second } = family({});
    const bound = table.issueRoot(YOU, { verb: "EXECUTE_Q", scope: UNLIMITED });
    expect([table.records, table.verbOf(bound.id)]).toEqual([5, "EXECUTE_Q"]);
    table.retire([second.id, bound.id]);
    expect([table.records, table.verbOf(second.id), table.verbOf(bound.id)]).toEqual([3, "IPC_SEND", "EXECUTE_Q"]);
    expect(() => table.get(second.id)).toThrow(InvariantBroken);
  });

  it("leaves its count to those it granted to, who share what is left of it", () => {
    const { table, second, third, fourth } = family({ uses: 3 });
    table.use([second.id], "IPC_SEND", NO_DEMAND, NOW, []);
    table.retire([second.id]);
    table.use([third.id], "IPC_SEND", NO_DEMAND, NOW, []);
    const undo: (() => void)[] = [];
    table.use([fourth.id], "IPC_SEND", NO_DEMAND, NOW, undo);
    expect([why(table, [third.id]), why(table, [fourth.id])]).toEqual(["used up", "used up"]);
    for (const step of undo.toReversed()) step();
    expect(table.use([third.id], "IPC_SEND", NO_DEMAND, NOW, [])).toBe(third.id);
    expect(why(table, [fourth.id])).toBe("used up");
  });

  it("leaves no count when nobody has anything from it, and none where none was kept", () => {
    const { table, second, third, fourth } = family({});
    const alone = root(table, { uses: 1 });
    table.retire([alone.id, second.id]);
    const counted = table.derive(third, THIRD, { uses: 1 });
    expect(table.use([counted.id], "IPC_SEND", NO_DEMAND, NOW, [])).toBe(counted.id);
    expect(why(table, [counted.id])).toBe("used up");
    expect(table.use([fourth.id], "IPC_SEND", NO_DEMAND, NOW, [])).toBe(fourth.id);
  });

  it("is passed by no revocation: what it granted dies with what it was granted, and comes back when that is undone", () => {
    const { table, first, second, third, fourth } = family({});
    table.retire([second.id]);
    const undo: (() => void)[] = [];
    expect([...table.revoke(first.id, undo)].sort()).toEqual([1, 2, 3, 4]);
    expect([third.revoked, fourth.revoked]).toEqual([true, true]);
    for (const step of undo.toReversed()) step();
    expect([first.revoked, third.revoked, fourth.revoked]).toEqual([false, false, false]);
    expect([...table.revoke(second.id, [])].sort()).toEqual([2, 3, 4]);
    expect([table.revoke(second.id, []), first.revoked, why(table, [third.id])]).toEqual([[], false, "revoked"]);
  });

  it("held what had been revoked: it stays so", () => {
    const { table, first, second } = family({ uses: 2 });
    table.revoke(second.id, []);
    table.retire([second.id]);
    expect(table.revoke(second.id, [])).toEqual([]);
    expect(table.verbOf(second.id)).toBe("IPC_SEND");
    expect(table.revoke(first.id, [])).toEqual([1]);
  });
});

describe("the verbs of a domain", () => {
  it("are revoked wherever the living hold them, by number; what was revoked before and other verbs are left alone; undoing restores them", () => {
    const table = new CapabilityTable();
    const of = (verb: "EXECUTE_Q" | "MEASURE_Q" | "SPAWN"): CapabilityRecord => table.issueRoot(ME, { verb, scope: UNLIMITED });
    const [first, spawn, second] = [of("EXECUTE_Q"), of("SPAWN"), of("MEASURE_Q")];
    const third = table.derive(first, YOU, {});
    const before = of("EXECUTE_Q");
    table.revoke(before.id, []);
    const undo: (() => void)[] = [];
    expect(table.revokeVerbs(["EXECUTE_Q", "MEASURE_Q"], undo)).toEqual([first.id, second.id, third.id]);
    expect([first, spawn, second, third, before].map(({ revoked }) => revoked)).toEqual([true, false, true, true, true]);
    while (undo.length > 0) undo.pop()?.();
    expect([first, spawn, second, third, before].map(({ revoked }) => revoked)).toEqual([false, false, false, false, true]);
  });

  it("and who holds one, while he lives", () => {
    const table = new CapabilityTable();
    const first = root(table);
    expect(table.holderOf(first.id)).toBe(ME);
    table.retire([first.id]);
    expect(table.holderOf(first.id)).toBeUndefined();
  });
});

describe("a table put down and taken up", () => {
  it("is the same table: records, tree, what is left of those without a holder, and the next number", () => {
    const made = (): CapabilityTable => {
      const table = new CapabilityTable();
      const first = root(table, { uses: 5, from: 1, until: 90, units: 7, target: 4 });
      const second = table.derive(first, YOU, { uses: 3 });
      table.derive(second, processId(5), { target: 4 });
      table.use([second.id], "IPC_SEND", to(4), NOW, []);
      table.retire([second.id]);
      const gone = table.issueRoot(YOU, { verb: "SPAWN", scope: UNLIMITED });
      table.revoke(gone.id, []);
      return table;
    };
    const table = made();
    const taken = new CapabilityTable();
    taken.restore(table.saved());
    expect(taken.saved()).toEqual(table.saved());
    expect([1, 3, 4].map((id) => taken.get(capabilityId(id)))).toEqual([1, 3, 4].map((id) => table.get(capabilityId(id))));
    expect([taken.verbOf(capabilityId(2)), taken.get(capabilityId(4)).revoked, taken.get(capabilityId(3)).metered]).toEqual(["IPC_SEND", true, true]);
    const spent = (of: CapabilityTable): unknown[] => [1, 2, 3].map(() => faultOr(() => of.use([capabilityId(3)], "IPC_SEND", to(4), NOW, [])));
    expect(spent(taken)).toEqual(spent(table));
    expect([root(taken).id, taken.revoke(capabilityId(1), [])]).toEqual([root(table).id, table.revoke(capabilityId(1), [])]);
  });

  it("takes up no verb there is not", () => {
    const { records: [record = []], ...state } = ((): ReturnType<CapabilityTable["saved"]> => { const table = new CapabilityTable(); root(table); return table.saved(); })();
    const broken = [...record];
    broken[3] = 99;
    expect(() => { new CapabilityTable().restore({ ...state, records: [broken as never] }); }).toThrow(InvariantBroken);
  });
});
