// Machines whose guards throw: an error of the program's, a fault, something that is no error; in a supervised child as well. And a message
// a machine has no transition for, one no guard lets pass, and what is no event at all.
import { createMachine, defineMachine, defineProcess, Fault } from "triad-runtime";

/** A program may throw anything. */
const NO_ERROR: unknown = "a word";

const chart = defineMachine({
  name: "chart",
  machine: createMachine({
    id: "chart", initial: "shut",
    states: {
      shut: {
        on: {
          OPEN: { target: "open", guard: ({ event }) => (event as { key?: string }).key === "k" },
          ERROR: { target: "open", guard: () => { throw new RangeError("not today"); } },
          FAULT: { target: "open", guard: () => { throw new Fault("ABI_LIMIT", { limit: "patience", value: 3 }); } },
          WORD: { target: "open", guard: () => { throw NO_ERROR; } },
        },
      },
      open: { on: { SHUT: "end" } },
      end: { type: "final" },
    },
  }),
});

export default defineProcess({
  name: "guards",
  *run({ k }) {
    const ends: unknown[] = [];
    for (const last of [{ type: "ERROR" }, { type: "FAULT" }, { type: "WORD" }, { type: "OPEN", key: "k" }]) {
      const child = yield* k.spawn(chart);
      yield* k.monitor(child);
      for (const event of [{ type: "SHUT" }, { type: "OPEN", key: "another" }, 7, { type: "xstate.stop" }, last, { type: "SHUT" }]) yield* k.send(child, event);
      const reason = yield* k.exitOf(child);
      ends.push(reason.kind === "failed" ? { kind: reason.kind, fault: { ...reason.fault } } : { ...reason });
    }
    return ends;
  },
});
