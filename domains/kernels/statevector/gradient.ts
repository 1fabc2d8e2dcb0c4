// Gradients of an expectation value: its derivative by each parameter, exact up to rounding, in two ways.
//   adjoint  T. Jones and J. Gacon, arXiv:2009.02823: with φ the state behind a gate exp(-iθG/2) and λ the observable's image carried back to
//            the same place, the derivative is Im⟨λ|G|φ⟩. One sweep forward, one back, two states.
//   shift    E(θ) has one frequency in each of RX, RY, RZ, P and CP, so ∂E = (E(θ + π/2) - E(θ - π/2))/2 (K. Mitarai and others,
//            arXiv:1803.00745). Turns of π/2 are gates of their own behind the shifted one, so no angle leaves its domain.
//   G1  An angle that several gates share has the sum of their derivatives; a parameter the sum over its entries, in their order.
//   G2  Derivatives of gates are added from the last gate to the first, by either method.
import { OP, OP_WIDTH, isParametrised, type GradientMethod, type LoweredCircuit, type ParameterMap, type PauliSum } from "../circuit.ts";
import { planCircuit, type Plan, type Step } from "./plan.ts";
import { Register } from "./register.ts";
import { sharesOf, tableOf } from "./passes.ts";
import { expectationIn } from "./sums.ts";
import { lettersY, wordsFor, type Word } from "./words.ts";

const ROOT_HALF = 0.7071067811865476;
/** Bytes of one row of `addWords`. */
const ROW = 16;

/** By step of the plan, which angle it has, -1 for none that is asked for. */
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

function inverted(step: Step): Step {
  switch (step.opcode) {
    case OP.S: return { ...step, opcode: OP.SDG };
    case OP.SDG: return { ...step, opcode: OP.S };
    case OP.T: return { ...step, opcode: OP.TDG };
    case OP.TDG: return { ...step, opcode: OP.T };
    default: return isParametrised(step.opcode) ? { ...step, sine: -step.sine } : step;
  }
}

/** λ = Σ coefficient·P|ψ⟩ into the zeros at `image`, words of one x mask together. The table of words stands where sums are folded. */
function applyWords({ wasm, state, qubits, scratch, total }: Register, image: number, words: readonly Word[]): void {
  const rows = Math.max(1, total / (4 * ROW));
  const table = new DataView(wasm.memory.buffer, scratch, rows * ROW);
  for (const x of new Set(words.map((word) => word.x))) {
    const alike = words.filter((word) => word.x === x);
    for (let from = 0; from < alike.length; from += rows) {
      const some = alike.slice(from, from + rows);
      some.forEach(({ z, coefficient }, row) => {
        table.setUint32(row * ROW, z, true);
        table.setUint32(row * ROW + 4, lettersY({ x, z }), true);
        table.setFloat64(row * ROW + 8, coefficient, true);
      });
      wasm.addWords(image, state, qubits, x, scratch, some.length);
    }
  }
}

const ODD = 1;
const ONES = 2;
const BLOCK = 256;

function bracket(register: Register, image: number, x: number, z: number, flags: number): number {
  const { qubits, scratch, state, wasm } = register;
  const count = Math.min(BLOCK, 1 << qubits);
  const blocks = (1 << qubits) / count;
  const shares = sharesOf(qubits);
  register.passes.share(tableOf([{ what: "brackets", words: [image, x, z, scratch, blocks / shares, count, flags] }], shares), state);
  return wasm.foldedRow(scratch, blocks, 0, scratch);
}

/** ∂E by the angle of a gate, from the states behind it. */
function derivative(register: Register, image: number, { opcode, q0, q1 }: Step): number {
  const bit = 1 << q0;
  switch (opcode) {
    case OP.RX: return bracket(register, image, bit, 0, 0);
    case OP.RY: return bracket(register, image, bit, bit, ODD);
    case OP.RZ: return bracket(register, image, 0, bit, 0);
    default: return -2 * bracket(register, image, 0, opcode === OP.CP ? bit | (1 << q1) : bit, ONES);
  }
}

interface Found {
  readonly value: number;
  /** By angle. */
  readonly slopes: Float64Array;
}

interface Task {
  readonly plan: Plan;
  readonly words: readonly Word[];
  /** By step. */
  readonly angles: Int32Array;
  readonly slopes: Float64Array;
}

function byAdjoint({ plan, words, angles, slopes }: Task): Found {
  const register = new Register({ qubits: plan.qubits });
  for (const step of plan.steps) register.apply(step);
  const value = expectationIn(register, words);
  const image = register.zeros(0);
  applyWords(register, image, words);
  const first = angles.findIndex((angle) => angle >= 0);
  for (let at = plan.steps.length - 1; at >= first && first >= 0; at--) {
    const step = plan.steps[at] as Step;
    const angle = angles[at] ?? -1;
    if (angle >= 0) slopes[angle] = (slopes[angle] ?? 0) + derivative(register, image, step);
    const back = inverted(step);
    register.apply(back);
    register.apply(back, image);
  }
  return { value, slopes };
}

/** A turn of π/2 or -π/2 of a gate's kind. */
const quarter = (step: Step, sign: 1 | -1): Step => (step.opcode === OP.P || step.opcode === OP.CP
  ? { ...step, cosine: 0, sine: sign } : { ...step, cosine: ROOT_HALF, sine: sign * ROOT_HALF });

/** The state behind each shifted gate is kept while its two circuits are run; gates are taken from the last to the first (G2). */
function byShift({ plan: { steps, qubits }, words, angles, slopes }: Task): Found {
  const register = new Register({ qubits });
  const run = (from: number, to: number): void => { for (let at = from; at < to; at++) register.apply(steps[at] as Step); };
  const shifted = (at: number, sign: 1 | -1): number => {
    register.restore(0);
    register.apply(quarter(steps[at] as Step, sign));
    run(at + 1, steps.length);
    return expectationIn(register, words);
  };
  const differences = Array.from(angles, (angle, at) => {
    run(at, at + 1);
    if (angle < 0) return 0;
    register.save(0);
    const difference = 0.5 * (shifted(at, 1) - shifted(at, -1));
    register.restore(0);
    return difference;
  });
  const value = expectationIn(register, words);
  for (let at = angles.length - 1; at >= 0; at--) {
    const angle = angles[at] ?? -1;
    if (angle >= 0) slopes[angle] = (slopes[angle] ?? 0) + (differences[at] ?? 0);
  }
  return { value, slopes };
}

export interface Gradient {
  readonly value: number;
  readonly gradient: Float64Array;
}

/** @throws Fault KERNEL_REFUSED as `expectationOfPlan`, and when the host has no memory for two states. */
export function gradientOf(circuit: LoweredCircuit, observable: PauliSum, parameters: ParameterMap, method: GradientMethod): Gradient {
  const plan = planCircuit(circuit);
  const words = wordsFor(plan, observable);
  const task: Task = { plan, words, angles: anglesOf(circuit, parameters), slopes: new Float64Array(circuit.angles.length) };
  const { value, slopes } = method === "adjoint" ? byAdjoint(task) : byShift(task);
  const gradient = new Float64Array(parameters.count);
  parameters.entries.forEach((entry, k) => {
    const of = parameters.of[k] ?? 0;
    gradient[of] = (gradient[of] ?? 0) + (parameters.factors[k] ?? 0) * (slopes[entry] ?? 0);
  });
  return { value, gradient };
}
