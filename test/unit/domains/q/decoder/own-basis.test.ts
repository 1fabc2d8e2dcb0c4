// Detectors of the kept basis: found from the circuit, and the others explained for nothing.
import { describe, expect, it } from "vitest";
import { generateCircuit } from "../../../../../domains/q/codes/generate.ts";
import { ownBasis } from "../../../../../domains/q/decoder/own-basis.ts";
import { analyze } from "../../../../../domains/q/dem/analyze.ts";
import { parseStim } from "../../../../../domains/q/stim/parse.ts";

const p = 0.01;
const noise = { afterCliffordDepolarization: p, beforeRoundDataDepolarization: p, beforeMeasureFlipProbability: p, afterResetFlipProbability: p };
/** Detectors with an error of their own of probability ½. */
const leftOut = (name: string, distance: number, rounds: number): readonly number[] => {
  const circuit = generateCircuit(name, { distance, rounds, ...noise });
  return ownBasis(circuit, analyze(circuit)).mechanisms.flatMap(({ probability, parts }) => (probability === 0.5 ? parts.flatMap(({ detectors }) => detectors) : []));
};
const range = (from: number, to: number): readonly number[] => Array.from({ length: to - from }, (_, at) => from + at);

describe("what is left out", () => {
  it("of a bicycle code in the basis Z are the X checks of the rounds between, which come before the Z checks there", () => {
    expect(leftOut("bivariate_bicycle_code:memory_z", 6, 3)).toEqual([...range(36, 72), ...range(108, 144)]);
    expect(leftOut("bivariate_bicycle_code:memory_x", 6, 2)).toEqual(range(72, 108));
  });
  it("of a surface code is half of the later rounds, of a repetition code nothing", () => {
    expect(leftOut("surface_code:rotated_memory_z", 3, 3)).toHaveLength(8);
    expect(leftOut("repetition_code:memory", 3, 3)).toEqual([]);
  });
  it("is nothing where errors are correlated or heralded", () => {
    const circuit = parseStim("R 0 1\nE(0.1) X0 X1\nX_ERROR(0.1) 0 1\nM 0 1\nDETECTOR rec[-1]\nDETECTOR rec[-2]\nOBSERVABLE_INCLUDE(0) rec[-1]");
    const model = analyze(circuit);
    expect(ownBasis(circuit, model)).toBe(model);
  });
  it("takes no other detector's errors away", () => {
    const circuit = generateCircuit("surface_code:rotated_memory_z", { distance: 3, rounds: 2, ...noise });
    const model = analyze(circuit);
    const gone = new Set(leftOut("surface_code:rotated_memory_z", 3, 2));
    const kept = ownBasis(circuit, model).mechanisms.slice(0, model.mechanisms.length);
    expect(kept.map(({ parts }) => parts[0]?.detectors)).toEqual(model.mechanisms.map(({ parts }) => parts[0]?.detectors.filter((d) => !gone.has(d))));
  });
});
