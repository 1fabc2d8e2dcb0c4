import { describe, expect, it } from "vitest";
import { Fault } from "../../../kernel-abi/fault.ts";
import type { Frame } from "../../../kernel-abi/frame.ts";
import { ROOT, tick } from "../../../kernel-abi/ids.ts";
import { pack } from "../../../kernel-abi/packer.ts";
import type { Observer } from "../../../kernel-abi/ports.ts";
import { SYSCALL } from "../../../kernel-abi/syscall.ts";
import { copyError, copyFrame } from "../../../telemetry/frame-copy.ts";
import { combined, deferred, isolated, warningsOf } from "../../../telemetry/observer.ts";
import { colourAllowed, createProgress } from "../../../telemetry/progress.ts";
import { entry, kernelFrame, turnFrame } from "../../support/recordings.ts";

const frame = kernelFrame(1, []);
const facts = { tick: tick(7), turns: 3, waitingFor: 0 };
const failure = { process: "root" as never, error: new Error("boom") };
const nextRound = (): Promise<void> => new Promise((resolve) => { setImmediate(resolve); });
const loud = (): Frame => turnFrame(3, ROOT, { entries: [entry(SYSCALL.IPC_SEND, { subject: 4, body: pack({ n: 1 }) }), entry(SYSCALL.LOG)] });

describe("an isolated observer", () => {
  it("hears everything, as itself", () => {
    const seen: unknown[] = [];
    class Sink implements Observer {
      readonly seen = seen;
      frame(what: Frame): void { this.seen.push(what); }
      progress(what: object): void { this.seen.push(what); }
    }
    const observer = isolated(new Sink());
    observer.frame?.(loud());
    observer.progress?.(facts);
    expect(seen).toEqual([loud(), facts]);
    expect(observer.reports()).toEqual([{ sink: "observer", delivered: 2, dropped: 0, failed: undefined }]);
  });

  it("has only the calls the observer has, so that nothing is copied for nobody", () => {
    expect(Object.keys(isolated({ progress: () => undefined }))).toEqual(["progress"]);
    expect(Object.keys(combined([{ progress: () => undefined }, { failure: () => undefined }])).sort()).toEqual(["failure", "progress"]);
    expect([isolated({}).frame, combined([{}]).frame]).toEqual([undefined, undefined]);
  });

  it("may throw: it is reported once, cut off, and what it misses is counted", () => {
    const reports: Fault[] = [];
    let calls = 0;
    const observer = isolated({ frame() { calls += 1; if (calls === 2) throw new Error("disk full"); } }, { name: "file", trouble: (warning) => { reports.push(warning); } });
    for (let at = 0; at < 5; at++) expect(observer.frame?.(frame)).toBeUndefined();
    expect(calls).toBe(2);
    expect(reports.map(({ fault, code, detail }) => [fault, code, detail])).toEqual([["SINK_FAILED", 3120, { sink: "file", call: "frame", error: "Error: disk full", delivered: 1, dropped: 1 }]]);
    expect(warningsOf(observer).map(({ detail }) => detail)).toEqual([{ sink: "file", call: "frame", error: "Error: disk full", delivered: 1, dropped: 4 }]);
  });

  it("may be async and reject: no rejection is left unhandled, and it is cut off", async () => {
    const unhandled: unknown[] = [];
    const note = (error: unknown): void => { unhandled.push(error); };
    process.on("unhandledRejection", note);
    const reports: Fault[] = [];
    let calls = 0;
    const sink = { progress: (): Promise<never> => { calls += 1; return Promise.reject(new Error("gone")); } };
    const observer = isolated(sink as unknown as Observer, { trouble: (warning) => { reports.push(warning); } }); // what a careless caller hands over
    observer.progress?.(facts);
    await nextRound();
    observer.progress?.(facts);
    await nextRound();
    process.off("unhandledRejection", note);
    expect([calls, reports.map(({ cause }) => cause), unhandled]).toEqual([1, [new Error("gone")], []]);
  });

  it("stays isolated when the report fails too, or the observer refuses even to be looked at", () => {
    const observer = isolated({ frame() { throw new Error("a"); } }, { trouble() { throw new Error("b"); } });
    expect(() => { observer.frame?.(frame); }).not.toThrow();
    const shy = isolated({ get frame(): never { throw new Error("private"); } });
    expect(shy.frame).toBeUndefined();
    expect(warningsOf(shy)).toMatchObject([{ detail: { call: "frame", error: "Error: private" } }]);
    const liar = isolated({ frame: (() => ({ get then(): never { throw new Error("c"); } })) as never });
    expect(() => { liar.frame?.(frame); }).not.toThrow();
    expect(warningsOf(liar)).toHaveLength(1);
  });

  it("cannot call itself through its own wall", () => {
    let calls = 0;
    const observer = isolated({ frame(what) { calls += 1; observer.frame?.(what); } });
    observer.frame?.(frame);
    observer.frame?.(frame);
    expect([calls, observer.reports()]).toEqual([2, [{ sink: "observer", delivered: 2, dropped: 2, failed: undefined }]]);
  });

  it("is walled once, and a foreign object that claims to be walled is not believed", () => {
    const walled = isolated({ frame: () => undefined });
    expect(isolated(walled)).toBe(walled);
    expect(combined([walled]).reports()).toHaveLength(1);
    let throws = 0;
    const pretender = { reports: () => [], frame() { throws += 1; throw new Error("x"); } };
    expect(() => { isolated(pretender).frame?.(frame); }).not.toThrow();
    expect(throws).toBe(1);
  });
});

describe("what an observer is handed", () => {
  it("is its own copy, bodies and all, in frozen records", () => {
    const original = loud();
    const copy = copyFrame(original);
    expect(copy).toEqual(original);
    expect([copy, copy.entries, ...copy.entries].every(Object.isFrozen)).toBe(true);
    copy.entries[0]?.body.fill(0);
    expect(original).toEqual(loud());
  });

  it("is whole whatever the sizes of its bodies, and still its own", () => {
    const sizes = [0, 1, 64, 65, 66, 1_000, 64, 70_000];
    const made = (): Frame => turnFrame(1, ROOT, { entries: sizes.map((size, at) => entry(SYSCALL.LOG, { body: new Uint8Array(size).fill(at + 1) })), end: { kind: 1, on: 0, subject: 0, body: new Uint8Array(99).fill(77) } });
    const original = made();
    const copy = copyFrame(original);
    expect(copy).toEqual(original);
    for (const { body } of copy.entries) body.fill(0);
    if (copy.kind === "turn") copy.end.body.fill(0);
    expect(original).toEqual(made());
  });

  it("shares no memory even where bodies are views of one buffer, or a Buffer", () => {
    const pool = Buffer.from([1, 2, 3, 4]);
    const original = kernelFrame(1, [entry(SYSCALL.LOG, { body: pool.subarray(1, 3) })]);
    const { body } = copyFrame(original).entries[0] ?? entry(0);
    expect([body.constructor, body.buffer.byteLength, [...body]]).toEqual([Uint8Array, 2, [2, 3]]);
    body.fill(9);
    pool.fill(7);
    expect([[...body], [...pool]]).toEqual([[9, 9], [7, 7, 7, 7]]);
  });

  it("is not another observer's, nor the one queued before: the runtime may reuse its frame at once", () => {
    const heard: Frame[] = [];
    const keep = { frame(what: Frame) { heard.push(what); what.entries[0]?.body.fill(heard.length); } };
    const later = deferred(keep, { limit: 9, schedule: () => undefined });
    const reused = { ...loud() };
    const all = combined([keep, keep, later.observer]);
    all.frame?.(reused);
    reused.entries[0]?.body.fill(200);
    Object.assign(reused, { tick: 99, entries: [] });
    later.flush();
    expect(heard.map(({ tick: at, entries }) => [at, entries[0]?.body[0]])).toEqual([[3, 1], [3, 2], [3, 3]]);
  });

  it("cuts off whoever writes to it", () => {
    const observer = isolated({ frame(what) { (what as { tick: number }).tick = 1; } });
    observer.frame?.(loud());
    expect(warningsOf(observer)).toMatchObject([{ detail: { error: expect.stringContaining("TypeError") } }]);
  });

  it("is of an error what is plain in it, and nothing of the program's is called", () => {
    let called = 0;
    const count = (): string => { called += 1; return "x"; };
    class Odd extends Error {}
    Object.defineProperty(Odd.prototype, "name", { get: count });
    const odd = Object.defineProperties(new Odd("plain"), { stack: { get: count }, cause: { get: count }, toString: { value: count } });
    called = 0; // the engine itself reads the name when an error is made
    const { name, message, stack, cause } = copyError(odd) as Error;
    expect([name, message, stack, cause]).toEqual(["Error", "plain", "", undefined]);
    const trap = new Proxy({}, { get: count, getPrototypeOf: () => { count(); return null; }, getOwnPropertyDescriptor: () => { count(); return undefined; } });
    expect([copyError(trap), copyError(new Proxy(count, {})), copyError({ toString: count }), copyError(undefined), copyError(7)])
      .toEqual(["an object that is no Error", "a function", "an object that is no Error", undefined, 7]);
    expect(copyError(Object.setPrototypeOf(Object.assign(new Error("m"), { code: 1 }), trap))).toMatchObject({ message: "m" });
    expect(called).toBe(0);
  });

  it("keeps of an error what people need: name, words, place, causes, and a fault's code and detail", () => {
    const original = new TypeError("outer", { cause: new Fault("MAILBOX_FULL", { to: "root" }) });
    const copy = copyError(original) as Error;
    expect([copy.name, copy.message, copy.stack]).toEqual([original.name, original.message, original.stack]);
    expect(copy.cause).toMatchObject({ name: "MAILBOX_FULL", code: 3101, detail: { to: "root" } });
    expect(copy.cause).not.toBe(original.cause);
  });
});

describe("combined observers", () => {
  it("all hear, though one fails", () => {
    const heard: string[] = [];
    const all = combined([
      { frame() { heard.push("first"); } },
      { frame() { throw new Error("second"); } },
      { progress() { heard.push("progress"); } },
      { frame() { heard.push("last"); }, failure() { heard.push("failure"); } },
    ]);
    all.frame?.(frame);
    all.progress?.(facts);
    all.failure?.(failure);
    expect(heard).toEqual(["first", "last", "progress", "failure"]);
    expect(warningsOf(all)).toHaveLength(1);
  });
});

describe("a deferred observer", () => {
  it("is called later, in order, once per burst", async () => {
    const heard: number[] = [];
    const later = deferred({ progress({ turns }) { heard.push(turns); } }, { limit: 10 });
    for (const turns of [1, 2, 3]) later.observer.progress?.({ ...facts, turns });
    expect(heard).toEqual([]);
    await nextRound();
    expect(heard).toEqual([1, 2, 3]);
    later.observer.progress?.({ ...facts, turns: 4 });
    later.flush();
    expect(heard).toEqual([1, 2, 3, 4]);
    await nextRound();
    expect(heard).toEqual([1, 2, 3, 4]);
  });

  it("drops and counts what does not fit, and never makes the run wait", () => {
    let scheduled = 0;
    const heard: unknown[] = [];
    const later = deferred({ frame(what) { heard.push(what); } }, { limit: 2, schedule: () => { scheduled += 1; } });
    for (let at = 0; at < 5; at++) later.observer.frame?.(frame);
    expect([later.dropped, scheduled, heard.length]).toEqual([3, 1, 0]);
    later.flush();
    expect(heard.length).toBe(2);
  });
});

describe("progress", () => {
  const drawing = (options: { terminal: boolean; colour?: boolean }): { text: () => string; progress: ReturnType<typeof createProgress>; pass: (ms: number) => void } => {
    let text = "";
    let time = 0;
    const progress = createProgress({ colour: false, ...options, write: (piece) => { text += piece; }, now: () => time });
    return { text: () => text, progress, pass: (ms) => { time += ms; } };
  };

  it("writes nothing off a terminal", () => {
    const { text, progress } = drawing({ terminal: false, colour: true });
    progress.observer.progress?.(facts);
    progress.clear();
    expect(text()).toBe("");
  });

  it("draws one line over itself, ten times a second at most, and clears it", () => {
    const { text, progress, pass } = drawing({ terminal: true });
    progress.observer.progress?.(facts);
    pass(99);
    progress.observer.progress?.({ ...facts, turns: 4 });
    pass(1);
    progress.observer.progress?.({ ...facts, turns: 5, waitingFor: 2 });
    progress.clear();
    progress.clear();
    expect(text()).toBe("\r\u001b[KL=7, 3 turns\r\u001b[KL=7, 5 turns, waiting for 2 outcomes\r\u001b[K");
  });

  it("uses colour only where it is allowed", () => {
    const { text, progress } = drawing({ terminal: true, colour: true });
    progress.observer.progress?.({ ...facts, waitingFor: 1 });
    expect(text()).toBe("\r\u001b[K\u001b[2mL=7, 3 turns, waiting for 1 outcome\u001b[22m");
    expect([colourAllowed(true, {}), colourAllowed(false, {}), colourAllowed(true, { NO_COLOR: "1" }), colourAllowed(true, { NO_COLOR: "" }), colourAllowed(true, { TERM: "dumb" })])
      .toEqual([true, false, false, true, false]);
  });
});
