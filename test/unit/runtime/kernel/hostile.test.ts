// Programs that do everything wrong: whatever they yield, send, throw or leave behind, the run ends sealed, with a typed fault (E5).
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { k } from "../../../../domains/k/api/operations.ts";
import { Fault } from "../../../../kernel-abi/fault.ts";
import { EVENT } from "../../../../kernel-abi/frame.ts";
import type { Contract, Job } from "../../../../kernel-abi/handle.ts";
import { unpack } from "../../../../kernel-abi/packer.ts";
import { SYSCALL } from "../../../../kernel-abi/syscall.ts";
import { LIMITS } from "../../../../kernel-abi/limits.ts";
import { allVerbs, run, type ToyRun } from "../../../support/run.ts";
import { ask, codeOf, collect, reserve, submit, toy, type Body } from "../../../support/toy.ts";

const ended = ({ frames }: ToyRun): boolean => frames.at(-1)?.entries.at(-1)?.code === EVENT.RUN_END;
const bad = (): never => { throw new Error("not for reading"); };
const thrower: object = new Proxy({}, { get: bad, ownKeys: bad, getPrototypeOf: bad, has: bad });
const getter = { get op(): string { return bad(); }, domain: "K" };

const STRANGE: readonly unknown[] = [
  null, undefined, 1, "send", [], {}, thrower, getter, { op: {}, domain: "K" }, { op: "send" }, { op: "send", domain: "Q", to: 3 }, { op: "log", domain: "K", label: thrower, level: "info", data: 1 },
  { op: "log", domain: "K", label: "x", level: thrower }, { op: "log", domain: "K", label: "x", level: "info", data: { get a() { return bad(); } } },
  { op: "metric", domain: "K", name: thrower, value: 1, unit: thrower }, { op: "sleep", domain: "K", ticks: { toString: bad } }, { op: "file", domain: "K", name: thrower },
  { op: "random", domain: "K", stream: 7 }, { op: "join", domain: "K", child: thrower }, { op: "suspend", domain: "K", child: 1.5 }, { op: "receive", domain: "K", within: thrower },
  { op: "spawn", domain: "K", behaviour: thrower }, { op: "spawn", domain: "K", behaviour: { name: "x", domains: null, abi: null, admit: bad, activate: bad } },
  { op: "spawn", domain: "K", behaviour: { ...toy("x", [], function* () { return yield* k.now(); }), admit: bad } },
  { op: "spawn", domain: "K", behaviour: toy("x", [], function* () { return yield* k.now(); }), grants: 5 },
  { op: "spawn", domain: "K", behaviour: toy("x", [], function* () { return yield* k.now(); }), grants: [null] },
  { op: "spawn", domain: "K", behaviour: toy("x", [], function* () { return yield* k.now(); }), grants: [{ verb: "SPAWN", scope: { from: NaN } }] },
  { op: "spawn", domain: "K", behaviour: toy("x", [], function* () { return yield* k.now(); }), grants: [{ verb: "SPAWN", scope: { uses: 2.5 } }] },
  { op: "reserve", domain: "X", request: {} }, { op: "reserve", domain: "K", request: {} }, { op: "reserve", domain: "Q", request: thrower }, { op: "reserve-all", domain: "Q" },
  { op: "reserve-all", domain: "Q", requests: [] }, { op: "reserve-all", domain: "Q", requests: [null] }, { op: "submit", domain: "Q", contract: {}, call: {} },
  { op: "submit", domain: "Q", contract: thrower, call: thrower, refs: 3 }, { op: "release", domain: "Q" }, { op: "ledger", domain: "PHI", contract: 1 }, { op: "collect", domain: "Q", job: thrower },
  { op: "attenuate", domain: "K", capability: thrower, scope: thrower }, { op: "grant", domain: "K", capability: {}, to: "x", scope: null }, { op: "revoke", domain: "K" },
];

describe("what a program yields", () => {
  it("is not encoded to say how large it is: a value that holds the same bytes several times over", async () => {
    const bytes = new Uint8Array(12_000_000);
    const value = [bytes, bytes, bytes];
    const { end, frames } = await run(toy("root", [], function* () { return yield* codeOf(k.send(3 as never, value)); }));
    expect(end.result).toBe("ABI_LIMIT");
    const refusal = frames.flatMap(({ entries }) => entries).find(({ code }) => code === SYSCALL.IPC_SEND);
    expect(unpack(refusal!.body)).toEqual({ limit: "payload_bytes_max", value: LIMITS.payload_bytes_max, atLeast: expect.any(Number) });
  });

  it.each(STRANGE.map((operation, at) => [at, operation] as const))("strange operation %i is refused with a typed fault", async (_, operation) => {
    const outcome = await run(toy("root", ["Q", "PHI"], function* () { return yield* codeOf(ask(operation as never)); }));
    expect(ended(outcome)).toBe(true);
    expect(outcome.end.result).toMatch(/^[A-Z][A-Z_]+$/);
  });

  it("any record is refused or answered, and the run is sealed", async () => {
    const field = fc.oneof(fc.anything({ maxDepth: 2 }), fc.integer({ min: 0, max: 6 }), fc.constantFrom("K", "Q", "PHI", "info"));
    const operation = fc.record({
      domain: fc.constantFrom("K", "Q", "PHI"),
      op: fc.constantFrom("now", "file", "random", "log", "metric", "spawn", "send", "attenuate", "grant", "revoke", "suspend", "resume", "capabilities", "reserve", "reserve-all", "release", "ledger", "submit"),
      name: field, stream: field, label: field, level: field, data: field, value: field, unit: field, behaviour: field, grants: field, to: field, body: field, capability: field, scope: field,
      child: field, request: field, requests: field, contract: field, call: field, refs: field,
    }, { requiredKeys: ["domain", "op"] });
    await fc.assert(fc.asyncProperty(fc.array(operation, { maxLength: 6 }), async (operations) => {
      const outcome = await run(toy("root", ["Q", "PHI"], function* () {
        for (const each of operations) yield* codeOf(ask(each as never));
        return "through";
      }), { bounds: { ticks: 1_000 } });
      expect(ended(outcome)).toBe(true);
    }), { numRuns: 150 });
  });

  it("a generator that was yielded instead of delegated to is named as such", async () => {
    const { end } = await run(toy("root", [], function* () { yield k.now() as never; return 0; }));
    expect(end.fault).toMatchObject({ name: "ABI_UNKNOWN_SYSCALL", detail: { hint: "write yield* before the call, not yield" } });
  });

  it("a turn's bodies have a limit together, told to the caller", async () => {
    const big = new Uint8Array(15 * 1024 * 1024);
    const { end } = await run(toy("root", [], function* () {
      const codes: string[] = [];
      for (let n = 0; n < 6; n++) codes.push(yield* codeOf(k.log("big", big)));
      return codes;
    }));
    expect(end.result).toEqual(["OK", "OK", "OK", "OK", "ABI_LIMIT", "ABI_LIMIT"]);
    expect(LIMITS.turn_bytes_max).toBeLessThan(LIMITS.frame_bytes_max);
  });
});

describe("what a program throws", () => {
  const spoof: unknown = Object.create(Fault.prototype);
  const strangeFault = new Fault("MAILBOX_FULL", { a: (() => 1) as never, b: 1n as never, c: "x".repeat(5_000) });
  const message = (value: unknown): Error => Object.defineProperty(new Error("x"), "message", { value });
  class Own extends Error { override readonly name = "Own"; toJSON(): never { return bad(); } }
  it.each([
    ["nothing", undefined], ["a symbol", Symbol("s")], ["a proxy", thrower], ["a spoofed fault", spoof], ["a fault with strange details", strangeFault],
    ["a message that is a symbol", message(Symbol("m"))], ["a very long message", new Error("m".repeat(1_000_000))], ["a message that throws", Object.defineProperty(new Error("x"), "message", { get: bad })], ["an own class", new Own("mine")],
  ])("%s ends the process with a recorded, plain fault", async (_, thrown) => {
    const outcome = await run(toy("root", [], function* () { yield* k.now(); throw thrown; }));
    expect(ended(outcome)).toBe(true);
    expect(outcome.end.status).toBe("faulted");
    expect(JSON.stringify(outcome.end.fault).length).toBeLessThan(4_000);
  });

  it("words of the engine are not recorded, words of the program are", async () => {
    const thrown = async (error: () => unknown): Promise<unknown> => (await run(toy("root", [], function* () { yield* k.now(); throw error(); }))).end.fault?.detail["message"];
    expect(await thrown(() => new Error("mine"))).toBe("mine");
    expect(await thrown(() => { try { return (null as never as { a: number }).a; } catch (error) { return error; } })).toBeUndefined();
    expect(await thrown(() => { try { return structuredClone(() => 1); } catch (error) { return error; } })).toBeUndefined();
  });
});

describe("what a program leaves behind", () => {
  it.each([
    ["yields", function* (): Body { return yield* k.log("too late"); }],
    ["throws", function* (): Body { yield* []; throw new Error("in cleanup"); }],
    ["yields without end", function* (): Body { let cleaning = true; while (cleaning) { try { yield* k.now(); } catch { cleaning = true; } } return 0; }],
  ])("a finally block that %s does not keep the run from its seal", async (_, cleanup) => {
    const child = toy("child", [], function* () { try { return yield* k.receive(); } finally { yield* cleanup(); } });
    const outcome = await run(toy("root", [], function* () { yield* k.spawn(child); yield* k.sleep(3); return "done"; }));
    expect(ended(outcome)).toBe(true);
    expect(outcome.end).toMatchObject({ status: "completed", result: "done" });
  });
});

describe("authority", () => {
  it("an outcome is collected in its own domain alone, whatever capability the other one has", async () => {
    const { end } = await run(toy("root", ["Q", "PHI"], function* () {
      const contract = yield* reserve("Q");
      const job = yield* submit("Q", contract, { value: 42 });
      const [measure] = (yield* k.capabilities()).filter(({ verb }) => verb === "MEASURE_Q");
      yield* k.sleep(3);
      yield* k.revoke(measure!.capability);
      return [yield* codeOf(collect("Q", job)), yield* codeOf(collect("PHI", job as Job)), yield* codeOf(ask({ domain: "PHI", op: "ledger", contract: contract as Contract } as never))];
    }), { allow: allVerbs });
    expect(end.result).toEqual(["DOMAIN_UNAUTHORIZED", "CONTRACT_INVALID", "CONTRACT_INVALID"]);
  });

  it("a domain that was not declared is refused by that name", async () => {
    const { end } = await run(toy("root", [], function* () { return yield* reserve("Q"); }));
    expect(end.fault?.detail["why"]).toMatch(/add "Q" to the domains of root/);
  });

  it("revoking a capability with very many descendants works", async () => {
    const { end } = await run(toy("root", [], function* () {
      const [first] = yield* k.capabilities();
      const branch = yield* k.attenuate(first!.capability, {});
      for (let n = 0; n < 20_000; n++) yield* k.attenuate(branch, {});
      yield* k.revoke(branch);
      return "revoked";
    }));
    expect(end.result).toBe("revoked");
  });
});

describe("resuming", () => {
  it("a bounded receive ends with what came first: a message before its timer", async () => {
    const waiter = toy("waiter", [], function* () { const message = yield* k.receive({ within: 5 }); return message === undefined ? "timer" : message.body; });
    const { end } = await run(toy("root", [], function* () {
      const child = yield* k.spawn(waiter);
      yield* k.sleep(1);
      yield* k.send(child, "mail");
      yield* k.suspend(child);
      yield* k.sleep(20);
      yield* k.resume(child);
      return yield* k.join(child);
    }));
    expect(end.result).toBe("mail");
  });
});
