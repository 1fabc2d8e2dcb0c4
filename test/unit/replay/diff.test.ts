import { describe, expect, it } from "vitest";
import { EVENT, TURN_END, type Frame } from "../../../kernel-abi/frame.ts";
import { DELIVERY } from "../../../kernel-abi/envelope.ts";
import { processId, Q_SERVICE, ROOT, tick } from "../../../kernel-abi/ids.ts";
import { pack } from "../../../kernel-abi/packer.ts";
import { SYSCALL } from "../../../kernel-abi/syscall.ts";
import { diff } from "../../../replay/diff.ts";
import { memorySource } from "../../../runtime/adapters/memory.ts";
import { entry, kernelFrame, record, recording, turnFrame } from "../../support/recordings.ts";

const CHILD = processId(4);
const declared = entry(EVENT.PROCESS_DECLARED, { subject: ROOT, body: pack({ name: "root" }) });
const spawn = entry(SYSCALL.PROC_SPAWN, { subject: CHILD, body: pack({ name: "root/child#1" }) });
const send = (to: number, body: unknown) => entry(SYSCALL.IPC_SEND, { subject: to, body: pack(body) });
const log = (data: unknown) => entry(SYSCALL.LOG, { body: pack({ level: "info", label: "x", data }) });
const started = { kind: DELIVERY.START, from: 0, seq: 0 } as const;

/** The root sends twice to its child, which says what it made of each. */
const script = (said: readonly unknown[] = ["one", "two"], heard: readonly unknown[] = ["one", "two"]): Frame[] => [
  kernelFrame(0, [declared]),
  turnFrame(1, ROOT, { delivery: { ...started, from: processId(0) }, entries: [spawn, ...said.map((word) => send(CHILD, word))] }),
  turnFrame(2, CHILD, { delivery: { ...started, from: ROOT } }),
  turnFrame(2, CHILD, { delivery: { kind: DELIVERY.MESSAGE, from: ROOT, seq: 1 }, entries: [log(heard[0])] }),
  turnFrame(2, CHILD, { delivery: { kind: DELIVERY.MESSAGE, from: ROOT, seq: 2 }, entries: [log(heard[1])] }),
  kernelFrame(3, [entry(EVENT.RUN_END, { body: pack({ status: "completed" }) })]),
];
const of = (frames: readonly (Frame | null)[], options: Parameters<typeof record>[1] = {}) => memorySource(record(frames, options).file);

describe("diff", () => {
  it("finds a run equal to itself, whoever sealed it where", () => {
    const other = record(script(), { host: { triad: "9", node: "v99", v8: "1", platform: "x", workers: 9, started: "", sealed: "", label: "" } });
    expect(diff(of(script()), memorySource(other.file))).toEqual({
      equal: true, where: "nowhere", digests: { a: other.digest, b: other.digest }, description: [], more: 0, first: null, frames: 6, events: expect.any(Number),
    });
  });

  it("says field by field what the descriptions differ in, and goes on to the frames", () => {
    const inputs = { input: { text: "naïve 𝛗", more: [1] }, files: { "a.txt": "one\nthree", "b.txt": "new" } };
    const b = { ...recording({ seed: "other", bounds: { ...recording().header.bounds, ticks: 5 } }), inputs };
    const report = diff(of(script()), of(script(), { recording: b }));
    expect([report.equal, report.where, report.first]).toEqual([false, "description", null]);
    expect(report.description).toEqual([
      { part: "header", field: "seed", a: "test", b: "other" },
      { part: "header", field: "bounds.ticks", a: recording().header.bounds.ticks, b: 5 },
      { part: "inputs", field: "input.more", a: null, b: [1] },
      { part: "inputs", field: "files[a.txt]", line: 2, a: "two", b: "three" },
      { part: "inputs", field: "files[b.txt]", a: null, b: "3 characters" },
    ].sort((left, right) => report.description.findIndex(({ field }) => field === left.field) - report.description.findIndex(({ field }) => field === right.field)));
  });

  it("names the first field that differs, down into the body, and what both knew: who had sent what", () => {
    const { first, where, frames } = diff(of(script()), of(script(["one", "two"], ["one", { deep: [1] }])));
    expect([where, frames]).toEqual(["frame", 4]);
    expect(first).toMatchObject({ frame: 4, field: "entries[0].body.data", a: { value: '"two"', actor: "root/child#1", tick: 2 }, b: { value: '{"deep":[1]}' } });
    expect(first?.a.past.slice(0, -1)).toEqual(first?.b.past.slice(0, -1));
    expect(first?.a.past.map(({ frame, what, causes }) => [frame, what, causes.map(({ why, actor, body }) => [why, actor, body])])).toEqual([
      [2, "turn (START)", [["spawned", "root", null]]], [3, "turn (MESSAGE)", [["sent", "root", "one"]]], [4, "turn (MESSAGE)", [["sent", "root", "two"]]],
    ]);
    const event = first?.a.past.at(-1)?.causes[0]?.event;
    expect(event).toBe(5); // boot 1, delivery 2, spawn 3, two sends
  });

  it("says which run has no more frames", () => {
    const short = [...script().slice(0, 3), kernelFrame(3, [entry(EVENT.RUN_END, { body: pack({ status: "completed" }) })])];
    const { first } = diff(of(script()), of(short));
    expect(first).toMatchObject({ frame: 3, field: "kind", a: { actor: "root/child#1" }, b: { actor: "kernel", what: "RUN_END" } });
    const whole = record([...script().slice(0, 5), null, ...script().slice(5)]).file;
    const journal = memorySource(whole.subarray(0, whole.length - 1_250)); // the seal, and some of the last block
    expect(diff(memorySource(whole), journal)).toMatchObject({ equal: false, where: "frame", first: { field: "frame", b: { value: "nothing", tick: -1, actor: "nobody" } } });
  });

  it("tells runs whose barriers stand elsewhere", () => {
    const barrier = [...script().slice(0, 2), null, ...script().slice(2)];
    expect(diff(of(script()), of(barrier))).toMatchObject({ equal: false, where: "blocks", first: null, description: [] });
  });

  it("explains another outcome by who asked for it", () => {
    const job = (body: unknown): Frame[] => [
      kernelFrame(0, [declared]), turnFrame(1, ROOT, { delivery: { ...started, from: processId(0) }, entries: [entry(SYSCALL.XDV_CALL, { subject: 1, domain: 1 })], end: { kind: TURN_END.WAITING, on: DELIVERY.OUTCOME, subject: 1, body: new Uint8Array(0) } }),
      kernelFrame(1, [entry(EVENT.JOB_INTENT, { subject: 1, domain: 1 })], ROOT),
      kernelFrame(5, [entry(EVENT.JOB_OUTCOME, { subject: 1, domain: 1, body: pack(body) })], Q_SERVICE), ...script().slice(5).map((frame) => ({ ...frame, tick: tick(5) })),
    ];
    const { first } = diff(of(job({ bits: [0, 1] })), of(job({ bits: [0, 0] })));
    expect(first).toMatchObject({ field: "entries[0].body.bits[1]", cause: expect.stringContaining("outcome"), a: { actor: "service.q", value: 1 }, b: { value: 0 } });
    expect(first?.a.past.map(({ what }) => what)).toEqual(["turn (START)", "JOB_OUTCOME"]);
    expect(first?.a.past.at(-1)?.causes).toMatchObject([{ why: "asked", actor: "root" }]);
  });

  it("refuses a damaged trace", () => {
    const bytes = Uint8Array.from(record(script()).file);
    bytes[800] = (bytes[800] ?? 0) ^ 1;
    expect(() => diff(of(script()), memorySource(bytes))).toThrow(expect.objectContaining({ fault: "TRACE_TAMPERED" }));
  });
});
