import { describe, expect, it } from "vitest";
import { InvariantBroken } from "../../../kernel-abi/invariant.ts";
import { LIMITS } from "../../../kernel-abi/limits.ts";
import { walk } from "../../../replay/bundle.ts";
import { Recorder } from "../../../replay/recorder.ts";
import { makeSeal } from "../../../replay/seal.ts";
import { verifiedByBoth } from "../../support/independent.ts";
import { FIRST_HEADER, firstRun } from "../../support/first-run.ts";
import { memorySource, MemorySink } from "../../support/memory.ts";
import { HOST, record, recording } from "../../support/recordings.ts";
import { boot, chatter, runRecording, smallRun } from "../../support/runs.ts";
import { testSigner } from "../../support/signer.ts";

const small = { recording: runRecording() };

function blocks(file: Uint8Array): number[] {
  const sizes: number[] = [];
  for (const { block } of walk(memorySource(file))) sizes[block.index] = (sizes[block.index] ?? 0) + 1;
  return sizes;
}

describe("recorder", () => {
  it("writes what both readers accept and walk gives back", () => {
    const frames = smallRun();
    const run = record(frames, small);
    const report = verifiedByBoth(run.file);
    expect(report).toMatchObject({ ok: true, sealed: true, digest: run.digest, frames: 10, blocks: 3, events: 54, status: "completed", trusted: false, intactBytes: run.file.length, host: HOST });
    expect([...walk(memorySource(run.file))].map(({ frame }) => frame)).toEqual(frames.filter((frame) => frame !== null));
    expect(run).toMatchObject({ blocks: 3, frames: 10, events: 54, bytes: run.file.length });
  });

  it("closes blocks by frames, by bytes, at barriers, and gives a large frame one of its own", () => {
    expect(blocks(record(chatter(2046), small).file)).toEqual([1024, 1024, 2]);
    const half = LIMITS.block_bytes_max / 2;
    expect(blocks(record(chatter(3, half), small).file)).toEqual([2, 1, 4]);
    expect(blocks(record(chatter(2, 3 * LIMITS.block_bytes_max), small).file)).toEqual([1, 1, 1, 3]);
    expect(blocks(record([null, boot(), null, null, ...chatter(1).slice(1), null], small).file)).toEqual([1, 4]);
    for (const [count, size] of [[2046, 4], [3, half], [2, 3 * LIMITS.block_bytes_max]] as const) verifiedByBoth(record(chatter(count, size), small).file);
  });

  it("gives one digest for one run, whatever the host, the key and the durability", () => {
    const first = record(smallRun(), small);
    const other = record(smallRun(), { ...small, durability: "power", signer: testSigner(9), host: { ...HOST, workers: 64, label: "elsewhere" } });
    expect(other.digest).toBe(first.digest);
    expect(other.keyId).not.toBe(first.keyId);
    expect(record(smallRun(), { recording: runRecording({ seed: "other" }) }).digest).not.toBe(first.digest);
  });

  it("hands every closed block to the sink at once, and syncs it when power may fail", () => {
    const sink = new MemorySink();
    const recorder = new Recorder({ ...small, sink, durability: "power" });
    const [before, synced] = [sink.writes, sink.syncs];
    recorder.append(boot());
    expect(sink.writes).toBe(before);
    recorder.barrier();
    expect([sink.writes, sink.syncs]).toEqual([before + 1, synced + 1]);
    expect(recorder.counts.bytes).toBe(sink.bytes().length);
  });

  it("seals after RUN_END, once, and nothing follows", () => {
    const recorder = new Recorder({ ...small, sink: new MemorySink() });
    recorder.append(boot());
    const seal = (): unknown => recorder.seal({ signer: testSigner(), host: HOST, end: { status: "completed" } });
    expect(seal).toThrow(InvariantBroken);
    for (const frame of chatter(1).slice(1)) recorder.append(frame);
    seal();
    expect(seal).toThrow(InvariantBroken);
    expect(() => recorder.append(boot())).toThrow(InvariantBroken);
  });

  it("writes the same wherever its blocks are gathered, and has left that room when the run has ended", () => {
    const room = new Uint8Array(64).fill(0xaa); // too small, and not empty
    const lent: Uint8Array[] = [];
    const back: Uint8Array[] = [];
    const rooms = { take: () => { lent.push(room); return room; }, giveBack: (given: Uint8Array) => { back.push(given); } };
    const sink = new MemorySink();
    const recorder = new Recorder({ ...small, sink, rooms });
    for (const frame of smallRun()) if (frame === null) recorder.barrier(); else recorder.append(frame);
    expect(back).toEqual([]);
    const facts = recorder.ended({ host: HOST, end: { status: "completed" } });
    expect([lent.length, back.length]).toEqual([1, 1]);
    for (const given of back) given.fill(0xbb);
    expect(() => recorder.append(boot())).toThrow(InvariantBroken);
    expect(() => recorder.ended({ host: HOST, end: { status: "completed" } })).toThrow(InvariantBroken);
    expect(back.every((given) => given.every((byte) => byte === 0xbb))).toBe(true);
    recorder.finish(facts, makeSeal(facts, testSigner()), testSigner().keyId);
    expect(Buffer.from(sink.bytes())).toEqual(Buffer.from(record(smallRun(), small).file));
  });

  it("refuses a header above its limit", () => {
    const recording = runRecording({ seed: "x".repeat(LIMITS.header_bytes_max) });
    expect(() => new Recorder({ recording, sink: new MemorySink() })).toThrow("header_bytes_max");
  });

  it("keeps its format: this run has had this digest since format 1", () => {
    expect(record(firstRun(), { recording: recording(FIRST_HEADER) }).digest).toBe("403ed3b5a6ea39147a3966a5d3944d3a864bee98923e678fbd166846dc3e494c");
  });
});
