// Runs put down at every point where they can be: taken up again, the rest is the same frames, byte for byte.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import process from "node:process";
import { keptRun, takenUpFrom, type KeptOptions } from "../../support/kept-runs.ts";
import { WANDERERS, wanderer } from "../../support/wanderer.ts";

const LONG = process.env["TRIAD_LONG"] === "1";

/** Every point of short runs; of long ones so many, spread over them. */
async function fromEveryPoint(options: KeptOptions, most = LONG ? 1_000 : 6): Promise<{ readonly points: number; readonly wrong: readonly string[] }> {
  const whole = await keptRun(wanderer, options);
  const wrong: string[] = [];
  const stride = Math.max(1, Math.floor(whole.kept.length / most));
  for (let at = 0; at < whole.kept.length; at += stride) {
    const found = await takenUpFrom(wanderer, options, whole, at);
    if (found !== undefined) wrong.push(`point ${at} of ${whole.kept.length}: ${found}`);
  }
  return { points: whole.kept.length, wrong };
}

const BOUNDS = { turns: 220, ticks: 2_000 };

describe("a run put down between two ticks and taken up again", () => {
  it("goes on with the same frames, whatever its actors do", async () => {
    let points = 0;
    await fc.assert(fc.asyncProperty(fc.string({ minLength: 1, maxLength: 6 }), async (seed) => {
      const found = await fromEveryPoint({ seed, definitions: WANDERERS, bounds: BOUNDS });
      points += found.points;
      expect(found.wrong).toEqual([]);
    }), { numRuns: LONG ? 300 : 8 });
    expect(points).toBeGreaterThan(50);
  });
});
