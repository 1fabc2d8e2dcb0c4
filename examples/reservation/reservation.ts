// A statechart drives a quantum job: reserve, measure, look at what came back, and give up when it takes too long. Delays are ticks of the
// run, so a timeout happens at the same place in every replay. The machine itself is plain XState: open it in Stately's editor as it is.
import { assign, log, setup } from "xstate";
import { circuit, defineMachine, fromProgram, k } from "triad-runtime";

interface Input { readonly qubits: number; readonly shots: number; readonly patience: number }
interface Context extends Input { readonly tries: number; readonly counts: Readonly<Record<string, number>>; readonly gaveUp: boolean }

/** A GHZ state of so many qubits, measured so many times: a program, run inside the machine's process. */
const measure = fromProgram({
  domains: ["Q"],
  *run({ q }, { qubits, shots }: { readonly qubits: number; readonly shots: number }) {
    let ghz = circuit(qubits).h(0);
    for (let n = 1; n < qubits; n++) ghz = ghz.cx(n - 1, n);
    const contract = yield* q.reserve({ qubits, budget: 10_000 });
    const counts = yield* q.measure(yield* q.sample(contract, ghz.measureAll(), shots));
    yield* q.release(contract);
    return counts;
  },
});

const reservation = setup({
  types: { context: {} as Context, input: {} as Input, output: {} as { readonly counts: Context["counts"]; readonly tries: number; readonly gaveUp: boolean }, events: {} as { type: "CANCEL" } },
  actors: { measure },
  actions: {
    announce: ({ context }) => k.log("measuring", { qubits: context.qubits, shots: context.shots }),
    giveUp: assign({ gaveUp: true }),
  },
  guards: { balanced: ({ context }) => Math.abs((context.counts["0".repeat(context.qubits)] ?? 0) * 2 - context.shots) * 10 < context.shots },
  delays: { patience: ({ context }) => context.patience },
}).createMachine({
  id: "reservation",
  context: ({ input }) => ({ ...input, tries: 0, counts: {}, gaveUp: false }),
  initial: "working",
  states: {
    working: {
      initial: "idle",
      on: { CANCEL: { target: "done", actions: "giveUp" } },
      after: { patience: { target: "done", actions: ["giveUp", log("took too long", "timeout")] } },
      states: {
        idle: { after: { 1: "measuring" } },
        measuring: {
          entry: ["announce", assign({ tries: ({ context }) => context.tries + 1 })],
          invoke: {
            src: "measure",
            input: ({ context }) => ({ qubits: context.qubits, shots: context.shots }),
            onDone: { target: "looking", actions: assign({ counts: ({ event }) => event.output }) },
            onError: { target: "#reservation.done", actions: "giveUp" },
          },
        },
        // Too uneven to be believed: measure again.
        looking: { always: [{ guard: "balanced", target: "#reservation.done" }, { target: "idle" }] },
      },
    },
    done: { type: "final" },
  },
  output: ({ context: { counts, tries, gaveUp } }) => ({ counts, tries, gaveUp }),
});

export default defineMachine({ name: "reservation", machine: reservation });
