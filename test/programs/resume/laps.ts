// A run that could go on for ever: every body hands its state on, with a quantum job, mail, timers and draws on the way, beside a
// statechart that only counts. So it can be put down again and again.
import { assign, sendTo, setup } from "xstate";
import { bell, defineMachine, defineProcess, processRef, Type, type ProcessDefinition, type ProcessId, type Sent } from "triad-runtime";

interface Shots { readonly left: number; readonly ones: number; readonly to: ProcessId }
interface Count { readonly laps: number; readonly heard: number; readonly drawn: number }

const shooter: ProcessDefinition<Shots, number> = defineProcess({
  name: "shooter",
  domains: ["Q"],
  *run({ k, q }, { left, ones, to }: Shots) {
    if (left === 0) return ones;
    const contract = yield* q.reserve({ qubits: 2, budget: 1_000 });
    const counts = yield* q.measure(yield* q.sample(contract, bell().measureAll(), 8));
    yield* q.release(contract);
    const more = counts["11"] ?? 0;
    yield* k.send(to, { type: "HIT", more });
    yield* k.sleep(1 + (yield* k.randomUint32("nap")) % 3);
    return yield* k.continueWith({ left: left - 1, ones: ones + more, to });
  },
}) as never;

const counter: ProcessDefinition<Count, Count> = defineProcess({
  name: "counter",
  *run({ k }, { laps, heard, drawn }: Count) {
    const message = yield* k.receive<{ readonly type: string }>({ within: 1 + laps % 3 });
    if (message?.body.type === "END") return { laps, heard, drawn };
    return yield* k.continueWith({ laps: laps + 1, heard: heard + (message === undefined ? 0 : 1), drawn: drawn + (yield* k.randomUint32()) % 7 });
  },
}) as never;

const chart = defineMachine({
  name: "chart",
  machine: setup({
    types: { context: {} as { readonly hits: number; readonly beats: number; readonly to: ProcessId }, input: {} as { readonly to: ProcessId }, events: {} as Sent<{ type: "HIT"; more: number }> | Sent<{ type: "END" }> },
  }).createMachine({
    context: ({ input }) => ({ hits: 0, beats: 0, to: input.to }),
    initial: "even",
    on: { HIT: { actions: assign({ hits: ({ context, event }) => context.hits + event.more }) }, END: ".done" },
    states: {
      even: { after: { 5: { target: "odd", actions: [assign({ beats: ({ context }) => context.beats + 1 }), sendTo(({ context }) => processRef(context.to), { type: "BEAT" })] } } },
      odd: { after: { 7: { target: "even", actions: assign({ beats: ({ context }) => context.beats + 1 }) } } },
      done: { type: "final" },
    },
    output: ({ context }) => context,
  }),
});

export default defineProcess({
  name: "laps",
  domains: ["Q"],
  input: Type.Object({ size: Type.Integer() }),
  *run({ k }, { size }) {
    const other = yield* k.spawn(counter, { laps: 0, heard: 0, drawn: 0 });
    const child = yield* k.spawn(chart, { to: other.process });
    const one = yield* k.spawn(shooter, { left: size, ones: 0, to: child.process });
    const ones = yield* k.join(one);
    yield* k.send(child, { type: "END" });
    const counted = yield* k.join(child);
    yield* k.send(other, { type: "END" });
    return [ones, counted, yield* k.join(other)];
  },
});
