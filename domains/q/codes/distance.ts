// The distance of a small CSS code, by search: exact, and as long as it takes.
//   1  In a logical operator of least weight no part satisfies every check (it, or the rest, would be a smaller one). So from any of its
//      qubits the operator grows by a qubit of the first check that is broken, until none is: only such sets are looked at.
//   2  A qubit mends at most as many checks as it is in, so a set that would need more qubits than are left is given up.
import { opposite, type CssCode } from "./css.ts";
import type { Basis } from "./script.ts";

interface Search {
  readonly checksOf: readonly (readonly number[])[];
  readonly qubitsOf: readonly (readonly number[])[];
  readonly flips: readonly bigint[];
  readonly mends: number;
  readonly broken: Set<number>;
  readonly used: Uint8Array;
}

/** The least weight of a logical operator made of `basis`, or undefined when there is none of up to `most`. */
export function leastLogicalWeight(code: CssCode, basis: Basis, most: number): number | undefined {
  const search = searchOf(code, basis);
  for (let weight = 1; weight <= most; weight++) {
    for (let first = 0; first < code.n; first++) if (grows(search, first, first, weight - 1, 0n)) return weight;
  }
  return undefined;
}

function searchOf(code: CssCode, basis: Basis): Search {
  const checks = code.checks[opposite(basis)];
  const logical = code.logical[opposite(basis)];
  const qubits = Array.from({ length: code.n }, (_, q) => q);
  const checksOf = qubits.map((q) => checks.flatMap((check, c) => (check.includes(q) ? [c] : [])));
  return {
    checksOf,
    qubitsOf: checks,
    flips: qubits.map((q) => logical.reduce((flips, operator, i) => (operator.includes(q) ? flips | (1n << BigInt(i)) : flips), 0n)),
    mends: checksOf.reduce((most, own) => Math.max(most, own.length), 1),
    broken: new Set(),
    used: new Uint8Array(code.n),
  };
}

/** Whether the set, with `qubit` and at most `left` more above `first`, becomes a logical operator. */
function grows(search: Search, qubit: number, first: number, left: number, flipped: bigint): boolean {
  const { broken, used, mends } = search;
  toggle(search, qubit);
  const flips = flipped ^ (search.flips[qubit] ?? 0n);
  const [check] = broken;
  let found = check === undefined && flips !== 0n;
  if (check !== undefined && broken.size <= left * mends) {
    found = (search.qubitsOf[check] ?? []).some((next) => next > first && used[next] === 0 && grows(search, next, first, left - 1, flips));
  }
  toggle(search, qubit);
  return found;
}

function toggle({ checksOf, broken, used }: Search, qubit: number): void {
  used[qubit] = 1 - (used[qubit] ?? 0);
  for (const check of checksOf[qubit] ?? []) if (!broken.delete(check)) broken.add(check);
}
