// Lowered circuits for tests: a literal form of instructions, and fast-check arbitraries of Clifford circuits.
import fc from "fast-check";
import { ARITY, OP } from "../../domains/kernels/circuit.ts";
import type { LoweredCircuit } from "../../domains/kernels/circuit.ts";

export interface Instruction {
  readonly op: keyof typeof OP;
  readonly on: readonly number[];
  readonly clbit?: number;
  readonly angle?: number;
  /** All of these clbits must have these values. */
  readonly when?: readonly (readonly [clbit: number, value: number])[];
}

export function lowered(qubits: number, clbits: number, instructions: readonly Instruction[]): LoweredCircuit {
  const ops: number[] = [];
  const angles: number[] = [];
  const conditions: number[] = [];
  let ordinal = 0;
  for (const { op, on, clbit = -1, angle, when = [] } of instructions) {
    const condition = when.length === 0 ? -1 : conditions.length;
    if (when.length > 0) conditions.push(when.length, ...when.flat());
    if (angle !== undefined) angles.push(angle);
    const draws = op === "MEASURE" || op === "RESET";
    ops.push(OP[op], on[0] ?? -1, on[1] ?? -1, on[2] ?? -1, clbit, condition, angle === undefined ? -1 : angles.length - 1, draws ? ordinal : -1);
    if (draws) ordinal += 1;
  }
  return { qubits, clbits, ops: Int32Array.from(ops), angles: Float64Array.from(angles), conditions: Int32Array.from(conditions) };
}

const GATES = ["H", "S", "SDG", "X", "Y", "Z", "CX", "CZ", "SWAP"] as const;
const TURNED = ["RX", "RY", "RZ", "P"] as const;

/** Gates on at least two qubits: Clifford generators and, at exact multiples of π/2 (CP: π), rotations. */
export function cliffordGate(qubits: number): fc.Arbitrary<Instruction> {
  const pair = fc.tuple(fc.nat(qubits - 1), fc.nat(qubits - 2)).map(([a, b]) => [a, b >= a ? b + 1 : b]);
  const plain = fc.tuple(fc.constantFrom(...GATES), pair).map(([op, on]): Instruction => ({ op, on: on.slice(0, ARITY[OP[op]]) }));
  const turned = fc.tuple(fc.constantFrom(...TURNED), fc.nat(qubits - 1), fc.integer({ min: -8, max: 8 }))
    .map(([op, qubit, turns]): Instruction => ({ op, on: [qubit], angle: turns * (Math.PI / 2) }));
  const controlled = fc.tuple(pair, fc.integer({ min: -4, max: 4 }))
    .map(([on, turns]): Instruction => ({ op: "CP", on, angle: turns * Math.PI }));
  return fc.oneof({ weight: 8, arbitrary: plain }, { weight: 2, arbitrary: turned }, { weight: 1, arbitrary: controlled });
}

export interface CircuitSize { readonly qubits: number; readonly length: number }

export const unitaryClifford = ({ qubits, length }: CircuitSize): fc.Arbitrary<LoweredCircuit> =>
  fc.array(cliffordGate(qubits), { minLength: length >> 1, maxLength: length }).map((gates) => lowered(qubits, 0, gates));

const UNDONE = { H: "H", S: "SDG" } as const;

/** A gate between a word and its inverse, such as H CZ H: it often maps basis states to basis states, so outcomes hang together. */
const turnedGate = (qubits: number): fc.Arbitrary<Instruction[]> =>
  fc.tuple(fc.nat(qubits - 1), fc.nat(qubits - 2), fc.constantFrom("CX", "CZ", "SWAP", "S", "SDG", "X", "Y", "Z"), fc.subarray(["H a", "H b", "S a", "S b"] as const))
    .map(([a, other, op, word]) => {
      const b = other >= a ? other + 1 : other;
      const turns = word.map((turn) => ({ op: turn.startsWith("H") ? "H" : "S", on: [turn.endsWith("a") ? a : b] } as const));
      return [...turns, { op, on: [a, b].slice(0, ARITY[OP[op]]) }, ...turns.toReversed().map(({ op: turn, on }) => ({ op: UNDONE[turn], on }))];
    });

const conditionOn = (clbits: number): fc.Arbitrary<Pick<Instruction, "when">> =>
  fc.record({ when: fc.array(fc.tuple(fc.nat(clbits - 1), fc.nat(1)), { minLength: 1, maxLength: 2 }) });

/** One to nine instructions. Few gates between measurements: where every outcome is a coin, nothing can be wrong. */
const measuring = (qubits: number): fc.Arbitrary<Instruction[]> => fc.oneof(
  { weight: 5, arbitrary: turnedGate(qubits) },
  { weight: 2, arbitrary: cliffordGate(qubits).map((gate) => [gate]) },
  { weight: 2, arbitrary: fc.tuple(fc.nat(qubits - 1), fc.nat(qubits - 1)).map(([q, clbit]): Instruction[] => [{ op: "MEASURE", on: [q], clbit }]) },
  { weight: 1, arbitrary: fc.nat(qubits - 1).map((q): Instruction[] => [{ op: "RESET", on: [q] }]) },
  { weight: 1, arbitrary: fc.constant<Instruction[]>([{ op: "BARRIER", on: [] }]) },
);

/** Coins first, then the parts, then every qubit into a clbit of its own: 2 × qubits clbits. */
const circuitOf = ({ qubits, length }: CircuitSize, part: fc.Arbitrary<Instruction[]>): fc.Arbitrary<LoweredCircuit> =>
  fc.tuple(fc.subarray(Array.from({ length: qubits }, (_, q) => q), { minLength: qubits >> 1 }), fc.array(part, { minLength: length >> 2, maxLength: length >> 1, size: "max" }))
    .map(([coins, parts]) => lowered(qubits, 2 * qubits, [
      ...coins.flatMap((q): Instruction[] => [{ op: "H", on: [q] }, { op: "MEASURE", on: [q], clbit: q }]),
      ...parts.flat(),
      ...Array.from({ length: qubits }, (_, q): Instruction => ({ op: "MEASURE", on: [q], clbit: qubits + q })),
    ]));

/** With mid-circuit measurement, reset and conditions (on measurements and resets too). */
export const measuredClifford = (size: CircuitSize): fc.Arbitrary<LoweredCircuit> =>
  circuitOf(size, fc.tuple(measuring(size.qubits), fc.option(conditionOn(size.qubits), { freq: 3, nil: {} }))
    .map(([part, when]) => part.map((plain) => ({ ...plain, ...when }))));

/** As `measuredClifford`, with conditions on X, Y and Z alone: every shot has the same tableau but for signs. */
export const pauliFeedForward = (size: CircuitSize): fc.Arbitrary<LoweredCircuit> =>
  circuitOf(size, fc.oneof({ weight: 4, arbitrary: measuring(size.qubits) },
    fc.tuple(fc.constantFrom("X", "Y", "Z"), fc.nat(size.qubits - 1), conditionOn(size.qubits))
      .map(([op, qubit, when]): Instruction[] => [{ op, on: [qubit], ...when }])));

export const anyKey: fc.Arbitrary<Uint32Array> = fc.tuple(fc.nat(0xffffffff), fc.nat(0xffffffff)).map((words) => Uint32Array.from(words));

/** Up to six terms with coefficients that add without rounding. */
export const anyPauliSum = (qubits: number): fc.Arbitrary<{ readonly coefficients: Float64Array; readonly paulis: Uint8Array }> =>
  fc.array(fc.tuple(fc.integer({ min: -64, max: 64 }), fc.array(fc.nat(3), { minLength: qubits, maxLength: qubits })), { maxLength: 6 })
    .map((terms) => ({
      coefficients: Float64Array.from(terms.map(([coefficient]) => coefficient / 8)),
      paulis: Uint8Array.from(terms.flatMap(([, letters]) => letters)),
    }));
