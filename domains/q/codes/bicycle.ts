// Bivariate bicycle codes (S. Bravyi et al., "High-threshold and low-overhead fault-tolerant quantum memory", arXiv:2308.07915): two polynomials
// of three terms each in the shifts x and y of an l × m torus, X checks [A | B], Z checks [Bᵀ | Aᵀ].
//   1  Site (i, j) of a block is number i·m + j; data are the left block, then the right one.
//   2  An X check at v meets the left qubits v·A and the right ones v·B; a Z check the left ones v·B⁻¹ and the right ones v·A⁻¹.
import { Fault } from "../../../kernel-abi/fault.ts";
import { logicalPairs, logicalQubits, type CssCode } from "./css.ts";
import type { Basis } from "./script.ts";

/** Exponents of x and of y. */
export type Monomial = readonly [number, number];
type Trinomial = readonly [Monomial, Monomial, Monomial];

export interface BicycleSpecification {
  readonly l: number;
  readonly m: number;
  readonly a: Trinomial;
  readonly b: Trinomial;
  /** As the paper's table 3 has it. */
  readonly distance: number;
}

const X3_Y_Y2: Trinomial = [[3, 0], [0, 1], [0, 2]];
const Y3_X_X2: Trinomial = [[0, 3], [1, 0], [2, 0]];

/** Rows of the paper's table 3, by n. */
export const BICYCLE_CODES: Readonly<Record<72 | 90 | 108 | 144 | 288, BicycleSpecification>> = Object.freeze({
  72: { l: 6, m: 6, a: X3_Y_Y2, b: Y3_X_X2, distance: 6 },
  90: { l: 15, m: 3, a: [[9, 0], [0, 1], [0, 2]], b: [[0, 0], [2, 0], [7, 0]], distance: 10 },
  108: { l: 9, m: 6, a: X3_Y_Y2, b: Y3_X_X2, distance: 10 },
  144: { l: 12, m: 6, a: X3_Y_Y2, b: Y3_X_X2, distance: 12 },
  288: { l: 12, m: 12, a: [[3, 0], [0, 2], [0, 7]], b: Y3_X_X2, distance: 18 },
});

/** Rising, each once. */
export const BICYCLE_DISTANCES: readonly number[] = Object.freeze([...new Set(Object.values(BICYCLE_CODES).map(({ distance }) => distance))].toSorted((a, b) => a - b));

/** The first code of the table with this distance. @throws Fault ABI_MALFORMED when there is none */
export function bicycleOfDistance(distance: number): BicycleSpecification {
  const specification = Object.values(BICYCLE_CODES).find((code) => code.distance === distance);
  if (specification !== undefined) return specification;
  throw new Fault("ABI_MALFORMED", { argument: "distance", value: String(distance), allowed: `one of ${BICYCLE_DISTANCES.join(", ")}` });
}

/** The six data qubits of a check: those of A first for an X check, those of B first for a Z check. */
export function bicycleNeighbours({ l, m, a, b }: BicycleSpecification, basis: Basis, check: number): readonly number[] {
  const i = Math.floor(check / m);
  const j = check % m;
  const sign = basis === "X" ? 1 : -1;
  const shifted = ([x, y]: Monomial): number => mod(i + sign * x, l) * m + mod(j + sign * y, m);
  const [left, right] = basis === "X" ? [a, b] : [b, a];
  return [...left.map(shifted), ...right.map((term) => l * m + shifted(term))];
}

const mod = (value: number, modulus: number): number => ((value % modulus) + modulus) % modulus;

export function bicycleCode(specification: BicycleSpecification): CssCode {
  const { l, m, distance } = specification;
  const half = l * m;
  const rows = (basis: Basis): readonly (readonly number[])[] =>
    Array.from({ length: half }, (_, check) => bicycleNeighbours(specification, basis, check).toSorted((p, q) => p - q));
  const checks = { X: rows("X"), Z: rows("Z") };
  const n = 2 * half;
  return { name: "bivariate_bicycle_code", n, k: logicalQubits(n, checks), distance: { X: distance, Z: distance }, checks, logical: logicalPairs(n, checks) };
}
