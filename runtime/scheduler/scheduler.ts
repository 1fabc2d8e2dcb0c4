// Scheduler: picks who takes the next turn. One pure policy step a pick; conservative by construction, because it only ever
// sees actors whose next envelope is due at the current tick (T3).
import { invariant } from "../../kernel-abi/invariant.ts";
import type { ProcessId } from "../../kernel-abi/ids.ts";
import type { Policy } from "../../kernel-abi/ports.ts";
import { ReadyQueue } from "./ready.ts";

export interface Pick {
  readonly actor: ProcessId;
  /** How many actors were ready, this one included. */
  readonly ready: number;
}

export interface Scheduler {
  readonly policy: { readonly name: string; readonly version: number };
  ready(actor: ProcessId): void;
  /** Undefined when nobody is ready. */
  pick(): Pick | undefined;
}

export function createScheduler<S>(policy: Policy<S>): Scheduler {
  const queue = new ReadyQueue();
  let state = policy.initial;
  return {
    policy: { name: policy.name, version: policy.version },
    ready: (actor) => queue.add(actor),
    pick() {
      const ready = queue.length;
      if (ready === 0) return undefined;
      const picked = policy.pick(queue, state);
      invariant(Number.isSafeInteger(picked.position) && picked.position >= 0 && picked.position < ready, "S1", policy.name);
      state = picked.state;
      return { actor: queue.remove(picked.position).actor, ready };
    },
  };
}
