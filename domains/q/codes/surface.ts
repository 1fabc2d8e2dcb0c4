// Surface codes with open boundaries, rotated and unrotated: qubits on a grid, numbered as Stim numbers them.
//   1  Rotated: data qubits at (odd, odd), checks at (even, even); Z checks end at the left and right, X checks at the bottom and top.
//   2  Unrotated: data qubits where x + y is even, X checks at odd x, Z checks at even x.
//   3  The order of a rotated check's steps lets errors of its ancilla spread across the logical operator of their own kind, not along it.
import { byQubit, type CheckSite, type Patch, type Site } from "./patch.ts";
import { requireCount, type Basis } from "./script.ts";

type Point = readonly [x: number, y: number];
type Order = readonly Point[];

const ROTATED_ORDER: Readonly<Record<Basis, Order>> = {
  X: [[1, 1], [-1, 1], [1, -1], [-1, -1]],
  Z: [[1, 1], [1, -1], [-1, 1], [-1, -1]],
};
const UNROTATED_ORDER: Order = [[1, 0], [0, 1], [0, -1], [-1, 0]];

interface Grid {
  readonly data: readonly Point[];
  readonly checks: readonly (readonly [at: Point, basis: Basis])[];
  readonly order: Readonly<Record<Basis, Order>>;
  readonly number: (at: Point) => number;
}

/** @throws Fault ABI_MALFORMED for a distance below 2 */
export function rotatedSurfacePatch(distance: number): Patch {
  requireCount("distance", distance, 2);
  const odd = Array.from({ length: distance }, (_, i) => 2 * i + 1);
  const even = Array.from({ length: distance + 1 }, (_, i) => 2 * i);
  const end = 2 * distance;
  const basisAt = ([x, y]: Point): Basis => ((x + y) % 4 === 2 ? "X" : "Z");
  const stands = (at: Point): boolean => {
    const onSide = at[0] === 0 || at[0] === end;
    const onBottomOrTop = at[1] === 0 || at[1] === end;
    return basisAt(at) === "X" ? !onSide : !onBottomOrTop;
  };
  return laidOut({
    data: points(odd, odd),
    checks: points(even, even).filter(stands).map((at) => [at, basisAt(at)]),
    order: ROTATED_ORDER,
    number: ([x, y]) => x + Math.floor(y / 2) * (2 * distance + 1),
  });
}

/** @throws Fault ABI_MALFORMED for a distance below 2 */
export function unrotatedSurfacePatch(distance: number): Patch {
  requireCount("distance", distance, 2);
  const side = 2 * distance - 1;
  const axis = Array.from({ length: side }, (_, i) => i);
  const all = points(axis, axis);
  return laidOut({
    data: all.filter(([x, y]) => (x + y) % 2 === 0),
    checks: all.filter(([x, y]) => (x + y) % 2 === 1).map((at) => [at, at[0] % 2 === 1 ? "X" : "Z"]),
    order: { X: UNROTATED_ORDER, Z: UNROTATED_ORDER },
    number: ([x, y]) => x + y * side,
  });
}

const points = (xs: readonly number[], ys: readonly number[]): readonly Point[] => xs.flatMap((x) => ys.map((y): Point => [x, y]));

function laidOut({ data, checks, order, number }: Grid): Patch {
  const spots = new Set(data.map(([x, y]) => `${String(x)},${String(y)}`));
  const check = ([at, basis]: readonly [Point, Basis]): CheckSite => {
    const meets = order[basis].map(([dx, dy]): number | undefined => {
      const spot: Point = [at[0] + dx, at[1] + dy];
      return spots.has(`${String(spot[0])},${String(spot[1])}`) ? number(spot) : undefined;
    });
    return { qubit: number(at), at, basis, meets };
  };
  const sites = data.map((at): Site & { readonly at: Point } => ({ qubit: number(at), at })).toSorted(byQubit);
  const lowest = sites[0]?.at[0] ?? 0; // the first column and the first row have the same coordinate
  return {
    data: sites,
    checks: checks.map(check).toSorted(byQubit),
    logical: {
      X: sites.filter((site) => site.at[0] === lowest).map((site) => site.qubit),
      Z: sites.filter((site) => site.at[1] === lowest).map((site) => site.qubit),
    },
  };
}
