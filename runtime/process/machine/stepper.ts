// Stepper: what a machine's process asks of whoever steps its machine. Two stand behind it: XState's own functions, and tables made of
// them. Which one does is not to be seen from outside: same states, same effects, in the same order.
import type { Effect } from "./effects.ts";
import type { ChildShape, EventObject, StateValue } from "./shape.ts";
import type { StepState } from "./state.ts";

export interface Stepper {
  readonly by: "interpreter" | "table";
  readonly status: "active" | "done" | "error";
  readonly value: StateValue;
  readonly output: unknown;
  readonly error: unknown;
  /** What the last step asked for. Whoever has done it empties the list. */
  readonly effects: Effect[];
  /** Enters the initial state. */
  start(input: unknown): void;
  /** One macrostep. False: no transition took the event and nothing has changed. @throws what a guard or an action throws */
  step(event: EventObject): boolean;
  /** Why an event that was not taken was not. */
  why(event: EventObject): "no transition" | "no guard held";
  /** A child it has, by its id. */
  child(id: string): ChildShape | undefined;
  /** A kept value with its references to children, itself and others as they are now. */
  revived(value: unknown): unknown;
  state(): StepState;
  /** @throws Fault INPUT_INVALID for a state this machine cannot be in */
  restore(state: StepState): void;
}

/** Microsteps one event may take, unless the machine says otherwise: what stops a cycle of eventless transitions. */
export const MICROSTEPS_MAX = 65_536;
