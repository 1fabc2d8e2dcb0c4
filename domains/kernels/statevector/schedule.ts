// The schedule: primitives in passes over the state, passes in tiles over a block. Owns which goes where; knows no angle, so circuits
// that differ in their angles alone share it.
//   F2  A primitive never overtakes another it shares a qubit with, unless both only read that qubit.
//   F3  In an exact schedule those that round keep their order (F1), so each amplitude sees the operations of the gates one by one.
//   F4  It follows from circuit and fusion alone: not from threads, memory or time.
import type { Fusion } from "../circuit.ts";
import type { Primitive } from "./primitives.ts";

/** Qubits a block spans: 2^14 amplitudes are 256 KiB. */
export const BLOCK_QUBITS = 14;
/** Lowest qubits every block has, so that it is made of runs of 2^LOW amplitudes. */
const LOW = 5;
/** How many primitives beyond its first a tile looks at, and how many qubits outside it may decide what it moves. */
const LOOKAHEAD = 96;
const OUTSIDE_MAX = 2;

/** Up to three gates on three qubits of the block, and the permutation and signs that come after them. */
export interface Tile {
  readonly slots: number[];
  readonly turns: Primitive[];
  readonly moves: Primitive[];
  readonly outside: number[];
}
/** A factor on part of the block. */
export interface Factor { readonly phase: Primitive }
/** What is asked of two states at once between two gates: block sums of Im⟨image|G|state⟩ (assembly/adjoint.ts). */
export interface Bracket {
  readonly x: number;
  readonly z: number;
  readonly flags: number;
  /** Address of its row of sums. */
  readonly row: number;
}
/** One primitive that shares no tile, its qubits all within the block. */
export interface Single { readonly single: Primitive }
export type Op = Tile | Factor | Single | { readonly bracket: Bracket };

export interface Pass {
  /** Mask of the qubits of a block. */
  readonly block: number;
  readonly ops: readonly Op[];
}

export const bitsOf = (mask: number): number => {
  let count = 0;
  for (let rest = mask >>> 0; rest !== 0; rest &= rest - 1) count++;
  return count;
};

/** Which of a list may go now: those that are skipped hold back what shares qubits with them (F2) or rounds after them (F3). */
class Order {
  readonly #exact: boolean;
  #mixed = 0;
  #read = 0;
  #rounded = false;

  constructor(fusion: Fusion) {
    this.#exact = fusion === "exact";
  }

  free({ mixes, reads, rounds }: Primitive): boolean {
    return (mixes & (this.#mixed | this.#read)) === 0 && (reads & this.#mixed) === 0 && !(rounds && this.#rounded);
  }

  skip({ mixes, reads, rounds }: Primitive): void {
    this.#mixed |= mixes;
    this.#read |= reads;
    if (this.#exact && rounds) this.#rounded = true;
  }
}

interface Choice { readonly block: number; readonly taken: Primitive[]; readonly left: Primitive[]; readonly worth: number }

/** Takes what a block that begins as `start` can do, growing to `most` qubits by what comes first. */
function choose(list: readonly Primitive[], start: number, most: number, fusion: Fusion): Choice {
  const order = new Order(fusion);
  const taken: Primitive[] = [];
  const left: Primitive[] = [];
  let block = start;
  let worth = 0;
  for (const one of list) {
    if (order.free(one) && bitsOf(block | one.mixes) <= most) {
      block |= one.mixes;
      taken.push(one);
      if (one.mixes !== 0) worth += one.rounds ? 3 : 1;
    } else {
      order.skip(one);
      left.push(one);
    }
  }
  return { block, taken, left, worth };
}

/** The best of a few windows of qubits, and of what grows by itself; the first of equals. */
function choosePass(list: readonly Primitive[], qubits: number, fusion: Fusion): Choice {
  const most = Math.min(qubits, BLOCK_QUBITS);
  const low = (1 << Math.min(LOW, most)) - 1;
  let best = choose(list, low, most, fusion);
  if (fusion === "exact" || qubits <= most) return best;
  const width = most - LOW;
  for (let from = LOW - 1; from + width <= qubits; from++) {
    const other = choose(list, low | (((1 << width) - 1) << from), most, fusion);
    if (other.worth > best.worth) best = other;
  }
  return best;
}

export function filled(block: number, most: number): number {
  let full = block;
  for (let qubit = 0; bitsOf(full) < most; qubit++) full |= 1 << qubit;
  return full;
}

class TileInMaking implements Tile {
  readonly slots: number[] = [];
  readonly turns: Primitive[] = [];
  readonly moves: Primitive[] = [];
  readonly outside: number[] = [];
  readonly #block: number;
  #turned = 0;
  #moved = 0;

  constructor(block: number) {
    this.#block = block;
  }

  #room(qubits: readonly number[]): boolean {
    return this.slots.length + qubits.filter((qubit) => !this.slots.includes(qubit)).length <= 3;
  }

  #seat(qubits: readonly number[]): void {
    for (const qubit of qubits) {
      if (this.slots.includes(qubit)) continue;
      this.slots.push(qubit);
      const outside = this.outside.indexOf(qubit);
      if (outside >= 0) this.outside.splice(outside, 1);
    }
  }

  /** Takes a primitive if it fits. */
  take(one: Primitive): boolean {
    return one.what === "turn" || one.what === "phase" ? this.#turn(one) : this.#move(one);
  }

  #turn(one: Primitive): boolean {
    const qubit = one.mixed[0] ?? one.read[0] ?? 0;
    const bit = 1 << qubit;
    if (one.read.length > 1 || (this.#block & bit) === 0 || ((this.#turned | this.#moved) & bit) !== 0 || !this.#room([qubit])) return false;
    this.#seat([qubit]);
    this.turns.push(one);
    this.#turned |= bit;
    return true;
  }

  #move(one: Primitive): boolean {
    if (!this.#room(one.mixed)) return false;
    const outside = one.read.filter((qubit) => !this.slots.includes(qubit) && !one.mixed.includes(qubit) && !this.outside.includes(qubit));
    if (this.outside.length + outside.length > OUTSIDE_MAX) return false;
    this.#seat(one.mixed);
    this.outside.push(...outside);
    this.moves.push(one);
    this.#moved |= one.mixes | one.reads;
    return true;
  }

  get empty(): boolean {
    return this.turns.length + this.moves.length === 0;
  }
}

/** The next op of a pass, and what is left. */
function nextOp(list: readonly Primitive[], block: number, fusion: Fusion): readonly [op: Op, left: Primitive[]] {
  const tile = new TileInMaking(block);
  const order = new Order(fusion);
  const left: Primitive[] = [];
  list.forEach((one, at) => {
    if (at < LOOKAHEAD && order.free(one) && tile.take(one)) return;
    order.skip(one);
    left.push(one);
  });
  const [first] = list;
  return tile.empty && first !== undefined ? [{ phase: first }, list.slice(1)] : [tile, left];
}

/** The ops that do primitives in this order on blocks of these qubits. */
export function opsOf(taken: readonly Primitive[], block: number, fusion: Fusion): readonly Op[] {
  const ops: Op[] = [];
  let list = [...taken];
  while (list.length > 0) {
    const [op, left] = nextOp(list, block, fusion);
    ops.push(op);
    list = left;
  }
  return ops;
}

/** Passes for at least three qubits. */
export function schedule(primitives: readonly Primitive[], qubits: number, fusion: Fusion): readonly Pass[] {
  const passes: Pass[] = [];
  let list = [...primitives];
  while (list.length > 0) {
    const { block, taken, left } = choosePass(list, qubits, fusion);
    const full = filled(block, Math.min(qubits, BLOCK_QUBITS));
    passes.push({ block: full, ops: opsOf(taken, full, fusion) });
    list = left;
  }
  return passes;
}
