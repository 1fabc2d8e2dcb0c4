// Angles of a program: from a gate's cosine and sine to the factors its tile or phase multiplies with, and where these stand among the bytes.
import { OP } from "../circuit.ts";
import type { Step } from "./plan.ts";
import { KIND, type Kind, type Primitive } from "./primitives.ts";

const ROOT_HALF = 0.7071067811865476;

/** Complex factor, with what else a tile needs to know of it. */
export interface Angle {
  readonly straight: number;
  readonly across: number;
  /** Whether 0 and 1 are exchanged before, and what is 1 negated after. */
  readonly exchanged: boolean;
  readonly negated: boolean;
  /** What is left out of the squared norm. */
  readonly gain: number;
}

/** Where the factors of a primitive stand; `lower`: of the lower half of a turn, which goes the other way. */
export interface Bound {
  readonly at: number;
  readonly one: Primitive;
  readonly lower: boolean;
}

/** A rotation without its cosine, or, exchanged, without its sine. */
const turn = ({ cosine, sine }: Step, axis: Kind): Angle =>
  Math.abs(cosine) >= Math.abs(sine)
    ? { straight: 1, across: sine / cosine, exchanged: false, negated: false, gain: cosine * cosine }
    : { straight: 1, across: (axis === KIND.TURN_X ? -cosine : cosine) / sine, exchanged: true, negated: axis === KIND.TURN_Y, gain: sine * sine };

/** A quarter turn after an exchange, without its root of a half. */
const HADAMARD: Angle = { straight: 1, across: -1, exchanged: true, negated: false, gain: 0.5 };

/** Cosine and sine of what a phase gate multiplies with. */
function phaseOf(one: Primitive, { opcode, cosine, sine }: Step): readonly [number, number] {
  if (one.turn !== 0) return [0, one.turn];
  if (opcode === OP.T) return [ROOT_HALF, ROOT_HALF];
  if (opcode === OP.TDG) return [ROOT_HALF, -ROOT_HALF];
  return opcode === OP.RZ ? [(cosine - sine) * (cosine + sine), 2 * cosine * sine] : [cosine, sine];
}

export function angleOf(one: Primitive, step: Step): Angle {
  const plain = (straight: number, across: number): Angle => ({ straight, across, exchanged: false, negated: false, gain: 1 });
  switch (one.kind) {
    case KIND.TURN_X: case KIND.TURN_Y: return step.opcode === OP.H ? HADAMARD : turn(step, one.kind);
    case KIND.H: return plain(ROOT_HALF, 0);
    case KIND.PHASE: return plain(...phaseOf(one, step));
    default: return plain(step.cosine, step.sine);
  }
}

/** Writes into a program's bytes, which are its own. */
export class Writer {
  readonly #view: DataView;
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  word(at: number, value: number): void {
    this.#view.setUint32(at, value, true);
  }

  #pair(at: number, first: number, second: number): void {
    this.#view.setFloat64(at, first, true);
    this.#view.setFloat64(at + 8, second, true);
  }

  angle({ at, one: { kind }, lower }: Bound, { straight, across }: Angle): void {
    const turned = lower ? -across : across;
    this.#pair(at, straight, straight);
    if (kind === KIND.RX || kind === KIND.TURN_X) this.#pair(at + 16, turned, -turned);
    else if (kind === KIND.RZ || kind === KIND.PHASE || kind === KIND.NONE) this.#pair(at + 16, -turned, turned);
    else this.#pair(at + 16, turned, turned);
  }
}
