import { describe, expect, it } from "vitest";
import { EXIT } from "../../../kernel-abi/fault.ts";
import { Recorder } from "../../../replay/recorder.ts";
import { openBundle } from "../../../replay/bundle.ts";
import { refusedByBoth } from "../../support/independent.ts";
import { memorySource, MemorySink } from "../../support/memory.ts";
import { HOST, record } from "../../support/recordings.ts";
import { faultOf, joined, refusalOf, unitAt, unitOffsets, verified } from "../../support/refusals.ts";
import { chatter, runRecording, smallRun } from "../../support/runs.ts";

/** What stands on disk when the process dies after the last of `frames`. */
function partial(frames: Parameters<typeof record>[0]): Uint8Array {
  const sink = new MemorySink();
  const recorder = new Recorder({ recording: runRecording(), sink });
  for (const frame of frames) {
    if (frame === null) recorder.barrier();
    else recorder.append(frame);
  }
  return sink.bytes();
}

const journal = partial([...smallRun(), null]);
const offsets = unitOffsets(journal);
const FRAMES = [0, 0, 0, 0, 0, 3, 6, 10];

describe("an unsealed journal", () => {
  it("is refused, and accepted on request, with how far it is intact", () => {
    const fault = refusalOf(journal);
    expect([fault.fault, fault.exitCode]).toEqual(["TRACE_UNSEALED", EXIT.tamper]);
    expect(fault.detail).toMatchObject({ offset: journal.length, unit: "block", intactBytes: journal.length, intactFrames: 10, torn: 0 });
    const report = verified(journal, { allowUnsealed: true });
    expect(report).toMatchObject({ ok: true, sealed: false, frames: 10, blocks: 3, status: "completed", keyId: null, trusted: false, host: null, durability: null, intactBytes: journal.length });
    expect(report.warnings).toEqual([`unsealed: intact up to byte ${journal.length} of ${journal.length}, 10 frames`]);
    expect(report.digest).toBe(record(smallRun(), { recording: runRecording() }).digest);
  });

  it("loses the open block and nothing else", () => {
    const open = partial(smallRun());
    expect(verified(open, { allowUnsealed: true })).toMatchObject({ frames: 6, blocks: 2, status: null });
    expect(open).toEqual(journal.subarray(0, open.length));
  });

  it("cut at any byte is intact up to its last whole unit", () => {
    for (let length = 0; length <= journal.length; length++) {
      const cut = journal.subarray(0, length);
      const report = verified(cut, { allowUnsealed: true });
      const intact = length < (offsets[1] as number) ? 0 : unitAt(offsets, length);
      const units = offsets.indexOf(intact);
      expect([length, report.ok, report.sealed, report.intactBytes, report.frames]).toEqual([length, true, false, intact, FRAMES[Math.max(0, units)]]);
      const fault = refusalOf(cut);
      if (fault.fault !== "TRACE_UNSEALED" || fault.detail["intactBytes"] !== intact || fault.detail["torn"] !== length - intact) expect.fail(`${length}: ${fault.message}`);
    }
  });

  it("is tampered with, not torn, when a whole block is not what was chained", () => {
    const bytes = Uint8Array.from(journal);
    for (let at = 0; at < journal.length; at += 5) {
      bytes[at] = (journal[at] as number) ^ 0x10;
      // A length that now reaches beyond the end cannot be told from a torn tail: there is no seal to ask.
      try {
        expect(verified(bytes, { allowUnsealed: true }).intactBytes).toBe(unitAt(offsets, at));
      } catch {
        expect(refusalOf(bytes, { allowUnsealed: true })).toMatchObject({ exitCode: EXIT.tamper, detail: { offset: unitAt(offsets, at) } });
      }
      bytes[at] = journal[at] as number;
    }
  });

  it("is not made of a sealed bundle by cutting its seal short: that is truncation", () => {
    const { file } = record(chatter(2), { recording: runRecording() });
    const seal = unitOffsets(file).at(-2) as number;
    expect(refusalOf(file.subarray(0, seal + 1)).fault).toBe("TRACE_TRUNCATED");
    expect(refusalOf(file.subarray(0, file.length - 1)).detail).toMatchObject({ unit: "seal", offset: seal, intactBytes: seal });
    expect(verified(file.subarray(0, file.length - 1), { allowUnsealed: true })).toMatchObject({ sealed: false, status: "completed", intactBytes: seal });
  });

  it("opens as a bundle once its inputs are whole", () => {
    expect(openBundle(memorySource(journal)).recording).toEqual(runRecording());
    expect(faultOf(() => openBundle(memorySource(journal.subarray(0, offsets[3])))).fault).toBe("TRACE_UNSEALED");
  });
});

describe("files that are not traces", () => {
  it.each([
    ["text", new TextEncoder().encode("once upon a time, there was no magic number")],
    ["a trace that went through a text editor", joined(journal.subarray(0, 6), Uint8Array.of(0x0a), journal.subarray(8))],
    ["zeros", new Uint8Array(200)],
  ])("%s", (_, bytes) => {
    expect(refusalOf(bytes, { allowUnsealed: true })).toMatchObject({ fault: "TRACE_UNREADABLE", exitCode: EXIT.tamper });
  });
});

describe("a program that is not the header's", () => {
  it("is refused by both readers, before anything else of it is read", () => {
    const { file } = record(smallRun(), { recording: runRecording({ program: { name: "synthetic", digest: "ab".repeat(32) } }) });
    expect(refusalOf(file)).toMatchObject({ fault: "TRACE_INCONSISTENT", exitCode: EXIT.tamper, detail: { unit: "header", offset: offsets[1], recorded: "ab".repeat(32) } });
    expect(refusedByBoth(file)).toBe(true);
    expect(faultOf(() => openBundle(memorySource(file))).fault).toBe("TRACE_INCONSISTENT");
  });
});

describe("traces of another version", () => {
  it("are refused as such when their own hashes hold", () => {
    const other = record(smallRun(), { recording: runRecording({ semantics: 99 }), host: HOST }).file;
    expect(refusalOf(other)).toMatchObject({ fault: "TRACE_VERSION", exitCode: EXIT.environment, detail: { semantics: 99, unit: "header" } });
    const format = record(smallRun(), { recording: runRecording({ format: 2 }) }).file;
    expect(refusalOf(format)).toMatchObject({ fault: "TRACE_VERSION", detail: { format: 2 } });
  });
});
