// The ready table: what is known of every actor that could take a turn now, by actor id. Policies keep indexes of ids beside it.
//   S2  An actor is ready at most once. Removal leaves nothing behind: a process made ready again stands last.
//   S5  Priorities are 0 to 4 and domains are ranks: an index has a place for each.
import { processId, type ProcessId } from "../../kernel-abi/ids.ts";
import { invariant } from "../../kernel-abi/invariant.ts";
import { DOMAINS } from "../../kernel-abi/domain.ts";
import { PRIORITY_LEVELS } from "../../kernel-abi/priority.ts";
import type { ReadyEntry, ReadyFacts } from "../../kernel-abi/ports.ts";

const FIRST_CAPACITY = 64;
const ABSENT = -1;

export class ReadyTable {
  #enqueued = new Float64Array(FIRST_CAPACITY).fill(ABSENT);
  #since = new Float64Array(FIRST_CAPACITY);
  #priority = new Uint8Array(FIRST_CAPACITY);
  #domain = new Uint8Array(FIRST_CAPACITY);
  #token = new Uint8Array(FIRST_CAPACITY);
  #length = 0;
  /** Sequence number of the next actor that becomes ready. */
  next = 0;
  /** Picks made. */
  step = 0;

  get length(): number { return this.#length; }

  add(actor: ProcessId, facts: ReadyFacts): void {
    this.#put(actor, this.next, this.step, facts);
    this.next += 1;
  }

  /** An entry of a snapshot. */
  restore(entry: ReadyEntry): void {
    this.#put(entry.actor, entry.enqueued, entry.since, entry);
  }

  remove(actor: number): void {
    invariant(this.has(actor), "S2", "removed, not ready");
    this.#enqueued[actor] = ABSENT;
    this.#length -= 1;
  }

  has(actor: number): boolean { return this.enqueued(actor) !== ABSENT; }
  enqueued(actor: number): number { return this.#enqueued[actor] ?? ABSENT; }
  since(actor: number): number { return this.#since[actor] ?? 0; }
  priority(actor: number): number { return this.#priority[actor] ?? 0; }
  domain(actor: number): number { return this.#domain[actor] ?? 0; }
  token(actor: number): boolean { return this.#token[actor] === 1; }

  /** In order of `enqueued`. Walks the whole table: for snapshots, not for picks. */
  entries(): ReadyEntry[] {
    const found: ReadyEntry[] = [];
    for (let actor = 0; actor < this.#enqueued.length; actor++) if (this.has(actor)) found.push(this.#entry(actor));
    return found.sort((a, b) => a.enqueued - b.enqueued);
  }

  #entry(actor: number): ReadyEntry {
    return {
      actor: processId(actor), enqueued: this.enqueued(actor), since: this.since(actor),
      priority: this.priority(actor), domain: this.domain(actor), token: this.token(actor),
    };
  }

  #put(actor: ProcessId, enqueued: number, since: number, { priority, domain, token }: ReadyFacts): void {
    if (actor >= this.#enqueued.length) this.#grow(actor);
    invariant(!this.has(actor), "S2", "ready twice");
    invariant(priority >= 0 && priority < PRIORITY_LEVELS && domain >= 0 && domain < DOMAINS.length, "S5", "facts out of range");
    this.#enqueued[actor] = enqueued;
    this.#since[actor] = since;
    this.#priority[actor] = priority;
    this.#domain[actor] = domain;
    this.#token[actor] = token ? 1 : 0;
    this.#length += 1;
  }

  #grow(actor: number): void {
    let capacity = this.#enqueued.length;
    while (capacity <= actor) capacity *= 2;
    const wider = <A extends Float64Array | Uint8Array>(into: A, from: A): A => {
      into.set(from);
      return into;
    };
    this.#enqueued = wider(new Float64Array(capacity).fill(ABSENT), this.#enqueued);
    this.#since = wider(new Float64Array(capacity), this.#since);
    this.#priority = wider(new Uint8Array(capacity), this.#priority);
    this.#domain = wider(new Uint8Array(capacity), this.#domain);
    this.#token = wider(new Uint8Array(capacity), this.#token);
  }
}
