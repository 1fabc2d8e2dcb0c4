// What the jobs of each session have used in all: since this kernel began, and before it those that are still known. Owns one sum a session,
// however many jobs it had, and for as long as the session is known (K29).
import { NO_USAGE, together, type EpochUsage } from "../../kernel/logical/epochs.ts";
import type { JobTelemetry } from "../../kernel/logical/telemetry.ts";

export interface SessionTotal {
  /** The most any one job had of qubits and channels, and the sum of everything else. */
  readonly usage: EpochUsage;
  /** Logical time their work took on the modelled machine. */
  readonly timeUs: number;
  /** How many ended. */
  readonly jobs: number;
}

const NOTHING: SessionTotal = Object.freeze({ usage: NO_USAGE, timeUs: 0, jobs: 0 });

const plus = ({ usage, timeUs, jobs }: SessionTotal, record: JobTelemetry | undefined): SessionTotal =>
  ({ usage: together(usage, record?.usage ?? NO_USAGE), timeUs: timeUs + (record?.simulation_time_us ?? 0), jobs });

export class SessionTotals {
  readonly #totals = new Map<string, SessionTotal>();
  /** By session: jobs that ended under an earlier kernel, and whose use nobody has asked for yet. */
  readonly #earlier = new Map<string, Set<string>>();

  /** A job ended, having used this; undefined: it never had a place. Once a job. */
  ended(session: string, record: JobTelemetry | undefined): void {
    const total = this.#totals.get(session) ?? NOTHING;
    this.#totals.set(session, { ...plus(total, record), jobs: total.jobs + 1 });
  }

  /** A job had ended under an earlier kernel: it is counted, and its use is to be asked for. */
  recall(session: string, job: string): void {
    this.ended(session, undefined);
    const jobs = this.#earlier.get(session) ?? new Set();
    this.#earlier.set(session, jobs.add(job));
  }

  /** One of those, whose use `found` is called for; false when there is none left. Its time nobody knows any more. */
  take(session: string, found: (job: string) => EpochUsage | undefined): boolean {
    const jobs = this.#earlier.get(session);
    const [job] = jobs ?? [];
    if (jobs === undefined || job === undefined) return false;
    jobs.delete(job);
    if (jobs.size === 0) this.#earlier.delete(session);
    const total = this.#totals.get(session) ?? NOTHING;
    this.#totals.set(session, { ...total, usage: together(total.usage, found(job) ?? NO_USAGE) });
    return true;
  }

  /** With what jobs that have not ended have used so far. */
  of(session: string, live: readonly (JobTelemetry | undefined)[]): SessionTotal { return live.reduce(plus, this.#totals.get(session) ?? NOTHING); }

  forget(session: string): void {
    this.#totals.delete(session);
    this.#earlier.delete(session);
  }
  get size(): number { return this.#totals.size; }
}
