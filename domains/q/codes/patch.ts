// A code laid out in the plane (or on a line): where its qubits are, and which data qubit each check meets in which step. From it come both
// the code's plain data and its memory circuit.
//   1  Data sites and check sites are in the order of their qubit numbers; the CX gates of a step are in the order X before Z, then by position.
//   2  A check that has no neighbour in a step rests in it.
import type { Basis } from "./script.ts";

export interface Site {
  readonly qubit: number;
  /** In the plane or on the line. */
  readonly at: readonly number[];
}

export interface CheckSite extends Site {
  readonly basis: Basis;
  /** The data qubit met in each step. */
  readonly meets: readonly (number | undefined)[];
}

export interface Patch {
  readonly data: readonly Site[];
  readonly checks: readonly CheckSite[];
  /** Data qubits of the logical X and the logical Z. */
  readonly logical: Readonly<Record<Basis, readonly number[]>>;
}

const byPosition = (a: Site, b: Site): number => {
  const axis = a.at.findIndex((x, i) => x !== b.at[i]);
  return axis < 0 ? 0 : (a.at[axis] ?? 0) - (b.at[axis] ?? 0);
};

export const byQubit = (a: Site, b: Site): number => a.qubit - b.qubit;

/** The checks of one basis by position: x first, then y. */
export const checksOf = (checks: readonly CheckSite[], basis: Basis): readonly CheckSite[] =>
  checks.filter((check) => check.basis === basis).toSorted(byPosition);

/** Controls and targets of the CX gates of each step: an X check controls what it meets, a Z check is the target of it. */
export function cxSteps(checks: readonly CheckSite[]): readonly (readonly number[])[] {
  const ordered = [...checksOf(checks, "X"), ...checksOf(checks, "Z")];
  const steps = ordered[0]?.meets.length ?? 0;
  return Array.from({ length: steps }, (_, step) => ordered.flatMap(({ qubit, basis, meets }) => {
    const data = meets[step];
    if (data === undefined) return [];
    return basis === "X" ? [qubit, data] : [data, qubit];
  }));
}

/** The data qubits a check is a product over, rising. */
export const support = (check: CheckSite): readonly number[] => check.meets.filter((q) => q !== undefined).toSorted((a, b) => a - b);

export const qubitsOf = (sites: readonly Site[]): readonly number[] => sites.map((site) => site.qubit);

/** How many measurements ago each site of a list that was measured last, in its order, was measured; `later` more came after. */
export const recordsBack = (sites: readonly Site[], later = 0): ReadonlyMap<number, number> =>
  new Map(sites.map((site, i) => [site.qubit, sites.length - i + later]));
