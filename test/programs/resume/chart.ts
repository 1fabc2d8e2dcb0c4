// A statechart as a process: delays, guards, an invoked program with a quantum job, events from its parent and answers to it.
import { assign, sendTo, setup } from "xstate";
import { bell, defineMachine, defineProcess, fromProgram, k as calls, processRef, Type, type Sent } from "triad-runtime";

interface Context { readonly rounds: number; readonly ones: number; readonly pokes: number }

const flip = fromProgram({
  domains: ["Q"],
  *run({ q }, shots: number) {
    const contract = yield* q.reserve({ qubits: 2, budget: 1_000 });
    const counts = yield* q.measure(yield* q.sample(contract, bell().measureAll(), shots));
    yield* q.release(contract);
    return counts["11"] ?? 0;
  },
});

const machine = setup({
  types: { context: {} as Context, input: {} as { readonly rounds: number }, output: {} as Context, events: {} as Sent<{ type: "POKE" }> },
  actors: { flip },
  actions: { tell: ({ context }) => calls.log("chart", { rounds: context.rounds, ones: context.ones }) },
  guards: { finished: ({ context }) => context.rounds === 0 },
}).createMachine({
  context: ({ input }) => ({ rounds: input.rounds, ones: 0, pokes: 0 }),
  initial: "resting",
  on: { POKE: { actions: [assign({ pokes: ({ context }) => context.pokes + 1 }), sendTo(({ event }) => processRef(event.sender), { type: "POKED" })] } },
  states: {
    resting: { always: { guard: "finished", target: "done" }, after: { 2: "flipping" } },
    flipping: {
      entry: "tell",
      invoke: { src: "flip", input: 10, onDone: { target: "resting", actions: assign({ ones: ({ context, event }) => context.ones + event.output, rounds: ({ context }) => context.rounds - 1 }) }, onError: "done" },
    },
    done: { type: "final" },
  },
  output: ({ context }) => context,
});
const chart = defineMachine({ name: "chart", machine });

export default defineProcess({
  name: "chart",
  domains: ["Q"],
  input: Type.Object({ size: Type.Integer() }),
  *run({ k }, { size }) {
    const child = yield* k.spawn(chart, { rounds: size });
    let poked = 0;
    for (let at = 0; at < size; at++) {
      yield* k.send(child, { type: "POKE" });
      if ((yield* k.receive({ within: 3 })) !== undefined) poked += 1;
    }
    return [poked, yield* k.join(child)];
  },
});
