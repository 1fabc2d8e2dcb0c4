// The order in which waiting jobs get a slot: fair across tenants, by age and priority within one. Owns who waits and what each tenant has
// been given; knows nothing of states. Time here is the kernel epoch: it passes at fences, where alone decisions are made.
//   J4  Between tenants the one that was given the fewest epochs goes first, whatever its priorities say. One that comes back from having
//       nothing to do starts level with the others: idle time earns nothing.
//   J5  Within a tenant: the lower band first, band = ⌊accepted / AGING_EPOCHS⌋ − priority; in a band the earlier deadline, then the earlier
//       acceptance. A band is fixed for good and later jobs' bands rise, so whoever waits is overtaken by finitely many (no starvation).
//   J6  A session at its own limit holds up nobody else; a job there are no resources for holds up its tenant's later jobs, else small ones
//       would pass a large one for ever.
//   J13 So it is between tenants: who is a quantum of epochs ahead of one whose first job has no room in the machine starts only what leaves
//       it room (kept-room.ts), and gives way at fences where it stands in the way. Others go on meanwhile: room is kept for the first alone.
import { invariant } from "../../../kernel-abi/invariant.ts";
import { KeptRoom, type Beside } from "./kept-room.ts";
import { bandOf, compareWaiting, type Waiting } from "./waiting.ts";

/** Epochs a tenant may be ahead of a waiting one before its running jobs give way at a fence, and its next ones leave that one room. */
export const QUANTUM_EPOCHS = 8;

/** What stands in the way of a job that is next: nothing, its session's limit, its tenant's, or that the machine has no room for it now. */
export type Clearance = "go" | "session" | "tenant" | "machine";

/** What the queue asks of others' tables; asking holds nothing. */
export interface Claims {
  readonly may: (job: Waiting) => Clearance;
  readonly beside: Beside;
}

/** The first of a lane that only the machine can stand in the way of. */
interface First {
  readonly job: Waiting;
  readonly room: boolean;
}

interface Lane {
  /** Epochs given, brought level when the tenant comes back. */
  pass: number;
  running: number;
  /** When it was served last; settles ties, so equals take turns. */
  served: number;
  readonly sessions: Map<string, Waiting[]>;
}

export interface LaneSaved {
  readonly tenant: string;
  readonly pass: number;
  readonly served: number;
}

function insert(line: Waiting[], job: Waiting): void {
  let low = 0;
  for (let high = line.length; low < high;) {
    const middle = (low + high) >>> 1;
    const other = line[middle];
    if (other !== undefined && compareWaiting(other, job) < 0) low = middle + 1;
    else high = middle;
  }
  line.splice(low, 0, job);
}

export class FairQueue {
  readonly #lanes = new Map<string, Lane>();
  readonly #ids = new Set<string>();
  readonly #room = new KeptRoom();
  #serial = 0;

  get length(): number { return this.#ids.size; }

  /** @throws InvariantBroken when it waits already */
  add(job: Waiting): void {
    const lane = this.#laneOf(job.tenant);
    if (lane.running === 0 && lane.sessions.size === 0) lane.pass = Math.max(lane.pass, this.#level(job.tenant));
    const line = lane.sessions.get(job.session) ?? [];
    invariant(!this.#ids.has(job.id), "S1", "a job waits once");
    insert(line, job);
    lane.sessions.set(job.session, line);
    this.#ids.add(job.id);
  }

  /** Out of the queue without having been served. False when it does not wait. */
  remove({ tenant, session, id }: Pick<Waiting, "tenant" | "session" | "id">): boolean {
    if (!this.#ids.has(id)) return false;
    const lane = this.#lanes.get(tenant);
    const line = lane?.sessions.get(session);
    const at = line?.findIndex((job) => job.id === id) ?? -1;
    if (lane === undefined || line === undefined || at < 0) return false;
    line.splice(at, 1);
    if (line.length === 0) lane.sessions.delete(session);
    this.#ids.delete(id);
    this.#room.served(id);
    return true;
  }

  /** Takes out who is next and may go: its tenant is given an epoch, and counts as running until `left`. */
  take({ may, beside }: Claims): Waiting | undefined {
    let ahead: { readonly job: Waiting; readonly pass: number } | undefined;
    for (const [tenant, lane] of this.#inTurn()) {
      const { job, room } = this.#first(lane, may) ?? {};
      if (job === undefined) continue;
      if (room === false && ahead === undefined && beside(job, [])) ahead = { job, pass: lane.pass };
      if (room === false || (ahead !== undefined && lane.pass > ahead.pass + QUANTUM_EPOCHS && !this.#room.admits(ahead.job, job, beside))) continue;
      this.remove(job);
      lane.running++;
      lane.pass++;
      lane.served = ++this.#serial;
      invariant(job.tenant === tenant, "S1", "a lane holds its tenant's jobs");
      return job;
    }
    return undefined;
  }

  /** Whether someone waiting has the better claim to the slot (when all are taken) or the room `running` has: at a fence, where it is asked, that one gives way. */
  outranks(running: Waiting, full: boolean, { may, beside }: Claims): boolean {
    const own = this.#laneOf(running.tenant);
    let asked = false;
    for (const [tenant, lane] of this.#inTurn()) {
      if (tenant !== running.tenant && lane.pass + QUANTUM_EPOCHS >= own.pass) continue;
      const first = this.#first(lane, may);
      if (first === undefined || (tenant === running.tenant && bandOf(first.job) >= bandOf(running))) continue;
      if (first.room && full) return true;
      if (first.room || asked || !beside(first.job, [])) continue;
      asked = true;
      if (!this.#room.admits(first.job, running, beside)) return true;
    }
    return false;
  }

  /** The tenant is given another epoch: its job went on at a fence. */
  charge(tenant: string): void { this.#laneOf(tenant).pass++; }

  /** A job that had been taken has ended or waits again. */
  left({ tenant, id }: Pick<Waiting, "tenant" | "id">): void {
    const lane = this.#laneOf(tenant);
    invariant(lane.running > 0, "S1", "more jobs left than were taken");
    lane.running--;
    this.#room.left(id);
  }

  /** Epochs given to each tenant, by name. */
  saved(): readonly LaneSaved[] {
    return [...this.#lanes].map(([tenant, { pass, served }]) => ({ tenant, pass, served })).sort((a, b) => (a.tenant < b.tenant ? -1 : 1));
  }

  restore(lanes: readonly LaneSaved[]): void {
    for (const { tenant, pass, served } of lanes) {
      this.#lanes.set(tenant, { pass, running: 0, served, sessions: new Map() });
      this.#serial = Math.max(this.#serial, served);
    }
  }

  #laneOf(tenant: string): Lane {
    const lane = this.#lanes.get(tenant) ?? { pass: 0, running: 0, served: 0, sessions: new Map<string, Waiting[]>() };
    this.#lanes.set(tenant, lane);
    return lane;
  }

  /** Where the least served of those that have something to do stands. */
  #level(except: string): number {
    let least = Infinity;
    for (const [tenant, lane] of this.#lanes) if (tenant !== except && (lane.running > 0 || lane.sessions.size > 0)) least = Math.min(least, lane.pass);
    return least === Infinity ? 0 : least;
  }

  #inTurn(): [string, Lane][] {
    return [...this.#lanes].filter(([, lane]) => lane.sessions.size > 0).sort(([a, x], [b, y]) => x.pass - y.pass || x.served - y.served || (a < b ? -1 : 1));
  }

  #first(lane: Lane, may: Claims["may"]): First | undefined {
    const heads = [...lane.sessions.values()].flatMap((line) => line.slice(0, 1)).sort(compareWaiting);
    for (const job of heads) {
      const clearance = may(job);
      if (clearance === "go" || clearance === "machine") return { job, room: clearance === "go" };
      if (clearance === "tenant") return undefined;
    }
    return undefined;
  }
}
