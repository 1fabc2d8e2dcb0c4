// Derivatives of expectation values, computed again by other arithmetic than the kernels': the kernel's gates undo the circuit, what is
// read from the two states on the way (adjoint differentiation: T. Jones and J. Gacon, arXiv:2009.02823) is multiplied out here.
import { OP, OP_WIDTH, type LoweredCircuit, type PauliSum } from "../../kernels/circuit.ts";
import { planCircuit, type Step } from "../../kernels/statevector/plan.ts";
import { Register } from "../../kernels/statevector/register.ts";
import type { GradientJob } from "../job.ts";
import { BLOCK, VALUE_TOLERANCE, sign, sizeOf, valueOf, wordOf } from "./expectation.ts";

interface States {
  readonly qubits: number;
  /** Behind the gate at hand. */
  readonly state: Float64Array;
  /** The observable's image of the final state, carried back to the same place. */
  readonly image: Float64Array;
}

/** image += coefficient·P|state⟩: P|j⟩ = i^ys·(-1)^|j & z||j ^ x⟩. */
function addWord({ state, image }: States, letters: Uint8Array, coefficient: number): void {
  const { x, z, ys } = wordOf(letters);
  for (let j = 0; j < state.length / 2; j++) {
    const weight = coefficient * sign(j & z) * ((ys & 2) === 0 ? 1 : -1);
    const [re, im] = [state[2 * j] ?? 0, state[2 * j + 1] ?? 0];
    const at = 2 * (j ^ x);
    image[at] = (image[at] ?? 0) + weight * ((ys & 1) === 0 ? re : -im);
    image[at + 1] = (image[at + 1] ?? 0) + weight * ((ys & 1) === 0 ? im : re);
  }
}

/** The sum of `part` over all indices, block by block. */
function summed(count: number, part: (index: number) => number): number {
  let total = 0;
  for (let from = 0; from < count; from += BLOCK) {
    let sum = 0;
    for (let j = from; j < Math.min(count, from + BLOCK); j++) sum += part(j);
    total += sum;
  }
  return total;
}

/** ∂E by the angle of a gate: Im⟨image|G|state⟩ for exp(-iθG/2), -2 Im⟨image|n|state⟩ for exp(iθn). */
function slope({ qubits, state, image }: States, { opcode, q0, q1 }: Step): number {
  const count = 1 << qubits;
  const bit = 1 << q0;
  const real = (a: number, b: number): number => (image[2 * a] ?? 0) * (state[2 * b] ?? 0) + (image[2 * a + 1] ?? 0) * (state[2 * b + 1] ?? 0);
  const imaginary = (a: number, b: number): number => (image[2 * a] ?? 0) * (state[2 * b + 1] ?? 0) - (image[2 * a + 1] ?? 0) * (state[2 * b] ?? 0);
  switch (opcode) {
    case OP.RX: return summed(count, (j) => imaginary(j, j ^ bit));
    case OP.RY: return summed(count, (j) => ((j & bit) === 0 ? -1 : 1) * real(j, j ^ bit));
    case OP.RZ: return summed(count, (j) => ((j & bit) === 0 ? 1 : -1) * imaginary(j, j));
    default: {
      const ones = opcode === OP.CP ? bit | (1 << q1) : bit;
      return -2 * summed(count, (j) => ((j & ones) === ones ? imaginary(j, j) : 0));
    }
  }
}

const UNDONE: ReadonlyMap<number, number> = new Map([[OP.S, OP.SDG], [OP.SDG, OP.S], [OP.T, OP.TDG], [OP.TDG, OP.T]]);
const undone = (step: Step): Step => ({ ...step, opcode: UNDONE.get(step.opcode) ?? step.opcode, sine: -step.sine });

/** By angle, its derivative and how many gates have it. */
function slopes(circuit: LoweredCircuit, observable: PauliSum): { readonly value: number; readonly slopes: Float64Array; readonly gates: Float64Array } {
  const { qubits, angles, ops } = circuit;
  const { steps } = planCircuit(circuit);
  const [forward, back] = [new Register({ qubits }), new Register({ qubits })];
  const view = ({ wasm, state }: Register): Float64Array => new Float64Array(wasm.memory.buffer, state, 2 << qubits);
  const states: States = { qubits, state: view(forward), image: view(back) };
  for (const step of steps) forward.apply(step);
  states.image.fill(0);
  let value = 0;
  observable.coefficients.forEach((coefficient, term) => {
    const letters = observable.paulis.subarray(term * qubits, (term + 1) * qubits);
    value += coefficient * valueOf(states.state, wordOf(letters));
    addWord(states, letters, coefficient);
  });
  const found = { value, slopes: new Float64Array(angles.length), gates: new Float64Array(angles.length) };
  const gates = Array.from({ length: ops.length / OP_WIDTH }, (_, index) => index * OP_WIDTH).filter((at) => ops[at] !== OP.BARRIER);
  for (let at = steps.length - 1; at >= 0; at--) {
    const step = steps[at] as Step;
    const angle = ops[(gates[at] ?? 0) + 6] ?? -1;
    if (angle >= 0) {
      found.slopes[angle] = (found.slopes[angle] ?? 0) + slope(states, step);
      found.gates[angle] = (found.gates[angle] ?? 0) + 1;
    }
    forward.apply(undone(step));
    back.apply(undone(step));
  }
  return found;
}

export interface ExactGradient {
  readonly value: number;
  readonly gradient: Float64Array;
  /** How far a recorded value, and a recorded derivative, may be from them. */
  readonly tolerance: number;
  readonly tolerances: Float64Array;
}

/** @throws Fault KERNEL_REFUSED when the host has no memory for the states */
export function exactGradient({ circuit, observable, parameters: { count, entries, of, factors } }: GradientJob): ExactGradient {
  const { value, slopes: found, gates } = slopes(circuit, observable);
  const size = sizeOf(observable);
  const gradient = new Float64Array(count);
  const reach = new Float64Array(count);
  entries.forEach((entry, k) => {
    const parameter = of[k] ?? 0;
    gradient[parameter] = (gradient[parameter] ?? 0) + (factors[k] ?? 0) * (found[entry] ?? 0);
    reach[parameter] = (reach[parameter] ?? 0) + Math.abs(factors[k] ?? 0) * (gates[entry] ?? 0) * size;
  });
  return { value, gradient, tolerance: VALUE_TOLERANCE * Math.max(1, size), tolerances: reach.map((most) => VALUE_TOLERANCE * Math.max(1, most)) };
}
