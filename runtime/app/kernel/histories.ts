// What happened to each job, in order, and who waits for more of it. Owns the events of the wire and those who are told; a waiter that
// gives up leaves nothing behind.
//   K2  Events of a job are numbered from 1 without gaps; of a long history the oldest are forgotten, never renumbered.
import type { JobEventObject } from "../../../kernel-abi/rpc/methods.ts";

const EVENTS_MAX = 512;

interface History {
  readonly events: JobEventObject[];
  next: number;
  readonly waiters: Set<() => void>;
}

export class Histories {
  readonly #jobs = new Map<string, History>();

  add(job: string, event: Omit<JobEventObject, "seq">): void {
    const history = this.#of(job);
    history.events.push({ seq: history.next++, ...event });
    if (history.events.length > EVENTS_MAX) history.events.shift();
    for (const wake of [...history.waiters]) wake();
  }

  after(job: string, seq: number): readonly JobEventObject[] {
    const events = this.#jobs.get(job)?.events ?? [];
    return events.length === 0 || seq >= (events.at(-1)?.seq ?? 0) ? [] : events.filter((event) => event.seq > seq);
  }

  forget(job: string): void {
    const history = this.#jobs.get(job);
    this.#jobs.delete(job);
    for (const wake of history?.waiters ?? []) wake();
  }

  /** Everybody looks again: the kernel stops. */
  wakeAll(): void {
    for (const { waiters } of this.#jobs.values()) for (const wake of [...waiters]) wake();
  }

  /** Jobs that have one. */
  get size(): number { return this.#jobs.size; }
  /** Those that wait, over all jobs. */
  get waiting(): number { return [...this.#jobs.values()].reduce((sum, { waiters }) => sum + waiters.size, 0); }

  /**
   * True as soon as `holds` does, looked at again after each event; false when the time is up (0: never) or the signal is aborted.
   */
  until(job: string, holds: () => boolean, { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal: AbortSignal }): Promise<boolean> {
    if (holds()) return Promise.resolve(true);
    if (signal.aborted) return Promise.resolve(false);
    const { waiters } = this.#of(job);
    return new Promise((resolve) => {
      const leave = (answer: boolean): void => {
        waiters.delete(look);
        clearTimeout(timer);
        signal.removeEventListener("abort", abort);
        resolve(answer);
      };
      const look = (): void => { if (holds()) leave(true); };
      const abort = (): void => { leave(false); };
      const timer = timeoutMs > 0 ? setTimeout(() => { leave(false); }, Math.min(timeoutMs, 2_147_483_647)) : undefined;
      waiters.add(look);
      signal.addEventListener("abort", abort);
    });
  }

  #of(job: string): History {
    const history = this.#jobs.get(job) ?? { events: [], next: 1, waiters: new Set<() => void>() };
    this.#jobs.set(job, history);
    return history;
  }
}
