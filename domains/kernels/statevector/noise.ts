// Noise of gates and of reading, as data, and what it does at each place of a circuit. Both the trajectories and the density matrices that are
// their oracle read this file, and nothing else of each other.
//   N1  Behind each gate: depolarizing (a uniformly drawn Pauli other than the identity, over all the gate's qubits at once), then on each of its
//       qubits amplitude damping and dephasing for as long as the gate takes. Qubits that wait are left alone.
//   N2  A rotation turns `overRotation` radians too far, always. What is read is recorded wrongly with a probability of its own for 0 and for 1.
import { Fault } from "../../../kernel-abi/fault.ts";
import { ARITY, OP, isParametrised, type LoweredCircuit, OP_WIDTH } from "../circuit.ts";
import { exp } from "../libm/portable.ts";

export interface NoiseModel {
  /** Probabilities behind a gate of one qubit, and of more. */
  readonly depolarize1: number;
  readonly depolarize2: number;
  /** Times and durations of gates in one unit. T2 is at most 2·T1. */
  readonly relaxation?: { readonly t1: number; readonly t2: number; readonly gate1: number; readonly gate2: number };
  /** Probability that a 0 is recorded as 1, and a 1 as 0. */
  readonly readout: { readonly zeroAsOne: number; readonly oneAsZero: number };
  /** Radians. */
  readonly overRotation: number;
}

export const NOISELESS: NoiseModel = Object.freeze({ depolarize1: 0, depolarize2: 0, readout: Object.freeze({ zeroAsOne: 0, oneAsZero: 0 }), overRotation: 0 });

const refuse = (argument: string, allowed: string): never => {
  throw new Fault("KERNEL_REFUSED", { argument, allowed });
};

/** @throws Fault KERNEL_REFUSED for what is no probability, no time, or relaxes in phase more slowly than its energy lets it */
export function checkNoise({ depolarize1, depolarize2, relaxation, readout, overRotation }: NoiseModel): void {
  for (const [name, p] of Object.entries({ depolarize1, depolarize2, ...readout })) if (!(p >= 0 && p <= 1)) refuse(name, "a probability, 0 to 1");
  if (!Number.isFinite(overRotation)) refuse("overRotation", "a finite number of radians");
  if (relaxation === undefined) return;
  const { t1, t2, gate1, gate2 } = relaxation;
  if (!(t1 > 0 && t2 > 0 && t1 < Infinity)) refuse("relaxation", "times above 0");
  if (!(t2 <= 2 * t1)) refuse("t2", "at most 2·t1: energy that is lost takes phase with it");
  if (!(gate1 >= 0 && gate2 >= 0 && gate1 < Infinity && gate2 < Infinity)) refuse("durations", "0 or more");
}

/** What befalls each qubit of a gate, and all of them together. */
export interface GateNoise {
  readonly depolarizing: number;
  /** Probability that an excited qubit falls to 0. */
  readonly damping: number;
  /** Probability of a phase flip beside what damping takes. */
  readonly flipping: number;
}

/** Behind a gate of this opcode; 1/Tφ = 1/T2 - 1/(2·T1). */
export function noiseOf({ depolarize1, depolarize2, relaxation }: NoiseModel, opcode: number): GateNoise {
  const single = ARITY[opcode] === 1;
  const depolarizing = single ? depolarize1 : depolarize2;
  if (relaxation === undefined) return { depolarizing, damping: 0, flipping: 0 };
  const { t1, t2, gate1, gate2 } = relaxation;
  const time = single ? gate1 : gate2;
  return { depolarizing, damping: 1 - exp(-time / t1), flipping: 0.5 * (1 - exp(-time * (1 / t2 - 1 / (2 * t1)))) };
}

/** The circuit with its rotations turned too far. */
export function overRotated(circuit: LoweredCircuit, { overRotation }: NoiseModel): LoweredCircuit {
  const ops = circuit.ops.slice();
  const angles: number[] = [];
  for (let at = 0; at < ops.length; at += OP_WIDTH) {
    if (!isParametrised(ops[at] ?? 0)) continue;
    angles.push((circuit.angles[ops[at + 6] ?? -1] ?? 0) + overRotation);
    ops[at + 6] = angles.length - 1;
  }
  return { ...circuit, ops, angles: Float64Array.from(angles) };
}

export const isGate = (opcode: number): boolean => opcode >= OP.H && opcode < OP.RESET;
