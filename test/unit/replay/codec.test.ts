import { describe, expect, it } from "vitest";
import { Fault } from "../../../kernel-abi/fault.ts";
import { EVENT, type Frame } from "../../../kernel-abi/frame.ts";
import { SYSCALL } from "../../../kernel-abi/syscall.ts";
import { fromHex, toHex } from "../../../kernel-abi/canonical.ts";
import { decodeFrame } from "../../../replay/entry/reader.ts";
import { encodeFrame, FrameWriter } from "../../../replay/entry/writer.ts";
import { eventEnds } from "../../../replay/entry/count.ts";
import { entry, kernelFrame, turnFrame } from "../../support/recordings.ts";

const TURN: Frame = turnFrame(300, 5, { entries: [entry(SYSCALL.IPC_SEND, { capability: 2, subject: 4, body: Uint8Array.of(0xa1, 0x78) })] });
const TURN_HEX = "01" + "ac02" + "05" + "01" + "01" + "03" + "ac02" + "01" + "50" + "00" + "00" + "02" + "00" + "04" + "02a178" + "00" + "01" + "00" + "00";

const refusal = (run: () => unknown): Fault => {
  try {
    run();
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
  throw new Error("nothing was refused");
};
const refused = (hex: string): unknown => refusal(() => decodeFrame(fromHex(hex))).detail["what"];

describe("frame codec", () => {
  it("has the documented bytes", () => {
    expect(toHex(encodeFrame(TURN))).toBe(TURN_HEX);
    expect(decodeFrame(fromHex(TURN_HEX))).toEqual(TURN);
    expect(eventEnds(TURN, encodeFrame(TURN).length)).toEqual([10, 19, 23]);
  });

  it("writes integers at every width", () => {
    for (const value of [0, 1, 127, 128, 16383, 16384, 2 ** 28 - 1, 2 ** 28, 2 ** 31, 2 ** 32, 2 ** 35, 2 ** 49, Number.MAX_SAFE_INTEGER]) {
      const frame = kernelFrame(value, [entry(EVENT.FAULT, { subject: value, contract: value })]);
      expect(decodeFrame(encodeFrame(frame))).toEqual(frame);
    }
  });

  it.each([
    ["non-minimal zero", "0180" + "00", "integer longer than needed"],
    ["non-minimal integer", "01ac8200", "integer longer than needed"],
    ["nine bytes of integer", "01808080808080808001", "integer longer than needed"],
    ["an integer of 2^53", "018080808080808010", "integer above 2^53 - 1"],
    ["unknown frame kind", "03", "unknown kind of frame"],
    ["frame kind zero", "00", "unknown kind of frame"],
    ["delivery kind 7", TURN_HEX.replace("ac02050101", "ac02050107"), "number out of range"],
    ["unknown event code", TURN_HEX.replace("015000", "01ff00"), "unknown event code"],
    ["unknown verdict", TURN_HEX.replace("015000", "01507f"), "unknown verdict"],
    ["domain 3", TURN_HEX.replace("01500000", "01500003"), "number out of range"],
    ["a body longer than the bytes", TURN_HEX.replace("02a178", "7fa178"), "body longer than the block"],
    ["more entries than bytes", TURN_HEX.replace("ac020150", "ac027f50"), "more entries than bytes"],
    ["a kernel frame without entries", "02" + "01" + "00" + "00", "kernel frame without entries"],
    ["a byte too many", TURN_HEX + "00", "bytes after the frame"],
    ["a byte too few", TURN_HEX.slice(0, -2), "frame cut short"],
    ["nothing", "", "frame cut short"],
  ])("refuses %s", (_, hex, what) => {
    expect(refused(hex)).toBe(what);
  });

  it.each([
    ["a negative tick", kernelFrame(0, [entry(EVENT.FAULT, { subject: -1 })])],
    ["a fraction", kernelFrame(0, [entry(EVENT.FAULT, { subject: 1.5 })])],
    ["2^53", kernelFrame(0, [entry(EVENT.FAULT, { contract: 2 ** 53 })])],
    ["NaN", kernelFrame(0, [entry(EVENT.FAULT, { capability: Number.NaN })])],
    ["an unknown code", kernelFrame(0, [entry(255)])],
    ["an unknown verdict", kernelFrame(0, [entry(EVENT.FAULT, { verdict: 77 })])],
    ["domain 3", kernelFrame(0, [entry(EVENT.FAULT, { domain: 3 })])],
    ["no entries", kernelFrame(0, [])],
  ])("does not write %s", (_, frame) => {
    const writer = new FrameWriter(new Uint8Array(16));
    writer.write(TURN);
    const before = writer.length;
    expect(refusal(() => writer.write(frame)).fault).toBe("ABI_UNENCODABLE");
    expect(writer.length).toBe(before);
  });
});
