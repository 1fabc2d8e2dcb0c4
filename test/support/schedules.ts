// Loads for schedulers: random and adversarial sequences of "became ready" and "pick", and what is measured on them.
import fc from "fast-check";
import { processId } from "../../kernel-abi/ids.ts";
import type { Policy, ReadyFacts } from "../../kernel-abi/ports.ts";
import { COOPERATIVE } from "../../runtime/scheduler/cooperative.ts";
import { DOMAIN_FAIR } from "../../runtime/scheduler/domain-fair.ts";
import { PRIORITY_POLICY } from "../../runtime/scheduler/priority.ts";
import { PROGRESS_AWARE } from "../../runtime/scheduler/progress-aware.ts";
import { ROUND_ROBIN } from "../../runtime/scheduler/round-robin.ts";
import type { Scheduler, SchedulerSnapshot } from "../../runtime/scheduler/scheduler.ts";

/** A built-in policy with parameters: its formula and its scheduler. */
export interface Candidate {
  readonly title: string;
  readonly formula: Policy;
  readonly make: (from?: SchedulerSnapshot) => Scheduler;
}

const fairness = (skew: number, agingQuantum: number, K = 0, Q = 0, PHI = 0) => ({ skew, agingQuantum, K, Q, PHI });
const domainFair = [fairness(4, 8), fairness(1, 1), fairness(3, 2, 0, 1, 2), fairness(2, 0, 5, 0, 0)];

/** Every built-in policy, with its defaults and with unusual parameters. */
export const CANDIDATES: readonly Candidate[] = [
  { title: "cooperative", formula: COOPERATIVE.formula({}), make: (from) => COOPERATIVE.scheduler({}, from) },
  { title: "round-robin", formula: ROUND_ROBIN.formula({}), make: (from) => ROUND_ROBIN.scheduler({}, from) },
  ...[8, 1, 3, 0].map((agingQuantum): Candidate => ({
    title: `priority agingQuantum=${agingQuantum}`, formula: PRIORITY_POLICY.formula({ agingQuantum }), make: (from) => PRIORITY_POLICY.scheduler({ agingQuantum }, from),
  })),
  ...[8, 1, 0].map((favour): Candidate => ({
    title: `progress-aware favour=${favour}`, formula: PROGRESS_AWARE.formula({ favour }), make: (from) => PROGRESS_AWARE.scheduler({ favour }, from),
  })),
  ...domainFair.map((parameters): Candidate => ({
    title: `domain-fair ${JSON.stringify(parameters)}`, formula: DOMAIN_FAIR.formula(parameters), make: (from) => DOMAIN_FAIR.scheduler(parameters, from),
  })),
];

export type Step = { readonly op: "pick" } | { readonly op: "ready"; readonly actor: number; readonly facts: ReadyFacts };

export const facts: fc.Arbitrary<ReadyFacts> = fc.record({ priority: fc.integer({ min: 0, max: 4 }), domain: fc.integer({ min: 0, max: 2 }), token: fc.boolean() });

/** Steps over ids from 3 up to `last`; making an actor ready that is ready already is left out when they are taken. */
export const steps = (last: number, maxLength: number): fc.Arbitrary<readonly Step[]> =>
  fc.array(fc.oneof(
    fc.constant<Step>({ op: "pick" }),
    fc.record({ op: fc.constant("ready" as const), actor: fc.integer({ min: 3, max: last }), facts }),
  ), { maxLength, size: "max" }); // otherwise ten at most

/** Takes steps on a scheduler, and picks what is left; the picks in order. */
export function take(scheduler: Scheduler, all: readonly Step[], waiting = new Set<number>(), drain = true): number[] {
  const picks: number[] = [];
  const pick = (): void => {
    const actor = scheduler.pickActor();
    if (actor === -1) return;
    waiting.delete(actor);
    picks.push(actor);
  };
  for (const step of all) {
    if (step.op === "pick") pick();
    else if (!waiting.has(step.actor)) {
      waiting.add(step.actor);
      scheduler.ready(processId(step.actor), step.facts);
    }
  }
  while (drain && waiting.size > 0) pick();
  return picks;
}

/** One wait: how many picks after it became ready an actor was picked (1 for at once). */
export interface Wait {
  readonly actor: number;
  readonly facts: ReadyFacts;
  readonly picks: number;
  /** How many were ready when it became so, itself included. */
  readonly waiting: number;
  /** How many of those held no token. */
  readonly others: number;
  /** How many different actors were ready at any time while it waited, itself included; and how many of them in its own domain. */
  readonly met: number;
  readonly rivals: number;
}

/**
 * Measures every wait of a load. `refill` says who becomes ready before each pick and with what facts; it is asked `rounds` times,
 * then the rest is picked.
 */
export function measure(scheduler: Scheduler, rounds: number, refill: (step: number, isReady: (actor: number) => boolean, last: number) => readonly (readonly [actor: number, facts: ReadyFacts])[]): Wait[] {
  const open = new Map<number, { readonly facts: ReadyFacts; readonly since: number; readonly waiting: number; readonly others: number; readonly met: Set<number>; readonly rivals: Set<number> }>();
  const waits: Wait[] = [];
  let last = -1;
  let step = 0;
  const pick = (): void => {
    last = scheduler.pickActor();
    const wait = open.get(last);
    if (wait === undefined) return;
    open.delete(last);
    step += 1;
    waits.push({ actor: last, facts: wait.facts, picks: step - wait.since, waiting: wait.waiting, others: wait.others, met: wait.met.size, rivals: wait.rivals.size });
  };
  for (let round = 0; round < rounds; round++) {
    for (const [actor, told] of refill(step, (id) => open.has(id), last)) {
      if (open.has(actor)) continue;
      scheduler.ready(processId(actor), told);
      const there = [...open];
      for (const [, { met, rivals, facts: { domain } }] of there) {
        met.add(actor);
        if (domain === told.domain) rivals.add(actor);
      }
      open.set(actor, {
        facts: told, since: step, waiting: open.size + 1,
        others: there.filter(([, { facts: { token } }]) => !token).length + (told.token ? 0 : 1),
        met: new Set([...open.keys(), actor]),
        rivals: new Set([...there.flatMap(([id, { facts: { domain } }]) => (domain === told.domain ? [id] : [])), actor]),
      });
    }
    pick();
  }
  while (open.size > 0) pick();
  return waits;
}
