// The oracle of the state-vector kernel: plain TypeScript, dense matrices, one run per shot, no shortcut. Slow and meant
// to be obviously right; shares with the kernel only sine and cosine, Philox and the meaning in circuit.ts.
//   O1  Amplitudes agree with the kernel's to rounding, not bit for bit: the kernel specialises gates, this multiplies matrices.
//   O2  Bits agree: a draw differs only if u falls within that rounding of P(0), which no test has time to meet.
import { Fault } from "../../../kernel-abi/fault.ts";
import { ARITY, OP, OP_WIDTH, isParametrised, type CircuitJob, type CircuitOutput, type LoweredCircuit, type ParameterMap, type PauliSum } from "../circuit.ts";
import { cos, sin } from "../libm/portable.ts";
import { philoxUniform } from "../philox/portable.ts";

export interface State {
  readonly qubits: number;
  readonly re: Float64Array;
  readonly im: Float64Array;
}

type Complex = readonly [re: number, im: number];
/** Rows of a unitary; bit j of a row or column number belongs to the gate's j-th qubit. */
export type Matrix = readonly (readonly Complex[])[];

const R = 0.7071067811865476;
const O: Complex = [0, 0];
const I: Complex = [1, 0];
const expi = (angle: number): Complex => [cos(angle), sin(angle)];
const diagonal = (...entries: readonly Complex[]): Matrix => entries.map((entry, row) => entries.map((_, column) => (row === column ? entry : O)));
/** Column c goes to row images[c]. */
const permutation = (...images: readonly number[]): Matrix => images.map((_, row) => images.map((image) => (image === row ? I : O)));

const FIXED: Readonly<Record<number, Matrix>> = {
  [OP.H]: [[[R, 0], [R, 0]], [[R, 0], [-R, 0]]],
  [OP.S]: diagonal(I, [0, 1]),
  [OP.SDG]: diagonal(I, [0, -1]),
  [OP.T]: diagonal(I, [R, R]),
  [OP.TDG]: diagonal(I, [R, -R]),
  [OP.X]: permutation(1, 0),
  [OP.Y]: [[O, [0, -1]], [[0, 1], O]],
  [OP.Z]: diagonal(I, [-1, 0]),
  [OP.CX]: permutation(0, 3, 2, 1),
  [OP.CZ]: diagonal(I, I, I, [-1, 0]),
  [OP.SWAP]: permutation(0, 2, 1, 3),
  [OP.CCX]: permutation(0, 1, 2, 7, 4, 5, 6, 3),
};

/** The unitary of a gate; RX(θ) = exp(-iθX/2) and so on, P(λ) = diag(1, e^{iλ}). */
export function gateMatrix(opcode: number, angle: number): Matrix {
  const c = cos(angle / 2);
  const s = sin(angle / 2);
  switch (opcode) {
    case OP.RX: return [[[c, 0], [0, -s]], [[0, -s], [c, 0]]];
    case OP.RY: return [[[c, 0], [-s, 0]], [[s, 0], [c, 0]]];
    case OP.RZ: return diagonal(expi(-angle / 2), expi(angle / 2));
    case OP.P: return diagonal(I, expi(angle));
    case OP.CP: return diagonal(I, I, I, expi(angle));
    default: return FIXED[opcode] ?? [];
  }
}

/** The derivative of a gate's unitary by its angle. */
function derivativeMatrix(opcode: number, angle: number): Matrix {
  if (opcode === OP.P || opcode === OP.CP) {
    const size = opcode === OP.P ? 2 : 4;
    return diagonal(...Array.from({ length: size }, (_, row): Complex => (row === size - 1 ? [-sin(angle), cos(angle)] : O)));
  }
  const half: (entry: Complex) => Complex = ([re, im]) => [re / 2, im / 2];
  const c = cos(angle / 2);
  const s = sin(angle / 2);
  const turned: Matrix = opcode === OP.RX ? [[[-s, 0], [0, -c]], [[0, -c], [-s, 0]]]
    : opcode === OP.RY ? [[[-s, 0], [-c, 0]], [[c, 0], [-s, 0]]] : diagonal([-s, -c], [-s, c]);
  return turned.map((row) => row.map(half));
}

export function zeroState(qubits: number): State {
  const state = { qubits, re: new Float64Array(1 << qubits), im: new Float64Array(1 << qubits) };
  state.re[0] = 1;
  return state;
}

/** Multiplies the matrix into the state on the given qubits. */
export function applyMatrix(state: State, matrix: Matrix, qubits: readonly number[]): void {
  const places = matrix.map((_, local) => qubits.reduce((sum, qubit, bit) => sum + ((local >> bit) & 1) * (1 << qubit), 0));
  const all = qubits.reduce((sum, qubit) => sum + (1 << qubit), 0);
  for (let index = 0; index < state.re.length; index++) {
    if ((index & all) !== 0) continue;
    const old = places.map((place): Complex => [state.re[index + place] ?? 0, state.im[index + place] ?? 0]);
    matrix.forEach((row, local) => {
      const at = index + (places[local] ?? 0);
      state.re[at] = row.reduce((sum, [re, im], column) => sum + re * (old[column]?.[0] ?? 0) - im * (old[column]?.[1] ?? 0), 0);
      state.im[at] = row.reduce((sum, [re, im], column) => sum + re * (old[column]?.[1] ?? 0) + im * (old[column]?.[0] ?? 0), 0);
    });
  }
}

/** The sum of weights by repeated halving: the upper half onto the lower half. */
function fold(weights: readonly number[]): number {
  if (weights.length === 1) return weights[0] ?? 0;
  const half = weights.length / 2;
  return fold(weights.slice(0, half).map((weight, index) => weight + (weights[index + half] ?? 0)));
}

function weight(state: State, qubit: number, outcome: number): number {
  return fold(Array.from(state.re, (re, index) => (((index >> qubit) & 1) === outcome ? re * re + (state.im[index] ?? 0) * (state.im[index] ?? 0) : 0)));
}

function collapse(state: State, qubit: number, outcome: number, norm: number): void {
  for (let index = 0; index < state.re.length; index++) {
    const kept = ((index >> qubit) & 1) === outcome ? 1 / Math.sqrt(norm) : 0;
    state.re[index] = (state.re[index] ?? 0) * kept;
    state.im[index] = (state.im[index] ?? 0) * kept;
  }
}

interface Draws {
  readonly key: Uint32Array;
  readonly shot: number;
}

function measure(state: State, qubit: number, ordinal: number, { key, shot }: Draws): number {
  const zero = weight(state, qubit, 0);
  const one = weight(state, qubit, 1);
  const outcome = philoxUniform(key[0] ?? 0, key[1] ?? 0, shot, ordinal) < zero / (zero + one) ? 0 : 1;
  collapse(state, qubit, outcome, outcome === 0 ? zero : one);
  return outcome;
}

function holds(circuit: LoweredCircuit, at: number, clbits: Uint8Array): boolean {
  if (at < 0) return true;
  const count = circuit.conditions[at] ?? 0;
  return Array.from({ length: count }, (_, pair) => at + 1 + 2 * pair)
    .every((place) => clbits[circuit.conditions[place] ?? 0] === circuit.conditions[place + 1]);
}

/** One run of the circuit; without draws it must not measure. */
export function referenceRun(circuit: LoweredCircuit, draws?: Draws): { readonly state: State; readonly clbits: Uint8Array } {
  const state = zeroState(circuit.qubits);
  const clbits = new Uint8Array(circuit.clbits);
  for (let at = 0; at < circuit.ops.length; at += OP_WIDTH) {
    const [opcode = 0, q0 = 0, q1 = 0, q2 = 0, clbit = 0, condition = -1, parameter = -1, ordinal = 0] = circuit.ops.subarray(at, at + OP_WIDTH);
    if (opcode === OP.BARRIER || !holds(circuit, condition, clbits)) continue;
    if (opcode === OP.MEASURE && draws !== undefined) {
      clbits[clbit] = measure(state, q0, ordinal, draws);
    } else if (opcode === OP.RESET && draws !== undefined) {
      if (measure(state, q0, ordinal, draws) === 1) applyMatrix(state, gateMatrix(OP.X, 0), [q0]);
    } else {
      applyMatrix(state, gateMatrix(opcode, circuit.angles[parameter] ?? 0), [q0, q1, q2].slice(0, ARITY[opcode]));
    }
  }
  return { state, clbits };
}

/** Σ coefficient · Re⟨ψ|P|ψ⟩, each word multiplied out on a copy of the state. */
export function referenceExpectation(state: State, { coefficients, paulis }: PauliSum): number {
  const letters = [OP.BARRIER, OP.X, OP.Y, OP.Z];
  return coefficients.reduce((sum, coefficient, term) => {
    const image = { qubits: state.qubits, re: state.re.slice(), im: state.im.slice() };
    for (let qubit = 0; qubit < state.qubits; qubit++) {
      const letter = paulis[term * state.qubits + qubit] ?? 0;
      if (letter > 0) applyMatrix(image, gateMatrix(letters[letter] ?? 0, 0), [qubit]);
    }
    const overlap = state.re.reduce((total, re, index) => total + re * (image.re[index] ?? 0) + (state.im[index] ?? 0) * (image.im[index] ?? 0), 0);
    return sum + coefficient * overlap;
  }, 0);
}

/** The state with one gate's unitary replaced by its derivative. */
function derivedState(circuit: LoweredCircuit, derived: number): State {
  const state = zeroState(circuit.qubits);
  for (let at = 0; at < circuit.ops.length; at += OP_WIDTH) {
    const [opcode = 0, q0 = 0, q1 = 0, q2 = 0, , , parameter = -1] = circuit.ops.subarray(at, at + OP_WIDTH);
    if (opcode === OP.BARRIER) continue;
    const angle = circuit.angles[parameter] ?? 0;
    applyMatrix(state, at === derived ? derivativeMatrix(opcode, angle) : gateMatrix(opcode, angle), [q0, q1, q2].slice(0, ARITY[opcode]));
  }
  return state;
}

/** ∂⟨ψ|O|ψ⟩ = 2 Re⟨ψ|O|∂ψ⟩, gate by gate, as ⟨ψ + ∂ψ|O|ψ + ∂ψ⟩ - ⟨ψ - ∂ψ|O|ψ - ∂ψ⟩ over 2. */
export function referenceGradient(circuit: LoweredCircuit, observable: PauliSum, { count, entries, of, factors }: ParameterMap): Float64Array {
  const { state } = referenceRun(circuit);
  const gradient = new Float64Array(count);
  for (let at = 0; at < circuit.ops.length; at += OP_WIDTH) {
    const angle = circuit.ops[at + 6] ?? -1;
    if (!isParametrised(circuit.ops[at] ?? 0) || !entries.includes(angle)) continue;
    const moved = derivedState(circuit, at);
    const mixed = (sign: 1 | -1): State => ({ qubits: state.qubits, re: state.re.map((re, i) => re + sign * (moved.re[i] ?? 0)), im: state.im.map((im, i) => im + sign * (moved.im[i] ?? 0)) });
    const slope = (referenceExpectation(mixed(1), observable) - referenceExpectation(mixed(-1), observable)) / 2;
    entries.forEach((entry, k) => { if (entry === angle) gradient[of[k] ?? 0] = (gradient[of[k] ?? 0] ?? 0) + (factors[k] ?? 0) * slope; });
  }
  return gradient;
}

/** @throws Fault KERNEL_REFUSED for a job with noise, whose oracle is density.ts */
export function referenceJob(job: CircuitJob): CircuitOutput {
  if ("noise" in job) throw new Fault("KERNEL_REFUSED", { argument: "noise", allowed: "none here" });
  if (job.mode === "gradient") {
    const { circuit, observable, parameters } = job;
    return { mode: "gradient", value: Float64Array.of(referenceExpectation(referenceRun(circuit).state, observable)), gradient: referenceGradient(circuit, observable, parameters) };
  }
  if (job.mode === "expectation") {
    return { mode: "expectation", value: Float64Array.of(referenceExpectation(referenceRun(job.circuit).state, job.observable)) };
  }
  const bits = new Uint8Array(job.shots * job.circuit.clbits);
  for (let shot = 0; shot < job.shots; shot++) {
    bits.set(referenceRun(job.circuit, { key: job.key, shot }).clbits, shot * job.circuit.clbits);
  }
  return { mode: "sample", bits };
}
