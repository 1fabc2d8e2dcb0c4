// The frame kernel against its oracle: random programs of every opcode, the same bits; and any cut of the shots, the same rows.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openSampler } from "../../../../domains/kernels/frames/sampler.ts";
import { bytesOfRow, encodeFrameJob, type FrameRows } from "../../../../domains/kernels/frames/program.ts";
import { framesKernel, runFrameJob } from "../../../../domains/kernels/frames/kernel.ts";
import { referenceFrames } from "../../../../domains/kernels/frames/reference.ts";
import { anyKey } from "../../../support/clifford-circuits.ts";
import { anyFrameProgram } from "../../../support/frame-programs.ts";

const long = process.env["TRIAD_LONG"] === "1";
const anyRows = fc.constantFrom<FrameRows>("detections", "measurements");
/** Mostly across the edge of a block; some far out, where a block's number has two words. */
const anyFirst = fc.oneof(fc.constantFrom(0, 1_020, 2_040), fc.constant(1_024 * 4294967296 - 3), fc.nat(5_000));

describe("frame kernel", () => {
  it("gives the bits of the oracle, program by program", () => {
    fc.assert(fc.property(anyFrameProgram, anyRows, anyKey, anyFirst, fc.integer({ min: 0, max: 12 }), (program, rows, key, first, shots) => {
      const job = { program, rows, first, shots, key };
      expect(framesKernel.run(encodeFrameJob(job))).toEqual(referenceFrames(job));
    }), { numRuns: long ? 20_000 : 120 });
  });

  it("gives the same rows however the shots are cut and whichever sampler takes a part", () => {
    fc.assert(fc.property(anyFrameProgram, anyRows, anyKey, anyFirst, fc.array(fc.integer({ min: 0, max: 1_100 }), { minLength: 1, maxLength: 3 }), (program, rows, key, first, parts) => {
      const shots = parts.reduce((sum, part) => sum + part, 0);
      const whole = runFrameJob({ program, rows, first, shots, key });
      const samplers = [openSampler(program, rows), openSampler(program, rows)] as const;
      const joined = new Uint8Array(shots * bytesOfRow(program, rows));
      let at = 0;
      parts.forEach((part, index) => {
        samplers[index % 2 === 0 ? 0 : 1].sample(key, first + at, part, joined.subarray(at * bytesOfRow(program, rows)));
        at += part;
      });
      expect(Buffer.compare(joined, whole)).toBe(0);
    }), { numRuns: long ? 2_000 : 25 });
  });
});
