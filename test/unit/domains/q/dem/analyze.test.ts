import { describe, expect, it } from "vitest";
import { generateCircuit } from "../../../../../domains/q/codes/generate.ts";
import { analyze, type AnalyzeOptions } from "../../../../../domains/q/dem/analyze.ts";
import { independentXyz } from "../../../../../domains/q/dem/channels.ts";
import { printModel } from "../../../../../domains/q/dem/print.ts";
import { parseStim } from "../../../../../domains/q/stim/parse.ts";
import { faultOf } from "../../../../support/refusals.ts";

const model = (text: string, options?: AnalyzeOptions): string => printModel(analyze(parseStim(text), options));
const surface = (distance: number): ReturnType<typeof generateCircuit> => generateCircuit("surface_code:rotated_memory_z", {
  distance, rounds: distance, afterCliffordDepolarization: 0.001, beforeRoundDataDepolarization: 0.001, beforeMeasureFlipProbability: 0.001, afterResetFlipProbability: 0.001,
});

describe("the error model of a circuit", () => {
  // Counts and mean detection events of Stim 1.16 for the same circuits.
  it.each([[3, 24, 286, 219, 0.296], [5, 120, 1_953, 1_677, 1.76], [7, 336, 6_092, 5_471, 5.343], [9, 720, 13_807, 12_705, 11.94], [11, 1_320, 26_202, 24_483, 22.52]])(
    "has as many mechanisms as Stim's: rotated surface code, distance %i", (distance, detectors, decomposed, whole, events) => {
      const split = analyze(surface(distance), { decompose: true });
      const plain = analyze(surface(distance));
      expect([split.detectors, split.observables, split.mechanisms.length, plain.mechanisms.length, split.coordinates.size]).toEqual([detectors, 1, decomposed, whole, detectors]);
      // A detector fires when an odd number of its mechanisms happens.
      const even = new Float64Array(detectors).fill(1);
      for (const { probability, parts } of plain.mechanisms) for (const at of parts[0]?.detectors ?? []) even[at] = (even[at] ?? 0) * (1 - 2 * probability);
      expect(Math.abs(even.reduce((sum, value) => sum + (1 - value) / 2, 0) / events - 1)).toBeLessThan(0.005); // theirs were sampled
    });

  it("has Stim's probabilities: a repetition code", () => {
    const { mechanisms } = analyze(parseStim(`R 0 1 2 3 4\nX_ERROR(0.01) 0 2 4\nDEPOLARIZE2(0.001) 0 1\nCX 0 1 2 3\nCX 2 1 4 3\nM(0.02) 1 3\nDETECTOR rec[-2]\nDETECTOR rec[-1]
M 0 2 4\nDETECTOR rec[-3] rec[-2] rec[-5]\nDETECTOR rec[-2] rec[-1] rec[-4]\nOBSERVABLE_INCLUDE(0) rec[-1]`));
    expect(mechanisms.map(({ parts: [part] }) => [...(part?.detectors ?? []), ...(part?.observables ?? []).map((index) => `L${index}`)].join(" "))).toEqual(["0", "0 1", "0 2", "1 3", "1 L0", "2"]);
    const expected = [0.0102614030594143351, 0.01, 0.02025606830309975917, 0.02, 0.01, 0.0002667378157289137966];
    mechanisms.forEach(({ probability }, at) => { expect(Math.abs(probability / (expected[at] ?? 0) - 1)).toBeLessThan(1e-12); });
  });

  it.each<[string, string, AnalyzeOptions?]>([
    ["M(0.125) 0\nDETECTOR rec[-1]\nOBSERVABLE_INCLUDE(2) rec[-1]", "error(0.125) D0 L2\nlogical_observable L0\nlogical_observable L1\n"],
    ["R 0\nX_ERROR(0.25) 0\nX_ERROR(0.5) 0\nM 0\nDETECTOR(1, 2.5) rec[-1]\nDETECTOR", "error(0.5) D0\ndetector(1, 2.5) D0\ndetector D1\n"],
    ["OBSERVABLE_INCLUDE(0) X0\nX_ERROR(0.125) 0\nZ_ERROR(0.25) 0\nMX 0\nOBSERVABLE_INCLUDE(0) rec[-1]", "error(0.25) L0\n"],
    ["R 0\nE(0.125) X0\nELSE_CORRELATED_ERROR(0.5) Y0\nM 0\nDETECTOR rec[-1]", "error(0.5625) D0\n", { approximateDisjoint: 0.5 }],
    ["R 0\nE(0.2) X0\nELSE_CORRELATED_ERROR(0.1) X0\nM 0\nDETECTOR rec[-1]", "error(0.28) D0\n", { approximateDisjoint: 0.2 }],
    ["HERALDED_ERASE(0.5) 0\nM 0\nDETECTOR rec[-1]\nDETECTOR rec[-2]", "error(0.25) D0 D1\nerror(0.25) D1\n", { approximateDisjoint: 0.5 }],
    ["HERALDED_ERASE(0.5) 0\nM 0\nDETECTOR rec[-1]\nDETECTOR rec[-2]", "error(0.25) D0 ^ D1\nerror(0.25) D1\n", { approximateDisjoint: 0.5, decompose: true }],
    ["R 0 1 2\nX_ERROR(0.25) 0 1\nE(0.125) X0 X1 X2\nM 0 1 2\nDETECTOR rec[-3]\nDETECTOR rec[-2]\nDETECTOR rec[-1]\nOBSERVABLE_INCLUDE(0) rec[-1]", "error(0.25) D0\nerror(0.125) D0 ^ D1 ^ D2 L0\nerror(0.25) D1\n", { decompose: true }],
  ])("%j", (text, expected, options) => {
    expect(model(text, options)).toBe(expected);
  });

  it("finds independent errors that are exactly a channel of disjoint ones, where there are any", () => {
    expect(independentXyz(0.1, 0, 0)).toEqual([0.1, 0, 0]);
    expect(independentXyz(0.25, 0.25, 0.25)).toEqual([0.5, 0.5, 0.5]);
    const even = independentXyz(0.01, 0.01, 0.01) ?? [];
    for (const value of even) expect(value).toBeCloseTo(0.5 - 0.5 * Math.sqrt(1 - 0.04), 14);
    // Mostly Y: Y with 0.9 and nothing, X and Z rarely.
    expect((independentXyz(0.01, 0.9, 0.01) ?? []).map((value) => value.toFixed(12))).toEqual(["0.010102051443", "0.918454497725", "0.010102051443"]);
    expect([independentXyz(0.02, 0.0001, 0.01), independentXyz(0.3, 0.3, 0.3)]).toEqual([undefined, undefined]);
  });
});

describe("what has no error model is refused", () => {
  it("with a drawing, when a reset makes a detector random", () => {
    const { fault, detail, next } = faultOf(() => model("RX 5\nH 5\nTICK\nR 0 1\nCX 5 0\nH 0\nM 0 1\nDETECTOR(3, 4) rec[-2]\nDETECTOR rec[-1]\n"));
    expect([fault, detail["line"], detail["symptoms"]]).toEqual(["DETECTOR_UNDETERMINED", 4, "D0"]);
    expect(detail["what"]).toBe("R on line 4 prepares Z0; D0 at (3, 4) compares X0 there, which anticommutes with it");
    expect(String(detail["drawing"]).split("\n")).toEqual([
      "line 4  R 0 1  fixes Z0: X0 is random behind it",
      "line 6  H 0    D0 compares X0 before it",
      "line 7  M 0 1  D0 compares Z0 before it",
    ]);
    expect(next).toBe("Prepare or measure what D0 compares, X0, at that place; or let D0 leave out the measurements behind it.");
  });

  it("when another measurement, or the beginning, does", () => {
    const between = faultOf(() => model("RX 0 1\nMPP X0*X1\nREPEAT 2 {\n  M 1\n  TICK\n}\nMPP X0*X1\nDETECTOR rec[-1] rec[-4]"));
    expect([between.detail["line"], between.detail["what"]]).toEqual([4, "M on line 4 measures Z1; D0 compares X0*X1 there, which anticommutes with it"]);
    const beginning = faultOf(() => model("MX 0\nOBSERVABLE_INCLUDE(0) rec[-1]\nM 1\nDETECTOR rec[-1]"));
    expect([beginning.detail["line"], beginning.detail["what"]]).toEqual([undefined, "the beginning of the circuit, where every qubit is 0, prepares Z0; L0 compares X0 there, which anticommutes with it"]);
  });

  it.each<[string, string, AnalyzeOptions?]>([
    ["X 0\nDEPOLARIZE1(0.8) 0", "STIM_UNSUPPORTED 2 DEPOLARIZE1(0.8) mixes more than completely"],
    ["DEPOLARIZE2(0.95) 0 1", "STIM_UNSUPPORTED 1 DEPOLARIZE2(0.95) mixes more than completely"],
    ["X 0\nPAULI_CHANNEL_1(0.3, 0.3, 0.3) 0", "STIM_UNSUPPORTED 2 PAULI_CHANNEL_1 has errors that exclude one another, with probabilities up to 0.3"],
    ["X 0\nHERALDED_ERASE(0.4) 0", "STIM_UNSUPPORTED 2 HERALDED_ERASE has errors that exclude one another, with probabilities up to 0.1", { approximateDisjoint: 0.05 }],
    ["E(0.1) X0\nTICK\nELSE_CORRELATED_ERROR(0.1) X0", "STIM_VALUE 3 ELSE_CORRELATED_ERROR without an error before it"],
    ["E(0.1) X0\nREPEAT 2 {\nELSE_CORRELATED_ERROR(0.1) X0\n}", "STIM_VALUE 3 ELSE_CORRELATED_ERROR without an error before it"],
    ["M 0\nDETECTOR rec[-2]", "STIM_VALUE 2 DETECTOR looks back at rec[-2], and 1 measurements were made before it"],
    ["REPEAT 1000000000000000 {\nM 0\n}", "STIM_LIMIT 1 1000000000000000 instructions when its blocks are repeated"],
    ["R 0 1 2\nE(0.1) X0 X1 X2\nM 0 1 2\nDETECTOR rec[-3]\nDETECTOR rec[-2]\nDETECTOR rec[-1]", "ERROR_UNDECOMPOSED undefined D0 D1 D2", { decompose: true }],
  ])("%j", (text, said, options) => {
    const { fault, detail } = faultOf(() => model(text, options));
    expect(`${fault} ${String(detail["line"])} ${String(detail["what"] ?? detail["error"])}`).toBe(said);
  });

  it("with what a caller can do about it", () => {
    expect(faultOf(() => model("PAULI_CHANNEL_1(0.3, 0.3, 0.3) 0")).next).toMatch(/sample the circuit only, write it as independent Pauli errors/);
    const whole = "R 0 1 2\nE(0.1) X0 X1 X2\nM 0 1 2\nDETECTOR rec[-3]\nDETECTOR rec[-2]\nDETECTOR rec[-1]";
    expect(faultOf(() => model(whole, { decompose: true })).next).toMatch(/bp_osd/);
  });
  it("but an error that cannot be split may be kept whole", () => {
    expect(model("R 0 1 2\nE(0.125) X0 X1 X2\nM 0 1 2\nDETECTOR rec[-3]\nDETECTOR rec[-2]\nDETECTOR rec[-1]", { decompose: true, unsplittable: "keep" })).toBe("error(0.125) D0 D1 D2\n");
  });
});
