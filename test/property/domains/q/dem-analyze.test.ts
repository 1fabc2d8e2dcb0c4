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

/** Two halves of Bell pairs, whose stabilizers are compared before and after: every Pauli on qubits 0 and 1 has symptoms of its own. */
const compared = (noise: string, heralds: number): string => {
  const checks = "MPP X0*X2 Z0*Z2 X1*X3 Z1*Z3";
  const detectors = [4, 3, 2, 1].map((back) => `DETECTOR rec[-${back}] rec[-${back + 4 + heralds}]`);
  return [checks, noise, checks, ...detectors, ...Array.from({ length: heralds }, (_, at) => `DETECTOR rec[-${5 + at}]`), "OBSERVABLE_INCLUDE(0) rec[-4] rec[-8]".replace("8", String(8 + heralds))].join("\n");
};
const alone = (count: number, k: number): string => Array.from({ length: count }, (_, at) => (at === k ? 0.125 : 0)).join(", ");
const cases: readonly (readonly [string, number])[] = [
  ...Array.from({ length: 15 }, (_, k) => [`PAULI_CHANNEL_2(${alone(15, k)}) 0 1`, 0] as const), ...Array.from({ length: 3 }, (_, k) => [`PAULI_CHANNEL_1(${alone(3, k)}) 1`, 0] as const),
  ...Array.from({ length: 4 }, (_, k) => [`HERALDED_PAULI_CHANNEL_1(${alone(4, k)}) 0`, 1] as const),
];

describe("a channel with one error alone, exact though its kind is not", () => {
  it.each(cases)("%s", (noise, heralds) => {
    const circuit = parseStim(compared(noise, heralds));
    const model = analyze(circuit, { approximateDisjoint: 1 });
    expect(model.mechanisms).toHaveLength(1);
    expect(worst(modelDistribution(model), distributionOf(circuit, countsOf(circuit)))).toBeLessThan(1e-12);
  });

  it("no two of them alike", () => {
    const said = cases.map(([noise, heralds]) => JSON.stringify(analyze(parseStim(compared(noise, heralds)), { approximateDisjoint: 1 }).mechanisms));
    expect(new Set(said.slice(0, 15)).size).toBe(15);
    expect(new Set(said.slice(18)).size).toBe(4);
  });
});
