// The cost table and the two figures admission charges by.
import { describe, expect, it } from "vitest";
import { circuit } from "../../../../../domains/q/api/circuit.ts";
import { COST_TABLE, circuitCost, costOf, criticalPath } from "../../../../../domains/q/api/cost.ts";
import { bell } from "../../../../../domains/q/api/library.ts";
import { OP } from "../../../../../domains/kernels/circuit.ts";

describe("the table", () => {
  it("has an integer for each opcode, and is frozen under its version", () => {
    expect(Object.keys(COST_TABLE.table).sort()).toEqual(Object.keys(OP).sort());
    expect(Object.values(COST_TABLE.table).every(Number.isSafeInteger)).toBe(true);
    expect([Object.isFrozen(COST_TABLE), Object.isFrozen(COST_TABLE.table)]).toEqual([true, true]);
  });

  it("version 1 charges these, and a change of one is a new version", () => {
    expect(COST_TABLE).toMatchObject({ name: "q.circuit", version: 1 });
    expect(Object.values(OP).map(costOf)).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 6, 12, 2, 1, 1, 0]);
    expect([costOf(0), costOf(21)]).toEqual([0, 0]);
  });
});

describe("circuitCost", () => {
  it("adds all instructions, conditional ones too", () => {
    expect(circuitCost(bell().measureAll().lower())).toBe(5);
    expect(circuitCost(circuit(3).ccx(0, 1, 2).swap(0, 1).barrier().measure(0, 0).if(0, 1, (c) => c.cx(1, 2)).reset(0).lower())).toBe(12 + 6 + 1 + 2 + 1);
    expect(circuitCost(circuit(1).lower())).toBe(0);
  });
});

describe("criticalPath", () => {
  it("lets what is independent run side by side", () => {
    expect(criticalPath(circuit(4).h(0, 1, 2, 3).lower())).toBe(1);
    expect(criticalPath(circuit(4).cx(0, 1).cx(2, 3).cx(1, 2).lower())).toBe(4);
    expect(criticalPath(bell().measureAll().lower())).toBe(4);
  });

  it("waits for the classical bits a gate hangs on, and for those written twice", () => {
    const measured = circuit(3).cx(0, 1).measure(0, 0);
    expect(criticalPath(measured.x(2).lower())).toBe(3);
    expect(criticalPath(measured.if(0, 1, (c) => c.x(2)).lower())).toBe(4);
    expect(criticalPath(measured.measure(2, 0).lower())).toBe(4);
  });

  it("makes a barrier wait for everything", () => {
    expect(criticalPath(circuit(3).cx(0, 1).barrier().x(2).lower())).toBe(3);
    expect(criticalPath(circuit(3).barrier().x(2).barrier().barrier().lower())).toBe(1);
  });
});
