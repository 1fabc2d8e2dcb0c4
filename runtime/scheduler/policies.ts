// Scheduling policies: pure functions over the ready view, versioned and digested into the header.
// They never see payloads, outcomes or anything of the host (hybrid-runtime section 9, row 2).
import { Fault } from "../../kernel-abi/fault.ts";
import type { Policy, ReadyView } from "../../kernel-abi/ports.ts";
import { CooperativeScheduler } from "./cooperative.ts";
import { createScheduler, type Scheduler } from "./scheduler.ts";

/** First ready, first picked. */
export const cooperative: Policy<null> = Object.freeze({
  name: "cooperative",
  version: 1,
  initial: null,
  pick: () => ({ position: 0, state: null }),
});

/** The next actor id after the last one picked, cyclically: no actor is picked twice while another ready one waits. */
export const roundRobin: Policy<number> = Object.freeze({
  name: "round-robin",
  version: 1,
  initial: -1,
  pick: (ready: ReadyView, last: number) => {
    let after = -1;
    let first = 0;
    for (let position = 0; position < ready.length; position++) {
      const { actor } = ready.at(position);
      if (actor < ready.at(first).actor) first = position;
      if (actor > last && (after === -1 || actor < ready.at(after).actor)) after = position;
    }
    const position = after === -1 ? first : after;
    return { position, state: ready.at(position).actor };
  },
});

export const POLICIES = Object.freeze({ cooperative, "round-robin": roundRobin });
export type PolicyName = keyof typeof POLICIES;
export const POLICY_NAMES: readonly string[] = Object.freeze(Object.keys(POLICIES));

/** @throws Fault USAGE when there is no such policy. */
export function policyName(name: string): PolicyName {
  if (name === "cooperative" || name === "round-robin") return name;
  throw new Fault("USAGE", { policy: name, known: POLICY_NAMES.join(", ") });
}

export const schedulerWith = (name: PolicyName): Scheduler =>
  name === "cooperative" ? new CooperativeScheduler() : createScheduler(roundRobin);
