// Where jobs are kept: by id, by session, in the queue, in a slot. Owns these four views and keeps them one; the rules of when a job moves
// are jobs.ts. Every change of state goes through `move`, so that a slot taken is a slot given back (J7) whatever way a job takes.
import { Fault } from "../../../kernel-abi/fault.ts";
import { invariant } from "../../../kernel-abi/invariant.ts";
import { isTimed, waitingOf } from "./expiry.ts";
import type { Job } from "./job.ts";
import { graphJobLifecycle, isEnd, type GraphJobEvent, type GraphJobState } from "./lifecycle.ts";
import { FairQueue, type Claims, type Clearance, type LaneSaved } from "./queue.ts";

export type Patch = Partial<Omit<Job, "order" | "state" | "seq">>;

/** Of jobs, what the queue asks of those that wait (queue.ts). */
export interface JobClaims {
  readonly may: (job: Job) => Clearance;
  readonly beside: (waiting: Job, others: readonly Job[]) => boolean;
}

interface SessionJobs {
  readonly live: Set<string>;
  readonly ended: string[];
}

const holds = (state: GraphJobState): boolean => state === "VALIDATING" || state === "RUNNING";

export class JobTable {
  readonly queue = new FairQueue();
  readonly #jobs = new Map<string, Job>();
  readonly #sessions = new Map<string, SessionJobs>();
  readonly #holders = new Set<string>();
  /** Slots held, by session. */
  readonly #holding = new Map<string, number>();
  /** Waiting jobs with a limit of time; those that are tried again later, which are not in the queue. */
  readonly #timed = new Set<string>();
  readonly #delayed = new Set<string>();
  /** Ended jobs a session keeps. */
  readonly kept: number;
  readonly #forgotten: (id: string) => void;

  /** Who is forgotten is told. */
  constructor(kept: number, forgotten: (id: string) => void = () => undefined) {
    this.kept = kept;
    this.#forgotten = forgotten;
  }

  get running(): number { return this.#holders.size; }
  get waiting(): number { return this.queue.length + this.#delayed.size; }
  get timed(): readonly Job[] { return [...this.#timed].map((id) => this.known(id)); }
  get delayed(): readonly Job[] { return [...this.#delayed].map((id) => this.known(id)); }
  get(id: string): Job | undefined { return this.#jobs.get(id); }

  known(id: string): Job {
    const job = this.#jobs.get(id);
    invariant(job !== undefined, "S1", "the kernel asks for jobs it has");
    return job;
  }

  /** @throws Fault JOB_UNKNOWN | JOB_FOREIGN (J9) */
  seen(session: string, id: string): Job {
    const job = this.#jobs.get(id);
    if (job === undefined) throw new Fault("JOB_UNKNOWN", { job: id });
    if (job.order.session !== session) throw new Fault("JOB_FOREIGN", { job: id });
    return job;
  }

  /** A session's jobs: those that have not ended by acceptance, then those that have by their ends. */
  of(session: string): readonly Job[] {
    const jobs = this.#sessions.get(session);
    return jobs === undefined ? [] : [...jobs.live, ...jobs.ended].map((id) => this.known(id));
  }

  runningOf(session: string): number { return this.#holding.get(session) ?? 0; }
  all(): readonly Job[] { return [...this.#jobs.values()]; }

  /** A new one: it waits, unless it has ended. */
  keep(job: Job): Job {
    invariant(!this.#jobs.has(job.order.id) && !holds(job.state), "S1", "a new job has a new id and no slot");
    const { session } = job.order;
    const jobs = this.#sessions.get(session) ?? { live: new Set<string>(), ended: [] };
    this.#sessions.set(session, jobs);
    this.#jobs.set(job.order.id, job);
    if (isEnd(job.state)) this.#keepEnded(jobs, job.order.id);
    else {
      jobs.live.add(job.order.id);
      this.#wait(job);
    }
    return job;
  }

  /** Facts of a job changed, its state did not. */
  put(job: Job): Job {
    invariant(this.known(job.order.id).state === job.state, "S1", "states change by moves");
    this.#jobs.set(job.order.id, job);
    return job;
  }

  /** @throws Fault LIFECYCLE_REFUSED, changing nothing */
  move(job: Job, event: GraphJobEvent, patch: Patch): Job {
    const { id, session } = job.order;
    const moved: Job = { ...job, ...patch, state: graphJobLifecycle.next(job.state, event) };
    this.#jobs.set(id, moved);
    if (job.state === "QUEUED") this.#unwait(job);
    if (!holds(job.state) && holds(moved.state)) {
      this.#holders.add(id);
      this.#holding.set(session, this.runningOf(session) + 1);
    }
    if (holds(job.state) && !holds(moved.state)) {
      invariant(this.#holders.delete(id), "S1", "a slot given back was held");
      this.queue.left(job.order);
      this.#holding.set(session, this.runningOf(session) - 1);
      if (this.runningOf(session) === 0) this.#holding.delete(session);
    }
    if (moved.state === "QUEUED") this.#wait(moved);
    if (isEnd(moved.state)) this.#ended(moved);
    return moved;
  }

  /** Who is next and may go, still QUEUED; the queue counts it as taken. */
  take(claims: JobClaims): Job | undefined {
    const taken = this.queue.take(this.#asked(claims));
    return taken === undefined ? undefined : this.known(taken.id);
  }

  /** `full`: every slot is taken. */
  outranks(job: Job, full: boolean, claims: JobClaims): boolean {
    return this.queue.length > 0 && this.queue.outranks(waitingOf(job), full, this.#asked(claims));
  }

  /** A delayed job is in the queue again. */
  wake(job: Job): void {
    if (this.#delayed.delete(job.order.id)) this.queue.add(waitingOf(this.put({ ...job, notBefore: null })));
  }

  /** All of a session that has nothing going. */
  forget(session: string): void {
    const jobs = this.#sessions.get(session);
    invariant(jobs === undefined || jobs.live.size === 0, "S1", "a forgotten session has nothing going");
    for (const id of jobs?.ended ?? []) this.#forget(id);
    this.#sessions.delete(session);
  }

  lanes(): readonly LaneSaved[] { return this.queue.saved(); }

  #asked({ may, beside }: JobClaims): Claims {
    return { may: ({ id }) => may(this.known(id)), beside: ({ id }, others) => beside(this.known(id), others.map((other) => this.known(other.id))) };
  }

  #wait(job: Job): void {
    if (isTimed(job)) this.#timed.add(job.order.id);
    if (job.notBefore === null) this.queue.add(waitingOf(job));
    else this.#delayed.add(job.order.id);
  }

  #unwait(job: Job): void {
    this.#timed.delete(job.order.id);
    if (!this.#delayed.delete(job.order.id)) this.queue.remove(job.order);
  }

  #ended({ order }: Job): void {
    const jobs = this.#sessions.get(order.session);
    invariant(jobs?.live.delete(order.id) === true, "S1", "a job ends once");
    this.#keepEnded(jobs, order.id);
  }

  #keepEnded({ ended }: SessionJobs, id: string): void {
    ended.push(id);
    if (ended.length > this.kept) this.#forget(ended.shift() ?? "");
  }

  #forget(id: string): void {
    this.#jobs.delete(id);
    this.#forgotten(id);
  }
}
