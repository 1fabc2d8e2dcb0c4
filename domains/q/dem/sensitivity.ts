// What an error on a qubit would flip from here to the end of the circuit, for X and for Z on each qubit. Owns that table and moves it
// through gates from the end to the beginning.
//   S1  An error before a unitary flips what its image behind it flips; signs do not matter.
//   S2  An error flips the symptoms that compare a measurement it anticommutes with.
import { GATES, type Gate, type Pauli } from "../stim/gates.ts";
import type { SymptomSets } from "./symptom-sets.ts";

/** Bits of a Pauli on one qubit, as in targets: X = 1, Z = 2, Y = 3. */
const BITS: Readonly<Record<string, number>> = { _: 0, X: 1, Z: 2, Y: 3 };
export const pauliBits = (pauli: Pauli): number => BITS[pauli] ?? 0;

/** Of each unitary: for X and Z of its first qubit, then of its second, the bits of the image: first qubit 1 and 2, second 4 and 8. */
export type Images = readonly number[];
const IMAGES: ReadonlyMap<string, Images> = new Map([...GATES.values()].filter(({ kind }) => kind === "unitary")
  .map(({ name, images }) => [name, images.map((image) => [...image.replace("-", "")].reduce((bits, letter, qubit) => bits | ((BITS[letter] ?? 0) << (2 * qubit)), 0))]));

export const imagesOf = ({ name }: Gate): Images => IMAGES.get(name) ?? [];

/** The Pauli that a bit in place `bit` (0 or 1) of a pair controls on the other qubit. */
export function controlledPauli({ images }: Gate, bit: number): number {
  const image = (images[2 * bit] ?? "").replace("-", "");
  return BITS[image[1 - bit] ?? "_"] ?? 0;
}

export class Sensitivity {
  readonly #sets: SymptomSets;
  readonly #byX: Int32Array;
  readonly #byZ: Int32Array;
  constructor(sets: SymptomSets, qubits: number) {
    this.#sets = sets;
    this.#byX = new Int32Array(qubits);
    this.#byZ = new Int32Array(qubits);
  }

  get qubits(): number { return this.#byX.length; }

  /** What the Pauli of `bits` on a qubit flips. */
  flips(qubit: number, bits: number): number {
    const x = (bits & 1) === 0 ? 0 : this.#byX[qubit] ?? 0;
    return (bits & 2) === 0 ? x : this.#sets.xor(x, this.#byZ[qubit] ?? 0);
  }

  /** `symptoms` compare this Pauli here: what anticommutes with it flips them. */
  compare(qubit: number, bits: number, symptoms: number): void {
    if ((bits & 2) !== 0) this.#byX[qubit] = this.#sets.xor(this.#byX[qubit] ?? 0, symptoms);
    if ((bits & 1) !== 0) this.#byZ[qubit] = this.#sets.xor(this.#byZ[qubit] ?? 0, symptoms);
  }

  /** Nothing before a reset matters. */
  forget(qubit: number): void {
    this.#byX[qubit] = 0;
    this.#byZ[qubit] = 0;
  }

  one([x = 0, z = 0]: Images, qubit: number): void {
    const byX = this.flips(qubit, x);
    this.#byZ[qubit] = this.flips(qubit, z);
    this.#byX[qubit] = byX;
  }

  two([xa = 0, za = 0, xb = 0, zb = 0]: Images, a: number, b: number): void {
    const byXa = this.#pair(a, b, xa), byZa = this.#pair(a, b, za), byXb = this.#pair(a, b, xb), byZb = this.#pair(a, b, zb);
    this.#byX[a] = byXa;
    this.#byZ[a] = byZa;
    this.#byX[b] = byXb;
    this.#byZ[b] = byZb;
  }

  #pair(a: number, b: number, bits: number): number {
    return bits < 4 ? this.flips(a, bits) : (bits & 3) === 0 ? this.flips(b, bits >> 2) : this.#sets.xor(this.flips(a, bits & 3), this.flips(b, bits >> 2));
  }
}
