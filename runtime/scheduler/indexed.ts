// A scheduler of a built-in policy: the ready table and the one index its policy needs, so that a pick costs O(log n) or less.
// What the index picks is what the policy's formula picks; test/property/runtime/scheduler.test.ts holds them against each other.
import { processId, type ProcessId } from "../../kernel-abi/ids.ts";
import { PLAIN_FACTS, type ReadyFacts } from "../../kernel-abi/ports.ts";
import type { ReadyTable } from "./ready-table.ts";
import type { Pick, PolicyIdentity, Scheduler, SchedulerSnapshot } from "./scheduler.ts";

export interface PickIndex {
  /** The actor stands in the table already, behind all others. */
  add(actor: number): void;
  /** Chooses an actor, forgets it and returns it; somebody is ready. The table still holds it, and `step` counts the picks before this one. */
  take(): number;
  /** The policy's own state, as plain data. */
  readonly state: unknown;
}

export class IndexedScheduler implements Scheduler {
  readonly policy: PolicyIdentity;
  readonly readsFacts: boolean;
  readonly #table: ReadyTable;
  readonly #index: PickIndex;

  constructor(policy: PolicyIdentity, options: { readonly table: ReadyTable; readonly index: PickIndex; readonly readsFacts: boolean; readonly from?: SchedulerSnapshot | undefined }) {
    this.policy = policy;
    this.readsFacts = options.readsFacts;
    this.#table = options.table;
    this.#index = options.index;
    if (options.from !== undefined) this.#restore(options.from);
  }

  get length(): number { return this.#table.length; }

  ready(actor: ProcessId, facts: ReadyFacts = PLAIN_FACTS): void {
    this.#table.add(actor, facts);
    this.#index.add(actor);
  }

  pickActor(): number {
    if (this.#table.length === 0) return -1;
    const actor = this.#index.take();
    this.#table.remove(actor);
    this.#table.step += 1;
    return actor;
  }

  pick(): Pick | undefined {
    const ready = this.length;
    const actor = this.pickActor();
    return actor === -1 ? undefined : { actor: processId(actor), ready };
  }

  snapshot(): SchedulerSnapshot {
    const { step, next } = this.#table;
    return { policy: this.policy, step, next, ready: this.#table.entries(), state: this.#index.state };
  }

  #restore({ step, next, ready }: SchedulerSnapshot): void {
    for (const entry of ready) {
      this.#table.restore(entry);
      this.#index.add(entry.actor);
    }
    this.#table.step = step;
    this.#table.next = next;
  }
}
