// What a circuit costs, in circuit-cost units: integers from one versioned table, so every host charges the same (T3).
//   1  A one-qubit gate is the unit. A two-qubit gate is 2; SWAP is three CX, CCX six (what stands beside them runs along).
//   2  Conditional instructions are charged whether or not they act: a cost never depends on an outcome.
//   3  A gradient is charged as what measuring it by parameter shift takes, by whatever method it is computed: the value's own circuit, and two
//      for each gate whose angle a parameter moves.
import { OP, OP_WIDTH, isParametrised } from "../../kernels/circuit.ts";
import type { LoweredCircuit, ParameterMap } from "../../kernels/circuit.ts";

/** As run headers digest it. Raise the version with any change of the table or of the two functions below. */
export const COST_TABLE = Object.freeze({
  name: "q.circuit",
  version: 1,
  table: Object.freeze({
    H: 1, S: 1, SDG: 1, T: 1, TDG: 1, X: 1, Y: 1, Z: 1, RX: 1, RY: 1, RZ: 1, P: 1,
    CX: 2, CZ: 2, CP: 2, SWAP: 6, CCX: 12, RESET: 1, MEASURE: 1, BARRIER: 0,
  } satisfies Record<keyof typeof OP, number>),
});

const ROWS: Readonly<Record<string, number>> = COST_TABLE.table;
const COSTS: ReadonlyMap<number, number> = new Map(Object.entries(OP).map(([name, opcode]) => [opcode, ROWS[name] ?? 0]));

/** Cost of one instruction; 0 for what is no opcode. */
export const costOf = (opcode: number): number => COSTS.get(opcode) ?? 0;

/** As run headers digest it: how many circuits a gradient stands for, and how many runs through the circuit its computation takes (ticks.ts). */
export const GRADIENT_COST = Object.freeze({
  name: "q.gradient", version: 1,
  table: Object.freeze({ circuits_value: 1, circuits_per_shifted_gate: 2, runs_adjoint: 4 }),
});

/** As run headers digest it: how often an instruction of a shot with noise updates its amplitudes, without relaxation and with it (ticks.ts). */
export const NOISE_COST = Object.freeze({ name: "q.noise", version: 1, table: Object.freeze({ updates: 1, updates_relaxing: 3 }) });

/** As much of a call as decides how many circuits it stands for. */
export interface Charged {
  readonly mode: string;
  readonly circuit: LoweredCircuit;
  readonly parameters?: ParameterMap;
}

/** How many circuits a call is charged as: one, but for a gradient. */
export function circuitsOf({ mode, circuit, parameters }: Charged): number {
  if (mode !== "gradient" || parameters === undefined) return 1;
  const moved = new Set(parameters.entries);
  let shifted = 0;
  for (let at = 0; at < circuit.ops.length; at += OP_WIDTH) if (isParametrised(circuit.ops[at] ?? 0) && moved.has(circuit.ops[at + 6] ?? -1)) shifted += 1;
  return GRADIENT_COST.table.circuits_value + GRADIENT_COST.table.circuits_per_shifted_gate * shifted;
}

/** Cost of one shot: all instructions, one after the other. */
export function circuitCost({ ops }: LoweredCircuit): number {
  let cost = 0;
  for (let at = 0; at < ops.length; at += OP_WIDTH) cost += costOf(ops[at] ?? 0);
  return cost;
}

/** Duration of one shot in cost units, when whatever can run side by side does. */
export const criticalPath = (circuit: LoweredCircuit): number => longestPath(circuit, costOf);

/**
 * The heaviest chain of instructions each of which waits for the one before: on the same qubit, or on a classical bit it
 * writes or depends on. A barrier makes all later instructions wait for all earlier ones.
 */
export function longestPath(circuit: LoweredCircuit, weightOf: (opcode: number) => number): number {
  const { qubits, clbits, ops } = circuit;
  const ends = new Float64Array(qubits + clbits);
  let floor = 0;
  let longest = 0;
  for (let at = 0; at < ops.length; at += OP_WIDTH) {
    const opcode = ops[at] ?? 0;
    if (opcode === OP.BARRIER) {
      floor = longest;
      continue;
    }
    const wires = wiresOf(circuit, at);
    const end = wires.reduce((latest, wire) => Math.max(latest, ends[wire] ?? 0), floor) + weightOf(opcode);
    for (const wire of wires) ends[wire] = end;
    longest = Math.max(longest, end);
  }
  return longest;
}

/** Qubits, then classical bits counted from `qubits` on, that an instruction touches or depends on. */
function wiresOf({ qubits, ops, conditions }: LoweredCircuit, at: number): number[] {
  const wires = [ops[at + 1] ?? -1, ops[at + 2] ?? -1, ops[at + 3] ?? -1].filter((qubit) => qubit >= 0);
  const clbit = ops[at + 4] ?? -1;
  if (clbit >= 0) wires.push(qubits + clbit);
  const record = ops[at + 5] ?? -1;
  const pairs = record < 0 ? 0 : conditions[record] ?? 0;
  for (let pair = 0; pair < pairs; pair++) wires.push(qubits + (conditions[record + 1 + 2 * pair] ?? 0));
  return wires;
}
