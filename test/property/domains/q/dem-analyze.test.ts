// The analyzer against injection: the exact distribution of all symptoms, from each Pauli carried forward by itself.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { analyze } from "../../../../domains/q/dem/analyze.ts";
import { flattened } from "../../../../domains/q/dem/flatten.ts";
import { printModel } from "../../../../domains/q/dem/print.ts";
import { countsOf } from "../../../../domains/q/stim/flatten.ts";
import { parseStim } from "../../../../domains/q/stim/parse.ts";
import { Fault } from "../../../../kernel-abi/fault.ts";
import { noisyCircuit } from "../../../support/stim-circuits.ts";
import { distributionOf, modelDistribution } from "../../../support/stim-noise.ts";

const numRuns = process.env["TRIAD_LONG"] === undefined ? 80 : 20_000;
const worst = (a: Float64Array, b: Float64Array): number => a.reduce((most, value, at) => Math.max(most, Math.abs(value - (b[at] ?? 9))), a.length === b.length ? 0 : 9);

describe("the error model of a random circuit", () => {
  it("gives every set of symptoms the probability that injected noise gives it", () => {
    fc.assert(fc.property(noisyCircuit, (text) => {
      const circuit = parseStim(text);
      expect(worst(modelDistribution(analyze(circuit)), distributionOf(circuit, countsOf(circuit)))).toBeLessThan(1e-12);
    }), { numRuns });
  });

  it("is the same with its errors split, each part of at most two detectors", () => {
    fc.assert(fc.property(noisyCircuit, fc.boolean(), (text, newParts) => {
      const circuit = parseStim(text);
      const model = analyze(circuit, { decompose: true, unsplittable: "keep", newParts });
      expect(worst(modelDistribution(model), modelDistribution(analyze(circuit)))).toBeLessThan(1e-12);
      try {
        for (const { parts } of analyze(circuit, { decompose: true, newParts }).mechanisms) for (const { detectors } of parts) expect(detectors.length).toBeLessThanOrEqual(2);
      } catch (error) {
        if (!(error instanceof Fault && error.fault === "ERROR_UNDECOMPOSED")) throw error;
        expect(model.mechanisms.some(({ parts }) => parts.some(({ detectors }) => detectors.length > 2))).toBe(true);
      }
    }), { numRuns });
  });

  it("is what its text comes to, in rising order with nothing equal", () => {
    fc.assert(fc.property(noisyCircuit, fc.boolean(), (text, decompose) => {
      const model = analyze(parseStim(text), { decompose, unsplittable: "keep" });
      expect(flattened(printModel(model))).toEqual(model);
      expect(new Set(model.mechanisms.map(({ parts }) => JSON.stringify(parts))).size).toBe(model.mechanisms.length);
      for (const { parts } of model.mechanisms) {
        for (const { detectors, observables } of parts) for (const indices of [detectors, observables]) expect(indices.every((index, at) => at === 0 || index > (indices[at - 1] ?? 0))).toBe(true);
      }
    }), { numRuns });
  });
});
