// XState machines as processes on the real machine: what comes in, what goes out, what is refused, and where a configuration is wrong.
import { describe, expect, it } from "vitest";
import { assign, cancel, createMachine, emit, enqueueActions, forwardTo, fromCallback, fromPromise, log, raise, sendParent, sendTo, setup, spawnChild, stopChild, type AnyStateMachine } from "xstate";
import { EVENT, type Frame } from "../../../../kernel-abi/frame.ts";
import { Fault } from "../../../../kernel-abi/fault.ts";
import { unpack } from "../../../../kernel-abi/packer.ts";
import { FLAGS } from "../../../../kernel-abi/version.ts";
import { SYSCALL } from "../../../../kernel-abi/syscall.ts";
import type { ProcessDefinition } from "../../../../kernel-abi/operation.ts";
import { checkpoint, continueAsNew, defineMachine, defineProcess, explainMachine, fromProcess, fromProgram, k, processRef, type MachineState } from "../../../../runtime/app/index.ts";
import { run } from "../../../support/run.ts";

const logsIn = (frames: readonly Frame[]): readonly { readonly level: string; readonly label: string; readonly data: unknown }[] =>
  frames.flatMap(({ entries }) => entries).filter(({ code }) => code === SYSCALL.LOG).map(({ body }) => unpack(body) as never);
const machineOf = (config: object, implementations: object = {}): AnyStateMachine => createMachine({ id: "m", ...config } as never, implementations as never);
/** Spawns a machine, sends it what is given, one a tick, and gives what joining it gives. */
const talk = (machine: ProcessDefinition<undefined, unknown>, ...events: readonly unknown[]): ProcessDefinition => defineProcess({
  name: "talk",
  *run({ k }) {
    const child = yield* k.spawn(machine);
    for (const event of events) yield* k.send(child, event);
    return yield* k.join(child);
  },
}) as ProcessDefinition;
const child = (machine: AnyStateMachine, more: object = {}): ProcessDefinition<undefined, unknown> => defineMachine({ name: "child", machine, ...more }) as ProcessDefinition<undefined, unknown>;
const place = (make: () => unknown): unknown => {
  try { make(); } catch (error) { return error instanceof Fault ? { fault: error.fault, ...error.detail } : error; }
  return "accepted";
};

const gate = machineOf({
  initial: "shut", context: { passed: 0 },
  states: {
    shut: { on: { OPEN: { target: "open", guard: ({ event }: { event: { key?: string } }) => event.key === "k" } } },
    open: { on: { PASS: { actions: assign({ passed: ({ context }: { context: { passed: number } }) => context.passed + 1 } as never) }, SHUT: "end", IGNORED: {} } },
    end: { type: "final" },
  },
  output: ({ context, event }: { context: object; event: { type: string } }) => ({ ...context, by: event.type }),
});

describe("messages", () => {
  it("are events; the final state ends the process with the machine's output", async () => {
    const { end } = await run(talk(child(gate), { type: "OPEN", key: "k" }, { type: "PASS" }, { type: "PASS" }, { type: "SHUT" }));
    expect(end).toMatchObject({ status: "completed", result: { passed: 2, by: "xstate.done.state.m.end" } });
  });

  it("without a transition are recorded as refused, each with its reason; a transition that does nothing is an answer", async () => {
    const { frames } = await run(talk(child(gate), { type: "PASS" }, { type: "OPEN", key: "x" }, { type: "OPEN", key: "k" }, { type: "IGNORED" }, 7, { type: "xstate.stop" }, { type: "triad.fault" }, { type: "*" }, { type: "SHUT" }));
    expect(logsIn(frames).map(({ level, label, data }) => [level, label, (data as { event: string }).event, (data as { why: string }).why, (data as { state: string }).state])).toEqual([
      ["warn", "event.refused", "PASS", "no transition", "shut"], ["warn", "event.refused", "OPEN", "no guard held", "shut"],
      ["warn", "event.refused", "", "not an event: no record with a type", "open"], ["warn", "event.refused", "xstate.stop", "a reserved type", "open"],
      ["warn", "event.refused", "triad.fault", "a reserved type", "open"], ["warn", "event.refused", "*", "a reserved type", "open"],
    ]);
    const verdicts = (of: readonly Frame[]): readonly number[] => of.flatMap(({ entries }) => entries).filter(({ code }) => code === SYSCALL.LOG).map(({ verdict }) => verdict);
    expect(verdicts(frames)).toEqual(Array.from({ length: 6 }, () => 3105));
    const before = await run(talk(child(gate), { type: "PASS" }, { type: "OPEN", key: "k" }, { type: "SHUT" }), { flags: Object.keys(FLAGS).filter((name) => name !== "eventsAreRefused") });
    expect(verdicts(before.frames)).toEqual([0]);
  });

  it("without a transition are faults when the machine is strict", async () => {
    const { end } = await run(talk(child(gate, { strict: true }), { type: "PASS" }));
    expect(end).toMatchObject({ status: "faulted", fault: { name: "PROCESS_FAILED", detail: { cause: "LIFECYCLE_REFUSED" } } });
  });

  it("carry their sender, whatever they say; a machine can answer it and its parent", async () => {
    const echo = machineOf({
      initial: "on",
      states: { on: { on: { ASK: { target: "off", actions: [sendTo((({ event }: { event: { sender: never } }) => processRef(event.sender)) as never, { type: "REPLY" } as never), sendParent({ type: "UP" } as never)] } } }, off: { type: "final" } },
    });
    const { end } = await run(defineProcess({
      name: "asker",
      *run({ k }) {
        const machine = yield* k.spawn(child(echo));
        yield* k.send(machine, { type: "ASK", sender: 99 });
        const [first, second] = [yield* k.receive<{ type: string; sender?: number }>(), yield* k.receive<{ type: string }>()];
        return [first.body.type, second.body.type, first.from === machine.process];
      },
    }));
    expect(end).toMatchObject({ status: "completed", result: ["REPLY", "UP", true] });
  });
});

describe("guards", () => {
  // What is invoked keeps a machine from having tables.
  const waiting = fromProgram({ *run({ k }) { yield* k.sleep(9); } });
  const how: readonly (readonly [string, object])[] = [["by table", {}], ["interpreted", { invoke: { src: waiting } }]];
  const failed = async (guard: () => boolean, more: object, options: object = {}): Promise<unknown> => {
    const machine = child(machineOf({ initial: "a", states: { a: { on: { X: { guard, target: "b" } }, ...more }, b: {} } }));
    const { end } = await run(defineProcess({
      name: "asks",
      *run({ k }) {
        const asked = yield* k.spawn(machine);
        yield* k.send(asked, { type: "X" });
        return yield* k.exitOf(asked);
      },
    }), options);
    return (end.result as { readonly fault: unknown }).fault;
  };

  it.each(how)("that break a rule fail with the fault that says which: %s", async (_, more) => {
    const fault = new Fault("AMBIENT_ACCESS", { touched: "Date.now", use: "k.now()" });
    expect(await failed(() => { throw fault; }, more)).toEqual(fault.toJSON());
  });

  it.each(how)("that throw fail with what they threw, as actions do: %s", async (_, more) => {
    class Own extends Error { override readonly name = "Own"; }
    expect(await failed(() => { throw new Own("not today"); }, more)).toMatchObject({ name: "PROCESS_FAILED", detail: { error: "Own", message: "not today" } });
    const nothing: unknown = null; // a program may throw anything
    expect(await failed(() => { throw nothing; }, more)).toMatchObject({ name: "PROCESS_FAILED", detail: { error: "null" } });
  });

  it.each(how)("that threw in a run recorded before are told as they were: %s", async (_, more) => {
    const flags = Object.keys(FLAGS).filter((name) => name !== "guardsFailAsThrown");
    expect(await failed(() => { throw new Error("not today"); }, more, { flags })).toMatchObject({ name: "PROCESS_FAILED", detail: { machine: "m", what: "a guard threw", event: "X" } });
  });
});

describe("actions", () => {
  it("are calls, in XState's order", async () => {
    const machine = setup({
      types: { context: {} as { n: number }, events: {} as { type: "GO" } },
      actions: {
        line: ({ context }) => k.log("line", context.n),
        *several() { yield* k.log("one"); yield* k.metric("two", 2); },
        list: () => [k.log("first"), k.log("second")],
        nothing: () => undefined,
      },
    }).createMachine({
      id: "acts", initial: "a", context: { n: 1 },
      states: {
        a: { entry: ["line", "nothing"], exit: log("leaving", "exit"), on: { GO: { target: "b", actions: ["several", assign({ n: 2 }), "line", emit({ type: "told" } as never)] } } },
        b: { entry: ["list", raise({ type: "GO" })], on: { GO: "c" } },
        c: { type: "final" },
      },
    });
    const { frames, end } = await run(talk(child(machine), { type: "GO" }));
    expect(end.status).toBe("completed");
    expect(logsIn(frames).map(({ label, data }) => [label, data])).toEqual([
      ["line", 1], ["exit", "leaving"], ["one", null], ["line", 2], ["event.emitted", { type: "told" }], ["first", null], ["second", null],
    ]);
  });

  it("do not wait: what would is refused into the action, and as triad.fault when it lets it through", async () => {
    const caught = machineOf({
      initial: "a",
      states: { a: { entry: "wait", on: { "triad.fault": { target: "b", actions: assign({ why: ({ event }: { event: { fault: { detail: object } } }) => event.fault.detail } as never) } } }, b: { type: "final" } },
      context: {}, output: ({ context }: { context: object }) => context,
    }, { actions: { *wait() { yield* k.sleep(1); } } });
    expect((await run(talk(child(caught)))).end).toMatchObject({ result: { why: { operation: "sleep", what: "an action does not wait" } } });
  });

  it("whose call is refused fail the machine that does not take triad.fault", async () => {
    const machine = machineOf({ initial: "a", states: { a: { entry: sendTo(processRef(500 as never) as never, { type: "X" } as never) } } });
    expect((await run(talk(child(machine)))).end).toMatchObject({ status: "faulted", fault: { detail: { cause: "PROCESS_UNKNOWN" } } });
  });
});

describe("delays", () => {
  it("are ticks; after, delayed raises and sends come when they are due, cancelled ones never", async () => {
    const machine = machineOf({
      initial: "a", context: { seen: [] },
      states: {
        a: { entry: [raise({ type: "R" } as never, { delay: 2, id: "r" }), raise({ type: "NEVER" } as never, { delay: 3, id: "n" }), cancel("n"), sendParent({ type: "UP" } as never, { delay: 4 })], on: { R: { actions: "saw" } }, after: { 5: "b" } },
        b: { type: "final" },
      },
    }, { actions: { *saw() { yield* k.log("saw", yield* k.now()); } } });
    const { frames } = await run(defineProcess({
      name: "clock",
      *run({ k }) {
        const started = yield* k.now();
        const one = yield* k.spawn(child(machine));
        yield* k.receive();
        const up = yield* k.now();
        yield* k.join(one);
        yield* k.log("times", [up - started, (yield* k.now()) - started]);
      },
    }));
    // Born a tick later; sent at 4, there at 5; over at 5, known at 6.
    expect(logsIn(frames).map(({ data }) => data)).toEqual([4, [6, 7]]);
  });
});

const adder = fromProgram({ *run({ k }, input: { readonly ticks: number; readonly fail?: boolean }) {
  yield* k.sleep(input.ticks);
  if (input.fail === true) throw new Fault("TIMED_OUT", { ticks: 1 });
  return input.ticks + 1;
} });

const invoking = (input: object, more: object = {}): AnyStateMachine => machineOf({
  initial: "busy", context: { got: null },
  states: {
    busy: { invoke: { id: "job", src: "work", input, onDone: { target: "end", actions: assign({ got: ({ event }: { event: { output: unknown } }) => event.output } as never) }, ...more }, on: { QUIT: "end" } },
    failed: { entry: assign({ got: ({ event }: { event: { error: { name: string } } }) => event.error.name } as never), type: "final" },
    end: { type: "final" },
  },
  output: ({ context }: { context: { got: unknown } }) => context.got,
}, { actors: { work: adder } });

describe("invoked programs", () => {
  it("run beside the machine and give their result", async () => {
    expect((await run(talk(child(invoking({ ticks: 4 }))))).end).toMatchObject({ status: "completed", result: 5 });
  });
  it("fail into onError, or fail the machine with their own fault", async () => {
    expect((await run(talk(child(invoking({ ticks: 1, fail: true }, { onError: "failed" }))))).end).toMatchObject({ result: "TIMED_OUT" });
    expect((await run(talk(child(invoking({ ticks: 1, fail: true }))))).end).toMatchObject({ status: "faulted", fault: { detail: { cause: "TIMED_OUT" } } });
  });
  it("end with the state that invoked them: their finally blocks run", async () => {
    const machine = invoking({}).provide({ actors: { work: fromProgram({ *run({ k }, _: unknown) { try { yield* k.sleep(1_000); } finally { yield* k.log("tidied"); } } }) as never } as never });
    const { frames, end } = await run(talk(child(machine), { type: "QUIT" }));
    expect(end).toMatchObject({ status: "completed", result: null });
    expect(logsIn(frames).map(({ label }) => label)).toEqual(["tidied"]);
  });
  it("receive what the machine sends them, not its mail", async () => {
    const listener = fromProgram({ *run({ k }, _: unknown) { return (yield* k.receive<{ readonly v: number }>()).body.v; } });
    const machine = invoking({}).provide({ actors: { work: listener as never } as never });
    const config = { ...machine.config, on: { FORWARD: { actions: sendTo("job", (({ event }: { event: { v: number } }) => ({ type: "V", v: event.v * 2 })) as never) } } };
    expect((await run(talk(child(createMachine(config as never, machine.implementations as never)), { type: "STRAY" }, { type: "FORWARD", v: 21 }))).end).toMatchObject({ result: 42 });
  });
});

describe("children", () => {
  const worker = defineProcess({ name: "worker", *run({ k }, input: { readonly n: number }) { const { body } = yield* k.receive<{ readonly by: number }>(); if (body.by === 0) throw new Fault("TIMED_OUT", {}); return input.n * body.by; } });
  const parent = (by: number): AnyStateMachine => machineOf({
    initial: "busy", context: { got: null },
    states: {
      busy: { entry: sendTo("w", { type: "WORK", by } as never), invoke: { id: "w", src: "worker", input: { n: 6 }, onDone: { target: "end", actions: assign({ got: ({ event }: { event: { output: unknown } }) => event.output } as never) }, onError: { target: "end", actions: assign({ got: ({ event }: { event: { error: { name: string } } }) => event.error.name } as never) } } },
      end: { type: "final" },
    },
    output: ({ context }: { context: { got: unknown } }) => context.got,
  }, { actors: { worker: fromProcess(worker) } });

  it("are processes: sent to, ended with, and heard of", async () => {
    expect((await run(talk(child(parent(7))))).end).toMatchObject({ status: "completed", result: 42 });
  });

  it("that are machines are processes of their own, and can send to their parent", async () => {
    const inner = machineOf({ initial: "a", states: { a: { after: { 2: "b" }, entry: sendParent({ type: "HELLO" } as never) }, b: { type: "final" } }, output: () => "inner" });
    const outer = machineOf({
      initial: "a", context: { heard: 0 }, on: { HELLO: { actions: assign({ heard: ({ context }: { context: { heard: number } }) => context.heard + 1 } as never) } },
      states: { a: { invoke: { src: "inner", onDone: { target: "b", actions: assign({ got: ({ event }: { event: { output: unknown } }) => event.output } as never) } } }, b: { type: "final" } },
      output: ({ context }: { context: object }) => context,
    }, { actors: { inner } });
    expect((await run(talk(child(outer)))).end).toMatchObject({ status: "completed", result: { heard: 1, got: "inner" } });
  });

  it("spawned and stopped by actions live and end so", async () => {
    const machine = machineOf({ initial: "a", states: { a: { entry: spawnChild("worker" as never, { id: "w", input: { n: 1 } } as never), on: { STOP: { target: "b", actions: stopChild("w") } } }, b: { type: "final" } } }, { actors: { worker: fromProcess(worker) } });
    const { frames, end } = await run(talk(child(machine), { type: "STOP" }));
    expect(end.status).toBe("completed");
    expect(frames.flatMap(({ entries }) => entries).filter(({ code }) => code === SYSCALL.PROC_STOP)).toHaveLength(1);
    expect(frames.flatMap(({ entries }) => entries).some(({ code }) => code === EVENT.TRANSITION)).toBe(true);
  });
});

describe("what an entry sends to a child that its own state invokes", () => {
  const answer = "H";
  const listener = fromProgram({ *run({ k }) { return (yield* k.receive<{ readonly type: string }>({ within: 8 }))?.body.type; } });
  const kid = fromProcess(defineProcess({ name: "kid", *run({ k }) { return (yield* k.receive<{ readonly type: string }>({ within: 8 }))?.body.type; } }));
  const done = { target: "#end", actions: assign({ got: ({ event }: { event: { output: unknown } }) => event.output } as never) };
  const sources: readonly (readonly [string, unknown])[] = [["a program", listener], ["a process", kid]];
  const places: Readonly<Record<string, (entry: unknown) => object>> = {
    "the initial state": (entry) => ({ initial: "a", states: { a: { entry, invoke: { id: "p", src: "p", onDone: done } }, f: { id: "end", type: "final" } } }),
    "a state that is entered later": (entry) => ({ initial: "z", states: { z: { after: { 1: "a" } }, a: { entry, invoke: { id: "p", src: "p", onDone: done } }, f: { id: "end", type: "final" } } }),
    "the root": (entry) => ({ entry, invoke: { id: "p", src: "p", onDone: done }, initial: "w", states: { w: {}, f: { id: "end", type: "final" } } }),
  };
  const ended = async (config: object, source: unknown, options: object = {}): Promise<unknown> =>
    (await run(talk(child(machineOf({ context: { got: null }, output: ({ context }: { context: { got: unknown } }) => context.got, ...config }, { actors: { p: source } }))), options)).end;
  const ways: readonly (readonly [string, unknown])[] = [
    ["at once", sendTo("p", { type: answer } as never)], ["a tick later", sendTo("p", { type: answer } as never, { delay: 1 })], ["later", sendTo("p", { type: answer } as never, { delay: 3 })],
    ["by enqueueActions", enqueueActions((({ enqueue }: { enqueue: { sendTo: (to: string, event: object) => void } }) => { enqueue.sendTo("p", { type: answer }); }) as never)],
    ["instead of another that is cancelled", [sendTo("p", { type: "NEVER" } as never, { delay: 1, id: "x" }), cancel("x"), sendTo("p", { type: answer } as never, { delay: 2 })]],
  ];
  const cases = sources.flatMap(([what, source]) => Object.keys(places).flatMap((at) => ways.map(([how, entry]) => [how, what, at, source, entry] as const)));

  it.each(cases)("%s, reaches %s: %s", async (_how, _what, at, source, entry) => {
    expect(await ended(places[at]?.(entry) ?? {}, source)).toMatchObject({ status: "completed", result: answer });
  });

  it.each(sources)("is the event itself when it is forwarded, to %s", async (_, source) => {
    const states = { z: { entry: raise({ type: "FORTH" } as never, { delay: 1 }), on: { FORTH: "a" } }, a: { entry: forwardTo("p"), invoke: { id: "p", src: "p", onDone: done } }, f: { id: "end", type: "final" } };
    expect(await ended({ initial: "z", states }, source)).toMatchObject({ status: "completed", result: "FORTH" });
  });

  it.each(sources)("is lost with %s that is stopped before it starts, as in XState", async (_, source) => {
    const inner = { initial: "i", states: { i: { entry: stopChild("p"), after: { 2: "#end" } } } };
    for (const [, entry] of ways) {
      expect(await ended({ initial: "a", states: { a: { entry, invoke: { id: "p", src: "p", onDone: done }, ...inner }, f: { id: "end", type: "final" } } }, source)).toMatchObject({ status: "completed", result: null });
    }
  });

  it("is no failure when a program ends without looking", async () => {
    const config = places["the initial state"]?.(sendTo("p", { type: answer } as never)) ?? {};
    expect(await ended(config, fromProgram({ *run({ k }) { yield* k.log("brief"); return "brief"; } }))).toMatchObject({ status: "completed", result: "brief" });
  });

  it.each(sources)("comes to %s in a machine that goes on in a fresh body while it is due", async (_, source) => {
    const entry = [sendTo("p", { type: answer } as never, { delay: 4 }), raise({ type: "ANEW" } as never, { delay: 1 })];
    const states = { a: { entry, invoke: { id: "p", src: "p", onDone: done }, on: { ANEW: { actions: continueAsNew() } } }, f: { id: "end", type: "final" } };
    expect(await ended({ initial: "a", states }, source)).toMatchObject({ status: "completed", result: answer });
  });

  it.each(sources)("was refused as sent to nobody in a run recorded before: %s", async (_, source) => {
    const flags = Object.keys(FLAGS).filter((name) => name !== "entriesReachInvoked");
    for (const [, entry] of ways) {
      expect(await ended(places["the initial state"]?.(entry) ?? {}, source, { flags })).toMatchObject({ status: "faulted", fault: { detail: { cause: "PROCESS_UNKNOWN" } } });
    }
  });
});

describe("states", () => {
  it("go on in a fresh body, timers and context included", async () => {
    const machine = machineOf({
      initial: "a", context: { n: 0 },
      states: { a: { on: { MORE: { actions: [assign({ n: ({ context }: { context: { n: number } }) => context.n + 1 } as never), continueAsNew()] } }, after: { 9: "b" } }, b: { type: "final" } },
      output: ({ context }: { context: object }) => context,
    });
    const { frames, end } = await run(talk(child(machine), { type: "MORE" }, { type: "MORE" }, { type: "MORE" }));
    expect(end).toMatchObject({ status: "completed", result: { n: 3 } });
    expect(frames.flatMap(({ entries }) => entries).filter(({ code }) => code === SYSCALL.PROC_CONTINUE)).toHaveLength(3);
    const ticks = frames.filter((frame) => frame.kind === "turn").map(({ tick }) => tick);
    expect(Math.max(...ticks)).toBe(12); // set at 2 for 11, although each body set it anew; known a tick later
  });

  it("can be handed to somebody who starts a process from them", async () => {
    const machine = machineOf({
      initial: "a", context: { n: 5 },
      states: { a: { on: { KEEP: { target: "b", actions: checkpoint(({ state }) => k.send(3 as never, { state })) } } }, b: { on: { END: "c" } }, c: { type: "final" } },
      output: ({ context }: { context: object }) => context,
    });
    const definition = defineMachine({ name: "kept", machine });
    const { end } = await run(defineProcess({
      name: "keeper",
      *run({ k }) {
        const first = yield* k.spawn(definition as ProcessDefinition<undefined, unknown>);
        yield* k.send(first, { type: "KEEP" });
        const { body } = yield* k.receive<{ readonly state: MachineState }>();
        const second = yield* k.spawn(definition as unknown as ProcessDefinition<MachineState, unknown>, { ...body.state, context: { n: 6 } });
        yield* k.send(second, { type: "END" });
        return [body.state.value, yield* k.join(second)];
      },
    }));
    expect(end).toMatchObject({ result: ["b", { n: 6 }] });
  });
});

describe("a machine that cannot be a process", () => {
  const at = (config: object, implementations: object = {}): unknown => place(() => child(machineOf({ initial: "a", ...config }, implementations)));
  it.each([
    ["a promise", { states: { a: { invoke: { src: "p" } } } }, { actors: { p: fromPromise(() => Promise.resolve(1)) } }, "states.a.invoke", /fromProgram/],
    ["a callback, inline", { states: { a: { states: { b: { invoke: { src: fromCallback(() => undefined) } } }, initial: "b" } } }, {}, "states.a.states.b.invoke", /fromProcess/],
    ["a source without implementation", { states: { a: { invoke: { src: "nobody" } } } }, {}, "states.a.invoke", /setup/],
    ["a source nobody invokes", { states: { a: {} } }, { actors: { p: fromPromise(() => Promise.resolve(1)) } }, "actors.p", /fromProgram/],
    ["an action without implementation", { states: { a: { entry: "beep" } } }, {}, "states.a.entry", /setup/],
    ["a guard without implementation", { states: { a: { on: { GO: { guard: "may", target: "a" } } } } }, {}, "states.a.on GO", /setup/],
    ["a delay of no ticks", { states: { a: { after: { 0: "a" } } } }, {}, "states.a.after", /at least 1/],
    ["half a tick", { states: { a: { entry: raise({ type: "X" } as never, { delay: 0.5 }) } } }, {}, "states.a.entry", /at least 1/],
    ["a delay without implementation", { states: { a: { after: { late: "a" } } } }, {}, "states.a.after", /delays/],
    ["a snapshot listener", { states: { a: { invoke: { src: "p", onSnapshot: {} } } } }, { actors: { p: adder } }, "states.a.invoke.onSnapshot", /event/],
  ])("is refused with its place: %s", (_, config, implementations, where, allowed) => {
    expect(at(config, implementations)).toMatchObject({ fault: "MACHINE_INVALID", machine: "m", at: where, allowed: expect.stringMatching(allowed) as unknown });
  });
});

describe("explain", () => {
  it("says who steps a machine and what stands in the way of tables", () => {
    expect(explainMachine(child(gate) as never)).toMatchObject({ machine: "m", by: "table", reasons: [], states: 4 });
    expect(explainMachine(child(invoking({ ticks: 1 })) as never)).toMatchObject({ by: "interpreter", reasons: ["states.busy: invoke"], sources: { work: "program" } });
    expect(place(() => explainMachine(defineProcess({ name: "p", *run() { return 1; } }) as never))).toMatchObject({ fault: "PROGRAM_INVALID" });
  });
});
