// The contract table by itself: what is allocated, charged and given back, and which broken book it notices.
import { describe, expect, it } from "vitest";
import type { Terms } from "../../../../kernel-abi/contract.ts";
import { capabilityId, processId, tick } from "../../../../kernel-abi/ids.ts";
import { InvariantBroken } from "../../../../kernel-abi/invariant.ts";
import { ContractTable, type ContractRecord } from "../../../../runtime/kernel/contract-table.ts";
import { faultOf } from "../../../support/refusals.ts";

const ME = processId(3);
const CAP = capabilityId(1);
const terms = (changes: Partial<Terms> = {}): Terms => ({
  domain: "Q", units: 2, start: 0, end: 100, budget: 10, shots: 5, channels: 1, errorPpm: 0, noisePpm: 0,
  calibration: { id: 1, from: 0, until: 100, grace: 0 }, permitted: ["h"], ...changes,
});
const issue = (table: ContractTable, ...wanted: readonly Partial<Terms>[]): readonly ContractRecord[] =>
  table.issue(ME, wanted.map((changes) => ({ terms: terms(changes), capability: CAP })), []);
const one = (table: ContractTable, changes: Partial<Terms> = {}): ContractRecord => issue(table, changes)[0]!;
const active = (table: ContractTable, changes: Partial<Terms> = {}): ContractRecord => {
  const record = one(table, changes);
  table.activate(record, tick(0), []);
  return record;
};
const broken = (tag: "C3" | "C4", note?: string): Error => new InvariantBroken(tag, note);

describe("issuing", () => {
  it("numbers contracts from 1, freezes their terms and starts their books", () => {
    const table = new ContractTable({ Q: 9, PHI: 8 });
    const given = terms();
    const [record] = table.issue(ME, [{ terms: given, capability: CAP }], []);
    expect(record).toMatchObject({ id: 1, owner: ME, capability: CAP, ledger: { budget: 0, shots: 0, jobs: 0 }, state: "issued", ended: undefined, overused: false });
    expect(table.ownedBy(ME)).toEqual([record]);
    table.assertConservation();
    expect(record?.terms).toEqual(given);
    for (const part of [record?.terms, record?.terms.calibration, record?.terms.permitted]) expect(Object.isFrozen(part)).toBe(true);
    expect(table.get(1)).toBe(record);
    expect(one(table).id).toBe(2);
    for (const id of [0, 3]) expect(() => table.get(id)).toThrow(broken("C3", `contract ${id}`));
    expect([table.find(1), table.find(3)]).toEqual([record, undefined]);
    table.end(record!, "revoked", tick(1), []);
    expect([table.find(1), table.total("Q"), table.total("PHI")]).toEqual([undefined, 9, 8]);
  });

  it("is for all of what is asked or for nothing, per domain, and says what is short", () => {
    const table = new ContractTable({ Q: 4, PHI: 3 });
    const [first] = issue(table, { units: 3 }, { domain: "PHI", units: 3 });
    expect([table.free("Q"), table.free("PHI")]).toEqual([1, 0]);
    const q = faultOf(() => issue(table, { units: 1 }, { units: 1 }));
    expect([q.fault, q.detail]).toEqual(["Q_ERR_RESOURCE_UNAVAILABLE", { domain: "Q", asked: 2, free: 1 }]);
    const phi = faultOf(() => issue(table, { units: 1 }, { domain: "PHI", units: 1 }));
    expect([phi.fault, phi.detail]).toEqual(["RESOURCE_EXHAUSTED", { domain: "PHI", asked: 1, free: 0 }]);
    expect([table.free("Q"), table.live.size]).toEqual([1, 2]);
    expect(issue(table, { units: 1 })[0]?.id).toBe((first?.id ?? 0) + 2);
    expect(table.free("Q")).toBe(0);
  });

  it("is limited in number", () => {
    const table = new ContractTable({ Q: 9, PHI: 9 }, 2);
    issue(table, {});
    expect(faultOf(() => issue(table, {}, {})).detail).toEqual({ limit: "contracts_max", value: 2 });
    issue(table, {});
    expect(faultOf(() => issue(table, {})).fault).toBe("ABI_LIMIT");
  });

  it("is taken back with the turn, whether the contract is still live or not", () => {
    const table = new ContractTable({ Q: 9, PHI: 9 });
    const undo: (() => void)[] = [];
    const [first, second] = table.issue(ME, [{ terms: terms(), capability: CAP }, { terms: terms(), capability: CAP }], undo);
    table.activate(first!, tick(0), undo);
    table.end(first!, "completed", tick(1), undo);
    table.end(second!, "revoked", tick(1), []); // by no turn
    while (undo.length > 0) undo.pop()?.();
    expect([table.free("Q"), table.live.size, table.ownedBy(ME)]).toEqual([9, 0, []]);
    expect(() => table.get(1)).toThrow(InvariantBroken);
    table.assertConservation();
    expect(one(table).id).toBe(1);
  });
});

describe("a turn that is taken back", () => {
  it("undoes what it did to contracts last, whatever it did before", () => {
    const table = new ContractTable({ Q: 9, PHI: 9 });
    const earlier = (): void => undefined;
    const undo = [earlier];
    const [record] = table.issue(ME, [{ terms: terms(), capability: CAP }], undo);
    table.activate(record!, tick(0), undo);
    table.charge(record!, { budget: 1, shots: 1 }, undo);
    table.end(record!, "completed", tick(1), undo);
    expect([undo[0], undo.length]).toEqual([earlier, 7]);
  });
});

describe("a table put down while none is live", () => {
  it("goes on counting", () => {
    const table = new ContractTable({ Q: 9, PHI: 9 });
    for (const record of issue(table, {}, {})) table.end(record, "revoked", tick(1), []);
    const taken = new ContractTable({ Q: 9, PHI: 9 });
    taken.restore(table.saved());
    expect([taken.saved(), one(taken).id]).toEqual([2, 3]);
  });
});

describe("owners", () => {
  it("have their live contracts oldest first, whatever order they came back in", () => {
    const table = new ContractTable({ Q: 9, PHI: 9 });
    const [a, b, c] = issue(table, {}, {}, {});
    const undo: (() => void)[] = [];
    table.end(a!, "revoked", tick(1), undo);
    expect(table.ownedBy(ME)).toEqual([b, c]);
    while (undo.length > 0) undo.pop()?.();
    expect(table.ownedBy(ME)).toEqual([a, b, c]);
    expect(table.ownedBy(processId(9))).toEqual([]);
    for (const each of [a, b, c]) table.end(each!, "revoked", tick(1), []);
    expect(table.ownedBy(ME)).toEqual([]);
    expect(table.ownedBy(ME)).toEqual([]);
  });
});

describe("the states of a contract", () => {
  it("begin at its start, and end as said", () => {
    const table = new ContractTable({ Q: 9, PHI: 9 });
    const later = one(table, { start: 5 });
    expect(faultOf(() => { table.activate(later, tick(4), []); }).fault).toBe("LIFECYCLE_REFUSED");
    table.activate(later, tick(5), []);
    expect(later.state).toBe("active");
    expect(faultOf(() => { table.end(later, "expired", tick(99), []); }).fault).toBe("LIFECYCLE_REFUSED");
    expect([later.state, later.ended, table.free("Q")]).toEqual(["active", undefined, 7]);
    table.end(later, "expired", tick(100), []);
    expect([later.state, later.ended, table.free("Q")]).toEqual(["released", "expired", 9]);
    const ends = (["completed", "revoked"] as const).map((how) => {
      const record = active(table);
      table.end(record, how, tick(1), []);
      return [record.state, record.ended];
    });
    expect(ends).toEqual([["released", "completed"], ["released", "revoked"]]);
    expect(faultOf(() => { table.end(one(table), "completed", tick(1), []); }).fault).toBe("LIFECYCLE_REFUSED");
    expect(faultOf(() => { table.end(later, "revoked", tick(1), []); }).fault).toBe("LIFECYCLE_REFUSED");
  });

  it("and the books are restored with the turn that changed them", () => {
    const table = new ContractTable({ Q: 9, PHI: 9 });
    const record = one(table);
    const undo: (() => void)[] = [];
    table.activate(record, tick(0), undo);
    table.charge(record, { budget: 3, shots: 2 }, undo);
    table.charge(record, { budget: 1, shots: 0 }, undo);
    expect(record.ledger).toEqual({ budget: 4, shots: 2, jobs: 2 });
    expect(Object.isFrozen(record.ledger)).toBe(true);
    table.end(record, "completed", tick(2), undo);
    expect(record.ledger).toEqual({ budget: 4, shots: 2, jobs: 2 });
    const seen: unknown[] = [];
    while (undo.length > 0) {
      undo.pop()?.();
      seen.push([record.state, record.ended, record.ledger.jobs, table.free("Q")]);
    }
    expect(seen).toEqual([["released", "completed", 2, 7], ["completed", "completed", 2, 7], ["active", undefined, 2, 7], ["active", undefined, 1, 7], ["active", undefined, 0, 7], ["issued", undefined, 0, 7]]);
  });
});

describe("conservation", () => {
  it("holds at the limits", () => {
    const table = new ContractTable({ Q: 2, PHI: 9 });
    const record = active(table);
    table.charge(record, { budget: 10, shots: 5 }, []);
    table.assertConservation();
    table.end(record, "completed", tick(1), []);
    table.assertConservation();
  });

  it.each([[{ budget: 11, shots: 0 }], [{ budget: 0, shots: 6 }]])("a book beyond its terms stops the runtime: %o", (charge) => {
    const table = new ContractTable({ Q: 9, PHI: 9 });
    const record = active(table);
    table.assertConservation();
    table.charge(record, charge, []);
    expect(() => { table.assertConservation(); }).toThrow(broken("C4"));
  });

  /** Books that no method of the table makes: what a defect would. */
  const cooked: readonly (readonly [string, (table: ContractTable, record: ContractRecord) => void, Error])[] = [
    ["a live contract that has ended", (_, record) => { record.state = "released"; }, broken("C3", "released")],
    ["a live contract that has expired", (_, record) => { record.state = "expired"; }, broken("C3", "expired")],
    ["units that nobody holds", (table, record) => { (table.live as Set<ContractRecord>).delete(record); }, broken("C3", "Q")],
  ];
  it.each(cooked)("%s stop the runtime, at once while contracts are few", (_, cook, error) => {
    const table = new ContractTable({ Q: 9, PHI: 9 });
    const record = active(table);
    table.assertConservation();
    cook(table, record);
    expect(() => { table.assertConservation(); }).not.toThrow(); // nothing was touched since
    active(table);
    expect(() => { table.assertConservation(); }).toThrow(error);
  });

  it("more than the capacity, or less than nothing, stops the runtime", () => {
    const capacity = { Q: 2, PHI: 2 };
    const over = new ContractTable(capacity);
    const record = active(over);
    active(over, { domain: "PHI" });
    over.assertConservation();
    const undo: (() => void)[] = [];
    over.end(record, "revoked", tick(1), undo);
    active(over);
    while (undo.length > 0) undo.pop()?.(); // its units were given out since: no turn may be taken back so late
    expect(() => { over.assertConservation(); }).toThrow(broken("C3", "Q"));

    const under = new ContractTable(capacity);
    const twice = active(under, { domain: "PHI" });
    const undone: (() => void)[] = [];
    under.end(twice, "revoked", tick(1), undone);
    (under.live as Set<ContractRecord>).add(twice);
    twice.state = "active";
    under.end(twice, "revoked", tick(1), []);
    expect(() => { under.assertConservation(); }).toThrow(broken("C3", "PHI"));
  });

  it("is counted anew at every commit up to 64 live contracts, beyond that every 1,024th", () => {
    const table = new ContractTable({ Q: 1_000, PHI: 9 });
    const records = Array.from({ length: 64 }, () => active(table));
    table.assertConservation();
    (table.live as Set<ContractRecord>).delete(records[0]!);
    records.push(active(table)); // 64 live: few
    expect(() => { table.assertConservation(); }).toThrow(broken("C3", "Q"));
    records.push(active(table)); // 65: many
    let commits = 2;
    expect(() => {
      for (; commits < 1_025; commits++) {
        table.charge(records[1]!, { budget: 0, shots: 0 }, []);
        table.assertConservation();
      }
    }).toThrow(broken("C3", "Q"));
    expect(commits).toBe(1_023);
  });

  it("looks at what was touched, however many there are: issued, activated, charged, ended", () => {
    const table = new ContractTable({ Q: 1_000, PHI: 9 });
    const records = Array.from({ length: 70 }, () => active(table));
    table.assertConservation();
    const spoil = (record: ContractRecord): void => { record.ledger = { budget: 11, shots: 0, jobs: 1 }; };
    const touches: readonly ((record: ContractRecord) => ContractRecord)[] = [
      () => one(table),
      () => { const fresh = one(table); table.assertConservation(); table.activate(fresh, tick(0), []); return fresh; },
      (record) => { table.charge(record, { budget: 0, shots: 0 }, []); return record; },
      (record) => { table.end(record, "completed", tick(1), []); return record; },
    ];
    for (const [at, touch] of touches.entries()) {
      const touched = touch(records[at]!);
      spoil(touched);
      expect(() => { table.assertConservation(); }).toThrow(broken("C4"));
      touched.ledger = { budget: 0, shots: 0, jobs: 0 };
      table.assertConservation();
    }
  });

  it("counts phase components as it counts qubits", () => {
    const table = new ContractTable({ Q: 9, PHI: 9 });
    const record = active(table, { domain: "PHI" });
    table.assertConservation();
    (table.live as Set<ContractRecord>).delete(record);
    active(table);
    expect(() => { table.assertConservation(); }).toThrow(broken("C3", "PHI"));
  });

  it("looks at each live contract when it counts", () => {
    const table = new ContractTable({ Q: 1_000, PHI: 9 });
    const record = active(table);
    table.assertConservation();
    record.ledger = { budget: 11, shots: 0, jobs: 1 };
    active(table);
    expect(() => { table.assertConservation(); }).toThrow(broken("C4"));
  });
});
