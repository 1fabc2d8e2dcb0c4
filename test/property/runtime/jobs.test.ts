// Random schedules of four tenants' jobs against a plain model that keeps states in a list: every slot is given back, every job ends once,
// nobody's job is another's, nobody starves, and tenants that have work all the while are given equally much.
import process from "node:process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Fault } from "../../../kernel-abi/fault.ts";
import type { JobOrder } from "../../../runtime/kernel/jobs/job.ts";
import { Jobs, type FenceDecision } from "../../../runtime/kernel/jobs/jobs.ts";
import { QUANTUM_EPOCHS } from "../../../runtime/kernel/jobs/queue.ts";

const RUNS = process.env["TRIAD_LONG"] === undefined ? 150 : 5_000;
const TENANTS = ["a", "b", "c", "d"];
const OUTCOME = { events: {}, counts: null, digest: "d", trace: null };

const orderOf = (id: string, tenant: string, epochs: number, given: Partial<JobOrder> = {}): JobOrder => ({
  id, tenant, session: `s${tenant}`, graph: "00", seed: id, shots: 1, epochs: Array.from({ length: epochs }, (_, at) => ({ from: at, to: at + 1 })),
  priority: 10, deadlineEpochs: null, deadlineHint: null, timeoutMs: null, retries: 1, startEpoch: 0, restored: null, ...given,
});

type Step =
  | { readonly do: "accept"; readonly tenant: string; readonly epochs: number; readonly priority: number; readonly deadlineEpochs: number | null; readonly timeoutMs: number | null }
  | { readonly do: "next" | "fence" | "break" | "cancel" | "cancel twice" | "migrate" | "preempt" | "restart"; readonly which: number }
  | { readonly do: "pass"; readonly ms: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({
    do: fc.constant("accept" as const), tenant: fc.constantFrom(...TENANTS), epochs: fc.integer({ min: 1, max: 5 }), priority: fc.integer({ min: 0, max: 100 }),
    deadlineEpochs: fc.option(fc.nat(40), { freq: 4 }), timeoutMs: fc.option(fc.nat(300), { freq: 4 }),
  }) },
  { weight: 12, arbitrary: fc.record({ do: fc.constantFrom("next" as const, "next" as const, "fence" as const, "fence" as const, "fence" as const, "break" as const, "cancel" as const, "cancel twice" as const, "migrate" as const, "preempt" as const), which: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("restart" as const), which: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("pass" as const), ms: fc.nat(100) }) },
);

/** What happens, told in the plainest way: who runs by the answers given, who ended by the answers given. */
class Story {
  table: Jobs;
  now = 0;
  readonly running: string[] = [];
  readonly accepted: string[] = [];
  readonly ended = new Map<string, string>();
  readonly #slots: number;
  constructor(slots: number) {
    this.#slots = slots;
    this.table = new Jobs({ slots, kept: 10_000 });
  }

  next(): boolean {
    const job = this.table.next();
    if (job !== undefined) expect(this.running).not.toContain(job.order.id);
    if (job !== undefined) this.running.push(job.order.id);
    this.look();
    if (job === undefined) return false;
    this.table.start(job.order.id, this.now);
    return true;
  }

  fence(id: string): void {
    let decision: FenceDecision = this.table.fence(id, this.now);
    if (decision.kind === "move") decision = this.table.moved(id, "x", "y");
    if (decision.kind === "end") this.table.finish(id, OUTCOME, this.now);
    if (decision.kind === "cancel") this.table.cancelled(id, null, this.now);
    if (decision.kind !== "go on") this.running.splice(this.running.indexOf(id), 1);
    this.look();
  }

  /** Ends are told once and stay. */
  look(): void {
    for (const id of this.accepted) {
      const state = this.table.get(id)?.state ?? "gone";
      const before = this.ended.get(id);
      if (before !== undefined) expect(state).toBe(before);
      else if (state === "COMPLETED" || state === "FAILED" || state === "CANCELLED") this.ended.set(id, state);
    }
    expect(this.table.running).toBe(this.running.length);
    expect(this.running.length).toBeLessThanOrEqual(this.#slots);
    expect(this.table.waiting).toBe(this.accepted.length - this.ended.size - this.running.length);
  }

  act(given: Step, ordinal: number): void {
    if (given.do === "pass") return void (this.now += given.ms);
    if (given.do === "accept") {
      const { tenant, epochs, ...rest } = given;
      const id = `j${ordinal}`;
      this.accepted.push(id);
      return void this.table.accept(orderOf(id, tenant, epochs, rest), this.now);
    }
    const runner = this.running[given.which % Math.max(1, this.running.length)];
    const any = this.accepted[given.which % Math.max(1, this.accepted.length)];
    if (given.do === "next") this.next();
    if (given.do === "fence" && runner !== undefined) this.fence(runner);
    if (given.do === "preempt" && runner !== undefined) {
      this.table.preempt(runner, this.table.get(runner)?.node ?? 0);
      this.running.splice(this.running.indexOf(runner), 1);
    }
    if (given.do === "break" && runner !== undefined) {
      this.table.fail(runner, { type: "WORKER_LOST", message: "", code: 3503 }, this.now, true);
      this.running.splice(this.running.indexOf(runner), 1);
    }
    if ((given.do === "cancel" || given.do === "cancel twice") && any !== undefined) for (let times = given.do === "cancel" ? 1 : 2; times > 0; times--) this.cancel(any);
    if (given.do === "migrate" && runner !== undefined) this.table.migrate(this.table.get(runner)?.order.session ?? "", runner, "y");
    if (given.do === "restart") {
      this.table = Jobs.restored(JSON.parse(JSON.stringify(this.table.saved())), { slots: this.#slots, kept: 10_000 });
      this.running.splice(0);
    }
    this.look();
  }

  cancel(id: string): void {
    const { session } = this.table.get(id)?.order ?? { session: "" };
    const before = this.table.get(id)?.state;
    for (const foreign of TENANTS.filter((tenant) => `s${tenant}` !== session)) expect(() => this.table.cancel(`s${foreign}`, id, 0)).toThrow(Fault);
    if (before === "COMPLETED" || before === "FAILED") expect(() => this.table.cancel(session, id, this.now)).toThrow("ended");
    else expect(this.table.cancel(session, id, this.now).state).toBe(before === "QUEUED" ? "CANCELLED" : before);
  }

  /** With nothing more coming in. */
  drain(): void {
    for (let steps = 0; this.ended.size < this.accepted.length; steps++) {
      expect(steps).toBeLessThan(10_000);
      while (this.next());
      const [first] = this.running;
      if (first !== undefined) this.fence(first);
    }
  }
}

describe("jobs of four tenants, in any order of events", () => {
  it("all end, each once, and every slot is given back", () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 4 }), fc.array(step, { maxLength: 120 }), (slots, steps) => {
      const story = new Story(slots);
      steps.forEach((one, ordinal) => { story.act(one, ordinal); });
      story.drain();
      expect([story.table.running, story.table.waiting]).toEqual([0, 0]);
    }), { numRuns: RUNS });
  });

  it("are given equally many epochs while all have work, whatever they ask for", () => {
    const shape = fc.array(fc.record({ epochs: fc.integer({ min: 1, max: 30 }), priority: fc.integer({ min: 0, max: 100 }) }), { minLength: 1, maxLength: 5 });
    fc.assert(fc.property(fc.integer({ min: 1, max: 3 }), fc.tuple(shape, shape, shape, shape), fc.array(fc.nat(), { minLength: 200, maxLength: 400 }), (slots, shapes, choices) => {
      const story = new Story(slots);
      const given = new Map(TENANTS.map((tenant) => [tenant, 0]));
      let ordinal = 0;
      for (const choice of choices) {
        TENANTS.forEach((tenant, at) => { // never out of work
          for (let missing = 3 - story.table.of(`s${tenant}`).filter(({ state }) => state === "QUEUED").length; missing > 0; missing--) {
            const { epochs, priority } = shapes[at]?.[ordinal % (shapes[at]?.length ?? 1)] ?? { epochs: 1, priority: 0 };
            story.accepted.push(`j${++ordinal}`);
            story.table.accept(orderOf(`j${ordinal}`, tenant, epochs, { priority }), 0);
          }
        });
        while (story.next());
        const runner = story.running[choice % story.running.length] ?? "";
        const tenant = story.table.get(runner)?.order.tenant ?? "";
        given.set(tenant, (given.get(tenant) ?? 0) + 1);
        story.fence(runner);
        expect(Math.max(...given.values()) - Math.min(...given.values())).toBeLessThanOrEqual(QUANTUM_EPOCHS + 2 * slots + 1);
      }
    }), { numRuns: Math.ceil(RUNS / 10) });
  });
});
