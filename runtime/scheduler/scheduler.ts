// Scheduler: picks who takes the next turn. One pure policy step a pick; conservative by construction, because it only ever
// sees actors whose next envelope is due at the current tick (T3).
import { invariant } from "../../kernel-abi/invariant.ts";
import type { ProcessId } from "../../kernel-abi/ids.ts";
import type { Policy, ReadyFacts } from "../../kernel-abi/ports.ts";
import { ReadyQueue } from "./ready.ts";

export interface Pick {
  readonly actor: ProcessId;
  /** How many actors were ready, this one included. */
  readonly ready: number;
}

export interface Scheduler {
  readonly policy: { readonly name: string; readonly version: number };
  /** How many actors are ready now. */
  readonly length: number;
  /** Whether `ready` looks at its facts. When false, gather none. */
  readonly readsFacts: boolean;
  /** `actor` is not ready yet. Facts are read before the call returns and not kept: one record may be filled again and again. */
  ready(actor: ProcessId, facts?: ReadyFacts): void;
  /** The next actor's id, or -1 when nobody is ready. Allocates nothing in the built-in policies. Ask `length` before for how many were ready. */
  pickActor(): number;
  /** Undefined when nobody is ready. */
  pick(): Pick | undefined;
}

export function createScheduler<S>(policy: Policy<S>): Scheduler {
  const queue = new ReadyQueue();
  let state = policy.initial;
  const pick = (): Pick | undefined => {
    const ready = queue.length;
    if (ready === 0) return undefined;
    const picked = policy.pick(queue, state);
    invariant(Number.isSafeInteger(picked.position) && picked.position >= 0 && picked.position < ready, "S1", policy.name);
    state = picked.state;
    return { actor: queue.remove(picked.position).actor, ready };
  };
  return {
    policy: { name: policy.name, version: policy.version },
    get length() { return queue.length; },
    readsFacts: true,
    ready: (actor, facts) => queue.add(actor, facts),
    pickActor: () => pick()?.actor ?? -1,
    pick,
  };
}
