// Linear algebra over GF(2). A vector is a bigint, coordinate i its bit i; a matrix is its rows.
//   1  Every answer is canonical: it depends on the rows and their order, on nothing else.

export type Row = bigint;

export const rowOf = (support: Iterable<number>): Row => {
  let row = 0n;
  for (const i of support) row ^= 1n << BigInt(i);
  return row;
};

/** The coordinates that are 1, rising. */
export function supportOf(row: Row): readonly number[] {
  const binary = row.toString(2);
  const support: number[] = [];
  for (let i = 0; i < binary.length; i++) if (binary[binary.length - 1 - i] === "1") support.push(i);
  return support;
}

/** The inner product: whether an odd number of coordinates are 1 in both. */
export const odd = (a: Row, b: Row): boolean => supportOf(a & b).length % 2 === 1;

/** Rows in echelon form, found one by one: each has the bit of its pivot, which no later one has. */
export class Echelon {
  readonly #rows: { readonly pivot: bigint; readonly row: Row }[] = [];

  get rank(): number { return this.#rows.length; }

  /** What is left of a row after the span is taken off; 0 when it lies within. */
  reduced(row: Row): Row {
    let left = row;
    for (const { pivot, row: own } of this.#rows) if ((left & pivot) !== 0n) left ^= own;
    return left;
  }

  /** Whether the row was new to the span, which has it from now on. */
  add(row: Row): boolean {
    const left = this.reduced(row);
    if (left === 0n) return false;
    this.#rows.push({ pivot: left & -left, row: left });
    return true;
  }
}

export function rank(rows: readonly Row[]): number {
  const echelon = new Echelon();
  for (const row of rows) echelon.add(row);
  return echelon.rank;
}

/** A basis of the vectors of `size` coordinates that are orthogonal to every row. */
export function kernel(rows: readonly Row[], size: number): readonly Row[] {
  // Columns are reduced with a record of which were added: what reduces to nothing is in the kernel.
  const columns = Array.from({ length: size }, (_, i) => rowOf(rows.flatMap((row, r) => ((row >> BigInt(i)) & 1n) === 1n ? [r] : [])));
  const echelon = new Echelon();
  const shift = BigInt(rows.length);
  const low = (1n << shift) - 1n;
  return columns.flatMap((column, i) => {
    const left = echelon.reduced(column | (1n << (shift + BigInt(i))));
    if ((left & low) === 0n) return [left >> shift];
    echelon.add(left);
    return [];
  });
}

/** Those of `rows`, in their order, that are independent of `base` and of those before. */
export function independentOf(base: readonly Row[], rows: readonly Row[]): readonly Row[] {
  const echelon = new Echelon();
  for (const row of base) echelon.add(row);
  return rows.filter((row) => echelon.add(row));
}

/** Combinations of `rows` dual to `others`: the i-th has an odd product with the i-th of them alone. The products must form an invertible matrix. */
export function dualTo(others: readonly Row[], rows: readonly Row[]): readonly Row[] {
  const shift = BigInt(others.length);
  let pairs = rows.map((row) => (row << shift) | rowOf(others.flatMap((other, j) => (odd(row, other) ? [j] : []))));
  for (let j = 0; j < others.length; j++) {
    const bit = 1n << BigInt(j);
    const at = pairs.findIndex((pair, i) => i >= j && (pair & bit) !== 0n);
    const chosen = pairs[at];
    if (chosen === undefined) throw new RangeError("the products form no invertible matrix");
    pairs = pairs.map((pair, i) => (i === at ? pairs[j] ?? 0n : pair)).map((pair, i) => (i === j ? chosen : (pair & bit) === 0n ? pair : pair ^ chosen));
  }
  return pairs.map((pair) => pair >> shift);
}
