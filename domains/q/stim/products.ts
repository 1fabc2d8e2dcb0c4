// Pauli products among targets: where each begins and ends, and what its factors multiply to.
import { TARGET } from "./circuit.ts";

const { VALUE, X, Z, INVERTED, COMBINER } = TARGET;

/** Calls back for each product of `targets`: its factors stand at from, from + 2, … below `to`. */
export function forEachProduct(targets: readonly number[], each: (from: number, to: number) => void): void {
  let from = 0;
  for (let index = 1; index <= targets.length; index++) {
    if (((targets[index] ?? 0) & COMBINER) !== 0) index++;
    else {
      each(from, index);
      from = index;
    }
  }
}

export interface Product {
  /** Bits of the Pauli by qubit: X = 1, Z = 2, Y = 3; qubits whose factors cancel are not there. */
  readonly paulis: ReadonlyMap<number, number>;
  /** The sign: a power of i, with every `!` counted as two. 0 or 2 when the product is Hermitian. */
  readonly turns: number;
}

/** Powers of i of a product of two different Paulis by their bits: XY = iZ, YZ = iX, ZX = iY. */
const TURNS: readonly (readonly number[])[] = [[0, 0, 0, 0], [0, 0, 3, 1], [0, 1, 0, 3], [0, 3, 1, 0]];

/** What the factors of one product multiply to, from left to right. */
export function productOf(targets: readonly number[], from: number, to: number): Product {
  const paulis = new Map<number, number>();
  let turns = 0;
  for (let index = from; index < to; index += 2) {
    const factor = targets[index] ?? 0;
    const qubit = factor & VALUE;
    const before = paulis.get(qubit) ?? 0;
    const bits = (factor & (X | Z)) / X;
    turns += (TURNS[before]?.[bits] ?? 0) + ((factor & INVERTED) === 0 ? 0 : 2);
    if (before === bits) paulis.delete(qubit);
    else paulis.set(qubit, before ^ bits);
  }
  return { paulis, turns: turns % 4 };
}
