// Every decoder a call can name, on one code: none errs less often than the table of maximum likelihood, whose rate is known exactly.
import { describe, expect, it } from "vitest";
import { countErrors } from "../../../../../domains/kernels/qec/kernel.ts";
import type { QecCounts } from "../../../../../domains/kernels/qec/job.ts";
import { analyze } from "../../../../../domains/q/dem/analyze.ts";
import { lookupOracle } from "../../../../../domains/q/decoder/lookup.ts";
import { DECODERS, decoderSettings, type DecoderName } from "../../../../../domains/q/qec/decoder-settings.ts";
import { decoderFor } from "../../../../../domains/q/qec/decoder.ts";
import { circuitOf, uniformNoise } from "../../../../../domains/q/qec/experiment.ts";
import { compileFrames } from "../../../../../domains/q/stim/compile.ts";
import { faultName } from "../../../../support/refusals.ts";

const SHOTS = 100_000;
const circuit = circuitOf({ code: "repetition_code:memory", distance: 5, rounds: 2, noise: uniformNoise(0.04) });
const program = compileFrames(circuit);
const oracle = lookupOracle(analyze(circuit));
const least = oracle.errorRate(oracle.predict);
const counts = new Map<DecoderName, QecCounts>(DECODERS.map((name) => {
  const decoder = decoderFor(circuit, decoderSettings(name));
  return [name, countErrors({ program, decoder, shots: SHOTS, key: Uint32Array.of(5, 6) }, decoder)];
}));
const deviation = Math.sqrt((least * (1 - least)) / SHOTS);

describe("decoders by name", () => {
  it("the table errs as often as it must", () => {
    expect(Math.abs((counts.get("lookup")?.errors ?? 0) / SHOTS - least)).toBeLessThan(4 * deviation);
  });
  it.each(["matching", "union_find", "bp_osd"] as const)("%s errs no less on the same shots, and not twice as often", (name) => {
    const { errors = 0, unsolved } = counts.get(name) ?? {};
    expect(unsolved).toBe(0);
    expect(errors / SHOTS).toBeGreaterThan(least - 4 * deviation);
    expect(errors / SHOTS).toBeLessThan(2 * least);
  });
  it("all see the same events", () => {
    expect(new Set([...counts.values()].map(({ events }) => events)).size).toBe(1);
  });
  it("bp_osd of the kept basis alone errs less than half as often as over both, on the same shots of a bicycle code", () => {
    const bicycle = circuitOf({ code: "bivariate_bicycle_code:memory_z", distance: 6, rounds: 3, noise: uniformNoise(0.005) });
    const [own = 0, both = 0] = (["own", "both"] as const).map((basis) => {
      const decoder = decoderFor(bicycle, { name: "bp_osd", iterations: 30, scale: "adaptive", order: 0, basis });
      const { errors, unsolved } = countErrors({ program: compileFrames(bicycle), decoder, shots: 200, key: Uint32Array.of(5, 6) }, decoder);
      expect(unsolved).toBe(0);
      return errors;
    });
    expect(both).toBeGreaterThan(20);
    expect(2 * own).toBeLessThan(both);
  });
  it("a table is refused where it would be too large", () => {
    expect(faultName(() => decoderFor(circuitOf({ code: "surface_code:rotated_memory_z", distance: 5, rounds: 5, noise: uniformNoise(0.01) }), { name: "lookup" }))).toBe("ABI_MALFORMED");
  });
});
