// Thresholds of the surface code where only data qubits err, once (code capacity: checks are read without error), and where they err every
// round and readouts lie as often (phenomenological noise), by matching. Published: 10.3 % of bit flips (15.5 % of depolarizing, two Paulis of
// three being flips of the kind; 10.9 % for the best decoder there is), and 2.9 to 3.1 %. The unrotated code crosses there from d = 9 on; the
// rotated one, whose edges weigh more, comes from below: 9.5 to 10 % between d = 7 and 21, 10.25 % at 41 and 61.
import { describe, expect, it } from "vitest";
import { countErrors } from "../../../../domains/kernels/qec/kernel.ts";
import { decoderFor } from "../../../../domains/q/qec/decoder.ts";
import type { MemoryExperiment } from "../../../../domains/q/qec/experiment.ts";
import { knownExperiment } from "../../../../domains/q/qec/known.ts";
import { crossingsOf, type Crossing } from "../../../../domains/q/statistics/crossings.ts";
import { compileFrames } from "../../../../domains/q/stim/compile.ts";

const LONG = process.env["TRIAD_LONG"] === "1";
const HOURS = 3_600_000;

type Layout = "rotated" | "unrotated";
type Kind = "capacity" | "phenomenological";
/** X flips data with probability p before each round: two of the three Paulis of depolarizing noise do. */
const noiseOf = (kind: Kind, p: number): MemoryExperiment["noise"] => ({ beforeRoundDataDepolarization: 1.5 * p, ...(kind === "capacity" ? {} : { beforeMeasureFlipProbability: p }) });

function point(kind: Kind, layout: Layout, distance: number, p: number, least: number) {
  const { circuit } = knownExperiment({ code: `surface_code:${layout}_memory_z`, distance, rounds: kind === "capacity" ? 1 : distance, noise: noiseOf(kind, p) });
  const decoder = decoderFor(circuit, { name: "matching" });
  const program = compileFrames(circuit);
  let [shots, errors] = [0, 0];
  for (let batch = 0; errors < least; batch++) {
    errors += countErrors({ program, decoder, shots: 4_096, key: Uint32Array.of(batch, 1_000 * distance + Math.round(1e5 * p)) }, decoder).errors;
    shots += 4_096;
  }
  return { distance, rounds: 1, p, shots, errors };
}

interface Study { readonly kind: Kind; readonly layout: Layout; readonly distances: readonly number[]; readonly rates: readonly number[]; readonly errors: number }
function crossings({ kind, layout, distances, rates, errors }: Study): readonly Crossing[] {
  const found = crossingsOf(distances.flatMap((distance) => rates.map((p) => point(kind, layout, distance, p, errors))));
  expect(found.map(({ distances: pair }) => pair)).toEqual(distances.slice(1).map((larger, at) => [distances[at], larger])); // each pair crosses once
  return found;
}
const toldOf = ({ distances, value, deviation }: Crossing): string => `d = ${distances.join(", ")}: ${value.toFixed(5)} ± ${deviation.toFixed(5)}`;

/** Up to four standard deviations beyond what was published. */
function within(found: readonly Crossing[], low: number, high: number): void {
  if (LONG) process.stdout.write(`${found.map(toldOf).join("\n")}\n`);
  for (const one of found) {
    expect(one.value, toldOf(one)).toBeGreaterThan(low - 4 * one.deviation);
    expect(one.value, toldOf(one)).toBeLessThan(high + 4 * one.deviation);
  }
}

describe("the repetition code at code capacity", () => {
  // More than half of the qubits flipped: Σ C(d,k)·pᵏ·(1-p)^(d-k).
  it.each([[3, 0.1, 0.028], [5, 0.1, 0.00856], [7, 0.1, 0.002728], [3, 0.05, 0.00725], [5, 0.05, 0.001158125], [7, 0.05, 0.000193578125]])("d = %i, p = %d: %d", (distance, p, exact) => {
    const shots = LONG ? 20_000_000 : 400_000;
    const { circuit } = knownExperiment({ code: "repetition_code:memory", distance, rounds: 1, noise: noiseOf("capacity", p) });
    const decoder = decoderFor(circuit, { name: "matching" });
    const { errors } = countErrors({ program: compileFrames(circuit), decoder, shots, key: Uint32Array.of(2_111, distance) }, decoder);
    expect(Math.abs(errors - shots * exact)).toBeLessThan(3 * Math.sqrt(shots * exact * (1 - exact))); // of six rows one is out in 62 fresh runs
  });
});

describe("code capacity", () => {
  it("by matching: 10.3 %, below the 10.9 % of the best decoder; 15.5 % of depolarizing noise is the same", () => {
    const found = crossings(LONG
      ? { kind: "capacity", layout: "unrotated", distances: [9, 13, 21, 29, 41], rates: [0.100, 0.103, 0.106], errors: 100_000 }
      : { kind: "capacity", layout: "unrotated", distances: [9, 17], rates: [0.099, 0.107], errors: 8_000 });
    within(found, 0.1025, 0.1035);
    for (const { value, deviation } of found) expect(value + 4 * deviation).toBeLessThan(0.109);
    within(found.map((one) => ({ ...one, value: 1.5 * one.value, deviation: 1.5 * one.deviation })), 0.154, 0.1555);
  }, LONG ? HOURS : 60_000);

  it("the rotated code's small ones cross at 9.5 to 10 %", () => {
    within(crossings(LONG
      ? { kind: "capacity", layout: "rotated", distances: [7, 13, 21], rates: [0.094, 0.097, 0.100, 0.103], errors: 50_000 }
      : { kind: "capacity", layout: "rotated", distances: [7, 15], rates: [0.093, 0.103], errors: 10_000 }), 0.095, 0.1);
  }, LONG ? HOURS : 60_000);

  it.runIf(LONG)("and its larger ones come closer to 10.3 %, never beyond", () => {
    const found = crossings({ kind: "capacity", layout: "rotated", distances: [21, 41, 61], rates: [0.100, 0.103, 0.106], errors: 40_000 });
    within(found, 0.1, 0.103);
    const [near, far] = found;
    expect((far?.value ?? 0) + 3 * (far?.deviation ?? 0)).toBeGreaterThan(near?.value ?? 1);
  }, HOURS);
});

describe("phenomenological noise", () => {
  it("by matching, rounds = d: 2.9 to 3.1 %", () => {
    within(crossings(LONG
      ? { kind: "phenomenological", layout: "rotated", distances: [5, 7, 9, 11, 13], rates: [0.027, 0.029, 0.031, 0.033], errors: 50_000 }
      : { kind: "phenomenological", layout: "rotated", distances: [5, 9, 13], rates: [0.026, 0.034], errors: 1_000 }), 0.029, 0.031);
  }, LONG ? HOURS : 60_000);
});
