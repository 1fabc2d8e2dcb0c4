// Which circuits are Clifford, and how each Clifford opcode is spelled in the eight generators the
// tableau knows. Pure; shared by the kernel, by its reference and by domains/q, which picks a backend.
//   Angles are compared as doubles, never rounded: RX, RY, RZ and P are Clifford exactly when
//   angle === k·(Math.PI/2) for an integer |k| ≤ 8, CP when angle === k·Math.PI for |k| ≤ 4 (±0 included).
//   Halving a double is exact, so `3 * Math.PI / 2` and `3 * (Math.PI / 2)` are the same accepted double.
import { Fault } from "../../../kernel-abi/fault.ts";
import { OP, OP_WIDTH } from "../circuit.ts";
import type { LoweredCircuit } from "../circuit.ts";

const NOTHING: readonly number[] = [];

/** Generator words in time order, up to global phase; index = quarter turns. RY(π/2) is Z then H, from Z→X, X→−Z. */
const QUARTERS = {
  x: [NOTHING, [OP.H, OP.S, OP.H], [OP.X], [OP.H, OP.SDG, OP.H]],
  y: [NOTHING, [OP.Z, OP.H], [OP.Y], [OP.H, OP.Z]],
  z: [NOTHING, [OP.S], [OP.Z], [OP.SDG]],
} as const;

/** `angle` in units of `unit`, reduced mod 4; undefined unless it is exactly that multiple, at most `most` away from 0. */
function turnsOf(angle: number, unit: number, most: number): number | undefined {
  const turns = Math.round(angle / unit);
  if (Math.abs(turns) > most || turns * unit !== angle) return undefined;
  return ((turns % 4) + 4) % 4;
}

const quarterWord = (axis: keyof typeof QUARTERS, angle: number): readonly number[] | undefined => {
  const turns = turnsOf(angle, Math.PI / 2, 8);
  return turns === undefined ? undefined : QUARTERS[axis][turns];
};

/**
 * One instruction as generators (H S SDG X Y Z CX CZ SWAP RESET MEASURE) on its own operands, in time order;
 * BARRIER is the empty word; undefined when the instruction is no Clifford.
 */
export function cliffordWord(opcode: number, angle: number): readonly number[] | undefined {
  switch (opcode) {
    case OP.RX: return quarterWord("x", angle);
    case OP.RY: return quarterWord("y", angle);
    case OP.RZ: case OP.P: return quarterWord("z", angle);
    case OP.CP: {
      const turns = turnsOf(angle, Math.PI, 4);
      return turns === undefined ? undefined : turns % 2 === 0 ? NOTHING : [OP.CZ];
    }
    case OP.T: case OP.TDG: case OP.CCX: return undefined;
    case OP.BARRIER: return NOTHING;
    default: return [opcode];
  }
}

const wordAt = (circuit: LoweredCircuit, at: number): readonly number[] | undefined =>
  cliffordWord(circuit.ops[at] ?? 0, circuit.angles[circuit.ops[at + 6] ?? -1] ?? 0);

/** Whether the stabilizer kernel accepts every gate of a well-formed circuit (its size is a separate question). */
export function isClifford(circuit: LoweredCircuit): boolean {
  for (let at = 0; at < circuit.ops.length; at += OP_WIDTH) if (wordAt(circuit, at) === undefined) return false;
  return true;
}

/**
 * The circuit's instructions with every opcode spelled out, in the record layout of `LoweredCircuit.ops`.
 * A word repeats the operands and the condition of its instruction; measurement ordinals are kept.
 * @throws Fault Q_ERR_GATE_UNSUPPORTED naming the first opcode that is no Clifford and its position.
 */
export function cliffordProgram(circuit: LoweredCircuit): Int32Array {
  const words: (readonly number[])[] = [];
  let length = 0;
  for (let at = 0; at < circuit.ops.length; at += OP_WIDTH) {
    const word = wordAt(circuit, at) ?? refuseGate(circuit, at);
    words.push(word);
    length += word.length * OP_WIDTH;
  }
  const program = new Int32Array(length);
  let to = 0;
  words.forEach((word, index) => {
    for (const generator of word) {
      for (let field = 0; field < OP_WIDTH; field++) program[to + field] = circuit.ops[index * OP_WIDTH + field] ?? -1;
      program[to] = generator;
      to += OP_WIDTH;
    }
  });
  return program;
}

function refuseGate(circuit: LoweredCircuit, at: number): never {
  throw new Fault("Q_ERR_GATE_UNSUPPORTED", {
    opcode: circuit.ops[at] ?? 0, instruction: at / OP_WIDTH,
    allowed: "Clifford gates; RX RY RZ P by k*(Math.PI/2), |k| <= 8; CP by k*Math.PI, |k| <= 4",
  });
}
