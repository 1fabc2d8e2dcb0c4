// Fits against scipy 1.17 (curve_fit with absolute deviations) on fixed counts, against exact curves, and against the spread of what is drawn anew.
import { describe, expect, it } from "vitest";
import { crossingsOf } from "../../../../../domains/q/statistics/crossings.ts";
import { fittedLine, inverse, leastSquares } from "../../../../../domains/q/statistics/least-squares.ts";
import { binomialFrom, resampled } from "../../../../../domains/q/statistics/resampling.ts";
import { suppressionOf } from "../../../../../domains/q/statistics/suppression.ts";
import { bootstrappedThreshold, fittedThreshold, type ThresholdPoint } from "../../../../../domains/q/statistics/threshold.ts";
import { regularisedBeta } from "../../../../../domains/q/statistics/beta.ts";
import { faultOf } from "../../../../support/refusals.ts";

const near = (value: number, wanted: number, tolerance: number): void => {
  expect(Math.abs(value - wanted), `${String(value)} against ${String(wanted)}`).toBeLessThanOrEqual(tolerance * Math.abs(wanted));
};

const P = [0.006, 0.0065, 0.007, 0.0075, 0.008];

/** Binomial draws around 0.05 + 8x + 400x², x = (p - 0.0072) d^(1/1.3), 100,000 shots each. */
const DRAWN: readonly ThresholdPoint[] = Object.entries({ 3: [3124, 3762, 4707, 5434, 6735], 5: [2335, 3305, 4584, 5945, 7558], 7: [1865, 2823, 4346, 6297, 8414] })
  .flatMap(([distance, errors]) => errors.map((e, i) => ({ distance: Number(distance), p: P[i] ?? 0, shots: 100_000, errors: e })));

const exact = (distance: number, p: number): ThresholdPoint => {
  const x = (p - 0.0072) * Math.exp(Math.log(distance) / 1.3);
  return { distance, p, shots: 1e15, errors: Math.round((0.05 + 8 * x + 400 * x * x) * 1e15) };
};

describe("the threshold", () => {
  it("is scipy's on the same counts, deviations too", () => {
    const fit = fittedThreshold(DRAWN);
    near(fit.threshold.value, 7.181935746489e-3, 1e-7);
    near(fit.threshold.deviation, 2.790110075401e-5, 1e-4);
    near(fit.nu.value, 1.2729688875892893, 1e-6);
    near(fit.nu.deviation, 0.05259070493441582, 1e-4);
    for (const [i, wanted] of [4.981884667581e-2, 7.849492741135, 3.811662676208e2].entries()) near(fit.coefficients[i] ?? 0, wanted, 1e-5);
    near(fit.chiSquared, 14.748120562123018, 1e-9);
    expect(fit.freedom).toBe(10);
    near(fit.plausibility, 0.14151832588133603, 1e-9);
  });

  it("is found exactly where the counts follow the curve", () => {
    const fit = fittedThreshold([3, 5, 7, 9].flatMap((distance) => P.map((p) => exact(distance, p))));
    near(fit.threshold.value, 0.0072, 1e-9);
    near(fit.nu.value, 1.3, 1e-7);
    expect(fit.chiSquared).toBeLessThan(1e-3);
  });

  it("says how implausible a curve is that the counts do not follow", () => {
    const bent = DRAWN.map((point, i) => ({ ...point, errors: point.errors + (i % 2 === 0 ? 300 : -300) }));
    expect(fittedThreshold(bent).plausibility).toBeLessThan(1e-6);
  });

  it("scatters over resamples about as the covariance says; the same key gives the same bits", () => {
    const bootstrap = bootstrappedThreshold(DRAWN, [1, 2], 100);
    near(bootstrap.threshold.value, 7.1819e-3, 0.003);
    near(bootstrap.threshold.deviation, 2.79e-5, 0.3);
    near(bootstrap.nu.deviation, 0.0526, 0.3);
    expect(bootstrappedThreshold(DRAWN, [1, 2], 3)).toEqual(bootstrappedThreshold(DRAWN, [1, 2], 3));
    expect(bootstrappedThreshold(DRAWN, [1, 2], 3)).not.toEqual(bootstrappedThreshold(DRAWN, [1, 3], 3));
  });

  it.each([["one distance", DRAWN.slice(0, 5)], ["two rates", DRAWN.filter(({ p }) => p < 0.007)], ["a rate of 0", [...DRAWN, { distance: 3, p: 0, shots: 10, errors: 0 }]]])("is refused of %s", (_, points) => {
    expect(faultOf(() => fittedThreshold(points))).toMatchObject({ fault: "ABI_MALFORMED", detail: { argument: "points" } });
  });

  it("takes points without errors", () => {
    expect(fittedThreshold([...DRAWN, { distance: 9, p: 0.0078, shots: 10, errors: 0 }]).freedom).toBe(11);
  });
});

describe("crossings", () => {
  it("are where exact power laws meet", () => {
    // ε_d = 0.05 (p / 0.0072)^((d+1)/2): all curves cross at 0.0072.
    const points = [3, 5, 7].flatMap((distance) => [0.006, 0.007, 0.008].map((p) => ({ distance, p, shots: 1e14, errors: Math.round(5e12 * Math.exp(((distance + 1) / 2) * Math.log(p / 0.0072))) })));
    const found = crossingsOf(points);
    expect(found.map(({ distances, between }) => [...distances, ...between])).toEqual([[3, 5, 0.007, 0.008], [5, 7, 0.007, 0.008]]);
    for (const { value } of found) near(value, 0.0072, 1e-9);
  });

  it("deviate as often as they scatter", () => {
    const [first] = crossingsOf(DRAWN);
    const scattered = Array.from({ length: 300 }, (_, r) => crossingsOf(resampled(DRAWN, [3, 4], r))[0]?.value ?? 0);
    const mean = scattered.reduce((sum, value) => sum + value, 0) / 300;
    const deviation = Math.sqrt(scattered.reduce((sum, value) => sum + (value - mean) * (value - mean), 0) / 299);
    near(first?.deviation ?? 0, deviation, 0.25);
  });

  it("have the deviation that the four counts give to first order, also where errors are common", () => {
    const points = [[3, 0.1, 300], [5, 0.1, 200], [3, 0.2, 400], [5, 0.2, 600]].map(([distance = 0, p = 0, errors = 0]) => ({ distance, p, shots: 1_000, errors }));
    const scale = 1_000_000; // so many more shots and errors: one error more moves a curve by little
    const many = points.map((point) => ({ ...point, shots: point.shots * scale, errors: point.errors * scale }));
    const at = (moved: number): number => crossingsOf(many.map((point, i) => (i === moved ? { ...point, errors: point.errors + scale } : point)))[0]?.value ?? NaN;
    const variance = points.reduce((sum, { errors, shots }, i) => {
      const slope = (at(i) - at(-1)) * errors; // by the logarithm of one rate
      return sum + slope * slope * (1 / errors - 1 / shots);
    }, 0);
    near(crossingsOf(points)[0]?.deviation ?? NaN, Math.sqrt(variance), 0.01);
  });

  it("may lie on the grid itself, once", () => {
    const points = [[3, 0.1, 30], [5, 0.1, 20], [3, 0.2, 50], [5, 0.2, 50], [3, 0.3, 60], [5, 0.3, 90]].map(([distance = 0, p = 0, errors = 0]) => ({ distance, p, shots: 1_000, errors }));
    expect(crossingsOf(points).map(({ between }) => between)).toEqual([[0.1, 0.2]]);
    near(crossingsOf(points)[0]?.value ?? NaN, 0.2, 1e-14);
  });

  it("need errors on both curves, and a curve that goes from better to worse", () => {
    const falling = [{ distance: 3, p: 0.1, shots: 10, errors: 1 }, { distance: 5, p: 0.1, shots: 10, errors: 2 }, { distance: 3, p: 0.2, shots: 10, errors: 3 }, { distance: 5, p: 0.2, shots: 10, errors: 1 }];
    expect(crossingsOf(falling)).toEqual([]);
    expect(crossingsOf([...falling.slice(2), { distance: 3, p: 0.3, shots: 10, errors: 1 }, { distance: 5, p: 0.3, shots: 10, errors: 0 }])).toEqual([]);
  });
});

describe("Λ", () => {
  const counts = (rows: readonly (readonly [number, number, number])[]): Parameters<typeof suppressionOf>[0] => rows.map(([distance, shots, errors]) => ({ distance, rounds: distance, shots, errors }));

  // Source: performance.md, rotated memory Z by Stim, uncorrelated matching; the line by numpy.
  it.each([
    [[[3, 1e7, 65581], [5, 1e7, 33334]], 3.284631349980249, 0.022117639537934535],
    [[[3, 1e7, 7658], [5, 1e7, 1286]], 9.92888115111901, 0.29923361802685067],
    [[[3, 1e7, 401772], [5, 1e7, 491201], [7, 3e6, 158677]], 1.3244327025240001, 0.0018925902063889972],
  ] as const)("of %j", (rows, value, deviation) => {
    const { lambda } = suppressionOf(counts(rows));
    near(lambda.value, value, 1e-11);
    near(lambda.deviation, deviation, 1e-10);
  });

  // Source: science.md, 2,000,000 shots a point: 6.62e-3, 3.27e-3, 1.45e-3 at p = 0.003, with Λ per round 3.4 and 3.2.
  it("steps as science.md has it", () => {
    const { steps } = suppressionOf(counts([[7, 2e6, 2900], [3, 2e6, 13240], [5, 2e6, 6540]]));
    expect(steps.map(({ from, to, value }) => [from, to, value.toFixed(1)])).toEqual([[3, 5, "3.4"], [5, 7, "3.2"]]);
    near(steps[0]?.value ?? 0, 3.38023207941196, 1e-11);
  });

  it("is per two units of distance, whatever the distances are", () => {
    const rate = (d: number): number => 0.3 * Math.exp(-(d / 2) * Math.log(2.5));
    const found = suppressionOf([3, 4, 8].map((distance) => ({ distance, rounds: 1, shots: 1e15, errors: Math.round(rate(distance) * 1e15) })));
    near(found.lambda.value, 2.5, 1e-9);
    for (const step of found.steps) near(step.value, 2.5, 1e-9);
  });

  it.each([["no error", [[3, 100, 10], [5, 100, 0]]], ["mostly errors", [[3, 100, 10], [5, 100, 50]]]] as const)("is refused of %s", (_, rows) => {
    expect(faultOf(() => suppressionOf(counts(rows))).detail).toMatchObject({ argument: "errors", distance: 5 });
  });

  it("is refused of one distance", () => {
    expect(faultOf(() => suppressionOf(counts([[3, 100, 10]]))).detail).toMatchObject({ argument: "points" });
    expect(faultOf(() => suppressionOf(counts([[3, 100, 10], [3, 100, 11]]))).detail).toMatchObject({ what: "they do not determine the parameters" });
  });
});

describe("least squares", () => {
  it("finds a line's closed form", () => {
    const fit = fittedLine([{ x: 0, value: 1, deviation: 1 }, { x: 1, value: 3, deviation: 1 }, { x: 2, value: 4, deviation: 1 }]);
    near(fit.parameters[0] ?? 0, 7 / 6, 1e-12);
    near(fit.parameters[1] ?? 0, 1.5, 1e-12);
    near(fit.chiSquared, 1 / 6, 1e-10);
    near(fit.covariance[1]?.[1] ?? 0, 0.5, 1e-12);
    near(fit.covariance[0]?.[1] ?? 0, -0.5, 1e-12);
  });

  it("descends a curve from afar", () => {
    const data = [0, 1, 2, 3, 4].map((x) => ({ value: 2 * Math.exp(-0.7 * x), deviation: 0.01 }));
    const fit = leastSquares(([a = 0, b = 0], i) => ({ value: a * Math.exp(-b * i), slopes: [Math.exp(-b * i), -a * i * Math.exp(-b * i)] }), data, [10, 0.1]);
    near(fit.parameters[0] ?? 0, 2, 1e-9);
    near(fit.parameters[1] ?? 0, 0.7, 1e-9);
  });

  it("has no inverse of what is singular", () => {
    expect(inverse([[1, 1], [1, 1]])).toBeUndefined();
    expect(inverse([[4, 2], [2, 3]])?.map((row) => row.map((value) => Number(value.toFixed(12))))).toEqual([[0.375, -0.25], [-0.25, 0.5]]);
  });
});

describe("counts drawn anew", () => {
  it("are binomial: as many uniform numbers lead below a count as its chance says", () => {
    const [shots, errors] = [200, 30];
    const draws = Array.from({ length: 20_000 }, (_, i) => binomialFrom((i + 0.5) / 20_000, { shots, errors }));
    for (const k of [20, 25, 30, 35, 45]) {
      const atLeast = draws.filter((value) => value >= k).length / 20_000;
      expect(Math.abs(atLeast - regularisedBeta(k, shots - k + 1, errors / shots))).toBeLessThan(0.002);
    }
  });

  it("keep their ends", () => {
    expect([binomialFrom(0.3, { shots: 10, errors: 0 }), binomialFrom(0.3, { shots: 10, errors: 10 })]).toEqual([0, 10]);
    const all = Array.from({ length: 1000 }, (_, i) => binomialFrom(i / 1000, { shots: 3, errors: 1 }));
    expect([Math.min(...all), Math.max(...all)]).toEqual([0, 3]);
    expect(binomialFrom(1 - 2 ** -53, { shots: 3, errors: 1 })).toBeLessThanOrEqual(3);
  });
});
