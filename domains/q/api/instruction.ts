// One instruction of a circuit under construction: the gate table, the checks of its operands, and lowering to the
// arrays kernels take. Pure data; a refused argument is a fault at the call that gave it.
import { Fault } from "../../../kernel-abi/fault.ts";
import { ANGLE_LIMIT } from "../../kernels/libm/portable.ts";
import { OP, OP_WIDTH } from "../../kernels/circuit.ts";
import type { LoweredCircuit } from "../../kernels/circuit.ts";

export type Bit = 0 | 1;
/** All of these classical bits must have these values. */
export type Condition = readonly (readonly [clbit: number, value: Bit])[];

/** Names as the builder's methods and `counts` spell them, in opcode order. */
export const GATES = Object.freeze({
  h: { opcode: OP.H, inverse: "h" }, s: { opcode: OP.S, inverse: "sdg" }, sdg: { opcode: OP.SDG, inverse: "s" },
  t: { opcode: OP.T, inverse: "tdg" }, tdg: { opcode: OP.TDG, inverse: "t" },
  x: { opcode: OP.X, inverse: "x" }, y: { opcode: OP.Y, inverse: "y" }, z: { opcode: OP.Z, inverse: "z" },
  rx: { opcode: OP.RX, inverse: "rx" }, ry: { opcode: OP.RY, inverse: "ry" }, rz: { opcode: OP.RZ, inverse: "rz" }, p: { opcode: OP.P, inverse: "p" },
  cx: { opcode: OP.CX, inverse: "cx" }, cz: { opcode: OP.CZ, inverse: "cz" }, swap: { opcode: OP.SWAP, inverse: "swap" },
  ccx: { opcode: OP.CCX, inverse: "ccx" }, cp: { opcode: OP.CP, inverse: "cp" },
  reset: { opcode: OP.RESET, inverse: undefined }, measure: { opcode: OP.MEASURE, inverse: undefined },
  barrier: { opcode: OP.BARRIER, inverse: "barrier" },
} as const);
export type GateName = keyof typeof GATES;

export interface Instruction {
  readonly name: GateName;
  /** Controls first, target last, as in `LoweredCircuit`. */
  readonly qubits: readonly number[];
  /** Radians; rotations only. Where a parameter moves it, what it is beside that. */
  readonly angle?: number;
  /** What moves the angle, and by how much: bound later. */
  readonly moved?: { readonly name: string; readonly factor: number };
  /** Where a measurement is written. */
  readonly clbit?: number;
  /** Empty when unconditional. */
  readonly when: Condition;
}

/** A fault that names the argument, what it was and what it may be. */
export function refuse(argument: string, value: unknown, allowed: string): never {
  const plain = typeof value === "string" || typeof value === "boolean" || value === null || (typeof value === "number" && Number.isFinite(value));
  throw new Fault("ABI_MALFORMED", { argument, value: plain ? value : describe(value), allowed });
}
const describe = (value: unknown): string => (typeof value === "number" ? String(value) : Array.isArray(value) ? "an array" : `a value of type ${typeof value}`);

/** @throws Fault ABI_MALFORMED unless `value` is an integer of least … most. */
export function checkInteger(argument: string, value: number, least: number, most: number): void {
  if (!Number.isSafeInteger(value) || value < least || value > most) refuse(argument, value, `an integer from ${least} to ${most}`);
}

const ROTATIONS: ReadonlySet<GateName> = new Set(["rx", "ry", "rz", "p", "cp"]);

/** A rotation has an angle the kernels can reduce; no other gate has one. */
export function checkAngle(name: GateName, angle: number | undefined): void {
  if (!ROTATIONS.has(name)) return;
  if (typeof angle !== "number" || !(Math.abs(angle) <= ANGLE_LIMIT)) refuse(`${name}: angle`, angle, `radians, at most ${ANGLE_LIMIT} either way`);
}

/** Each operand a qubit of the circuit, no qubit twice in one gate. */
export function checkQubits(name: string, operands: readonly number[], qubits: number): void {
  for (const qubit of operands) checkInteger(`${name}: qubit`, qubit, 0, qubits - 1);
  if (new Set(operands).size !== operands.length) refuse(`${name}: qubits`, operands.join(", "), "distinct qubits");
}

/** The instruction that undoes this one, under the same condition. */
export function inverseOf(instruction: Instruction): Instruction {
  const name: GateName | undefined = GATES[instruction.name].inverse;
  if (name === undefined) return refuse("inverse", instruction.name, "a circuit without measure and reset");
  if (instruction.angle === undefined) return { ...instruction, name };
  const { moved } = instruction;
  return { ...instruction, name, angle: 0 - instruction.angle, ...(moved === undefined ? {} : { moved: { ...moved, factor: -moved.factor } }) };
}

/** Condition records laid end to end, each distinct one once. */
class ConditionTable {
  readonly values: number[] = [];
  readonly #offsets = new Map<string, number>();
  offsetOf(when: Condition): number {
    if (when.length === 0) return -1;
    const key = when.join(";");
    const known = this.#offsets.get(key);
    if (known !== undefined) return known;
    const offset = this.values.length;
    this.#offsets.set(key, offset);
    this.values.push(when.length, ...when.flat());
    return offset;
  }
}

/** The arrays of `domains/kernels/circuit.ts`. Measurement ordinals are the places among measure and reset. */
export function lowerInstructions(qubits: number, clbits: number, instructions: readonly Instruction[]): LoweredCircuit {
  const ops = new Int32Array(instructions.length * OP_WIDTH).fill(-1);
  const angles: number[] = [];
  const conditions = new ConditionTable();
  let ordinal = 0;
  instructions.forEach(({ name, qubits: operands, angle, clbit, when }, index) => {
    const at = index * OP_WIDTH;
    ops[at] = GATES[name].opcode;
    ops.set(operands, at + 1);
    if (clbit !== undefined) ops[at + 4] = clbit;
    ops[at + 5] = conditions.offsetOf(when);
    if (angle !== undefined) ops[at + 6] = angles.push(angle) - 1;
    if (name === "measure" || name === "reset") ops[at + 7] = ordinal++;
  });
  return { qubits, clbits, ops, angles: Float64Array.from(angles), conditions: Int32Array.from(conditions.values) };
}
