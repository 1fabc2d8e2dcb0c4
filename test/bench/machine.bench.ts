// Turns of XState machines a second: stepped by table, interpreted, and by XState's own actor; alone (the Activation as the kernel sees
// it, a message in and the next call out) and in a ring on the real machine. Times are CPU time of this process; ratios are of one run.
import { assign, createActor, createMachine, sendTo, stopChild, type AnyStateMachine } from "xstate";
import type { ProcessId } from "../../kernel-abi/ids.ts";
import type { Message } from "../../kernel-abi/operation.ts";
import type { Journal, Recording } from "../../kernel-abi/ports.ts";
import { defineMachine, defineProcess, processRef, type Child, type MachineDefinition } from "../../runtime/app/index.ts";
import { MachineActivation } from "../../runtime/process/machine/activation.ts";
import { InterpretedStepper } from "../../runtime/process/machine/interpreter.ts";
import { shapeOf } from "../../runtime/process/machine/shape.ts";
import { compile, TableStepper } from "../../runtime/process/machine/table.ts";
import type { Stepper } from "../../runtime/process/machine/stepper.ts";
import { Recorder } from "../../replay/recorder.ts";
import { createMemorySink } from "../../runtime/adapters/memory.ts";
import { least, type Figure, type Goal } from "./figure.ts";
import { fastest, NO_JOURNAL, recordingOf, timed } from "./ground.ts";

const two = createMachine({ id: "two", initial: "a", states: { a: { on: { GO: "b" } }, b: { on: { GO: "a" } } } });

const counting = createMachine({
  id: "counting", initial: "a", context: { n: 0 },
  states: {
    a: { on: { GO: { target: "b", guard: ({ context }: { context: { n: number } }) => context.n >= 0, actions: assign({ n: ({ context }) => (context as { n: number }).n + 1 }) } } },
    b: { on: { GO: { target: "a", actions: assign({ n: ({ context }) => (context as { n: number }).n + 1 }) } } },
  },
});

const regions = createMachine({
  id: "regions", type: "parallel",
  states: {
    left: { initial: "a", states: { a: { on: { GO: "b" } }, b: { on: { GO: "a" } } } },
    right: { initial: "a", states: { a: { on: { GO: "b" } }, b: { on: { GO: "a" } } } },
  },
});

const SUBJECTS: readonly (readonly [name: string, machine: AnyStateMachine])[] = [["two states", two], ["guard and assign", counting], ["two regions", regions]];

function cpuSeconds(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

/** The best of several, after a warm-up. */
function rate(turns: number, make: () => (n: number) => void): number {
  let best = 0;
  for (let round = 0; round < 4; round++) {
    const work = make();
    work(Math.min(turns, 20_000));
    best = Math.max(best, turns / cpuSeconds(() => work(turns)));
  }
  return best;
}

function activation(machine: AnyStateMachine, stepper: () => Stepper): (n: number) => void {
  const shape = shapeOf(machine);
  const body = new MachineActivation({
    name: "bench", strict: true, strandOf: () => { throw new Error("no programs here"); },
    definition: { machine: shape, sources: new Map(), domains: [], stepper, reasons: () => [], configurations: () => 0 },
  }, undefined);
  body.resume({ kind: "value", value: undefined });
  return (n) => {
    for (let left = n; left > 0; left--) {
      const message: Message = { from: 3 as ProcessId, body: { type: "GO" } };
      body.resume({ kind: "value", value: message });
    }
  };
}

function actor(machine: AnyStateMachine): (n: number) => void {
  const started = createActor(machine).start();
  return (n) => { for (let left = n; left > 0; left--) started.send({ type: "GO" }); };
}

const ACTORS = 64;
const TURNS = 300_000;

/** A link of a ring: it is told its neighbour, then passes on what comes. */
const linkMachine = (on: object = {}): AnyStateMachine => createMachine({
  id: "link", initial: "waiting", context: { next: 0 }, on,
  states: {
    waiting: { on: { NEXT: { target: "passing", actions: assign({ next: ({ event }) => (event as unknown as { to: number }).to }) } } },
    passing: { on: { TOKEN: { actions: sendTo((({ context }: { context: { next: number } }) => processRef(context.next as ProcessId)) as never, { type: "TOKEN" } as never) } } },
  },
});

const ringOf = (link: MachineDefinition<undefined, unknown, never>) => defineProcess({
  name: "ring",
  *run({ k }) {
    const links: Child[] = [];
    for (let n = 0; n < ACTORS; n++) links.push(yield* k.spawn(link));
    for (const [at, child] of links.entries()) yield* k.send(child, { type: "NEXT", to: links[(at + 1) % ACTORS]!.process });
    for (const child of links) yield* k.send(child, { type: "TOKEN" });
    yield* k.receive();
  },
});

const programLink = defineProcess({
  name: "link",
  *run({ k }) {
    const { body: { to } } = yield* k.receive<{ readonly to: ProcessId }>();
    for (;;) yield* k.send(to, (yield* k.receive<{ readonly type: string }>()).body);
  },
});

async function ringRate(root: ReturnType<typeof ringOf>, journalFor: (recording: Recording) => Journal): Promise<number> {
  const recording = recordingOf(root, TURNS);
  const { ring } = await fastest(3, { ring: async () => (await timed(root, recording, journalFor(recording))).seconds });
  return TURNS / ring;
}

/** An action no table can do, where it is never taken, keeps a machine with the interpreter. */
const interpretedOnly = { NEVER: { actions: stopChild("nobody") } };

export async function run(): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  const figure = (name: string, value: number, unit: string, goal?: Goal): void => { figures.push(goal === undefined ? { name, value, unit } : { name, value, unit, goal }); };
  const recorded = (recording: Recording): Journal => new Recorder({ recording, sink: createMemorySink() });
  const ringFrom = (machine: AnyStateMachine) => ringOf(defineMachine({ name: "link", machine }) as MachineDefinition<undefined, unknown, never>);
  const rings = [
    ["programs", ringOf(programLink as never)], ["machines by table", ringFrom(linkMachine())], ["machines interpreted", ringFrom(linkMachine(interpretedOnly))],
  ] as const;
  for (const [what, ring] of rings) {
    figure(`ring of ${what}, nothing recorded`, await ringRate(ring, () => NO_JOURNAL), "turns/s");
    figure(`ring of ${what}, recorded`, await ringRate(ring, recorded), "turns/s");
  }
  for (const [name, machine] of SUBJECTS) {
    const shape = shapeOf(machine);
    const compiled = compile(shape);
    const table = rate(1_000_000, () => activation(machine, () => new TableStepper(compiled)));
    const interpreted = rate(100_000, () => activation(machine, () => new InterpretedStepper(shape)));
    const xstate = rate(100_000, () => actor(machine));
    figure(`${name}: by table`, table, "turns/s", least(2_000_000));
    figure(`${name}: by table / XState's actor.send`, table / xstate, "ratio", least(2 / 0.35));
    figure(`${name}: interpreted`, interpreted, "turns/s", name === "two states" ? least(250_000) : undefined);
    figure(`${name}: interpreted / XState's actor.send`, interpreted / xstate, "ratio", least(0.25 / 0.35));
    figure(`${name}: XState's actor.send`, xstate, "events/s");
  }
  return figures;
}
