// Flights: domain calls whose outcomes are not due yet. Knows which tick needs which outcomes and holds those that came early.
//   T3  A tick's flights land together, in job order, and only when every outcome is in (of a job a fault has hit, the fault is the outcome); arrival order is invisible.
import { tick, type JobId, type ProcessId, type Tick } from "../../kernel-abi/ids.ts";
import { invariant } from "../../kernel-abi/invariant.ts";
import type { Outcome } from "../../kernel-abi/ports.ts";
import { Calendar } from "../clock/calendar.ts";
import type { JobRecord } from "./job-table.ts";

export interface Landing {
  readonly job: JobRecord;
  readonly outcome: Outcome;
}

export class Flights {
  readonly #byTick = new Map<Tick, JobRecord[]>();
  readonly #ticks = new Calendar<{ readonly due: Tick }>(() => 0);
  readonly #arrived = new Map<JobId, Outcome>();

  add(job: JobRecord): void {
    const flight = this.#byTick.get(job.due);
    if (flight !== undefined) {
      flight.push(job);
      return;
    }
    this.#byTick.set(job.due, [job]);
    this.#ticks.add({ due: job.due });
  }

  /** Ticks at which time stops though every flight due there was given up; undefined while anything flies. */
  saved(): readonly number[] | undefined {
    return this.all().length > 0 ? undefined : [...this.#byTick.keys()].sort((a, b) => a - b);
  }

  /** Into an empty one. */
  restore(ticks: readonly number[]): void {
    for (const due of ticks) {
      this.#byTick.set(tick(due), []);
      this.#ticks.add({ due: tick(due) });
    }
  }

  /** The earliest tick at which outcomes are due. */
  next(): Tick | undefined { return this.#ticks.next(); }

  /** An outcome has come; it lands at its due tick. */
  arrive(job: JobId, outcome: Outcome): void {
    this.#arrived.set(job, outcome);
  }

  /** Jobs whose outcomes `due` cannot open without. */
  missing(due: Tick): readonly JobId[] {
    return (this.#byTick.get(due) ?? []).filter((job) => job.state === "issued" && job.doom === undefined && !this.#arrived.has(job.id)).map(({ id }) => id);
  }

  /** Takes what lands at `due`, in job order; abandoned jobs do not land. */
  land(due: Tick): readonly Landing[] {
    const jobs = this.#byTick.get(due) ?? [];
    this.#byTick.delete(due);
    this.#ticks.open(due);
    return jobs.sort((a, b) => a.id - b.id).flatMap((job) => {
      const outcome = job.doom ?? this.#arrived.get(job.id);
      this.#arrived.delete(job.id);
      if (job.state !== "issued") return [];
      invariant(outcome !== undefined, "T3", "job", job.id);
      return [{ job, outcome }];
    });
  }

  /** Jobs that have not landed, in job order. */
  all(): readonly JobRecord[] {
    return [...this.#byTick.values()].flat().filter(({ state }) => state === "issued").sort((a, b) => a.id - b.id);
  }

  /** Jobs of one owner that have not landed, in job order. */
  of(owner: ProcessId): readonly JobRecord[] {
    return [...this.#byTick.values()].flat().filter((job) => job.owner === owner && job.state === "issued").sort((a, b) => a.id - b.id);
  }
}
