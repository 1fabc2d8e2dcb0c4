// Rules of jobs: called, intended, then exactly one outcome at the due tick in order of their ids, or abandoned with their owner.
import { field } from "../entry/body.ts";
import { DOMAIN_RANK } from "../../kernel-abi/domain.ts";
import type { Entry } from "../../kernel-abi/frame.ts";
import { KERNEL, PHI_SERVICE, Q_SERVICE } from "../../kernel-abi/ids.ts";
import { SYSCALL } from "../../kernel-abi/syscall.ts";
import { charged } from "./contracts.ts";
import { calledAgain } from "./recovery.ts";
import type { World } from "./world.ts";

/** By DOMAIN_RANK. */
const SERVICES: readonly number[] = [KERNEL, Q_SERVICE, PHI_SERVICE];

/** XDV_CALL, granted. */
export const called = (world: World, entry: Entry): void => enter(world, entry, world.moment.actor, entry.subject);

function enter(world: World, entry: Entry, owner: number, origin: number): void {
  const { tick } = world.moment;
  const body = world.body(entry.body);
  const due = world.integer(body, "due");
  const cost = world.integer(body, "cost");
  const charge = field(body, "charge");
  world.require(entry.subject === world.jobs.next, "jobs are numbered in the order of their calls", { job: entry.subject });
  world.require(cost >= 1 && due === tick + cost, "an outcome is due at the call's tick plus its cost", { job: entry.subject, due, cost });
  charged(world, world.contract(entry.contract), { budget: world.integer(charge, "budget"), shots: world.integer(charge, "shots") }, due);
  const job = { id: entry.subject, owner, contract: entry.contract, capability: entry.capability, domain: entry.domain, due, origin, state: "called" as const };
  world.jobs.add(job);
  world.called.push(job);
  world.calledAt = tick;
}

/** JOB_RETRIED: a failed job is called again in its place, with the capability it was called with. */
export function retried(world: World, entry: Entry): void {
  const body = world.body(entry.body);
  const before = world.job(world.integer(body, "of"));
  const { due } = before;
  world.require(before.state === "delivered" && due === world.moment.tick && before.contract === entry.contract && before.capability === entry.capability && before.domain === entry.domain,
    "a job is called again where it failed, under the same contract", { job: entry.subject, of: before.id });
  calledAgain(world, before, world.integer(body, "attempt"));
  enter(world, entry, before.owner, before.origin);
}

/** JOB_INTENT: follows the turn that called it, in order. */
export function intended(world: World, entry: Entry): void {
  const job = world.called.shift();
  const body = world.body(entry.body);
  world.require(job !== undefined && job.id === entry.subject && job.contract === entry.contract && job.capability === entry.capability && job.domain === entry.domain
    && world.moment.actor === job.owner && world.moment.tick === world.calledAt && world.integer(body, "due") === job.due && world.text(body, "actor") === world.nameOf(job.owner),
  "intents follow their calls in order", { job: entry.subject });
  job.state = "intended";
  world.due.add(job.due);
}

/** JOB_OUTCOME. */
export function outcome(world: World, entry: Entry, before: { job: number; tick: number }): void {
  const { tick } = world.moment;
  const job = world.job(entry.subject);
  world.require(job.state === "intended", "an outcome has an intent before it and comes once", { job: job.id, state: job.state });
  world.require(job.due === tick && job.contract === entry.contract && job.domain === entry.domain && world.moment.actor === SERVICES[job.domain], "an outcome comes when it is due", { job: job.id, due: job.due });
  world.require(before.tick !== tick || before.job < job.id, "outcomes of a tick come in the order of their jobs", { job: job.id, after: before.job });
  before.tick = tick;
  before.job = job.id;
  job.state = "delivered";
  world.due.remove(job.due);
  world.jobs.retire(job);
}

/** JOB_ABANDONED: its owner ends in the same frame. */
export function abandoned(world: World, entry: Entry): void {
  const job = world.job(entry.subject);
  world.require(job.state === "intended" && job.owner === world.moment.actor && job.contract === entry.contract && job.domain === entry.domain, "a job is abandoned with its owner, before its outcome", { job: job.id, state: job.state });
  job.state = "abandoned";
  world.cancelled.delete(job.id);
  world.faults.doomed.delete(job.id);
  world.faults.hit.delete(job.id);
  world.due.remove(job.due);
  world.jobs.retire(job);
}

/** MEASURE and PROJECT, granted: each collects what its own domain worked out. */
export function collected(world: World, entry: Entry): void {
  const job = world.job(entry.subject);
  world.require(job.owner === world.moment.actor && job.contract === entry.contract && job.state !== "abandoned", "an outcome is collected by its owner", { job: job.id });
  const contract = world.contract(job.contract);
  world.require(contract.owner === job.owner || world.partners.get(contract.id)?.get(job.owner) === true, "who shares a contract measures only where it was given that", { job: job.id });
  const domain = entry.code === SYSCALL.MEASURE ? DOMAIN_RANK.Q : DOMAIN_RANK.PHI;
  world.require(job.domain === domain && entry.domain === domain, "a measurement is of Q and a projection of PHI", { job: job.id });
}

/** JOB_CANCEL, granted: what becomes of it stands behind the turn. */
export function cancelled(world: World, entry: Entry): void {
  const job = world.job(entry.subject);
  world.require(job.owner === world.moment.actor && job.contract === entry.contract && job.domain === entry.domain, "a job is cancelled by its owner", { job: job.id });
  if (job.state === "called" || job.state === "intended") world.cancelled.add(job.id);
}

/** Before the next turn, and before time goes on. */
export function givenUp(world: World): void {
  for (const job of world.cancelled) world.refuse("a job that was cancelled is abandoned at once", { job });
}

/** Time may not pass a due tick while its outcome is missing (T3). */
export function checkDue(world: World, tick: number): void {
  const { first } = world.due;
  world.require(first === undefined || tick <= first, "no tick passes before the outcomes due at it are in", { due: first ?? 0 });
}
