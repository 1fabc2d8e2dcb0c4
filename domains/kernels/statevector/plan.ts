// The plan of a circuit: instructions with their angles turned into cosines and sines, and the split between what must be
// simulated in order (`steps`) and the measurements that may wait until the end (`rest`).
//   P1  Nothing is reordered among measurements: `rest` is a suffix of the MEASURE and RESET instructions.
//   P2  An instruction is in `rest` when it is unconditional, no later gate or reset uses its qubit and no later
//       condition reads its clbit. Then it commutes with all that follows, and the last state holds its probabilities.
import { Fault } from "../../../kernel-abi/fault.ts";
import { LIMITS } from "../../../kernel-abi/limits.ts";
import { ARITY, OP, OP_WIDTH, type LoweredCircuit } from "../circuit.ts";
import { ANGLE_LIMIT, cosOfLast, sinCos, sinOfLast } from "../libm/portable.ts";

export interface Step {
  readonly opcode: number;
  readonly q0: number;
  readonly q1: number;
  readonly q2: number;
  readonly clbit: number;
  /** Offset into the circuit's conditions, -1 for none. */
  readonly condition: number;
  readonly ordinal: number;
  /** Of half the angle for RX, RY, RZ, of the angle for P and CP; 1 and 0 otherwise. */
  readonly cosine: number;
  readonly sine: number;
}

export interface Plan {
  readonly qubits: number;
  readonly clbits: number;
  readonly conditions: Int32Array;
  readonly steps: readonly Step[];
  readonly rest: readonly Step[];
}

const refuse = (argument: string, allowed: string): never => {
  throw new Fault("KERNEL_REFUSED", { argument, allowed });
};

export const isMeasuring = (step: Step): boolean => step.opcode === OP.MEASURE || step.opcode === OP.RESET;

function readStep(circuit: LoweredCircuit, at: number): Step {
  const field = (offset: number): number => circuit.ops[at + offset] ?? -1;
  const opcode = field(0);
  const rotation = opcode >= OP.RX && opcode <= OP.RZ;
  const angle = rotation || opcode === OP.P || opcode === OP.CP ? circuit.angles[field(6)] ?? 0 : 0;
  if (Math.abs(angle) > ANGLE_LIMIT) refuse("angle", `-${ANGLE_LIMIT} to ${ANGLE_LIMIT} radians`);
  sinCos(rotation ? 0.5 * angle : angle);
  return {
    opcode, q0: field(1), q1: field(2), q2: field(3), clbit: opcode === OP.MEASURE ? field(4) : -1,
    condition: field(5), ordinal: field(7), cosine: cosOfLast, sine: sinOfLast,
  };
}

export function qubitsOf(step: Step): readonly number[] {
  return [step.q0, step.q1, step.q2].slice(0, ARITY[step.opcode]);
}

export function clbitsOf(conditions: Int32Array, at: number): readonly number[] {
  const count = at < 0 ? 0 : conditions[at] ?? 0;
  return Array.from({ length: count }, (_, pair) => conditions[at + 1 + 2 * pair] ?? 0);
}

/** Marks, from the end backwards, the measuring steps that may wait (P2); stops at the first that may not (P1). */
function waiting(steps: readonly Step[], conditions: Int32Array): ReadonlySet<Step> {
  const found = new Set<Step>();
  const used = new Set<number>();
  const measured = new Set<number>();
  const read = new Set<number>();
  for (const step of steps.toReversed()) {
    if (isMeasuring(step)) {
      const inUse = used.has(step.q0) || (step.opcode === OP.RESET && measured.has(step.q0));
      if (step.condition >= 0 || inUse || read.has(step.clbit)) return found;
      found.add(step);
      (step.opcode === OP.RESET ? used : measured).add(step.q0);
    } else {
      for (const qubit of qubitsOf(step)) used.add(qubit);
      for (const clbit of clbitsOf(conditions, step.condition)) read.add(clbit);
    }
  }
  return found;
}

function checkSizes(circuit: LoweredCircuit): void {
  if (circuit.qubits > LIMITS.statevector_qubits_max) {
    throw new Fault("KERNEL_REFUSED", { argument: "qubits", allowed: `1 to ${LIMITS.statevector_qubits_max}`, value: circuit.qubits, bytes: `2^${circuit.qubits + 4}` });
  }
  if (circuit.ops.length > OP_WIDTH * LIMITS.circuit_operations_max) refuse("ops", `at most ${LIMITS.circuit_operations_max} instructions`);
}

/** Ordinals are static positions (circuit.ts): a plan with others would draw other numbers than another backend. */
function checkOrdinals(steps: readonly Step[]): void {
  steps.filter(isMeasuring).forEach((step, position) => {
    if (step.ordinal !== position) refuse("measurement ordinal", `${position}, its position among MEASURE and RESET`);
  });
}

/**
 * Every instruction of a circuit, barriers included.
 * @throws Fault KERNEL_REFUSED for a size beyond the limits, an angle beyond ANGLE_LIMIT or a misnumbered measurement.
 */
export function stepsOf(circuit: LoweredCircuit): readonly Step[] {
  checkSizes(circuit);
  const all: Step[] = [];
  for (let at = 0; at < circuit.ops.length; at += OP_WIDTH) all.push(readStep(circuit, at));
  checkOrdinals(all);
  return all;
}

/** The plan of such steps. */
export function planOf({ qubits, clbits, conditions }: LoweredCircuit, all: readonly Step[]): Plan {
  const late = waiting(all, conditions);
  return {
    qubits, clbits, conditions,
    steps: all.filter((step) => !late.has(step) && step.opcode !== OP.BARRIER),
    rest: all.filter((step) => late.has(step)),
  };
}

/** @throws Fault KERNEL_REFUSED as `stepsOf` */
export const planCircuit = (circuit: LoweredCircuit): Plan => planOf(circuit, stepsOf(circuit));
