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
import { arbitrate, compareUnits, type DomainPriorities, type SchedulableUnit } from "./arbitration.ts";
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

/** One domain's units: a heap a declared priority, so that within a heap only submission, process and unit decide. */
class DomainQueue {
  readonly #levels: readonly ActorHeap[];
  readonly #table: ReadyTable;
  readonly #quantum: number;
  #length = 0;

  constructor(table: ReadyTable, quantum: number) {
    const before = (a: number, b: number): boolean => (table.since(a) - table.since(b) || a - b) < 0;
    this.#levels = Array.from({ length: PRIORITY_LEVELS }, () => new ActorHeap(before));
    this.#table = table;
    this.#quantum = quantum;
  }

  get length(): number { return this.#length; }

  push(actor: number): void {
    this.#levels[this.#table.priority(actor)]?.push(actor);
    this.#length += 1;
  }

  /** The unit of this domain that goes first, and the heap it heads. */
  first(): { readonly unit: SchedulableUnit; readonly heap: ActorHeap } | undefined {
    let best: { readonly unit: SchedulableUnit; readonly heap: ActorHeap } | undefined;
    for (const [level, heap] of this.#levels.entries()) {
      if (heap.length === 0) continue;
      const unit = this.#unit(heap.first, level);
      if (best === undefined || compareUnits(unit, best.unit) < 0) best = { unit, heap };
    }
    return best;
  }

  shift(heap: ActorHeap): number {
    this.#length -= 1;
    return heap.shift();
  }

  #unit(actor: number, declared: number): SchedulableUnit {
    const table = this.#table;
    const since = table.since(actor);
    return { id: table.enqueued(actor), domain: table.domain(actor), process: actor, priority: declared + aged(table.step, since, this.#quantum), submission: since };
  }
}

class DomainFairIndex implements PickIndex {
  readonly #domains: readonly DomainQueue[];
  readonly #table: ReadyTable;
  readonly #priorities: DomainPriorities;
  readonly #skew: number;
  #picked: Picked;

  constructor(table: ReadyTable, parameters: DomainFairParameters, picked: Picked) {
    this.#domains = Array.from({ length: DOMAINS }, () => new DomainQueue(table, parameters.agingQuantum));
    this.#table = table;
    this.#priorities = prioritiesOf(parameters);
    this.#skew = parameters.skew;
    this.#picked = picked;
  }

  get state(): Picked { return this.#picked; }

  add(actor: number): void {
    this.#domains[this.#table.domain(actor)]?.push(actor);
  }

  take(): number {
    const waits = (domain: number): boolean => (this.#domains[domain]?.length ?? 0) > 0;
    const least = leastOf(this.#picked, waits);
    let best: { readonly unit: SchedulableUnit; readonly heap: ActorHeap; readonly queue: DomainQueue } | undefined;
    for (const [domain, queue] of this.#domains.entries()) {
      if (!waits(domain) || (this.#picked[domain] ?? 0) - least >= this.#skew) continue;
      const first = queue.first();
      if (first !== undefined && (best === undefined || compareUnits(first.unit, best.unit, this.#priorities) < 0)) best = { ...first, queue };
    }
    invariant(best !== undefined, "S1", IDENTITY.name);
    this.#picked = counted(this.#picked, waits, best.unit.domain);
    return best.queue.shift(best.heap);
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
