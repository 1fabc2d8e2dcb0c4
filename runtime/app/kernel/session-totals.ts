// What the jobs of each session have used in all since this kernel began. Owns one sum a session, however many jobs it had, and for as long as
// the session is known (K29).
import { NO_USAGE, together, type EpochUsage } from "../../kernel/logical/accounts.ts";
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

  /** A job ended, having used this; undefined: it never had a place. Once a job. */
  ended(session: string, record: JobTelemetry | undefined): void {
    const total = this.#totals.get(session) ?? NOTHING;
    this.#totals.set(session, { ...plus(total, record), jobs: total.jobs + 1 });
  }

  /** With what jobs that have not ended have used so far. */
  of(session: string, live: readonly (JobTelemetry | undefined)[]): SessionTotal { return live.reduce(plus, this.#totals.get(session) ?? NOTHING); }

  forget(session: string): void { this.#totals.delete(session); }
  get size(): number { return this.#totals.size; }
}
