// cooperative: first ready, first picked.
//   Wait bound: an actor that becomes ready as the n-th waiting is the n-th picked.
// A queue of ids and nothing else: no facts, no table; neither `ready` nor `pickActor` allocates unless the queue doubles.
import { processId, type ProcessId } from "../../kernel-abi/ids.ts";
import { PLAIN_FACTS, type Policy } from "../../kernel-abi/ports.ts";
import { ActorQueue } from "./actor-queue.ts";
import { builtInPolicy } from "./built-in.ts";
import type { Pick, Scheduler, SchedulerSnapshot } from "./scheduler.ts";

const IDENTITY = Object.freeze({ name: "cooperative", version: 1 });

/** Position 0 is the earliest. */
export const cooperative: Policy<null> = Object.freeze({ ...IDENTITY, initial: null, pick: () => ({ position: 0, state: null }) });

export class CooperativeScheduler implements Scheduler {
  readonly policy = IDENTITY;
  readonly readsFacts = false;
  readonly #queue = new ActorQueue();
  #next = 0;

  constructor(from?: SchedulerSnapshot) {
    if (from === undefined) return;
    for (const { actor } of from.ready) this.#queue.push(actor);
    this.#next = from.next;
  }

  get length(): number { return this.#queue.length; }

  ready(actor: ProcessId): void {
    this.#queue.push(actor);
    this.#next += 1;
  }

  pickActor(): number {
    return this.#queue.shift();
  }

  pick(): Pick | undefined {
    const ready = this.length;
    const actor = this.pickActor();
    return actor === -1 ? undefined : { actor: processId(actor), ready };
  }

  snapshot(): SchedulerSnapshot {
    const next = this.#next;
    const step = next - this.length; // who became ready and waits no more was picked
    const ready = this.#queue.toArray().map((actor, at) => ({ ...PLAIN_FACTS, actor: processId(actor), enqueued: step + at, since: step }));
    return { policy: IDENTITY, step, next, ready, state: null };
  }
}

export const COOPERATIVE = builtInPolicy<Record<never, number>>({
  ...IDENTITY,
  says: "first ready, first picked",
  parameters: {},
  formula: () => cooperative,
  scheduler: (_parameters, from) => new CooperativeScheduler(from),
});
