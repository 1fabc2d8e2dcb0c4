import { describe, expect, it } from "vitest";
import type { Frame } from "../../../kernel-abi/frame.ts";
import { tick } from "../../../kernel-abi/ids.ts";
import type { Observer } from "../../../kernel-abi/ports.ts";
import { combined, deferred, isolated } from "../../../telemetry/observer.ts";
import { colourAllowed, createProgress } from "../../../telemetry/progress.ts";
import { kernelFrame } from "../../support/recordings.ts";

const frame = kernelFrame(1, []);
const facts = { tick: tick(7), turns: 3, waitingFor: 0 };
const nextRound = (): Promise<void> => new Promise((resolve) => { setImmediate(resolve); });

describe("an isolated observer", () => {
  it("hears everything, as itself", () => {
    const seen: unknown[] = [];
    class Sink implements Observer {
      readonly seen = seen;
      frame(what: Frame): void { this.seen.push(what); }
      progress(what: object): void { this.seen.push(what); }
    }
    const observer = isolated(new Sink());
    observer.frame(frame);
    observer.progress(facts);
    expect(seen).toEqual([frame, facts]);
  });

  it("may throw: it is reported once, cut off, and the run hears nothing", () => {
    const reports: unknown[] = [];
    let calls = 0;
    const observer = isolated({ frame() { calls += 1; throw new Error("disk full"); } }, (error, call) => { reports.push([error, call]); });
    for (let at = 0; at < 3; at++) expect(observer.frame(frame)).toBeUndefined();
    expect([calls, reports]).toEqual([1, [[new Error("disk full"), "frame"]]]);
  });

  it("may be async and reject: no rejection is left unhandled, and it is cut off", async () => {
    const unhandled: unknown[] = [];
    const note = (error: unknown): void => { unhandled.push(error); };
    process.on("unhandledRejection", note);
    const reports: unknown[] = [];
    let calls = 0;
    const sink = { progress: (): Promise<never> => { calls += 1; return Promise.reject(new Error("gone")); } };
    const observer = isolated(sink as unknown as Observer, (error) => { reports.push(error); }); // what a careless caller hands over
    observer.progress(facts);
    await nextRound();
    observer.progress(facts);
    await nextRound();
    process.off("unhandledRejection", note);
    expect([calls, reports, unhandled]).toEqual([1, [new Error("gone")], []]);
  });

  it("stays isolated when the report fails too", () => {
    const observer = isolated({ frame() { throw new Error("a"); } }, () => { throw new Error("b"); });
    expect(() => { observer.frame(frame); }).not.toThrow();
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
    all.frame(frame);
    all.progress(facts);
    all.failure({ process: "root" as never, error: 1 });
    expect(heard).toEqual(["first", "last", "progress", "failure"]);
  });
});

describe("a deferred observer", () => {
  it("is called later, in order, once per burst", async () => {
    const heard: number[] = [];
    const later = deferred({ progress({ turns }) { heard.push(turns); } }, { limit: 10 });
    for (const turns of [1, 2, 3]) later.observer.progress({ ...facts, turns });
    expect(heard).toEqual([]);
    await nextRound();
    expect(heard).toEqual([1, 2, 3]);
    later.observer.progress({ ...facts, turns: 4 });
    later.flush();
    expect(heard).toEqual([1, 2, 3, 4]);
    await nextRound();
    expect(heard).toEqual([1, 2, 3, 4]);
  });

  it("drops and counts what does not fit, and never makes the run wait", () => {
    let scheduled = 0;
    const heard: unknown[] = [];
    const later = deferred({ frame(what) { heard.push(what); } }, { limit: 2, schedule: () => { scheduled += 1; } });
    for (let at = 0; at < 5; at++) later.observer.frame(frame);
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
