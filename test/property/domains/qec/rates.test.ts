// Logical error rates against those counted elsewhere: Stim's generated circuit, its four knobs set to p, rounds = d, uncorrelated matching
// (Stim 1.16 with PyMatching 2.4, failures of shots). Fixed keys decide pass or fail; a fresh key each time shows that they were not chosen.
import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { countErrors } from "../../../../domains/kernels/qec/kernel.ts";
import { decoderFor } from "../../../../domains/q/qec/decoder.ts";
import { uniformNoise, type Experiment } from "../../../../domains/q/qec/experiment.ts";
import { knownExperiment } from "../../../../domains/q/qec/known.ts";
import { compileFrames } from "../../../../domains/q/stim/compile.ts";

const LONG = process.env["TRIAD_LONG"] === "1";

interface Known { readonly code: "surface_code:rotated_memory_z" | "surface_code:rotated_memory_x"; readonly distance: number; readonly p: number; readonly failures: number; readonly shots: number }
const z = (distance: number, p: number, failures: number, shots: number): Known => ({ code: "surface_code:rotated_memory_z", distance, p, failures, shots });
const KNOWN: readonly Known[] = [
  z(3, 0.001, 7_658, 1e7), z(3, 0.003, 65_581, 1e7), z(3, 0.008, 401_772, 1e7),
  z(5, 0.001, 1_286, 1e7), z(5, 0.003, 33_334, 1e7), z(5, 0.008, 491_201, 1e7),
  z(7, 0.002, 2_811, 1e7), z(7, 0.008, 158_677, 3e6), z(9, 0.002, 568, 8e6),
  // sinter's sample page: memory X.
  { code: "surface_code:rotated_memory_x", distance: 3, p: 0.001, failures: 837, shots: 1e6 },
  { code: "surface_code:rotated_memory_x", distance: 5, p: 0.001, failures: 151, shots: 1e6 },
];

/** Shots so that a row takes about a second, or as many as were counted elsewhere. */
const shotsOf = ({ distance, shots }: Known): number => (LONG ? shots : ({ 3: 400_000, 5: 150_000, 7: 60_000 }[distance] ?? 30_000));

function errorsOf({ code, distance, p }: Known, shots: number, key: Uint32Array): number {
  const experiment: Experiment = { code, distance, rounds: distance, noise: uniformNoise(p) };
  const { circuit } = knownExperiment(experiment);
  const decoder = decoderFor(circuit, { name: "matching" });
  return countErrors({ program: compileFrames(circuit), decoder, shots, key }, decoder).errors;
}

/** Standard deviations between two counts of one rate. */
function apart(a: number, shotsA: number, b: number, shotsB: number): number {
  const pooled = (a + b) / (shotsA + shotsB);
  return Math.abs(a / shotsA - b / shotsB) / Math.sqrt(pooled * (1 - pooled) * (1 / shotsA + 1 / shotsB));
}

/** Standard deviations that all eleven rows together stay within with 99 % (Bonferroni); one alone would with 2.576. */
const FAMILY = 3.32;

describe("logical error rates", () => {
  it.each(KNOWN)("$code d=$distance p=$p: $failures of $shots", (known) => {
    const shots = shotsOf(known);
    const errors = errorsOf(known, shots, Uint32Array.of(20_261_122, known.distance));
    expect(apart(errors, shots, known.failures, known.shots)).toBeLessThan(FAMILY);
  }, LONG ? 3_600_000 : 60_000);

  it("are no work of the key: a fresh one is within four standard deviations", () => {
    const key = new Uint32Array(randomBytes(8).buffer.slice(0, 8));
    for (const known of [z(3, 0.008, 401_772, 1e7), z(5, 0.008, 491_201, 1e7)]) {
      expect(apart(errorsOf(known, 50_000, key), 50_000, known.failures, known.shots), `key ${key.join(" ")}`).toBeLessThan(4);
    }
  });
});
