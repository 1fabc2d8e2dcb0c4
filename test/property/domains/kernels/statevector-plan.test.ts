// Planned evolution against gate by gate: the same amplitudes when exact, the same state when fused.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Fusion, LoweredCircuit } from "../../../../domains/kernels/circuit.ts";
import { runCircuitJob } from "../../../../domains/kernels/statevector/kernel.ts";
import { planCircuit } from "../../../../domains/kernels/statevector/plan.ts";
import { Register } from "../../../../domains/kernels/statevector/register.ts";
import { samplePlan } from "../../../../domains/kernels/statevector/sample.ts";
import { EXACT, StagedPlan, stagedPlan } from "../../../../domains/kernels/statevector/stages.ts";
import { anyKey, anyPauliSum, measuredCircuit, unitaryCircuit } from "../../../support/statevector-circuits.ts";

const LONG = process.env["TRIAD_LONG"] === "1";

function gateByGate(circuit: LoweredCircuit): Float64Array {
  const register = new Register({ qubits: circuit.qubits });
  for (const step of planCircuit(circuit).steps) register.apply(step);
  return register.amplitudes();
}

function planned(circuit: LoweredCircuit, fusion: Fusion): Register {
  const staged = new StagedPlan(planCircuit(circuit), { fusion, qubitsMin: 3 });
  const register = new Register({ qubits: circuit.qubits, program: staged.programBytes });
  staged.stages.forEach((_, at) => { register.evolve(staged, at); });
  return register;
}

/** Equal numbers; a zero may differ in its sign, which reaches no outcome. */
const differing = (a: Float64Array, b: Float64Array): number => a.findIndex((value, at) => value !== b[at]);

/** |⟨a|b⟩|² with b as long as its gain says. */
function overlap(a: Float64Array, b: Float64Array, gain: number): number {
  let re = 0;
  let im = 0;
  for (let at = 0; at < a.length; at += 2) {
    const [ar = 0, ai = 0, br = 0, bi = 0] = [a[at], a[at + 1], b[at], b[at + 1]];
    re += ar * br + ai * bi;
    im += ar * bi - ai * br;
  }
  return gain * (re * re + im * im);
}

const sizes = (most: number): fc.Arbitrary<LoweredCircuit> => fc.integer({ min: 3, max: most }).chain((qubits) => unitaryCircuit(qubits, 60));

describe("plans", () => {
  it.each([["small", sizes(9), LONG ? 3_000 : 120], ["blocks from all over the state", fc.constantFrom(15, 16).chain((qubits) => unitaryCircuit(qubits, 40)), LONG ? 200 : 4]] as const)(
    "exact: the amplitudes of gate by gate, %s", (_, circuits, numRuns) => {
      fc.assert(fc.property(circuits, (circuit) => {
        expect(differing(planned(circuit, "exact").amplitudes(), gateByGate(circuit))).toBe(-1);
      }), { numRuns });
    }, 60_000);
  it.each([["small", sizes(9), LONG ? 3_000 : 120], ["blocks from all over the state", fc.constantFrom(15, 16).chain((qubits) => unitaryCircuit(qubits, 40)), LONG ? 200 : 4]] as const)(
    "fused: the same state to 1e-11, %s", (_, circuits, numRuns) => {
      fc.assert(fc.property(circuits, (circuit) => {
        const register = planned(circuit, "fused");
        const got = register.amplitudes();
        expect(Math.abs(overlap(got, got, register.gain * register.gain) - 1)).toBeLessThan(1e-11);
        expect(Math.abs(overlap(gateByGate(circuit), got, register.gain) - 1)).toBeLessThan(1e-11);
      }), { numRuns });
    }, 60_000);
  it("bits are those of gate by gate, with measurements, resets and conditions anywhere", () => {
    fc.assert(fc.property(measuredCircuit(4, 40), anyKey, fc.constantFrom<Fusion>("exact", "fused"), (circuit, key, fusion) => {
      const plan = planCircuit(circuit);
      expect(samplePlan(new StagedPlan(plan, { fusion, qubitsMin: 3 }), 32, key)).toEqual(samplePlan(new StagedPlan(plan, { fusion: "exact", qubitsMin: 99 }), 32, key));
    }), { numRuns: LONG ? 3_000 : 80 });
  });
  it("expectations agree: exact in every bit, fused to 1e-11", () => {
    fc.assert(fc.property(unitaryCircuit(10, 40), anyPauliSum(10), (circuit, observable) => {
      const value = (fusion: Fusion): number => {
        const output = runCircuitJob({ mode: "expectation", circuit, fusion, observable });
        return output.mode === "expectation" ? output.value[0] ?? NaN : NaN;
      };
      expect(Math.abs(value("fused") - value("exact"))).toBeLessThan(1e-11);
    }), { numRuns: LONG ? 500 : 20 });
  });
});

describe("kept plans", () => {
  const angled = (angles: readonly number[]): LoweredCircuit => ({
    qubits: 10, clbits: 0, conditions: new Int32Array(), angles: Float64Array.from(angles),
    ops: Int32Array.from(angles.flatMap((_, at) => [9, at, -1, -1, -1, -1, at, -1])),
  });
  it("the same circuit has the same plan, other angles its schedule, other instructions neither", () => {
    const one = stagedPlan(angled([0.1, 0.2, 0.3, 0.4]), EXACT);
    one.program(0);
    expect(stagedPlan(angled([0.1, 0.2, 0.3, 0.4]), EXACT)).toBe(one);
    const other = stagedPlan(angled([0.1, 0.2, 0.3, 2]), EXACT);
    expect(other).not.toBe(one);
    expect(other.schedules).toBe(one.schedules);
    expect(other.program(0)?.bytes).not.toEqual(one.program(0)?.bytes);
    expect(stagedPlan(angled([0.1, 0.2, 0.3, 0.4, 0.5]), EXACT).schedules).not.toBe(one.schedules);
  });
  it("an exact program under other angles is the one planned afresh, byte for byte", () => {
    fc.assert(fc.property(fc.integer({ min: 10, max: 16 }).chain((qubits) => unitaryCircuit(qubits, 60)), fc.double({ min: -3, max: 3, noNaN: true }), (circuit, turn) => {
      stagedPlan(circuit).program(0);
      const other = { ...circuit, angles: circuit.angles.map((angle) => turn - angle) };
      const [again, fresh] = [stagedPlan(other).program(0), new StagedPlan(planCircuit(other), EXACT).program(0)];
      expect(again?.bytes).toEqual(fresh?.bytes);
      expect(again?.passes).toEqual(fresh?.passes);
    }), { numRuns: LONG ? 1_000 : 40 });
  });
});
