// The frame reader within a block: where it stands, what it passes over, and where a refusal points.
import { describe, expect, it } from "vitest";
import { EVENT, TURN_END, type Frame } from "../../../kernel-abi/frame.ts";
import { SYSCALL } from "../../../kernel-abi/syscall.ts";
import { decodeFrame, FrameReader } from "../../../replay/entry/reader.ts";
import { DELIVERY_MAX, encodeFrame, WAIT_MAX } from "../../../replay/entry/writer.ts";
import { entry, kernelFrame, turnFrame } from "../../support/recordings.ts";
import { faultOf, joined } from "../../support/refusals.ts";

const ORIGIN = { offset: 700, unit: "block", index: 3 };
const body = Uint8Array.of(0xa1, 0x78);
const TURN: Frame = turnFrame(300, 5, {
  entries: [entry(SYSCALL.IPC_SEND, { capability: 2, subject: 4, body }), entry(SYSCALL.LOG, { capability: 200, contract: 3, verdict: 1, domain: 2, body })],
  end: { kind: TURN_END.FINISHED, on: 4, subject: 9, body },
});
const KERNEL: Frame = kernelFrame(301, [entry(EVENT.FAULT, { subject: 5, body })]);
const block = joined(encodeFrame(TURN), encodeFrame(KERNEL));
const length = encodeFrame(TURN).length;
const refusal = (bytes: Uint8Array): unknown => faultOf(() => decodeFrame(bytes)).detail["what"];

describe("a block's frames", () => {
  it("are read one after the other, as views", () => {
    const reader = new FrameReader(block, ORIGIN);
    expect([reader.at, reader.done]).toEqual([0, false]);
    const first = reader.next();
    expect([first, reader.at, reader.done]).toEqual([TURN, length, false]);
    expect(first.entries[0]?.body.buffer).toBe(block.buffer);
    expect([reader.next(), reader.at, reader.done]).toEqual([KERNEL, block.length, true]);
    expect(new FrameReader(new Uint8Array(0), ORIGIN).done).toBe(true);
  });

  it("can be read without what only receivers understand", () => {
    const reader = new FrameReader(block, ORIGIN, { payloads: false });
    const none = new Uint8Array(0);
    const [send, log] = TURN.entries;
    expect(reader.next()).toEqual({ ...TURN, entries: [{ ...send, body: none }, log] });
    expect([reader.next(), reader.done]).toEqual([KERNEL, true]);
  });

  it("are refused where the block begins, with the byte within it", () => {
    const reader = new FrameReader(joined(block, Uint8Array.of(9)), ORIGIN);
    reader.next();
    reader.next();
    const { fault, detail } = faultOf(() => reader.next());
    expect([fault, detail]).toEqual(["TRACE_UNREADABLE", { ...ORIGIN, what: "unknown kind of frame", at: block.length + 1 }]);
  });

  it("alone have nothing behind them", () => {
    const { fault, detail } = faultOf(() => decodeFrame(joined(encodeFrame(KERNEL), Uint8Array.of(0))));
    expect([fault, detail]).toEqual(["TRACE_UNREADABLE", { offset: 0, unit: "frame", index: 0, what: "bytes after the frame", at: block.length - length }]);
    expect(faultOf(() => decodeFrame(Uint8Array.of(3))).detail).toEqual({ offset: 0, unit: "frame", index: 0, what: "unknown kind of frame", at: 1 });
  });
});

describe("limits of a frame", () => {
  it("cut at any byte it is cut short, or promises more than there is", () => {
    for (let cut = 0; cut < length; cut++) {
      expect(["frame cut short", "body longer than the block", "more entries than bytes"]).toContain(refusal(encodeFrame(TURN).subarray(0, cut)));
    }
  });

  it("entries are at least seven bytes each: so many fit and one more does not", () => {
    const entries = [entry(EVENT.FAULT), entry(EVENT.FAULT)];
    const bytes = encodeFrame(kernelFrame(1, entries));
    expect([bytes.length, decodeFrame(bytes)]).toEqual([4 + 14, kernelFrame(1, entries)]);
    const claims = (count: number): Uint8Array => { const out = Uint8Array.from(bytes); out[3] = count; return out; };
    expect([refusal(claims(3)), refusal(claims(1))]).toEqual(["more entries than bytes", "bytes after the frame"]);
  });

  it("a body ends with the bytes at the latest", () => {
    const bytes = encodeFrame(turnFrame(1, 3, { end: { kind: 1, on: 0, subject: 0, body } }));
    const sized = (size: number): Uint8Array => { const out = Uint8Array.from(bytes); out[bytes.length - 3] = size; return out; };
    expect(decodeFrame(sized(2)).kind).toBe("turn");
    expect([refusal(sized(3)), refusal(sized(1)), refusal(sized(0))]).toEqual(["body longer than the block", "bytes after the frame", "bytes after the frame"]);
  });

  it("small numbers have their greatest values", () => {
    const at = (byte: number, value: number): unknown => {
      const bytes = Uint8Array.from(encodeFrame(turnFrame(1, 3, { entries: [entry(SYSCALL.LOG)] })));
      bytes[byte] = value;
      try { return decodeFrame(bytes).kind; } catch { return refusal(bytes); }
    };
    // kind tick actor ready | delivery kind, from, seq | count | code verdict domain …
    expect([at(4, DELIVERY_MAX), at(4, DELIVERY_MAX + 1)]).toEqual(["turn", "number out of range"]);
    // … and at the end: kind, on, subject, length of the body
    expect([at(15, 2), at(15, 3)]).toEqual(["turn", "number out of range"]);
    expect([at(16, WAIT_MAX), at(16, WAIT_MAX + 1)]).toEqual(["turn", "number out of range"]);
    expect([at(10, 2), at(10, 3)]).toEqual(["turn", "number out of range"]);
    expect([at(9, 1), at(9, 0x7f)]).toEqual(["turn", "unknown verdict"]);
    expect([at(0, 0), at(0, 3)]).toEqual(["unknown kind of frame", "unknown kind of frame"]);
  });
});

describe("integers", () => {
  const ticked = (...bytes: readonly number[]): Uint8Array => Uint8Array.of(2, ...bytes, 0, 1, EVENT.FAULT, 0, 0, 0, 0, 0, 0);
  it("have one form at every length", () => {
    for (const value of [0, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152, 268_435_455, 268_435_456, 2 ** 35 - 1, 2 ** 35, 2 ** 42 - 1, 2 ** 42, 2 ** 49 - 1, 2 ** 49, Number.MAX_SAFE_INTEGER]) {
      const bytes: number[] = [];
      for (let rest = BigInt(value); ; rest >>= 7n) {
        bytes.push(Number(rest & 127n) | (rest > 127n ? 128 : 0));
        if (rest <= 127n) break;
      }
      expect([value, decodeFrame(ticked(...bytes)).tick]).toEqual([value, value]);
      if (bytes.length < 8) expect(refusal(ticked(...bytes.slice(0, -1), bytes.at(-1)! | 128, 0))).toBe("integer longer than needed");
    }
  });

  it("end with their eighth byte, at 2^53 - 1", () => {
    expect(refusal(ticked(0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10))).toBe("integer above 2^53 - 1");
    expect(refusal(ticked(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x8f, 0))).toBe("integer longer than needed");
    expect(refusal(ticked(0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 1))).toBe("integer longer than needed");
    expect(refusal(ticked(0x81))).not.toBe("nothing");
    expect(refusal(Uint8Array.of(2, 0x80))).toBe("frame cut short");
  });
});
