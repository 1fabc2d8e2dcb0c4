// Lifecycles as XState machines, and the tables they are stepped by. A Stately diagram of one of these machines is the code:
// the tables are generated from the machine's own definition when the module loads, and a test holds them against XState.
//   P1  Guards read the event only: facts gathered by the kernel through the ABI. A machine has no context and no actions.
//   P2  A transition that no row allows is refused (LIFECYCLE_REFUSED), never ignored.
import type { AnyStateMachine } from "xstate";
import { Fault } from "../../kernel-abi/fault.ts";
import { invariant } from "../../kernel-abi/invariant.ts";

interface Row {
  readonly guard: string | undefined;
  readonly holds: (event: object) => boolean;
  readonly target: string;
}

export interface Lifecycle<S extends string, E extends { readonly type: string }> {
  readonly name: string;
  readonly initial: S;
  /**
   * The state after `event`.
   * @throws Fault LIFECYCLE_REFUSED naming machine, state, event and the guards that did not hold.
   */
  next(state: S, event: E): S;
  /** Whether `next` would not throw. */
  allows(state: S, event: E): boolean;
}

const list = <T>(value: T | readonly T[] | undefined): readonly T[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value as T];

interface TransitionConfig { readonly target: string; readonly guard?: string }

/** By state, then by event. */
function rowsOf(machine: AnyStateMachine): ReadonlyMap<string, ReadonlyMap<string, readonly Row[]>> {
  const rows = new Map<string, Map<string, readonly Row[]>>();
  const guards = machine.implementations.guards as Readonly<Record<string, (scope: { event: object }) => boolean>>;
  for (const [state, node] of Object.entries(machine.config.states ?? {})) {
    const ofState = new Map<string, readonly Row[]>();
    rows.set(state, ofState);
    for (const [event, transitions] of Object.entries(node.on ?? {})) {
      ofState.set(event, list(transitions as TransitionConfig | TransitionConfig[] | string).map((transition) => {
        const { target, guard } = typeof transition === "string" ? { target: transition } as TransitionConfig : transition;
        const predicate = guard === undefined ? undefined : guards[guard];
        invariant(guard === undefined || predicate !== undefined, "P1", `${machine.id}: guard ${String(guard)}`);
        return { guard, target, holds: (input: object) => predicate === undefined || predicate({ event: input }) };
      }));
    }
  }
  return rows;
}

/** Compiles a flat machine (no nesting, no context, no actions) into a table. */
export function compileLifecycle<S extends string, E extends { readonly type: string }>(
  machine: AnyStateMachine, states: readonly S[]): Lifecycle<S, E> {
  const rows = rowsOf(machine);
  const known: ReadonlyMap<string, S> = new Map(states.map((state) => [state, state]));
  const initial = known.get(String(machine.config.initial));
  invariant(initial !== undefined && Object.keys(machine.config.states ?? {}).length === states.length, "P1", machine.id);
  const find = (state: S, event: E): S | undefined =>
    known.get((rows.get(state)?.get(event.type) ?? []).find((row) => row.holds(event))?.target ?? "");
  return {
    name: machine.id,
    initial,
    allows: (state, event) => find(state, event) !== undefined,
    next(state, event) {
      const target = find(state, event);
      if (target !== undefined) return target;
      const guards = (rows.get(state)?.get(event.type) ?? []).map((row) => row.guard).join(", ");
      throw new Fault("LIFECYCLE_REFUSED", { machine: machine.id, state, event: event.type, guards: guards || "no transition" });
    },
  };
}
