// q_negotiate_caps and q_close_session: how a session begins and how everything of it ends.
import type { ParamsOf, ResultOf } from "../../../kernel-abi/rpc/methods.ts";
import { Refusal } from "../../../kernel-abi/rpc/codes.ts";
import { isEnd } from "../../kernel/jobs/lifecycle.ts";
import { DEFAULT_TENANT } from "./options.ts";
import type { Parts } from "./parts.ts";
import { standing } from "./standing.ts";

export class SessionCalls {
  readonly #parts: Parts;
  /** Closed, with jobs that have not reached their fence. */
  readonly #closing = new Set<string>();

  constructor(parts: Parts) { this.#parts = parts; }

  async negotiate({ requested, tenant_id, credential }: ParamsOf<"q_negotiate_caps">): Promise<ResultOf<"q_negotiate_caps">> {
    const { authority, memory } = this.#parts;
    if (this.#parts.stopping()) throw new Refusal("STOPPING");
    const { session, tenant, namespace, granted, denied, quota, ended } = authority.negotiate({ tenant: tenant_id ?? DEFAULT_TENANT, requested, ...(credential === undefined ? {} : { token: credential }) });
    for (const idle of ended) this.end(idle);
    const kept = authority.sessions.live(session);
    memory.keep({ k: "session", session: { id: session, tenant, granted: [...kept.granted], token: kept.token, opened: kept.opened, expires: kept.expires } });
    await memory.settled();
    const told = { session_id: session, granted: [...granted], denied: [...denied], quota: { ...quota, kept_jobs: this.#parts.jobs.kept }, namespace };
    return told;
  }

  async close({ session_id }: ParamsOf<"q_close_session">): Promise<ResultOf<"q_close_session">> {
    const { authority, memory } = this.#parts;
    authority.call(session_id, "q_close_session");
    const released = this.#parts.hand.closeSession(session_id);
    authority.closeSession(session_id);
    const cancelled = this.end(session_id);
    await memory.settled();
    return { session_id, closed: true, jobs_cancelled: cancelled, released };
  }

  /** Of a session that authority has closed: jobs cancelled, qubits and channels given back. How many jobs had not ended. */
  end(session: string): number {
    const { jobs, hand, lanes, memory, ended, now } = this.#parts;
    const live = jobs.of(session).filter(({ state }) => !isEnd(state)).length;
    jobs.closeSession(session, now(), ended);
    hand.closeSession(session);
    lanes.close(session);
    memory.keep({ k: "closed", session });
    this.#closing.add(session); // not before: with the end of its first job it would be forgotten, and the others' never written down
    this.jobEnded(session);
    this.#parts.kick(); // runs under way are given up
    return live;
  }

  /** A job may have ended: with the last of a closed session, the session is forgotten. */
  jobEnded(session: string): void {
    if (this.#closing.has(session) && this.#parts.jobs.of(session).every(({ state }) => isEnd(state))) this.forget(session);
  }

  /** Everything of it. */
  forget(session: string): void {
    if (!this.#closing.delete(session)) return;
    this.#parts.jobs.forgetSession(session);
    this.#parts.checkpoints.forget(session);
    this.#parts.totals.forget(session);
  }

  /** Sessions whose time is over, and whatever lost what it stood on. */
  sweep(): void {
    const { lapses } = this.#parts.authority; // asked before what has lapsed is forgotten
    for (const { session } of this.#parts.authority.sweep()) this.end(session);
    if (lapses) standing(this.#parts, this);
  }
}
