// The measurements that come last, read from the final state at once. Owns the weights: squares of amplitudes, gathered over the
// qubits nobody reads and summed pairwise to a pyramid, in the memory where the state stood. They leave as odds only (A4).
//   N1  Level d of the pyramid has the weights of the first d qubits read, highest qubit first; level 0 is the whole.
import type { Register } from "../../kernels/statevector/register.ts";
import type { Step } from "../../kernels/statevector/plan.ts";
import { OP } from "../../kernels/circuit.ts";

/** One qubit read at the end, with every clbit that shows it. */
export interface Reader {
  readonly qubit: number;
  readonly ordinal: number;
  readonly clbits: readonly number[];
}

/** The final measurements among `rest`, one reader a qubit, highest qubit first. Resets and overwritten readings show nowhere. */
export function readersOf(rest: readonly Step[], finals: ReadonlySet<number>): readonly Reader[] {
  const byQubit = new Map<number, { qubit: number; ordinal: number; clbits: number[] }>();
  for (const { opcode, q0, clbit, ordinal } of rest) {
    if (opcode !== OP.MEASURE || !finals.has(ordinal)) continue;
    const known = byQubit.get(q0);
    if (known === undefined) byQubit.set(q0, { qubit: q0, ordinal, clbits: [clbit] });
    else known.clbits.push(clbit);
  }
  return [...byQubit.values()].sort((a, b) => b.qubit - a.qubit);
}

const HALF_BITS = 13;

/** For each value of some index bits from `first` on, the bits that are read, moved together. */
function gathered(first: number, bits: number, places: ReadonlyMap<number, number>): Int32Array {
  return Int32Array.from({ length: 1 << bits }, (_, value) => {
    let key = 0;
    for (let bit = 0; bit < bits; bit++) if (((value >> bit) & 1) === 1) key |= places.get(first + bit) ?? 0;
    return key;
  });
}

/** Weights of what the readers may read in one final state, as sums over any number of leading readers. */
export class Pyramid {
  readonly depth: number;
  readonly #values: Float64Array;
  readonly #levels: readonly number[];

  /** Uses the register's state up. */
  constructor(register: Register, readers: readonly Reader[]) {
    const { qubits, state, wasm } = register;
    this.depth = readers.length;
    this.#values = new Float64Array(wasm.memory.buffer, state, 2 << qubits);
    squareTogether(this.#values, qubits, new Map(readers.map(({ qubit }, place) => [qubit, 1 << (readers.length - 1 - place)])));
    this.#levels = this.#sum();
  }

  /** Level `depth` stands at 0; each level above it behind the one below: 2^(depth + 1) - 1 places in all. */
  #sum(): readonly number[] {
    const levels = [0];
    const values = this.#values;
    let from = 0;
    for (let size = (1 << this.depth) >> 1; size >= 1; size >>= 1) {
      const to = from + 2 * size;
      for (let at = 0; at < size; at++) values[to + at] = (values[from + 2 * at] ?? 0) + (values[from + 2 * at + 1] ?? 0);
      levels.unshift(to);
      from = to;
    }
    return levels;
  }

  weight(level: number, node: number): number {
    return this.#values[(this.#levels[level] ?? 0) + node] ?? 0;
  }
}

/**
 * values[key] = Σ |amplitude|² over the indices with this key, in place: amplitude i stands at 2i and 2i + 1, its key is at most i,
 * and a key is first met at the index in which all unread bits are 0.
 */
function squareTogether(values: Float64Array, qubits: number, places: ReadonlyMap<number, number>): void {
  const low = gathered(0, Math.min(qubits, HALF_BITS), places);
  const high = gathered(HALF_BITS, Math.max(0, qubits - HALF_BITS), places);
  const unread = Array.from({ length: qubits }, (_, qubit) => (places.has(qubit) ? 0 : 1 << qubit)).reduce((mask, bit) => mask | bit, 0);
  const count = 1 << qubits;
  for (let index = 0; index < count; index++) {
    const re = values[2 * index] ?? 0;
    const im = values[2 * index + 1] ?? 0;
    const key = (low[index & ((1 << HALF_BITS) - 1)] ?? 0) | (high[index >> HALF_BITS] ?? 0);
    values[key] = re * re + im * im + ((index & unread) === 0 ? 0 : values[key] ?? 0);
  }
}
