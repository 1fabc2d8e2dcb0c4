// A CSS code as plain data: which products of X and of Z are checked, and which act on the logical qubits.
//   1  Qubits are 0 … n-1; supports are rising lists of them.
//   2  Every X check shares an even number of qubits with every Z check; every logical operator with every check of the other basis.
//   3  logical.X[i] and logical.Z[j] share an odd number of qubits exactly when i = j; there are k of each.
//   4  `distance.X` is the least weight of a logical operator made of X (what it takes to fool the Z checks), `distance.Z` of one made of Z.
//      In a subsystem code it may differ from one of `logical` by gauge operators.
import { dualTo, independentOf, kernel, rank, rowOf, supportOf } from "./gf2.ts";
import { qubitsOf, support, type Patch } from "./patch.ts";
import type { Basis } from "./script.ts";

type Supports = readonly (readonly number[])[];

export interface CssCode {
  readonly name: string;
  readonly n: number;
  readonly k: number;
  readonly distance: Readonly<Record<Basis, number>>;
  /** Generators of the stabilizer group; they may depend on each other. */
  readonly checks: Readonly<Record<Basis, Supports>>;
  readonly logical: Readonly<Record<Basis, Supports>>;
  /** Of a subsystem code: what is measured in place of the checks, which are products of these. */
  readonly gauges?: Readonly<Record<Basis, Supports>>;
}

export const opposite = (basis: Basis): Basis => (basis === "X" ? "Z" : "X");

/** The code a patch lays out; its data qubits are numbered in their order. `bases`: those each check stands for. */
export function patchCode(name: string, patch: Patch, distance: CssCode["distance"], bases?: readonly Basis[]): CssCode {
  const number = new Map(qubitsOf(patch.data).map((qubit, i) => [qubit, i]));
  const renamed = (qubits: readonly number[]): readonly number[] => qubits.map((q) => number.get(q) ?? 0).toSorted((a, b) => a - b);
  const checks = (basis: Basis): Supports =>
    patch.checks.filter((check) => bases?.includes(basis) ?? check.basis === basis).map((check) => renamed(support(check)));
  return {
    name,
    n: patch.data.length,
    k: 1,
    distance,
    checks: { X: checks("X"), Z: checks("Z") },
    logical: { X: [renamed(patch.logical.X)], Z: [renamed(patch.logical.Z)] },
  };
}

/** Logical operators in dual pairs, from the checks alone: what commutes with the checks of the other basis and is no product of its own. */
export function logicalPairs(n: number, checks: CssCode["checks"]): CssCode["logical"] {
  const x = checks.X.map(rowOf);
  const z = checks.Z.map(rowOf);
  const logicalZ = independentOf(z, kernel(x, n));
  const logicalX = dualTo(logicalZ, independentOf(x, kernel(z, n)));
  return { X: logicalX.map(supportOf), Z: logicalZ.map(supportOf) };
}

/** How many logical qubits the checks leave, of a code without gauge qubits. */
export const logicalQubits = (n: number, checks: CssCode["checks"]): number => n - rank(checks.X.map(rowOf)) - rank(checks.Z.map(rowOf));
