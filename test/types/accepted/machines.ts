// Machines that must compile: what they invoke, what comes back, who they are spawned by.
import { assign, sendTo, setup } from "xstate";
import { defineMachine, defineProcess, fromProcess, fromProgram, k, processRef, type EventOf, type Sent } from "../../../runtime/app/index.ts";

const double = defineProcess({ name: "double", *run({ k }, input: { readonly n: number }) { yield* k.sleep(1); return input.n * 2; } });
const wait = fromProgram({ *run({ k }, ticks: number) { yield* k.sleep(ticks); return "waited" as const; } });

const machine = setup({
  types: { context: {} as { n: number; word: string }, input: {} as { start: number }, output: {} as { n: number }, events: {} as Sent<{ type: "ADD"; by: number }> | { type: "END" } },
  actors: { double: fromProcess(double), wait },
  actions: { tell: ({ context }) => k.log("n", context.n) },
}).createMachine({
  context: ({ input }) => ({ n: input.start, word: "" }),
  initial: "a",
  states: {
    a: {
      invoke: { src: "double", input: ({ context }) => ({ n: context.n }), onDone: { target: "b", actions: assign({ n: ({ event }) => event.output }) } },
      on: { ADD: { actions: ["tell", assign({ n: ({ context, event }) => context.n + event.by }), sendTo(({ event }) => processRef(event.sender), { type: "ADDED" })] } },
    },
    b: { invoke: { src: "wait", input: 3, onDone: { target: "c", actions: assign({ word: ({ event }) => event.output }) } } },
    c: { type: "final" },
  },
  output: ({ context }) => ({ n: context.n }),
});
export const adder = defineMachine({ name: "adder", machine });
export const add: EventOf<typeof adder> = { type: "END" };

export const user = defineProcess({
  name: "user",
  *run({ k }) {
    const child = yield* k.spawn(adder, { start: 2 });
    const { n }: { n: number } = yield* k.join(child);
    return n;
  },
});
