// Job table: domain calls in flight and their outcomes. Delivered (recorded at the due tick) and completed (collected by the
// owner) are separate states (E1); an outcome stays readable, so a handle that is read again gives the same value.
import type { BoundDomain } from "../../kernel-abi/domain.ts";
import { jobId, type JobId, type ProcessId, type Tick } from "../../kernel-abi/ids.ts";
import { invariant } from "../../kernel-abi/invariant.ts";
import type { Outcome } from "../../kernel-abi/ports.ts";
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
}

export class JobTable {
  readonly #records: JobRecord[] = [];

  get(id: number): JobRecord {
    const record = this.#records[id - 1];
    invariant(record !== undefined, "T3", "job", id);
    return record;
  }

  add(job: { readonly domain: BoundDomain; readonly owner: ProcessId; readonly contract: number; readonly due: Tick }, undo: (() => void)[]): JobRecord {
    const record: JobRecord = { ...job, id: jobId(this.#records.length + 1), state: jobLifecycle.initial, outcome: undefined, doom: undefined };
    this.#records.push(record);
    undo.push(() => { this.#records.pop(); });
    return record;
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
