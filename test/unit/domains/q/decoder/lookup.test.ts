// The oracle against sums over all sets of errors, and every other decoder against the oracle: none errs less often.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openBpOsd } from "../../../../../domains/kernels/bposd/decoder.ts";
import { codeCapacityModel } from "../../../../../domains/q/codes/capacity.ts";
import { CODES } from "../../../../../domains/q/codes/generate.ts";
import { columnsOf, decodingProblem } from "../../../../../domains/q/decoder/columns.ts";
import { lookupOracle } from "../../../../../domains/q/decoder/lookup.ts";
import type { CssCode } from "../../../../../domains/q/codes/css.ts";
import type { ErrorModel } from "../../../../../domains/q/dem/model.ts";
import { answersOf, bitsOf } from "../../../../support/decoding-problems.ts";
import { faultOf } from "../../../../support/refusals.ts";

const model = (detectors: number, observables: number, mechanisms: ErrorModel["mechanisms"]): ErrorModel => ({ detectors, observables, mechanisms, coordinates: new Map() });

const part = fc.record({ detectors: fc.uniqueArray(fc.nat(4), { maxLength: 3 }).map((list) => list.toSorted((a, b) => a - b)), observables: fc.uniqueArray(fc.nat(1), { maxLength: 2 }).map((list) => list.toSorted((a, b) => a - b)) });
const mechanism = fc.record({ probability: fc.constantFrom(0, 0.01, 0.1, 0.25, 0.5, 0.9, 1), parts: fc.array(part, { minLength: 1, maxLength: 2 }) });

const maskOf = (parts: ErrorModel["mechanisms"][number]["parts"]): number =>
  parts.reduce((mask, { detectors, observables }) => [...detectors, ...observables.map((o) => o + 5)].reduce((own, bit) => own ^ (1 << bit), mask), 0);

describe("the lookup oracle", () => {
  it("sums over all sets of errors", () => {
    fc.assert(fc.property(fc.array(mechanism, { maxLength: 8 }), (mechanisms) => {
      const chances = new Float64Array(1 << 7);
      for (let set = 0; set < 1 << mechanisms.length; set++) {
        const chosen = mechanisms.filter((_, i) => ((set >> i) & 1) === 1);
        const chance = mechanisms.reduce((product, { probability }, i) => product * (((set >> i) & 1) === 1 ? probability : 1 - probability), 1);
        const at = chosen.reduce((mask, { parts }) => mask ^ maskOf(parts), 0);
        chances[at] = (chances[at] ?? 0) + chance;
      }
      const oracle = lookupOracle(model(5, 2, mechanisms));
      for (let syndrome = 0; syndrome < 32; syndrome++) {
        for (let mask = 0; mask < 4; mask++) expect(oracle.chance(syndrome, mask)).toBeCloseTo(chances[syndrome + 32 * mask] ?? 0, 14);
        const best = Math.max(...[0, 1, 2, 3].map((mask) => chances[syndrome + 32 * mask] ?? 0));
        expect(oracle.chance(syndrome, oracle.predict(syndrome))).toBeCloseTo(best, 14);
      }
    }), { numRuns: 100 });
  });

  // Source: science.md, repetition code at code capacity, exact sums.
  it.each([[3, 0.1, 0.028], [5, 0.1, 0.00856], [7, 0.1, 0.002728], [3, 0.05, 0.00725], [5, 0.05, 0.001158125], [7, 0.05, 0.000193578125]])("repetition code, d = %i, p = %d", (d, p, wanted) => {
    const oracle = lookupOracle(codeCapacityModel(CODES.repetition_code(d), "X", p));
    expect(oracle.errorRate(oracle.predict)).toBeCloseTo(wanted, 12);
  });

  it("takes the smallest of equally likely observables, and nothing where there is no chance", () => {
    const even = lookupOracle(model(2, 2, [{ probability: 0.5, parts: [{ detectors: [0], observables: [1] }] }, { probability: 0.5, parts: [{ detectors: [], observables: [0] }] }]));
    expect([even.predict(0), even.predict(1), even.predict(2)]).toEqual([0, 2, 0]);
    expect(even.errorRate(even.predict)).toBe(0.5);
  });

  it("refuses more than twenty bits", () => {
    expect(faultOf(() => lookupOracle(model(19, 2, []))).detail).toMatchObject({ argument: "model", detectors: 19 });
  });
});

const predictions = (problem: ReturnType<typeof decodingProblem>, options: Parameters<typeof openBpOsd>[1]): ((syndrome: number) => number) => {
  const shots = Array.from({ length: 1 << problem.detectors }, (_, syndrome) => bitsOf(BigInt(syndrome)));
  const found = answersOf(openBpOsd(problem, options), problem, shots).map(({ mask }) => Number(mask));
  return (syndrome) => found[syndrome] ?? 0;
};

/** The last says whether the likeliest set of errors is always of the likeliest class. */
const TINY: readonly (readonly [string, CssCode, boolean])[] = [
  ["repetition, distance 3", CODES.repetition_code(3), true], ["repetition, distance 7", CODES.repetition_code(7), true], ["rotated surface, distance 3", CODES.rotated_surface_code(3), true],
  ["unrotated surface, distance 3", CODES.unrotated_surface_code(3), false], ["colour, distance 3", CODES.color_code(3), true], ["colour, distance 5", CODES.color_code(5), false],
  ["rotated surface, distance 5", CODES.rotated_surface_code(5), false], ["Bacon-Shor, distance 3", CODES.bacon_shor_code(3), true],
];

describe("no decoder errs less often than the oracle", () => {
  it.each(TINY)("%s, by all syndromes", (_, code, equal) => {
    const capacity = codeCapacityModel(code, "X", 0.08);
    const oracle = lookupOracle(capacity);
    const least = oracle.errorRate(oracle.predict);
    const problem = decodingProblem(capacity);
    const [plain, swept] = [{ iterations: 30 }, { iterations: 30, order: 10 }].map((options) => oracle.errorRate(predictions(problem, options)));
    expect(least).toBeLessThanOrEqual((plain ?? 0) + 1e-15);
    expect(least).toBeLessThanOrEqual((swept ?? 0) + 1e-15);
    expect(swept).toBeLessThan(least * (equal ? 1 + 1e-12 : 1.15));
  });
});

describe("columns", () => {
  it("join what has the same symptoms, parts taken together, and leave out what nobody notices", () => {
    const found = columnsOf(model(3, 1, [
      { probability: 0.1, parts: [{ detectors: [0, 1], observables: [] }, { detectors: [1, 2], observables: [0] }] },
      { probability: 0.2, parts: [{ detectors: [0, 2], observables: [0] }] },
      { probability: 0.3, parts: [{ detectors: [0, 2], observables: [] }] },
      { probability: 0.4, parts: [{ detectors: [1], observables: [] }, { detectors: [1], observables: [] }] },
      { probability: 0, parts: [{ detectors: [2], observables: [] }] },
    ]));
    expect(found.map(({ detectors, observables, probability }) => [detectors, observables, Number(probability.toFixed(12))])).toEqual([[[0, 2], [0], 0.26], [[0, 2], [], 0.3]]);
  });

  it("become a problem with words of observables", () => {
    const problem = decodingProblem(model(3, 40, [{ probability: 0.1, parts: [{ detectors: [0, 2], observables: [1, 39] }] }, { probability: 1, parts: [{ detectors: [1], observables: [] }] }]));
    expect([...problem.columns, ...problem.rows]).toEqual([0, 2, 3, 0, 2, 1]);
    expect([...problem.masks]).toEqual([2, 128, 0, 0]);
    expect(problem.probabilities[1]).toBeLessThan(1);
    expect(openBpOsd(problem).decode({ events: Uint8Array.of(0b010), shots: 1, rowBytes: 1, predictions: new Uint8Array(5) })).toEqual([]);
  });

  it.each([["no mechanism", model(1, 0, [])], ["no detector", model(0, 1, [{ probability: 0.1, parts: [{ detectors: [], observables: [0] }] }])], ["too many observables", model(1, 65, [{ probability: 0.1, parts: [{ detectors: [0], observables: [64] }] }])]])("%s is refused", (_, given) => {
    expect(faultOf(() => decodingProblem(given)).detail).toMatchObject({ argument: "model" });
  });
});
