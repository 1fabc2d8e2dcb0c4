// Programs: a schedule with its angles, as the bytes that assembly/passes.ts runs. Owns the layout; every number is little-endian.
//   F5  A fused rotation leaves out its cosine, or its sine if that is larger, so no factor exceeds 1, and phases that all amplitudes
//       share; the squared norm should be `gain` of what is left, and probabilities are ratios (W2).
import { isParametrised } from "../circuit.ts";
import { angleOf, Writer, type Angle, type Bound } from "./angles.ts";
import type { Step } from "./plan.ts";
import { KIND, type Kind, type Primitive } from "./primitives.ts";
import { bitsOf, type Bracket, type Factor, type Op, type Pass, type Single, type Tile } from "./schedule.ts";

const PASS_HEAD = 16;
const TILE_HEAD = 128;
const VARIANT = 144;
const FACTOR = 80;
const BRACKET_HEAD = 48;
const TILE_OP = 0;
const PHASE_OP = 1;
const QUARTER_OP = 2;
const LOOP_OP = 3;
const BRACKET_OP = 7;
const SINGLE_OP = 9;
const EXCHANGE = 8;
const NEGATE = 9;
const FROM_STATE = 1;
const TO_STATE = 2;
const SIGN_HIGH = 0x8000_0000;

/** Where a pass stands in a program's bytes, the qubits of its blocks, and those among them that it mixes, as masks. */
export interface PassPlace {
  readonly at: number;
  readonly block: number;
  readonly mixes: number;
}

export interface Program {
  readonly bytes: Uint8Array;
  readonly passes: readonly PassPlace[];
  /** Where angles stand that a circuit of the same shape may have others for. */
  readonly bound: readonly Bound[];
  /** True squared norm over that of the amplitudes it leaves. */
  readonly gain: number;
}

/** Where an index of the block stands, as a byte offset: in the state, or in a buffer that holds the block alone. */
type Space = (mask: number) => number;
const inState: Space = (mask) => 16 * mask;
const inBuffer = (block: number): Space => {
  const places = Array.from({ length: 31 }, (_, qubit) => 16 * (1 << bitsOf(block & ((1 << qubit) - 1))));
  return (mask) => {
    let sum = 0;
    for (let rest = mask; rest !== 0; rest &= rest - 1) sum += places[31 - Math.clz32(rest & -rest)] ?? 0;
    return sum;
  };
};

/** Set in what `moved` answers when the amplitude is negated; qubits take the bits below. */
const NEGATED = 1 << 30;

/** Where moves send an index, its bits by qubit. */
function moved(moves: readonly Primitive[], from: number): number {
  let index = from;
  for (const { what, mixes, reads, mixed: [a = 0, b = 0] } of moves) {
    if (what === "swap") {
      if (((index >>> a) & 1) !== ((index >>> b) & 1)) index ^= mixes;
    } else if ((index & reads) === reads) index ^= what === "flip" ? mixes : NEGATED;
  }
  return index;
}

const maskOf = (qubits: readonly number[]): number => qubits.reduce((mask, qubit) => mask | (1 << qubit), 0);
const listOf = (mask: number): number[] => Array.from({ length: 31 }, (_, qubit) => qubit).filter((qubit) => ((mask >>> qubit) & 1) === 1);
/** All address bits but those counted through; the lowest four lie within an amplitude. */
const skipping = (counted: number): number => 0xffff_fff0 - counted;

const isFactor = (op: Op): op is Factor => "phase" in op;
const isSingle = (op: Op): op is Single => "single" in op;
const isTile = (op: Op): op is Tile => "slots" in op;

/** Kinds whose selections have a loop each, in the order of its slots, with their share of its number (assembly/loops.ts, L1). */
const LOOPS: ReadonlyMap<Kind, number> = new Map([[KIND.TURN_X, 16], [KIND.TURN_Y, 4], [KIND.PHASE, 1]]);
const loopOf = (turns: readonly Primitive[]): number => turns.reduce((sum, { kind }) => sum + (LOOPS.get(kind) ?? 0), 0);
const kindsOf = (turns: readonly Primitive[]): number => turns.reduce((kinds, { kind }, slot) => kinds | (kind << (4 * slot)), 0);
const inLoop = (tile: Tile): boolean => tile.turns.every(({ kind }) => LOOPS.has(kind));
/** A tile's gates as its slots have them: their order is theirs (T1), or that of a loop, which fused gates and those alone in their kind may take. */
const seated = (tile: Tile): readonly Primitive[] =>
  inLoop(tile) ? [...LOOPS.keys()].flatMap((kind) => tile.turns.filter((one) => one.kind === kind)) : tile.turns;

/** The three slots, those with gates first and in their order (T1), then what else may stand there without changing anything. */
function slotsOf(tile: Tile, turns: readonly Primitive[], block: number): readonly number[] {
  const turned = turns.map((one) => one.mixed[0] ?? one.read[0] ?? 0);
  const outside = tile.outside.filter((qubit) => ((block >>> qubit) & 1) === 1);
  const all = [...turned, ...tile.slots.filter((qubit) => !turned.includes(qubit)), ...outside];
  const spare = listOf(block).filter((qubit) => !all.includes(qubit));
  return [...all, ...spare].slice(0, 3);
}

class PassWriter {
  readonly #writer: Writer;
  readonly #steps: readonly Step[];
  readonly #pass: Pass;
  readonly #inPlace: boolean;
  readonly #buffer: Space;
  readonly bound: Bound[] = [];
  gain = 1;

  constructor(writer: Writer, steps: readonly Step[], pass: Pass) {
    this.#writer = writer;
    this.#steps = steps;
    this.#pass = pass;
    this.#inPlace = isInPlace(pass);
    this.#buffer = inBuffer(pass.block);
  }

  #step(one: Primitive): Step {
    const step = this.#steps[one.at];
    if (step === undefined) throw new RangeError("a primitive without its gate");
    return step;
  }

  tile(at: number, tile: Tile, fromState: boolean, toState: boolean): number {
    const { block } = this.#pass;
    const source = fromState ? inState : this.#buffer;
    const target = toState ? inState : this.#buffer;
    const turns = seated(tile);
    const slots = slotsOf(tile, turns, block);
    const outside = tile.outside.filter((qubit) => !slots.includes(qubit));
    const counted = listOf(block).filter((qubit) => !slots.includes(qubit) && !outside.includes(qubit));
    const variants = 1 << outside.length;
    const angles = turns.map((one, slot) => this.#angle(at + 32 + 32 * slot, one));
    const flipped = angles.reduce((mask, { exchanged }, slot) => mask | (exchanged ? 1 << slot : 0), 0);
    const negated = angles.reduce((mask, angle, slot) => mask | (angle.negated ? 1 << slot : 0), 0);
    this.#head(at, [inLoop(tile) ? LOOP_OP : TILE_OP, TILE_HEAD + variants * VARIANT, inLoop(tile) ? loopOf(turns) : kindsOf(turns),
      (fromState ? FROM_STATE : 0) | (toState ? TO_STATE : 0), skipping(source(maskOf(counted))), skipping(target(maskOf(counted))), 1 << counted.length, variants]);
    for (let variant = 0; variant < variants; variant++) this.#variant(at + TILE_HEAD + variant * VARIANT, { tile, slots, outside, variant, source, target, flipped, negated });
    return at + TILE_HEAD + variants * VARIANT;
  }

  #head(at: number, words: readonly number[]): void {
    words.forEach((word, index) => { this.#writer.word(at + 4 * index, word); });
  }

  /** Writes the factors of a turn, or of the lower half of one. */
  #angle(at: number, one: Primitive, lower = false): Angle {
    const step = this.#step(one);
    const angle = angleOf(one, step);
    this.gain *= angle.gain;
    this.#writer.angle({ at, one, lower }, angle);
    if (isParametrised(step.opcode)) this.bound.push({ at, one, lower });
    return angle;
  }

  #variant(at: number, { tile, slots, outside, variant, source, target, flipped, negated }: VariantOf): void {
    const { block } = this.#pass;
    const fixed = outside.reduce((mask, qubit, bit) => mask | (((variant >>> bit) & 1) << qubit), 0);
    const elsewhere = outside.reduce((mask, qubit) => mask | (1 << qubit), 0) & ~block;
    this.#writer.word(at, 16 * elsewhere);
    this.#writer.word(at + 4, 16 * (fixed & elsewhere));
    const [s0 = 0, s1 = 0, s2 = 0] = slots;
    const spread = (index: number): number => fixed | ((index & 1) << s0) | (((index >>> 1) & 1) << s1) | ((index >>> 2) << s2);
    const from = (index: number): number => source(spread(index ^ flipped) & block);
    this.#head(at + 16, [from(0), from(1) - from(0), from(2) - from(0), from(4) - from(0)]);
    let signed = 0;
    let still = source === target ? 1 : 0;
    for (let index = 0; index < 8; index++) {
      const here = spread(index);
      const to = moved(tile.moves, (bitsOf(index & negated) & 1) === 1 ? here | NEGATED : here);
      this.#writer.word(at + 48 + 4 * index, target(to & block));
      if ((to & block) !== (here & block)) still = 0;
      if ((to & NEGATED) === 0) continue;
      this.#writer.word(at + 84 + 8 * index, SIGN_HIGH);
      signed = 1;
    }
    this.#writer.word(at + 8, signed);
    this.#writer.word(at + 12, still);
  }

  /** A phase, or both halves of an RZ, on the amplitudes whose qubits are 1 (or 0, for the lower half). */
  factor(at: number, { phase: one }: Factor): number {
    return one.kind === KIND.RZ ? this.#factor(this.#factor(at, one, true), one, false) : this.#factor(at, one, false);
  }

  #factor(at: number, one: Primitive, lower: boolean): number {
    const { block, ops } = this.#pass;
    const inPlace = this.#inPlace || ops.length === 1;
    const space = inPlace ? inState : this.#buffer;
    const here = one.read.filter((qubit) => ((block >>> qubit) & 1) === 1);
    const elsewhere = one.read.filter((qubit) => ((block >>> qubit) & 1) === 0);
    const counted = listOf(block).filter((qubit) => !here.includes(qubit));
    const value = lower ? 0 : 1;
    this.#head(at, [one.quarter ? QUARTER_OP : PHASE_OP, FACTOR, 0, inPlace ? FROM_STATE : 0, skipping(space(maskOf(counted))), 0, 1 << counted.length, 0,
      inState(maskOf(elsewhere)), value * inState(maskOf(elsewhere)), value * space(maskOf(here)), 0]);
    this.#angle(at + 48, one, lower);
    return at + FACTOR;
  }

  /** Its qubits are in the block; by the loop of its gate. */
  single(at: number, { single: one }: Single): number {
    const spans = [...one.mixed, ...one.read].map((qubit) => this.#buffer(1 << qubit)).sort((a, b) => a - b);
    const total = inState(1 << bitsOf(this.#pass.block));
    const [s0 = total, s1 = total, s2 = total] = spans;
    const [target = 0, other = 0] = one.mixed.map((qubit) => this.#buffer(1 << qubit));
    const controls = this.#buffer(one.reads);
    const [a, b] = one.what === "swap" ? [target, other] : one.kind === KIND.RZ ? [0, controls] : [controls, controls + target];
    const kind = one.what === "flip" || one.what === "swap" ? EXCHANGE : one.what === "sign" ? NEGATE : one.kind;
    this.#head(at, [SINGLE_OP, FACTOR, kind, this.#inPlace ? FROM_STATE : 0, total, s0, s1, s2, a, b]);
    this.#angle(at + 48, one);
    return at + FACTOR;
  }

  /** Sums of 256 indices each: where they stand in the row, from where the block's first one does. */
  bracket(at: number, { x, z, flags, row }: Bracket): number {
    const { block } = this.#pass;
    const outside = z & ~block;
    const high = listOf(block).slice(SUM_QUBITS);
    const sums = 1 << high.length;
    this.#head(at, [BRACKET_OP, BRACKET_HEAD + 4 * sums, this.#buffer(x) / 16, this.#inPlace ? FROM_STATE : 0, this.#buffer(z & block) / 16, row, inState(outside), flags, sums]);
    for (let sum = 0; sum < sums; sum++) {
      const index = high.reduce((mask, qubit, bit) => mask | (((sum >>> bit) & 1) << qubit), 0);
      this.#writer.word(at + BRACKET_HEAD + 4 * sum, 8 * (index >>> SUM_QUBITS));
    }
    return at + BRACKET_HEAD + 4 * sums;
  }

  /** Which blocks there are is written when the pass is opened (register.ts, R4). */
  write(at: number): number {
    const { ops } = this.#pass;
    return ops.reduce((next, op, index) => {
      if (isFactor(op)) return this.factor(next, op);
      if (isSingle(op)) return this.single(next, op);
      if (!isTile(op)) return this.bracket(next, op.bracket);
      return this.tile(next, op, this.#inPlace || index === 0, this.#inPlace || index === ops.length - 1);
    }, at + PASS_HEAD);
  }
}

interface VariantOf {
  readonly tile: Tile;
  readonly slots: readonly number[];
  readonly outside: readonly number[];
  readonly variant: number;
  readonly source: Space;
  readonly target: Space;
  /** Slots whose 0 and 1 are read exchanged, and whose ones are negated, as bits. */
  readonly flipped: number;
  readonly negated: number;
}

/** A block of the lowest qubits lies in one piece: it is worked on where it stands. */
const isInPlace = ({ block }: Pass): boolean => (block & (block + 1)) === 0;

/** Of the indices of one sum of a bracket: every block that has brackets has these. */
export const SUM_QUBITS = 8;

const CARRY: Tile = { slots: [], turns: [], moves: [], outside: [] };

/** A block from all over the state is carried to a buffer by its first tile and back by its last. */
function carried(pass: Pass): Pass {
  const { ops } = pass;
  const [first] = ops;
  const last = ops.at(-1);
  if (isInPlace(pass) || first === undefined || last === undefined) return pass;
  if (ops.length === 1 && (isTile(first) || isFactor(first))) return pass;
  return { ...pass, ops: [...(isTile(first) ? [] : [CARRY]), ...ops, ...(isTile(last) ? [] : [CARRY])] };
}

const isHalves = (op: Factor): boolean => op.phase.kind === KIND.RZ;
function opBytes(op: Op, { block }: Pass): number {
  if (isFactor(op)) return (isHalves(op) ? 2 : 1) * FACTOR;
  if (isSingle(op)) return FACTOR;
  return isTile(op) ? TILE_HEAD + (1 << op.outside.length) * VARIANT : BRACKET_HEAD + 4 * (1 << (bitsOf(block) - SUM_QUBITS));
}
const opCount = (ops: readonly Op[]): number => ops.reduce((sum, op) => sum + (isFactor(op) && isHalves(op) ? 2 : 1), 0);

const mixedBy = ({ ops }: Pass): number =>
  ops.reduce((mask, op) => (!isTile(op) ? mask : [...op.turns, ...op.moves].reduce((sum, { mixes }) => sum | mixes, mask)), 0);

/** The bytes of a schedule under the angles of its gates. */
export function programOf(schedule: readonly Pass[], steps: readonly Step[]): Program {
  const passes = schedule.map(carried);
  const table = 16 * Math.ceil(passes.length / 4);
  const length = passes.reduce((sum, pass) => sum + PASS_HEAD + pass.ops.reduce((bytes, op) => bytes + opBytes(op, pass), 0), table);
  const writer = new Writer(new Uint8Array(length));
  const places: PassPlace[] = [];
  const bound: Bound[] = [];
  let gain = 1;
  passes.reduce((at, pass, number) => {
    writer.word(4 * number, at);
    const one = new PassWriter(writer, steps, pass);
    const end = one.write(at);
    writer.word(at, opCount(pass.ops));
    places.push({ at, block: pass.block, mixes: mixedBy(pass) });
    gain *= one.gain;
    bound.push(...one.bound);
    return end;
  }, table);
  return { bytes: writer.bytes, passes: places, bound, gain };
}

/**
 * An exact program under other angles: what it does is the same, the factors of its turns are new ones. A fused one is not: which of its parts are
 * left out hangs on the angles (F5).
 */
export function rebound(program: Program, steps: readonly Step[]): Program {
  const writer = new Writer(program.bytes.slice());
  for (const bound of program.bound) {
    const step = steps[bound.one.at];
    if (step !== undefined) writer.angle(bound, angleOf(bound.one, step));
  }
  return { ...program, bytes: writer.bytes };
}
