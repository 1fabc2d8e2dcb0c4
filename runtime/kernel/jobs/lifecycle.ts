// The lifecycle of a submitted graph, stepped through the house's generated tables (runtime/process/lifecycle.ts). Facts in the events are
// what the kernel found; a transition that no row allows is refused, never ignored (P1, P2).
//   J1  QUEUED → VALIDATING → RUNNING → COMPLETED | FAILED | CANCELLED. Nothing leaves an end.
//   J2  A job runs only validated: certificate checked and resources reserved, every time it leaves the queue.
//   J3  A running job is preempted, retried, cancelled or moved at a fence alone, or where it was rolled back to, the start of its REV
//       segment; it goes back to QUEUED with the place it goes on from.
import { setup } from "xstate";
import { compileLifecycle } from "../../process/lifecycle.ts";

export const GRAPH_JOB_STATES = ["QUEUED", "VALIDATING", "RUNNING", "COMPLETED", "FAILED", "CANCELLED"] as const;
export type GraphJobState = (typeof GRAPH_JOB_STATES)[number];

export type GraphJobEvent =
  /** The queue chose it and a slot is free. */
  | { readonly type: "VALIDATE"; readonly slot: boolean }
  | { readonly type: "START"; readonly certified: boolean; readonly reserved: boolean }
  /** The last epoch's fence was reached and its run is sealed. */
  | { readonly type: "COMPLETE"; readonly atEnd: boolean; readonly sealed: boolean }
  | { readonly type: "FAIL"; readonly why: string }
  | { readonly type: "CANCEL"; readonly atFence: boolean }
  /** Back into the queue: others first, another attempt, or the kernel began anew. */
  | { readonly type: "REQUEUE"; readonly atFence: boolean; readonly because: "preempted" | "retry" | "resumed" };

export const graphJobMachine = setup({
  types: { events: {} as GraphJobEvent },
  guards: {
    slotted: ({ event }) => event.type === "VALIDATE" && event.slot,
    admitted: ({ event }) => event.type === "START" && event.certified && event.reserved,
    ended: ({ event }) => event.type === "COMPLETE" && event.atEnd && event.sealed,
    told: ({ event }) => event.type === "FAIL" && event.why !== "",
    fenced: ({ event }) => (event.type === "CANCEL" || event.type === "REQUEUE") && event.atFence,
  },
}).createMachine({
  id: "graphJob",
  initial: "QUEUED",
  states: {
    QUEUED: { on: { VALIDATE: { target: "VALIDATING", guard: "slotted" }, FAIL: { target: "FAILED", guard: "told" }, CANCEL: { target: "CANCELLED" } } },
    VALIDATING: { on: { START: { target: "RUNNING", guard: "admitted" }, FAIL: { target: "FAILED", guard: "told" }, CANCEL: { target: "CANCELLED" }, REQUEUE: { target: "QUEUED", guard: "fenced" } } },
    RUNNING: {
      on: {
        COMPLETE: { target: "COMPLETED", guard: "ended" }, FAIL: { target: "FAILED", guard: "told" },
        CANCEL: { target: "CANCELLED", guard: "fenced" }, REQUEUE: { target: "QUEUED", guard: "fenced" },
      },
    },
    COMPLETED: { type: "final" },
    FAILED: { type: "final" },
    CANCELLED: { type: "final" },
  },
});
export const graphJobLifecycle = compileLifecycle<GraphJobState, GraphJobEvent>(graphJobMachine, GRAPH_JOB_STATES);

export const isEnd = (state: GraphJobState): boolean => state === "COMPLETED" || state === "FAILED" || state === "CANCELLED";
