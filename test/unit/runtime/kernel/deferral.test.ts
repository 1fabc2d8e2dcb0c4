// Requests that wait for contracts: arbitration in one order, deferral, refusal when there could never be enough, expiry in ticks, and
// no way to wait for each other. Every run is held against the rules of verify (run.ts).
import { describe, expect, it } from "vitest";
import { k, reserveAllWithin } from "../../../../domains/k/api/operations.ts";
import { FAULTS } from "../../../../kernel-abi/fault.ts";
import { EVENT, entryName, type Entry, type Frame } from "../../../../kernel-abi/frame.ts";
import { unpack } from "../../../../kernel-abi/packer.ts";
import { PRIORITY, type Priority } from "../../../../kernel-abi/priority.ts";
import type { Contract } from "../../../../kernel-abi/handle.ts";
import type { Operation } from "../../../../kernel-abi/operation.ts";
import { ABI_VERSION, CURRENT_OFFER } from "../../../../kernel-abi/version.ts";
import { allVerbs, checkConsistent, run, TOY_UNITS, type ToyRequest, type ToyRun } from "../../../support/run.ts";
import { ask, codeOf, collect, reserve, submit, toy } from "../../../support/toy.ts";

const entriesOf = ({ frames }: ToyRun): Entry[] => frames.flatMap(({ entries }) => entries);
const named = (ran: ToyRun, name: string): Entry[] => entriesOf(ran).filter(({ code }) => entryName(code) === name);
const wait = (domain: "Q" | "PHI", request: ToyRequest, within: number): Generator<Operation, Contract, unknown> => ask({ domain, op: "reserve", request, within } as Operation);
const free = (domain: "Q" | "PHI", contract: Contract): Generator<Operation, void, unknown> => ask({ domain, op: "release", contract } as Operation);

/** Asks for `units` within `within` ticks, says when it had them, keeps them for `keeps` ticks. */
const client = (units: number, within: number, keeps = 1, domain: "Q" | "PHI" = "Q") => toy(`client${units}`, [domain], function* () {
  const asked = yield* k.now();
  try {
    const contract = yield* wait(domain, { units }, within);
    const had = yield* k.now();
    yield* k.sleep(keeps);
    yield* free(domain, contract);
    return [asked, had];
  } catch (error) {
    return [asked, (error as Error).name, yield* k.now()];
  }
});
const spawn = (behaviour: ReturnType<typeof client>, priority?: Priority) => k.spawn(behaviour as never, null, priority === undefined ? {} : { priority });
/** Starts all of them in one turn and joins them in order. */
const among = (...clients: readonly (readonly [ReturnType<typeof client>, Priority?])[]) => toy("root", ["Q", "PHI"], function* () {
  const children = [];
  for (const [behaviour, priority] of clients) children.push(yield* spawn(behaviour, priority));
  const said: unknown[] = [];
  for (const child of children) said.push(yield* k.join(child));
  return said;
});
const when = ({ end }: ToyRun): unknown[] => { if (end.fault !== null) throw new Error(JSON.stringify(end.fault)); return (end.result as unknown[][]).map(([, had]) => had); };

describe("a request that may wait", () => {
  it("is answered at once when there is enough, like any other", async () => {
    const ran = await run(toy("root", ["Q"], function* () { yield* wait("Q", { units: TOY_UNITS }, 5); return yield* k.now(); }));
    expect(ran.end.result).toBe(1);
    expect(named(ran, "CONTRACT_REQUEST")[0]!.body.length).toBe(0);
    expect(named(ran, "REQUEST_GRANTED")).toEqual([]);
  });

  it("is granted one tick after units came free, in a frame of the kernel's", async () => {
    const ran = await run(among([client(8, 100, 7)], [client(8, 100)]));
    expect(when(ran)).toEqual([2, 10]); // had at 2, freed at 9, told at 10
    const [granted] = named(ran, "REQUEST_GRANTED");
    expect(ran.frames.find(({ entries }) => entries.includes(granted!))).toMatchObject({ kind: "kernel", tick: 9 });
    expect(unpack(named(ran, "CONTRACT_REQUEST")[1]!.body)).toEqual({ deferred: 1, until: 102, units: { Q: 8, PHI: 0 }, priority: PRIORITY.NORMAL });
  });

  it.each([[7, "had"], [6, "lapsed"]] as const)("waits its ticks and no longer: %i ticks, %s", async (within, how) => {
    const ran = await run(among([client(8, 100, 7)], [client(8, within)]));
    const [, second] = ran.end.result as unknown[][];
    expect(second).toEqual(how === "had" ? [2, 10] : [2, "Q_ERR_RESOURCE_UNAVAILABLE", 9]);
    expect(named(ran, "REQUEST_LAPSED")).toHaveLength(how === "had" ? 0 : 1);
  });

  it("expires though nothing else is due, and the run goes on", async () => {
    const ran = await run(toy("root", ["Q", "PHI"], function* () {
      yield* k.spawn(toy("holder", ["Q"], function* () { yield* reserve("Q", { units: 9 }); yield* k.receive(); return 0; }) as never);
      yield* k.sleep(2);
      const code = yield* codeOf(wait("Q", { units: 2 }, 50));
      return [code, yield* k.now()];
    }));
    expect(ran.end.result).toEqual(["Q_ERR_RESOURCE_UNAVAILABLE", 54]);
  });

  it("is woken by a contract that expires, though nothing else is due", async () => {
    const ran = await run(toy("root", ["Q", "PHI"], function* () {
      yield* k.spawn(toy("holder", ["Q"], function* () { yield* reserve("Q", { units: 9, end: 30 }); yield* k.receive(); return 0; }) as never);
      yield* k.sleep(2);
      yield* wait("Q", { units: 2 }, 500);
      return yield* k.now();
    }));
    expect(ran.end.result).toBe(31);
  });

  it.each([["Q", "Q_ERR_RESOURCE_UNAVAILABLE"], ["PHI", "RESOURCE_EXHAUSTED"]] as const)("in %s is refused at once when there could never be enough", async (domain, code) => {
    const ran = await run(toy("root", ["Q", "PHI"], function* () { return [yield* codeOf(wait(domain, { units: TOY_UNITS + 1 }, 50)), yield* k.now()]; }));
    expect(ran.end.result).toEqual([code, 1]);
  });

  it.each([0, -1, 1.5, NaN, "5", null, 2 ** 60])("within %j ticks is malformed", async (within) => {
    const ran = await run(toy("root", ["Q"], function* () { return yield* codeOf(wait("Q", { units: 1 }, within as number)); }));
    expect(ran.end.result).toBe("ABI_MALFORMED");
  });

  it("may be turned down at its turn: a verb taken away, a domain frozen, a process that ended", async () => {
    const holds = client(9, 9, 8);
    const waits = client(5, 90);
    expect((await run(among([holds], [waits]), { faults: [{ at: 4, kind: "capability-revocation", process: "root/client5#1", verb: "ALLOCATE_Q" }] })).end.result).toMatchObject([[2, 2], [2, "DOMAIN_UNAUTHORIZED", 11]]);
    expect((await run(among([holds], [waits]), { faults: [{ at: 4, kind: "domain-freeze", domain: "Q" }] })).end.result).toEqual([[2, "DOMAIN_FROZEN", 10], [2, "DOMAIN_FROZEN", 5]]);
    const killed = await run(toy("root", ["Q"], function* () {
      yield* spawn(holds);
      const child = yield* spawn(waits);
      yield* k.sleep(3);
      yield* k.stop(child);
      yield* k.sleep(10);
      return yield* codeOf(reserve("Q", { units: TOY_UNITS }));
    }));
    expect(killed.end.result).toBe("OK");
    expect(named(killed, "REQUEST_GRANTED")).toEqual([]);
  });

  it("charges a capability with what it is granted, once", async () => {
    const ran = await run(toy("root", ["Q"], function* () {
      yield* k.spawn(toy("holder", ["Q"], function* () { yield* reserve("Q", { units: 9, end: 6 }); yield* k.receive(); return 0; }) as never);
      yield* k.sleep(2);
      yield* wait("Q", { units: 2 }, 50);
      const held = yield* k.capabilities();
      return held.filter(({ verb }) => verb === "ALLOCATE_Q").length;
    }));
    expect(ran.end.result).toBe(1);
  });
});

describe("arbitration of requests that wait", () => {
  it("goes by priority, then tick, then process, whatever order they were made in", async () => {
    const ran = await run(among([client(9, 500, 5)], [client(9, 500), PRIORITY.LOW], [client(9, 500)], [client(9, 500)], [client(9, 500), PRIORITY.IDLE]), {});
    const [, low, one, two, idle] = when(ran) as number[];
    expect([one! < two!, two! < low!, low! < idle!]).toEqual([true, true, true]);
  });

  it("lets no small request starve a large one: nobody overtakes in a domain that is waited for", async () => {
    const impatient = toy("impatient", ["Q"], function* () { yield* k.sleep(2); return [0, yield* codeOf(reserve("Q", { units: 1 }))]; });
    const ran = await run(among([client(9, 500, 9)], [client(10, 500)], [client(1, 500)], [impatient]));
    const [, large, small, atOnce] = when(ran);
    expect(large).toBe(12);
    expect(small).toBe(14);
    expect(atOnce).toBe("Q_ERR_RESOURCE_UNAVAILABLE");
  });

  it("of one domain leaves the other alone", async () => {
    const ran = await run(among([client(9, 500, 50)], [client(9, 500)], [client(9, 500, 1, "PHI")]));
    expect(when(ran)).toEqual([2, 53, 2]);
  });

  it("comes out the same however often it is run", async () => {
    const crowd = among(...[3, 7, 5, 9, 2, 6].map((units) => [client(units, 300, 4)] as const));
    const [first, again] = [await run(crowd), await run(crowd)];
    expect(again.trace).toBe(first.trace);
  });
});

describe("waiting for each other", () => {
  it("cannot happen: who waits holds nothing", async () => {
    const ran = await run(toy("root", ["Q", "PHI"], function* () {
      yield* k.spawn(toy("other", ["Q"], function* () { yield* reserve("Q", { units: 9 }); yield* k.receive(); return 0; }) as never);
      yield* k.sleep(2);
      yield* reserve("PHI");
      return yield* codeOf(wait("Q", { units: 9 }, 50));
    }));
    expect(ran.end.result).toBe("Q_ERR_RESOURCE_UNAVAILABLE");
  });

  it("philosophers who take both forks together all eat", async () => {
    const philosopher = toy("philosopher", ["Q", "PHI"], function* () {
      let meals = 0;
      for (; meals < 5; meals++) {
        const [left, right] = yield* reserveAllWithin(1_000, { domain: "Q", request: { units: 6 } }, { domain: "PHI", request: { units: 6 } }) as unknown as Generator<Operation, [Contract, Contract], unknown>;
        yield* collect("Q", yield* submit("Q", left));
        yield* free("PHI", right);
        yield* free("Q", left);
      }
      return meals;
    });
    const ran = await run(toy("root", ["Q", "PHI"], function* () {
      const table = [];
      for (let seat = 0; seat < 5; seat++) table.push(yield* k.spawn(philosopher as never));
      const meals: unknown[] = [];
      for (const seat of table) meals.push(yield* k.join(seat));
      return meals;
    }));
    expect(ran.end).toMatchObject({ status: "completed", result: [5, 5, 5, 5, 5] });
    expect(named(ran, "REQUEST_LAPSED")).toEqual([]);
  });
});

describe("a request whose process is suspended", () => {
  const BEFORE = CURRENT_OFFER.flags.filter((flag) => flag !== "suspendedRequestsWait");
  const holder = (units: number, until: number) => client(units, 9, until - 2);
  /** Spawns all in the first turn; suspends the second at 3, and resumes it at `back` if that comes; joins them in order. */
  const away = (back: number | undefined, ...clients: readonly (readonly [ReturnType<typeof client>, Priority?])[]) => toy("root", ["Q", "PHI"], function* () {
    const children = [];
    for (const [behaviour, priority] of clients) children.push(yield* spawn(behaviour, priority));
    yield* k.sleep(2);
    const [, suspended] = children;
    yield* k.suspend(suspended!);
    if (back !== undefined) {
      yield* k.sleep(back - 3);
      yield* k.resume(suspended!);
    }
    const said: unknown[] = [];
    for (const child of back === undefined ? children.filter((one) => one !== suspended) : children) said.push(yield* k.join(child));
    return said;
  });

  it("is granted at its resumption what came free meanwhile", async () => {
    const ran = await run(away(20, [holder(TOY_UNITS, 9)], [client(TOY_UNITS, 100)]));
    expect(when(ran)).toEqual([2, 21]);
    expect(named(ran, "REQUEST_LAPSED")).toEqual([]);
    const [granted] = named(ran, "REQUEST_GRANTED");
    expect(ran.frames.find(({ entries }) => entries.includes(granted!))).toMatchObject({ tick: 20 });
  });

  it("was refused when its turn came, in runs from before", async () => {
    const ran = await run(away(20, [holder(TOY_UNITS, 9)], [client(TOY_UNITS, 100)]), { flags: BEFORE });
    expect(ran.end.result).toMatchObject([[2, 2], [2, "CONTRACT_INVALID", 20]]);
  });

  it("lapses at its last tick all the same, and its process hears of it when it is resumed", async () => {
    const ran = await run(away(30, [holder(TOY_UNITS, 9)], [client(TOY_UNITS, 20)]));
    expect(ran.end.result).toMatchObject([[2, 2], [2, "Q_ERR_RESOURCE_UNAVAILABLE", 30]]);
    const [lapsed] = named(ran, "REQUEST_LAPSED");
    expect(ran.frames.find(({ entries }) => entries.includes(lapsed!))).toMatchObject({ kind: "kernel", tick: 22 });
    expect(unpack(lapsed!.body)).toMatchObject({ until: 22, free: TOY_UNITS, why: "the process was suspended" });
  });

  it("lapses though nothing else is ever due", async () => {
    const ran = await run(toy("root", ["Q"], function* () {
      yield* reserve("Q", { units: 9 });
      const child = yield* spawn(client(TOY_UNITS, 20));
      yield* k.sleep(2);
      yield* k.suspend(child);
      return yield* k.join(child);
    }));
    expect(ran.end).toMatchObject({ status: "stuck", tick: 23 });
    expect(named(ran, "REQUEST_LAPSED")).toHaveLength(1);
  });

  it.each([[22, "had"], [23, "lapsed"]] as const)("may be had in its last tick: resumed at %i, %s", async (back, how) => {
    const ran = await run(away(back, [holder(TOY_UNITS, 9)], [client(TOY_UNITS, 20)]));
    expect((ran.end.result as unknown[])[1]).toEqual(how === "had" ? [2, 23] : [2, "Q_ERR_RESOURCE_UNAVAILABLE", 23]);
  });

  it("keeps its place in the line, and is in nobody's way meanwhile", async () => {
    const early = await run(away(8, [holder(TOY_UNITS, 9)], [client(TOY_UNITS, 100), PRIORITY.HIGH], [client(TOY_UNITS, 100)]));
    expect(when(early)).toEqual([2, 10, 12]); // back in time: before the other
    const late = await run(away(11, [holder(TOY_UNITS, 9)], [client(TOY_UNITS, 100), PRIORITY.HIGH], [client(TOY_UNITS, 100, 6)]));
    expect(when(late)).toEqual([2, 17, 10]); // passed over at 9, and first in the line again
  });

  it("is in the way neither of who asks at once", async () => {
    const impatient = (at: number) => toy(`impatient${at}`, ["Q"], function* () { yield* k.sleep(at); return [0, yield* codeOf(reserve("Q", { units: 1 }))]; });
    const ran = await run(away(9, [holder(9, 12)], [client(TOY_UNITS, 100), PRIORITY.HIGH], [impatient(4)], [impatient(9)]));
    const [, , while_, after] = when(ran);
    expect([while_, after]).toEqual(["OK", "Q_ERR_RESOURCE_UNAVAILABLE"]);
  });

  it("goes with its process", async () => {
    const ran = await run(toy("root", ["Q"], function* () {
      yield* spawn(holder(TOY_UNITS, 9));
      const child = yield* spawn(client(TOY_UNITS, 100));
      yield* k.sleep(2);
      yield* k.suspend(child);
      yield* k.stop(child);
      yield* k.sleep(10);
      return yield* codeOf(reserve("Q", { units: TOY_UNITS }));
    }));
    expect(ran.end.result).toBe("OK");
  });

  it("is held to that by verify", async () => {
    const { frames } = await run(away(20, [holder(TOY_UNITS, 9)], [client(TOY_UNITS, 30)], [client(1, 100)]));
    const refuses = (change: (all: readonly Frame[]) => readonly Frame[], rule: string, flags: readonly string[] = CURRENT_OFFER.flags): void =>
      expect(() => { checkConsistent(change(frames) as never, allVerbs, { abi: { ...ABI_VERSION, flags: [...flags] } }); }).toThrow(expect.objectContaining({ detail: expect.objectContaining({ rule }) }));
    const about = (code: number) => ({ entries }: Frame): boolean => entries.some((entry) => entry.code === code);
    const refused = ({ entries: [entry], ...frame }: Frame): Frame => ({ ...frame, entries: [{ ...entry!, code: EVENT.REQUEST_LAPSED, verdict: FAULTS.CONTRACT_INVALID.code }] }) as Frame;
    const at = (tick: number, as = (frame: Frame): Frame => frame) => (all: readonly Frame[]): readonly Frame[] => {
      const granted = all.filter(about(EVENT.REQUEST_GRANTED)).find(({ tick: of }) => of === 20)!;
      const rest = all.filter((frame) => frame !== granted);
      const place = rest.findIndex((frame) => frame.tick > tick);
      return [...rest.slice(0, place), as({ ...granted, tick } as Frame), ...rest.slice(place)];
    };
    checkConsistent(frames as never, allVerbs);
    refuses(at(12), "nothing is granted to a process while it is suspended");
    refuses(at(12, refused), "a request waits until its last tick, or is refused at its turn");
    refuses((all) => all.filter((frame) => !(about(EVENT.REQUEST_GRANTED)(frame) && frame.tick === 20)), "what can be granted is granted before time goes on");
    refuses((all) => all, "requests are granted in their order", BEFORE);
  });
});

describe("verify", () => {
  const holds = async (change: (entry: Entry, frame: Frame) => Entry | undefined): Promise<void> => {
    const { frames } = await run(among([client(9, 500, 5)], [client(9, 500)], [client(9, 500)], [client(8, 6)]));
    const changed = frames.map((frame) => ({ ...frame, entries: frame.entries.map((entry) => change(entry, frame)).filter((entry) => entry !== undefined) })).filter((frame) => frame.kind === "turn" || frame.entries.length > 0);
    checkConsistent(changed as never, allVerbs);
  };
  const refuses = (change: (entry: Entry, frame: Frame) => Entry | undefined): Promise<void> => expect(holds(change)).rejects.toMatchObject({ fault: "TRACE_INCONSISTENT" });

  it("refuses requests granted out of their order, late, in part, twice or to nobody, and requests forgotten", async () => {
    await holds((entry) => entry);
    await refuses((entry) => (entry.code === EVENT.REQUEST_GRANTED ? { ...entry, subject: 3 - entry.subject } : entry));
    await refuses((entry) => (entry.code === EVENT.REQUEST_GRANTED ? undefined : entry));
    await refuses((entry) => (entry.code === EVENT.REQUEST_LAPSED ? undefined : entry));
    await refuses((entry) => (entry.code === EVENT.REQUEST_LAPSED ? { ...entry, verdict: 0 } : entry));
    await refuses((entry, { kind }) => (kind === "kernel" && entry.code === EVENT.CONTRACT_ISSUED ? undefined : entry));
    await refuses((entry) => (entry.code === EVENT.REQUEST_GRANTED ? { ...entry, code: EVENT.REQUEST_LAPSED, verdict: 1003 } : entry));
  });
});
