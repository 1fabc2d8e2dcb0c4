// What the unitaries of `.stim` are, from their definitions alone: sums of Paulis with complex coefficients, up to a factor.
//   √P = (1+i) + (1−i)P; a rotation by a half turn about an axis is the sum of the axis' Paulis; by a third of one 1 − i(±X ±Y ±Z);
//   controlled P on Q: 1 + P + Q − PQ; SWAP: 1 + XX + YY + ZZ.
export type Complex = readonly [re: number, im: number];
export type Matrix = readonly (readonly Complex[])[];

const PAULIS: Readonly<Record<string, Matrix>> = {
  _: [[[1, 0], [0, 0]], [[0, 0], [1, 0]]], X: [[[0, 0], [1, 0]], [[1, 0], [0, 0]]], Y: [[[0, 0], [0, -1]], [[0, 1], [0, 0]]], Z: [[[1, 0], [0, 0]], [[0, 0], [-1, 0]]],
};
const ZERO: Complex = [0, 0];
const plus = ([a, b]: Complex, [c, d]: Complex): Complex => [a + c, b + d];
const by = ([a, b]: Complex, [c, d]: Complex): Complex => [a * c - b * d, a * d + b * c];

export const product = (a: Matrix, b: Matrix): Matrix =>
  a.map((row) => (b[0] ?? []).map((_, column) => row.reduce((sum, value, at) => plus(sum, by(value, b[at]?.[column] ?? ZERO)), ZERO)));
export const adjoint = (a: Matrix): Matrix => a.map((_, row) => a.map((other) => { const [re, im] = other[row] ?? ZERO; return [re, -im] as const; }));
const kronecker = (a: Matrix, b: Matrix): Matrix => a.flatMap((row) => b.map((other) => row.flatMap((value) => other.map((factor) => by(value, factor)))));

/** Of a Pauli string without its sign. */
export const pauliMatrix = (letters: string): Matrix => [...letters].map((letter) => PAULIS[letter] ?? []).reduce((a, b) => kronecker(a, b));

/** Σ coefficient · Pauli. */
function sum(terms: Readonly<Record<string, Complex>>): Matrix {
  return Object.entries(terms).map(([letters, factor]) => pauliMatrix(letters).map((row) => row.map((value) => by(value, factor))))
    .reduce((a, b) => a.map((row, at) => row.map((value, column) => plus(value, b[at]?.[column] ?? ZERO))));
}

const ONE: Complex = [1, 0], MINUS: Complex = [-1, 0];
const root = (pauli: string, sign: number): Matrix => sum({ ["_".repeat(pauli.length)]: [1, sign], [pauli]: [1, -sign] });
const axis = (terms: Readonly<Record<string, Complex>>): Matrix => sum(terms);
const third = (x: number, y: number, z: number): Matrix => sum({ _: ONE, X: [0, -x], Y: [0, -y], Z: [0, -z] });
const controlled = (p: string, q: string): Matrix => sum({ __: ONE, [`${p}_`]: ONE, [`_${q}`]: ONE, [p + q]: MINUS });
const swap = sum({ __: ONE, XX: ONE, YY: ONE, ZZ: ONE });
const iswap = (sign: number): Matrix => sum({ __: ONE, ZZ: ONE, XX: [0, sign], YY: [0, sign] });

/** By canonical name. */
export const MATRICES: Readonly<Record<string, Matrix>> = {
  I: pauliMatrix("_"), X: pauliMatrix("X"), Y: pauliMatrix("Y"), Z: pauliMatrix("Z"), II: pauliMatrix("__"),
  H: axis({ X: ONE, Z: ONE }), H_NXZ: axis({ X: MINUS, Z: ONE }), H_XY: axis({ X: ONE, Y: ONE }), H_NXY: axis({ X: MINUS, Y: ONE }), H_YZ: axis({ Y: ONE, Z: ONE }), H_NYZ: axis({ Y: MINUS, Z: ONE }),
  S: root("Z", 1), S_DAG: root("Z", -1), SQRT_X: root("X", 1), SQRT_X_DAG: root("X", -1), SQRT_Y: root("Y", 1), SQRT_Y_DAG: root("Y", -1),
  C_XYZ: third(1, 1, 1), C_ZYX: third(-1, -1, -1), C_NXYZ: third(1, -1, -1), C_XNYZ: third(-1, 1, -1), C_XYNZ: third(-1, -1, 1), C_ZYNX: third(-1, 1, 1), C_ZNYX: third(1, -1, 1), C_NZYX: third(1, 1, -1),
  CX: controlled("Z", "X"), CY: controlled("Z", "Y"), CZ: controlled("Z", "Z"), XCX: controlled("X", "X"), XCY: controlled("X", "Y"), XCZ: controlled("X", "Z"),
  YCX: controlled("Y", "X"), YCY: controlled("Y", "Y"), YCZ: controlled("Y", "Z"),
  SWAP: swap, ISWAP: iswap(1), ISWAP_DAG: iswap(-1), CXSWAP: product(swap, controlled("Z", "X")), SWAPCX: product(controlled("Z", "X"), swap), CZSWAP: product(swap, controlled("Z", "Z")),
  SQRT_XX: root("XX", 1), SQRT_XX_DAG: root("XX", -1), SQRT_YY: root("YY", 1), SQRT_YY_DAG: root("YY", -1), SQRT_ZZ: root("ZZ", 1), SQRT_ZZ_DAG: root("ZZ", -1),
};
