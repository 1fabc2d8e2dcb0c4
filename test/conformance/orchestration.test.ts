// Rows of 001-005, 010-013, 020-024, 082, 084: processes, the scheduler, transitions, contracts, faults.
import { describe, expect, it } from "vitest";
import { readdirSync, readFileSync } from "node:fs";
import { k } from "../../domains/k/api/operations.ts";
import { contains, UNLIMITED } from "../../kernel-abi/capability.ts";
import { EVENT, TURN_END } from "../../kernel-abi/frame.ts";
import { parseFaultScript } from "../../kernel-abi/injection.ts";
import { ROOT } from "../../kernel-abi/ids.ts";
import type { Operation } from "../../kernel-abi/operation.ts";
import { SYSCALL } from "../../kernel-abi/syscall.ts";
import { defineProcess, definePolicy, replayTrace, reproduceTrace, verifyTrace } from "../../runtime/app/index.ts";
import { POLICY_NAMES } from "../../runtime/scheduler/policies.ts";
import { record } from "../support/recordings.ts";
import { refusalOf } from "../support/refusals.ts";
import { runRecording, smallRun } from "../support/runs.ts";
import { allVerbs, run, TOY_UNITS, toyOutcomes } from "../support/run.ts";
import { ask, busy, codeOf, collect, reserve, submit, toy, type Body } from "../support/toy.ts";
import { bodyOf, CALM, codesOf, echo, entriesOf, ghz, PHASES, statesOf, theWhole, trying, turnsOf, whole, witness, withCode } from "./witness.ts";

const revokeAll = function* (verb: string): Body { for (const held of yield* k.capabilities()) if (held.verb === verb) yield* k.revoke(held.capability); return 0; };
const NOBODY = toy("nobody", [], function* () { return yield* k.now(); });

/** A child that does `part` and then fails in the same turn. */
const failing = (part: () => Body) => toy("failing", ["Q", "PHI"], function* () { yield* part(); throw new Error("as it must"); });

describe("determinism", () => {
  it("084/4.1 same start and input, same trace; another seed or input, another one", async () => {
    const [first, second, other] = [await theWhole(), await witness(whole), await witness(whole, { seed: "another" })];
    expect(second.digest).toBe(first.digest);
    expect(second.frames).toEqual(first.frames);
    expect(other.digest).not.toBe(first.digest);
  });
  it("001/4 the order in which work completes is invisible", async () => {
    const plain = await run(busy);
    expect((await run(busy, { outcomes: toyOutcomes((job) => (job * 7919) % 13) })).trace).toBe(plain.trace);
  });
  it("002/3 frames are a function of state and input", async () => {
    const adds = toy("root", [], function* (input) { yield* k.sleep(1); return (input as number) + 1; });
    const [one, same, other] = [await run(adds, { input: 1 }), await run(adds, { input: 1 }), await run(adds, { input: 2 })];
    expect([same.trace === one.trace, other.trace === one.trace, other.end.result]).toEqual([true, false, 3]);
  });
  it("012+082/1 every policy decides the same twice", async () => {
    for (const policy of POLICY_NAMES) expect((await run(busy, { policy })).trace, policy).toBe((await run(busy, { policy })).trace);
  });
  it("005/C3 a run is reproduced, its outcomes computed anew", async () => {
    const { bytes, digest } = await theWhole();
    const report = await reproduceTrace(bytes, { program: whole, workers: 0 });
    expect([report.digest, report.confirmed > 0, report.unconfirmed]).toEqual([digest, true, 0]);
  });
  it("005/C4 a run is replayed from its record", async () => {
    const { bytes, digest } = await theWhole();
    expect(await replayTrace(bytes, { program: whole })).toMatchObject({ digest, complete: true });
  });
  it("084/14 property tests take a fixed seed where CI is set, and one script runs everything", () => {
    const text = (path: string): string => readFileSync(new URL(path, import.meta.url), "utf8");
    expect(text("../support/setup.ts")).toMatch(/process\.env\["CI"\].*configureGlobal\(\{ seed: [\d_]+ \}\)/s);
    expect(text("../../.ci/run")).toMatch(/npm test/);
  });
});

describe("order", () => {
  it("005/C1 one total order: frames that change places are refused", async () => {
    const { frames } = await theWhole();
    expect(frames.every(({ tick }, at) => at === 0 || tick >= frames[at - 1]!.tick)).toBe(true);
    const script = smallRun();
    const moved = script.map((frame, at) => (frame === null ? null : script[at === 4 ? 5 : at === 5 ? 4 : at] ?? null));
    expect(script[4]).not.toEqual(script[5]);
    expect(refusalOf(record(moved, { recording: runRecording() }).file).fault).toBe("TRACE_INCONSISTENT");
    expect(() => refusalOf(record(script, { recording: runRecording() }).file)).toThrow(/nothing was refused/);
  });
  it("005/C2 what contradicts itself is refused, although chain and seal hold", async () => {
    expect((await verifyTrace((await theWhole()).bytes, { trusted: [] })).ok).toBe(true);
    const unallocated = smallRun().map((frame) => frame && { ...frame, entries: frame.entries.filter(({ code }) => code !== EVENT.CONTRACT_ISSUED) });
    expect(refusalOf(record(unallocated, { recording: runRecording() }).file).fault).toBe("TRACE_INCONSISTENT");
  });
  it("005/C5 an aborted turn leaves attempts on record and nothing else", async () => {
    const heard = toy("root", [], function* () {
      const me = yield* k.self();
      yield* k.spawn(failing(() => k.send(me, "from nowhere")), undefined as never, { grants: allVerbs.map((verb) => ({ verb })) });
      return (yield* k.receive({ within: 10 }))?.body ?? "nothing";
    });
    const { end, frames } = await run(heard);
    expect(end.result).toBe("nothing");
    expect(turnsOf(frames).some((turn) => turn.end.kind === TURN_END.ABORTED && codesOf(turn.entries, SYSCALL.IPC_SEND).length === 1)).toBe(true);
  });
  it("010/C5 outcomes arrive at the tick they are due, in order", async () => {
    const { end, frames } = await run(toy("root", ["Q"], function* () {
      const contract = yield* reserve("Q");
      const jobs = [];
      for (const cost of [5, 2, 9]) jobs.push(yield* submit("Q", contract, { cost, value: cost }));
      for (const job of jobs) yield* collect("Q", job);
      return yield* k.now();
    }), { outcomes: toyOutcomes((job) => 13 - 3 * job) });
    const came = frames.filter(({ entries }) => codesOf(entries, EVENT.JOB_OUTCOME).length > 0).map(({ tick, entries }) => [Number(tick), entries[0]?.subject]);
    expect([end.result, came]).toEqual([10, [[3, 2], [6, 1], [10, 3]]]);
  });
  it("012+082/6 messages due together come by sender, then by number, whatever the policy", async () => {
    const sender = toy("sender", [], function* (to) { yield* k.sleep(2); yield* k.send(to as never, 1); yield* k.send(to as never, 2); return 0; });
    const root = toy("root", [], function* () {
      const me = yield* k.self();
      for (let n = 0; n < 3; n++) yield* k.spawn(sender, me as never);
      yield* k.sleep(20);
      const heard = [];
      for (let n = 0; n < 6; n++) { const { from, body } = yield* k.receive(); heard.push([Number(from), body]); }
      return heard;
    });
    const orders = [];
    for (const policy of POLICY_NAMES) orders.push((await run(root, { policy })).end.result as number[][]);
    for (const heard of orders) expect(heard).toEqual(orders[0]);
    expect(orders[0]).toEqual([...orders[0]!].sort(([a, n], [b, o]) => a! - b! || n! - o!));
  });
});

describe("the scheduler", () => {
  it("001/2 one scheduler picks every turn; another order gives the same results", async () => {
    const lifo = definePolicy({ name: "lifo", version: 1, initial: 0, pick: (ready, picks) => ({ position: ready.length - 1, state: picks + 1 }) });
    const crew = defineProcess({ name: "crew", *run({ k }) {
      const children = [];
      for (let at = 0; at < 3; at++) { const child = yield* k.spawn(echo); yield* k.send(child, at); children.push(child); }
      for (const child of children) yield* k.join(child);
      return children.length;
    } });
    const [first, last] = [await witness(crew), await witness(crew, { policy: lifo })];
    const actors = ({ frames }: typeof first): readonly number[] => turnsOf(frames).map(({ actor }) => actor);
    expect(actors(last)).not.toEqual(actors(first));
    expect(last.end.result).toEqual(first.end.result);
    for (const { ready } of turnsOf(first.frames)) expect(ready).toBeGreaterThan(0);
    expect(first.recording.header.policy).not.toEqual(last.recording.header.policy);
  });
  it("012+082/2 a slice cuts the same turn at the same call and changes no result", async () => {
    const talks = toy("root", [], function* () { for (let n = 0; n < 7; n++) yield* k.log("line", n); return "said"; });
    const [sliced, again, free] = [await run(talks, { slice: 3 }), await run(talks, { slice: 3 }), await run(talks)];
    expect(sliced.trace).toBe(again.trace);
    expect([turnsOf(sliced.frames).length, turnsOf(free.frames).length]).toEqual([3, 1]);
    expect(sliced.end.result).toBe(free.end.result);
  });
  it("012+082/3 nothing runs in Φ outside its window", async () => {
    const { end } = await run(toy("root", ["PHI"], function* () {
      const now = yield* k.now();
      const window = yield* reserve("PHI", { start: now + 2, end: now + 4 });
      const tries = [];
      for (let at = 0; at < 5; at++) { tries.push(yield* codeOf(submit("PHI", window))); yield* k.sleep(1); }
      return tries;
    }));
    expect(end.result).toEqual(["PHI_ERR_COHERENCE_TIMEOUT", "PHI_ERR_COHERENCE_TIMEOUT", "OK", "OK", "PHI_ERR_COHERENCE_TIMEOUT"]);
  });
  it("012+082/4 nothing runs in Q beyond its budget", async () => {
    const { end, frames } = await run(toy("root", ["Q"], function* () {
      const contract = yield* reserve("Q", { budget: 10 });
      return [yield* codeOf(submit("Q", contract, { charge: 6 })), yield* codeOf(submit("Q", contract, { charge: 6 })), yield* codeOf(submit("Q", contract, { charge: 4 }))];
    }));
    expect(end.result).toEqual(["OK", "Q_ERR_DECOHERENCE_EXCEEDED", "CONTRACT_INVALID"]);
    expect(withCode(entriesOf(frames), EVENT.JOB_INTENT)).toHaveLength(1);
  });
  it("012+082/5 runs side by side do not notice each other's policies", async () => {
    for (const policy of POLICY_NAMES) {
      const [one, two] = await Promise.all([run(busy, { policy }), run(busy, { policy, outcomes: toyOutcomes((job) => job % 3) })]);
      expect([one.trace, two.trace], policy).toEqual([two.trace, (await run(busy, { policy })).trace]);
    }
  });
  it("012+082/7 a pick that is not the scheduler's makes a replay diverge", async () => {
    const { frames, recording, bytes } = await witness(echoed);
    expect((await replayTrace(bytes, { program: echoed })).complete).toBe(true);
    const forged = frames.map((frame) => (frame.kind === "turn" && frame.tick > 1 ? { ...frame, ready: frame.ready + 1 } : frame));
    const { file } = record(forged, { recording });
    await expect(replayTrace(file, { program: echoed })).rejects.toMatchObject({ fault: "REPLAY_DIVERGED", detail: { field: "ready" } });
  });
  it("020/C3 priority is advice: it moves turns, never results", async () => {
    const worker = (name: string, priority: 0 | 1) => ({ ...toy(name, [], function* () { for (let n = 0; n < 4; n++) yield* k.sleep(1); return name; }), priority });
    const crew = (first: 0 | 1, second: 0 | 1) => toy("root", [], function* () {
      const children = [yield* k.spawn(worker("a", first) as never), yield* k.spawn(worker("b", second) as never)];
      return [yield* k.join(children[0]!), yield* k.join(children[1]!)];
    });
    const [one, other] = [await run(crew(1, 0), { policy: "priority" }), await run(crew(0, 1), { policy: "priority" })];
    const actors = ({ frames }: typeof one): readonly number[] => turnsOf(frames).map(({ actor }) => actor);
    expect(actors(one)).not.toEqual(actors(other));
    expect(one.end.result).toEqual(other.end.result);
  });
  it("084/11 the idle are served beside the busy, everything is released, ticks never go back", async () => {
    const worker = (name: string, priority: 0 | 2) => ({ ...toy(name, ["Q"], function* () {
      yield* reserve("Q", { units: 1 });
      for (let n = 0; n < 10; n++) yield* k.sleep(1);
      return yield* k.now();
    }), priority });
    for (const policy of POLICY_NAMES) {
      const { end, frames } = await run(toy("root", ["Q"], function* () {
        const children = [];
        for (let n = 0; n < 4; n++) children.push(yield* k.spawn(worker(`w${n}`, n === 0 ? 0 : 2) as never));
        const ends = [];
        for (const child of children) ends.push(yield* k.join(child));
        return ends;
      }), { policy });
      const entries = entriesOf(frames);
      expect(new Set(end.result as number[]).size, policy).toBe(1);
      expect([withCode(entries, EVENT.CONTRACT_ISSUED).length, withCode(entries, EVENT.CONTRACT_RELEASED).length]).toEqual([4, 4]);
      expect(frames.every(({ tick }, at) => at === 0 || tick >= frames[at - 1]!.tick)).toBe(true);
    }
  });
});

const echoed = defineProcess({ name: "echoed", *run({ k }) {
  const child = yield* k.spawn(echo);
  yield* k.send(child, "a");
  return (yield* k.receive()).body;
} });

describe("domains and crossings", () => {
  it("001/1 a domain is crossed under a scoped capability only", async () => {
    const { end, entries } = await witness(defineProcess({ name: "crosses", domains: ["Q"], *run({ k, q }) {
      const said = [yield* trying(q.reserve({ qubits: 1, budget: 10 }))];
      for (const { verb, capability } of yield* k.capabilities()) if (verb === "ALLOCATE_Q") yield* k.revoke(capability);
      return [...said, yield* trying(q.reserve({ qubits: 1, budget: 10 }))];
    } }));
    expect(end.result).toEqual(["OK", "DOMAIN_UNAUTHORIZED"]);
    expect(withCode(entries, SYSCALL.CONTRACT_REQUEST).map(({ verdict, capability }) => [verdict, capability > 0])).toEqual([[0, true], [1, false]]);
  });
  it("001/3 the host is out of reach in a turn, and what is no operation is refused", async () => {
    const { end } = await witness(defineProcess({ name: "peeks", *run({ k }) { yield* k.now(); return Date.now(); } }));
    expect(end.fault?.name).toBe("AMBIENT_ACCESS");
    expect((await run(toy("root", [], function* () { return yield* codeOf(ask({ domain: "K", op: "host" } as never)); }))).end.result).toBe("ABI_UNKNOWN_SYSCALL");
  });
  it("001/5 gates and transforms outside the contract's sets are refused", async () => {
    const { end } = await witness(defineProcess({ name: "native", domains: ["Q", "PHI"], *run({ q, phi }) {
      const contract = yield* q.reserve({ qubits: 3, budget: 1_000, gates: ["H", "MEASURE"] });
      const window = yield* phi.reserve({ components: 8, duration: 100, transforms: "BASE" });
      const [a, b] = [yield* phi.open(window, PHASES), yield* phi.open(window, PHASES)];
      return [yield* trying(q.submit(contract, ghz)), yield* trying(phi.merge(a, b))];
    } }));
    expect(end.result).toEqual(["Q_ERR_GATE_UNSUPPORTED", "PHI_ERR_TRANSFORM_UNSUPPORTED"]);
  });
  it("002/1 a contract is worth nothing outside the process that holds it", async () => {
    const { end } = await witness(defineProcess({ name: "apart", domains: ["Q"], *run({ k, q }) {
      const contract = yield* q.reserve({ qubits: 3, budget: 1_000 });
      const copy = { ...contract };
      return [yield* trying(k.spawn(echo, undefined, {})), yield* trying(q.submit(copy, ghz)), yield* trying(k.send(yield* k.self(), contract))];
    } }));
    expect(end.result).toEqual(["OK", "CONTRACT_INVALID", "Q_ERR_NO_CLONE_VIOLATION"]);
  });
  it("002/2 a measurement collapses once; an evaluation disturbs nothing", async () => {
    const { end } = await witness(defineProcess({ name: "native", domains: ["Q", "PHI"], *run({ q, phi }) {
      const job = yield* q.submit(yield* q.reserve({ qubits: 3, budget: 1_000 }), ghz);
      const [first, again] = [yield* q.measure(job), yield* q.measure(job)];
      const envelope = yield* phi.open(yield* phi.reserve({ components: 8, duration: 1_000, tolerance: CALM }), PHASES);
      const [before, after] = [yield* phi.evaluate(envelope), yield* phi.evaluate(envelope)];
      return [[...first].join() === [...again].join(), before.R === after.R && before.noise === after.noise, new Set(first).size];
    } }));
    expect(end.result).toEqual([true, true, 1]);
  });
  it("002/4 a grant only ever shrinks", async () => {
    const { end } = await run(toy("root", [], function* () {
      const [held] = (yield* k.capabilities()).filter(({ verb }) => verb === "IPC_SEND");
      const wider = yield* k.attenuate(yield* k.attenuate(held!.capability, { uses: 1 }), { uses: 100 });
      const child = yield* k.spawn(toy("child", [], function* () { yield* k.receive(); return (yield* k.capabilities()).map(({ usesLeft }) => usesLeft); }), undefined, { grants: [{ verb: "EXECUTE_K", scope: { uses: 7 } }] });
      yield* k.grant(wider, child);
      yield* k.send(child, "now");
      return yield* k.join(child);
    }));
    expect(end.result).toEqual([7, 1]);
    expect(contains({ verb: "SPAWN", scope: { ...UNLIMITED, uses: 1 } }, { verb: "SPAWN", scope: UNLIMITED })).toBe(false);
  });
  it("002/5 a process that declares no domain has none", async () => {
    expect((await run(toy("root", [], function* () { return yield* codeOf(reserve("Q")); }))).end.result).toBe("DOMAIN_UNAUTHORIZED");
  });
  it("003/1 each outcome stands in the trace once, before anybody reads it", async () => {
    const { frames, entries } = await theWhole();
    const outcomes = withCode(entries, EVENT.JOB_OUTCOME).map(({ subject }) => subject);
    expect(new Set(outcomes).size).toBe(outcomes.length);
    const intents = withCode(entries, EVENT.JOB_INTENT).map(({ subject }) => subject);
    expect([...outcomes].sort()).toEqual([...intents].sort());
    const place = (of: (frame: (typeof frames)[number]) => boolean): number => frames.findIndex(of);
    for (const job of outcomes) {
      const [made, given] = [place(({ entries: own }) => own.some(({ code, subject }) => code === EVENT.JOB_OUTCOME && subject === job)), place((frame) => frame.kind === "turn" && frame.delivery.kind === 3 && frame.delivery.seq === job)];
      if (given >= 0) expect(made).toBeLessThan(given);
    }
  });
  it("004/1 a process is domain-bound before its first turn, and every state in its place", async () => {
    const { entries, frames } = await theWhole();
    expect(statesOf(entries, ROOT)).toEqual(["created", "initialized", "domainBound", "active", "terminated", "released"]);
    const bound = frames.findIndex(({ entries: own }) => own.some((entry) => entry.code === EVENT.TRANSITION && entry.subject === ROOT && bodyOf(entry)["to"] === "domainBound"));
    expect(bound).toBeLessThan(frames.findIndex((frame) => frame.kind === "turn"));
  });
  it("004/2 a measurement gives classical bits, the same at every reading", async () => {
    const { counts, again } = (await theWhole()).end.result as { counts: Record<string, number>; again: unknown };
    expect(Object.keys(counts).every((bits) => /^(000|111)$/.test(bits))).toBe(true);
    expect(Object.values(counts).reduce((sum, n) => sum + n, 0)).toBe(32);
    expect(again).toEqual(counts);
  });
  it("004/3 an envelope ends with its window", async () => {
    const { end, entries } = await witness(defineProcess({ name: "late", domains: ["PHI"], *run({ k, phi }) {
      const window = yield* phi.reserve({ components: 4, duration: 30, tolerance: CALM });
      const envelope = yield* phi.open(window, PHASES);
      yield* phi.shift(envelope, 0.1);
      yield* k.sleep(40);
      return [yield* trying(phi.evaluate(envelope)), (yield* phi.ledger(window)).state];
    } }));
    expect(end.result).toEqual([expect.stringMatching(/^(CONTRACT_INVALID|PHI_ERR_)/), expect.stringMatching(/expired|released/)]);
    expect(codesOf(entries, EVENT.CONTRACT_EXPIRED, EVENT.WINDOW_STOP)).not.toEqual([]);
  });
  it("011/C1 no operation reaches a provider but those of the layer", async () => {
    const { end } = await run(toy("root", ["Q", "PHI"], function* () {
      const said = [];
      for (const op of ["init", "execute", "snapshot", "state", "amplitudes", "reset"]) said.push(yield* codeOf(ask({ domain: "Q", op } as never)));
      return [...new Set(said)];
    }));
    expect(end.result).toEqual(["ABI_UNKNOWN_SYSCALL"]);
  });
  it("011/C2 a caller built for another ABI is refused before it runs", async () => {
    const strange = (abi: object) => ({ ...NOBODY, abi: { ...NOBODY.abi, ...abi } });
    const { end } = await run(toy("root", [], function* () {
      return [yield* codeOf(k.spawn(strange({ major: 9 }) as never)), yield* codeOf(k.spawn(strange({ flags: ["unheardOf"] }) as never)), yield* codeOf(k.spawn(strange({}) as never))];
    }));
    expect(end.result).toEqual(["ABI_INCOMPATIBLE", "ABI_INCOMPATIBLE", "OK"]);
  });
  it("011/C3 nothing is used that was not reserved, and no more than there is", async () => {
    const { end } = await run(toy("root", ["Q"], function* () {
      const contract = yield* reserve("Q", { units: TOY_UNITS });
      return [yield* codeOf(submit("Q", { ...contract })), yield* codeOf(reserve("Q", { units: 1 }))];
    }));
    expect(end.result).toEqual(["CONTRACT_INVALID", "Q_ERR_RESOURCE_UNAVAILABLE"]);
  });
  it("011/C4 contracts are issued, activated, ended and released, in this order", async () => {
    const { entries } = await theWhole();
    for (const { contract } of withCode(entries, EVENT.CONTRACT_ISSUED)) {
      const life = entries.filter((entry) => entry.contract === contract).map(({ code }) => code).filter((code) => code >= EVENT.CONTRACT_ISSUED && code <= EVENT.CONTRACT_RELEASED);
      expect([[EVENT.CONTRACT_COMPLETED], [EVENT.CONTRACT_REVOKED]]).toContainEqual(life.splice(2, 1));
      expect(life).toEqual([EVENT.CONTRACT_ISSUED, EVENT.CONTRACT_ACTIVATED, EVENT.CONTRACT_RELEASED]);
    }
  });
  it("011/C5 a handle of one domain is none in the other", async () => {
    const { end } = await run(toy("root", ["Q", "PHI"], function* () {
      const contract = yield* reserve("Q");
      const job = yield* submit("Q", contract, { value: 1 });
      return [yield* codeOf(collect("PHI", job)), yield* codeOf(submit("PHI", contract))];
    }));
    expect(end.result).toEqual(["CONTRACT_INVALID", "CONTRACT_INVALID"]);
  });
});

describe("the kernel, adapted", () => {
  it("010/C1 the core imports neither the host nor what is above it", () => {
    for (const room of ["kernel", "process", "scheduler", "mailbox", "clock"]) {
      const folder = new URL(`../../runtime/${room}/`, import.meta.url);
      for (const name of readdirSync(folder).filter((file) => file.endsWith(".ts"))) {
        const imports = [...readFileSync(new URL(name, folder), "utf8").matchAll(/from "([^"]+)"/g)].map(([, from]) => from!);
        expect(imports.filter((from) => from.startsWith("node:") || /\/(adapters|app|context|workers|replay|telemetry)\//.test(from)), `${room}/${name}`).toEqual([]);
      }
    }
  });
  it("010/C2 each domain has its own service, declared at boot", async () => {
    const names = withCode((await theWhole()).frames[0]!.entries, EVENT.PROCESS_DECLARED).map((entry) => bodyOf(entry)["name"]);
    expect(names).toEqual(expect.arrayContaining(["service.q", "service.phi"]));
  });
  it("010/C3 a verb is one privilege: EXECUTE_K neither sends nor spawns", async () => {
    const subject = toy("subject", [], function* (to) { return [yield* codeOf(k.log("x")), yield* codeOf(k.send(to as never, 1)), yield* codeOf(k.spawn(NOBODY))]; });
    const { end } = await run(toy("root", [], function* () {
      return yield* k.join(yield* k.spawn(subject, (yield* k.self()) as never, { grants: [{ verb: "EXECUTE_K" }] }));
    }));
    expect(end.result).toEqual(["OK", "DOMAIN_UNAUTHORIZED", "DOMAIN_UNAUTHORIZED"]);
  });
  it("010/C4 scopes hold in ticks, uses and target", async () => {
    const subject = toy("subject", [], function* (to) {
      const said = [yield* codeOf(k.send(to as never, 1)), yield* codeOf(k.send(yield* k.self(), 1))];
      yield* k.sleep(5);
      return [...said, yield* codeOf(k.send(to as never, 1))];
    });
    const { end } = await run(toy("root", [], function* () {
      const me = yield* k.self();
      return yield* k.join(yield* k.spawn(subject, me as never, { grants: [{ verb: "EXECUTE_K" }, { verb: "IPC_SEND", scope: { target: me, until: 4 } }] }));
    }));
    expect(end.result).toEqual(["OK", "DOMAIN_UNAUTHORIZED", "DOMAIN_UNAUTHORIZED"]);
  });
});

describe("processes and messages", () => {
  it("020/C1 every process has its states and its turns in K, whatever else it declares", async () => {
    const { entries, frames } = await theWhole();
    const declared = withCode(entries, EVENT.PROCESS_DECLARED).length + withCode(entries, SYSCALL.PROC_SPAWN).length;
    expect(declared).toBeGreaterThan(2);
    for (const actor of new Set(turnsOf(frames).map((turn) => turn.actor))) expect(statesOf(entries, actor)[0]).toBe("created");
  });
  it("020/C2 a domain is attached by declaration and grant, or the process is not made", async () => {
    const child = toy("child", ["PHI"], function* () { return yield* reserve("PHI"); });
    const { end } = await run(toy("root", [], function* () { return yield* codeOf(k.spawn(child)); }), { allow: allVerbs.filter((verb) => !verb.endsWith("PHI")) });
    expect(end.result).toBe("DOMAIN_UNAUTHORIZED");
  });
  it("020/C4 what a child is given is its own", async () => {
    const given = { n: 1 };
    const reader = toy("reader", [], function* (input) { yield* k.sleep(2); const own = input as { n: number }; own.n += 10; return own.n; });
    const { end } = await run(toy("root", [], function* () {
      const child = yield* k.spawn(reader, given as never);
      given.n = 5;
      return [yield* k.join(child), given.n];
    }));
    expect(end.result).toEqual([11, 5]);
  });
  it("020/C5 a process changes another neither by message nor by handle", async () => {
    const victim = toy("victim", ["Q"], function* () { const contract = yield* reserve("Q"); yield* k.sleep(5); return (yield* ask<{ jobs: number }>({ domain: "Q", op: "ledger", contract } as Operation)).jobs; });
    const { end } = await run(toy("root", ["Q"], function* () {
      const child = yield* k.spawn(victim);
      const own = yield* reserve("Q");
      yield* submit("Q", own, {});
      const meddler = yield* k.spawn(toy("meddler", [], function* () { return [yield* codeOf(k.stop({ process: yield* k.parent() } as never)), yield* codeOf(k.suspend({ process: child.process } as never))]; }));
      return [yield* k.join(child), (yield* k.join(meddler) as Body) as unknown];
    }));
    expect(end.result).toEqual([0, [expect.not.stringMatching(/^OK$/), expect.not.stringMatching(/^OK$/)]]);
  });
  it("084/4.3 a message is a copy, and a handle sent across is refused", async () => {
    const shared = { n: 1 };
    const { end } = await run(toy("root", ["Q"], function* () {
      const me = yield* k.self();
      yield* k.send(me, shared);
      shared.n = 2;
      const contract = yield* reserve("Q");
      return [(yield* k.receive()).body, yield* codeOf(k.send(me, { contract })), yield* codeOf(k.spawn(NOBODY, contract as never))];
    }));
    expect(end.result).toEqual([{ n: 1 }, "Q_ERR_NO_CLONE_VIOLATION", expect.stringMatching(/NO_CLONE|UNENCODABLE/)]);
  });
  it("013/C3 what one process receives another cannot change", async () => {
    const seen = toy("seen", [], function* () { const { body } = yield* k.receive<number[]>(); yield* k.sleep(3); return body[0]; });
    const { end } = await run(toy("root", [], function* () {
      const list = [1, 2, 3];
      const child = yield* k.spawn(seen);
      yield* k.send(child, list);
      list[0] = 99;
      yield* k.sleep(1);
      list[0] = 100;
      return yield* k.join(child);
    }));
    expect(end.result).toBe(1);
  });
  it("021/C1 sending takes a capability, and what is sent is a message on record", async () => {
    const { entries } = await theWhole();
    const sent = withCode(entries, SYSCALL.IPC_SEND).filter(({ verdict }) => verdict === 0);
    expect(sent.length).toBeGreaterThan(1);
    for (const { capability, body } of sent) expect([capability > 0, body.length > 0]).toEqual([true, true]);
  });
  it("021/C2 a unit is lent to one contract at a time", async () => {
    const holder = toy("holder", ["Q"], function* () { yield* reserve("Q", { units: TOY_UNITS }); yield* k.sleep(5); return 0; });
    const { end } = await run(toy("root", ["Q"], function* () {
      const child = yield* k.spawn(holder);
      yield* k.sleep(2);
      const during = yield* codeOf(reserve("Q", { units: 1 }));
      yield* k.join(child);
      yield* k.sleep(1);
      return [during, yield* codeOf(reserve("Q", { units: 1 }))];
    }));
    expect(end.result).toEqual(["Q_ERR_RESOURCE_UNAVAILABLE", "OK"]);
  });
  it("021/C3 a crossing costs what a table in the header says, however long it takes", async () => {
    const { recording } = await theWhole();
    expect(recording.header.costTables.length).toBeGreaterThan(0);
    for (const { digest, version } of recording.header.costTables) expect([digest.length, version > 0]).toEqual([64, true]);
    const root = toy("root", ["Q"], function* () { yield* collect("Q", yield* submit("Q", yield* reserve("Q"), { cost: 7 })); return yield* k.now(); });
    expect([(await run(root)).end.result, (await run(root, { outcomes: toyOutcomes(() => 20) })).end.result]).toEqual([8, 8]);
  });
  it("021/C4 nested values are copied whole", async () => {
    const { end } = await run(toy("root", [], function* () {
      const deep = { list: [{ bytes: Uint8Array.of(1, 2) }] };
      yield* k.send(yield* k.self(), deep);
      deep.list[0]!.bytes[0] = 9;
      const { body } = yield* k.receive<typeof deep>();
      return [...body.list[0]!.bytes];
    }));
    expect(end.result).toEqual([1, 2]);
  });
  it("021/C5 the order of messages is that of the record", async () => {
    const { frames, bytes, digest } = await witness(echoed);
    const deliveries = turnsOf(frames).map(({ tick, delivery: { kind, from, seq } }) => [tick, kind, from, seq]);
    expect(deliveries.length).toBeGreaterThan(2);
    expect((await replayTrace(bytes, { program: echoed })).digest).toBe(digest);
  });
});

describe("transitions and contracts", () => {
  it("022/C1 each transition is an event with where from and where to", async () => {
    const moves = withCode((await theWhole()).entries, EVENT.TRANSITION).map(bodyOf);
    expect(moves.length).toBeGreaterThan(5);
    for (const { machine, from, to } of moves) expect([typeof machine, typeof from, typeof to, from !== to]).toEqual(["string", "string", "string", true]);
  });
  it("022/C2 of several failures the capability's is told", async () => {
    const { end } = await run(toy("root", ["Q"], function* () {
      const contract = yield* reserve("Q");
      yield* revokeAll("EXECUTE_Q");
      return yield* codeOf(submit("Q", { ...contract }, { stage: "all" }));
    }));
    expect(end.result).toBe("DOMAIN_UNAUTHORIZED");
  });
  it("022/C3 without a live contract there is no transition", async () => {
    const { end, frames } = await run(toy("root", ["Q"], function* () {
      const contract = yield* reserve("Q");
      yield* ask({ domain: "Q", op: "release", contract } as Operation);
      return yield* codeOf(submit("Q", contract));
    }));
    expect(end.result).toBe("CONTRACT_INVALID");
    expect(withCode(entriesOf(frames), EVENT.JOB_INTENT)).toEqual([]);
  });
  it("022/C4 a turn that fails gives back what it reserved", async () => {
    const { end, frames } = await run(toy("root", ["Q", "PHI"], function* () {
      const child = yield* k.spawn(failing(() => reserve("Q", { units: TOY_UNITS })));
      const failed = yield* codeOf(k.join(child));
      return [failed, yield* codeOf(reserve("Q", { units: TOY_UNITS }))];
    }));
    expect(end.result).toEqual(["PROCESS_FAILED", "OK"]);
    expect(withCode(entriesOf(frames.filter((frame) => frame.kind !== "turn" || frame.end.kind !== TURN_END.ABORTED)), EVENT.CONTRACT_ISSUED)).toHaveLength(1);
  });
  it("022/C5 without being asked nothing crosses: a run in K has no domain event", async () => {
    const { entries } = await witness(echoed);
    expect(codesOf(entries, EVENT.CONTRACT_ISSUED, EVENT.JOB_INTENT, SYSCALL.XDV_CALL, SYSCALL.MEASURE, SYSCALL.PROJECT)).toEqual([]);
  });
  it("023/C1 a Q call names a live contract of its caller", async () => {
    const { entries } = await theWhole();
    const calls = withCode(entries, SYSCALL.XDV_CALL).filter(({ domain, verdict }) => domain === 1 && verdict === 0);
    expect(calls.length).toBeGreaterThan(0);
    for (const { contract } of calls) expect(withCode(entries, EVENT.CONTRACT_ACTIVATED).map((entry) => entry.contract)).toContain(contract);
  });
  it("023/C2 a Φ call names a live contract of its caller", async () => {
    const { entries } = await theWhole();
    const calls = withCode(entries, SYSCALL.XDV_CALL).filter(({ domain, verdict }) => domain === 2 && verdict === 0);
    expect(calls.length).toBeGreaterThan(2);
    for (const { contract } of calls) expect(withCode(entries, EVENT.CONTRACT_ACTIVATED).map((entry) => entry.contract)).toContain(contract);
  });
  it("023/C3 terms stand in the trace when issued, consumption when released", async () => {
    const { entries } = await theWhole();
    for (const issued of withCode(entries, EVENT.CONTRACT_ISSUED)) expect(bodyOf(issued)).toMatchObject({ owner: ROOT, terms: { units: expect.any(Number), start: expect.any(Number), end: expect.any(Number), budget: expect.any(Number) } });
    for (const released of withCode(entries, EVENT.CONTRACT_RELEASED)) expect(bodyOf(released)).toMatchObject({ budget: expect.any(Number), jobs: expect.any(Number) });
  });
  it("023/C4 of two that want the last unit the same one gets it every time", async () => {
    const rival = toy("rival", ["Q"], function* () { const said = yield* codeOf(reserve("Q", { units: TOY_UNITS })); yield* k.sleep(3); return said; });
    const root = toy("root", ["Q"], function* () {
      const both = [yield* k.spawn(rival), yield* k.spawn(rival)];
      return [yield* k.join(both[0]!), yield* k.join(both[1]!)];
    });
    for (let round = 0; round < 3; round++) expect((await run(root, { outcomes: toyOutcomes((job) => job + round) })).end.result).toEqual(["OK", "Q_ERR_RESOURCE_UNAVAILABLE"]);
  });
  it("023/C5 what is lent never exceeds what is declared", async () => {
    const { end } = await run(toy("root", ["Q"], function* () {
      const said = [];
      for (let n = 0; n < TOY_UNITS + 2; n++) said.push(yield* codeOf(reserve("Q", { units: 1 })));
      return said.filter((code) => code === "OK").length;
    }));
    expect(end.result).toBe(TOY_UNITS);
  });
  it("013/C5 a transfer is whole or not at all", async () => {
    const { end } = await run(toy("root", [], function* () {
      const me = yield* k.self();
      const child = yield* k.spawn(toy("halfway", [], function* () { yield* k.send(me, 1); yield* k.send(me, 2); throw new Error("as it must"); }));
      yield* codeOf(k.join(child));
      return (yield* k.receive({ within: 5 })) === undefined;
    }));
    expect(end.result).toBe(true);
  });
});

describe("faults", () => {
  /** A job ends in the provider's `fail` while another of the same contract and one of another process go on. */
  const struck = (fail: number, domain: "Q" | "PHI") => toy("root", ["Q", "PHI"], function* () {
    const bystander = yield* k.spawn(toy("bystander", ["Q"], function* () { return yield* collect("Q", yield* submit("Q", yield* reserve("Q", { units: 1 }), { value: "unharmed", cost: 9 })); }));
    const [hit, spared] = [yield* reserve(domain, { units: 2 }), yield* reserve(domain, { units: 2 })];
    const [lost, kept] = [yield* submit(domain, hit, { fail }), yield* submit(domain, spared, { value: "kept", cost: 4 })];
    return [yield* codeOf(collect(domain, lost)), yield* collect(domain, kept), yield* k.join(bystander)];
  });
  it("024/C1 a lost Q job is its owner's fault alone", async () => {
    expect((await run(struck(1004, "Q"))).end).toMatchObject({ status: "completed", result: ["Q_ERR_HARDWARE_FAILURE", "kept", "unharmed"] });
  });
  it("024/C2 an unstable envelope takes its own contract and no other", async () => {
    const { end, frames } = await run(struck(2002, "PHI"));
    expect(end).toMatchObject({ status: "completed", result: ["PHI_ERR_STABILITY_BREACH", "kept", "unharmed"] });
    expect(withCode(entriesOf(frames), EVENT.CONTRACT_REVOKED)).toHaveLength(1);
  });
  it("024/C4 after a fault the accounts are even and the run can be had again", async () => {
    const [first, again] = [await run(struck(2002, "PHI")), await run(struck(2002, "PHI"), { outcomes: toyOutcomes((job) => 7 - job) })];
    expect(again.trace).toBe(first.trace);
    const entries = entriesOf(first.frames);
    expect(withCode(entries, EVENT.CONTRACT_RELEASED).length).toBe(withCode(entries, EVENT.CONTRACT_ISSUED).length);
  });
  it("024/C5 a fault stands in the trace with its code", async () => {
    for (const [fail, domain] of [[1004, "Q"], [2002, "PHI"], [2005, "PHI"]] as const) {
      expect(withCode(entriesOf((await run(struck(fail, domain))).frames), EVENT.JOB_OUTCOME).map(({ verdict }) => verdict)).toContain(fail);
    }
  });
  /** Work of two processes in flight when a scripted fault comes at tick 4; how each ends, and what its contract is worth then. */
  const befallen = (domain: "Q" | "PHI", faults: Parameters<typeof parseFaultScript>[0]) => run(toy("root", ["Q", "PHI"], function* () {
    const work = (of: "Q" | "PHI") => toy("worker", [of], function* () {
      const contract = yield* reserve(of, { units: 2 });
      const first = yield* codeOf(collect(of, yield* submit(of, contract, { cost: 9 })));
      return [first, yield* codeOf(submit(of, contract))];
    });
    const [hit, spared] = [yield* k.spawn(work(domain)), yield* k.spawn(work(domain === "Q" ? "PHI" : "Q"))];
    return [yield* k.join(hit), yield* k.join(spared)];
  }), { faults: parseFaultScript(faults) });
  const FINE = ["OK", "OK"];
  it("084/10 a scripted decoherence spike ends the work it hits and its contract, and nothing else", async () => {
    const { end } = await befallen("Q", [{ at: 4, kind: "decoherence-spike", process: "root/worker#1" }]);
    expect(end.result).toEqual([["Q_ERR_DECOHERENCE_EXCEEDED", "CONTRACT_INVALID"], FINE]);
  });
  it("084/10 scripted instability ends the envelope it hits and its window, and nothing else", async () => {
    const { end } = await befallen("PHI", [{ at: 4, kind: "instability" }]);
    expect(end.result).toEqual([["PHI_ERR_STABILITY_BREACH", "CONTRACT_INVALID"], FINE]);
  });
  it("084/10 a scripted invalidation ends one contract", async () => {
    const { end } = await befallen("Q", [{ at: 4, kind: "contract-invalidation", contract: 1 }]);
    expect(end.result).toEqual([["CONTRACT_INVALID", "CONTRACT_INVALID"], FINE]);
  });
  it("084/10 a scripted revocation refuses the next call of one process", async () => {
    const { end } = await befallen("Q", [{ at: 4, kind: "capability-revocation", process: "root/worker#1", verb: "EXECUTE_Q" }]);
    expect(end.result).toEqual([["OK", "DOMAIN_UNAUTHORIZED"], FINE]);
  });
  it("084/10 a partition is refused by name: one node has no network", () => {
    expect(() => parseFaultScript([{ at: 4, kind: "partition" }])).toThrow(/no network to part/);
  });
  it("024/C3 a fault reaches a process, a domain, the machine or the run, as its policy says, and no further", async () => {
    const victim = (domain: "Q" | "PHI") => toy("victim", [domain], function* () { return yield* codeOf(collect(domain, yield* submit(domain, yield* reserve(domain), { fail: 1004 }))); });
    const reach = async (level: number) => (await run(toy("root", ["Q", "PHI"], function* () {
      const ended = yield* codeOf(k.join(yield* k.spawn(victim("Q"))));
      return [ended, yield* codeOf(reserve("Q")), yield* codeOf(reserve("PHI")), yield* codeOf(k.log("K goes on"))];
    }), { recovery: { version: 1, rules: [{ fault: "Q_ERR_HARDWARE_FAILURE", action: "halt", level }] } })).end;
    expect((await reach(0)).result).toEqual(["PROCESS_STOPPED", "OK", "OK", "OK"]);
    expect((await reach(1)).result).toEqual(["OK", "DOMAIN_FROZEN", "OK", "OK"]);
    expect((await reach(2)).result).toEqual(["OK", "DOMAIN_FROZEN", "DOMAIN_FROZEN", "OK"]);
    expect(await reach(3)).toMatchObject({ status: "enforced", result: null, fault: { name: "RUN_HALTED" } });
  });
  it("084/10 revocation in mid-run refuses the next call and leaves the run whole", async () => {
    const { end } = await run(toy("root", ["Q"], function* () {
      const contract = yield* reserve("Q");
      const job = yield* submit("Q", contract, { value: 1, cost: 5 });
      yield* revokeAll("EXECUTE_Q");
      return [yield* codeOf(submit("Q", contract)), yield* collect("Q", job)];
    }));
    expect(end.result).toEqual(["DOMAIN_UNAUTHORIZED", 1]);
  });
  it("REQ/020-024 transitions, rollback and contracts come out the same however late outcomes are", async () => {
    const root = toy("root", ["Q", "PHI"], function* () {
      const fails = yield* k.spawn(failing(() => reserve("PHI")));
      const said = yield* codeOf(k.join(fails));
      const contract = yield* reserve("PHI");
      return [said, yield* codeOf(collect("PHI", yield* submit("PHI", contract, { fail: 2002 }))), yield* codeOf(submit("PHI", contract))];
    });
    const plain = await run(root);
    for (let round = 1; round < 4; round++) expect((await run(root, { outcomes: toyOutcomes((job) => (job * 5 * round) % 11) })).trace).toBe(plain.trace);
    expect(plain.end.result).toEqual([expect.any(String), "PHI_ERR_STABILITY_BREACH", "CONTRACT_INVALID"]);
  });
  it("REQ/001-005 each call, refusal and outcome of a run can be pointed at, holds together and comes again", async () => {
    const { bytes, digest, entries } = await theWhole();
    expect((await verifyTrace(bytes, { trusted: [] })).digest).toBe(digest);
    expect(codesOf(entries, SYSCALL.XDV_CALL, EVENT.JOB_OUTCOME, EVENT.CONTRACT_ISSUED, EVENT.CAPABILITY_ISSUED).length).toBeGreaterThan(10);
    expect((await reproduceTrace(bytes, { program: whole, workers: 0 })).digest).toBe(digest);
  });
});
