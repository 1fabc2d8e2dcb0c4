// Definition: a machine made ready to be a process's behaviour: its sources named, its configuration checked, and who steps it decided.
import type { BoundDomain } from "../../../kernel-abi/domain.ts";
import { checkMachine } from "./check.ts";
import { InterpretedStepper } from "./interpreter.ts";
import { asList, isRecord, nodesOf, type MachineShape } from "./shape.ts";
import { sourceOf, type Source } from "./sources.ts";
import { compile, obstacles, TableStepper } from "./table.ts";
import { MICROSTEPS_MAX, type Stepper } from "./stepper.ts";

export interface MachineDefinition {
  readonly machine: MachineShape;
  readonly sources: ReadonlyMap<string, Source>;
  readonly domains: readonly BoundDomain[];
  readonly stepper: () => Stepper;
  /** Why it is interpreted; empty while its tables serve. */
  readonly reasons: () => readonly string[];
  /** Configurations its tables know so far. */
  readonly configurations: () => number;
}

/** Sources written into an `invoke` itself; XState names them by their place. */
function inlineSources(machine: MachineShape): readonly (readonly [string, unknown])[] {
  return nodesOf(machine.root).flatMap((node) => {
    const raw = asList(node.config["invoke"]);
    return node.invoke.flatMap(({ src }, n) => {
      const config = raw[n];
      return isRecord(config) && typeof config["src"] !== "string" ? [[src, config["src"]] as const] : [];
    });
  });
}

/**
 * @param machine its sources already ours (sources.ts)
 * @throws Fault MACHINE_INVALID
 */
export function defineBehaviour(machine: MachineShape): MachineDefinition {
  checkMachine(machine);
  if (machine.options.maxIterations === Infinity) machine.options.maxIterations = MICROSTEPS_MAX;
  const sources = new Map<string, Source>();
  for (const [name, logic] of [...Object.entries(machine.implementations.actors), ...inlineSources(machine)]) {
    const source = sourceOf(logic);
    if (source !== undefined) sources.set(name, source);
  }
  const domains = new Set([...sources.values()].flatMap((source) => (source.kind === "program" ? source.domains : source.behaviour.domains)));
  return { machine, sources, domains: [...domains], ...steppersOf(machine) };
}

/** Tables where the machine allows, XState's own functions where it does not. */
function steppersOf(machine: MachineShape): Pick<MachineDefinition, "stepper" | "reasons" | "configurations"> {
  const obstructed = obstacles(machine);
  if (obstructed.length > 0) return { stepper: () => new InterpretedStepper(machine), reasons: () => obstructed, configurations: () => 0 };
  const compiled = compile(machine);
  return { stepper: () => new TableStepper(compiled), reasons: () => [...compiled.reasons], configurations: () => compiled.tables.size };
}

/** How a machine is stepped, and why: for people and for tools. */
export interface Explanation {
  readonly machine: string;
  readonly by: "table" | "interpreter";
  /** What keeps it from having tables, each with its place. */
  readonly reasons: readonly string[];
  readonly states: number;
  /** Configurations its tables know so far; they are filled as they are used. */
  readonly configurations: number;
  /** What it invokes or spawns, by name. */
  readonly sources: Readonly<Record<string, "program" | "process">>;
}

export function explained({ machine, sources, reasons, configurations }: MachineDefinition): Explanation {
  const why = reasons();
  return {
    machine: machine.id, by: why.length === 0 ? "table" : "interpreter", reasons: why, states: nodesOf(machine.root).length, configurations: configurations(),
    sources: Object.fromEntries([...sources].map(([name, { kind }]) => [name, kind])),
  };
}
