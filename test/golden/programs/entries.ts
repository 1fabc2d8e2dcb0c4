// Machines whose entries send to what their own states invoke: at once, later, and to a child that is gone before it could start or when
// the mail for it is due. One that takes what it is told of a send that is refused goes on in either case.
import { assign, createMachine, defineMachine, defineProcess, fromProcess, fromProgram, sendTo, stopChild } from "triad-runtime";

const kid = defineProcess({ name: "kid", *run({ k }) { return ((yield* k.receive<{ readonly type: string }>({ within: 6 }))?.body ?? { type: "nothing" }).type; } });
const program = fromProgram({ *run({ k }) { return ((yield* k.receive<{ readonly type: string }>({ within: 6 }))?.body ?? { type: "nothing" }).type; } });

/** `told` of the child's end, or `refused`. */
const teller = (name: string, src: string, entry: object, inner: object = {}) => defineMachine({
  name,
  machine: createMachine({
    id: "teller", initial: "asks", context: { heard: [] as unknown[] },
    states: {
      asks: {
        entry, invoke: { id: "p", src, onDone: { target: "told", actions: assign({ heard: ({ context, event }: never) => [...(context as { heard: unknown[] }).heard, (event as { output: unknown }).output] }) } },
        on: { "triad.fault": { actions: assign({ heard: ({ context, event }: never) => [...(context as { heard: unknown[] }).heard, (event as { fault: { name: string } }).fault.name] }) } },
        after: { 9: "told" }, ...inner,
      },
      told: { type: "final" },
    },
    output: ({ context }: never) => (context as { heard: unknown[] }).heard,
  } as never, { actors: { kid: fromProcess(kid), program } } as never),
});

const HELLO = { type: "HELLO" };
const gone = { initial: "stops", states: { stops: { entry: stopChild("p") } } };

export default defineProcess({
  name: "entries",
  *run({ k }) {
    const heard: unknown[] = [];
    for (const src of ["kid", "program"]) {
      const tellers = [
        teller("at-once", src, sendTo("p", HELLO)), teller("later", src, sendTo("p", HELLO, { delay: 2 })),
        teller("too-late", src, sendTo("p", HELLO, { delay: 8 })), teller("never", src, sendTo("p", HELLO), gone),
      ];
      for (const one of tellers) heard.push(yield* k.join(yield* k.spawn(one as never)));
    }
    return heard;
  },
});
