// Tables against the interpreter, and the interpreter against XState itself: random machines, random events, effect for effect.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { initialTransition, transition, type AnyMachineSnapshot } from "xstate";
import { effectOf, type Effect } from "../../../../runtime/process/machine/effects.ts";
import { InterpretedStepper } from "../../../../runtime/process/machine/interpreter.ts";
import { shapeOf, type ResolvedAction } from "../../../../runtime/process/machine/shape.ts";
import { compile, obstacles, TableStepper } from "../../../../runtime/process/machine/table.ts";
import type { Stepper } from "../../../../runtime/process/machine/stepper.ts";
import { eventsFrom, machineFrom } from "../../../support/machines.ts";

const RUNS = process.env["TRIAD_LONG"] === undefined ? 80 : 20_000;
const seeds = fc.integer({ min: 0, max: 0x7fffffff });

/** What an effect says, without the addresses it holds. */
const plain = (effect: Effect): unknown => {
  switch (effect.kind) {
    case "call": return { kind: "call", type: effect.type, params: effect.params, context: effect.info.context, event: effect.info.event };
    case "send": case "delayed": return { ...effect, to: (effect.to as { id: string }).id };
    default: return effect;
  }
};

type Outcome = { readonly taken: boolean; readonly effects: readonly unknown[]; readonly state: unknown } | { readonly threw: string };

function outcomeOf(stepper: Stepper, step: () => boolean): Outcome {
  try {
    const taken = step();
    return { taken, effects: stepper.effects.splice(0).map(plain), state: stepper.state() };
  } catch (error) {
    return { threw: error instanceof Error ? `${error.name}: ${error.message}` : String(error) };
  }
}

function outcomes(stepper: Stepper, events: readonly { readonly type: string }[]): readonly Outcome[] {
  const all = [outcomeOf(stepper, () => { stepper.start(undefined); return true; })];
  for (const event of events) {
    if ("threw" in (all.at(-1) as Outcome) || stepper.status !== "active") break;
    all.push(outcomeOf(stepper, () => stepper.step(event)));
  }
  return all;
}

describe("tables", () => {
  it("do what the interpreter does, event for event and effect for effect", () => {
    const seen = { moves: 0, done: 0, threw: 0, refused: 0, eventsTaken: 0 };
    fc.assert(fc.property(seeds, seeds, (seed, order) => {
      const machine = shapeOf(machineFrom(seed));
      expect(obstacles(machine)).toEqual([]);
      const compiled = compile(machine);
      const table = new TableStepper(compiled);
      const events = eventsFrom(order, 25);
      const got = outcomes(table, events);
      expect(got).toEqual(outcomes(new InterpretedStepper(machine), events));
      expect([...compiled.reasons]).toEqual([]);
      seen.moves += compiled.tables.size;
      for (const outcome of got) {
        if ("threw" in outcome) seen.threw += 1;
        else if (outcome.taken) seen.eventsTaken += 1;
        else seen.refused += 1;
      }
      seen.done += table.status === "done" ? 1 : 0;
    }), { numRuns: RUNS });
    // The machines must reach into every corner for the comparison to mean anything; the rarest, ends and endless circles, come about fifteen times.
    for (const [what, count] of Object.entries(seen)) expect(count, what).toBeGreaterThan(0);
  });
});

describe("the interpreter", () => {
  it("does what XState's own transition does", () => {
    fc.assert(fc.property(seeds, seeds, (seed, order) => {
      const machine = machineFrom(seed, { parent: false });
      const stepper = new InterpretedStepper(shapeOf(machine));
      const expected = (actions: readonly unknown[]): readonly unknown[] => actions.flatMap((action) => effectOf(action as ResolvedAction) ?? []).map(plain);
      let [snapshot, actions] = initialTransition(machine) as [AnyMachineSnapshot, unknown[]];
      const first = outcomeOf(stepper, () => { stepper.start(undefined); return true; });
      if (snapshot.status === "error" || "threw" in first) {
        expect([snapshot.status, "threw" in first]).toEqual(["error", true]);
        return;
      }
      for (const event of [undefined, ...eventsFrom(order, 10)]) {
        if (event !== undefined) {
          if (stepper.status !== "active") return;
          const took = outcomeOf(stepper, () => stepper.step(event));
          let thrown = false;
          try { [snapshot, actions] = transition(machine, snapshot, event) as [AnyMachineSnapshot, unknown[]]; } catch { thrown = true; }
          expect("threw" in took).toBe(thrown);
          if ("threw" in took) return;
          expect(ids(took.effects)).toEqual(ids(expected(actions)));
        } else if (!("threw" in first)) {
          expect(ids(first.effects)).toEqual(ids(expected(actions)));
        }
        const { value, context, status, output } = snapshot;
        expect({ value: stepper.value, context: (stepper.state().context), status: stepper.status, output: stepper.output }).toEqual({ value, context, status, output });
      }
    }), { numRuns: Math.ceil(RUNS / 2) });
  });
});

/** XState's own scope names itself otherwise. */
const ids = (effects: readonly unknown[]): readonly unknown[] => effects.map((effect) => (typeof effect === "object" && effect !== null && "to" in effect ? { ...effect, to: "somebody" } : effect));
