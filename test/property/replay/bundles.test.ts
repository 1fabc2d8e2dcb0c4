import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EXIT, Fault } from "../../../kernel-abi/fault.ts";
import { list } from "../../../replay/list.ts";
import { MAGIC, preamble, firstHead, unit, nextHead, leafOf } from "../../../replay/chain.ts";
import { canonicalJson } from "../../../kernel-abi/canonical.ts";
import { verify } from "../../../replay/verify.ts";
import { memorySource } from "../../support/memory.ts";
import { record } from "../../support/recordings.ts";
import { frames } from "../../support/frames.ts";
import { joined } from "../../support/refusals.ts";
import { runRecording, smallRun } from "../../support/runs.ts";

const TRACE_EXITS: readonly number[] = [EXIT.tamper, EXIT.environment];

/** Whether the bytes are accepted. @throws when they are answered with anything but a fault of a trace */
function accepted(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch (error) {
    if (error instanceof Fault && TRACE_EXITS.includes(error.exitCode)) return false;
    throw error;
  }
}

/** Verifies, verifies as a journal, and lists; says whether the bytes pass as a sealed bundle. */
function survives(bytes: Uint8Array): boolean {
  accepted(() => verify(memorySource(bytes), { allowUnsealed: true }));
  accepted(() => [...list(memorySource(bytes), { limit: 50 })]);
  return accepted(() => verify(memorySource(bytes)));
}

const { file } = record(smallRun(), { recording: runRecording() });

describe("readers of hostile bytes", () => {
  it("answer random bytes with faults alone", () => {
    const anything = fc.uint8Array({ maxLength: 400 });
    fc.assert(fc.property(fc.oneof(anything, anything.map((bytes) => joined(MAGIC, bytes)), anything.map((bytes) => {
      const start = preamble();
      return joined(start, firstHead(start), bytes);
    })), (bytes) => { expect(survives(bytes)).toBe(false); }), { numRuns: 300 });
  });

  it("answer mutated bundles with faults alone", () => {
    const edit = fc.record({ at: fc.nat({ max: file.length }), remove: fc.nat({ max: 40 }), insert: fc.uint8Array({ maxLength: 40 }) });
    fc.assert(fc.property(fc.array(edit, { minLength: 1, maxLength: 3 }), (edits) => {
      let bytes = file;
      for (const { at, remove, insert } of edits) bytes = joined(bytes.subarray(0, at), insert, bytes.subarray(at + remove));
      expect(survives(bytes)).toBe(Buffer.compare(bytes, file) === 0);
    }), { numRuns: 200 });
  });

  it("answer units that are chained well but hold anything with faults alone", () => {
    const { header, program, inputs } = runRecording();
    const payload = fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 60 }),
      fc.json().map((text) => new TextEncoder().encode(text)),
      fc.constantFrom(...[header, program, inputs].map((section) => canonicalJson(section))));
    const tags = fc.constantFrom("header", "program", "inputs", "block", "seal");
    fc.assert(fc.property(fc.array(fc.tuple(tags, payload), { maxLength: 6 }), fc.boolean(), (units, wellBegun) => {
      const start = preamble();
      let head = firstHead(start);
      const pieces = [start, head];
      const wanted = wellBegun ? [["header", canonicalJson(header)], ["program", canonicalJson(program)], ["inputs", canonicalJson(inputs)], ...units] as const : units;
      for (const [name, bytes] of wanted) {
        const whole = unit(name as "block", bytes);
        head = nextHead(head, leafOf(whole));
        pieces.push(whole, head);
      }
      expect(survives(joined(...pieces))).toBe(false);
    }), { numRuns: 300 });
  });

  it("answer frames in any order, well encoded and well sealed, with inconsistency", () => {
    const boot = smallRun().slice(0, 2);
    fc.assert(fc.property(fc.array(frames, { maxLength: 6 }), fc.boolean(), (some, booted) => {
      const all = [...(booted ? boot : []), ...some].flatMap((frame) => (frame === null ? [] : [frame]));
      const end = smallRun().at(-1);
      if (end === null || end === undefined) return;
      const { file: bytes } = record([...all, end], { recording: runRecording() });
      expect(survives(bytes)).toBe(false);
    }), { numRuns: 300 });
  });
});
