// What a program is told of a call that was given what it does not take; and of a failure that came a long way.
import { describe, expect, it } from "vitest";
import { all, defineMachine, defineProcess, Fault, fromProcess, fromProgram, k as shared, processRef, race, reserveAll, scope, setup, supervise, within, type Apis, type Program } from "../../../../runtime/app/program/surface.ts";
import { kBefore, kNarrower } from "../../../../domains/k/api/operations.ts";
import { phiBefore, phiNarrower } from "../../../../domains/phi/api/operations.ts";
import { FAULTS } from "../../../../kernel-abi/fault.ts";
import { FLAGS } from "../../../../kernel-abi/version.ts";
import { SYSCALL } from "../../../../kernel-abi/syscall.ts";
import { unpack } from "../../../../kernel-abi/packer.ts";
import { modulesFor } from "../../../../runtime/app/program/generations.ts";
import { drivenBy } from "../../../support/refused.ts";

type Case = readonly [call: string, make: (apis: Apis<"Q" | "PHI">) => unknown, told: readonly [call: string, argument: string, value: string, allowed: RegExp]];

const idle = defineProcess({ name: "idle", *run({ k }) { yield* k.now(); } });
const thrower = (): never => new Proxy({}, { get: () => { throw new RangeError("not to be read"); } }) as never;
const none = null as never;

const CASES: readonly Case[] = [
  ["send to null", ({ k }) => k.send(none, 1), ["k.send", "to", "null", /a process id/]],
  ["send to what cannot be read", ({ k }) => k.send(thrower(), 1), ["k.send", "to", "an object that cannot be read", /a process id/]],
  ["send to a child of text", ({ k }) => k.send({ process: "x" } as never, 1), ["k.send", "to", '{ process: "x" }', /a process id/]],
  ["an imported send", () => shared.send(none, 1), ["k.send", "to", "null", /a process id/]],
  ["join null", ({ k }) => k.join(none), ["k.join", "child", "null", /what spawn returned/]],
  ["join a number", ({ k }) => k.join(5 as never), ["k.join", "child", "5", /what spawn returned/]],
  ["link", ({ k }) => k.link(none), ["k.link", "to", "null", /other than its own/]],
  ["tether", ({ k }) => k.tether(none), ["k.tether", "child", "null", /what spawn returned/]],
  ["monitor", ({ k }) => k.monitor("x" as never), ["k.monitor", "to", '"x"', /a process id/]],
  ["exitOf", ({ k }) => k.exitOf(none), ["k.exitOf", "process", "null", /what spawn returned/]],
  ["select null", ({ k }) => k.select(none), ["k.select", "arms", "null", /1 to/]],
  ["select an arm of null", ({ k }) => k.select([none]), ["k.select", "arms[0]", "null", /on: message/]],
  ["select a hole", ({ k }) => k.select([{ on: "message" }, , { on: "message" }] as never), ["k.select", "arms[1]", "nothing (undefined)", /on: message/]],
  ["select the exit of text", ({ k }) => k.select([{ on: "exit", process: "x" as never }]), ["k.select", "arms[0].process", '"x"', /a process id/]],
  ["receive", ({ k }) => k.receive(none), ["k.receive", "options", "null", /a record/]],
  ["receive within nothing", ({ k }) => k.receive({ within: 0 }), ["k.receive", "within", "0", /at least 1/]],
  ["random", ({ k }) => k.random("no name"), ["k.random", "stream", '"no name"', /a letter, then/]],
  ["random by hand", function* (): Program<unknown> { return yield { domain: "K", op: "random", stream: "s", draw: "x" } as never; }, ["k.random", "draw", '"x"', /^uniform, uint32$/]],
  ["all of one twice", ({ k }) => { const nap = k.sleep(2); return all([k.now(), nap, nap]); }, ["all", "programs[2]", "a program (a generator)", /not the one that is programs\[1\] already/]],
  ["race of one twice", ({ k }) => { const nap = (function* () { yield* k.sleep(2); })(); return race({ a: nap, b: nap }); }, ["race", "programs.b", "a program (a generator)", /not the one that is programs\.a already/]],
  ["spawn with no grants", ({ k }) => k.spawn(idle, undefined, { grants: [] }), ["k.spawn", "grants", "an empty list", /leave grants out/]],
  ["spawn with a grant of null", ({ k }) => k.spawn(idle, undefined, { grants: [none] }), ["k.spawn", "grants[0]", "null", /verb/]],
  ["spawn with a verb nobody knows", ({ k }) => k.spawn(idle, undefined, { grants: [{ verb: "FLY" as never }] }), ["k.spawn", "grants[0].verb", '"FLY"', /EXECUTE_K/]],
  ["spawn with options of null", ({ k }) => k.spawn(idle, undefined, none), ["k.spawn", "options", "null", /a record/]],
  ["spawn with a forged mailbox", ({ k }) => k.spawn({ ...idle, mailbox: { depth: 0, overflow: "refuse" } }), ["k.spawn", "definition.mailbox", '{ depth: 0, overflow: "refuse" }', /depth: 1 to/]],
  ["grant to nobody", ({ k }) => k.grant(none, none), ["k.grant", "to", "null", /a process id/]],
  ["attenuate by null", ({ k }) => k.attenuate(none, none), ["k.attenuate", "scope", "null", /from, until/]],
  ["attenuate by words", ({ k }) => k.attenuate(none, { uses: "x" as never }), ["k.attenuate", "scope.uses", '"x"', /integers from 0/]],
  ["gauges of a record", ({ k }) => k.gauges({ of: {} as never }), ["k.gauges", "of", "an empty object", /a process/]],
  ["a reserve of null", ({ q }) => q.reserve(none), ["q.reserve", "request", "null", /object/]],
  ["a reserve of half a qubit", ({ q }) => q.reserve({ qubits: 0.5, budget: 1 }), ["q.reserve", "qubits", "0.5", /integer/]],
  ["a share with null", ({ q }) => q.share(none, none), ["q.share", "to", "null", /a process id/]],
  ["a circuit that is none", ({ q }) => q.submit(none, { lower: 5 } as never), ["q.submit", "circuit", "{ lower: 5 }", /required/]],
  ["a reserve with a slip", ({ q }) => q.reserve({ qubits: 1, budget: 1 }, { withn: 3 } as never), ["q.reserve", "options", "{ withn: 3 }", /^within and nothing else \("withn" is no option/]],
  ["a share with a slip", ({ q }) => q.share(none, none, { measure: true } as never), ["q.share", "options", "{ measure: true }", /^measures and nothing else/]],
  ["a submit with a slip", ({ q }) => q.submit(none, none, { fuse: 1 } as never), ["q.submit", "options", "{ fuse: 1 }", /^noise, fusion and nothing else/]],
  ["a sample with a slip", ({ q }) => q.sample(none, none, 1, { nois: {} } as never), ["q.sample", "options", "{ nois }", /^noise, fusion and nothing else \("nois" is no option/]],
  ["an estimate with a slip", ({ q }) => q.estimate(none, none, none, { shot: 5 } as never), ["q.estimate", "options", "{ shot: 5 }", /^shots, noise, fusion and nothing else/]],
  ["a gradient with a slip", ({ q }) => q.gradient(none, none, none, { methd: "shift" } as never), ["q.gradient", "options", '{ methd: "shift" }', /^method, shots and nothing else/]],
  ["a gradient with noise", ({ q }) => q.gradient(none, none, none, { shots: 5, noise: {} } as never), ["q.gradient", "options", "{ shots: 5, noise }", /"noise" is no option/]],
  ["a decoder with a slip", ({ q }) => q.logical(none, none, 1, { decodr: "lookup" } as never), ["q.logical", "options", '{ decodr: "lookup" }', /^decoder and nothing else/]],
  ["a spawn with a slip", ({ k }) => k.spawn(none, none, { grant: [] } as never), ["k.spawn", "options", "{ grant }", /^grants, priority and nothing else \("grant" is no option/]],
  ["a receive with a slip", ({ k }) => k.receive({ within: 3, of: 1 } as never), ["k.receive", "options", "{ within: 3, of: 1 }", /^within and nothing else/]],
  ["totals with a slip", ({ k }) => k.runTotals({ at: 1 } as never), ["k.runTotals", "options", "{ at: 1 }", /^of and nothing else/]],
  ["gauges with a slip", ({ k }) => k.gauges({ process: 1 } as never), ["k.gauges", "options", "{ process: 1 }", /^of and nothing else/]],
  ["a reserve of Φ with a slip", ({ phi }) => phi.reserve({ components: 1, duration: 1 }, { withn: 3 } as never), ["phi.reserve", "options", "{ withn: 3 }", /^within and nothing else/]],
  ["a share of Φ with a slip", ({ phi }) => phi.share(none, none, { measure: true } as never), ["phi.share", "options", "{ measure: true }", /^measures and nothing else/]],
  ["a spectrum with a slip", ({ phi }) => phi.spectrum(none, [1, 2], { pad: 2 } as never), ["phi.spectrum", "options", "{ pad: 2 }", /^sampleRate, window, padding, top and nothing else/]],
  ["a problem of Kuramoto with a slip", ({ phi }) => phi.kuramoto(none, { omega: [1], couplings: 1, step: 5 } as never), ["phi.kuramoto", "problem", "{ omega, couplings: 1, step: 5 }", /^omega, couplings, graph, initial, dt, steps, transient, noise, stride, lockTolerance and nothing else \("step" is no member/]],
  ["a problem of Ising with a slip", ({ phi }) => phi.ising(none, { couplings: [], restart: 2 } as never), ["phi.ising", "problem", "{ couplings, restart: 2 }", /^couplings, fields, schedule, restarts, polish, cut and nothing else/]],
  ["a shift of null", ({ phi }) => phi.shift(none, 1), ["phi.shift", "envelope", "null", /phi.open/]],
  ["a problem of null", ({ phi }) => phi.kuramoto(none, none), ["phi.kuramoto", "problem", "null", /a record/]],
  ["requests of null", () => reserveAll(none), ["reserveAll", "requests[0]", "null", /domain/]],
  ["a race of numbers", () => race({ a: 5 as never }), ["race", "programs.a", "5", /a program/]],
  ["a race of null", () => race(none), ["race", "programs", "null", /at least one program/]],
  ["all of null", () => all(none), ["all", "programs", "null", /a list/]],
  ["all of a hole", () => all([, shared.now()] as never), ["all", "programs[0]", "nothing (undefined)", /a program/]],
  ["within no ticks", () => within(0, shared.now()), ["within", "ticks", "0", /at least 1/]],
  ["within null", () => within(5, none), ["within", "program", "null", /a program/]],
  ["a scope of null", () => scope(none), ["scope", "body", "null", /a function/]],
  ["a scope that gives a number", () => scope(() => 5 as never), ["scope", "what body gives", "5", /a program/]],
  ["a child of a scope", () => scope(function* (inner) { return yield* inner.spawn(idle, undefined, none); }), ["k.spawn", "options", "null", /a record/]],
  ["a strand's own call", ({ k }) => race({ a: k.join(none), b: k.sleep(3) }), ["k.join", "child", "null", /what spawn returned/]],
  ["a strand's own sleep", ({ k }) => race({ a: k.sleep(0), b: k.sleep(3) }), ["k.sleep", "ticks", "0", /at least 1/]],
  ["supervision of nothing", () => supervise(none), ["supervise", "supervise", "null", /strategy/]],
  ["supervision of no child", () => supervise({ strategy: "one-for-one", children: [] }), ["supervise", "children", "an empty list", /at least one/]],
];

function* caught(make: () => unknown): Program<unknown> {
  try {
    return yield* make() as Program<unknown>;
  } catch (error) {
    return error instanceof Fault ? [error.fault, { ...error.detail }, error.next] : (error as Error).name;
  }
}

describe("a call that is given what it does not take", () => {
  it.each(CASES)("%s", async (_, make, [call, argument, value, allowed]) => {
    const { end, frames } = await drivenBy(function* (apis) { return yield* caught(() => make(apis)); });
    const [fault, detail, next] = end.result as [string, Record<string, string>, string];
    expect([fault, detail["call"], detail["argument"], detail["value"]]).toEqual(["ABI_MALFORMED", call, argument, value]);
    expect(detail["allowed"] ?? detail["what"]).toMatch(allowed);
    expect(next).toContain(`Write ${call}(`);
    expect(next).toContain(`with ${argument}: `);
    for (const { body } of frames.flatMap(({ entries }) => entries).filter(({ verdict }) => verdict === 3001)) expect(unpack(body)).toMatchObject(detail);
  });

  it("is on record when the kernel refuses it, as it was told", async () => {
    const { frames } = await drivenBy(function* ({ k }) { return yield* caught(() => k.send(none, 1)); });
    const [refused] = frames.flatMap(({ entries }) => entries).filter(({ code }) => code === SYSCALL.IPC_SEND);
    expect([refused?.verdict, unpack(refused?.body ?? new Uint8Array())]).toEqual([3001, { call: "k.send", argument: "to", value: "null", allowed: "a process id, or what spawn returned" }]);
  });

  it("keeps its next step when nobody catches it", async () => {
    const { end } = await drivenBy(function* ({ k }) { yield* k.sleep(0); });
    expect(end.fault).toMatchObject({ name: "ABI_MALFORMED", next: "Write k.sleep(ticks), with ticks: an integer of at least 1." });
  });

  it("is told as it was in a run recorded before", async () => {
    const flags = Object.keys(FLAGS).filter((name) => name !== "refusalsInFull");
    const { end } = await drivenBy(function* ({ k }) {
      return [yield* caught(() => k.sleep(0)), yield* caught(() => race({})), yield* caught(() => race(none)), yield* caught(() => k.spawn(idle, undefined, { grants: [] })), yield* caught(() => supervise(none))];
    }, flags);
    const next = "The detail names the argument and what is allowed.";
    expect(end.result).toEqual([
      ["ABI_MALFORMED", { argument: "ticks", value: "0", allowed: "an integer of at least 1" }, next], ["ABI_MALFORMED", { argument: "race", allowed: "at least one program" }, next], "TypeError",
      ["LIFECYCLE_REFUSED", { machine: "process", state: "created", event: "INITIALIZE", guards: "tabled" }, "The detail names the state and the guard that refused."],
      ["ABI_MALFORMED", { argument: "supervise", allowed: "{ strategy, intensity, pause, children }" }, next],
    ]);
  });
});

describe("a member that no call reads", () => {
  const BEFORE = Object.keys(FLAGS).filter((name) => name !== "widerProviders");
  const slip = { priority: 0, prioritee: 3 };
  const start = function* () { return yield* caught(() => scope(function* (group) { yield* group.spawn(idle, undefined, slip as never); return "spawned"; })); };

  it("is refused where options are handed on, and was passed over in runs from before", async () => {
    const { end } = await drivenBy(start);
    expect(end.result).toMatchObject(["ABI_MALFORMED", { call: "k.spawn", argument: "options" }, expect.stringContaining('"prioritee" is no option')]);
    expect((await drivenBy(start, BEFORE)).end.result).toBe("spawned");
    expect((await drivenBy(start, BEFORE.filter((name) => name !== "refusalsInFull"))).end.result).toBe("spawned");
  });

  it("is not looked at by what programs of runs from before are handed", () => {
    for (const [k, phi] of [[kNarrower, phiNarrower], [kBefore, phiBefore]] as const) {
      expect(k.spawn(idle, undefined, slip as never).next().value).toMatchObject({ op: "spawn", priority: 0 });
      expect(phi.kuramoto(none, { omega: [1], couplings: 1, step: 5 } as never).next().value).toMatchObject({ op: "submit", call: { op: "kuramoto", steps: 4_000 } });
    }
    const narrower = modulesFor(BEFORE)["triad-runtime"] as unknown as Apis<"Q" | "PHI">;
    expect(narrower.k.spawn(idle, undefined, slip as never).next().value).toMatchObject({ op: "spawn" });
    expect(narrower.phi.reserve({ components: 1, duration: 1 }, { withn: 1 } as never).next().value).toMatchObject({ op: "reserve" });
    const now = modulesFor(Object.keys(FLAGS))["triad-runtime"] as unknown as Apis<"Q" | "PHI">;
    expect(() => now.k.spawn(idle, undefined, slip as never)).toThrow(expect.objectContaining({ fault: "ABI_MALFORMED" }) as Error);
  });
});

describe("a program that was not run, where something else belongs", () => {
  const BEFORE = Object.keys(FLAGS).filter((name) => name !== "unrunRefused");
  const circuit = { qubits: 1, clbits: 1, ops: [] } as never;
  const unrun = (apis: Apis<"Q" | "PHI">): never => apis.q.reserve({ qubits: 1, budget: 1 }) as never;
  const GIVEN: readonly (readonly [call: string, argument: string, allowed: string, make: (apis: Apis<"Q" | "PHI">) => unknown])[] = [
    ["q.release", "contract", "a contract", (apis) => apis.q.release(unrun(apis))], ["q.ledger", "contract", "a contract", (apis) => apis.q.ledger(unrun(apis))],
    ["q.share", "contract", "a contract", (apis) => apis.q.share(unrun(apis), 0 as never)], ["q.submit", "contract", "a contract", (apis) => apis.q.submit(unrun(apis), circuit)],
    ["q.measure", "job", "a job", (apis) => apis.q.measure(unrun(apis))], ["phi.project", "job", "a job", (apis) => apis.phi.project(unrun(apis))],
    ["phi.kuramoto", "contract", "a contract", (apis) => apis.phi.kuramoto(unrun(apis), { omega: [1, 2], couplings: 1 })], ["phi.shift", "envelope", "what phi.open returned", (apis) => apis.phi.shift(unrun(apis), 1)],
    ["k.select", "arms[1].job", "a job", (apis) => apis.k.select([{ on: "message" }, { on: "outcome", job: unrun(apis) }])], ["q.measure", "job", "a job", (apis) => race({ a: apis.q.measure(unrun(apis)), b: apis.k.sleep(3) })],
    ["k.select", "arms[0].job", "a job", (apis) => race({ a: apis.k.select([{ on: "outcome", job: unrun(apis) }]), b: apis.k.sleep(3) })],
    ["q.cancel", "job", "a job", (apis) => (function* (): Program<unknown> { return yield { domain: "Q", op: "cancel", job: unrun(apis) } as never; })()],
    ["k.attenuate", "capability", "a capability", (apis) => apis.k.attenuate(unrun(apis), { uses: 1 })], ["k.grant", "capability", "a capability", (apis) => apis.k.grant(unrun(apis), 0 as never)],
    ["k.revoke", "capability", "a capability", (apis) => apis.k.revoke(unrun(apis))], ["k.send", "to", "a process id, or what spawn returned", (apis) => apis.k.send(unrun(apis), 1)],
    ["k.exitOf", "process", "a process id, or what spawn returned", (apis) => apis.k.exitOf(unrun(apis))],
  ];

  it.each(GIVEN)("%s says so of its %s", async (call, argument, allowed, make) => {
    const { end, frames } = await drivenBy(function* (apis) { return yield* caught(() => make(apis)); });
    const told = { call, argument, value: "a program that was not run", allowed: `${allowed}: write yield* before the call that makes it` };
    expect(end.result).toEqual(["ABI_MALFORMED", told, expect.stringContaining(`with ${argument}: ${told.allowed}`)]);
    expect(frames.flatMap(({ entries }) => entries).map(({ verdict }) => verdict)).not.toContain(FAULTS.Q_ERR_NO_CLONE_VIOLATION.code);
  });

  it.each([["a", "b"], ["b", "a"]])("names the envelope it stands for: %s", async (odd, sound) => {
    const { end } = await drivenBy(function* (apis) {
      const envelope = { contract: yield* apis.phi.reserve({ components: 4, duration: 9 }), job: {} } as never;
      return yield* caught(() => (odd === "a" ? apis.phi.merge(unrun(apis), envelope) : apis.phi.merge(envelope, unrun(apis))));
    });
    expect(end.result).toMatchObject(["ABI_MALFORMED", { call: "phi.merge", argument: odd }, expect.not.stringContaining(`with ${sound}:`)]);
  });

  it("is no attempt to copy a handle, however often it is given", async () => {
    const often = (flags?: readonly string[]) => drivenBy(function* (apis) {
      const contract = yield* apis.q.reserve({ qubits: 1, budget: 20 });
      for (let n = 0; n < 15; n++) yield* caught(() => apis.q.measure(apis.q.submit(contract, circuit) as never));
      yield* apis.k.sleep(1);
      return (yield* apis.q.ledger(contract)).state;
    }, flags);
    expect([(await often()).end.result, (await often(BEFORE)).end.result]).toEqual(["active", "revoked"]);
  });

  it("has no encoded form, and is told from an instance without a name", async () => {
    const run = (flags?: readonly string[]) => drivenBy(function* (apis) {
      const values = [apis.k.now(), unrun(apis), { of: [unrun(apis)] }, new (class {})()];
      const answers: unknown[] = [];
      for (const value of values) answers.push(((yield* caught(() => apis.k.log("l", value))) as readonly unknown[])[1], ((yield* caught(() => apis.k.send(0 as never, value))) as readonly unknown[])[1]);
      return answers;
    }, flags);
    const what = "a program that was not run: write yield* before the call";
    const whats = ({ end }: Awaited<ReturnType<typeof run>>): readonly unknown[] => (end.result as readonly { readonly what: string }[]).map((detail) => detail.what);
    expect(whats(await run())).toEqual([what, what, what, what, what, what, "an instance of a class without a name", "an instance of a class without a name"]);
    expect(whats(await run(BEFORE))).toEqual(["Ask", "Ask", "", "", "", "", "", ""]);
  });

  it("is no result", async () => {
    const { end } = await drivenBy(function* (apis) { yield* apis.k.now(); return apis.k.now(); });
    expect(end.fault).toMatchObject({ name: "ABI_UNENCODABLE", detail: { what: "a program that was not run: write yield* before the call" }, next: expect.stringContaining("yield*") as string });
  });

  it("is told from a copy of a handle, which a dead handle is told from", async () => {
    const { end } = await drivenBy(function* ({ q }) {
      const contract = yield* q.reserve({ qubits: 1, budget: 1 });
      return [yield* caught(() => q.release({ ...contract })), yield* caught(() => q.ledger({} as never)), yield* caught(() => q.measure(contract as never))];
    });
    expect((end.result as readonly (readonly unknown[])[]).map(([fault, detail]) => [fault, (detail as { readonly why: string }).why])).toEqual([
      ["CONTRACT_INVALID", "a copy of a handle, or another object"], ["CONTRACT_INVALID", "a copy of a handle, or another object"], ["Q_ERR_NO_CLONE_VIOLATION", "dead or foreign handle"],
    ]);
  });

  it("was taken for a copy in a run recorded before", async () => {
    const { end } = await drivenBy(function* (apis) {
      return [yield* caught(() => apis.q.measure(unrun(apis))), yield* caught(() => apis.phi.shift(unrun(apis), 1)), yield* caught(() => apis.k.select([{ on: "outcome", job: unrun(apis) }])), yield* caught(() => apis.k.join(unrun(apis)))];
    }, BEFORE);
    expect((end.result as readonly (readonly unknown[])[]).map(([fault, detail]) => [fault, detail])).toEqual([
      ["Q_ERR_NO_CLONE_VIOLATION", { why: "dead or foreign handle" }], ["CONTRACT_INVALID", { why: "dead or foreign handle" }], ["Q_ERR_NO_CLONE_VIOLATION", { why: "dead or foreign handle" }],
      ["ABI_MALFORMED", { call: "k.join", argument: "child", value: "a program (a generator)", allowed: "what spawn returned" }],
    ]);
  });
});

describe("a definition of somebody's own making", () => {
  const nothing = (): void => undefined;
  it.each([["nothing", null], ["no activation", {}], ["steps of nothing", { resume: nothing, stop: nothing }], ["steps of another kind", { resume: () => ({ kind: "odd" }), stop: nothing }]])("that activates %s fails its process and no other", async (_, activation) => {
    const forged = { ...idle, activate: () => activation as never };
    const { end } = await drivenBy(function* ({ k }) { return yield* caught(function* () { return yield* k.join(yield* k.spawn(forged)); }); });
    expect(end.result).toEqual(["PROCESS_FAILED", expect.objectContaining({ process: "root/idle#1" }), expect.any(String)]);
  });
});

describe("a failure that passes through many processes", () => {
  const leaf = defineProcess({ name: "x", *run({ k }) { yield* k.now(); throw new Error("the bottom fell out"); } });
  const levels = (depth: number, above: (below: typeof leaf) => typeof leaf): typeof leaf => (depth === 0 ? leaf : above(levels(depth - 1, above)));
  const awaiting = (below: typeof leaf): typeof leaf => defineProcess({ name: "a", *run({ k }) { return (yield* k.join(yield* k.spawn(below))) as never; } });
  const watching = (below: typeof leaf): typeof leaf => defineProcess({ name: "s", *run() { return (yield* supervise({ strategy: "one-for-one", intensity: { restarts: 0, within: 9 }, children: [{ id: "kept", start: below }] })) as never; } });
  const failing = (below: typeof leaf, flags?: readonly string[]) => drivenBy(function* ({ k }) { return yield* caught(function* () { return yield* k.join(yield* k.spawn(below)); }); }, flags);

  it.each([["awaiting", awaiting], ["supervising", watching], ["both in turn", (below: typeof leaf) => watching(awaiting(below))]] as const)("%s names where it began and how many lie between, and grows no longer", async (_, above) => {
    const { end } = await failing(levels(80, above));
    const [fault, detail] = end.result as [string, Record<string, unknown>];
    const between = above === awaiting || above === watching ? 80 : 160;
    expect([fault, detail["levels"], detail["cause"]]).toEqual(["PROCESS_FAILED", between, "PROCESS_FAILED"]);
    expect(detail["from"]).toMatch(/^root\/[as]#1\/.*\/x#1$/);
    expect(String(detail["message"])).toMatch(/^A process ended by an uncaught error\. \(process=root\//);
    expect(JSON.stringify(end.result).length).toBeLessThan(3_500);
  });

  it("one level away is told as it always was", async () => {
    const { end } = await failing(leaf);
    expect((end.result as readonly unknown[])[1]).toEqual({ process: "root/x#1", cause: "PROCESS_FAILED", code: 3103, message: "A process ended by an uncaught error. (process=root/x#1 error=Error message=the bottom fell out)" });
  });

  it("grew with each level in runs recorded before", async () => {
    const { end } = await failing(levels(9, awaiting), Object.keys(FLAGS).filter((name) => name !== "refusalsInFull"));
    const [, detail] = end.result as [string, Record<string, unknown>];
    expect([Object.keys(detail), String(detail["message"]).split("A process ended").length]).toEqual([["process", "cause", "code", "message"], 11]);
  });
});

describe("a declaration that says nothing", () => {
  const machine = setup({}).createMachine({ id: "m" });
  it.each([
    ["defineProcess", () => defineProcess(none), "declaration", "null"], ["defineProcess", () => defineProcess(thrower()), "declaration", "an object that cannot be read"],
    ["defineProcess", () => defineProcess({ name: "idle" } as never), "run", "nothing (undefined)"], ["defineProcess", () => defineProcess({ name: "idle", domains: "Q", *run() { /* nothing */ } } as never), "domains", '"Q"'],
    ["defineProcess", () => defineProcess({ name: "idle", input: 5, *run() { /* nothing */ } } as never), "input", "5"], ["defineProcess", () => defineProcess({ name: "an idle one", *run() { /* nothing */ } } as never), "name", '"an idle one"'],
    ["defineProcess", () => defineProcess({ name: "idle", mailbox: { depth: 0, overflow: "refuse" }, *run() { /* nothing */ } } as never), "mailbox", '{ depth: 0, overflow: "refuse" }'],
    ["defineMachine", () => defineMachine(none), "declaration", "null"], ["defineMachine", () => defineMachine({ name: "m", machine: {} } as never), "machine", "an empty object"],
    ["defineMachine", () => defineMachine({ name: "m", machine, domains: "Q" } as never), "domains", '"Q"'], ["defineMachine", () => defineMachine({ name: "m", machine, strict: 1 } as never), "strict", "1"],
    ["fromProgram", () => fromProgram(none), "declaration", "null"], ["fromProgram", () => fromProgram({} as never), "run", "nothing (undefined)"], ["fromProcess", () => fromProcess(idle, none), "declaration", "null"],
    ["processRef", () => processRef(none), "to", "null"],
  ] as const)("%s: %s", (call, make, argument, value) => {
    const fault = (() => {
      try {
        return make();
      } catch (error) {
        return error;
      }
    })();
    expect(fault).toBeInstanceOf(Fault);
    expect((fault as Fault).detail).toMatchObject({ call, argument, value });
    expect((fault as Fault).next).toMatch(new RegExp(`^Write ${call}\\(.*with ${argument}: `));
  });
});
