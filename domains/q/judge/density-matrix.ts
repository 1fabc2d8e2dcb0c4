// A density matrix that grows and shrinks: qubits enter in |0⟩ when they are first used and leave when they are last. Own code throughout, in
// closed forms, so that what it says of noise is nobody's else but ../../kernels/statevector/reference.ts', whose gates it has.
//   D1  Of k qubits: entry (row, column) stands at row + column·2^k; the qubit at place j is bit j of both.
import type { Matrix } from "../../kernels/statevector/reference.ts";

/** By row of a matrix, its entries that are not 0. */
type Sparse = readonly (readonly (readonly [column: number, re: number, im: number])[])[];
const sparse = (matrix: Matrix, sign: 1 | -1): Sparse =>
  matrix.map((row) => row.flatMap(([re, im], column) => (re === 0 && im === 0 ? [] : [[column, re, sign * im] as const])));

export class DensityMatrix {
  readonly places: readonly number[];
  readonly re: Float64Array;
  readonly im: Float64Array;

  /** `places`: the qubit at each place. */
  constructor(places: readonly number[], re: Float64Array, im: Float64Array) {
    this.places = places;
    this.re = re;
    this.im = im;
  }

  /** Of no qubit at all. */
  static readonly nothing = (): DensityMatrix => new DensityMatrix([], Float64Array.of(1), Float64Array.of(0));

  get size(): number { return 1 << this.places.length; }

  get trace(): number {
    let sum = 0;
    for (let at = 0; at < this.re.length; at += this.size + 1) sum += this.re[at] ?? 0;
    return sum;
  }

  #bit(qubit: number): number {
    return 1 << this.places.indexOf(qubit);
  }

  /** With one more qubit, in |0⟩. */
  entered(qubit: number): DensityMatrix {
    const { size } = this;
    const [re, im] = [new Float64Array(4 * size * size), new Float64Array(4 * size * size)];
    for (let column = 0; column < size; column++) {
      re.set(this.re.subarray(column * size, (column + 1) * size), column * 2 * size);
      im.set(this.im.subarray(column * size, (column + 1) * size), column * 2 * size);
    }
    return new DensityMatrix([...this.places, qubit], re, im);
  }

  /** The part in which a qubit is `value`, without the qubit. */
  without(qubit: number, value: 0 | 1): DensityMatrix {
    const place = this.places.indexOf(qubit);
    const half = this.size / 2;
    const [re, im] = [new Float64Array(half * half), new Float64Array(half * half)];
    const widened = (index: number): number => ((index >> place) << (place + 1)) | (value << place) | (index & ((1 << place) - 1));
    for (let column = 0, at = 0; column < half; column++) {
      const from = widened(column) * this.size;
      for (let row = 0; row < half; row++, at++) {
        re[at] = this.re[from + widened(row)] ?? 0;
        im[at] = this.im[from + widened(row)] ?? 0;
      }
    }
    return new DensityMatrix(this.places.filter((_, at) => at !== place), re, im);
  }

  /** The part in which a qubit is `value`. */
  projected(qubit: number, value: 0 | 1): DensityMatrix {
    const bit = this.#bit(qubit);
    const kept = value * bit;
    const lies = (at: number): boolean => (at & bit) === kept && ((at >> this.places.length) & bit) === kept;
    return new DensityMatrix(this.places, this.re.map((part, at) => (lies(at) ? part : 0)), this.im.map((part, at) => (lies(at) ? part : 0)));
  }

  /** `mine`·this + `its`·other. */
  mixed(mine: number, other: DensityMatrix, its: number): DensityMatrix {
    return new DensityMatrix(this.places, this.re.map((part, at) => mine * part + its * (other.re[at] ?? 0)), this.im.map((part, at) => mine * part + its * (other.im[at] ?? 0)));
  }

  /** U ρ U†. */
  turn(matrix: Matrix, qubits: readonly number[]): void {
    const bits = qubits.map((qubit) => this.#bit(qubit));
    this.#multiply(sparse(matrix, 1), bits);
    this.#multiply(sparse(matrix, -1), bits.map((bit) => bit * this.size));
  }

  #multiply(rows: Sparse, bits: readonly number[]): void {
    const { re, im } = this;
    const offsets = rows.map((_, local) => bits.reduce((sum, bit, at) => sum + ((local >> at) & 1) * bit, 0));
    const all = bits.reduce((sum, bit) => sum | bit, 0);
    const [oldRe, oldIm] = [new Float64Array(offsets.length), new Float64Array(offsets.length)];
    for (let base = 0; base < re.length; base++) {
      if ((base & all) !== 0) continue;
      offsets.forEach((offset, local) => {
        oldRe[local] = re[base + offset] ?? 0;
        oldIm[local] = im[base + offset] ?? 0;
      });
      for (let local = 0; local < offsets.length; local++) {
        let [sumRe, sumIm] = [0, 0];
        for (const [column, a, b] of rows[local] ?? []) {
          sumRe += a * (oldRe[column] ?? 0) - b * (oldIm[column] ?? 0);
          sumIm += a * (oldIm[column] ?? 0) + b * (oldRe[column] ?? 0);
        }
        re[base + (offsets[local] ?? 0)] = sumRe;
        im[base + (offsets[local] ?? 0)] = sumIm;
      }
    }
  }

  /** A uniform Pauli other than the identity with probability p is, of d = 4^qubits, the whole mixture with p·d/(d - 1). */
  depolarize(p: number, qubits: readonly number[]): void {
    const d = 1 << (2 * qubits.length);
    const share = (p * d) / (d - 1);
    const bits = qubits.map((qubit) => this.#bit(qubit));
    const all = bits.reduce((sum, bit) => sum | bit, 0);
    const both = all | (all * this.size);
    const within = Array.from({ length: 1 << qubits.length }, (_, local) => bits.reduce((sum, bit, at) => sum + ((local >> at) & 1) * bit, 0));
    const diagonal = within.map((row) => row * (1 + this.size));
    const aside = within.flatMap((column) => within.filter((row) => row !== column).map((row) => row + column * this.size));
    for (const part of [this.re, this.im]) {
      for (let base = 0; base < part.length; base++) {
        if ((base & both) !== 0) continue;
        let sum = 0;
        for (const offset of diagonal) sum += part[base + offset] ?? 0;
        for (const offset of diagonal) part[base + offset] = (1 - share) * (part[base + offset] ?? 0) + (share * sum) / diagonal.length;
        for (const offset of aside) part[base + offset] = (1 - share) * (part[base + offset] ?? 0);
      }
    }
  }

  /** Of energy e^(-t/T1) is left, of coherence e^(-t/T2). */
  relax(qubit: number, energy: number, coherence: number): void {
    const row = this.#bit(qubit);
    const column = row * this.size;
    for (const part of [this.re, this.im]) {
      for (let at = 0; at < part.length; at++) {
        if ((at & (row | column)) !== 0) continue;
        part[at] = (part[at] ?? 0) + (1 - energy) * (part[at + row + column] ?? 0);
        part[at + row + column] = energy * (part[at + row + column] ?? 0);
        part[at + row] = coherence * (part[at + row] ?? 0);
        part[at + column] = coherence * (part[at + column] ?? 0);
      }
    }
  }
}
