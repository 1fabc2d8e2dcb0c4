// Gradients gate by gate: the order of every addition as domains/kernels/statevector states it (G1, G2, D1, E2), without plans, passes or shares.
import { OP, OP_WIDTH, isParametrised, type GradientMethod, type LoweredCircuit, type ParameterMap, type PauliSum } from "../../domains/kernels/circuit.ts";
import { planCircuit, type Step } from "../../domains/kernels/statevector/plan.ts";
import { Register } from "../../domains/kernels/statevector/register.ts";
import { expectationIn } from "../../domains/kernels/statevector/sums.ts";
import { lettersY, wordsFor, type Word } from "../../domains/kernels/statevector/words.ts";

const ROOT_HALF = 0.7071067811865476;
const isOdd = (bits: number): boolean => lettersY({ x: bits, z: bits }) % 2 === 1;
const isPhase = ({ opcode }: Step): boolean => opcode === OP.P || opcode === OP.CP;

function inverse(step: Step): Step {
  const opposite = new Map<number, number>([[OP.S, OP.SDG], [OP.SDG, OP.S], [OP.T, OP.TDG], [OP.TDG, OP.T]]);
  return { ...step, opcode: opposite.get(step.opcode) ?? step.opcode, sine: -step.sine };
}

/** Σ term(i) over blocks of 256 indices, their sums folded. */
function summed(total: number, term: (i: number) => readonly [number, number] | undefined, join: (first: number, second: number) => number): number {
  let sums: number[] = [];
  for (let from = 0; from < total; from += 256) {
    let [first, second] = [0, 0];
    for (let i = from; i < Math.min(total, from + 256); i++) {
      const [a, b] = term(i) ?? [0, 0];
      first += a;
      second += b;
    }
    sums.push(join(first, second));
  }
  while (sums.length > 1) sums = sums.slice(0, sums.length / 2).map((sum, at) => sum + (sums[at + sums.length / 2] ?? 0));
  return sums[0] ?? 0;
}

function derivative(bra: Float64Array, ket: Float64Array, { opcode, q0, q1 }: Step): number {
  const total = bra.length / 2;
  const [re, im] = [(state: Float64Array, i: number): number => state[2 * i] ?? 0, (state: Float64Array, i: number): number => state[2 * i + 1] ?? 0];
  const ones = (1 << q0) | (opcode === OP.CP ? 1 << q1 : 0);
  const minus = (a: number, b: number): number => a - b;
  if (opcode === OP.P || opcode === OP.CP) return -2 * summed(total, (i) => ((i & ones) === ones ? [re(bra, i) * im(ket, i), im(bra, i) * re(ket, i)] : undefined), minus);
  const [x, z] = [opcode === OP.RZ ? 0 : ones, opcode === OP.RX ? 0 : ones];
  const sign = (i: number): number => (isOdd(i & z) ? -1 : 1);
  if (opcode === OP.RY) return summed(total, (i) => [sign(i ^ x) * (re(bra, i) * re(ket, i ^ x)), sign(i ^ x) * (im(bra, i) * im(ket, i ^ x))], (a, b) => a + b);
  return summed(total, (i) => [sign(i ^ x) * (re(bra, i) * im(ket, i ^ x)), sign(i ^ x) * (im(bra, i) * re(ket, i ^ x))], minus);
}

/** Σ coefficient·P|state⟩, words of one x mask summed before the amplitude is read, at most a quarter as many as there are amplitudes. */
export function imageOf(state: Float64Array, words: readonly Word[]): Float64Array {
  const image = new Float64Array(state.length);
  const most = Math.max(1, state.length / 8);
  const groups = [...new Set(words.map((word) => word.x))].flatMap((x) => {
    const alike = words.filter((word) => word.x === x);
    return Array.from({ length: Math.ceil(alike.length / most) }, (_, at) => ({ x, alike: alike.slice(at * most, (at + 1) * most) }));
  });
  for (const { x, alike } of groups) {
    for (let i = 0; i < state.length / 2; i++) {
      let [re, im] = [0, 0];
      for (const word of alike) {
        const weight = (isOdd((i ^ x) & word.z) ? -1 : 1) * word.coefficient;
        const turns = lettersY(word) & 3;
        if (turns % 2 === 0) re += turns === 0 ? weight : -weight;
        else im += turns === 1 ? weight : -weight;
      }
      const [a = 0, b = 0] = state.subarray(2 * (i ^ x));
      image[2 * i] = (image[2 * i] ?? 0) + (a * re + b * -im);
      image[2 * i + 1] = (image[2 * i + 1] ?? 0) + (b * re + a * im);
    }
  }
  return image;
}

/** By step. */
function byAdjoint(qubits: number, steps: readonly Step[], words: readonly Word[], wanted: readonly boolean[]): number[] {
  const [ket, bra] = [new Register({ qubits }), new Register({ qubits })];
  for (const step of steps) ket.apply(step);
  new Float64Array(bra.wasm.memory.buffer, bra.state, 2 << qubits).set(imageOf(ket.amplitudes(), words));
  const slopes = steps.map(() => 0);
  for (let at = steps.length - 1; at >= 0; at--) {
    const step = steps[at] as Step;
    if (wanted[at] === true) slopes[at] = derivative(bra.amplitudes(), ket.amplitudes(), step);
    ket.apply(inverse(step));
    bra.apply(inverse(step));
  }
  return slopes;
}

function byShift(qubits: number, steps: readonly Step[], words: readonly Word[], wanted: readonly boolean[]): number[] {
  const value = (shifted: number, sign: number): number => {
    const register = new Register({ qubits });
    steps.forEach((step, at) => {
      register.apply(step);
      if (at === shifted) register.apply(isPhase(step) ? { ...step, cosine: 0, sine: sign } : { ...step, cosine: ROOT_HALF, sine: sign * ROOT_HALF });
    });
    return expectationIn(register, words);
  };
  return steps.map((_, at) => (wanted[at] === true ? 0.5 * (value(at, 1) - value(at, -1)) : 0));
}

export function plainGradient(circuit: LoweredCircuit, observable: PauliSum, { count, entries, of, factors }: ParameterMap, method: GradientMethod): Float64Array {
  const plan = planCircuit(circuit);
  const words = wordsFor(plan, observable);
  const angles: number[] = [];
  for (let at = 0; at < circuit.ops.length; at += OP_WIDTH) if (circuit.ops[at] !== OP.BARRIER) angles.push(isParametrised(circuit.ops[at] ?? 0) ? circuit.ops[at + 6] ?? -1 : -1);
  const wanted = angles.map((angle) => angle >= 0 && entries.includes(angle));
  const slopes = (method === "adjoint" ? byAdjoint : byShift)(circuit.qubits, plan.steps, words, wanted);
  const byAngle = new Float64Array(circuit.angles.length);
  for (let at = slopes.length - 1; at >= 0; at--) if (wanted[at] === true) byAngle[angles[at] ?? 0] = (byAngle[angles[at] ?? 0] ?? 0) + (slopes[at] ?? 0);
  const gradient = new Float64Array(count);
  entries.forEach((entry, k) => { gradient[of[k] ?? 0] = (gradient[of[k] ?? 0] ?? 0) + (factors[k] ?? 0) * (byAngle[entry] ?? 0); });
  return gradient;
}
