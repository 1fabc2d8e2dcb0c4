// What each operation of a graph is in gates. One row an operation; no row knows of names, guards or order.
//   Readouts are (before, Z readout, after): the qubit is left in the eigenstate that was read, except by MEASURE_BELL, whose two
//   qubits are left as they are read. Conventions: R_A(θ) = exp(−iθA/2), outcome 0 is the +1 eigenstate.
import type { GateName } from "./instruction.ts";

/** A gate on operands of the node, by their place. */
export interface Step {
  readonly name: GateName;
  readonly on: readonly number[];
  /** In units of the node's angle. */
  readonly turns?: 1 | -1;
}

const step = (name: GateName, ...on: readonly number[]): Step => ({ name, on });
const turned = (name: GateName, turns: 1 | -1): Step => ({ name, on: [0], turns });

/** Reversible operations, and INJECT_T_STATE, which makes its state out of |0⟩. */
export const UNITARY: Readonly<Record<string, readonly Step[]>> = Object.freeze({
  APPLY_H: [step("h", 0)], APPLY_S: [step("s", 0)], APPLY_SDG: [step("sdg", 0)], APPLY_T: [step("t", 0)], APPLY_TDG: [step("tdg", 0)],
  APPLY_X: [step("x", 0)], APPLY_Y: [step("y", 0)], APPLY_Z: [step("z", 0)],
  APPLY_RX: [turned("rx", 1)], APPLY_RY: [turned("ry", 1)], APPLY_RZ: [turned("rz", 1)],
  APPLY_CNOT: [step("cx", 0, 1)], APPLY_CZ: [step("cz", 0, 1)], APPLY_SWAP: [step("swap", 0, 1)], APPLY_TOFFOLI: [step("ccx", 0, 1, 2)],
  TELEPORT_CNOT: [step("cx", 0, 1)],
  INJECT_T_STATE: [step("h", 0), step("t", 0)],
  RESET: [step("reset", 0)],
});

export interface Readout {
  readonly before: readonly Step[];
  readonly after: readonly Step[];
  /** Operands read, in the order of their events, or of the digits of the one index, most significant first. */
  readonly reads: readonly number[];
}

const readout = (before: readonly Step[], after: readonly Step[], ...reads: readonly number[]): Readout => ({ before, after, reads });

export const READOUTS: Readonly<Record<string, Readout>> = Object.freeze({
  MEASURE_Z: readout([], [], 0),
  MEASURE_X: readout([step("h", 0)], [step("h", 0)], 0),
  MEASURE_Y: readout([step("sdg", 0), step("h", 0)], [step("h", 0), step("s", 0)], 0),
  MEASURE_ANGLE: readout([turned("ry", -1)], [turned("ry", 1)], 0),
  MEASURE_BELL: readout([step("cx", 0, 1), step("h", 0)], [], 0, 1),
});

/** Uses of a channel, between the end that is spoken of first and the other: a state moves on and leaves |0⟩, or two change places. */
export const TRANSFERS: Readonly<Record<string, readonly Step[]>> = Object.freeze({
  teleport: [step("reset", 1), step("swap", 0, 1)],
  swap: [step("swap", 0, 1)],
});

/** What changes no state. */
export const NEUTRAL: ReadonlySet<string> = new Set(["BAR_REGION", "SET_POLICY", "OPEN_CHAN", "CLOSE_CHAN"]);

const QUARTER = Math.PI / 2;

/** An exact multiple of a quarter turn within two whole ones, up to a global phase, so that the stabilizer knows it; any other angle as it is. */
export function foldedAngle(angle: number): number {
  const turns = Math.round(angle / QUARTER);
  return turns * QUARTER === angle ? (turns % 4) * QUARTER + 0 : angle;
}
