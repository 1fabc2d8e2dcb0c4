// Λ and the crossing of the rotated surface code under circuit noise, against Stim with PyMatching (Λ per round; p=0.003: 3.4, 3.2; p=0.005: 2.05,
// 2.04, 1.94 for d = 3 to 5 to 7 to 9; curves of large distances cross at 0.70 to 0.76 %). Short runs have wide intervals; the long one narrow ones.
import { describe, expect, it } from "vitest";
import { countErrors } from "../../../../domains/kernels/qec/kernel.ts";
import { decoderFor } from "../../../../domains/q/qec/decoder.ts";
import { uniformNoise, type Experiment } from "../../../../domains/q/qec/experiment.ts";
import { knownExperiment } from "../../../../domains/q/qec/known.ts";
import { crossingsOf } from "../../../../domains/q/statistics/crossings.ts";
import { suppressionOf } from "../../../../domains/q/statistics/suppression.ts";
import { compileFrames } from "../../../../domains/q/stim/compile.ts";

const LONG = process.env["TRIAD_LONG"] === "1";
const ERRORS = LONG ? 10_000 : 400;

interface Point { readonly distance: number; readonly rounds: number; readonly p: number; readonly shots: number; readonly errors: number }

function point(distance: number, p: number): Point {
  const experiment: Experiment = { code: "surface_code:rotated_memory_z", distance, rounds: distance, noise: uniformNoise(p) };
  const { circuit } = knownExperiment(experiment);
  const decoder = decoderFor(circuit, { name: "matching" });
  const program = compileFrames(circuit);
  let shots = 0, errors = 0;
  for (let batch = 0; errors < ERRORS; batch++) {
    errors += countErrors({ program, decoder, shots: 20_480, key: Uint32Array.of(batch, 1_000 * distance + Math.round(1e5 * p)) }, decoder).errors;
    shots += 20_480;
  }
  return { distance, rounds: distance, p, shots, errors };
}

/** What was published has two or three digits. */
const ROUNDED = 0.02;

describe("Λ per round", () => {
  it.each<[number, readonly number[]]>([[0.005, LONG ? [2.05, 2.04, 1.94] : [2.05, 2.04]], ...(LONG ? [[0.003, [3.4, 3.2]] as [number, readonly number[]]] : [])])("p=%d: %j", (p, expected) => {
    const distances = [3, 5, 7, 9].slice(0, expected.length + 1);
    const { steps } = suppressionOf(distances.map((distance) => point(distance, p)));
    steps.forEach(({ value, deviation, from }, at) => {
      const published = expected[at] ?? Number.NaN;
      expect(Math.abs(value - published), `d=${from}: ${value} ± ${deviation}`).toBeLessThan(4 * deviation + ROUNDED * published);
    });
  }, LONG ? 3_600_000 : 60_000);
});

describe("the crossing", () => {
  it("of the larger distances lies where it was found, within its interval", () => {
    const rates = LONG ? [0.0055, 0.006, 0.0065, 0.007, 0.0075, 0.008, 0.0085] : [0.005, 0.007, 0.009];
    const distances = LONG ? [7, 9, 11] : [5, 7];
    const crossings = crossingsOf(distances.flatMap((distance) => rates.map((p) => point(distance, p))));
    expect(crossings.length).toBeGreaterThan(0);
    for (const { value, deviation, distances: between } of crossings) {
      expect(value, `${between.join(", ")}: ${value} ± ${deviation}`).toBeGreaterThan(0.007 - 4 * deviation);
      expect(value, `${between.join(", ")}: ${value} ± ${deviation}`).toBeLessThan(0.0076 + 4 * deviation);
    }
  }, LONG ? 3_600_000 : 60_000);
});
