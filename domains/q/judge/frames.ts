// Pauli frames: how the states of many columns differ from one tableau (Gidney, arXiv:2103.02202, section 3). A column is a
// recorded outcome, or a hidden coin whose frame applies where the coin fell on 1. One bit a column and qubit in two planes.
import { OP } from "../../kernels/circuit.ts";

/** Bits by column, 32 a word. */
export type Plane = Int32Array;

export const bitAt = (plane: Plane, column: number): number => ((plane[column >> 5] ?? 0) >>> (column & 31)) & 1;

export function addTo(plane: Plane, other: Plane): void {
  for (let word = 0; word < plane.length; word++) plane[word] = (plane[word] ?? 0) ^ (other[word] ?? 0);
}

export function isZero(plane: Plane): boolean {
  for (let word = 0; word < plane.length; word++) if (plane[word] !== 0) return false;
  return true;
}

/** The lowest column set, or -1. */
export function firstColumn(plane: Plane): number {
  const word = plane.findIndex((bits) => bits !== 0);
  const bits = plane[word] ?? 0;
  return word < 0 ? -1 : 32 * word + 31 - Math.clz32(bits & -bits);
}

export class Frames {
  readonly qubits: number;
  #words: number;
  #x: Plane[];
  #z: Plane[];

  constructor(qubits: number, columns: number) {
    this.qubits = qubits;
    this.#words = Math.ceil(columns / 32);
    this.#x = Array.from({ length: qubits }, () => new Int32Array(this.#words));
    this.#z = Array.from({ length: qubits }, () => new Int32Array(this.#words));
  }

  get words(): number { return this.#words; }
  x(q: number): Plane { return this.#x[q] as Plane; }
  z(q: number): Plane { return this.#z[q] as Plane; }

  /** Room for at least twice as many columns; those there stay. */
  grow(): void {
    this.#words = Math.max(1, 2 * this.#words);
    const wider = (plane: Plane): Plane => {
      const wide = new Int32Array(this.#words);
      wide.set(plane);
      return wide;
    };
    this.#x = this.#x.map(wider);
    this.#z = this.#z.map(wider);
  }

  /** Frames F become G·F·G†, signs left out. */
  apply(opcode: number, a: number, b: number): void {
    if (this.#words === 0) return;
    switch (opcode) {
      case OP.H: [this.#x[a], this.#z[a]] = [this.z(a), this.x(a)]; return;
      case OP.S: case OP.SDG: return addTo(this.z(a), this.x(a));
      case OP.CX:
        addTo(this.x(b), this.x(a));
        return addTo(this.z(a), this.z(b));
      case OP.CZ:
        addTo(this.z(a), this.x(b));
        return addTo(this.z(b), this.x(a));
      case OP.SWAP:
        [this.#x[a], this.#x[b]] = [this.x(b), this.x(a)];
        [this.#z[a], this.#z[b]] = [this.z(b), this.z(a)];
    }
  }

  /** Multiplies X, Y or Z on q into the columns of the mask. */
  pauli(opcode: number, q: number, mask: Plane): void {
    if (opcode === OP.X || opcode === OP.Y) addTo(this.x(q), mask);
    if (opcode === OP.Z || opcode === OP.Y) addTo(this.z(q), mask);
  }

  clear(q: number): void {
    this.x(q).fill(0);
    this.z(q).fill(0);
  }

  /** Columns whose frame is the identity. */
  idle(): Plane {
    const busy = new Int32Array(this.#words);
    for (const planes of [this.#x, this.#z]) for (const plane of planes) for (let word = 0; word < busy.length; word++) busy[word] = (busy[word] ?? 0) | (plane[word] ?? 0);
    return busy.map((bits) => ~bits);
  }
}
