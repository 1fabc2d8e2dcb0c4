// A bundle opened: sections that say what they must, blocks no larger than allowed, and a walk to the end of whatever there is.
import { describe, expect, it } from "vitest";
import { canonicalJson } from "../../../kernel-abi/canonical.ts";
import { LIMITS } from "../../../kernel-abi/limits.ts";
import { openBundle, walk } from "../../../replay/bundle.ts";
import { encodeFrame } from "../../../replay/entry/writer.ts";
import type { Frame } from "../../../kernel-abi/frame.ts";
import { chained, sealUnit, type Part } from "../../support/chained.ts";
import { memorySource } from "../../support/memory.ts";
import { record } from "../../support/recordings.ts";
import { faultOf, joined, refusalOf, unitOffsets } from "../../support/refusals.ts";
import { boot, chatter, runRecording, smallRun } from "../../support/runs.ts";

const { header, program, inputs } = runRecording();
const SECTIONS: readonly Part[] = [["header", canonicalJson(header)], ["program", canonicalJson(program)], ["inputs", canonicalJson(inputs)]];
const [HEADER, PROGRAM, INPUTS] = SECTIONS as [Part, Part, Part];
const framed = (frames: readonly Frame[]): Uint8Array => joined(...frames.map((frame) => encodeFrame(frame)));
const text = (what: string): Uint8Array => new TextEncoder().encode(what);
const opened = (parts: readonly Part[]): unknown => openBundle(memorySource(chained(parts).bytes));

describe("a bundle", () => {
  it("is opened as it was recorded, and walked frame by frame", () => {
    const frames = smallRun();
    const { file } = record(frames, { recording: runRecording() });
    const { source, recording } = openBundle(memorySource(file));
    expect(recording).toEqual(runRecording());
    const walked = [...walk(source)];
    expect(walked.map(({ frame }) => frame)).toEqual(frames.filter((frame) => frame !== null));
    expect(walked.every(({ frame, block, start, end }) => Buffer.from(encodeFrame(frame)).equals(block.payload.subarray(start, end)))).toBe(true);
  });

  it.each([
    ["header", [["header", text("{")]], "canonical JSON"], ["header", [["header", canonicalJson({ ...header, seed: 7 })]], "/seed"],
    ["program", [HEADER, ["program", text("{} ")]], "canonical JSON"], ["program", [HEADER, ["program", canonicalJson({})]], "program"],
    ["inputs", [HEADER, PROGRAM, ["inputs", canonicalJson([])]], "inputs"],
  ] as const)("whose %s is not one says what is wrong with it", (unit, parts, what) => {
    const { offsets } = chained(parts);
    const { fault, detail } = faultOf(() => opened(parts));
    expect([fault, detail]).toEqual(["TRACE_UNREADABLE", { offset: offsets.at(-2), unit, index: 0, what: expect.stringContaining(what) as string }]);
  });

  it("of another version, or with another program than its header names, is refused", () => {
    const speaks = (changes: object) => faultOf(() => opened([["header", canonicalJson({ ...header, ...changes })], PROGRAM, INPUTS]));
    expect(speaks({ format: 2 })).toMatchObject({ fault: "TRACE_VERSION", detail: { offset: 44, unit: "header", index: 0, format: 2, semantics: 1, speaks: 1, knows: 1 } });
    expect(speaks({ semantics: 2 })).toMatchObject({ fault: "TRACE_VERSION", detail: { format: 1, semantics: 2 } });
    const other = { ...header.program, digest: "0".repeat(64) };
    expect(speaks({ program: other })).toMatchObject({ fault: "TRACE_INCONSISTENT", detail: { offset: 44, unit: "header", index: 0, rule: "the header names the program in the bundle", recorded: other.digest, found: header.program.digest } });
  });

  it.each([0, 1, 2])("that stops behind %i sections has not begun", (count) => {
    const { bytes } = chained(SECTIONS.slice(0, count));
    expect(faultOf(() => openBundle(memorySource(bytes)))).toMatchObject({ fault: "TRACE_UNSEALED", detail: { intactBytes: bytes.length, intactFrames: 0 } });
  });

  it("is walked to its seal, or to where it stops", () => {
    const last = (bytes: Uint8Array): unknown => {
      const frames = walk(memorySource(bytes));
      for (let next = frames.next(); ; next = frames.next()) if (next.done === true) return next.value;
    };
    const { file } = record(smallRun(), { recording: runRecording() });
    const seal = unitOffsets(file).at(-2) as number;
    expect(last(file)).toMatchObject({ kind: "seal", place: { offset: seal, unit: "seal", index: 0 } });
    expect(last(file.subarray(0, seal))).toEqual({ kind: "open", place: { offset: seal, unit: "block", index: 3 }, torn: 0 });
    expect(last(chained([HEADER]).bytes.subarray(0, 50))).toEqual({ kind: "open", place: { offset: 44, unit: "header", index: 0 }, torn: 6 });
  });

  it("has blocks of so many frames, of so many bytes unless it is one frame's, and no larger", () => {
    const walked = (frames: readonly Frame[]): number => [...walk(memorySource(chained([...SECTIONS, ["block", framed(frames)]]).bytes))].length;
    const many = (count: number): Frame[] => Array.from({ length: count }, () => boot());
    const small = chatter(LIMITS.block_frames_max - 3);
    expect(small).toHaveLength(LIMITS.block_frames_max + 1);
    expect(walked(small.slice(1))).toBe(LIMITS.block_frames_max);
    const large = chatter(2, LIMITS.block_bytes_max);
    expect(walked(large.slice(1, 2))).toBe(1);
    for (const frames of [small, large.slice(0, 2), many(LIMITS.block_frames_max)]) {
      const parts: Part[] = [...SECTIONS, ["block", framed(frames)]];
      const { bytes, offsets } = chained(parts);
      const detail = { offset: offsets[3], unit: "block", index: 0, what: "block larger than allowed", at: 0 };
      expect(faultOf(() => walked(frames))).toMatchObject({ fault: "TRACE_UNREADABLE", detail });
      if (frames !== small) continue;
      // Nothing contradicts itself but the size.
      expect(refusalOf(joined(bytes, sealUnit(text("{}"))))).toMatchObject({ fault: "TRACE_UNREADABLE", detail });
    }
  });
});
