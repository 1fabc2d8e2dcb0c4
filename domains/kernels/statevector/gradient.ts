// Gradients of an expectation value: its derivative by each parameter, exact up to rounding, in two ways (adjoint.ts, shift.ts).
//   G1  An angle that several gates share has the sum of their derivatives; a parameter the sum over its entries, in their order.
//   G2  Derivatives of gates are added from the last gate to the first, by either method.
//   G3  States are evolved by exact plans, alone or with a crew: value and derivatives have the bits of gate by gate.
import { Fault } from "../../../kernel-abi/fault.ts";
import { LIMITS } from "../../../kernel-abi/limits.ts";
import type { Crew } from "../../../kernel-abi/ports.ts";
import { OP, OP_WIDTH, isParametrised, type GradientMethod, type LoweredCircuit, type ParameterMap, type PauliSum } from "../circuit.ts";
import { slopesByAdjoint } from "./adjoint.ts";
import { slopesByShift } from "./shift.ts";
import type { GradientTask } from "./slopes.ts";
import { stagedPlan } from "./stages.ts";
import { wordsFor } from "./words.ts";

function anglesOf({ ops }: LoweredCircuit, { entries }: ParameterMap): Int32Array {
  const wanted = new Set(entries);
  const found: number[] = [];
  for (let at = 0; at < ops.length; at += OP_WIDTH) {
    const opcode = ops[at] ?? 0;
    const angle = ops[at + 6] ?? -1;
    if (opcode !== OP.BARRIER) found.push(isParametrised(opcode) && wanted.has(angle) ? angle : -1);
  }
  return Int32Array.from(found);
}

function checkSize({ qubits }: LoweredCircuit): void {
  const most = LIMITS.gradient_qubits_max;
  if (qubits > most) throw new Fault("KERNEL_REFUSED", { argument: "qubits", allowed: `1 to ${most} for a gradient, which holds two states`, value: qubits, bytes: `2^${qubits + 5}` });
}

export interface Gradient {
  readonly value: number;
  readonly gradient: Float64Array;
}

/** @throws Fault KERNEL_REFUSED as `expectationOfPlan`, and with the bytes that two states take when they are too many for a gradient or the host. */
export function gradientOf(circuit: LoweredCircuit, observable: PauliSum, parameters: ParameterMap, method: GradientMethod, crew?: Crew): Gradient {
  checkSize(circuit);
  const staged = stagedPlan(circuit);
  const task: GradientTask = { staged, words: wordsFor(staged.plan, observable), angles: anglesOf(circuit, parameters), crew };
  const { value, slopes } = method === "adjoint" ? slopesByAdjoint(task) : slopesByShift(task);
  const byAngle = new Float64Array(circuit.angles.length);
  for (let at = slopes.length - 1; at >= 0; at--) {
    const angle = task.angles[at] ?? -1;
    if (angle >= 0) byAngle[angle] = (byAngle[angle] ?? 0) + (slopes[at] ?? 0);
  }
  const gradient = new Float64Array(parameters.count);
  parameters.entries.forEach((entry, k) => {
    const of = parameters.of[k] ?? 0;
    gradient[of] = (gradient[of] ?? 0) + (parameters.factors[k] ?? 0) * (byAngle[entry] ?? 0);
  });
  return { value, gradient };
}
