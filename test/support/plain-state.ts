// A state vector as one would write it first: two arrays, one matrix a gate, one loop. Shares no code with kernels or their references, so that
// they may be held against it; quick enough for 22 qubits.
import type { Instruction } from "./clifford-circuits.ts";

/** Row by row, re and im in turns; bit k of a row or column number is the gate's k-th qubit. */
type Entries = readonly number[];

const h = Math.SQRT1_2;
/** The engine's own, not the kernels'. */
const { cos, sin } = Math;
const controlled = (u: Entries): Entries => [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, ...u.slice(0, 2), 0, 0, ...u.slice(2, 4), 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, ...u.slice(4, 6), 0, 0, ...u.slice(6, 8)];
const X: Entries = [0, 0, 1, 0, 1, 0, 0, 0];
const phased = (angle: number): Entries => [1, 0, 0, 0, 0, 0, cos(angle), sin(angle)];

/** The unitary of a gate: P(λ) = diag(1, e^{iλ}), RX(θ) = exp(-iθX/2) and so on; the first qubit of CX controls. */
export function entriesOf(op: Instruction["op"], angle = 0): Entries {
  const [c, s] = [cos(angle / 2), sin(angle / 2)];
  switch (op) {
    case "H": return [h, 0, h, 0, h, 0, -h, 0];
    case "S": return phased(Math.PI / 2);
    case "SDG": return phased(-Math.PI / 2);
    case "T": return phased(Math.PI / 4);
    case "TDG": return phased(-Math.PI / 4);
    case "X": return X;
    case "Y": return [0, 0, 0, -1, 0, 1, 0, 0];
    case "Z": return phased(Math.PI);
    case "RX": return [c, 0, 0, -s, 0, -s, c, 0];
    case "RY": return [c, 0, -s, 0, s, 0, c, 0];
    case "RZ": return [c, -s, 0, 0, 0, 0, c, s];
    case "P": return phased(angle);
    case "CX": return controlled(X);
    case "CZ": return controlled(phased(Math.PI));
    case "CP": return controlled(phased(angle));
    case "SWAP": return Array.from({ length: 32 }, (_, at) => ([0, 12, 18, 30].includes(at) ? 1 : 0));
    case "CCX": return Array.from({ length: 128 }, (_, at) => (at % 2 === 0 && [0, 1, 2, 7, 4, 5, 6, 3][at >> 4] === (at >> 1) % 8 ? 1 : 0));
    default: throw new Error(`no matrix: ${op}`);
  }
}

export class PlainState {
  readonly qubits: number;
  readonly re: Float64Array;
  readonly im: Float64Array;

  constructor(qubits: number) {
    this.qubits = qubits;
    this.re = new Float64Array(2 ** qubits);
    this.im = new Float64Array(2 ** qubits);
    this.re[0] = 1;
  }

  apply({ op, on, angle }: Instruction): this {
    const entries = Float64Array.from(entriesOf(op, angle));
    const size = 2 ** on.length;
    const places = Int32Array.from({ length: size }, (_, row) => on.reduce((sum, qubit, k) => sum + (((row >> k) & 1) << qubit), 0));
    const [re, im, oldRe, oldIm, all] = [this.re, this.im, new Float64Array(size), new Float64Array(size), places[size - 1] as number];
    for (let at = 0; at < re.length; at++) {
      if ((at & all) !== 0) continue;
      for (let row = 0; row < size; row++) {
        oldRe[row] = re[at + (places[row] as number)] as number;
        oldIm[row] = im[at + (places[row] as number)] as number;
      }
      for (let row = 0; row < size; row++) {
        let [sumRe, sumIm] = [0, 0];
        for (let column = 0; column < size; column++) {
          const [a, b] = [entries[2 * (size * row + column)] as number, entries[2 * (size * row + column) + 1] as number];
          sumRe += a * (oldRe[column] as number) - b * (oldIm[column] as number);
          sumIm += a * (oldIm[column] as number) + b * (oldRe[column] as number);
        }
        re[at + (places[row] as number)] = sumRe;
        im[at + (places[row] as number)] = sumIm;
      }
    }
    return this;
  }

  /** Of what is read of these qubits, the first of them the lowest bit. */
  probabilities(of: readonly number[]): Float64Array {
    const found = new Float64Array(2 ** of.length);
    for (let at = 0; at < this.re.length; at++) {
      let read = 0;
      for (let k = 0; k < of.length; k++) read |= ((at >> (of[k] as number)) & 1) << k;
      found[read] = (found[read] as number) + (this.re[at] as number) ** 2 + (this.im[at] as number) ** 2;
    }
    return found;
  }

  /** The largest difference of any amplitude; re and im in turns. */
  furthest(amplitudes: Float64Array): number {
    let most = amplitudes.length === 2 * this.re.length ? 0 : NaN;
    for (let at = 0; at < this.re.length; at++) {
      most = Math.max(most, Math.abs((amplitudes[2 * at] as number) - (this.re[at] as number)), Math.abs((amplitudes[2 * at + 1] as number) - (this.im[at] as number)));
    }
    return most;
  }

  /** |⟨this|other⟩|², the other one as long as it is. */
  overlap(other: Float64Array): number {
    const [re, im] = [0, 1].map((part) => this.#sum((at) => {
      const [a, b, c, d] = [this.re[at] as number, this.im[at] as number, other[2 * at] as number, other[2 * at + 1] as number];
      return part === 0 ? a * c + b * d : a * d - b * c;
    })) as [number, number];
    return re * re + im * im;
  }

  /** Re⟨this|other⟩. */
  real(other: PlainState): number {
    return this.#sum((at) => (this.re[at] as number) * (other.re[at] as number) + (this.im[at] as number) * (other.im[at] as number));
  }

  copy(): PlainState {
    const copy = new PlainState(this.qubits);
    copy.re.set(this.re);
    copy.im.set(this.im);
    return copy;
  }

  /** A few million terms one after the other would lose digits: a thousand at a time do not. */
  #sum(term: (at: number) => number): number {
    let all = 0;
    for (let from = 0; from < this.re.length; from += 1_024) {
      let some = 0;
      for (let at = from; at < Math.min(this.re.length, from + 1_024); at++) some += term(at);
      all += some;
    }
    return all;
  }
}
