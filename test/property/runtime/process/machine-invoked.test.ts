// Invoked children against XState's own actors: random machines whose states tell what they invoke, of their entries and of their exits,
// at once and later. What starts, what each child finds, in which order, and what stops, is what a running XState machine gives.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createActor, fromCallback, SimulatedClock, type AnyActorRef, type EventObject } from "xstate";
import { defineProcess, fromProcess } from "../../../../runtime/app/index.ts";
import { defineBehaviour } from "../../../../runtime/process/machine/definition.ts";
import { shapeOf } from "../../../../runtime/process/machine/shape.ts";
import { MachineKernel } from "../../../support/machine-kernel.ts";
import { chance, eventsFrom, machineFrom } from "../../../support/machines.ts";

const RUNS = process.env["TRIAD_LONG"] === undefined ? 80 : 20_000;
const CALLS_MAX = 300;
/** Some machines send to themselves for ever, which XState lets them: within one call, so that nothing but a count can end it. */
const EVENTS_MAX = 500;
/** Such ones, which have also lost a child before: that alone must end them (`#finish`), for nobody takes from what they send. */
const ENDLESS: [number, number, boolean][] = [[632_787_704, 1_113_180_217, false]];
const STOPPED = 2;
const seeds = fc.integer({ min: 0, max: 0x7fffffff });
const OPTIONS = { children: "invoked", parent: false } as const;
const child = fromProcess(defineProcess({ name: "child", *run({ k }, _input: unknown) { yield* k.receive(); } }));

/** One thing that befalls a child; children are counted as they start. */
type Told = readonly ["start", number] | readonly ["find", number, unknown] | readonly ["stop", number];

interface Scheduler {
  schedule(this: void, source: { readonly sessionId: string }, target: unknown, event: unknown, delay: number, id?: string): void;
}

/** XState itself, with a clock of ours. */
class Original {
  readonly told: Told[] = [];
  /** No more to compare: something was sent to a child that had been stopped, where XState goes on and a process is told; a child lost
   *  its id to another, which XState leaves alive and a process stops; or events without end. */
  over = false;
  /** A delayed event was given an id that another has: of those XState cancels one at most, and a process both. */
  ambiguous = false;
  #events = 0;
  readonly #clock = new SimulatedClock();
  readonly #actor: ReturnType<typeof createActor>;
  #children = 0;
  constructor(seed: number) {
    const living = new Set<string>();
    const logic = fromCallback(({ receive, self: { id } }) => {
      const number = this.#children++;
      if (living.has(id)) this.#finish();
      living.add(id);
      this.told.push(["start", number]);
      receive((event) => { this.told.push(["find", number, event]); });
      return () => {
        living.delete(id);
        this.told.push(["stop", number]);
      };
    });
    const inspect = (seen: { readonly type: string; readonly actorRef?: unknown; readonly sourceRef?: unknown }): void => {
      const to = seen.actorRef as AnyActorRef & { readonly _processingStatus?: number };
      if (seen.type !== "@xstate.event") return;
      this.#events += 1;
      if ((seen.sourceRef === this.#actor && to._processingStatus === STOPPED) || this.#events > EVENTS_MAX) this.#finish();
    };
    this.#actor = createActor(machineFrom(seed, OPTIONS, { child: logic }), { clock: this.#clock, inspect: inspect as never });
    this.#actor.subscribe({ error: () => undefined });
    this.#watch();
    this.#actor.start();
  }
  /** Whatever it is over for: an actor that is left running may send to itself for ever. */
  #finish(): void {
    if (this.over) return;
    this.over = true;
    this.#actor.stop();
  }
  #watch(): void {
    const { system } = this.#actor as unknown as { readonly system: { readonly scheduler: Scheduler; getSnapshot(): { readonly _scheduledEvents: Readonly<Record<string, unknown>> } } };
    const { schedule } = system.scheduler;
    system.scheduler.schedule = (source, target, event, delay, id) => {
      this.ambiguous ||= Object.hasOwn(system.getSnapshot()._scheduledEvents, `${source.sessionId}.${id ?? ""}`);
      schedule(source, target, event, delay, id);
    };
  }
  get active(): boolean { return this.#actor.getSnapshot().status === "active"; }
  get value(): unknown { return (this.#actor.getSnapshot() as { readonly value?: unknown }).value; }
  send(event: EventObject): void { this.#actor.send(event); }
  tick(): void { this.#clock.increment(1); }
}

function toldBy({ calls }: MachineKernel): readonly Told[] {
  const started: number[] = [];
  return (calls as readonly { readonly op: string; readonly process: number; readonly to: number; readonly child: number; readonly body: unknown }[]).flatMap(({ op, process, to, child: stopped, body }): readonly Told[] => {
    switch (op) {
      case "spawn": return [["start", started.push(process) - 1]];
      case "send": return [["find", started.indexOf(to), body]];
      case "stop": return [["stop", started.indexOf(stopped)]];
      default: return [];
    }
  });
}

describe("what a machine invokes", () => {
  it("starts, is told and stops as XState has it, whatever its states tell it, and goes on so when it is kept and restored", () => {
    const seen = { started: 0, found: 0, stopped: 0, first: 0 };
    fc.assert(fc.property(seeds, seeds, fc.boolean(), (seed, order, restored) => {
      const definition = defineBehaviour(shapeOf(machineFrom(seed, OPTIONS, { child })));
      const [original, kernel] = [new Original(seed), new MachineKernel(() => definition, undefined)];
      // XState starts whatever an initial state invokes before it does anything else of that step: it is the same to each of the children.
      const initial = original.told.length;
      const inOrder = (all: readonly Told[]): readonly Told[] => [...all.slice(0, initial).sort(([, a], [, b]) => a - b), ...all.slice(initial)];
      const below = chance(order);
      for (const event of [undefined, ...eventsFrom(order, 15)]) {
        if (event !== undefined && below(3) === 0) {
          original.tick();
          kernel.happen({ kind: "ticks", count: 1 });
        } else if (event !== undefined) {
          original.send({ ...event });
          kernel.happen({ kind: "mail", event });
        }
        // A process may take fewer events of its own than XState lets a machine take.
        if (original.over || original.ambiguous || (kernel.end !== undefined && "threw" in kernel.end && kernel.end.threw.startsWith("ABI_LIMIT"))) break;
        const ended = kernel.end !== undefined;
        expect(ended, JSON.stringify(kernel.end)).toBe(!original.active);
        const told = toldBy(kernel);
        // The end of a machine is the end of its children, and their process's own affair.
        const without = (all: readonly Told[]): readonly Told[] => (ended ? all.filter(([what]) => what !== "stop") : all);
        expect(without(inOrder(told))).toEqual(without(inOrder(original.told)));
        if (ended || kernel.calls.length > CALLS_MAX) break;
        expect((kernel.state().state as { readonly value: unknown }).value).toEqual(original.value);
        if (restored) kernel.replace();
      }
      const all = toldBy(kernel);
      seen.started += all.filter(([what]) => what === "start").length;
      seen.found += all.filter(([what]) => what === "find").length;
      seen.stopped += all.filter(([what]) => what === "stop").length;
      seen.first += all.filter(([what], at) => what === "find" && all[at - 1]?.[0] === "start").length;
    }), { numRuns: RUNS, examples: ENDLESS });
    for (const [what, count] of Object.entries(seen)) expect(count, what).toBeGreaterThan(5);
  });
});
