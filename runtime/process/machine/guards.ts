// Guards: how one is evaluated, and what the guards of an interpreted machine threw. XState makes an error of its own of whatever a guard
// throws and keeps the words alone; so the interpreter has the guards of its machine watched.
import { Fault } from "../../../kernel-abi/fault.ts";
import { paramsOf } from "./instructions.ts";
import { isRecord, nodesOf, type EventObject, type MachineShape } from "./shape.ts";

export interface Evaluator {
  /** Whether it reads the snapshot: one of XState's own (`and`, `stateIn`). */
  readonly states: boolean;
  of(snapshot: object, context: object, event: EventObject): boolean;
}

type Predicate = (given: object, params: unknown) => unknown;
type Check = (snapshot: object, given: object, self: unknown) => unknown;

/** A guard by its function, by its name, or one of XState's own, which judge for themselves. @throws Fault MACHINE_INVALID for a name without one */
export function evaluatorOf(machine: MachineShape, guard: unknown): Evaluator {
  const named = typeof guard === "function" ? guard : machine.implementations.guards[typeof guard === "string" ? guard : String(isRecord(guard) ? guard["type"] : guard)];
  if (named === undefined) throw new Fault("MACHINE_INVALID", { machine: machine.id, guard: isRecord(guard) ? String(guard["type"]) : String(guard), allowed: "guards with an implementation" });
  if (typeof named !== "function") return evaluatorOf(machine, named);
  if ("check" in named && typeof named.check === "function") {
    const check = named.check as Check;
    return { states: true, of: (snapshot, context, event) => Boolean(check(snapshot, { context, event }, named)) };
  }
  const holds = named as Predicate;
  const params = paramsOf(guard);
  return { states: false, of: (_, context, event) => Boolean(holds({ context, event }, params(context, event))) };
}

/** What the guards of one machine threw last. Steps do not nest, so one place serves all processes of the machine. */
export interface Watch {
  thrown: { readonly error: unknown } | undefined;
}

const WATCHES = new WeakMap<MachineShape, Watch>();

/** Has every guard of a machine's transitions note what it throws, once for each machine. */
export function watched(machine: MachineShape): Watch {
  const known = WATCHES.get(machine);
  if (known !== undefined) return known;
  const watch: Watch = { thrown: undefined };
  WATCHES.set(machine, watch);
  for (const { transitions } of nodesOf(machine.root)) {
    for (const transition of [...transitions.values()].flat()) {
      if (transition.guard !== undefined) transition.guard = noting(watch, machine, transition.guard);
    }
  }
  return watch;
}

/** A guard of the kind XState hands its snapshot to. */
function noting(watch: Watch, machine: MachineShape, guard: unknown): unknown {
  const check: Check = (snapshot, given) => {
    const { context, event } = given as { readonly context: object; readonly event: EventObject };
    try {
      return evaluatorOf(machine, guard).of(snapshot, context, event);
    } catch (error) {
      watch.thrown = { error };
      throw new Error("a guard threw"); // XState reads the words of what it catches, and not everything has words
    }
  };
  return Object.assign((): boolean => false, { check });
}
