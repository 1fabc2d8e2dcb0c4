// Requests for contracts that wait for units to come free (012, 023, 053 §3.3). Owns their order; grants are in calls-reserve.ts.
//   Q1  One strict order (082): domain priority, priority of the process, tick of submission, process. Nobody overtakes in a domain
//       that an earlier request waits for, so a large request is not starved by small ones.
//   Q2  A process that waits holds no contract, and is granted all it asked for or nothing: no two can wait for each other.
//   Q3  A request waits until a tick it names itself, and is answered then at the latest.
//   Q4  While its process is suspended a request is neither granted nor in anybody's way; its time goes on. (By the run's flags.)
import type { BoundDomain } from "../../kernel-abi/domain.ts";
import type { ProcessId, Tick } from "../../kernel-abi/ids.ts";
import { compareUnits, type SchedulableUnit } from "../scheduler/arbitration.ts";

export type Units = Readonly<Record<BoundDomain, number>>;

export interface Deferral extends SchedulableUnit {
  readonly process: ProcessId;
  /** Of the operation: whose service answers. */
  readonly of: BoundDomain;
  readonly requests: readonly { readonly domain: BoundDomain; readonly request: unknown }[];
  /** Answered with one handle rather than a list. */
  readonly single: boolean;
  /** Its process goes on meanwhile, and selects the answer. */
  readonly placed: boolean;
  readonly units: Units;
  /** The last tick it can be granted at. */
  readonly until: Tick;
}

const DOMAINS = ["Q", "PHI"] as const;
const share = (a: Units, b: Units): boolean => DOMAINS.some((domain) => a[domain] > 0 && b[domain] > 0);

export class DeferralQueue {
  #waiting: Deferral[] = [];
  #next = 1;

  get length(): number { return this.#waiting.length; }
  /** Number of the next request. */
  get next(): number { return this.#next; }
  /** Into an empty one, in which nothing waits. */
  restore(next: number): void { this.#next = next; }

  add(request: Deferral, undo: (() => void)[]): void {
    this.#next += 1;
    this.#waiting = [...this.#waiting, request].sort((a, b) => compareUnits(a, b));
    undo.push(() => {
      this.#next -= 1;
      this.remove(request);
    });
  }
  remove(request: Deferral): void { this.#waiting = this.#waiting.filter((other) => other !== request); }
  /** Its process has ended. */
  drop(process: ProcessId): void {
    if (this.#waiting.length > 0) this.#waiting = this.#waiting.filter((request) => request.process !== process);
  }

  /** Whether a request of this process waits. */
  has(process: ProcessId): boolean { return this.#waiting.some((request) => request.process === process); }

  /** In their order. */
  waiting(): readonly Deferral[] { return this.#waiting; }
  /** The first tick at which one of them has waited long enough. */
  until(): Tick | undefined {
    return this.#waiting.reduce<Tick | undefined>((least, { until }) => (least === undefined || until < least ? until : least), undefined);
  }
  /** Whether somebody who waits for one of the same domains, and is not away (Q4), goes before this unit (Q1). */
  hasBefore(unit: SchedulableUnit, units: Units, away: (request: Deferral) => boolean): boolean {
    return this.#waiting.some((request) => share(request.units, units) && compareUnits(request, unit) < 0 && !away(request));
  }
}
