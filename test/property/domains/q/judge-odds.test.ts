// The judge's probabilities against the plainest reference there is, over random circuits with measurement, reset and feed-forward.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { LoweredCircuit } from "../../../../domains/kernels/circuit.ts";
import { experiment } from "../../../../domains/q/judge/experiment.ts";
import { lowered, measuredClifford, pauliFeedForward, type Instruction } from "../../../support/clifford-circuits.ts";
import { plainOdds } from "../../../support/plain-odds.ts";
import { measuredCircuit } from "../../../support/statevector-circuits.ts";

const RUNS = process.env["TRIAD_LONG"] === undefined ? 60 : 3_000;

/** Every record the reference knows, and a few it does not, each read once. */
function records(circuit: LoweredCircuit, odds: ReadonlyMap<string, number>): readonly string[] {
  const strangers = Array.from({ length: 8 }, (_, at) => Array.from({ length: circuit.clbits }, (__, clbit) => ((at * 2654435761 + clbit * 40503) >>> 3) & 1).join(""));
  return [...new Set([...odds.keys(), ...strangers])];
}

function agree(circuit: LoweredCircuit): void {
  const odds = plainOdds(circuit);
  const all = records(circuit, odds);
  const findings = experiment(circuit, [all.map((record) => ({ record, times: 1 }))]);
  expect(findings).toBeDefined();
  all.forEach((record, target) => {
    const expected = odds.get(record) ?? 0;
    expect(Math.abs((findings?.p[target] ?? NaN) - expected), `${record}: ${findings?.p[target]} for ${expected}`).toBeLessThan(1e-12);
    if (expected > 1e-9) expect(Math.abs((findings?.lnP[target] ?? NaN) - Math.log(expected))).toBeLessThan(1e-6);
    if (expected === 0) expect(findings?.lnP[target]).toBe(-Infinity);
  });
}

const turnedAside = (circuit: LoweredCircuit): LoweredCircuit => {
  // A turn that is no Clifford gate on one qubit sends the whole circuit to the state vector.
  const angles = Float64Array.of(...circuit.angles, 0.7);
  const ops = Int32Array.of(9, 0, -1, -1, -1, -1, angles.length - 1, -1, ...circuit.ops);
  return { ...circuit, ops, angles };
};

describe("the judge's probabilities", () => {
  it("are the reference's for state-vector circuits of up to eight qubits", () => {
    fc.assert(fc.property(fc.integer({ min: 3, max: 8 }).chain((qubits) => measuredCircuit(qubits, 12)), agree), { numRuns: RUNS });
  });
  it("are the reference's for Clifford circuits, conditions on everything", () => {
    fc.assert(fc.property(fc.integer({ min: 2, max: 4 }).chain((qubits) => measuredClifford({ qubits, length: 16 })), agree), { numRuns: RUNS });
  });
  it("are the reference's for Clifford circuits with Pauli feed-forward", () => {
    fc.assert(fc.property(fc.integer({ min: 2, max: 4 }).chain((qubits) => pauliFeedForward({ qubits, length: 16 })), agree), { numRuns: RUNS });
  });
  it("are the same when the state vector judges what the tableau could", () => {
    fc.assert(fc.property(pauliFeedForward({ qubits: 3, length: 12 }).map(turnedAside), agree), { numRuns: RUNS });
  });
  it("count hidden coins: a clbit written twice, a reset half of a pair", () => {
    const two: readonly Instruction[] = [{ op: "H", on: [0] }, { op: "CX", on: [0, 1] }, { op: "MEASURE", on: [0], clbit: 0 }];
    agree(lowered(2, 2, [...two, { op: "MEASURE", on: [1], clbit: 1 }, { op: "H", on: [0] }, { op: "MEASURE", on: [0], clbit: 0 }]));
    agree(lowered(3, 2, [...two, { op: "CX", on: [1, 2] }, { op: "RESET", on: [1] }, { op: "MEASURE", on: [1], clbit: 0 }, { op: "MEASURE", on: [2], clbit: 1 }]));
    agree(lowered(2, 2, [...two.slice(0, 2), { op: "RESET", on: [0] }, { op: "MEASURE", on: [0], clbit: 0 }, { op: "MEASURE", on: [1], clbit: 1 }]));
  });
});
