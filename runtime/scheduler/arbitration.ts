// Arbitration between K, Q and Φ (012, 082): schedulable units in one strict order, compared key by key.
//   S4  Keys are compared as a tuple and never packed into one number: a packed key overlaps as soon as one of its fields outgrows the
//       room the next one leaves, and then a process id decides against the order of submission.

/** What competes for the next turn (082). */
export interface SchedulableUnit {
  /** Distinct for every unit: makes the order strict. */
  readonly id: number;
  /** DOMAIN_RANK of the domain it belongs to. */
  readonly domain: number;
  readonly process: number;
  /** The contract it runs under; a fact for whoever explains a decision, not a key. */
  readonly contract?: number;
  /** Higher goes first. */
  readonly priority: number;
  /** Logical time of submission; stamped anew when a unit is queued again, or sorting would never rotate. */
  readonly submission: number;
}

/** Priority of each domain by rank; higher goes first. Equal by default (hybrid-runtime section 4). */
export type DomainPriorities = readonly [k: number, q: number, phi: number];
export const EQUAL_DOMAINS: DomainPriorities = Object.freeze([0, 0, 0] as const);

/** Negative when `a` goes first. Domain priority, priority, submission, process, unit. */
export const compareUnits = (a: SchedulableUnit, b: SchedulableUnit, domains: DomainPriorities = EQUAL_DOMAINS): number =>
  (domains[b.domain] ?? 0) - (domains[a.domain] ?? 0)
  || b.priority - a.priority
  || a.submission - b.submission
  || a.process - b.process
  || a.id - b.id;

/** The unit that goes first, or undefined when there is none. */
export const arbitrate = <U extends SchedulableUnit>(units: readonly U[], domains: DomainPriorities = EQUAL_DOMAINS): U | undefined =>
  units.reduce<U | undefined>((first, unit) => (first === undefined || compareUnits(unit, first, domains) < 0 ? unit : first), undefined);
