// Errors of many qubits, split: into what single errors do, observables included; or into that and one rest of two detectors.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { analyze } from "../../../../domains/q/dem/analyze.ts";
import type { ErrorModel, Symptoms } from "../../../../domains/q/dem/model.ts";
import { symptomsOf } from "../../../../domains/q/decoder/columns.ts";
import { flattened } from "../../../../domains/q/dem/flatten.ts";
import { parseStim } from "../../../../domains/q/stim/parse.ts";
import { faultName } from "../../../support/refusals.ts";

const QUBITS = 9;

interface Line { readonly single: readonly number[]; readonly several: readonly (readonly number[])[]; readonly observed: readonly number[]; readonly checks: readonly (readonly [number, number])[] }

/** Qubits on a line, compared in pairs: an error of one qubit flips two detectors at most. */
const circuitOf = ({ single, several, observed, checks }: Line): string => [
  `R ${Array.from({ length: QUBITS }, (_, q) => q).join(" ")}`,
  ...single.map((q) => `X_ERROR(0.0${q + 1}) ${q}`), ...several.map((qubits, at) => `E(0.00${at + 1}) ${qubits.map((q) => `X${q}`).join(" ")}`),
  `M ${Array.from({ length: QUBITS }, (_, q) => q).join(" ")}`,
  ...checks.map(([a, b]) => `DETECTOR rec[-${QUBITS - a}]${a === b ? "" : ` rec[-${QUBITS - b}]`}`),
  `OBSERVABLE_INCLUDE(0) ${observed.map((q) => `rec[-${QUBITS - q}]`).join(" ")}`,
].join("\n");

const chain: readonly (readonly [number, number])[] = [[0, 0], ...Array.from({ length: QUBITS - 1 }, (_, q): readonly [number, number] => [q, q + 1])];
const everyQubit = Array.from({ length: QUBITS }, (_, q) => q);
const subset = (least: number): fc.Arbitrary<number[]> => fc.subarray(everyQubit, { minLength: least });
/** No two of them neighbours, whose errors would share a detector. */
const apart = fc.subarray(everyQubit.slice(0, 5), { minLength: 3 }).chain((some) => fc.integer({ min: 0, max: 5 - some.length }).map((shift) => some.map((q, at) => Math.min(QUBITS - 1, q + at + shift))));
const named = ({ detectors, observables }: Symptoms): string => `${detectors.join(" ")} L ${observables.join(" ")}`;
const whole = (model: ErrorModel): string[] => model.mechanisms.map((one) => named(symptomsOf(one)));

describe("errors of many qubits", () => {
  it("are split into what errors of single qubits do, to the same symptoms", () => {
    let split = 0;
    fc.assert(fc.property(fc.array(apart, { minLength: 1, maxLength: 5 }), subset(1), (several, observed) => {
      const circuit = parseStim(circuitOf({ single: everyQubit, several, observed, checks: chain }));
      const plain = analyze(circuit);
      const known = new Set(plain.mechanisms.map((one) => symptomsOf(one)).filter(({ detectors }) => detectors.length <= 2).map(named));
      const model = analyze(circuit, { decompose: true, newParts: false });
      expect(whole(model).toSorted()).toEqual(whole(plain).toSorted());
      for (const { parts } of model.mechanisms) {
        for (const part of parts) expect(known).toContain(named(part));
        if (parts.length > 1) split += 1;
      }
    }), { numRuns: 150, seed: 3 });
    expect(split).toBeGreaterThan(100);
  });

  it("leave two detectors at most to a part that no error makes alone, where that is allowed", () => {
    // Qubits 0 to 3 have errors of their own; 6 and 7 only together with them.
    const pairs: readonly (readonly [number, number])[] = [[0, 0], [1, 1], [2, 2], [6, 6], [7, 7]];
    const circuit = (several: readonly number[]) => parseStim(circuitOf({ single: [0, 1, 2], several: [several], observed: [7], checks: pairs }));
    const model = analyze(circuit([0, 1, 6, 7]), { decompose: true });
    expect(model.mechanisms.find(({ parts }) => parts.length > 1)?.parts.map(named)).toEqual(["0 L ", "1 L ", "3 4 L 0"]);
    expect(analyze(circuit([0, 1, 6]), { decompose: true }).mechanisms.find(({ parts }) => parts.length > 1)?.parts.map(named)).toEqual(["0 L ", "1 L ", "3 L "]);
    expect(faultName(() => analyze(circuit([0, 1, 6, 7]), { decompose: true, newParts: false }))).toBe("ERROR_UNDECOMPOSED");
  });

  it("do not become parts whose observables are others", () => {
    // X on 0 and 1 flips nothing of the observable when alone; together they do, so known parts do not make them up.
    const circuit = parseStim("R 0 1 2 3\nX_ERROR(0.1) 0 1 2\nE(0.1) X0 X1 X2 X3\nM 0 1 2 3\nDETECTOR rec[-4]\nDETECTOR rec[-3]\nDETECTOR rec[-2]\nOBSERVABLE_INCLUDE(0) rec[-1]\n");
    expect(faultName(() => analyze(circuit, { decompose: true, newParts: false }))).toBe("ERROR_UNDECOMPOSED");
    expect(whole(analyze(circuit, { decompose: true, unsplittable: "keep", newParts: false }))).toContain("0 1 2 L 0");
  });
});

describe("a model's text", () => {
  it("that names a detector twice means none, and coordinates that come again do not count", () => {
    const { mechanisms, coordinates } = flattened("error(0.1) D0 D0 D1 L0 L0\ndetector(1, 2) D0\ndetector(3, 4) D0\n");
    expect(mechanisms).toEqual([{ probability: 0.1, parts: [{ detectors: [1], observables: [] }] }]);
    expect(coordinates.get(0)).toEqual([1, 2]);
  });
});
