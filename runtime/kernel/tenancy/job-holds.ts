// What each accepted job holds: its place in its session's queue, and while it runs its share of the machine. Owns which jobs there are.
//   A22 A job holds its place from `keep` to `end` and its run's share from `start` to `pause` or `end`; `end` gives back whatever is still
//       held, once, however the job ended and how often it is told. So no way out of a job leaves a slot locked.
import { invariant } from "../../../kernel-abi/invariant.ts";
import type { ChannelUse } from "./graph-firewall.ts";
import { refuseShortage, type Amounts, type Quotas, type Shortage } from "./quotas.ts";
import { readRecord, type Fields } from "./saved.ts";

export interface HeldJob {
  readonly tenant: string;
  readonly session: string;
  /** Capabilities its session must still hold when it starts. */
  readonly required: readonly string[];
  /** What its run takes. */
  readonly run: Amounts;
  /** Brokered channels it crosses to another tenant by; must still be active when it starts. */
  readonly crossings: readonly Pick<ChannelUse, "channel" | "tenants">[];
}

/** What a job holds while it is queued or runs. */
export const QUEUED: Amounts = Object.freeze({ jobs: 1 });

const queueOf = (job: string): string => `queue ${job}`;
const runOf = (job: string): string => `run ${job}`;

export class JobHolds {
  readonly #jobs = new Map<string, HeldJob>();
  readonly #bySession = new Map<string, Set<string>>();
  readonly #quotas: Quotas;
  constructor(quotas: Quotas) { this.#quotas = quotas; }

  find(job: string): HeldJob | undefined { return this.#jobs.get(job); }
  /** Oldest first. */
  of(session: string): readonly string[] { return [...this.#bySession.get(session) ?? []]; }
  runs(job: string): boolean { return this.#quotas.reserved(runOf(job)); }
  get size(): number { return this.#jobs.size; }
  get all(): readonly (readonly [string, HeldJob])[] { return [...this.#jobs]; }

  /** Takes its place in the queue. @throws Fault QUOTA_EXCEEDED */
  keep(job: string, held: HeldJob): void {
    invariant(!this.#jobs.has(job), "A10", job);
    refuseShortage(this.#quotas.shortage(held, QUEUED));
    this.#quotas.reserve(queueOf(job), held, QUEUED);
    this.#put(job, held);
  }

  /** Takes what its run takes, or says what is short; nothing when it runs already. */
  start(job: string): Shortage | undefined {
    const held = this.#jobs.get(job);
    invariant(held !== undefined, "A10", job);
    if (this.runs(job)) return undefined;
    const short = this.#quotas.shortage(held, held.run);
    if (short === undefined) this.#quotas.reserve(runOf(job), held, held.run);
    return short;
  }

  /** False when it was not running. */
  pause(job: string): boolean { return this.#quotas.release(runOf(job)); }

  /** What it was; undefined when it had ended already or never was. */
  end(job: string): HeldJob | undefined {
    const held = this.#jobs.get(job);
    if (held === undefined) return undefined;
    this.#quotas.release(runOf(job));
    this.#quotas.release(queueOf(job));
    this.#jobs.delete(job);
    const mates = this.#bySession.get(held.session);
    mates?.delete(job);
    if (mates?.size === 0) this.#bySession.delete(held.session);
    return held;
  }

  saved(): unknown { return { jobs: [...this.#jobs].map(([id, held]) => ({ id, ...held })) }; }
  /** Into an empty one, beside quotas that were restored. @throws Fault TENANCY_UNREADABLE */
  restore(data: unknown): void {
    for (const row of readRecord(data, "holds").rows("jobs")) {
      const id = row.text("id");
      if (this.#jobs.has(id) || !this.#quotas.reserved(queueOf(id))) row.refuse("id");
      const run = row.record("run");
      const amounts = { running: run.count("running"), logical_qubits: run.count("logical_qubits"), physical_qubits: run.count("physical_qubits"), channels: run.count("channels") };
      this.#put(id, { tenant: row.text("tenant"), session: row.text("session"), required: row.texts("required"), run: amounts, crossings: row.rows("crossings").map(readCrossing) });
    }
  }

  #put(job: string, held: HeldJob): void {
    this.#jobs.set(job, Object.freeze({ ...held }));
    this.#bySession.set(held.session, (this.#bySession.get(held.session) ?? new Set()).add(job));
  }
}

function readCrossing(row: Fields): Pick<ChannelUse, "channel" | "tenants"> {
  const [one, other] = row.texts("tenants");
  return one === undefined || other === undefined ? row.refuse("tenants") : { channel: row.text("channel"), tenants: [one, other] };
}
