// domain-fair: arbitration between K, Q and Φ by the tuple of 082 (arbitration.ts), with two guards against starvation. What is
// delivered decides the domain of a unit; its submission is the number of picks made when it was queued.
//   Between domains: a domain that has been picked `skew` times more than the waiting domain picked least yields. A domain that does
//   not wait gathers no credit: it is counted as picked as often as the least of those that wait.
//   Within a domain: waiting raises the priority, by one every agingQuantum picks (Q), as in the priority policy.
//
// Theorem (wait bound). Let x of declared priority b be ready, and let at most N actors be ready in its domain while it waits, itself
// included. With d = 4 - b, skew S and Q > 0 it is picked within
//     k = max(1, Q * d) + 3 * N + 4 * S - 3   picks.
// Proof. What overtakes x in its domain became ready within the first max(1, Q * d) steps of its wait (priority.ts; at the step of x
// itself, also an actor of the same value and lesser id). After max(1, Q * d) - 1 picks, then, nothing new can go before x, and at most
// N - 1 of those ready do: x is among the next N units of its domain. Let c count a domain's picks above the least, 0 <= c <= S. While
// x waits its domain waits, and another domain is picked only until it stands S above; before the N-th pick of x's domain that
// is at most N - 1 + 2 * S times for each of the two others. With the N picks of its own domain the sum is k.   ∎
import { PRIORITY_LEVELS } from "../../kernel-abi/priority.ts";
import type { Policy, ReadyEntry, ReadyView } from "../../kernel-abi/ports.ts";
import { ActorHeap } from "./actor-heap.ts";
import { arbitrate, type DomainPriorities, type SchedulableUnit } from "./arbitration.ts";
import { builtInPolicy } from "./built-in.ts";
import { IndexedScheduler, type PickIndex } from "./indexed.ts";
import { aged } from "./priority.ts";
import { ReadyTable } from "./ready-table.ts";
import { integerState } from "./scheduler.ts";
import { invariant } from "../../kernel-abi/invariant.ts";

const IDENTITY = Object.freeze({ name: "domain-fair", version: 1 });
const DOMAINS = 3;
const NEVER_PICKED: Picked = Object.freeze([0, 0, 0] as const);

/** How often each domain was picked above the waiting domain picked least. */
type Picked = readonly [k: number, q: number, phi: number];

interface DomainFairParameters {
  readonly skew: number;
  readonly agingQuantum: number;
  readonly K: number;
  readonly Q: number;
  readonly PHI: number;
  readonly [name: string]: number;
}

const prioritiesOf = ({ K, Q, PHI }: DomainFairParameters): DomainPriorities => [K, Q, PHI];

/** The counts after one more pick, of `domain`, from the domains that `waits` says were waiting. */
function counted(picked: Picked, waits: (domain: number) => boolean, domain: number): Picked {
  const least = leastOf(picked, waits);
  const after = (of: 0 | 1 | 2): number => Math.max(0, picked[of] - least) + (of === domain ? 1 : 0);
  return [after(0), after(1), after(2)];
}

function leastOf(picked: Picked, waits: (domain: number) => boolean): number {
  let least = Infinity;
  picked.forEach((count, domain) => { if (waits(domain) && count < least) least = count; });
  return least;
}

export const domainFair = (parameters: DomainFairParameters): Policy<Picked> => Object.freeze({
  ...IDENTITY,
  initial: NEVER_PICKED,
  pick(ready: ReadyView, picked: Picked) {
    const unit = ({ actor, enqueued, since, domain, priority }: ReadyEntry, position: number): SchedulableUnit & { readonly position: number } =>
      ({ id: enqueued, domain, process: actor, priority: priority + aged(ready.step, since, parameters.agingQuantum), submission: since, position });
    const units = Array.from({ length: ready.length }, (_, position) => unit(ready.at(position), position));
    const waits = (domain: number): boolean => units.some((waiting) => waiting.domain === domain);
    const least = leastOf(picked, waits);
    const first = arbitrate(units.filter(({ domain }) => (picked[domain] ?? 0) - least < parameters.skew), prioritiesOf(parameters));
    invariant(first !== undefined, "S1", IDENTITY.name);
    return { position: first.position, state: counted(picked, waits, first.domain) };
  },
});

/**
 * A heap for every domain and declared priority, so that within a heap only submission, process and unit decide and that order stands
 * still. Fifteen heads compete for a pick, by the keys of compareUnits.
 */
class DomainFairIndex implements PickIndex {
  readonly #heaps: readonly ActorHeap[];
  readonly #waiting = new Int32Array(DOMAINS);
  readonly #picked: Int32Array;
  readonly #table: ReadyTable;
  readonly #priorities: DomainPriorities;
  readonly #parameters: DomainFairParameters;

  constructor(table: ReadyTable, parameters: DomainFairParameters, picked: Picked) {
    const before = (a: number, b: number): boolean => (table.since(a) - table.since(b) || a - b) < 0;
    this.#heaps = Array.from({ length: DOMAINS * PRIORITY_LEVELS }, () => new ActorHeap(before));
    this.#table = table;
    this.#priorities = prioritiesOf(parameters);
    this.#parameters = parameters;
    this.#picked = Int32Array.from(picked);
  }

  get state(): Picked {
    const [k = 0, q = 0, phi = 0] = this.#picked;
    return [k, q, phi];
  }

  add(actor: number): void {
    const domain = this.#table.domain(actor);
    this.#heaps[domain * PRIORITY_LEVELS + this.#table.priority(actor)]?.push(actor);
    this.#waiting[domain] = (this.#waiting[domain] ?? 0) + 1;
  }

  take(): number {
    const least = this.#least();
    let best: ActorHeap | undefined;
    let domainOfBest = -1;
    let value = 0;
    for (let domain = 0; domain < DOMAINS; domain++) {
      if ((this.#picked[domain] ?? 0) - least >= this.#parameters.skew) continue;
      for (let level = 0; level < PRIORITY_LEVELS; level++) {
        const heap = this.#heaps[domain * PRIORITY_LEVELS + level];
        if (heap === undefined || heap.length === 0) continue;
        const its = level + aged(this.#table.step, this.#table.since(heap.first), this.#parameters.agingQuantum);
        if (best !== undefined && !this.#before(domain, its, heap.first, domainOfBest, value, best.first)) continue;
        best = heap;
        domainOfBest = domain;
        value = its;
      }
    }
    invariant(best !== undefined, "S1", IDENTITY.name);
    this.#count(domainOfBest, least);
    return best.shift();
  }

  /** The tuple of 082; an actor is one unit at most, so its id is the last key. */
  #before(domain: number, value: number, actor: number, domainB: number, valueB: number, actorB: number): boolean {
    const rank = (this.#priorities[domain] ?? 0) - (this.#priorities[domainB] ?? 0);
    if (rank !== 0) return rank > 0;
    if (value !== valueB) return value > valueB;
    const earlier = this.#table.since(actorB) - this.#table.since(actor);
    return earlier !== 0 ? earlier > 0 : actor < actorB;
  }

  #least(): number {
    let least = Infinity;
    for (let domain = 0; domain < DOMAINS; domain++) {
      const picked = this.#picked[domain] ?? 0;
      if ((this.#waiting[domain] ?? 0) > 0 && picked < least) least = picked;
    }
    return least;
  }

  #count(picked: number, least: number): void {
    for (let domain = 0; domain < DOMAINS; domain++) {
      this.#picked[domain] = Math.max(0, (this.#picked[domain] ?? 0) - least) + (domain === picked ? 1 : 0);
    }
    this.#waiting[picked] = (this.#waiting[picked] ?? 0) - 1;
  }
}

function pickedState(value: unknown, skew: number): Picked {
  invariant(Array.isArray(value) && value.length === DOMAINS, "S3", "a scheduler's snapshot");
  const counts: readonly unknown[] = value;
  const [k, q, phi] = counts;
  return [integerState(k, 0, skew), integerState(q, 0, skew), integerState(phi, 0, skew)];
}

const PRIORITY_OF = (name: string) => ({ default: 0, min: 0, max: 1_000_000, says: `priority of ${name} among the domains` });

export const DOMAIN_FAIR = builtInPolicy<DomainFairParameters>({
  ...IDENTITY,
  says: "K, Q and Φ in the order of 082, none far behind the others",
  parameters: {
    skew: { default: 4, min: 1, max: 1_000_000, says: "picks one domain may be ahead of another that waits" },
    agingQuantum: { default: 8, min: 0, max: 1_000_000_000, says: "picks of waiting that raise a priority by one; 0 for never, which starves" },
    K: PRIORITY_OF("K"), Q: PRIORITY_OF("Q"), PHI: PRIORITY_OF("Φ"),
  },
  formula: domainFair,
  scheduler(parameters, from) {
    const table = new ReadyTable();
    const picked = from === undefined ? NEVER_PICKED : pickedState(from.state, parameters.skew);
    return new IndexedScheduler(IDENTITY, { table, index: new DomainFairIndex(table, parameters, picked), readsFacts: true, from });
  },
});

/** The theorem's k for declared priority `declared` when at most `rivals` actors are ready in its domain, itself included. Infinite without aging. */
export const domainFairWaitBound = (rivals: number, declared: number, { agingQuantum, skew }: { readonly agingQuantum: number; readonly skew: number }): number =>
  (agingQuantum === 0 ? Infinity : Math.max(1, agingQuantum * (PRIORITY_LEVELS - 1 - declared)) + 3 * rivals + 4 * skew - 3);
