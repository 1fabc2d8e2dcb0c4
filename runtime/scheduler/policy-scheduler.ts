// The scheduler of any policy that is a pure function: a plug-in, or the formula of a built-in one. It shows the policy the whole
// ready queue, so a pick costs what the policy's own scan costs.
import type { ProcessId } from "../../kernel-abi/ids.ts";
import { invariant } from "../../kernel-abi/invariant.ts";
import type { Policy, ReadyFacts } from "../../kernel-abi/ports.ts";
import { ReadyQueue } from "./ready.ts";
import type { Pick, PolicyIdentity, Scheduler, SchedulerSnapshot } from "./scheduler.ts";

export class PolicyScheduler<S> implements Scheduler {
  readonly policy: PolicyIdentity;
  readonly readsFacts = true;
  readonly #policy: Policy<S>;
  readonly #queue: ReadyQueue;
  #state: S;

  /** `from` with its state already read as an S. */
  constructor(policy: Policy<S>, from?: Omit<SchedulerSnapshot, "state" | "policy"> & { readonly state: S }) {
    this.policy = Object.freeze({ name: policy.name, version: policy.version });
    this.#policy = policy;
    this.#queue = new ReadyQueue(from);
    this.#state = from === undefined ? policy.initial : from.state;
  }

  get length(): number { return this.#queue.length; }

  ready(actor: ProcessId, facts?: ReadyFacts): void {
    this.#queue.add(actor, facts);
  }

  pick(): Pick | undefined {
    const ready = this.length;
    if (ready === 0) return undefined;
    const { position, state } = this.#policy.pick(this.#queue, this.#state);
    invariant(Number.isSafeInteger(position) && position >= 0 && position < ready, "S1", this.policy.name);
    this.#state = state;
    return { actor: this.#queue.remove(position).actor, ready };
  }

  pickActor(): number {
    return this.pick()?.actor ?? -1;
  }

  snapshot(): SchedulerSnapshot {
    const { step, next } = this.#queue;
    return { policy: this.policy, step, next, ready: this.#queue.entries(), state: this.#state };
  }
}
