// What a machine wrote and somebody changed afterwards: each run verifies as it was written, and once an entry of it is left out, made
// up or moved and the whole is chained and signed anew, it contradicts itself and the rule that says so is named.
import { describe, expect, it } from "vitest";
import { k } from "../../../domains/k/api/operations.ts";
import { DELIVERY, WAIT } from "../../../kernel-abi/envelope.ts";
import { FAULTS } from "../../../kernel-abi/fault.ts";
import { EVENT, type Entry, type Frame } from "../../../kernel-abi/frame.ts";
import { processId } from "../../../kernel-abi/ids.ts";
import type { Contract } from "../../../kernel-abi/handle.ts";
import type { Behaviour, Child, MailboxTerms, Operation } from "../../../kernel-abi/operation.ts";
import { pack, unpack } from "../../../kernel-abi/packer.ts";
import { SYSCALL } from "../../../kernel-abi/syscall.ts";
import { record, recording } from "../../support/recordings.ts";
import { refusalOf, verified } from "../../support/refusals.ts";
import { allVerbs, run, TOY_UNITS, toyAdmission, type ToyOptions } from "../../support/run.ts";
import { ask, codeOf, collect, reserve, submit, toy, type Body } from "../../support/toy.ts";

type Change = (frames: Frame[]) => readonly Frame[];
const PROVIDERS = [...toyAdmission("Q").providers, ...toyAdmission("PHI").providers];

/** Runs, verifies what was written, changes it, and gives the rule by which that is refused. */
async function refused(behaviour: Behaviour, options: ToyOptions, change: Change): Promise<unknown> {
  const { frames, end } = await run(behaviour, options);
  if (end.status !== "completed") throw new Error(JSON.stringify(end.fault));
  const { faults, recovery, slice } = options;
  const sealed = (what: readonly Frame[]): Uint8Array => record(what.filter(({ kind, entries }) => kind === "turn" || entries.length > 0), {
    recording: recording({ allow: [...allVerbs], providers: PROVIDERS, ...(faults && { faults: [...faults] }), ...(recovery && { recovery }), ...(slice && { slice }) }), status: end.status,
  }).file;
  expect(verified(sealed(frames))).toMatchObject({ status: end.status, frames: frames.length });
  const { fault, detail } = refusalOf(sealed(change([...frames])));
  expect(fault).toBe("TRACE_INCONSISTENT");
  return detail["rule"];
}

type Kept = Entry | readonly Entry[] | undefined;
const entries = (change: (entry: Entry, frame: Frame) => Kept): Change => (frames) =>
  frames.map((frame): Frame => ({ ...frame, entries: frame.entries.flatMap((entry) => change(entry, frame) ?? []) }) as Frame);
const only = (code: number, change: (entry: Entry, frame: Frame) => Kept): Change => entries((entry, frame) => (entry.code === code ? change(entry, frame) : entry));
const without = (...codes: readonly number[]): Change => entries((entry) => (codes.includes(entry.code) ? undefined : entry));
const said = (code: number, changes: object): Change => only(code, (entry) => ({ ...entry, body: pack({ ...unpack(entry.body) as object, ...changes }) }));
const holds = (code: number) => ({ entries: all }: Frame): boolean => all.some((entry) => entry.code === code);
const given = (kind: number) => (frame: Frame): boolean => frame.kind === "turn" && frame.delivery.kind === kind;
/** The first frame like `which` goes before the first one like `place`. */
const moved = (which: (frame: Frame) => boolean, place: (frame: Frame, at: number, frames: readonly Frame[]) => boolean): Change => (frames) => {
  const [one] = frames.splice(frames.findIndex(which), 1) as [Frame];
  return frames.toSpliced(frames.findIndex(place), 0, one);
};
const delivered = (which: (frame: Frame) => boolean, delivery: object): Change => (frames) => {
  const at = frames.findIndex(which);
  return frames.map((frame, place) => (place === at && frame.kind === "turn" ? { ...frame, delivery: { ...frame.delivery, ...delivery } } : frame));
};

/** The requests that wait ask for this. */
const asking = (units: { readonly Q: number; readonly PHI: number }): Change =>
  only(SYSCALL.CONTRACT_REQUEST, (entry) => (entry.body.length === 0 ? entry : { ...entry, body: pack({ ...unpack(entry.body) as object, units }) }));

const root = (body: () => Body): Behaviour => toy("root", ["Q", "PHI"], body);
const spawnOf = (behaviour: Behaviour): Generator<never, Child<unknown>, unknown> => k.spawn(behaviour as never) as never;
const wait = (domain: "Q" | "PHI", units: number, ticks: number): Generator<Operation, Contract, unknown> => ask({ domain, op: "reserve", request: { units }, within: ticks } as Operation);
const hog = (domain: "Q" | "PHI", ticks: number): Behaviour => toy("hog", [domain], function* () { yield* reserve(domain, { units: TOY_UNITS }); yield* k.sleep(ticks); return 0; });
const waiting = (domain: "Q" | "PHI"): Behaviour => toy("waiting", [domain], function* () { return yield* codeOf(wait(domain, 3, 30)); });
const mailbox = (terms: MailboxTerms, behaviour: Behaviour): Behaviour => ({ ...behaviour, mailbox: terms });
function* joined(...all: readonly Behaviour[]): Body {
  const children: Child<unknown>[] = [];
  for (const one of all) children.push(yield* spawnOf(one));
  const results: unknown[] = [];
  for (const child of children) results.push(yield* codeOf(k.join(child)));
  return results;
}

describe("a wait for a contract", () => {
  const both = root(() => joined(hog("PHI", 9), waiting("PHI"), hog("Q", 5), waiting("Q")));
  it.each<readonly [string, Change, string]>([
    ["of one domain that waits for the other's service", (frames) => frames.map((frame) => (frame.kind === "turn" && frame.end.kind === 0 && frame.end.on === WAIT.ROOM && frame.end.subject === 2 ? { ...frame, end: { ...frame.end, subject: 1 } } : frame)), "a turn waits for what its last call asked for"],
    ["that nobody asked for", only(SYSCALL.CONTRACT_REQUEST, (entry) => ({ ...entry, body: new Uint8Array(0) })), "what follows at once stands beside it"],
    ["granted behind its time", said(EVENT.REQUEST_GRANTED, { since: 0 }), "a request is granted in its time"],
    ["granted to another domain", only(EVENT.REQUEST_GRANTED, (entry) => ({ ...entry, domain: 3 - entry.domain })), "a request that is answered was waiting"],
    ["granted in part", (frames) => frames.map((frame) => (holds(EVENT.REQUEST_GRANTED)(frame) ? { ...frame, entries: frame.entries.filter(({ code }) => code === EVENT.REQUEST_GRANTED) } : frame)), "a request is granted whole or not at all"],
    ["for less than nothing", asking({ Q: -1, PHI: 3 }), "a request waits for what there is"],
    ["for nothing", asking({ Q: 0, PHI: 0 }), "a request waits for what there is"],
    ["for more than there is", asking({ Q: TOY_UNITS + 1, PHI: 0 }), "a request waits for what there is"],
    ["for what could be had", (frames) => frames.filter((frame) => !holds(EVENT.REQUEST_GRANTED)(frame)), "what can be granted is granted before time goes on"],
  ])("%s", async (_, change, rule) => { expect(await refused(both, {}, change)).toBe(rule); });

  it("goes before those that ask for the same behind it, and no others", async () => {
    const { frames } = await run(both);
    expect(frames.flatMap(({ entries: all }) => all).filter(({ code }) => code === EVENT.REQUEST_GRANTED).map(({ domain }) => domain)).toEqual([1, 2]);
    const two = root(() => joined(hog("Q", 9), toy("first", ["Q"], function* () { return yield* codeOf(wait("Q", 6, 60)); }), toy("second", ["Q"], function* () { return yield* codeOf(wait("Q", 5, 60)); })));
    expect(await refused(two, {}, (all) => all.map((frame) => ({ ...frame, actor: holds(EVENT.REQUEST_GRANTED)(frame) ? processId(11 - frame.actor) : frame.actor, entries: frame.entries.map((entry) => (entry.code === EVENT.REQUEST_GRANTED ? { ...entry, subject: 3 - entry.subject } : entry)) }) as Frame))).toBe("requests are granted in their order");
  });
});

describe("a time slice", () => {
  const sliced = root(function* () { let sum = 0; for (let n = 0; n < 25; n++) sum += yield* k.random(); return sum > 0; });
  it("goes on one tick later, once", async () => {
    expect(await refused(sliced, { slice: 10 }, delivered(given(DELIVERY.SLICE), { seq: 9 }))).toBe("room and the rest of a slice come one tick after their cause");
    expect(await refused(sliced, { slice: 10 }, (frames) => frames.flatMap((frame) => (given(DELIVERY.SLICE)(frame) ? [frame, frame] : [frame])))).toBe("room and the rest of a slice come one tick after their cause");
  });
});

describe("a mailbox", () => {
  const deaf = toy("deaf", [], function* () {
    yield* k.sleep(4);
    const got: unknown[] = [];
    for (let message = yield* k.receive({ within: 4 }); message !== undefined; message = yield* k.receive({ within: 4 })) got.push(message.body);
    return got;
  });
  const flooding = (terms: MailboxTerms) => root(function* () {
    const child = yield* spawnOf(mailbox(terms, deaf));
    for (const body of [1, 2, 3]) yield* k.send(child as never, body);
    return yield* k.join(child as never);
  });
  it("that drops gives what it kept, and says what it did not", async () => {
    const drops = flooding({ depth: 1, overflow: "drop-old" });
    expect(await refused(drops, {}, without(EVENT.MESSAGE_DROPPED))).toBe("messages were sent before, are taken once and in order");
    expect(await refused(drops, {}, only(EVENT.MESSAGE_DROPPED, (entry) => [entry, { ...entry, body: pack({ from: 3, seq: 99 }) }]))).toBe("a message that was dropped had been sent");
  });

  it.each(["drop-new", "drop-old"] as const)("that drops (%s) at the tick of its end counts what it kept", async (overflow) => {
    const brief = toy("brief", [], function* () { yield* k.sleep(4); return 0; });
    const program = root(function* () {
      const child = yield* spawnOf(mailbox({ depth: 1, overflow }, brief));
      yield* k.sleep(4);
      for (const body of [1, 2, 3]) yield* k.send(child as never, body);
      return yield* k.join(child as never);
    });
    const { frames } = await run(program);
    const unread = frames.flatMap(({ entries: all }) => all).filter(({ code, subject }) => code === SYSCALL.PROC_EXIT && subject === 4).map(({ body }) => (unpack(body) as { unread: number }).unread);
    const dropped = frames.filter(holds(EVENT.MESSAGE_DROPPED)).map(({ tick }) => tick);
    expect([unread, dropped]).toEqual([[1], [6, 6]]);
    expect(await refused(program, {}, said(SYSCALL.PROC_EXIT, { unread: 3 }))).toBe("an exit says how much was not read");
  });

  it("that is full makes room for the message that waits, and no other", async () => {
    const blocks = flooding({ depth: 1, overflow: "block" });
    expect(await refused(blocks, {}, without(EVENT.ROOM_MADE))).toBe("messages were sent before, are taken once and in order");
    expect(await refused(blocks, {}, only(EVENT.ROOM_MADE, (entry) => [entry, entry]))).toBe("room is made for a message that waits for it");
    expect(await refused(blocks, {}, delivered(given(DELIVERY.ROOM), { seq: 77 }))).toBe("room and the rest of a slice come one tick after their cause");
  });

  it("of a process that waits for room in it goes with the process", async () => {
    const selfish = mailbox({ depth: 1, overflow: "block" }, toy("selfish", [], function* () { const me = yield* k.self(); for (;;) yield* k.send(me, "again"); }));
    const parent = root(function* () {
      const child = yield* spawnOf(selfish);
      yield* k.sleep(3);
      yield* k.stop(child as never, "enough");
      yield* k.sleep(3);
      return 0;
    });
    const child = 4;
    const made = only(EVENT.ROOM_MADE, (entry) => ({ ...entry, verdict: 0 }));
    expect(await refused(parent, {}, made)).toBe("room is made for a message that waits for it");
    const { frames } = await run(parent);
    expect(frames.flatMap(({ entries: all }) => all).filter(({ code }) => code === EVENT.ROOM_MADE).map(({ subject, verdict }) => [subject, verdict])).toEqual([[child, FAULTS.PROCESS_UNKNOWN.code]]);
  });
});

describe("a place", () => {
  const ONE: MailboxTerms = { depth: 1, overflow: "block" };
  const slow = (ticks: number): Behaviour => mailbox(ONE, toy("slow", [], function* () { yield* k.sleep(ticks); const got: unknown[] = []; for (let one = yield* k.receive({ within: 9 }); one !== undefined; one = yield* k.receive({ within: 9 })) got.push(one.body); return got; }));
  const place = (to: Child<unknown>): Generator<Operation, unknown, unknown> => ask({ domain: "K", op: "send", to: to.process, body: "placed", place: true } as never);
  const request = (ticks: number): Generator<Operation, unknown, unknown> => ask({ domain: "Q", op: "reserve", request: { units: 3 }, within: ticks, place: true } as never);
  const withdraw = (at: unknown): Generator<Operation, unknown, unknown> => ask({ domain: "K", op: "withdraw", place: at } as never);

  it("given up is taken back at once; one that was answered before is forgotten", async () => {
    const program = root(function* () {
      const [full] = [yield* spawnOf(slow(12)), yield* spawnOf(hog("Q", 20))];
      yield* k.send(full as never, "first");
      yield* k.sleep(2);
      const [held, asked] = [yield* place(full), yield* request(50)];
      yield* k.sleep(1);
      yield* withdraw(held);
      yield* withdraw(asked);
      yield* k.sleep(1);
      const late = yield* request(2);
      yield* k.sleep(6);
      yield* withdraw(late);
      return yield* k.join(full as never);
    });
    expect(await refused(program, {}, without(EVENT.MESSAGE_DROPPED))).toBe("what is given up is taken back at once");
    expect(await refused(program, {}, only(EVENT.REQUEST_LAPSED, (entry) => (entry.verdict === FAULTS.CANCELLED.code ? undefined : entry)))).toBe("what is given up is taken back at once");
    expect(await refused(program, {}, only(SYSCALL.PLACE_WITHDRAW, (entry) => (entry.domain === 0 ? undefined : entry)))).toBe("a message is taken back by whoever sent it");
    expect(await refused(program, {}, only(SYSCALL.PLACE_WITHDRAW, (entry) => (entry.domain === 1 ? undefined : entry)))).toBe("a request is given up by whoever made it");
  });

  it("of a body that hands its state on is given up with it, once", async () => {
    let fresh = false;
    const handing = (gives: boolean): Behaviour => toy("root", ["Q", "PHI"], function* () {
      if (fresh) { yield* k.sleep(20); return 0; }
      fresh = true;
      const [full] = [yield* spawnOf(slow(12)), yield* spawnOf(hog("Q", 20))];
      yield* k.send(full as never, "first");
      yield* k.sleep(2);
      const [first] = [yield* place(full), yield* place(full), yield* request(50)];
      yield* k.sleep(1);
      if (gives) yield* withdraw(first);
      yield* ask({ domain: "K", op: "continue", state: null } as never);
      return 0;
    });
    for (const gives of [false, true]) {
      fresh = false;
      expect(await refused(handing(gives), {}, without(EVENT.MESSAGE_DROPPED))).toBe("what is given up is taken back at once");
      fresh = false;
      expect(await refused(handing(gives), {}, only(EVENT.REQUEST_LAPSED, () => undefined))).toBe("what is given up is taken back at once");
      fresh = false;
      expect(await refused(handing(gives), {}, only(EVENT.MESSAGE_DROPPED, (entry) => [entry, entry]))).not.toBeUndefined();
    }
  });

  it("let in and given up in the same tick takes its message back before it falls due", async () => {
    const giver = toy("giver", [], function* (to) {
      yield* ask({ domain: "K", op: "send", to, body: "first" } as never);
      const held = yield* ask({ domain: "K", op: "send", to, body: "second", place: true } as never);
      yield* k.send(yield* k.self(), "wait");
      yield* k.sleep(9 - (yield* k.now()));
      yield* k.receive(); // a turn of its own, behind the receiver's
      yield* withdraw(held);
      yield* k.sleep(3);
      return 0;
    });
    const program = root(function* () {
      const full = yield* spawnOf(mailbox(ONE, toy("full", [], function* () { yield* k.sleep(9 - (yield* k.now())); yield* k.receive(); return (yield* k.receive({ within: 5 })) === undefined; })));
      yield* k.spawn(giver as never, full.process as never);
      return yield* k.join(full as never);
    });
    const { frames, end } = await run(program);
    const about = frames.flatMap((frame) => frame.entries.filter(({ code }) => code === EVENT.ROOM_MADE || code === EVENT.MESSAGE_DROPPED).map(({ code }) => [frame.tick, code]));
    expect([end.result, about]).toEqual([true, [[9, EVENT.ROOM_MADE], [9, EVENT.MESSAGE_DROPPED]]]);
    expect(await refused(program, {}, without(EVENT.MESSAGE_DROPPED))).toBe("what is given up is taken back at once");
    expect(await refused(program, {}, only(EVENT.MESSAGE_DROPPED, (entry) => ({ ...entry, body: pack({ ...unpack(entry.body) as object, seq: 0 }) })))).toBe("what is given up is taken back at once");
  });

  it("that comes free behind a turn which hands its state on is numbered before the fresh body's start", async () => {
    const serving = mailbox(ONE, toy("serving", [], function* (state) {
      const served = typeof state === "number" ? state : 0;
      if (served === 3) return served;
      yield* k.receive();
      yield* ask({ domain: "K", op: "continue", state: served + 1 } as never);
      return 0;
    }));
    const program = root(function* () {
      const child = yield* spawnOf(serving);
      for (const body of [1, 2, 3]) yield* k.send(child as never, body);
      return yield* k.join(child as never);
    });
    const { frames, end } = await run(program);
    expect(end.result).toBe(3);
    const fresh = frames.findIndex((frame, at) => given(DELIVERY.START)(frame) && frame.actor === 4 && at > 4);
    for (const by of [-1, 1]) {
      expect(await refused(program, {}, (all) => all.map((frame, at) => (at === fresh && frame.kind === "turn" ? { ...frame, delivery: { ...frame.delivery, seq: frame.delivery.seq + by } } : frame)))).toBe("a start follows its spawn");
    }
  });
});

describe("a strike", () => {
  const working = root(function* () {
    const contract = yield* reserve("Q");
    const codes = [yield* codeOf(collect("Q", yield* submit("Q", contract, { cost: 5 })))];
    yield* k.sleep(3);
    return codes;
  });
  const at = (tick: number, kind: string, more: object = {}): ToyOptions => ({ faults: [{ at: tick, kind, ...more } as never] });

  it("comes behind the turns of its tick", async () => {
    const strikes = holds(EVENT.FAULT_INJECTED);
    expect(await refused(working, at(6, "domain-thaw", { domain: "PHI" }), moved(strikes, (frame) => frame.kind === "turn" && frame.tick === 6))).toBe("a strike comes at its tick, behind the turns");
    expect(await refused(working, at(3, "measurement-timeout", { domain: "Q" }), without(EVENT.FAULT_INJECTED))).toBe("a strike comes at its tick, behind the turns");
  });

  it("is of a known kind, even one that was asked for", async () => {
    const operator = root(function* () { yield* k.inject({ kind: "domain-thaw", domain: "Q" }); yield* k.sleep(1); return 0; });
    expect(await refused(operator, {}, (frames) => said(EVENT.FAULT_INJECTED, { kind: "sneeze" })([...said(SYSCALL.FAULT_INJECT, { kind: "sneeze" })(frames)]))).toBe("a strike is of a known kind");
    expect(await refused(operator, {}, (frames) => said(EVENT.FAULT_INJECTED, { kind: "toString" })([...said(SYSCALL.FAULT_INJECT, { kind: "toString" })(frames)]))).toBe("a strike is of a known kind");
    expect(await refused(operator, {}, said(EVENT.FAULT_INJECTED, { kind: "vhm-freeze" }))).toBe("a strike outside the script was asked for");
    expect(await refused(operator, {}, without(EVENT.FAULT_INJECTED))).toBe("what an operator's program asked for comes behind its turn");
    expect(await refused(operator, {}, said(EVENT.FAULT_INJECTED, { level: 3 }))).toBe("a fault has the level of its kind");
  });

  it("at somebody who does not live revokes nothing", async () => {
    expect(await refused(working, at(3, "capability-revocation", { process: "root/nobody#1", verb: "EXECUTE_K" }), only(EVENT.FAULT_INJECTED, (entry) => [entry, { ...entry, code: EVENT.CAPABILITY_REVOKED, subject: 1, body: new Uint8Array(0) }])))
      .toBe("the kernel revokes what a freeze or a strike takes");
  });

  it("hits contracts that live, those too that have not begun", async () => {
    const over = root(function* () { yield* ask({ domain: "Q", op: "release", contract: yield* reserve("Q") } as never); yield* k.sleep(5); return 0; });
    const later = root(function* () { yield* reserve("Q", { start: 9 }); yield* k.sleep(5); return 0; });
    const strike = at(3, "contract-invalidation", { domain: "Q" });
    expect(await refused(over, strike, said(EVENT.FAULT_INJECTED, { contracts: [1] }))).toBe("a strike hits live contracts of its domains");
    expect(await refused(later, strike, said(EVENT.FAULT_INJECTED, { contracts: [2] }))).toBe("contracts are issued before they are named");
  });

  it("revokes all that it names", async () => {
    const two = root(function* () { yield* k.attenuate((yield* k.capabilities())[0]!.capability, {}); yield* k.sleep(5); return 0; });
    const strike = at(3, "capability-revocation", { process: "root", verb: allVerbs[1] as string });
    expect(await refused(two, strike, without(EVENT.CAPABILITY_REVOKED))).toBe("a strike revokes what it names");
  });

  it("that gives a calibration up leaves its grace to work, and no tick more", async () => {
    const late = root(function* () {
      const contract = yield* reserve("Q", { grace: 1 });
      yield* k.sleep(4);
      return yield* codeOf(submit("Q", contract));
    });
    expect(await refused(late, at(3, "calibration-expiry", { domain: "Q" }), (frames) => frames.map((frame) => ({
      ...frame, entries: frame.entries.map((entry) => (entry.code === SYSCALL.XDV_CALL ? { ...entry, verdict: 0, subject: 1, body: pack({ due: frame.tick + 1, cost: 1, charge: { budget: 1, shots: 1 } }) } : entry)),
    }) as Frame))).toBe("no work is taken on a calibration that gave out");
  });
});

describe("a fault that reaches both domains", () => {
  it("freezes the one that was not frozen", async () => {
    const program = root(function* () {
      const code = yield* codeOf(collect("PHI", yield* submit("PHI", yield* reserve("PHI"), { fail: FAULTS.PHI_ERR_STABILITY_BREACH.code, cost: 4 })));
      yield* k.sleep(2);
      return code;
    });
    const recovery = { version: 1 as const, rules: [{ fault: "PHI_ERR_STABILITY_BREACH" as const, action: "halt" as const, level: 2 as const }] };
    const faults = [{ at: 2, kind: "domain-freeze", domain: "Q" } as never];
    for (const options of [{ recovery, faults }, { recovery }]) {
      expect(await refused(program, options, entries((entry, { tick }) => ((entry.code === EVENT.DOMAIN_FROZEN || entry.code === EVENT.CAPABILITY_REVOKED) && tick > 3 ? undefined : entry)))).toBe("what a fault leads to comes before anybody takes a turn");
    }
    expect(await refused(program, { recovery, faults }, said(EVENT.FAULT_CONTAINED, { level: 1 }))).toBe("a fault reaches as far as the policy lets it");
  });
});

describe("an outcome", () => {
  const program = (domain: "Q" | "PHI", fail = 0): Behaviour => root(function* () { return yield* codeOf(collect(domain, yield* submit(domain, yield* reserve(domain), { value: { bits: Uint8Array.of(0, 0) }, fail, cost: 4 }))); });
  const outcome = (change: Partial<Entry>): Change => only(EVENT.JOB_OUTCOME, (entry) => ({ ...entry, ...change }));
  const { Q_ERR_HARDWARE_FAILURE: { code: LOST }, PHI_ERR_HARDWARE_FAILURE: { code: GONE } } = FAULTS;

  it("that is a fault is one of work, and of its own domain", async () => {
    const own = "work ends with a fault of its own domain";
    const detail = pack({ what: "the provider stopped" });
    for (const verdict of [1, GONE, FAULTS.TRACE_INCONSISTENT.code]) expect(await refused(program("Q"), {}, outcome({ verdict, body: detail }))).toBe(own);
    expect(await refused(program("PHI"), {}, outcome({ verdict: LOST, body: detail }))).toBe(own);
    for (const [domain, name] of [["Q", "Q_ERR_HARDWARE_FAILURE"], ["PHI", "PHI_ERR_HARDWARE_FAILURE"], ["Q", "KERNEL_REFUSED"]] as const) {
      expect((await run(program(domain, FAULTS[name].code))).end.result).toBe(name);
    }
  });

  it("that is a fault has no result beside it, in whatever form", async () => {
    const none = "work that failed has no result, only the detail of its fault";
    const measured = { kind: "bits", bits: Uint8Array.of(0, 1) };
    for (const value of [measured, { ...measured, bits: [0, 1] }, { counts: { "01": 3 } }, [0, 1], Uint8Array.of(0, 1), 1, null, undefined]) {
      expect(await refused(program("Q"), {}, outcome({ verdict: LOST, body: pack(value) }))).toBe(none);
    }
    expect(await refused(program("Q"), {}, outcome({ verdict: LOST, body: new Uint8Array(0) }))).toBe(none);
    expect(await refused(program("Q"), {}, outcome({ verdict: 1, body: pack({ ...measured, bits: [0, 1] }) }))).toBe("work ends with a fault of its own domain");
  });

  it("that is none says what was found", async () => {
    const found = "an outcome says what was found";
    const broken = Uint8Array.of(0x92, 1);
    for (const [fail, body, rule] of [[0, broken, found], [LOST, broken, found], [LOST, new Uint8Array(0), "an entry uses the fields of its code"]] as const) {
      expect(await refused(program("Q", fail), {}, outcome({ verdict: 0, body }))).toBe(rule);
    }
  });

  it("says it was hit exactly when it was", async () => {
    const struck = { faults: [{ at: 2, kind: "hardware-failure", domain: "Q" } as never] };
    const hit = "work that was hit ends with the strike's fault";
    for (const body of [{ what: "hardware-failure" }, { job: 2, what: "hardware-failure" }, { job: 1, what: 3 }, { job: 1, what: "hardware-failure", bits: "01" }]) {
      expect(await refused(program("Q"), struck, outcome({ body: pack(body) }))).toBe(hit);
    }
    for (const what of ["hardware-failure", "rollback", "revocation"]) {
      expect(await refused(program("Q"), {}, outcome({ verdict: LOST, body: pack({ job: 1, what }) }))).toBe("work that says it was hit was hit");
    }
  });
});

describe("what the kernel does in one go", () => {
  const STANDS = "what follows at once stands beside it";
  const both = root(function* () {
    const [q, phi] = [yield* reserve("Q"), yield* reserve("PHI")];
    yield* ask({ domain: "Q", op: "release", contract: q } as never);
    yield* codeOf(collect("PHI", yield* submit("PHI", phi, { cost: 3 })));
    return 0;
  });
  const OF_CONTRACTS = [EVENT.CONTRACT_ISSUED, EVENT.CONTRACT_ACTIVATED, EVENT.CONTRACT_COMPLETED, EVENT.CONTRACT_RELEASED, EVENT.WINDOW_START, EVENT.WINDOW_STOP, EVENT.JOB_INTENT, EVENT.TRANSITION, EVENT.PROCESS_DECLARED, EVENT.CAPABILITY_ISSUED];

  it.each(OF_CONTRACTS)("is no call that could be refused: event %i", async (code) => {
    expect(await refused(both, {}, only(code, (entry) => ({ ...entry, verdict: 1 })))).toMatch(/^(an event tells of what was done, with verdict 0|what follows at once)/);
  });
  it.each([EVENT.CONTRACT_ACTIVATED, EVENT.CONTRACT_COMPLETED, EVENT.CONTRACT_RELEASED, EVENT.WINDOW_START, EVENT.WINDOW_STOP, SYSCALL.BIND, SYSCALL.UNBIND])("is whole: event %i is not left out, nor doubled", async (code) => {
    expect(await refused(both, {}, without(code))).toBeTypeOf("string");
    expect(await refused(both, {}, only(code, (entry) => [entry, entry]))).toBeTypeOf("string");
  });
  it("begins with a call", async () => {
    expect(await refused(both, {}, without(SYSCALL.CONTRACT_REQUEST))).toBe("a contract is issued to who asked for it");
    expect(await refused(both, {}, without(SYSCALL.CONTRACT_RELEASE))).toBe("what follows at once follows something");
    expect(await refused(both, {}, only(SYSCALL.CONTRACT_REQUEST, (entry) => ({ ...entry, capability: entry.capability + 1 })))).toBe("a contract is issued to who asked for it");
    expect(await refused(both, {}, only(SYSCALL.CONTRACT_REQUEST, (entry) => ({ ...entry, subject: entry.subject + 1 })))).toBe("a contract event names one contract");
    expect(await refused(both, {}, only(SYSCALL.CONTRACT_RELEASE, (entry) => ({ ...entry, subject: entry.subject + 1 })))).toBe("a contract is used by its owner");
  });
  it("ends with the frame", async () => {
    const last = (frames: Frame[]): readonly Frame[] => frames.map((frame) => (frame.entries.at(-1)?.code === EVENT.CONTRACT_RELEASED ? { ...frame, entries: frame.entries.slice(0, -1) } as Frame : frame));
    expect(await refused(root(function* () { yield* ask({ domain: "Q", op: "release", contract: yield* reserve("Q") } as never); yield* k.receive({ within: 1 }); return 0; }), {}, (frames) =>
      last(frames.map((frame) => (frame.kind === "turn" ? { ...frame, entries: frame.entries.filter(({ code }) => code !== SYSCALL.TIMER_SET) } : frame))))).toBe(STANDS);
  });
});
