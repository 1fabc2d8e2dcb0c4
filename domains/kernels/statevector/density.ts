// The oracle of noise: exact density matrices in plain TypeScript, for a handful of qubits. Every record that can be read has a matrix of
// its own, whose trace is its probability; nothing is drawn and nothing left out. Shares with the trajectories what the noise is (../noise.ts).
//   O3  A density matrix of n qubits is a vector over 2n: bit q of its place is the row's, bit n + q the column's.
import { ARITY, OP, OP_WIDTH, type LoweredCircuit } from "../circuit.ts";
import { exp } from "../libm/portable.ts";
import type { NoiseModel, Relaxation } from "../noise.ts";
import { isGate, overRotated } from "./noise.ts";
import { applyMatrix, gateMatrix, zeroState, type Matrix, type State } from "./reference.ts";

const conjugated = (matrix: Matrix): Matrix => matrix.map((row) => row.map(([re, im]) => [re, -im] as const));

/** K ρ K†. */
function conjugatedBy(rho: State, matrix: Matrix, qubits: readonly number[]): State {
  const image = { qubits: rho.qubits, re: rho.re.slice(), im: rho.im.slice() };
  applyMatrix(image, matrix, qubits);
  applyMatrix(image, conjugated(matrix), qubits.map((qubit) => qubit + rho.qubits / 2));
  return image;
}

/** Σ weight·ρ. */
function mixed(parts: readonly (readonly [weight: number, rho: State])[]): State {
  const qubits = parts[0]?.[1].qubits ?? 0;
  const sum = { qubits, re: new Float64Array(1 << qubits), im: new Float64Array(1 << qubits) };
  for (const [weight, rho] of parts) {
    rho.re.forEach((re, at) => { sum.re[at] = (sum.re[at] ?? 0) + weight * re; });
    rho.im.forEach((im, at) => { sum.im[at] = (sum.im[at] ?? 0) + weight * im; });
  }
  return sum;
}

const PAULIS = [OP.X, OP.Y, OP.Z];

/** A Pauli by its letters, base 4. */
function pauli(rho: State, word: number, qubits: readonly number[]): State {
  return qubits.reduce((state, qubit, at) => {
    const letter = (word >> (2 * at)) & 3;
    return letter === 0 ? state : conjugatedBy(state, gateMatrix(PAULIS[letter - 1] ?? 0, 0), [qubit]);
  }, rho);
}

/** ρ with probability 1 - p, else with a uniformly drawn Pauli other than the identity. */
export function depolarized(rho: State, p: number, qubits: readonly number[]): State {
  if (p === 0) return rho;
  const words = 1 << (2 * qubits.length);
  return mixed([[1 - p, rho], ...Array.from({ length: words - 1 }, (_, word) => [p / (words - 1), pauli(rho, word + 1, qubits)] as const)]);
}

/** Energy lost with probability `damping`, phase flipped with probability `flipping`. */
export function relaxed(rho: State, damping: number, flipping: number, qubit: number): State {
  const kept = conjugatedBy(rho, [[[1, 0], [0, 0]], [[0, 0], [Math.sqrt(1 - damping), 0]]], [qubit]);
  const fallen = conjugatedBy(rho, [[[0, 0], [Math.sqrt(damping), 0]], [[0, 0], [0, 0]]], [qubit]);
  const damped = mixed([[1, kept], [1, fallen]]);
  return mixed([[1 - flipping, damped], [flipping, pauli(damped, 3, [qubit])]]);
}

const projector = (outcome: number): Matrix => [[[1 - outcome, 0], [0, 0]], [[0, 0], [outcome, 0]]];
const flip: Matrix = [[[0, 0], [1, 0]], [[1, 0], [0, 0]]];

/** |0…0⟩⟨0…0|. */
export const zeroDensity = (qubits: number): State => zeroState(2 * qubits);

export function trace({ qubits, re }: State): number {
  const size = 1 << (qubits / 2);
  return Array.from({ length: size }, (_, at) => re[at * (size + 1)] ?? 0).reduce((sum, value) => sum + value, 0);
}

type Branches = ReadonlyMap<string, State>;

function holds({ conditions }: LoweredCircuit, at: number, record: string): boolean {
  const count = at < 0 ? 0 : conditions[at] ?? 0;
  return Array.from({ length: count }, (_, pair) => at + 1 + 2 * pair).every((place) => record[conditions[place] ?? 0] === String(conditions[place + 1]));
}

/** One instruction that acts, on one branch. */
function stepped(rho: State, record: string, [opcode = 0, q0 = 0, q1 = 0, q2 = 0, clbit = 0]: Int32Array, angle: number, noise: NoiseModel): readonly (readonly [string, State])[] {
  const qubits = [q0, q1, q2].slice(0, ARITY[opcode]);
  if (opcode === OP.MEASURE) {
    const { zeroAsOne, oneAsZero } = noise.readout;
    const parts = [0, 1].map((outcome) => conjugatedBy(rho, projector(outcome), [q0]));
    const [zero = rho, one = rho] = parts;
    const written = (bit: number): string => record.slice(0, clbit) + String(bit) + record.slice(clbit + 1);
    return [[written(0), mixed([[1 - zeroAsOne, zero], [oneAsZero, one]])], [written(1), mixed([[zeroAsOne, zero], [1 - oneAsZero, one]])]];
  }
  if (opcode === OP.RESET) return [[record, mixed([[1, conjugatedBy(rho, projector(0), [q0])], [1, conjugatedBy(conjugatedBy(rho, projector(1), [q0]), flip, [q0])]])]];
  if (!isGate(opcode)) return [[record, rho]];
  return [[record, depolarized(conjugatedBy(rho, gateMatrix(opcode, angle), qubits), qubits.length === 1 ? noise.depolarize1 : noise.depolarize2, qubits)]];
}

/** When the instruction acts, and when it is over; qubits and classical bits it waits for are taken from then on (N2). */
function timeOf(circuit: LoweredCircuit, [opcode = 0, q0 = 0, q1 = 0, q2 = 0, clbit = -1, condition = -1]: Int32Array, busy: Map<string, number>, { gate1, gate2, measure, reset }: Relaxation): number {
  const arity = ARITY[opcode] ?? 0;
  const reads = condition < 0 ? [] : Array.from({ length: circuit.conditions[condition] ?? 0 }, (_, pair) => circuit.conditions[condition + 1 + 2 * pair] ?? 0);
  const wires = [...[q0, q1, q2].slice(0, arity).map((qubit) => `q${qubit}`), ...reads.map((bit) => `c${bit}`), ...(opcode === OP.MEASURE ? [`c${clbit}`] : [])];
  const start = Math.max(busy.get("barrier") ?? 0, ...wires.map((wire) => busy.get(wire) ?? 0));
  if (opcode === OP.BARRIER) busy.set("barrier", Math.max(0, ...busy.values()));
  const lasts = opcode === OP.MEASURE ? measure : opcode === OP.RESET ? reset : arity === 1 ? gate1 : gate2;
  for (const wire of wires) busy.set(wire, start + lasts);
  return isGate(opcode) ? start : start + lasts;
}

/** A branch whose qubit has relaxed for so long. */
function waited(rho: State, qubit: number, time: number, { t1, t2 }: Relaxation): State {
  return time === 0 ? rho : relaxed(rho, 1 - exp(-time / t1), 0.5 * (1 - exp(-time * (1 / t2 - 1 / (2 * t1)))), qubit);
}

/** By record that can be read, clbit 0 leftmost, its unnormalised density matrix when the last instruction of each qubit has acted. */
export function densityRun(given: LoweredCircuit, noise: NoiseModel): Branches {
  const circuit = overRotated(given, noise);
  const { relaxation } = noise;
  const busy = new Map<string, number>();
  const relaxedTo = new Float64Array(circuit.qubits);
  let branches: Branches = new Map([["0".repeat(circuit.clbits), zeroDensity(circuit.qubits)]]);
  for (let at = 0; at < circuit.ops.length; at += OP_WIDTH) {
    const row = circuit.ops.subarray(at, at + OP_WIDTH);
    const qubits = [...row.subarray(1, 1 + (ARITY[row[0] ?? 0] ?? 0))];
    if (relaxation !== undefined) {
      const acts = timeOf(circuit, row, busy, relaxation);
      for (const qubit of qubits) {
        branches = new Map([...branches].map(([record, rho]) => [record, waited(rho, qubit, acts - (relaxedTo[qubit] ?? 0), relaxation)]));
        relaxedTo[qubit] = acts;
      }
    }
    const next = new Map<string, State>();
    for (const [record, rho] of branches) {
      const parts = holds(circuit, row[5] ?? -1, record) ? stepped(rho, record, row, circuit.angles[row[6] ?? -1] ?? 0, noise) : [[record, rho] as const];
      for (const [to, part] of parts) {
        const known = next.get(to);
        next.set(to, known === undefined ? part : mixed([[1, known], [1, part]]));
      }
    }
    branches = next;
  }
  return branches;
}

/** By record, its probability. */
export const densityDistribution = (circuit: LoweredCircuit, noise: NoiseModel): ReadonlyMap<string, number> =>
  new Map([...densityRun(circuit, noise)].map(([record, rho]) => [record, trace(rho)]));
