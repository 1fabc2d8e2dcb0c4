// Intervals, normalisations and stopping against 40-digit values (mpmath 1.3), exact binomial sums, and the definitions.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { expm1, log1p, normalDeviate, regularisedBeta, upperBeta } from "../../../../../domains/q/statistics/beta.ts";
import { clopperPearson, intervalOf, wilson, type Counts } from "../../../../../domains/q/statistics/intervals.ts";
import { normalised, normalisedInterval, perRoundSlope, ratePerLogicalQubit, ratePerRound, ratePerShot } from "../../../../../domains/q/statistics/rates.ts";
import { stoppedAfter, stopReason } from "../../../../../domains/q/statistics/stopping.ts";
import { faultOf } from "../../../../support/refusals.ts";

const near = (value: number, wanted: number, tolerance: number): void => {
  expect(Math.abs(value - wanted), `${String(value)} against ${String(wanted)}`).toBeLessThanOrEqual(tolerance * Math.abs(wanted));
};

/** P(at least a of n), each with chance numerator / denominator, as a fraction of whole numbers. */
function exactTail(n: number, a: number, numerator: bigint, denominator: bigint): number {
  let [term, sum] = [1n, 0n]; // C(n, k)
  const power = (base: bigint, k: number): bigint => base ** BigInt(k);
  for (let k = 0; k <= n; k++) {
    if (k >= a) sum += term * power(numerator, k) * power(denominator - numerator, n - k);
    term = (term * BigInt(n - k)) / BigInt(k + 1);
  }
  return Number((sum * 10n ** 300n) / power(denominator, n)) / 1e300;
}

describe("the incomplete beta function", () => {
  it.each([
    [2, 3, 0.5, 0.6875], [0.5, 0.5, 0.25, 1 / 3], [10, 1000, 0.01, 0.55395772915449036723], [10, 1000, 0.001, 1.1659490822343369111e-7],
    [3, 1e8, 1e-9, 0.00015465307501506816071], [1286, 9998715, 0.0001, 2.6094070890220260357e-18], [7658, 9992343, 0.00077, 0.68547573861942418327],
    [65581, 9934420, 0.0066, 0.94943527223534438502], [65581, 9934420, 0.0064, 2.1484394864786266948e-10], [1e6, 1e6, 0.5005, 0.9213504224190753254],
    [5e7, 50000001, 0.5, 0.5000398942279404077],
  ])("I(%d, %d) at %d", (a, b, x, wanted) => { near(regularisedBeta(a, b, x), wanted, 1e-11); });

  it("is the tail of a binomial, summed exactly", () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 60 }), fc.nat(), fc.integer({ min: 1, max: 999 }), (n, seed, thousandths) => {
      const a = 1 + (seed % n);
      near(regularisedBeta(a, n - a + 1, thousandths / 1000), exactTail(n, a, BigInt(thousandths), 1000n), 1e-11);
      near(upperBeta(a, n - a + 1, thousandths / 1000), exactTail(n, n - a + 1, BigInt(1000 - thousandths), 1000n), 1e-11);
    }), { numRuns: 200 });
  });

  it("ends at 0 and 1", () => {
    expect([regularisedBeta(2, 3, 0), regularisedBeta(2, 3, 1), upperBeta(2, 3, 0), upperBeta(2, 3, 1)]).toEqual([0, 1, 1, 0]);
  });

  it.each([[0.5, 0.67448975019608174], [0.9, 1.6448536269514728], [0.95, 1.9599639845400542], [0.99, 2.5758293035489004], [0.9999, 3.8905918864131207]])(
    "a normal variable stays within its deviate with the chance %d", (confidence, z) => { near(normalDeviate(confidence), z, 1e-13); });

  it("log(1+x) and exp(x)-1 keep their digits near 0", () => {
    near(log1p(1e-12), 9.999999999995e-13, 1e-15);
    near(expm1(1e-12), 1.0000000000005e-12, 1e-15);
    expect([log1p(0), expm1(0), expm1(-800), expm1(1)]).toEqual([0, 0, -1, 1.718281828459045]);
  });
});

describe("the repetition code at code capacity", () => {
  // Source: science.md, the exact sums over more than half of the qubits. A tail of a binomial with d trials.
  it.each([[3, 0.1, 0.028], [5, 0.1, 0.00856], [7, 0.1, 0.002728], [3, 0.05, 0.00725], [5, 0.05, 0.001158125], [7, 0.05, 0.000193578125]])(
    "d = %i, p = %d", (d, p, wanted) => { near(regularisedBeta((d + 1) / 2, (d + 1) / 2, p), wanted, 1e-12); });
});

describe("intervals", () => {
  it.each([
    [10, 100, 0.95, 0.049004689221485966, 0.17622259774002267], [50, 100, 0.99, 0.36886143735892404, 0.63113856264107596],
    [1, 100, 0.95, 0.00025314603297742086, 0.05445938539208065], [0, 100, 0.95, 0, 0.03621669264517641],
    [7658, 1e7, 0.99, 0.000743455048708465, 0.0007886213472033], [1286, 1e7, 0.99, 0.00011955128104697, 0.000138127815151],
  ])("Clopper-Pearson: %i of %i at %d", (errors, shots, confidence, low, high) => {
    const found = clopperPearson({ errors, shots }, confidence);
    near(found.low, low, 1e-11);
    near(found.high, high, 1e-11);
  });

  it.each([[10, 100, 0.95, 0.0552291370606751, 0.17436566150491345], [1286, 1e7, 0.99, 0.00011968916293411366, 0.00013817415563634287]])(
    "Wilson: %i of %i at %d", (errors, shots, confidence, low, high) => {
      const found = wilson({ errors, shots }, confidence);
      near(found.low, low, 1e-12);
      near(found.high, high, 1e-12);
    });

  it("hold the estimate, lie in [0, 1], grow with confidence, and mirror when errors are counted as successes", () => {
    const counts = fc.integer({ min: 1, max: 2000 }).chain((shots) => fc.record({ shots: fc.constant(shots), errors: fc.integer({ min: 0, max: shots }) }));
    fc.assert(fc.property(counts, fc.constantFrom("wilson" as const, "clopper-pearson" as const), (each: Counts, method) => {
      const [narrow, wide] = [intervalOf(method, each, 0.9), intervalOf(method, each, 0.99)];
      const mirrored = intervalOf(method, { shots: each.shots, errors: each.shots - each.errors }, 0.9);
      expect(wide.low >= 0 && wide.low <= narrow.low && narrow.low <= narrow.best && narrow.best <= narrow.high && narrow.high <= wide.high && wide.high <= 1).toBe(true);
      expect(Math.abs(1 - mirrored.high - narrow.low)).toBeLessThan(1e-12);
    }), { numRuns: 100 });
  });

  it("the exact one leaves out half of the rest on each side, by exact sums", () => {
    const { low, high } = clopperPearson({ errors: 7, shots: 40 }, 0.9);
    const scale = 10n ** 18n;
    const whole = (x: number): bigint => BigInt(Math.round(x * 1e18));
    near(exactTail(40, 7, whole(low), scale), 0.05, 1e-11);
    near(1 - exactTail(40, 8, whole(high), scale), 0.05, 1e-11);
  });

  it.each([[{ shots: 0, errors: 0 }, 0.9, "shots"], [{ shots: 5, errors: 6 }, 0.9, "errors"], [{ shots: 5, errors: 1.5 }, 0.9, "errors"], [{ shots: 5, errors: 1 }, 1, "confidence"]])(
    "refuses %o at %d", (counts, confidence, argument) => {
      expect(faultOf(() => wilson(counts, confidence))).toMatchObject({ fault: "ABI_MALFORMED", detail: { argument } });
      expect(faultOf(() => clopperPearson(counts, confidence))).toMatchObject({ detail: { argument } });
    });
});

describe("normalisation", () => {
  it("agrees with 30 digits", () => {
    near(ratePerRound(1e-9, 7), 1.4285714297959184e-10, 1e-14);
    near(ratePerRound(0.3, 7), 0.061346668938129242, 1e-14);
    near(ratePerLogicalQubit(0.01, 12), 0.00083717735912055953, 1e-14);
  });

  it("is the odd number of flips of so many rounds", () => {
    fc.assert(fc.property(fc.double({ min: 1e-6, max: 0.2, noNaN: true }), fc.integer({ min: 1, max: 8 }), (rate, rounds) => {
      let shot = 0;
      for (let r = 0; r < rounds; r++) shot = shot * (1 - rate) + (1 - shot) * rate;
      near(ratePerShot(rate, rounds), shot, 1e-12);
      near(ratePerRound(shot, rounds), rate, 1e-12);
    }));
  });

  it("mirrors above one half, and rises", () => {
    expect(ratePerRound(0.5, 3)).toBe(0.5);
    expect(ratePerShot(0.5, 3)).toBe(0.5);
    near(ratePerRound(0.7, 7), 1 - 0.061346668938129242, 1e-14);
    near(ratePerShot(1 - 0.061346668938129242, 7), 0.7, 1e-14);
    for (const p of [0.5000001, 0.55, 0.6]) {
      expect(ratePerRound(p, 3)).toBe(1 - ratePerRound(1 - p, 3));
      near(ratePerShot(ratePerRound(p, 3), 3), p, 1e-13);
    }
    expect(ratePerLogicalQubit(1, 5)).toBe(1);
  });

  it("takes each kind of piece", () => {
    const to = { rounds: 6, logicalQubits: 12 };
    expect(normalised(0.01, { per: "shot", ...to })).toBe(0.01);
    expect(normalised(0.01, { per: "round", ...to })).toBe(ratePerRound(0.01, 6));
    expect(normalised(0.01, { per: "logical-qubit", ...to })).toBe(ratePerLogicalQubit(0.01, 12));
    expect(normalised(0.01, { per: "logical-qubit-round", ...to })).toBe(ratePerRound(ratePerLogicalQubit(0.01, 12), 6));
    expect(normalisedInterval({ low: 0, best: 0.01, high: 1 }, { per: "round", ...to })).toEqual({ low: 0, best: ratePerRound(0.01, 6), high: 1 });
  });

  it("slopes as differences do", () => {
    near(perRoundSlope(0.1, 5), (ratePerRound(0.1 + 1e-6, 5) - ratePerRound(0.1 - 1e-6, 5)) / 2e-6, 1e-7);
  });

  it.each([() => ratePerRound(0.1, 0), () => ratePerShot(0.1, Number.NaN), () => ratePerLogicalQubit(0.1, 0.5)])("refuses less than one piece", (run) => {
    expect(faultOf(run).fault).toBe("ABI_MALFORMED");
  });
});

describe("stopping", () => {
  const width = { relative: 0.5, confidence: 0.95, method: "wilson" } as const;

  it("says why", () => {
    expect(stopReason({ maxShots: 1000 }, { shots: 0, errors: 0 })).toBeUndefined();
    expect(stopReason({ maxShots: 1000 }, { shots: 999, errors: 999 })).toBeUndefined();
    expect(stopReason({ maxShots: 1000 }, { shots: 1000, errors: 0 })).toBe("shots");
    expect(stopReason({ maxShots: 1000, maxErrors: 3 }, { shots: 1000, errors: 3 })).toBe("errors");
    expect(stopReason({ maxShots: 1000, width }, { shots: 900, errors: 100 })).toBe("width");
    expect(stopReason({ maxShots: 1000, width }, { shots: 900, errors: 10 })).toBeUndefined();
    const { low, best, high } = wilson({ shots: 900, errors: 100 }, 0.95); // the whole width counts, from end to end
    for (const [factor, reason] of [[0.999, undefined], [1.001, "width"]] as const) {
      expect(stopReason({ maxShots: 1000, width: { ...width, relative: (factor * (high - low)) / best } }, { shots: 900, errors: 100 })).toBe(reason);
    }
    expect(stopReason({ maxShots: 1000, width }, { shots: 900, errors: 0 })).toBeUndefined();
  });

  it("ends with a whole batch, and what was computed beyond it changes nothing", () => {
    const batches = [{ shots: 100, errors: 1 }, { shots: 100, errors: 4 }, { shots: 100, errors: 9 }];
    expect(stoppedAfter({ maxShots: 1e6, maxErrors: 3 }, batches)).toEqual({ shots: 200, errors: 5, batches: 2, reason: "errors" });
    expect(stoppedAfter({ maxShots: 1e6, maxErrors: 3 }, batches.slice(0, 2))).toEqual({ shots: 200, errors: 5, batches: 2, reason: "errors" });
    expect(stoppedAfter({ maxShots: 250 }, batches)).toEqual({ shots: 300, errors: 14, batches: 3, reason: "shots" });
    expect(stoppedAfter({ maxShots: 1e6 }, batches)).toBeUndefined();
  });

  it.each([[{ maxShots: 0 }, "maxShots"], [{ maxShots: 10, maxErrors: 0.5 }, "maxErrors"], [{ maxShots: 10, width: { ...width, relative: 0 } }, "width.relative"]])("refuses the rule %o", (rule, argument) => {
    expect(faultOf(() => stopReason(rule, { shots: 1, errors: 0 })).detail).toMatchObject({ argument });
  });
});
