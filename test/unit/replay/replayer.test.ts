import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { DELIVERY } from "../../../kernel-abi/envelope.ts";
import { EXIT, Fault, FAULTS } from "../../../kernel-abi/fault.ts";
import { EVENT, type Entry, type Frame, type TurnFrame } from "../../../kernel-abi/frame.ts";
import { jobId, ROOT, tick } from "../../../kernel-abi/ids.ts";
import { pack } from "../../../kernel-abi/packer.ts";
import { SYSCALL } from "../../../kernel-abi/syscall.ts";
import type { ByteSource, RunMachine } from "../../../kernel-abi/ports.ts";
import { openBundle, walk, type Bundle } from "../../../replay/bundle.ts";
import { replay, type ReplayOptions, type ReplayReport } from "../../../replay/replayer.ts";
import type { Divergence } from "../../../replay/diverged.ts";
import { reproduce } from "../../../replay/reproduce.ts";
import { verifiedByBoth } from "../../support/independent.ts";
import { memorySource, MemorySink } from "../../support/memory.ts";
import { HOST, kernelFrame, record, turnFrame } from "../../support/recordings.ts";
import { unitOffsets } from "../../support/refusals.ts";
import { chatter, runRecording, smallRun } from "../../support/runs.ts";
import { oracle, RUN_END, scriptedMachine } from "../../support/scripted-machine.ts";
import { testSigner } from "../../support/signer.ts";

const SCRIPT = smallRun();
const run = record(SCRIPT, { recording: runRecording() });
const bundle = (bytes: Uint8Array = run.file): Bundle => openBundle(memorySource(bytes));

/** Comparing frames and comparing blocks come to the same report, or to the same fault with the same detail. */
async function replayed(script: readonly (Frame | null)[], options?: ReplayOptions, from = bundle): Promise<ReplayReport> {
  const [frames, blocks] = await Promise.allSettled((["frames", "blocks"] as const).map((compare) => replay(from(), scriptedMachine(script), { ...options, compare })));
  expect(blocks).toEqual(frames);
  if (blocks?.status === "rejected" && frames?.status === "rejected") expect((blocks.reason as Fault).toJSON()).toEqual((frames.reason as Fault).toJSON());
  if (frames?.status !== "fulfilled") throw frames?.reason as Error;
  return frames.value;
}

async function faultOf(running: Promise<unknown>): Promise<Fault> {
  try {
    await running;
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
  throw new Error("nothing diverged");
}

/** The script with one of its frames changed, by position among the frames. */
const changed = (index: number, change: (frame: Frame) => Frame): (Frame | null)[] => {
  let at = -1;
  return SCRIPT.map((frame) => (frame !== null && (at += 1) === index ? change(frame) : frame));
};
const changedEntry = (frame: number, index: number, change: Partial<Entry>): (Frame | null)[] =>
  changed(frame, (was) => ({ ...was, entries: was.entries.map((entry, at) => (at === index ? { ...entry, ...change } : entry)) }));
const changedTurn = (frame: number, change: Partial<TurnFrame>): (Frame | null)[] =>
  changed(frame, (was) => (was.kind === "turn" ? { ...was, ...change } : was));

describe("replay", () => {
  it("gives the run's digest and its end, asking nobody for outcomes", async () => {
    expect(await replayed(SCRIPT)).toEqual({ digest: run.digest, frames: 10, events: 54, complete: true, end: RUN_END, sealed: null });
  });

  it("of a replay is a fixpoint, in another hand's seal too", async () => {
    let file = run.file;
    for (const byte of [11, 12]) {
      const sink = new MemorySink();
      const report = await replay(bundle(file), scriptedMachine(SCRIPT), { rerecord: { sink, durability: "power", seal: { signer: testSigner(byte), host: HOST } } });
      file = sink.bytes();
      expect(report.sealed).toMatchObject({ digest: run.digest, keyId: testSigner(byte).keyId });
      expect(verifiedByBoth(file).digest).toBe(run.digest);
    }
  });

  it("never writes to the original", async () => {
    const before = Uint8Array.from(run.file);
    await replayed(SCRIPT);
    await faultOf(replayed(SCRIPT.slice(0, 4)));
    expect(run.file).toEqual(before);
  });

  it("stops before a tick when asked to", async () => {
    const report = await replayed(SCRIPT, { until: tick(2) });
    expect(report).toMatchObject({ complete: false, frames: 6, end: { status: "paused" }, sealed: null });
    expect(report.digest).not.toBe(run.digest);
    expect(await replayed(SCRIPT, { until: tick(50) })).toMatchObject({ complete: true, digest: run.digest });
  });

  it("goes as far as an unsealed journal does", async () => {
    const offsets = unitOffsets(run.file);
    const journal = run.file.subarray(0, offsets[6]);
    const report = await replayed(SCRIPT, {}, () => bundle(journal));
    expect(report).toMatchObject({ complete: false, end: null, frames: 6 });
  });

  it("refuses a damaged bundle on the way", async () => {
    const bytes = Uint8Array.from(run.file);
    const offset = unitOffsets(bytes)[5] as number;
    bytes[offset + 20] = (bytes[offset + 20] as number) ^ 1;
    expect(await faultOf(replayed(SCRIPT, {}, () => bundle(bytes)))).toMatchObject({ fault: "TRACE_TAMPERED", detail: { offset } });
  });

  it("keeps memory to a window: a long run is read in pieces", async () => {
    const frames = chatter(3000, 1000);
    const { file } = record(frames, { recording: runRecording() });
    let largest = 0;
    const source: ByteSource = { size: file.length, read: (offset, length) => { largest = Math.max(largest, length); return file.slice(offset, offset + length); } };
    expect((await replay(openBundle(source), scriptedMachine(frames))).frames).toBe(frames.length);
    expect(largest).toBeLessThanOrEqual(1024 * 1024);
    expect(file.length).toBeGreaterThan(2.5 * 1024 * 1024);
  });
});

describe("a long run, compared by frames and by blocks", () => {
  const frames = chatter(2_500, 20);
  const { file, digest } = record(frames, { recording: runRecording() });
  const open = (): Bundle => openBundle(memorySource(file));

  it("is the same run", async () => {
    expect(await replayed(frames, {}, open)).toMatchObject({ digest, frames: frames.length, complete: true });
  });

  it.each([0, 1, 1_022, 1_023, 1_024, 1_025, 2_047, 2_048, 2_400])("differs at frame %i, and there it stops", async (at) => {
    const other = frames.map((frame, n) => (n === at && frame !== null ? { ...frame, tick: tick(frame.tick + 1) } : frame));
    expect((await faultOf(replayed(other, {}, open))).detail).toMatchObject({ frame: at, field: "tick" });
    expect((await faultOf(replayed([...frames.slice(0, at), ...frames.slice(at + 1)], {}, open))).detail).toMatchObject({ frame: at });
    expect((await faultOf(replayed(frames.slice(0, at), {}, open))).detail).toMatchObject({ frame: at, cause: "the replay ended before the recording did" });
  });
});

describe("a diverging replay says what differs first", () => {
  const LOG_BODY = { level: "info", label: "hello", data: { n: 2 } };
  it.each<[string, (Frame | null)[], Record<string, unknown>]>([
    ["a log line", changedEntry(1, 0, { body: pack(LOG_BODY) }), {
      field: "entries[0].body", event: 20, frame: 1, tick: 1, actor: "root",
      expected: expect.stringMatching(/^\d+ bytes sha256:[0-9a-f]{16}$/), actual: expect.stringMatching(/^\d+ bytes sha256:[0-9a-f]{16}$/),
      cause: "the program computed another value: it was changed, or it depends on something that is not recorded",
    }],
    ["another circuit asked for", changedEntry(2, 0, { body: pack({ n: 1 }) }), {
      field: "entries[0].body", frame: 2, cause: "the program computed another value: it was changed, or it depends on something that is not recorded",
    }],
    ["another operation", changedEntry(1, 0, { code: SYSCALL.METRIC_EMIT }), { field: "entries[0].code", expected: "LOG", actual: "METRIC_EMIT", event: 20 }],
    ["another verdict", changedEntry(1, 0, { verdict: FAULTS.DOMAIN_UNAUTHORIZED.code }), { field: "entries[0].verdict", expected: "OK", actual: "DOMAIN_UNAUTHORIZED" }],
    ["another domain", changedEntry(1, 0, { domain: 2 }), { field: "entries[0].domain", expected: "K", actual: "PHI" }],
    ["another capability", changedEntry(1, 0, { capability: 9 }), { field: "entries[0].capability", expected: 1, actual: 9 }],
    ["another receiver", changedEntry(1, 12, { subject: 3 }), { field: "entries[12].subject", expected: 4, actual: 3, event: 32 }],
    ["an operation fewer", changed(1, (was) => ({ ...was, entries: was.entries.slice(0, -1) })), { field: "entries[13]", expected: "MEASURE", actual: "nothing", event: 33 }],
    ["an operation more", changed(3, (was) => ({ ...was, entries: [{ ...(SCRIPT[1] as Frame).entries[0] as Entry }] })), { field: "entries[0]", expected: "nothing", actual: "LOG", actor: "root/echo#1", tick: 2 }],
    ["another tick", changed(3, (was) => ({ ...was, tick: tick(3) })), { field: "tick", expected: 2, actual: 3, event: 36 }],
    ["another actor", changed(3, (was) => ({ ...was, actor: ROOT })), { field: "actor", expected: "root/echo#1", actual: "root" }],
    ["more actors ready", changedTurn(3, { ready: 2 }), { field: "ready", expected: 1, actual: 2 }],
    ["another delivery", changedTurn(4, { delivery: { kind: DELIVERY.TIMER, from: ROOT, seq: 1 } }), { field: "delivery.kind", expected: "MESSAGE", actual: "TIMER" }],
    ["another sender", changedTurn(4, { delivery: { kind: DELIVERY.MESSAGE, from: tick(0) as never, seq: 1 } }), { field: "delivery.from", expected: "root", actual: "kernel" }],
    ["another message", changedTurn(4, { delivery: { kind: DELIVERY.MESSAGE, from: ROOT, seq: 2 } }), { field: "delivery.seq", expected: 1, actual: 2 }],
    ["another end", changedTurn(3, { end: { kind: 1, on: 1, subject: 0, body: new Uint8Array(0) } }), { field: "end.kind", expected: "WAITING", actual: "FINISHED", event: 37 }],
    ["a turn for a kernel frame", changed(2, () => turnFrame(1, 3)), { field: "kind", expected: "kernel", actual: "turn" }],
    ["the end too early", SCRIPT.slice(0, 3), { field: "frame", expected: "turn (START)", actual: "nothing", cause: "the replay ended before the recording did" }],
    ["more after the end", [...SCRIPT, kernelFrame(6, [(SCRIPT[2] as Frame).entries[0] as Entry])], { field: "frame", expected: "nothing", actual: "JOB_INTENT", cause: "the recording ends here, the replay goes on" }],
    ["barriers elsewhere", SCRIPT.filter((frame) => frame !== null), { field: "digest", expected: run.digest }],
  ])("%s", async (_, script, detail) => {
    const fault = await faultOf(replayed(script));
    expect([fault.fault, fault.exitCode]).toEqual(["REPLAY_DIVERGED", EXIT.divergence]);
    expect(fault.detail).toMatchObject(detail);
  });

  it.each([
    ["a message", 12, { text: "do not print me" }, ["entries[12].body.text", "entries[12].body"]],
    ["a log", 0, { ...LOG_BODY, data: { n: "do not print me" } }, ["entries[0].body.data.n"]],
  ])("carries no value of %s where it may travel: the members that differ stand beside the detail", async (_, at, body, fields) => {
    const fault = await faultOf(replayed(changedEntry(1, at, { body: pack(body) })));
    expect(fault.detail).toMatchObject({ field: `entries[${at}].body`, expected: expect.stringMatching(/^\d+ bytes sha256:/), actual: expect.stringMatching(/^\d+ bytes sha256:/) });
    for (const text of [JSON.stringify(fault), String(fault), fault.stack ?? "", inspect(fault, { depth: 9, showHidden: true }), inspect(structuredClone(fault))]) {
      expect(text).not.toMatch(/do not print me|measure soon/);
    }
    const { members } = fault as Divergence;
    expect(fields).toContain(members[0]?.field);
    expect(JSON.stringify(members)).toContain("do not print me");
  });

  it("names a job that has no recorded outcome", async () => {
    const fault = await faultOf(replayed(changedEntry(6, 0, { subject: 2 })));
    expect(fault.detail).toMatchObject({ field: "outcome", job: 2, expected: "nothing" });
  });

  it("whatever the machine makes of being stopped", async () => {
    const inner = scriptedMachine(changedEntry(1, 0, { capability: 9 }));
    const swallowing: RunMachine = { run: async (request) => { try { return await inner.run(request); } catch { return RUN_END; } } };
    const breaking: RunMachine = { run: () => Promise.reject(new Fault("DOMAIN_PANIC", {})) };
    const panicking: RunMachine = { run: async ({ journal }) => {
      for (const frame of changedEntry(1, 0, { capability: 9 }).slice(0, 2)) if (frame !== null) journal.append(frame);
      throw new Fault("DOMAIN_PANIC", {});
    } };
    const asking: RunMachine = { run: async ({ journal, outcomes }) => {
      for (const frame of changedEntry(1, 0, { capability: 9 }).slice(0, 2)) if (frame !== null) journal.append(frame);
      await outcomes.outcome(jobId(9));
      return RUN_END;
    } };
    for (const compare of ["frames", "blocks"] as const) {
      expect((await faultOf(replay(bundle(), asking, { compare }))).detail["field"]).toBe("entries[0].capability");
      expect((await faultOf(replay(bundle(), swallowing, { compare }))).detail["field"]).toBe("entries[0].capability");
      expect((await faultOf(replay(bundle(), panicking, { compare }))).detail["field"]).toBe("entries[0].capability");
      expect((await faultOf(replay(bundle(), breaking, { compare }))).fault).toBe("DOMAIN_PANIC");
    }
  });
});

describe("reproduce", () => {
  const recorded = { verdict: 0, body: pack({ counts: [6, 0, 0, 4] }) };
  it("confirms outcomes that the kernels give again", async () => {
    const live = oracle(recorded);
    expect(await reproduce(bundle(), scriptedMachine(SCRIPT), live)).toMatchObject({ digest: run.digest, complete: true, confirmed: 1, unconfirmed: 0 });
    expect([live.started, live.closed]).toEqual([[1], 1]);
  });

  it.each([
    [{ verdict: 0, body: pack({ counts: [5, 0, 0, 5] }) }, "body", "OK", "OK"],
    [{ verdict: FAULTS.Q_ERR_MEASUREMENT_FAILURE.code, body: recorded.body }, "verdict", "OK", "Q_ERR_MEASUREMENT_FAILURE"],
  ])("refuses an outcome that is another: %#", async (outcome, field, expected, actual) => {
    const live = oracle(outcome);
    const fault = await faultOf(reproduce(bundle(), scriptedMachine(SCRIPT), live));
    expect([fault.fault, fault.exitCode]).toEqual(["REPRODUCE_DIFFERS", EXIT.divergence]);
    expect(fault.detail).toMatchObject({ job: 1, contract: 1, tick: 5, issued: 1, actor: "root", field, expected, actual });
    const at = [...walk(bundle().source)].flatMap(({ frame }) => (frame.kind === "turn" ? [0, ...frame.entries.map(({ code }) => code), 0] : frame.entries.map(({ code }) => code)));
    expect(fault.detail["event"]).toBe(1 + at.indexOf(EVENT.JOB_OUTCOME));
    expect((fault as Divergence).members).toEqual(field === "verdict" ? [] : [{ field: "body.counts[0]", expected: 6, actual: 5 }]);
    expect(fault.message).not.toContain("counts");
    expect(fault.detail["expectedDigest"]).toMatch(/^[0-9a-f]{64}$/);
    expect(live.closed).toBe(1);
  });

  it("keeps a recorded loss and counts it", async () => {
    const lost = SCRIPT.map((frame) => (frame?.entries[0]?.code !== EVENT.JOB_OUTCOME ? frame
      : { ...frame, entries: frame.entries.map((entry) => ({ ...entry, verdict: FAULTS.Q_ERR_HARDWARE_FAILURE.code, body: pack({ why: "worker lost" }) })) }));
    const { file } = record(lost, { recording: runRecording() });
    expect(await reproduce(bundle(file), scriptedMachine(lost), oracle(recorded))).toMatchObject({ complete: true, confirmed: 0, unconfirmed: 1 });
  });

  it("still refuses an orchestration that diverges", async () => {
    expect((await faultOf(reproduce(bundle(), scriptedMachine(changedEntry(1, 0, { capability: 9 })), oracle(recorded)))).fault).toBe("REPLAY_DIVERGED");
  });
});
