// A machine persisted and restored at every step, again and again, does what it would have done: same calls, same states, same bytes.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { defineProcess, fromProcess } from "../../../../runtime/app/index.ts";
import { defineBehaviour, type MachineDefinition } from "../../../../runtime/process/machine/definition.ts";
import { InterpretedStepper } from "../../../../runtime/process/machine/interpreter.ts";
import { shapeOf } from "../../../../runtime/process/machine/shape.ts";
import { compile, TableStepper } from "../../../../runtime/process/machine/table.ts";
import { parseState } from "../../../../runtime/process/machine/state.ts";
import { Fault } from "../../../../kernel-abi/fault.ts";
import { MachineKernel, type Happening } from "../../../support/machine-kernel.ts";
import { chance, eventsFrom, machineFrom } from "../../../support/machines.ts";

const RUNS = process.env["TRIAD_LONG"] === undefined ? 25 : 5_000;
/** Some machines set timers that set more timers. */
const CALLS_MAX = 300;
const seeds = fc.integer({ min: 0, max: 0x7fffffff });
const child = fromProcess(defineProcess({ name: "child", *run({ k }, _input: unknown) { yield* k.receive(); } }));

function happenings(seed: number): readonly Happening[] {
  const below = chance(seed);
  return eventsFrom(seed, 20).map((event): Happening => {
    switch (below(4)) {
      case 0: return { kind: "ticks", count: 1 + below(4) };
      case 1: return { kind: "exit", place: below(5), fails: below(3) === 0 };
      default: return { kind: "mail", event };
    }
  });
}

function compared(definition: () => MachineDefinition, other: () => MachineDefinition, order: number): { readonly timers: number; readonly children: number } {
  const whole = new MachineKernel(definition, undefined);
  const broken = new MachineKernel(other, undefined);
  const seen = { timers: 0, children: 0 };
  for (const happening of happenings(order)) {
    expect(broken.end).toEqual(whole.end);
    expect(broken.calls).toEqual(whole.calls);
    if (whole.end !== undefined || whole.calls.length > CALLS_MAX) break;
    const { bytes, state } = whole.state();
    expect(broken.state().bytes).toBe(bytes);
    broken.replace();
    expect(broken.state().bytes).toBe(bytes);
    broken.replace();
    const { timers, running } = state as { timers: unknown[]; running: unknown[] };
    seen.timers += timers.length;
    seen.children += running.length;
    whole.happen(happening);
    broken.happen(happening);
  }
  return seen;
}

describe("a machine's state", () => {
  it.each([["with tables", { children: false }], ["with children", { children: true }]])("is exact when it is restored at every step, %s", (_, options) => {
    let [timers, children] = [0, 0];
    fc.assert(fc.property(seeds, seeds, (seed, order) => {
      const definition = defineBehaviour(shapeOf(machineFrom(seed, options, { child })));
      const seen = compared(() => definition, () => definition, order);
      timers += seen.timers;
      children += seen.children;
    }), { numRuns: RUNS });
    expect(timers).toBeGreaterThan(5);
    if (options.children) expect(children).toBeGreaterThan(5);
  });

  it("is the same whoever stepped it: tables go on where the interpreter was, and the other way round", () => {
    fc.assert(fc.property(seeds, seeds, (seed, order) => {
      const table = defineBehaviour(shapeOf(machineFrom(seed)));
      const interpreted: MachineDefinition = { ...table, stepper: () => new InterpretedStepper(table.machine) };
      let turn = 0;
      compared(() => table, () => (turn++ % 2 === 0 ? interpreted : table), order);
    }), { numRuns: Math.ceil(RUNS / 2) });
  });

  it("keeps a history that recalls nothing", () => {
    const { machine } = defineBehaviour(shapeOf(machineFrom(178_168_261)));
    const stepper = new InterpretedStepper(machine);
    stepper.start(undefined);
    const nothing = (): boolean => Object.values(stepper.state().history).some((ids) => ids.length === 0);
    for (const event of eventsFrom(3_691, 20)) if (!nothing()) stepper.step(event);
    expect(nothing()).toBe(true);
    for (const other of [new InterpretedStepper(machine), new TableStepper(compile(machine))]) {
      other.restore(stepper.state());
      expect(other.state()).toEqual(stepper.state());
    }
  });

  it("is refused with the place when it is not one, whatever is wrong with it", () => {
    const definition = defineBehaviour(shapeOf(machineFrom(7, { children: true }, { child })));
    const { state } = new MachineKernel(() => definition, undefined).state();
    fc.assert(fc.property(fc.constantFrom(...Object.keys(state as object)), fc.oneof(fc.anything(), fc.array(fc.string()), fc.dictionary(fc.string(), fc.string())), (field, wrong) => {
      const damaged = { ...state as object, [field]: wrong };
      try {
        parseState(damaged, definition.machine.id);
        const kernel = new MachineKernel(() => definition, damaged);
        if (kernel.end !== undefined && "threw" in kernel.end) expect(kernel.end.threw).toMatch(/^INPUT_INVALID/);
      } catch (error) {
        expect(error).toBeInstanceOf(Fault);
        expect((error as Fault).fault).toBe("INPUT_INVALID");
      }
    }), { numRuns: RUNS * 5 });
  });
});
