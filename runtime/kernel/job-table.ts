// Job table: domain calls in flight and their outcomes. Delivered (recorded at the due tick) and completed (collected by the
// owner) are separate states (E1); an outcome stays readable, so a handle that is read again gives the same value.
import type { BoundDomain } from "../../kernel-abi/domain.ts";
import { jobId, type JobId, type ProcessId, type Tick } from "../../kernel-abi/ids.ts";
import { invariant } from "../../kernel-abi/invariant.ts";
import type { Admitted, Outcome } from "../../kernel-abi/ports.ts";
import { jobLifecycle, type JobEvent, type JobState } from "../process/lifecycles.ts";

export interface JobRecord {
  readonly id: JobId;
  readonly domain: BoundDomain;
  readonly owner: ProcessId;
  readonly contract: number;
  readonly due: Tick;
  state: JobState;
  outcome: Outcome | undefined;
  /** How it is going to end, whatever its provider finds: a fault hit it. */
  doom: Outcome | undefined;
  /** The job its owner called: itself, unless it is called again in that one's place; and how often it has been. */
  origin: JobId;
  attempt: number;
  successor: JobRecord | undefined;
  /** What calling it again takes, where a policy may. */
  work: Work | undefined;
}

export interface Work {
  readonly descriptor: Uint8Array;
  readonly cost: number;
  readonly charge: Admitted["charge"];
  readonly capability: number;
}

export class JobTable {
  readonly #records: JobRecord[] = [];

  get(id: number): JobRecord {
    const record = this.#records[id - 1];
    invariant(record !== undefined, "T3", "job", id);
    return record;
  }

  add(job: { readonly domain: BoundDomain; readonly owner: ProcessId; readonly contract: number; readonly due: Tick }, undo: (() => void)[]): JobRecord {
    const id = jobId(this.#records.length + 1);
    const record: JobRecord = { ...job, id, state: jobLifecycle.initial, outcome: undefined, doom: undefined, origin: id, attempt: 0, successor: undefined, work: undefined };
    this.#records.push(record);
    undo.push(() => { this.#records.pop(); });
    return record;
  }

  /** The job that stands for this one today. */
  latest(id: number): JobRecord {
    let record = this.get(id);
    while (record.successor !== undefined) record = record.successor;
    return record;
  }

  /** `after` is called in the place of `before`. */
  succeed(before: JobRecord, after: JobRecord): void {
    after.origin = before.origin;
    after.attempt = before.attempt + 1;
    after.work = before.work;
    before.successor = after;
    before.work = undefined;
  }

  deliver(record: JobRecord, outcome: Outcome): void {
    this.#step(record, { type: "DELIVER" });
    record.outcome = outcome;
  }
  collect(record: JobRecord): void { this.#step(record, { type: "COLLECT" }); }
  abandon(record: JobRecord): void { this.#step(record, { type: "ABANDON" }); }

  #step(record: JobRecord, event: JobEvent): void {
    record.state = jobLifecycle.next(record.state, event);
  }
}
