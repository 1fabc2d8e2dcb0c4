// Job table: domain calls in flight and their outcomes. Delivered (recorded at the due tick) and completed (collected by the
// owner) are separate states (E1); an outcome stays readable for whoever has the handle, so a handle that is read again gives the
// same value. The table holds what is in flight, and of every job its domain.
import type { BoundDomain } from "../../kernel-abi/domain.ts";
import { jobId } from "../../kernel-abi/ids.ts";
import { invariant } from "../../kernel-abi/invariant.ts";
import type { Outcome } from "../../kernel-abi/ports.ts";
import { jobLifecycle, type JobEvent } from "../process/lifecycles.ts";
import { IdSet, type IdSetState } from "../process/id-set.ts";
import { JobRecord, type JobDescription } from "../process/records.ts";

export { JobRecord, type Work } from "../process/records.ts";

/** Of a table in which nothing is in flight. */
export interface JobTableState {
  readonly length: number;
  readonly phi: IdSetState;
}

export class JobTable {
  readonly #records = new Map<number, JobRecord>();
  /** Those of Φ; the others are Q's. */
  readonly #phi = new IdSet();
  #length = 0;

  /** In flight. */
  get(id: number): JobRecord {
    const record = this.#records.get(id);
    invariant(record !== undefined, "T3", "job", id);
    return record;
  }
  /** What is in flight for it, itself or the one called in its place; undefined once its outcome is in, or it was given up. */
  find(id: number): JobRecord | undefined { return this.#records.get(id); }

  /** In flight under these contracts, in job order; those called in the turn being taken among them. */
  under(contracts: ReadonlySet<number>): readonly JobRecord[] {
    const under: JobRecord[] = [];
    for (const [id, record] of this.#records) if (record.id === id && contracts.has(record.contract)) under.push(record);
    return under.sort((a, b) => a.id - b.id);
  }

  domainOf(id: number): BoundDomain { return this.#phi.has(id) ? "PHI" : "Q"; }

  /** Records there are. */
  get records(): number { return this.#records.size; }
  /** Jobs there have been. */
  get length(): number { return this.#length; }

  saved(): JobTableState { return { length: this.#length, phi: this.#phi.saved() }; }
  /** Into an empty one. */
  restore({ length, phi }: JobTableState): void {
    this.#length = length;
    this.#phi.restore(phi);
  }

  add(job: JobDescription, undo: (() => void)[]): JobRecord {
    const record = new JobRecord(jobId(this.#length + 1), job);
    this.#length += 1;
    this.#records.set(record.id, record);
    if (record.domain === "PHI") this.#phi.add(record.id);
    undo.push(() => {
      this.#length -= 1;
      this.#records.delete(record.id);
      this.#phi.delete(record.id);
    });
    return record;
  }

  deliver(record: JobRecord, outcome: Outcome): void {
    this.#step(record, { type: "DELIVER" });
    record.outcome = outcome;
    this.#land(record);
  }
  collect(record: JobRecord): void { this.#step(record, { type: "COLLECT" }); }
  abandon(record: JobRecord): void {
    this.#step(record, { type: "ABANDON" });
    this.#land(record);
  }

  /** `after` is called in the place of `before`. */
  succeed(before: JobRecord, after: JobRecord): void {
    after.origin = before.origin;
    after.attempt = before.attempt + 1;
    after.work = before.work;
    after.sealed = before.sealed;
    before.successor = after;
    before.work = undefined;
    this.#records.set(after.origin, after);
  }

  #land({ id, origin }: JobRecord): void {
    this.#records.delete(id);
    this.#records.delete(origin);
  }

  #step(record: JobRecord, event: JobEvent): void {
    record.state = jobLifecycle.next(record.state, event);
  }
}
