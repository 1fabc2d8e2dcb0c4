// Sets of capabilities as values: the algebra of 002 §8. A set is a list of tuples, never a tuple of lists, so that no operation
// joins the permission of one tuple with the scope of another. What a process may still do is runtime/kernel's table.
//   A5  Normal form: no tuple that permits nothing, none dominated by another, in canonical order. Equal sets are equal lists.
//   A6  A set permits a demand iff ONE of its tuples does; so a set contains another iff it permits each of the other's tuples.
//
// Ordered by containment the sets are the finitely generated down-sets of the grants, hence a distributive lattice: union and
// intersection are commutative, associative, idempotent, absorb and distribute. `uses` is in this order a limit like any other:
// how often ONE call may be repeated. It is not a stock. Counted as a stock it breaks idempotence and with it absorption (two
// tickets for one use are worth two uses, a ∪ a = a is worth one), and no order of sets can mend that, because what is left of a
// stock depends on what was used before. So a union never adds uses up, the normal form may be worth fewer uses than the list it
// was made of and never more, and the count of what was used is the capability table's, charged along the line of descent.
import { contains, isVoid, meet, UNLIMITED, VERB, VERBS, type Grant, type Scope, type VerbName } from "./capability.ts";
import type { Tick } from "./ids.ts";

declare const brand: unique symbol;
/** Grants in normal form (A5), frozen; made by the functions of this file only. */
export type CapabilitySet = readonly Grant[] & { readonly [brand]: "CapabilitySet" };

/** Null is no limit: it comes after every number. */
const compareLimits = (a: number | null, b: number | null): number =>
  (a === b ? 0 : a === null ? 1 : b === null ? -1 : a < b ? -1 : 1);

/** Canonical order: the verb's number, then from, until, uses, units, target. 0 for equal tuples only. */
export function compareGrants(a: Grant, b: Grant): number {
  const [x, y] = [a.scope, b.scope];
  return compareLimits(VERB[a.verb], VERB[b.verb])
    || compareLimits(x.from, y.from) || compareLimits(x.until, y.until) || compareLimits(x.uses, y.uses)
    || compareLimits(x.units, y.units) || compareLimits(x.target, y.target);
}

/** The set of these grants, in normal form. */
export function capabilitySet(grants: Iterable<Grant>): CapabilitySet {
  let kept: Grant[] = [];
  for (const grant of grants) {
    if (isVoid(grant) || kept.some((other) => contains(other, grant))) continue;
    kept = [...kept.filter((other) => !contains(grant, other)), grant];
  }
  return Object.freeze(kept.sort(compareGrants)) as readonly Grant[] as CapabilitySet;
}

/** Permits nothing: contained in every set. */
export const NO_CAPABILITIES: CapabilitySet = capabilitySet([]);
/** Permits everything: contains every set (the root capability of 062). */
export const ALL_CAPABILITIES: CapabilitySet = capabilitySet(VERBS.map((verb) => Object.freeze({ verb, scope: UNLIMITED })));

/** What either permits: the least set that contains both. */
export const union = (a: CapabilitySet, b: CapabilitySet): CapabilitySet => capabilitySet([...a, ...b]);

/** What both permit: the greatest set contained in both. Tuples meet pairwise; those of different verbs or targets share nothing. */
export const intersection = (a: CapabilitySet, b: CapabilitySet): CapabilitySet =>
  capabilitySet(a.flatMap((one) => b.flatMap((other) => meet(one, other) ?? [])));

/** Containment as dominance: each tuple of `inner` is dominated by one of `outer`. A partial order: both ways only when equal. */
export const containsSet = (outer: CapabilitySet, inner: CapabilitySet): boolean =>
  inner.every((grant) => outer.some((other) => contains(other, grant)));

/** Sets are equal when their normal forms are, tuple by tuple (A5). */
export const equalSets = (a: CapabilitySet, b: CapabilitySet): boolean =>
  a.length === b.length && a.every((grant) => b.some((other) => compareGrants(grant, other) === 0));

/** Whether ONE tuple permits all that is demanded (A6). A demand for no tick or no use is permitted by nobody. */
export const permits = (set: CapabilitySet, demand: Grant): boolean =>
  !isVoid(demand) && set.some((grant) => contains(grant, demand));

/** The demand of one call at tick `at`: one use within that tick. Without `target` it is aimed at nobody in particular. */
export const demandOf = (verb: VerbName, at: Tick, { units = 0, target = null }: Partial<Pick<Scope, "units" | "target">> = {}): Grant =>
  Object.freeze({ verb, scope: Object.freeze({ from: at, until: at + 1, uses: 1, units, target }) });
