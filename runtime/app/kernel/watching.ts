// q_status, q_wait, q_job_events, q_cancel: jobs as their sessions see them. Owns who may look; states are kernel/jobs'.
//   K11 An end is told only when it is on disk: a kernel that begins anew never takes it back.
//   K12 Whoever waits holds nothing: a slow client, or one that is gone, keeps no slot and no job.
import type { CallContext } from "../../../kernel-abi/rpc/handlers.ts";
import type { JobObject, MethodName, ParamsOf, ResultOf } from "../../../kernel-abi/rpc/methods.ts";
import { Refusal } from "../../../kernel-abi/rpc/codes.ts";
import type { Job } from "../../kernel/jobs/job.ts";
import { isEnd } from "../../kernel/jobs/lifecycle.ts";
import { attestedOf } from "./attested.ts";
import { jobObject, type Backend } from "./job-object.ts";
import type { Parts } from "./parts.ts";

interface OfJob {
  readonly job_id: string;
  readonly session_id: string;
}

export class Watching {
  readonly #parts: Parts;
  readonly #backend: Backend;

  constructor(parts: Parts, backend: Backend) {
    this.#parts = parts;
    this.#backend = backend;
  }

  /** A job of the calling session. @throws Fault JOB_UNKNOWN | JOB_FOREIGN, and what a session that may not call is told */
  seen({ session_id, job_id }: OfJob, method: MethodName): Job {
    const { authority, jobs } = this.#parts;
    authority.call(session_id, method);
    const job = jobs.get(job_id);
    if (job !== undefined) authority.owned(session_id, job_id, job.order.session);
    return jobs.seen(session_id, job_id);
  }

  async status(params: ParamsOf<"q_status">): Promise<JobObject> {
    return this.#told(this.seen(params, "q_status").order.id);
  }

  async wait(params: ParamsOf<"q_wait">, { signal }: CallContext): Promise<JobObject> {
    const { order: { id } } = this.seen(params, "q_wait");
    const timeoutMs = params.timeout_ms ?? 0;
    const ended = await this.#parts.histories.until(id, () => this.#isOver(id), { timeoutMs, signal });
    if (!ended) throw signal.aborted ? new Refusal("STOPPING") : new Refusal("TIMEOUT", { timeout_ms: timeoutMs, state: this.#parts.jobs.get(id)?.state ?? "QUEUED" });
    this.#ended(id);
    return this.#told(id);
  }

  async events(params: ParamsOf<"q_job_events">, { signal }: CallContext): Promise<ResultOf<"q_job_events">> {
    const { order: { id } } = this.seen(params, "q_job_events");
    const { histories, memory } = this.#parts;
    const after = params.after ?? 0;
    await histories.until(id, () => this.#isOver(id) || histories.after(id, after).length > 0, { timeoutMs: params.timeout_ms ?? 0, signal });
    const events = [...histories.after(id, after)];
    if (events.length === 0) this.#ended(id, signal);
    const done = isEnd(this.#parts.jobs.get(id)?.state ?? "FAILED");
    await memory.settled();
    return { events, next: events.at(-1)?.seq ?? after, done };
  }

  /** Answered when the job has ended, which is at its next fence, or at once where its run is under way. */
  async cancel(params: ParamsOf<"q_cancel">, { signal }: CallContext): Promise<JobObject> {
    const { order: { id, session } } = this.seen(params, "q_cancel");
    const { jobs, histories, ended, kick, now } = this.#parts;
    const before = jobs.get(id)?.state;
    const job = jobs.cancel(session, id, now());
    if (before === "QUEUED" && job.state === "CANCELLED") ended(job);
    kick(); // a run under way is given up
    await histories.until(id, () => this.#isOver(id), { timeoutMs: 0, signal });
    this.#ended(id);
    return this.#told(id);
  }

  /** The job as it stands now, once that is on disk. */
  async #told(id: string): Promise<JobObject> {
    const { jobs, facts, places, authority, memory } = this.#parts;
    const [job, own] = [jobs.get(id), facts.get(id)];
    if (job === undefined || own === undefined) throw new Refusal("JOB_NOT_FOUND", { kind: "job", id });
    const shown = jobObject({ job, facts: own, usage: (places.record(id) ?? attestedOf(this.#parts, id))?.usage, caps: [...authority.held(job.order.session)], backend: this.#backend });
    await memory.settled();
    return shown;
  }

  /** Whoever waited for an end is told of one, or that this kernel will not see it. @throws Refusal STOPPING */
  #ended(id: string, { aborted }: Pick<AbortSignal, "aborted"> = { aborted: false }): void {
    const job = this.#parts.jobs.get(id);
    if (job !== undefined && !isEnd(job.state) && (aborted || this.#parts.stopping())) throw new Refusal("STOPPING");
  }

  #isOver(id: string): boolean {
    const state = this.#parts.jobs.get(id)?.state;
    return state === undefined || isEnd(state) || this.#parts.stopping();
  }
}
