// Primitives: what the planner makes of gates. Each says which qubits it mixes, which it only reads, and whether it rounds.
//   F1  A primitive that rounds nothing (a permutation, a sign, a quarter turn of phase) gives the same bits before or after a gate
//       on other qubits; of two that round, one after the other, it matters which comes first.
import { OP, type Fusion } from "../circuit.ts";
import type { Step } from "./plan.ts";

/** Kinds of a tile's gates, the first six as assembly/tiles.ts numbers them. A tile of the last three alone has a loop of its own (assembly/loops.ts). */
export const KIND = Object.freeze({ NONE: 0, RX: 1, RY: 2, RZ: 3, H: 4, PHASE: 5, TURN_X: 6, TURN_Y: 7 } as const);
export type Kind = (typeof KIND)[keyof typeof KIND];

/** turn: a 2×2 matrix. phase: a factor where all its qubits are 1; `quarter` when that is ±i. flip: exchanges 0 and 1. sign: -1 where all are 1. */
export type What = "turn" | "phase" | "flip" | "swap" | "sign";

export interface Primitive {
  readonly what: What;
  readonly kind: Kind;
  /** Qubits whose amplitudes it brings together, first the target; as a list and as a mask. */
  readonly mixed: readonly number[];
  readonly mixes: number;
  /** Qubits it is diagonal in. */
  readonly read: readonly number[];
  readonly reads: number;
  /** Whether it rounds (F1). */
  readonly rounds: boolean;
  readonly quarter: boolean;
  /** Where its gate stands among the gates it came from: angles are found there. */
  readonly at: number;
  /** Of a half turn made of three: -1 or 1 times i, otherwise 0. */
  readonly turn: number;
}

const maskOf = (qubits: readonly number[]): number => qubits.reduce((mask, qubit) => mask | (1 << qubit), 0);

interface Shape { readonly kind?: Kind; readonly mixed?: readonly number[]; readonly read?: readonly number[]; readonly rounds?: boolean; readonly turn?: number }

function primitive(what: What, at: number, { kind = KIND.NONE, mixed = [], read = [], rounds = false, turn = 0 }: Shape): Primitive {
  return { what, kind, mixed, mixes: maskOf(mixed), read, reads: maskOf(read), rounds, quarter: turn !== 0, at, turn };
}

const turn = (kind: Kind, { q0 }: Step, at: number): readonly Primitive[] =>
  [kind === KIND.RZ ? primitive("turn", at, { kind, read: [q0], rounds: true }) : primitive("turn", at, { kind, mixed: [q0], rounds: true })];
const phase = (at: number, ...read: readonly number[]): readonly Primitive[] => [primitive("phase", at, { kind: KIND.PHASE, read, rounds: true })];
const quarter = (at: number, qubit: number, sign: number): Primitive => primitive("phase", at, { kind: KIND.PHASE, read: [qubit], turn: sign });
const flip = (at: number, target: number, ...read: readonly number[]): Primitive => primitive("flip", at, { mixed: [target], read });

/** What one gate is made of, in order. */
export function primitivesOf(step: Step, at: number, fusion: Fusion): readonly Primitive[] {
  const { opcode, q0, q1, q2 } = step;
  const fused = fusion === "fused";
  switch (opcode) {
    case OP.H: return turn(fused ? KIND.TURN_Y : KIND.H, step, at);
    case OP.RX: return turn(fused ? KIND.TURN_X : KIND.RX, step, at);
    case OP.RY: return turn(fused ? KIND.TURN_Y : KIND.RY, step, at);
    case OP.RZ: return fused ? phase(at, q0) : turn(KIND.RZ, step, at);
    case OP.T: case OP.TDG: case OP.P: return phase(at, q0);
    case OP.CP: return phase(at, q0, q1);
    case OP.S: return [quarter(at, q0, 1)];
    case OP.SDG: return [quarter(at, q0, -1)];
    case OP.X: return [flip(at, q0)];
    case OP.Y: return [quarter(at, q0, -1), flip(at, q0), quarter(at, q0, 1)];
    case OP.CX: return [flip(at, q1, q0)];
    case OP.CCX: return [flip(at, q2, q0, q1)];
    case OP.SWAP: return [primitive("swap", at, { mixed: [q0, q1] })];
    case OP.Z: return [primitive("sign", at, { read: [q0] })];
    default: return [primitive("sign", at, { read: [q0, q1] })]; // CZ
  }
}
