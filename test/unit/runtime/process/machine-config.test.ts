// Machines open in Stately's tools as they are: their configuration survives JSON, and createMachine makes the same states of it.
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { createMachine, type AnyStateMachine } from "xstate";
import { contextMachine } from "../../../../runtime/context/lifecycle.ts";
import { machineConfig } from "../../../../runtime/process/machine/config.ts";
import { nodesOf, shapeOf } from "../../../../runtime/process/machine/shape.ts";
import { bindingMachine, contractMachine, jobMachine, processMachine, serviceMachine } from "../../../../runtime/process/lifecycles.ts";
import { programClosure } from "../../../../runtime/app/program/closure.ts";
import { loadProgram } from "../../../../runtime/app/program/load.ts";
import { machineFrom } from "../../../support/machines.ts";

const example = async (): Promise<AnyStateMachine> =>
  (loadProgram(await programClosure(resolve(import.meta.dirname, "../../../../examples/reservation/reservation.ts"))) as unknown as { readonly machine: AnyStateMachine }).machine;

const outline = (machine: AnyStateMachine): unknown => nodesOf(shapeOf(machine).root).map(({ id, type, order, transitions, always, invoke }) => ({
  id, type, order, invoke: invoke.map((one) => one.id), on: [...transitions].map(([event, list]) => [event, list.map(({ target }) => target?.map((node) => node.id))]), always: always?.length,
}));
const again = (machine: AnyStateMachine): AnyStateMachine => createMachine(JSON.parse(JSON.stringify(machineConfig(machine))) as never);

describe("a machine's configuration as JSON", () => {
  it.each([processMachine, bindingMachine, serviceMachine, contractMachine, jobMachine, contextMachine].map((machine) => [machine.id, machine as AnyStateMachine] as const))("of the lifecycle %s is the configuration itself", (_, machine) => {
    expect(machineConfig(machine)).toEqual(JSON.parse(JSON.stringify(machine.config)));
    expect(outline(again(machine))).toEqual(outline(machine));
  });

  it("of the example and of random machines has the same states and transitions", async () => {
    for (const machine of [await example(), ...Array.from({ length: 30 }, (_, seed) => machineFrom(seed))]) expect(outline(again(machine))).toEqual(outline(machine));
  });

  it("names functions instead of dropping them", async () => {
    const text = JSON.stringify(machineConfig(await example()));
    for (const name of ["announce", "giveUp", "xstate.assign", "xstate.log", "balanced", "measure"]) expect(text).toContain(`"${name}"`);
  });
});
