// Runs under way, and how they are given up. Owns who of them is still wanted; what becomes of a job is the loop's (execution.ts).
//   K21 A job that is cancelled, out of time, or left to the next kernel while its run is under way is not waited for: the run is given up,
//       and whatever thread was at it. A run on the kernel's own thread ends first, which is why those are light (effort.ts).
import type { Job } from "../../kernel/jobs/job.ts";
import { isGivenUp } from "./job-runs.ts";

export interface UnderWayOptions {
  /** Whether a job is cancelled or out of time. */
  readonly isOver: (id: string) => boolean;
  /** Have it looked at (`look`): the time of a job is over. */
  readonly kick: () => void;
  readonly now: () => number;
}

/** The longest a timer can be set to. */
const TIMER_MAX_MS = 2_147_483_647;

export class UnderWay {
  readonly #options: UnderWayOptions;
  readonly #runs = new Map<string, AbortController>();
  #leaving = false;

  constructor(options: UnderWayOptions) { this.#options = options; }

  /** Gives up what is not wanted any more. */
  look(): void {
    for (const [id, run] of this.#runs) if (this.#leaving || this.#options.isOver(id)) run.abort();
  }

  /** Gives up everything, from now on: a kernel that stops has waited long enough. */
  leave(): void {
    this.#leaving = true;
    this.look();
  }

  /** What `make` brings; undefined when it was given up. The signal is made when it is asked for: a light run never does. @throws whatever else `make` does */
  async wanted<T>({ order: { id, timeoutMs }, acceptedAt }: Job, make: (by: { readonly signal: AbortSignal }) => Promise<T>): Promise<T | undefined> {
    const { now, kick } = this.#options;
    const run = new AbortController();
    const timer = timeoutMs === null ? undefined : setTimeout(kick, Math.max(1, Math.min(acceptedAt + timeoutMs - now(), TIMER_MAX_MS)));
    this.#runs.set(id, run);
    if (this.#leaving) run.abort();
    try {
      return await make(run);
    } catch (error) {
      if (run.signal.aborted && isGivenUp(error)) return undefined;
      throw error;
    } finally {
      clearTimeout(timer);
      this.#runs.delete(id);
    }
  }
}
