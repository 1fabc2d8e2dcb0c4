// What gates do, as exact amplitudes. Owns the matrices of the op table and nothing that computes with them.
//   U1  Rows and columns are indexed by the operands' bits, the first operand most significant.
//   U2  Entries are exact or the double nearest (√½): no function here differs between engines.

/** A complex number. */
export type Amplitude = readonly [re: number, im: number];
export type Unitary =
  | { readonly kind: "matrix"; readonly rows: readonly (readonly Amplitude[])[] }
  /** exp(-i θ A/2) for the axis A, θ the argument of that name. RZ = diag(e^{-iθ/2}, e^{iθ/2}). */
  | { readonly kind: "rotation"; readonly axis: "x" | "y" | "z"; readonly arg: string }
  /** One Pauli for each operand, as the argument of that name spells them. */
  | { readonly kind: "pauli"; readonly arg: string };

const ZERO: Amplitude = [0, 0];
const ONE: Amplitude = [1, 0];
const HALF = Math.SQRT1_2;

const matrix = (...rows: (readonly Amplitude[])[]): Unitary => Object.freeze({ kind: "matrix", rows });
const diagonal = (...entries: readonly Amplitude[]): Unitary => matrix(...entries.map((entry, row) => entries.map((_, column) => (row === column ? entry : ZERO))));
/** Basis state k goes to images[k]. */
const permutation = (...images: readonly number[]): Unitary => matrix(...images.map((_, row) => images.map((image) => (image === row ? ONE : ZERO))));

export const rotation = (axis: "x" | "y" | "z"): Unitary => Object.freeze({ kind: "rotation", axis, arg: "theta" });
export const H = matrix([[HALF, 0], [HALF, 0]], [[HALF, 0], [-HALF, 0]]);
export const X = permutation(1, 0);
export const Y = matrix([ZERO, [0, -1]], [[0, 1], ZERO]);
export const Z = diagonal(ONE, [-1, 0]);
export const S = diagonal(ONE, [0, 1]);
export const SDG = diagonal(ONE, [0, -1]);
export const T = diagonal(ONE, [HALF, HALF]);
export const TDG = diagonal(ONE, [HALF, -HALF]);
export const CNOT = permutation(0, 1, 3, 2);
export const CZ = diagonal(ONE, ONE, ONE, [-1, 0]);
export const SWAP = permutation(0, 2, 1, 3);
export const TOFFOLI = permutation(0, 1, 2, 3, 4, 5, 7, 6);
