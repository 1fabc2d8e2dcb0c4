// Places: what one strand waits for while its siblings go on, is selected, or is given up. Every run is held against the rules of
// verify (run.ts), and the rules against runs that were tampered with.
import { describe, expect, it } from "vitest";
import { all, race, within } from "../../../../domains/k/api/control.ts";
import { k, reserveAllWithin } from "../../../../domains/k/api/operations.ts";
import { Fault } from "../../../../kernel-abi/fault.ts";
import { EVENT, entryName, TURN_END, type Entry, type Frame } from "../../../../kernel-abi/frame.ts";
import type { Contract } from "../../../../kernel-abi/handle.ts";
import type { ProcessId } from "../../../../kernel-abi/ids.ts";
import type { Behaviour, Child, MailboxTerms, Operation } from "../../../../kernel-abi/operation.ts";
import { unpack } from "../../../../kernel-abi/packer.ts";
import { SYSCALL } from "../../../../kernel-abi/syscall.ts";
import { allVerbs, checkConsistent, run, type ToyRun } from "../../../support/run.ts";
import { ask, codeOf, reserve, toy, type Body } from "../../../support/toy.ts";

const root = (body: () => Body): Behaviour => toy("root", ["Q", "PHI"], body);
const spawnOf = (behaviour: Behaviour, input: unknown = null): Generator<never, Child<unknown>, unknown> => k.spawn(behaviour as never, input as never) as never;
const entriesOf = ({ frames }: ToyRun): Entry[] => frames.flatMap(({ entries }) => entries);
const named = (ran: ToyRun, name: string): Entry[] => entriesOf(ran).filter(({ code }) => entryName(code) === name);
const sound = (ran: ToyRun): ToyRun => { expect(ran.end.fault).toBeNull(); return ran; };
const wait = (domain: "Q" | "PHI", units: number, ticks: number): Generator<Operation, Contract, unknown> => ask({ domain, op: "reserve", request: { units }, within: ticks } as Operation);
const free = (contract: Contract): Generator<Operation, void, unknown> => ask({ domain: contract.domain, op: "release", contract } as Operation);

const ONE: MailboxTerms = { depth: 1, overflow: "block" };
/** Sleeps, then takes what comes within 20 ticks; gives the bodies. */
const deaf = (ticks: number): Behaviour => ({ ...toy("deaf", [], function* () {
  yield* k.sleep(ticks);
  const got: unknown[] = [];
  for (let message = yield* k.receive({ within: 20 }); message !== undefined; message = yield* k.receive({ within: 20 })) got.push(message.body);
  return got;
}), mailbox: ONE });
function* ticking(times: number): Body { let n = 0; for (; n < times; n++) yield* k.sleep(1); return n; }
/** Holds all units of Q for so many ticks. */
const hog = (ticks: number): Behaviour => toy("hog", ["Q"], function* () { yield* reserve("Q", { units: 10 }); yield* k.sleep(ticks); });

describe("a send that has to wait", () => {
  it("does not outlast its deadline, and what it would have sent is never delivered", async () => {
    const ran = sound(await run(root(function* () {
      const full = yield* spawnOf(deaf(100));
      yield* k.send(full, "first");
      const started = yield* k.now();
      const code = yield* codeOf(within(5, k.send(full, "late")));
      const took = (yield* k.now()) - started;
      return [code, took, yield* k.join(full)];
    })));
    expect(ran.end.result).toEqual(["TIMED_OUT", 5, ["first"]]);
    expect(named(ran, "MESSAGE_PARKED")).toHaveLength(1);
    expect(named(ran, "MESSAGE_DROPPED").map(({ body }) => unpack(body))).toEqual([{ from: 3, seq: expect.any(Number) as number }]);
  });

  it("lets its siblings go on, and goes through when there is room", async () => {
    const ran = sound(await run(root(function* () {
      const full = yield* spawnOf(deaf(10));
      yield* k.send(full, 0);
      const done: unknown[] = [];
      yield* all([
        (function* (): Body { yield* k.send(full, 1); return done.push("sent"); })(),
        (function* (): Body { yield* ticking(5); return done.push("ticked"); })(),
        (function* (): Body { yield* k.send(full, 2); return done.push("sent again"); })(),
      ]);
      return [done, yield* k.join(full)];
    })));
    expect(ran.end.result).toEqual([["ticked", "sent", "sent again"], [0, 1, 2]]);
    expect(named(ran, "ROOM_MADE")).toHaveLength(2);
    expect(named(ran, "PLACE_WITHDRAW")).toHaveLength(0);
  });

  it("of a loser frees its place: whoever waits behind it gets it", async () => {
    const ran = sound(await run(root(function* () {
      const full = yield* spawnOf(deaf(10));
      yield* k.send(full, "first");
      const behind = yield* spawnOf(toy("behind", [], function* (to) { yield* k.sleep(2); yield* k.send(to as ProcessId, "behind"); return yield* k.now(); }), full.process);
      const { winner } = yield* race({ send: k.send(full, "lost"), nap: k.sleep(4) });
      return [winner, yield* k.join(behind), yield* k.join(full)];
    })));
    expect(ran.end.result).toEqual(["nap", 13, ["first", "behind"]]);
  });

  it("throws into its strand alone when the receiver ends", async () => {
    const ran = sound(await run(root(function* () {
      const brief = yield* spawnOf({ ...toy("brief", [], function* () { yield* k.sleep(4); }), mailbox: ONE });
      yield* k.send(brief, 0);
      return yield* all([codeOf(k.send(brief, 1)), ticking(8), codeOf(within(2, k.send(brief, 2)))]);
    })));
    expect(ran.end.result).toEqual(["PROCESS_UNKNOWN", 8, "TIMED_OUT"]);
  });

  // The receiver takes its message at every tick around the deadline: sent or given up, never both and never neither.
  it.each([2, 3, 4, 5, 6, 7, 8])("either goes through or is given up, when there is room after %i ticks", async (ticks) => {
    for (const first of ["receiver", "sender"] as const) {
      const sender = toy("sender", [], function* (to) { return yield* codeOf(within(4, k.send(to as ProcessId, "late"))); });
      const ran = sound(await run(root(function* () {
        const early = first === "sender" ? yield* spawnOf(toy("relay", [], function* () { return yield* codeOf(within(4, k.send((yield* k.receive()).body as ProcessId, "late"))); })) : undefined;
        const full = yield* spawnOf(deaf(ticks));
        yield* k.send(full, "first");
        const one = early ?? (yield* spawnOf(sender, full.process));
        if (early !== undefined) yield* k.send(early, full.process);
        return [yield* k.join(one), yield* k.join(full)];
      })));
      const [code, got] = ran.end.result as [string, unknown[]];
      expect([code, got]).toEqual(code === "OK" ? ["OK", ["first", "late"]] : ["TIMED_OUT", ["first"]]);
    }
  });

  it("takes back a message that was let in in the very tick it is given up, and lets the next one in", async () => {
    const ran = sound(await run(root(function* () {
      const me = yield* k.self();
      const full = yield* spawnOf({ ...toy("full", [], function* () {
        yield* k.sleep(4);
        const got: unknown[] = [];
        for (let message = yield* k.receive({ within: 20 }); message !== undefined; message = yield* k.receive({ within: 20 })) got.push(message.body);
        return got;
      }), mailbox: ONE });
      // Due at the same tick as the receiver's waking: it makes room, and in the same tick, after it, the root is told to stop waiting.
      yield* spawnOf(toy("caller", [], function* () { yield* k.sleep(4); yield* k.send(me, "enough"); }));
      yield* k.send(full, "first");
      const behind = yield* spawnOf(toy("behind", [], function* (to) { yield* k.sleep(2); yield* k.send(to as ProcessId, "behind"); }), full.process);
      const { winner } = yield* race({ send: k.send(full, "lost"), told: k.receive() });
      yield* k.join(behind);
      return [winner, yield* k.join(full)];
    }), {}));
    const [winner, got] = ran.end.result as [string, unknown[]];
    expect(got).toEqual(winner === "told" ? ["first", "behind"] : ["first", "lost", "behind"]);
  });

  it("goes with a sender that ends, hands its state on, or is stopped", async () => {
    const ran = sound(await run(root(function* () {
      const full = yield* spawnOf(deaf(12));
      yield* k.send(full, "first");
      const failing = yield* spawnOf(toy("failing", [], function* () { yield* all([k.send(full, "a"), (function* (): Body { yield* k.sleep(2); throw new Error("no"); })()]); }));
      const stopped = yield* spawnOf(toy("stopped", [], function* () { yield* all([k.send(full, "b"), k.receive()]); }));
      const renewed = yield* spawnOf(toy("renewed", [], function* (input) {
        if (input === "again") return "fresh";
        yield* all([k.send(full, "c"), (function* (): Body { yield* k.sleep(2); return yield* k.continueWith("again"); })()]);
        return "old";
      }));
      yield* k.sleep(4);
      yield* k.stop(stopped);
      return [(yield* k.exitOf(failing)).kind, (yield* k.exitOf(stopped)).kind, yield* k.join(renewed), yield* k.join(full)];
    })));
    expect(ran.end.result).toEqual(["failed", "stopped", "fresh", ["first"]]);
    expect(named(ran, "MESSAGE_DROPPED")).toHaveLength(3);
  });

  it("is seen in the wait-for graph, and refused to whoever made up a place", async () => {
    const ran = await run(root(function* () {
      const full = yield* spawnOf({ ...toy("full", [], function* () { yield* k.receive(); yield* k.receive(); yield* k.select([{ on: "timer", timer: yield* k.timer(1) }]); yield* k.join(99 as never); }), mailbox: ONE });
      const codes = [yield* codeOf(k.select([{ on: "room", place: 7 }])), yield* codeOf(ask({ domain: "K", op: "withdraw", place: 0.5 })), yield* codeOf(ask({ domain: "K", op: "withdraw", place: 77 }))];
      yield* k.log("codes", codes);
      yield* k.suspend(full);
      yield* k.send(full, 0);
      yield* all([k.send(full, 1), k.receive()]);
    }));
    expect(ran.end.status).toBe("stuck");
    expect(ran.end.waits.filter(({ process }) => process === "root").map(({ on, target }) => [on, target])).toEqual([["room", "root/full#1"], ["message", null]]);
    expect(unpack(named(ran, "LOG")[0]!.body)).toMatchObject({ data: ["ABI_MALFORMED", "ABI_MALFORMED", "OK"] });
  });

  it("waits as its whole process did in runs that were recorded before", async () => {
    const ran = await run(root(function* () {
      const full = yield* spawnOf(deaf(10));
      yield* k.send(full, 0);
      const ended = yield* race({ send: k.send(full, 1), nap: k.sleep(3) });
      return [ended.winner, yield* k.now()];
    }), { flags: ["sequentialSampling", "exitAtNextTick"] });
    expect(ran.end.result).toEqual(["send", 13]);
    expect(named(ran, "MESSAGE_PARKED")).toHaveLength(0);
    expect(ran.frames.some((frame) => frame.kind === "turn" && frame.end.kind === TURN_END.WAITING && frame.end.on === 5)).toBe(true);
  });
});

/** Busy, slice after slice; then it fails. */
function* failing(calls: number): Body { for (let at = 0; at < calls; at++) yield* k.log("at", at); throw new Fault("CANCELLED", {}); }

describe("a request that has to wait", () => {
  it("lets its siblings go on, and is given up with its deadline", async () => {
    const ran = sound(await run(root(function* () {
      yield* spawnOf(hog(20));
      yield* k.sleep(1);
      const started = yield* k.now();
      const first = yield* all([codeOf(within(4, wait("Q", 2, 50))), ticking(6)]);
      const took = (yield* k.now()) - started;
      const [contract, ticks] = yield* all([wait("Q", 2, 50), ticking(6)]);
      yield* free(contract as Contract);
      const [both] = yield* all([reserveAllWithin(50, { domain: "Q", request: { units: 1 } }, { domain: "PHI", request: { units: 1 } }), ticking(2)]);
      return [first, took, ticks, both.length];
    })));
    expect(ran.end.result).toEqual([["TIMED_OUT", 6], 6, 6, 2]);
    expect(named(ran, "REQUEST_LAPSED").map(({ verdict }) => verdict)).toEqual([3109]);
    expect(named(ran, "REQUEST_GRANTED")).toHaveLength(1);
  });

  it("and is granted before a sibling fails gives its contract back: nobody will ever hold it", async () => {
    const ran = sound(await run(root(function* () {
      yield* spawnOf(hog(5));
      yield* k.sleep(1);
      const code = yield* codeOf(all([wait("Q", 10, 50), failing(30)]));
      yield* k.sleep(1);
      return [code, yield* codeOf(reserve("Q", { units: 10 }))];
    }), { slice: 3 }));
    expect(named(ran, "REQUEST_GRANTED")).toHaveLength(1);
    expect(ran.end.result).toEqual(["CANCELLED", "OK"]);
  });

  it("that lapses is thrown into its strand alone", async () => {
    const ran = sound(await run(root(function* () {
      yield* spawnOf(hog(20));
      yield* k.sleep(1);
      return yield* all([codeOf(wait("Q", 2, 3)), ticking(6)]);
    })));
    expect(ran.end.result).toEqual(["Q_ERR_RESOURCE_UNAVAILABLE", 6]);
  });

  it("keeps its process from any other contract meanwhile: who waits holds none", async () => {
    const ran = sound(await run(root(function* () {
      yield* spawnOf(hog(8));
      yield* k.sleep(1);
      return yield* all([codeOf(wait("Q", 2, 50)), codeOf(reserve("PHI")), codeOf(wait("Q", 1, 9)), (function* (): Body { yield* k.sleep(12); return yield* codeOf(reserve("PHI")); })()]);
    })));
    expect(ran.end.result).toEqual(["OK", "RESOURCE_EXHAUSTED", "Q_ERR_RESOURCE_UNAVAILABLE", "OK"]);
  });

  it("gives back what was granted to a strand that lost in the very same tick", async () => {
    const ran = sound(await run(root(function* () {
      const full = yield* spawnOf(deaf(8));
      yield* spawnOf(hog(8));
      yield* k.send(full, 0);
      yield* k.sleep(1);
      const { winner } = yield* race({ contract: wait("Q", 2, 50), sent: k.send(full, 1), nap: k.sleep(40) });
      yield* k.sleep(1);
      return [winner, yield* codeOf(wait("Q", 10, 30)), yield* k.now()];
    })));
    const [winner, code] = ran.end.result as unknown[];
    expect([winner === "nap", code]).toEqual([false, winner === "contract" ? "Q_ERR_RESOURCE_UNAVAILABLE" : "OK"]);
  });
});

describe("verify", () => {
  const recorded = async (): Promise<readonly Frame[]> => (await run(root(function* () {
    const full = yield* spawnOf(deaf(10));
    yield* spawnOf(hog(20));
    yield* k.send(full, "first");
    yield* k.sleep(1);
    yield* codeOf(within(4, k.send(full, "late")));
    yield* codeOf(within(2, wait("Q", 2, 50)));
    yield* all([k.send(full, "second"), ticking(3)]);
    return yield* k.join(full);
  }))).frames;
  const refuses = async (change: (entry: Entry) => Entry | undefined): Promise<void> => {
    const frames = await recorded();
    const changed = frames.map((frame): Frame => ({ ...frame, entries: frame.entries.flatMap((entry) => change(entry) ?? []) }) as Frame).filter((frame) => frame.kind === "turn" || frame.entries.length > 0);
    expect(() => { checkConsistent(changed, allVerbs); }).toThrow(expect.objectContaining({ fault: "TRACE_INCONSISTENT" }) as Error);
  };
  const without = (code: number) => (entry: Entry): Entry | undefined => (entry.code === code ? undefined : entry);

  it("accepts what is written, under the flag that was written with it alone", async () => {
    const frames = await recorded();
    expect(() => { checkConsistent(frames, allVerbs); }).not.toThrow();
    expect(() => { checkConsistent(frames, allVerbs, { abi: { major: 1, minor: 0, flags: ["sequentialSampling", "exitAtNextTick"] } }); }).toThrow(expect.objectContaining({ fault: "TRACE_INCONSISTENT" }) as Error);
  });

  it("refuses a parked message, its withdrawal or its end left out, or made up", async () => {
    await refuses(without(EVENT.MESSAGE_PARKED));
    await refuses(without(EVENT.MESSAGE_DROPPED));
    await refuses(without(EVENT.REQUEST_LAPSED));
    await refuses(without(SYSCALL.PLACE_WITHDRAW));
    await refuses((entry) => (entry.code === EVENT.MESSAGE_PARKED ? { ...entry, subject: entry.subject + 1 } : entry));
    await refuses((entry) => (entry.code === EVENT.REQUEST_LAPSED ? { ...entry, verdict: 1003 } : entry));
    await refuses((entry) => (entry.code === SYSCALL.PLACE_WITHDRAW ? { ...entry, subject: entry.subject + 1 } : entry));
    await refuses((entry) => (entry.code === SYSCALL.CONTRACT_REQUEST && entry.body.length > 0 ? { ...entry, code: SYSCALL.LOG } : entry));
  });
});
