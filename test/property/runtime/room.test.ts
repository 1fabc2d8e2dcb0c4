// Random streams of four tenants' jobs over a machine of so many units, which is a sum here: every job starts within a bound of kernel epochs
// however much of the machine it needs, what runs always fits, and room is left empty only where it is kept for somebody.
import process from "node:process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Job, JobOrder } from "../../../runtime/kernel/jobs/job.ts";
import { Jobs } from "../../../runtime/kernel/jobs/jobs.ts";
import { QUANTUM_EPOCHS } from "../../../runtime/kernel/jobs/queue.ts";

const RUNS = process.env["TRIAD_LONG"] === undefined ? 30 : 1_000;
const TENANTS = ["a", "b", "c", "d"];
const UNITS = 20;
const LONGEST = 12;
const AHEAD = 3;

interface Shape { readonly units: number; readonly epochs: number }

const orderOf = (id: string, tenant: string, epochs: number): JobOrder => ({
  id, tenant, session: `s${tenant}`, graph: "00", seed: id, shots: 1, epochs: Array.from({ length: epochs }, (_, at) => ({ from: at, to: at + 1 })),
  priority: 10, deadlineEpochs: null, deadlineHint: null, timeoutMs: null, retries: 1, startEpoch: 0, restored: null,
});

class Stream {
  readonly units = new Map<string, number>();
  readonly waits = new Map<string, number>();
  readonly running: string[] = [];
  readonly #slots: number;
  readonly table: Jobs;
  worst = 0;
  atWork = 0;

  constructor(slots: number) {
    this.#slots = slots;
    this.table = new Jobs({
      slots, kept: 10_000,
      may: (job) => (this.#size([job]) <= this.free ? "go" : "machine"),
      beside: (waiting, others) => this.#size([waiting, ...others]) <= UNITS,
    });
  }
  #size(jobs: readonly Job[]): number { return jobs.reduce((sum, { order: { id } }) => sum + (this.units.get(id) ?? 0), 0); }
  get free(): number { return UNITS - this.running.reduce((sum, id) => sum + (this.units.get(id) ?? 0), 0); }

  accept(tenant: string, { units, epochs }: Shape): void {
    const id = `j${this.units.size}`;
    this.units.set(id, units);
    this.table.accept(orderOf(id, tenant, epochs), 0);
    this.waits.set(id, this.table.epoch);
  }

  /** Everybody who may go goes. */
  fill(): void {
    for (let job = this.table.next(); job !== undefined; job = this.table.next()) {
      this.running.push(job.order.id);
      this.worst = Math.max(this.worst, this.table.epoch - (this.waits.get(job.order.id) ?? this.table.epoch));
      this.waits.delete(job.order.id);
      expect(this.free).toBeGreaterThanOrEqual(0);
      this.table.start(job.order.id, 0);
    }
    this.atWork = this.running.length;
    this.conserves();
  }

  /** Everybody who runs comes to a fence, in an order that is chosen; who ends or gives way there is followed at once. */
  round(order: number): void {
    this.fill();
    const turns = this.running.toSorted((a, b) => (a < b ? -1 : 1));
    for (const id of order % 2 === 0 ? turns : turns.toReversed()) {
      const { kind } = this.table.fence(id, 0);
      if (kind === "end") this.table.finish(id, { events: {}, counts: null, digest: "d", trace: null }, 0);
      if (kind === "go on") continue;
      this.running.splice(this.running.indexOf(id), 1);
      this.fill();
    }
  }

  /** A tenant whose first job fits and still waits stands back for another's that does not, and that was given a quantum less. */
  conserves(): void {
    if (this.running.length === this.#slots) return;
    const heads = TENANTS.map((tenant) => this.table.of(`s${tenant}`).filter(({ state }) => state === "QUEUED").toSorted((a, b) => a.seq - b.seq)[0]);
    const pass = new Map(this.table.saved().lanes.map((lane) => [lane.tenant, lane.pass]));
    const passOf = (job: Job): number => pass.get(job.order.tenant) ?? 0;
    const fits = (job: Job): boolean => (this.units.get(job.order.id) ?? 0) <= this.free;
    for (const head of heads) {
      if (head === undefined || !fits(head)) continue;
      expect(heads.some((other) => other !== undefined && !fits(other) && passOf(other) + QUANTUM_EPOCHS < passOf(head))).toBe(true);
    }
  }
}

describe("jobs of four tenants that never run out of work, on a machine that is too small for them all", () => {
  it("each start within a bound of epochs, and leave no room empty that is not kept for one of them", () => {
    const shape: fc.Arbitrary<Shape> = fc.record({ units: fc.oneof(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: UNITS })), epochs: fc.integer({ min: 1, max: LONGEST }) });
    const shapes = fc.array(shape, { minLength: 1, maxLength: 5 });
    fc.assert(fc.property(fc.integer({ min: 1, max: 8 }), fc.tuple(shapes, shapes, shapes, shapes), fc.array(fc.nat(5), { minLength: 150, maxLength: 250 }), (slots, lanes, orders) => {
      const stream = new Stream(slots);
      // What goes before a job: those of its tenant that waited or ran already, and as many epochs of every other tenant, each a quantum ahead at most.
      const bound = TENANTS.length * ((AHEAD + slots) * LONGEST + 2 * (QUANTUM_EPOCHS + slots + 1));
      for (const order of orders) {
        TENANTS.forEach((tenant, at) => {
          for (let missing = AHEAD - stream.table.of(`s${tenant}`).filter(({ state }) => state === "QUEUED").length; missing > 0; missing--) {
            stream.accept(tenant, lanes[at]?.[stream.units.size % (lanes[at]?.length ?? 1)] ?? { units: 1, epochs: 1 });
          }
        });
        stream.round(order);
      }
      const oldest = Math.min(...stream.waits.values(), stream.table.epoch);
      expect(Math.max(stream.worst, stream.table.epoch - oldest)).toBeLessThanOrEqual(bound);
    }), { numRuns: RUNS });
  });

  it("one that needs nine tenths of it starts after a quantum of each of the others, whose jobs are small", () => {
    fc.assert(fc.property(fc.integer({ min: 2, max: 40 }), fc.integer({ min: 1, max: 30 }), (slots, epochs) => {
      const stream = new Stream(slots);
      const feed = (): void => {
        for (const tenant of ["a", "b", "c"]) while (stream.table.of(`s${tenant}`).filter(({ state }) => state === "QUEUED").length < 2) stream.accept(tenant, { units: 1, epochs: 1 + (stream.units.size % epochs) });
      };
      for (let at = 0; at < 10; at++) {
        feed();
        stream.round(at);
      }
      const large = `j${stream.units.size}`;
      stream.accept("d", { units: UNITS * 0.9, epochs: 50 });
      const from = stream.table.epoch;
      while (stream.waits.has(large) && stream.table.epoch - from < 5_000) {
        feed();
        stream.round(stream.table.epoch);
      }
      expect(stream.table.epoch - from).toBeLessThanOrEqual(3 * (QUANTUM_EPOCHS + 1) + 3 * UNITS);
      for (let at = 0; at < 4; at++) { // and now what is left over is theirs
        feed();
        stream.round(at);
      }
      expect(stream.atWork).toBe(Math.min(slots, 3));
    }), { numRuns: Math.ceil(RUNS / 3) });
  });
});
