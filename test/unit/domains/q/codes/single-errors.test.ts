// Every single error of a noisy experiment, through the error model: none flips an observable unseen, and there are as many as Stim counts.
import { describe, expect, it } from "vitest";
import { generateCircuit } from "../../../../../domains/q/codes/generate.ts";
import { columnsOf } from "../../../../../domains/q/decoder/columns.ts";
import { analyze } from "../../../../../domains/q/dem/analyze.ts";

const p = 0.001;
const KNOBS = { afterCliffordDepolarization: p, beforeRoundDataDepolarization: p, beforeMeasureFlipProbability: p, afterResetFlipProbability: p };

// Mechanisms: Stim 1.16, `detector_error_model()` of the same text, decomposed where errors are edges of a matching graph.
describe.each([
  ["surface_code:rotated_memory_z", 3, 24, 286], ["surface_code:rotated_memory_z", 5, 120, 1953],
  ["bacon_shor_code:memory_x", 3, 12, 93], ["bacon_shor_code:memory_z", 3, 12, 93], ["bacon_shor_code:memory_x", 5, 40, 575], ["bacon_shor_code:memory_z", 5, 40, 575],
  ["bivariate_bicycle_code:memory_x", 6, 432, 16200], ["bivariate_bicycle_code:memory_z", 6, 432, 16164],
] as const)("%s at distance %i", (code, distance, detectors, mechanisms) => {
  it("is seen whole: no single error flips an observable without a detector", () => {
    const model = analyze(generateCircuit(code, { distance, rounds: distance, ...KNOBS }), { decompose: code.startsWith("surface") });
    expect([model.detectors, model.mechanisms.length]).toEqual([detectors, mechanisms]);
    expect(columnsOf(model).filter((column) => column.detectors.length === 0)).toEqual([]);
  });
});

describe.each(["repetition_code:memory", "surface_code:rotated_memory_x", "surface_code:unrotated_memory_x", "surface_code:unrotated_memory_z", "color_code:memory_xyz"])("%s", (code) => {
  it("no single error flips an observable without a detector", () => {
    const columns = columnsOf(analyze(generateCircuit(code, { distance: 3, rounds: 3, ...KNOBS })));
    expect(columns.filter(({ observables }) => observables.length > 0).length).toBeGreaterThan(0);
    expect(columns.filter(({ detectors }) => detectors.length === 0)).toEqual([]);
  });
});
