// The lifecycle of an execution context: opened with its ports, running, ended somehow, sealed; or abandoned, which leaves a
// .partial journal. Every end that is an end is sealed (E5).
import { setup } from "xstate";
import { compileLifecycle } from "../process/lifecycle.ts";

export const CONTEXT_STATES = ["opened", "running", "ended", "sealed", "abandoned"] as const;
export type ContextState = (typeof CONTEXT_STATES)[number];
export type ContextEvent =
  | { readonly type: "RUN" }
  /** `recorded`: the journal's last entry is RUN_END. */
  | { readonly type: "END"; readonly recorded: boolean }
  | { readonly type: "SEAL" }
  /** Interrupted, or a port failed. */
  | { readonly type: "ABANDON" };

const abandonable = { ABANDON: { target: "abandoned" } } as const;

export const contextMachine = setup({
  types: { events: {} as ContextEvent },
  guards: { recorded: ({ event }) => event.type === "END" && event.recorded },
}).createMachine({
  id: "context",
  initial: "opened",
  states: {
    opened: { on: { RUN: { target: "running" }, ...abandonable } },
    running: { on: { END: { target: "ended", guard: "recorded" }, ...abandonable } },
    ended: { on: { SEAL: { target: "sealed" }, ...abandonable } },
    sealed: { type: "final" },
    abandoned: { type: "final" },
  },
});
export const contextLifecycle = compileLifecycle<ContextState, ContextEvent>(contextMachine, CONTEXT_STATES);
