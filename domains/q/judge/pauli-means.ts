// What is known of a Clifford circuit under Pauli noise, however many qubits it has: the mean of each bit, and of each two neighbours' parity.
//   Z1  A Z is carried back through the circuit as a Pauli word. Uniform depolarizing over some qubits shrinks every word that is not the identity
//       there by 1 - p·d/(d - 1), d = 4^qubits, so the mean is a product of such factors, and 0 unless the word ends as Zs on |0…0⟩.
//   Z2  A bit that reads wrongly with e0 as a 0 and e1 as a 1 has the sign (1 - e0 - e1)·Z + e1 - e0.
// Circuits that read on the way, reset, branch or turn by angles, and noise that relaxes, are not known this way.
import { ARITY, OP, OP_WIDTH, isParametrised, type LoweredCircuit } from "../../kernels/circuit.ts";
import type { NoiseModel } from "../../kernels/noise.ts";
import type { Tested } from "../../../kernel-abi/judgement.ts";
import { fit } from "./plausibility.ts";
import type { Reading } from "./tally.ts";

/** X and Z parts by qubit, 0 or 1 each; Y is both. */
export interface Word {
  readonly x: Uint8Array;
  readonly z: Uint8Array;
}

/** P becomes U† P U for one gate; whether its sign turns. */
export function carryBack({ x, z }: Word, opcode: number, [a = 0, b = 0]: readonly number[]): boolean {
  const [xa = 0, za = 0, xb = 0, zb = 0] = [x[a], z[a], x[b], z[b]];
  switch (opcode) {
    case OP.X: return za === 1;
    case OP.Y: return (xa ^ za) === 1;
    case OP.Z: return xa === 1;
    case OP.H: [x[a], z[a]] = [za, xa]; return (xa & za) === 1;
    case OP.S: z[a] = za ^ xa; return (xa & (za ^ 1)) === 1;
    case OP.SDG: z[a] = za ^ xa; return (xa & za) === 1;
    case OP.CX: [x[b], z[a]] = [xb ^ xa, za ^ zb]; return (xa & zb & (xb ^ za ^ 1)) === 1;
    case OP.CZ: [z[a], z[b]] = [za ^ xb, zb ^ xa]; return (xa & xb & (za ^ zb)) === 1;
    default: [x[a], x[b], z[a], z[b]] = [xb, xa, zb, za]; return false;
  }
}

const CLIFFORD: readonly number[] = [OP.H, OP.S, OP.SDG, OP.X, OP.Y, OP.Z, OP.CX, OP.CZ, OP.SWAP, OP.MEASURE, OP.BARRIER];

/** The qubit each clbit shows, if every qubit is read once, at its end, into a clbit of its own. */
function readers({ ops }: LoweredCircuit): ReadonlyMap<number, number> | undefined {
  const byClbit = new Map<number, number>();
  const read = new Set<number>();
  for (let at = 0; at < ops.length; at += OP_WIDTH) {
    const [opcode = 0, q0 = 0, q1 = 0, , clbit = 0, condition = 0] = ops.subarray(at, at + OP_WIDTH);
    if (condition !== -1 || isParametrised(opcode) || !CLIFFORD.includes(opcode)) return undefined;
    if ([q0, q1].slice(0, ARITY[opcode]).some((qubit) => read.has(qubit))) return undefined;
    if (opcode !== OP.MEASURE) continue;
    if (byClbit.has(clbit)) return undefined;
    byClbit.set(clbit, q0);
    read.add(q0);
  }
  return byClbit;
}

/** ⟨Z…Z⟩ of some qubits where they are read. */
function meanOf({ qubits, ops }: LoweredCircuit, { depolarize1, depolarize2 }: NoiseModel, of: readonly number[]): number {
  const word: Word = { x: new Uint8Array(qubits), z: new Uint8Array(qubits) };
  let mean = 1;
  for (const qubit of of) word.z[qubit] = 1;
  for (let at = ops.length - OP_WIDTH; at >= 0; at -= OP_WIDTH) {
    const [opcode = 0, q0 = 0, q1 = 0] = ops.subarray(at, at + OP_WIDTH);
    const on = [q0, q1].slice(0, ARITY[opcode]);
    if (opcode === OP.MEASURE || !on.some((qubit) => (word.x[qubit] ?? 0) + (word.z[qubit] ?? 0) > 0)) continue;
    mean *= on.length === 1 ? 1 - (4 * depolarize1) / 3 : 1 - (16 * depolarize2) / 15;
    if (carryBack(word, opcode, on)) mean = -mean;
  }
  return word.x.includes(1) ? 0 : mean;
}

export interface Known {
  /** Clbits whose parity it is of. */
  readonly clbits: readonly number[];
  /** Of an odd number of ones among them. */
  readonly odd: number;
}

/** Of circuits with noise that are known this way; undefined for others. */
export function knownParities(circuit: LoweredCircuit, noise: NoiseModel): readonly Known[] | undefined {
  const shown = readers(circuit);
  if (shown === undefined || noise.relaxation !== undefined) return undefined;
  const { zeroAsOne, oneAsZero } = noise.readout;
  const [slope, shift] = [1 - zeroAsOne - oneAsZero, oneAsZero - zeroAsOne];
  const clbits = [...shown.keys()].sort((a, b) => a - b);
  const qubit = (clbit: number): number => shown.get(clbit) ?? 0;
  const alone = new Map(clbits.map((clbit) => [clbit, meanOf(circuit, noise, [qubit(clbit)])]));
  const single = (clbit: number): number => slope * (alone.get(clbit) ?? 0) + shift;
  const pairs = clbits.slice(1).map((clbit, at): readonly [number, number] => [clbits[at] ?? 0, clbit]);
  const pair = (a: number, b: number): number =>
    slope * slope * meanOf(circuit, noise, [qubit(a), qubit(b)]) + slope * shift * ((alone.get(a) ?? 0) + (alone.get(b) ?? 0)) + shift * shift;
  return [...clbits.map((clbit) => ({ clbits: [clbit], odd: (1 - single(clbit)) / 2 })), ...pairs.map(([a, b]) => ({ clbits: [a, b], odd: (1 - pair(a, b)) / 2 }))];
}

const CERTAIN = 1e-12;

/** What the shots of one job say against what is known: a record that cannot be, or a p-value, the smallest times the number of tests. */
export function heldAgainst(known: readonly Known[], readings: readonly Reading[]): { readonly wrong: string } | { readonly tested: Tested | null } {
  const ps: number[] = [];
  const shots = readings.reduce((sum, { times }) => sum + times, 0);
  for (const { clbits, odd } of known) {
    const isOdd = ({ record }: Reading): boolean => clbits.filter((clbit) => record[clbit] === "1").length % 2 === 1;
    const never = odd < CERTAIN ? readings.find(isOdd) : odd > 1 - CERTAIN ? readings.find((reading) => !isOdd(reading)) : undefined;
    if (never !== undefined) return { wrong: never.record };
    const ones = readings.reduce((sum, reading) => sum + (isOdd(reading) ? reading.times : 0), 0);
    const p = fit([shots - ones, ones], [shots * (1 - odd), shots * odd]);
    if (p !== null) ps.push(p);
  }
  return { tested: ps.length === 0 ? null : { test: "fit", p: Math.min(1, ps.length * Math.min(...ps)) } };
}
