// What happens to jobs, and when. Pure and synchronous: `now` is handed in, in milliseconds; runs are made by whoever drives it
// (runtime/app/kernel), who asks `next`, says what came of validation, and asks at every fence what to do.
//   J7  A slot is held by exactly the jobs in VALIDATING and RUNNING, and given back on every way out; asserted at every move.
//   J8  Kernel epochs pass at fences, one for each, and while a job waits at one for the machine. Cancelling, giving way, moving, retrying and running out of time happen there; a job that waits
//       is at a fence all the while.
//   J9  A job is seen by the session that asked for it: to others it is foreign, to those who guess an id, unknown.
//   J10 An end is final, and told while its job is known: cancelling twice changes nothing, cancelling what ended otherwise is refused.
import { Fault } from "../../../kernel-abi/fault.ts";
import { invariant } from "../../../kernel-abi/invariant.ts";
import { expiryOf } from "./expiry.ts";
import { newJob, type Job, type JobError, type JobOrder, type JobOutcome, type Rollback } from "./job.ts";
import { isEnd } from "./lifecycle.ts";
import type { LaneSaved } from "./queue.ts";
import { JobTable, type JobClaims } from "./table.ts";

export interface JobsOptions {
  /** Jobs that may hold a slot at once; at least 1. */
  readonly slots: number;
  /** Ended jobs kept per session for questions; the earliest ended is forgotten first. */
  readonly kept: number;
  /** Whether a job that is next may go now: limits and resources, which are others' tables. Default: always. Something may come of it or not. */
  readonly may?: JobClaims["may"];
  /** Whether a job that waits would have room in the machine if, of all jobs, these alone had theirs. Default: always. */
  readonly beside?: JobClaims["beside"];
  /** Told of every job that is forgotten. */
  readonly forgotten?: (id: string) => void;
}

/** What a job that reached a fence does next. */
export type FenceDecision =
  | { readonly kind: "go on" }
  /** Every epoch is behind it: run the whole graph, then `finish` or `fail`. */
  | { readonly kind: "end" }
  /** Run the prefix of `nodes` nodes, then `cancelled`. */
  | { readonly kind: "cancel"; readonly nodes: number }
  /** Tell the tables of places, then `moved`. */
  | { readonly kind: "move"; readonly to: string }
  /** It waits again and has no slot. */
  | { readonly kind: "gave way" }
  /** It failed for lack of time. */
  | { readonly kind: "expired" };

export interface JobsSaved {
  readonly epoch: number;
  readonly seq: number;
  /** By acceptance. */
  readonly jobs: readonly Job[];
  readonly lanes: readonly LaneSaved[];
}

const RETRY_EPOCHS_LOG2_MAX = 16;

export class Jobs {
  readonly #table: JobTable;
  readonly #slots: number;
  readonly #claims: JobClaims;
  #epoch = 0;
  #seq = 0;

  constructor({ slots, kept, may = () => "go", beside = () => true, forgotten }: JobsOptions) {
    invariant(slots >= 1 && kept >= 1, "L1", "at least one slot and one job kept");
    this.#table = new JobTable(kept, forgotten);
    this.#slots = slots;
    this.#claims = { may, beside };
  }

  /** Ended jobs of a session that can be asked for. */
  get kept(): number { return this.#table.kept; }
  /** Kernel epochs so far. */
  get epoch(): number { return this.#epoch; }
  get waiting(): number { return this.#table.waiting; }
  /** Slots held. */
  get running(): number { return this.#table.running; }
  /** Slots nobody holds. */
  get free(): number { return this.#slots - this.#table.running; }

  /** Takes a job in as QUEUED. `before`: kernels that had it before this one, checkpoints they made. @throws InvariantBroken when the id is known */
  accept(order: JobOrder, now: number, before: { readonly resumed: number; readonly checkpoints: number } = { resumed: 0, checkpoints: 0 }): Job {
    return this.#table.keep(newJob(order, { seq: ++this.#seq, now, epoch: this.#epoch, ...before }));
  }

  /** Takes in a job of an earlier kernel that had ended, for questions. */
  recall(job: Job): void {
    invariant(isEnd(job.state), "S1", "what is recalled has ended");
    this.#seq = Math.max(this.#seq, job.seq);
    this.#table.keep(job);
  }

  /** The next job to go, now VALIDATING and with a slot; undefined when no slot is free or nobody may go. */
  next(): Job | undefined {
    this.#wake();
    if (this.#table.running >= this.#slots) return undefined;
    const job = this.#table.take(this.#claims) ?? (this.#passIdle() ? this.#table.take(this.#claims) : undefined);
    return job === undefined ? undefined : this.#table.move(job, { type: "VALIDATE", slot: true }, {});
  }

  /** Validated: its certificate holds and its resources are reserved (J2). */
  start(id: string, now: number): Job {
    const job = this.#table.known(id);
    return this.#table.move(job, { type: "START", certified: true, reserved: true }, { startedAt: job.startedAt ?? now, attempts: job.attempts + 1 });
  }

  /** The epoch the job was in is behind it. */
  fence(id: string, now: number): FenceDecision {
    const before = this.#table.known(id);
    const { epochs } = before.order;
    invariant(before.state === "RUNNING" && before.epoch < epochs.length, "S1", "a fence is reached by running");
    this.#epoch++;
    const job = this.#table.put({ ...before, epoch: before.epoch + 1, node: epochs[before.epoch]?.to ?? before.node });
    if (job.cancelAsked) return { kind: "cancel", nodes: job.node };
    if (this.#expire(job, now) !== undefined) return { kind: "expired" };
    if (job.epoch === epochs.length) return { kind: "end" };
    return job.moveAsked === null ? this.#goOnOrGiveWay(job) : { kind: "move", to: job.moveAsked };
  }

  /** A kernel epoch passes while a job waits at its fence for what others hold. */
  pass(): void { this.#epoch++; }

  /** The whole run is sealed. */
  finish(id: string, outcome: JobOutcome, now: number): Job {
    const job = this.#table.known(id);
    const atEnd = job.epoch === job.order.epochs.length;
    return this.#table.move(job, { type: "COMPLETE", atEnd, sealed: outcome.digest !== "" }, { endedAt: now, outcome });
  }

  /** It cannot go on. `again`: the failure was the provider's; it begins anew while attempts are left, later each time, under the same seed. */
  fail(id: string, error: JobError, now: number, again = false): Job {
    const job = this.#table.known(id);
    const tried = job.attempts - job.preemptions; // a start after it gave way is no new try
    if (!again || job.state !== "RUNNING" || job.cancelAsked || tried > job.order.retries) return this.#table.move(job, { type: "FAIL", why: error.type }, { endedAt: now, error });
    const { startEpoch, epochs } = job.order;
    const notBefore = this.#epoch + (1 << Math.min(tried - 1, RETRY_EPOCHS_LOG2_MAX));
    return this.#table.move(job, { type: "REQUEUE", atFence: true, because: "retry" }, { epoch: startEpoch, node: epochs[startEpoch]?.from ?? 0, notBefore });
  }

  /** Asks for an end at the next fence; a waiting job ends at once. `why`: not its owner asked. @throws Fault JOB_UNKNOWN | JOB_FOREIGN | JOB_ENDED */
  cancel(session: string, id: string, now: number, why: JobError | null = null): Job {
    const job = this.seen(session, id);
    if (job.state === "CANCELLED") return job;
    if (isEnd(job.state)) throw new Fault("JOB_ENDED", { job: id, state: job.state });
    if (job.state !== "QUEUED") return job.cancelAsked ? job : this.#table.put({ ...job, cancelAsked: true, error: why });
    return this.#table.move(job, { type: "CANCEL", atFence: true }, { endedAt: now, cancelAsked: true, cancelledAtEpoch: job.epoch, error: why });
  }

  /** The prefix of a job that was asked to stop is sealed; null: nothing of it had run. */
  cancelled(id: string, outcome: JobOutcome | null, now: number): Job {
    const job = this.#table.known(id);
    return this.#table.move(job, { type: "CANCEL", atFence: job.cancelAsked }, { endedAt: now, outcome, cancelledAtEpoch: job.epoch });
  }

  /** Asks for another provider or mapping at the next fence; a waiting job stands there at once. @throws Fault JOB_UNKNOWN | JOB_FOREIGN | JOB_ENDED */
  migrate(session: string, id: string, to: string): Job {
    const job = this.seen(session, id);
    if (isEnd(job.state)) throw new Fault("JOB_ENDED", { job: id, state: job.state });
    return this.#table.put({ ...job, moveAsked: to });
  }

  /** It stands where it was asked to move. What a job that runs does next; a waiting one goes on waiting. */
  moved(id: string, from: string, to: string): FenceDecision {
    const job = this.#table.known(id);
    invariant(job.moveAsked !== null, "S1", "a job moves when it was asked to");
    const placed = this.#table.put({ ...job, moveAsked: null, moves: [...job.moves, { epoch: job.epoch, from, to }] });
    return placed.state === "RUNNING" ? this.#goOnOrGiveWay(placed) : { kind: "go on" };
  }

  /** Whether a job the machine made stop between two fences is to give way there, if it can be rolled back. */
  outranked(id: string): boolean {
    const job = this.#table.known(id);
    return job.state === "RUNNING" && !job.cancelAsked && this.#table.outranks(job, this.#table.running >= this.#slots, this.#claims);
  }

  /** Takes the slot away between two fences: the job goes back to `node`, the start of the REV segment it is in, undone from where it was. */
  preempt(id: string, node: number, undone?: Pick<Rollback, "from" | "cost">): Job {
    const job = this.#table.known(id);
    const span = job.order.epochs[job.epoch];
    invariant(job.state === "RUNNING" && span !== undefined && node >= span.from && node <= span.to, "S1", "rolled back within its epoch");
    const rollbacks = undone === undefined ? job.rollbacks : [...job.rollbacks, { epoch: job.epoch, to: node, ...undone }];
    return this.#requeue(this.#table.put({ ...job, rollbacks }), node);
  }

  /** The run that had to bring it through its last epoch was given up: it stands at the fence before that one. */
  back(id: string): Job {
    const job = this.#table.known(id);
    const { epochs } = job.order;
    invariant(job.state === "RUNNING" && job.epoch === epochs.length, "S1", "what is given up had every epoch behind it");
    const epoch = epochs.length - 1;
    return this.#table.put({ ...job, epoch, node: epochs[epoch]?.from ?? 0 });
  }

  /** The number of its next checkpoint, counted from 1. */
  number(id: string): number {
    const job = this.#table.known(id);
    return this.#table.put({ ...job, checkpoints: job.checkpoints + 1 }).checkpoints;
  }

  /** @throws Fault JOB_UNKNOWN | JOB_FOREIGN */
  seen(session: string, id: string): Job { return this.#table.seen(session, id); }
  /** For the kernel's own use, whoever's it is. */
  get(id: string): Job | undefined { return this.#table.get(id); }
  of(session: string): readonly Job[] { return this.#table.of(session); }
  /** Slots that jobs of this session hold. */
  runningOf(session: string): number { return this.#table.runningOf(session); }

  /** Cancels what a session has going. `ended` is told of each that ends by it, before the end of another may have it forgotten (J10). */
  closeSession(session: string, now: number, ended: (job: Job) => void): void {
    for (const { order, state } of this.of(session)) {
      const job = isEnd(state) ? undefined : this.cancel(session, order.id, now);
      if (job !== undefined && isEnd(job.state)) ended(job);
    }
  }

  forgetSession(session: string): void { this.#table.forget(session); }

  /** Fails waiting jobs whose time is up, and tells `ended` of each as it ends (J10): ask before `next`. One that starts all the same fails at its first fence. */
  sweep(now: number, ended: (job: Job) => void): void {
    for (const job of this.#table.timed) {
      const late = this.#expire(job, now);
      if (late !== undefined) ended(late);
    }
  }

  saved(): JobsSaved {
    return { epoch: this.#epoch, seq: this.#seq, jobs: this.#table.all().toSorted((a, b) => a.seq - b.seq), lanes: this.#table.lanes() };
  }

  /** A kernel begun anew: what held a slot waits again, from where it last stood, and says that it was resumed. */
  static restored(saved: JobsSaved, options: JobsOptions): Jobs {
    const jobs = new Jobs(options);
    jobs.#epoch = saved.epoch;
    jobs.#seq = saved.seq;
    jobs.#table.queue.restore(saved.lanes);
    for (const job of saved.jobs) jobs.#table.keep(isEnd(job.state) ? job : { ...job, state: "QUEUED", resumed: job.resumed + 1 });
    return jobs;
  }

  #expire(job: Job, now: number): Job | undefined {
    const error = expiryOf(job, { now, epoch: this.#epoch });
    return error === undefined ? undefined : this.#table.move(job, { type: "FAIL", why: error.type }, { endedAt: now, error });
  }

  #goOnOrGiveWay(job: Job): FenceDecision {
    if (this.#table.outranks(job, this.#table.running >= this.#slots, this.#claims)) {
      this.#requeue(job, job.node);
      return { kind: "gave way" };
    }
    this.#table.queue.charge(job.order.tenant);
    return { kind: "go on" };
  }

  #requeue(job: Job, node: number): Job {
    return this.#table.move(job, { type: "REQUEUE", atFence: true, because: "preempted" }, { node, preemptions: job.preemptions + 1 });
  }

  #wake(): void {
    for (const job of this.#table.delayed) if ((job.notBefore ?? 0) <= this.#epoch) this.#table.wake(job);
  }

  /** With nobody at work to let epochs pass, those until the next attempt of somebody pass at once; false when nobody waits for that. */
  #passIdle(): boolean {
    const delayed = this.#table.delayed;
    if (this.#table.running > 0 || delayed.length === 0) return false;
    this.#epoch = Math.max(this.#epoch, Math.min(...delayed.map((job) => job.notBefore ?? 0)));
    this.#wake();
    return true;
  }
}
