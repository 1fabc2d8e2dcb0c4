// Circuits over the whole gate set for state-vector tests: arbitraries, jobs and readings of their outcomes.
import fc from "fast-check";
import { ARITY, OP, type CircuitJob, type LoweredCircuit, type PauliSum } from "../../domains/kernels/circuit.ts";
import { runCircuitJob } from "../../domains/kernels/statevector/kernel.ts";
import { planCircuit } from "../../domains/kernels/statevector/plan.ts";
import { Register } from "../../domains/kernels/statevector/register.ts";
import { lowered, type Instruction } from "./clifford-circuits.ts";

export type GateName = Exclude<keyof typeof OP, "RESET" | "MEASURE" | "BARRIER">;
export const GATE_NAMES = (Object.keys(OP) as (keyof typeof OP)[]).filter((name): name is GateName => OP[name] < OP.RESET);
export const isTurned = (name: GateName): boolean => ["RX", "RY", "RZ", "P", "CP"].includes(name);

export const gate = (op: GateName, ...on: number[]): Instruction => ({ op, on });
export const turned = (op: GateName, angle: number, ...on: number[]): Instruction => ({ op, on, angle });
export const measure = (qubit: number, clbit = qubit): Instruction => ({ op: "MEASURE", on: [qubit], clbit });
export const measureAll = (qubits: number): Instruction[] => Array.from({ length: qubits }, (_, qubit) => measure(qubit));

/** Amplitudes re, im after a circuit that measures nothing. */
export function amplitudes(qubits: number, instructions: readonly Instruction[]): Float64Array {
  const register = new Register({ qubits });
  for (const step of planCircuit(lowered(qubits, 0, instructions)).steps) register.apply(step);
  return register.amplitudes();
}

export const probabilities = (state: Float64Array): number[] =>
  Array.from({ length: state.length / 2 }, (_, index) => (state[2 * index] ?? 0) ** 2 + (state[2 * index + 1] ?? 0) ** 2);

export function sample(circuit: LoweredCircuit, shots: number, key: Uint32Array = Uint32Array.of(1, 2)): Uint8Array {
  const output = runCircuitJob({ mode: "sample", circuit, shots, key });
  return output.mode === "sample" ? output.bits : new Uint8Array();
}

/** How often each classical record was read, clbit 0 rightmost. */
export function counts(circuit: LoweredCircuit, shots: number, key?: Uint32Array): Record<string, number> {
  const bits = sample(circuit, shots, key);
  const found: Record<string, number> = {};
  for (let shot = 0; shot < shots; shot++) {
    const record = [...bits.subarray(shot * circuit.clbits, (shot + 1) * circuit.clbits)].reverse().join("");
    found[record] = (found[record] ?? 0) + 1;
  }
  return found;
}

/** Terms written as words, letter of qubit 0 first. */
export function pauliSum(terms: readonly (readonly [coefficient: number, word: string])[]): PauliSum {
  return {
    coefficients: Float64Array.from(terms.map(([coefficient]) => coefficient)),
    paulis: Uint8Array.from(terms.flatMap(([, word]) => [...word].map((letter) => "IXYZ".indexOf(letter)))),
  };
}

export function expectation(qubits: number, instructions: readonly Instruction[], observable: PauliSum): number {
  const output = runCircuitJob({ mode: "expectation", circuit: lowered(qubits, 0, instructions), observable });
  return output.mode === "expectation" ? output.value[0] ?? NaN : NaN;
}

const distinct = (qubits: number, count: number): fc.Arbitrary<number[]> =>
  fc.uniqueArray(fc.nat(qubits - 1), { minLength: count, maxLength: count });

/** Any gate on any qubits; needs at least three qubits. */
export const anyGate = (qubits: number): fc.Arbitrary<Instruction> =>
  fc.constantFrom(...GATE_NAMES).chain((op) =>
    fc.tuple(distinct(qubits, ARITY[OP[op]] ?? 1), fc.double({ min: -7, max: 7, noNaN: true }))
      .map(([on, angle]) => (isTurned(op) ? turned(op, angle, ...on) : gate(op, ...on))));

export const unitaryCircuit = (qubits: number, length: number): fc.Arbitrary<LoweredCircuit> =>
  fc.array(anyGate(qubits), { minLength: 1, maxLength: length }).map((gates) => lowered(qubits, 0, gates));

/** With measurements, resets and conditions anywhere, and all qubits measured at the end half of the time. */
export function measuredCircuit(qubits: number, length: number): fc.Arbitrary<LoweredCircuit> {
  const reading = fc.tuple(fc.nat(qubits - 1), fc.nat(qubits - 1)).map(([qubit, clbit]) => measure(qubit, clbit));
  const reset = fc.nat(qubits - 1).map((qubit): Instruction => ({ op: "RESET", on: [qubit] }));
  const barrier = fc.constant<Instruction>({ op: "BARRIER", on: [] });
  const plain = fc.oneof({ weight: 10, arbitrary: anyGate(qubits) }, { weight: 3, arbitrary: reading },
    { weight: 1, arbitrary: reset }, { weight: 1, arbitrary: barrier });
  const when = fc.array(fc.tuple(fc.nat(qubits - 1), fc.nat(1)), { minLength: 1, maxLength: 2 });
  const instruction = fc.tuple(plain, fc.option(when, { freq: 4, nil: undefined }))
    .map(([one, conditions]) => (conditions === undefined ? one : { ...one, when: conditions }));
  return fc.tuple(fc.array(instruction, { minLength: 1, maxLength: length }), fc.boolean())
    .map(([all, last]) => lowered(qubits, qubits, last ? [...all, ...measureAll(qubits)] : all));
}

export const anyPauliSum = (qubits: number): fc.Arbitrary<PauliSum> =>
  fc.array(fc.tuple(fc.double({ min: -2, max: 2, noNaN: true }), fc.array(fc.nat(3), { minLength: qubits, maxLength: qubits })), { maxLength: 5 })
    .map((terms) => ({
      coefficients: Float64Array.from(terms.map(([coefficient]) => coefficient)),
      paulis: Uint8Array.from(terms.flatMap(([, letters]) => letters)),
    }));

export const anyKey: fc.Arbitrary<Uint32Array> =
  fc.tuple(fc.nat({ max: 0xffffffff }), fc.nat({ max: 0xffffffff })).map((words) => Uint32Array.from(words));

export const sampleJob = (circuit: LoweredCircuit, shots: number, key: Uint32Array): CircuitJob => ({ mode: "sample", circuit, shots, key });
