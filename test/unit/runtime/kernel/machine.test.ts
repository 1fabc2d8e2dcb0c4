import { describe, expect, it } from "vitest";
import { EVENT, TURN_END } from "../../../../kernel-abi/frame.ts";
import { SYSCALL } from "../../../../kernel-abi/syscall.ts";
import { k } from "../../../../domains/k/api/operations.ts";
import type { VerbName } from "../../../../kernel-abi/capability.ts";
import type { Child } from "../../../../kernel-abi/operation.ts";
import { run } from "../../../support/run.ts";
import { ask, codeOf, toy } from "../../../support/toy.ts";

const echo = toy("echo", [], function* () {
  for (;;) {
    const { from, body } = yield* k.receive();
    yield* k.send(from, body);
  }
});

describe("a run", () => {
  it("ends completed with the root's result and one RUN_END, last", async () => {
    const { end, frames } = await run(toy("root", [], function* () { return (yield* k.now()) + 41; }));
    expect(end).toMatchObject({ status: "completed", result: 42, turns: 1, tick: 1 });
    const codes = frames.flatMap(({ entries }) => entries.map(({ code }) => code));
    expect(codes.filter((code) => code === EVENT.RUN_END)).toHaveLength(1);
    expect(codes.at(-1)).toBe(EVENT.RUN_END);
  });

  it("hands the input and named files to the root, decoded anew", async () => {
    const input = { list: [1, 2, 3] };
    const { end } = await run(toy("root", [], function* (given) {
      expect(given).toEqual(input);
      expect(given).not.toBe(input);
      return yield* k.file("poem");
    }), { input, files: { poem: "roses" } });
    expect(end.result).toBe("roses");
  });

  it("takes one turn a message, each a tick after it was sent (T4)", async () => {
    const { end, frames } = await run(toy("root", [], function* () {
      const child = yield* k.spawn(echo);
      yield* k.send(child, "ping");
      const { body } = yield* k.receive();
      return [body, yield* k.now()];
    }));
    expect(end.result).toEqual(["ping", 3]);
    for (const frame of frames) expect(frame.tick).toBeLessThanOrEqual(3);
  });

  it("gives the receiver its own copy, never the sender's object", async () => {
    const shared = { n: 1 };
    const { end } = await run(toy("root", [], function* () {
      const child = yield* k.spawn(echo);
      yield* k.send(child, shared);
      shared.n = 2;
      const { body } = yield* k.receive();
      return body;
    }));
    expect(end.result).toEqual({ n: 1 });
  });

  it("joins children: result, failure as a fault, and not before the tick after the exit", async () => {
    const adds = toy("adds", [], function* (input) { yield* k.sleep(5); return (input as number) + 1; });
    const fails = toy("fails", [], function* () { yield* k.now(); throw new Error("no"); });
    const { end } = await run(toy("root", [], function* () {
      const first = yield* k.spawn(adds, 1 as never);
      const second = yield* k.spawn(fails);
      const sum = yield* k.join(first);
      const code = yield* codeOf(k.join(second));
      return [sum, code, yield* k.now()];
    }));
    expect(end.result).toEqual([2, "PROCESS_FAILED", 8]);
    expect(end.failures).toEqual([]);
  });

  it("reports a failure nobody joined", async () => {
    const fails = toy("fails", [], function* () { yield* k.now(); throw new Error("unseen"); });
    const { end } = await run(toy("root", [], function* () {
      yield* k.spawn(fails);
      yield* k.sleep(3);
      return "done";
    }));
    expect(end.status).toBe("completed");
    expect(end.failures).toMatchObject([{ process: "root/fails#1", fault: { name: "PROCESS_FAILED", detail: { message: "unseen" } } }]);
  });

  it("ends stuck with the wait-for graph when nothing is due (T4)", async () => {
    const waiter = toy("waiter", [], function* () { return yield* k.receive(); });
    const { end } = await run(toy("root", [], function* () {
      const child = yield* k.spawn(waiter);
      return yield* k.join(child);
    }));
    expect(end.status).toBe("stuck");
    expect(end.fault?.name).toBe("RUN_STUCK");
    expect(end.waits).toEqual([
      { process: "root", on: "exit", target: "root/waiter#1" },
      { process: "root/waiter#1", on: "message", target: null },
    ]);
  });

  it("ends a bounded receive with undefined, or with the message that came first", async () => {
    const { end } = await run(toy("root", [], function* () {
      const nothing = yield* k.receive({ within: 4 });
      const at = yield* k.now();
      const child = yield* k.spawn(echo);
      yield* k.send(child, 7);
      const message = yield* k.receive({ within: 50 });
      yield* k.sleep(100);
      return [nothing, at, message?.body, yield* k.now()];
    }));
    expect(end.result).toEqual([undefined, 5, 7, 107]);
  });

  it("L jumps to the next due event when everyone waits", async () => {
    const { end, frames } = await run(toy("root", [], function* () { yield* k.sleep(1_000_000); return yield* k.now(); }));
    expect(end.result).toBe(1_000_001);
    expect(frames).toHaveLength(6); // boot, two turns, exit, services, end
  });
});

describe("a turn", () => {
  it("that fails takes no effect and leaves its attempts as evidence (E1)", async () => {
    const silent = toy("silent", [], function* () { return yield* k.receive({ within: 10 }); });
    const breaks = toy("breaks", [], function* (to) {
      yield* k.receive();
      yield* k.send(to as never, "lost");
      yield* k.log("seen", 1);
      throw new Error("after the send");
    });
    const { end, frames } = await run(toy("root", [], function* () {
      const quiet = yield* k.spawn(silent);
      const child = yield* k.spawn(breaks, quiet.process as never);
      yield* k.send(child, "go");
      return yield* k.join(quiet as Child<unknown>);
    }));
    expect(end.result).toBeUndefined();
    const aborted = frames.find((frame) => frame.kind === "turn" && frame.end.kind === TURN_END.ABORTED);
    expect(aborted?.entries.map(({ code }) => code)).toEqual([SYSCALL.IPC_SEND, SYSCALL.LOG]);
  });

  it("faults are typed and catchable inside the program; what was done before stays", async () => {
    const { end } = await run(toy("root", [], function* () {
      const codes: string[] = [];
      codes.push(yield* codeOf(k.send(99 as never, 1)));
      codes.push(yield* codeOf(k.log("fn", () => 1)));
      codes.push(yield* codeOf(k.sleep(0)));
      codes.push(yield* codeOf(k.file("absent")));
      codes.push(yield* codeOf(ask({ domain: "K", op: "nonsense" } as never)));
      codes.push(yield* codeOf(ask(null as never)));
      return codes;
    }));
    expect(end.result).toEqual(["PROCESS_UNKNOWN", "ABI_UNENCODABLE", "ABI_MALFORMED", "INPUT_INVALID", "ABI_UNKNOWN_SYSCALL", "ABI_UNKNOWN_SYSCALL"]);
  });

  it("records a message whose receiver ended before it was due", async () => {
    const brief = toy("brief", [], function* () { return yield* k.receive(); });
    const { frames } = await run(toy("root", [], function* () {
      const child = yield* k.spawn(brief);
      yield* k.send(child, 1);
      yield* k.send(child, 2);
      yield* k.join(child);
      yield* k.sleep(3);
      return 0;
    }));
    const exits = frames.flatMap(({ entries }) => entries).filter(({ code }) => code === SYSCALL.PROC_EXIT);
    expect(exits.length).toBe(2);
  });
});

describe("bounds", () => {
  const spinner = toy("root", [], function* () { for (;;) yield* k.sleep(1); });
  const flood = toy("root", [], function* () {
    const child = yield* k.spawn(echo);
    for (;;) { yield* k.send(child, 1); yield* k.receive(); }
  });
  it.each([
    ["ticks", spinner, { ticks: 50 }], ["turns", spinner, { turns: 50 }], ["messages", flood, { messages: 9 }], ["bytes", flood, { bytes: 900 }],
  ] as const)("on %s end the run sealed as bounded", async (bound, root, bounds) => {
    const { end, frames } = await run(root, { bounds });
    expect(end.status).toBe("bounded");
    expect(end.fault).toMatchObject({ name: "RUN_BOUNDED", detail: { bound } });
    expect(frames.at(-1)?.entries.at(-1)?.code).toBe(EVENT.RUN_END);
  });

  it("stop a turn that never waits", async () => {
    const { end } = await run(toy("root", [], function* () { for (;;) yield* k.log("more"); }));
    expect(end.status).toBe("faulted");
    expect(end.fault?.name).toBe("ABI_LIMIT");
  });
});

describe("mailboxes", () => {
  it("overflow is a verdict to the sender; nothing is lost on the way", async () => {
    const sink = toy("sink", [], function* () {
      let got = 0;
      yield* k.sleep(3);
      while ((yield* k.receive({ within: 5 })) !== undefined) got += 1;
      return got;
    });
    const { end } = await run(toy("root", [], function* () {
      const child = yield* k.spawn(sink);
      let refused = 0;
      for (let n = 0; n < 10; n++) if ((yield* codeOf(k.send(child, n))) === "MAILBOX_FULL") refused += 1;
      return [refused, yield* k.join(child)];
    }), { mailboxBound: 4 });
    expect(end.result).toEqual([6, 4]);
  });
});

describe("randomness (D2)", () => {
  it("streams differ by name, actor and seed, and do not disturb each other", async () => {
    const draws = (other: number) => toy("root", [], function* () {
      for (let n = 0; n < other; n++) yield* k.random("b");
      return [yield* k.random("a"), yield* k.random("a")];
    });
    const [first, second, third] = [await run(draws(0)), await run(draws(7)), await run(draws(0), { seed: "other" })];
    expect(second?.end.result).toEqual(first?.end.result);
    expect(third?.end.result).not.toEqual(first?.end.result);
  });
});

describe("suspension", () => {
  const counter = toy("counter", [], function* () {
    let got = 0;
    for (;;) {
      const message = yield* k.receive({ within: 20 });
      if (message === undefined) return got;
      got += message.body as number;
    }
  });
  it("a suspended child takes no turns and loses nothing; resumed, it goes on", async () => {
    const { end, frames } = await run(toy("root", [], function* () {
      const child = yield* k.spawn(counter);
      yield* k.sleep(2);
      yield* k.suspend(child);
      for (const n of [1, 2, 3]) yield* k.send(child, n);
      yield* k.sleep(6);
      const before = yield* k.now();
      yield* k.resume(child);
      return [before, yield* k.join(child)];
    }));
    expect(end.result).toEqual([9, 6]);
    const turns = frames.filter((frame) => frame.kind === "turn" && frame.actor === 4);
    expect(turns.filter(({ tick }) => tick > 3 && tick < 9)).toEqual([]);
    expect(turns.length).toBe(5);
  });

  it("a timer that fired meanwhile is delivered on resuming", async () => {
    const sleeper = toy("sleeper", [], function* () { yield* k.sleep(3); return yield* k.now(); });
    const { end } = await run(toy("root", [], function* () {
      const child = yield* k.spawn(sleeper);
      yield* k.sleep(2);
      yield* k.suspend(child);
      yield* k.sleep(10);
      yield* k.resume(child);
      return yield* k.join(child);
    }));
    expect(end.result).toBe(13);
  });

  it("resumes only with capabilities that still hold: one that lost a domain meanwhile stays suspended", async () => {
    const worker = toy("worker", ["Q"], function* () { yield* k.sleep(4); return "went on"; });
    const attempt = (lost: VerbName | undefined): Promise<unknown> => run(toy("root", ["Q"], function* () {
      const child = yield* k.spawn(worker);
      yield* k.sleep(2);
      yield* k.suspend(child);
      for (const { verb, capability } of yield* k.capabilities()) if (verb === lost) yield* k.revoke(capability);
      yield* k.sleep(5);
      const code = yield* codeOf(k.resume(child));
      yield* k.sleep(5);
      if (code !== "OK") yield* k.stop(child, "kept");
      return [code, yield* k.exitOf(child)];
    })).then(({ end }) => end.result);
    expect(await attempt(undefined)).toEqual(["OK", { kind: "finished", result: "went on" }]);
    expect(await attempt("EXECUTE_Q")).toEqual(["LIFECYCLE_REFUSED", { kind: "stopped", reason: "kept" }]);
    expect(await attempt("READ_TRACE")).toEqual(["OK", { kind: "finished", result: "went on" }]);
  });

  it("is refused for strangers, twice over, and for the ended", async () => {
    const brief = toy("brief", [], function* () { return yield* k.now(); });
    const { end } = await run(toy("root", [], function* () {
      const child = yield* k.spawn(counter);
      const short = yield* k.spawn(brief);
      yield* k.join(short);
      const me = { process: yield* k.self() };
      const codes = [yield* codeOf(k.suspend(me)), yield* codeOf(k.suspend(short)), yield* codeOf(k.resume(child)), yield* codeOf(k.suspend(child)), yield* codeOf(k.suspend(child)), yield* codeOf(k.resume(child))];
      yield* k.join(child);
      return codes;
    }));
    expect(end.result).toEqual(["PROCESS_UNKNOWN", "PROCESS_UNKNOWN", "LIFECYCLE_REFUSED", "OK", "LIFECYCLE_REFUSED", "OK"]);
  });
});
