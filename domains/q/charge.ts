// Circuit cost in budget units, until api/cost.ts is there: one unit an instruction, three for two qubits, seven for CCX.
import { OP, OP_WIDTH, ARITY } from "../kernels/circuit.ts";
import type { LoweredCircuit } from "../kernels/circuit.ts";

export const COST_TABLE = Object.freeze({ one: 1, two: 3, three: 7, measure: 1, reset: 1, barrier: 0 });

const costOf = (opcode: number): number => {
  if (opcode === OP.BARRIER) return COST_TABLE.barrier;
  const arity = ARITY[opcode] ?? 1;
  return arity === 3 ? COST_TABLE.three : arity === 2 ? COST_TABLE.two : COST_TABLE.one;
};

export function circuitCost({ ops }: LoweredCircuit): number {
  let cost = 0;
  for (let at = 0; at < ops.length; at += OP_WIDTH) cost += costOf(ops[at] ?? 0);
  return cost;
}

/** The longest chain of instructions that share a qubit, in cost units. */
export function criticalPath({ qubits, ops }: LoweredCircuit): number {
  const ready = new Float64Array(qubits);
  let longest = 0;
  for (let at = 0; at < ops.length; at += OP_WIDTH) {
    const used = [ops[at + 1] ?? -1, ops[at + 2] ?? -1, ops[at + 3] ?? -1].filter((qubit) => qubit >= 0);
    const end = used.reduce((latest, qubit) => Math.max(latest, ready[qubit] ?? 0), 0) + costOf(ops[at] ?? 0);
    for (const qubit of used) ready[qubit] = end;
    longest = Math.max(longest, end);
  }
  return longest;
}
