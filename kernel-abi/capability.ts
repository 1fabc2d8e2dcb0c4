// Capabilities as values. A grant only shrinks (A3); the table that holds them is runtime/kernel's.
import type { BoundDomain } from "./domain.ts";
import { Fault } from "./fault.ts";

/** Permissions (002 §8, extended by hybrid-runtime section 3). Numbers stand in traces. */
export const VERB = Object.freeze({
  /** Log, timers, metrics, joining one's own children. */
  EXECUTE_K: 1,
  IPC_SEND: 2,
  SPAWN: 3,
  ALLOCATE_Q: 4,
  EXECUTE_Q: 5,
  MEASURE_Q: 6,
  ALLOCATE_PHI: 7,
  TRANSFORM_PHI: 8,
  PROJECT_PHI: 9,
  READ_TELEMETRY: 10,
  READ_TRACE: 11,
  ADMIN_FAULT: 12,
  SPAWN_VHM: 13,
} as const);
export type VerbName = keyof typeof VERB;
export const VERBS = Object.freeze(Object.keys(VERB) as VerbName[]);

/** What a process needs to work in K; every process is given these unless its parent withholds them. */
export const K_VERBS: readonly VerbName[] = Object.freeze(["EXECUTE_K", "IPC_SEND", "SPAWN"] as const);
/** What binding a domain needs. */
export const DOMAIN_VERBS: Readonly<Record<BoundDomain, readonly VerbName[]>> = Object.freeze({
  Q: Object.freeze(["ALLOCATE_Q", "EXECUTE_Q", "MEASURE_Q"] as const),
  PHI: Object.freeze(["ALLOCATE_PHI", "TRANSFORM_PHI", "PROJECT_PHI"] as const),
});

/** The domain a verb is of; undefined for K's and the operator's. */
export const boundDomainOf = (verb: VerbName): BoundDomain | undefined =>
  (DOMAIN_VERBS.Q.includes(verb) ? "Q" : DOMAIN_VERBS.PHI.includes(verb) ? "PHI" : undefined);

/** What only an operator gives, by name, and a parent only when asked: looking at the run as a whole, and breaking it on purpose. */
export const OPERATOR_VERBS = Object.freeze(["READ_TRACE", "READ_TELEMETRY", "ADMIN_FAULT"] as const satisfies readonly VerbName[]);
/** What a run is allowed, as people say it: domains beside K, and verbs of the operator's. */
export type Authority = BoundDomain | (typeof OPERATOR_VERBS)[number];
export const AUTHORITIES: readonly Authority[] = Object.freeze(["Q", "PHI", ...OPERATOR_VERBS] as const);

/** Half-open in ticks; `null` means unlimited (uses, units) or any (target). */
export interface Scope {
  readonly from: number;
  readonly until: number | null;
  readonly uses: number | null;
  /** Largest resource amount one call may ask for: qubits, phase components. */
  readonly units: number | null;
  /** The only process the verb may be aimed at (IPC_SEND), or that may be looked at, with those below it (READ_TRACE, READ_TELEMETRY). */
  readonly target: number | null;
}

export interface Grant {
  readonly verb: VerbName;
  readonly scope: Scope;
}

export const UNLIMITED: Scope = Object.freeze({ from: 0, until: null, uses: null, units: null, target: null });

const least = (a: number | null, b: number | null): number | null => (a === null ? b : b === null ? a : Math.min(a, b));
const atMost = (a: number | null, b: number | null): boolean => b === null || (a !== null && a <= b);
const aimedApart = (a: Scope, b: Scope): boolean => a.target !== null && b.target !== null && a.target !== b.target;

/** Containment as dominance: everything `inner` permits, `outer` permits (002 §8). */
export const contains = (outer: Grant, inner: Grant): boolean =>
  outer.verb === inner.verb
  && outer.scope.from <= inner.scope.from
  && atMost(inner.scope.until, outer.scope.until)
  && atMost(inner.scope.uses, outer.scope.uses)
  && atMost(inner.scope.units, outer.scope.units)
  && (outer.scope.target === null || outer.scope.target === inner.scope.target);

/** Every limit the narrower of two; `a` and `b` are not aimed at different processes. */
const narrower = (a: Scope, b: Scope): Scope => Object.freeze({
  from: Math.max(a.from, b.from),
  until: least(a.until, b.until),
  uses: least(a.uses, b.uses),
  units: least(a.units, b.units),
  target: a.target ?? b.target,
});

/** Whether no call at all is permitted: no tick is left, or no use. */
export const isVoid = ({ scope: { from, until, uses } }: Grant): boolean => (until !== null && until <= from) || uses === 0;

/** Greatest grant contained in both; undefined when they share nothing. */
export function meet(a: Grant, b: Grant): Grant | undefined {
  if (a.verb !== b.verb || aimedApart(a.scope, b.scope)) return undefined;
  const both = Object.freeze({ verb: a.verb, scope: narrower(a.scope, b.scope) });
  return isVoid(both) ? undefined : both;
}

/** A wish with the limits it leaves open; a `from` of null, which the ABI lets pass, is no limit either. */
const scopeOf = (wish: Partial<Scope>): Scope =>
  ({ from: wish.from ?? 0, until: wish.until ?? null, uses: wish.uses ?? null, units: wish.units ?? null, target: wish.target ?? null });

/**
 * The meet of a grant and a wish: never more than the grant. A wish for ticks or uses that are over leaves a grant that permits nothing.
 * @throws Fault DOMAIN_UNAUTHORIZED when they are aimed at different processes, so that nothing is left.
 */
export function attenuate(grant: Grant, wish: Partial<Scope>): Grant {
  const wanted = scopeOf(wish);
  if (aimedApart(grant.scope, wanted)) {
    throw new Fault("DOMAIN_UNAUTHORIZED", { verb: grant.verb, target: wanted.target, allowed: grant.scope.target });
  }
  const scope = narrower(grant.scope, wanted);
  return sameScope(scope, grant.scope) ? grant : Object.freeze({ verb: grant.verb, scope });
}

const sameScope = (a: Scope, b: Scope): boolean =>
  a.from === b.from && a.until === b.until && a.uses === b.uses && a.units === b.units && a.target === b.target;
