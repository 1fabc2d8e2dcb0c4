import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Fault } from "../../../kernel-abi/fault.ts";
import { eventCount, eventEnds } from "../../../replay/entry/count.ts";
import { decodeFrame } from "../../../replay/entry/reader.ts";
import { encodeFrame } from "../../../replay/entry/writer.ts";
import { frames } from "../../support/frames.ts";

/** What a reader makes of bytes: a frame, or undefined when it refuses them as it should. */
function read(bytes: Uint8Array): ReturnType<typeof decodeFrame> | undefined {
  try {
    return decodeFrame(bytes);
  } catch (error) {
    expect(error).toBeInstanceOf(Fault);
    expect((error as Fault).fault).toBe("TRACE_UNREADABLE");
    return undefined;
  }
}

describe("frame codec", () => {
  it("decodes what it encoded, and every byte belongs to one event", () => {
    fc.assert(fc.property(frames, (frame) => {
      const bytes = encodeFrame(frame);
      expect(decodeFrame(bytes)).toEqual(frame);
      const ends = eventEnds(frame, bytes.length);
      expect(ends).toHaveLength(eventCount(frame));
      expect(ends.at(-1)).toBe(bytes.length);
      expect(ends.every((end, at) => end > (ends[at - 1] ?? 0))).toBe(true);
    }), { numRuns: 500 });
  });

  it("encodes what it decoded: any bytes it accepts have one form", () => {
    const mutated = fc.tuple(frames, fc.nat(), fc.nat({ max: 255 })).map(([frame, at, byte]) => {
      const bytes = encodeFrame(frame);
      bytes[at % bytes.length] = byte;
      return bytes;
    });
    let accepted = 0;
    fc.assert(fc.property(fc.oneof(fc.uint8Array({ maxLength: 64 }), mutated), (bytes) => {
      const frame = read(bytes);
      if (frame === undefined) return;
      accepted += 1;
      expect(encodeFrame(frame)).toEqual(Uint8Array.from(bytes));
    }), { numRuns: 3000 });
    expect(accepted).toBeGreaterThan(100);
  });
});
