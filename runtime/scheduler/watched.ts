// A scheduler whose picks are told to an observer, so that every one of them can be explained. Without an observer it is the
// scheduler itself and costs nothing.
import { processId } from "../../kernel-abi/ids.ts";
import type { Observer } from "../../kernel-abi/ports.ts";
import type { Pick as Picked, Scheduler } from "./scheduler.ts";

export function watched(scheduler: Scheduler, observer: Pick<Observer, "pick"> | undefined): Scheduler {
  if (observer?.pick === undefined) return scheduler;
  const policy = scheduler.policy.name;
  let { step } = scheduler.snapshot();
  const pick = (): Picked | undefined => {
    const ready = scheduler.length;
    const actor = scheduler.pickActor();
    if (actor === -1) return undefined;
    const picked = { actor: processId(actor), ready };
    observer.pick?.({ step, policy, ...picked });
    step += 1;
    return picked;
  };
  return {
    policy: scheduler.policy,
    readsFacts: scheduler.readsFacts,
    get length() { return scheduler.length; },
    ready: (actor, facts) => { scheduler.ready(actor, facts); },
    pick,
    pickActor: () => pick()?.actor ?? -1,
    snapshot: () => scheduler.snapshot(),
  };
}
