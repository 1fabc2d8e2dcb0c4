// A density matrix that grows and shrinks: qubits enter in |0⟩ when they are first used and leave when they are last. Own code throughout, in
// closed forms, so that what it says of noise is nobody's else but ../../kernels/statevector/reference.ts', whose gates it has.
//   D1  Of k qubits: entry (row, column) stands at row + column·2^k; the qubit at place j is bit j of both.
import type { Matrix } from "../../kernels/statevector/reference.ts";

/** A matrix by its entries that are not 0, row by row: those of row r are starts[r] to starts[r + 1] - 1. */
interface Sparse {
  readonly starts: Int32Array;
  readonly columns: Int32Array;
  readonly re: Float64Array;
  readonly im: Float64Array;
}

/** `sign`: -1 for the conjugate. */
function sparse(matrix: Matrix, sign: 1 | -1): Sparse {
  const rows = matrix.map((row) => row.flatMap(([re, im], column) => (re === 0 && im === 0 ? [] : [{ column, re, im: sign * im }])));
  const all = rows.flat();
  const starts = new Int32Array(rows.length + 1);
  rows.forEach((row, at) => { starts[at + 1] = (starts[at] ?? 0) + row.length; });
  return { starts, columns: Int32Array.from(all, ({ column }) => column), re: Float64Array.from(all, ({ re }) => re), im: Float64Array.from(all, ({ im }) => im) };
}

/** An index with zeros put in at these places, the lowest first. */
function widened(index: number, places: readonly number[]): number {
  let wide = index;
  for (const place of places) wide = ((wide >> place) << (place + 1)) | (wide & ((1 << place) - 1));
  return wide;
}

const ascending = (places: readonly number[]): readonly number[] => [...places].sort((a, b) => a - b);
/** The bits at these places of every number, by the number's own bits. */
const offsetsAt = (places: readonly number[]): Int32Array =>
  Int32Array.from({ length: 1 << places.length }, (_, local) => places.reduce((sum, place, at) => sum + (((local >> at) & 1) << place), 0));

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

  #place(qubit: number): number {
    return this.places.indexOf(qubit);
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
    const { size } = this;
    const place = [this.#place(qubit)];
    const half = size / 2;
    const [re, im] = [new Float64Array(half * half), new Float64Array(half * half)];
    const set = value << (place[0] ?? 0);
    for (let column = 0, at = 0; column < half; column++) {
      const from = (widened(column, place) | set) * size;
      for (let row = 0; row < half; row++, at++) {
        const there = from + (widened(row, place) | set);
        re[at] = this.re[there] ?? 0;
        im[at] = this.im[there] ?? 0;
      }
    }
    return new DensityMatrix(this.places.filter((one) => one !== qubit), re, im);
  }

  /** The part in which a qubit is `value`. */
  projected(qubit: number, value: 0 | 1): DensityMatrix {
    const bits = (1 << this.#place(qubit)) * (1 + this.size);
    const kept = value * bits;
    const part = (from: Float64Array): Float64Array => {
      const to = new Float64Array(from.length);
      for (let at = 0; at < from.length; at++) if ((at & bits) === kept) to[at] = from[at] ?? 0;
      return to;
    };
    return new DensityMatrix(this.places, part(this.re), part(this.im));
  }

  /** `mine`·this + `its`·other. */
  mixed(mine: number, other: DensityMatrix, its: number): DensityMatrix {
    const sum = (a: Float64Array, b: Float64Array): Float64Array => {
      const to = new Float64Array(a.length);
      for (let at = 0; at < a.length; at++) to[at] = mine * (a[at] ?? 0) + its * (b[at] ?? 0);
      return to;
    };
    return new DensityMatrix(this.places, sum(this.re, other.re), sum(this.im, other.im));
  }

  /** U ρ U†. */
  turn(matrix: Matrix, qubits: readonly number[]): void {
    const places = qubits.map((qubit) => this.#place(qubit));
    this.#multiply(sparse(matrix, 1), places);
    this.#multiply(sparse(matrix, -1), places.map((place) => place + this.places.length));
  }

  #multiply({ starts, columns, re: a, im: b }: Sparse, places: readonly number[]): void {
    const { re, im } = this;
    const offsets = offsetsAt(places);
    const sorted = ascending(places);
    const [oldRe, oldIm] = [new Float64Array(offsets.length), new Float64Array(offsets.length)];
    for (let block = 0; block < re.length >> places.length; block++) {
      const base = widened(block, sorted);
      for (let local = 0; local < offsets.length; local++) {
        oldRe[local] = re[base + (offsets[local] ?? 0)] ?? 0;
        oldIm[local] = im[base + (offsets[local] ?? 0)] ?? 0;
      }
      for (let local = 0; local < offsets.length; local++) {
        let sumRe = 0;
        let sumIm = 0;
        for (let entry = starts[local] ?? 0; entry < (starts[local + 1] ?? 0); entry++) {
          const x = oldRe[columns[entry] ?? 0] ?? 0;
          const y = oldIm[columns[entry] ?? 0] ?? 0;
          sumRe += (a[entry] ?? 0) * x - (b[entry] ?? 0) * y;
          sumIm += (a[entry] ?? 0) * y + (b[entry] ?? 0) * x;
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
    const places = qubits.map((qubit) => this.#place(qubit));
    const sorted = ascending([...places, ...places.map((place) => place + this.places.length)]);
    const rows = offsetsAt(places);
    const diagonal = rows.map((row) => row * (1 + this.size));
    const all = offsetsAt(sorted);
    for (const part of [this.re, this.im]) {
      for (let block = 0; block < part.length / d; block++) {
        const base = widened(block, sorted);
        let sum = 0;
        for (let at = 0; at < diagonal.length; at++) sum += part[base + (diagonal[at] ?? 0)] ?? 0;
        for (let at = 0; at < all.length; at++) part[base + (all[at] ?? 0)] = (1 - share) * (part[base + (all[at] ?? 0)] ?? 0);
        for (let at = 0; at < diagonal.length; at++) part[base + (diagonal[at] ?? 0)] = (part[base + (diagonal[at] ?? 0)] ?? 0) + (share * sum) / diagonal.length;
      }
    }
  }

  /** Of energy e^(-t/T1) is left, of coherence e^(-t/T2). */
  relax(qubit: number, energy: number, coherence: number): void {
    const place = this.#place(qubit);
    const sorted = [place, place + this.places.length];
    const row = 1 << place;
    const column = row * this.size;
    for (const part of [this.re, this.im]) {
      for (let block = 0; block < part.length >> 2; block++) {
        const at = widened(block, sorted);
        const excited = part[at + row + column] ?? 0;
        part[at] = (part[at] ?? 0) + (1 - energy) * excited;
        part[at + row + column] = energy * excited;
        part[at + row] = coherence * (part[at + row] ?? 0);
        part[at + column] = coherence * (part[at + column] ?? 0);
      }
    }
  }
}
