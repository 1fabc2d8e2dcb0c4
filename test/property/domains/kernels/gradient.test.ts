// Gradients: adjoint and shift against derivative matrices multiplied out, against each other and against finite differences.
import fc from "fast-check";
import process from "node:process";
import { describe, expect, it } from "vitest";
import { OP_WIDTH, decodeCircuitJob, encodeCircuitJob, isParametrised, type CircuitJob, type GradientMethod, type LoweredCircuit, type ParameterMap, type PauliSum } from "../../../../domains/kernels/circuit.ts";
import { runCircuitJob } from "../../../../domains/kernels/statevector/kernel.ts";
import { addImage } from "../../../../domains/kernels/statevector/image.ts";
import { referenceExpectation, referenceGradient, referenceRun } from "../../../../domains/kernels/statevector/reference.ts";
import { Register } from "../../../../domains/kernels/statevector/register.ts";
import type { Word } from "../../../../domains/kernels/statevector/words.ts";
import { lowered, type Instruction } from "../../../support/clifford-circuits.ts";
import { imageOf, plainGradient } from "../../../support/plain-gradient.ts";
import { Doubles } from "../../../support/random-doubles.ts";
import { anyGate, gate, pauliSum, turned, type GateName } from "../../../support/statevector-circuits.ts";

const RUNS = process.env["TRIAD_LONG"] === undefined ? 60 : 4_000;

interface Case {
  readonly circuit: LoweredCircuit;
  readonly observable: PauliSum;
  readonly parameters: ParameterMap;
}

/**
 * Rotations share angles here and there; parameters move several angles, some of them none, by factors of their own. Every qubit is turned before and
 * behind the gates and words have few letters, or hardly a derivative would be other than 0.
 */
const cases = (least: number, most: number, gatesMax: number): fc.Arbitrary<Case> => fc.integer({ min: least, max: most }).chain((qubits) => fc.tuple(fc.constant(qubits), fc.array(anyGate(qubits), { maxLength: gatesMax, size: "max" }), fc.infiniteStream(fc.nat(1_000)), fc.integer({ min: 1, max: 6 })))
  .map(([qubits, gates, stream, count]) => {
    const next = (below: number): number => (stream.next().value as number) % below;
    const layer = (op: "RX" | "RY"): Instruction[] => Array.from({ length: qubits }, (_, qubit) => turned(op, 0.2 + next(97) / 40, qubit));
    const built = lowered(qubits, 0, [...layer("RY"), ...gates, ...layer("RX")]);
    const letters = Array.from({ length: 4 * qubits }, () => (next(2) === 0 ? 0 : 1 + next(3)));
    const observable: PauliSum = { coefficients: Float64Array.from({ length: 4 }, () => 0.5 + next(7) / 4), paulis: Uint8Array.from(letters) };
    const ops = built.ops.slice();
    for (let at = 0; at < ops.length; at += OP_WIDTH) if (isParametrised(ops[at] ?? 0) && next(3) === 0) ops[at + 6] = next(built.angles.length);
    const entries = Int32Array.from({ length: next(2 * built.angles.length + 1) }, () => next(built.angles.length));
    return { circuit: { ...built, ops }, observable, parameters: { count, entries, of: entries.map(() => next(count)), factors: Float64Array.from(entries, () => next(9) - 4) } };
  });

const anyCase = cases(3, 6, 16);

function gradient({ circuit, observable, parameters }: Case, method: GradientMethod): { readonly value: number; readonly gradient: Float64Array } {
  const job: CircuitJob = { mode: "gradient", circuit, observable, parameters, method };
  const output = runCircuitJob(decodeCircuitJob(encodeCircuitJob(job)));
  if (output.mode !== "gradient") throw new Error("mode");
  return { value: output.value[0] ?? NaN, gradient: output.gradient };
}

const furthest = (a: Float64Array, b: Float64Array): number => a.reduce((most, value, at) => Math.max(most, Math.abs(value - (b[at] ?? NaN))), a.length === b.length ? 0 : NaN);

/** Fourth order, so that truncation and rounding are both far below what is asked. */
function byDifferences({ circuit, observable, parameters: { count, entries, of, factors } }: Case): Float64Array {
  const h = 1e-3;
  const value = (parameter: number, steps: number): number => {
    const angles = circuit.angles.slice();
    entries.forEach((entry, k) => { if (of[k] === parameter) angles[entry] = (angles[entry] ?? 0) + steps * h * (factors[k] ?? 0); });
    return referenceExpectation(referenceRun({ ...circuit, angles }).state, observable);
  };
  return Float64Array.from({ length: count }, (_, parameter) => (8 * (value(parameter, 1) - value(parameter, -1)) - (value(parameter, 2) - value(parameter, -2))) / (12 * h));
}

describe("gradients", () => {
  it("by either method are those of derivative matrices, to 1e-10, and the value is the expectation's, bit for bit", () => {
    let steep = 0;
    fc.assert(fc.property(anyCase, (one) => {
      const want = referenceGradient(one.circuit, one.observable, one.parameters);
      const [adjoint, shift] = [gradient(one, "adjoint"), gradient(one, "shift")];
      if (want.some((slope) => Math.abs(slope) > 0.01)) steep += 1;
      expect(furthest(adjoint.gradient, want)).toBeLessThan(1e-10);
      expect(furthest(shift.gradient, want)).toBeLessThan(1e-10);
      const plain = runCircuitJob({ mode: "expectation", circuit: one.circuit, observable: one.observable });
      expect([adjoint.value, shift.value]).toEqual(plain.mode === "expectation" ? [plain.value[0], plain.value[0]] : []);
    }), { numRuns: RUNS });
    expect(steep).toBeGreaterThan(RUNS / 2);
  });

  it("are those of finite differences", () => {
    fc.assert(fc.property(anyCase, (one) => {
      const scale = 1 + one.parameters.factors.reduce((sum, factor) => sum + Math.abs(factor), 0) ** 5 * 1e-4;
      expect(furthest(gradient(one, "adjoint").gradient, byDifferences(one))).toBeLessThan(1e-7 * scale);
    }), { numRuns: Math.min(RUNS, 500) / 4 });
  });

  it("have the bits of gate by gate, whatever was planned and kept before: again under other angles, and by fewer of them", () => {
    fc.assert(fc.property(fc.oneof(cases(3, 9, 24), cases(10, 11, 40)), (one) => {
      const other = { ...one, circuit: { ...one.circuit, angles: one.circuit.angles.map((angle) => 0.7 - angle) } };
      const { entries, of, factors } = one.parameters;
      const half = entries.length >> 1;
      const fewer = { ...one, parameters: { ...one.parameters, entries: entries.subarray(half), of: of.subarray(half), factors: factors.subarray(half) } };
      for (const task of [fewer, one, other]) {
        for (const method of ["adjoint", "shift"] as const) {
          if (method === "shift" && one.circuit.qubits > 9 && task !== one) continue; // gate by gate takes long
          expect(gradient(task, method).gradient).toEqual(plainGradient(task.circuit, task.observable, task.parameters, method));
        }
      }
    }), { numRuns: process.env["TRIAD_LONG"] === undefined ? 16 : 400 });
  }, 120_000);

  it("have them where a block is not the whole state: turns and phases of every kind, on qubits of any pass", () => {
    const qubits = 16;
    const layer = (op: GateName, shift: number): Instruction[] => Array.from({ length: qubits }, (_, qubit) => turned(op, 0.3 + qubit / 7 + shift, (5 * qubit + 3) % qubits));
    const pairs = Array.from({ length: qubits - 1 }, (_, qubit) => (qubit % 3 === 0 ? turned("CP", 0.4 + qubit, (7 * qubit) % qubits, (7 * qubit + 9) % qubits) : gate(qubit % 2 === 0 ? "CX" : "SWAP", (7 * qubit) % qubits, (7 * qubit + 5) % qubits)));
    const others = [gate("H", 15), gate("Y", 14), gate("T", 2), gate("SDG", 15), gate("CCX", 15, 0, 14), gate("CZ", 15, 1)];
    const circuit = lowered(qubits, 0, [...layer("RY", 0), ...pairs, ...layer("RZ", 1), ...others, ...layer("RX", 2), ...layer("P", 3).slice(0, 6), ...pairs, ...layer("RY", 4)]);
    const entries = Int32Array.from({ length: circuit.angles.length }, (_, entry) => entry).filter((entry) => entry % 5 !== 1);
    const parameters: ParameterMap = { count: entries.length, entries, of: entries.map((_, at) => at), factors: new Float64Array(entries.length).fill(1) };
    const observable = pauliSum([[1, "ZZ".padEnd(qubits, "I")], [0.5, "XY".padStart(qubits, "I")], [0.25, "Y".padEnd(qubits, "Z")]]);
    expect(gradient({ circuit, observable, parameters }, "adjoint").gradient).toEqual(plainGradient(circuit, observable, parameters, "adjoint"));
  }, 120_000);

  const byAll = (entries: readonly number[]): ParameterMap =>
    ({ count: entries.length, entries: Int32Array.from(entries), of: Int32Array.from(entries.keys()), factors: new Float64Array(entries.length).fill(1) });

  it("have them when more derivatives follow each other than there are rows", () => {
    const circuit = lowered(15, 0, Array.from({ length: 290 }, (_, at) => turned((["RY", "RX", "P"] as const)[at % 3] ?? "RX", 0.1 + at / 9, (3 * at) % 14)));
    const observable = pauliSum([[1, "ZXYIIIIIIZIIIIX"]]);
    const parameters = byAll(Array.from({ length: 290 }, (_, at) => at));
    expect(gradient({ circuit, observable, parameters }, "adjoint").gradient).toEqual(plainGradient(circuit, observable, parameters, "adjoint"));
  }, 60_000);

  it("have them where a program of the sweep back ends with a pass of one gate", () => {
    const last = Array.from({ length: 511 }, (_, at) => (at % 3 === 0 ? gate("T", at % 14) : turned("RX", 0.01 + at / 1e4, at % 14)));
    const circuit = lowered(16, 0, [turned("RY", 0.7, 0), gate("T", 14), turned("RY", 0.4, 14), gate("H", 3), gate("CX", 3, 14), ...last]);
    const observable = pauliSum([[1, "ZIIIIIIIIIIIIIII"], [0.5, "IIIZIIIIIIIIIIZI"], [0.25, "IIIYIIIIIIIIIIXI"]]);
    const [first = 0, second = 0] = gradient({ circuit, observable, parameters: byAll([0, 1]) }, "adjoint").gradient;
    expect(Math.min(Math.abs(first), Math.abs(second))).toBeGreaterThan(0.01);
    expect(Float64Array.of(first, second)).toEqual(plainGradient(circuit, observable, byAll([0, 1]), "adjoint"));
  }, 60_000);
});

describe("the image of a state under a Pauli sum", () => {
  it.each([1, 2, 3, 6, 9, 11, 15])("has the bits of its words added one amplitude at a time, on %i qubits, in one table or in several", (qubits) => {
    const random = new Doubles(qubits);
    const register = new Register({ qubits });
    const state = Float64Array.from({ length: 2 << qubits }, () => random.between(-1, 1));
    new Float64Array(register.wasm.memory.buffer, register.state, state.length).set(state);
    const all = (1 << qubits) - 1;
    const word = (x: number): Word => ({ coefficient: random.between(-1, 1), x: x & all, z: random.word() & all });
    const words = qubits > 9 ? Array.from({ length: 600 }, (_, at) => word(at < 20 ? 0 : at)) : Array.from({ length: 700 }, (_, at) => word(at < 300 ? 1 : random.word()));
    const image = register.zeros(0);
    addImage(register, image, words);
    expect(new Float64Array(register.wasm.memory.buffer, image, state.length).slice()).toEqual(imageOf(state, words));
  });
});
