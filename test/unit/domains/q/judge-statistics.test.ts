import { describe, expect, it } from "vitest";
import { Account, BETS } from "../../../../domains/q/judge/account.ts";
import { chiSquaredTail, lnGamma, upperGamma } from "../../../../domains/q/judge/gamma.ts";
import { binsOf } from "../../../../domains/q/judge/bins.ts";
import { POOLED, fit } from "../../../../domains/q/judge/plausibility.ts";
import { StatevectorWalk } from "../../../../domains/q/judge/statevector.ts";
import { tallyOf } from "../../../../domains/q/judge/tally.ts";
import { lowered } from "../../../support/clifford-circuits.ts";
import { plainOdds } from "../../../support/plain-odds.ts";
import { gate, measure, turned } from "../../../support/statevector-circuits.ts";

const relative = (value: number, expected: number): number => Math.abs(value / expected - 1);

describe("the incomplete gamma function", () => {
  // Critical values of chi-squared: NIST/SEMATECH e-Handbook, 1.3.6.7.4, with more digits from the closed forms where there are any.
  it.each([
    [3.841458820694124, 1, 0.05], [6.6348966010212145, 1, 0.01], [10.827566170662733, 1, 0.001],
    [5.991464547107979, 2, 0.05], [18.307038053275146, 10, 0.05], [29.58829844507442, 10, 0.001],
    [124.3421134043, 100, 0.05], [149.4492527790, 100, 0.001],
  ])("has its published tail: %d with %d degrees of freedom is exceeded with probability %d", (value, freedom, tail) => {
    expect(relative(chiSquaredTail(value, freedom), tail)).toBeLessThan(1e-9);
  });
  it("is exp(-x) for a = 1, and e^-x·Σ x^k/k! for whole a, far into the tail", () => {
    for (const x of [0.1, 1, 5, 20, 300]) {
      expect(relative(upperGamma(1, x), Math.exp(-x))).toBeLessThan(1e-12);
      let [term, sum] = [1, 0];
      for (let k = 0; k < 40; term *= x / ++k) sum += term;
      expect(relative(upperGamma(40, x), Math.exp(-x) * sum)).toBeLessThan(1e-11);
    }
    expect(upperGamma(3, 0)).toBe(1);
  });
  it("rests on ln Γ: √π at a half, factorials", () => {
    expect(lnGamma(0.5)).toBeCloseTo(Math.log(Math.sqrt(Math.PI)), 13);
    expect(relative(lnGamma(100), 359.1342053695754)).toBeLessThan(1e-14);
    expect(Math.abs(lnGamma(1))).toBeLessThan(1e-14);
  });
});

/** Exact chance that a fair draw of two bins looks odder than α. */
function chanceBelow(alpha: number, shots: number, rare: number): number {
  let [ln, chance] = [shots * Math.log(1 - rare), 0];
  for (let k = 0; k <= shots; k++) {
    const p = fit([shots - k, k], [shots * (1 - rare), shots * rare]);
    if (p !== null && p < alpha) chance += Math.exp(ln);
    ln += Math.log((shots - k) / (k + 1)) + Math.log(rare / (1 - rare));
  }
  return chance;
}

describe("the fit", () => {
  it.each([[20, 0.5], [100, 0.1], [1_000, 0.01], [1_001, 0.01], [1_200, 0.5], [10_000, 0.001], [5_000, 0.3]])("of %d shots with p %d flags honest draws as seldom as it says, far into the tail, when doubled", (shots, rare) => {
    for (const alpha of [1e-2, 1e-3, 1e-4, 1e-6, 1e-8]) expect(chanceBelow(alpha / 2, shots, rare)).toBeLessThan(shots > 1_000 ? 1.3 * alpha : alpha);
  });
  it("pools neighbours until each bin expects ten, the rest into the last", () => {
    expect(fit([10, 10], [10, 10])).toBeCloseTo(1, 12);
    expect(fit([10, 9], [10, 9])).toBeNull();
    expect(fit([0, 30], [9.5, 20.5])).toBeNull();
    expect(fit([3, 4, 5, 6, 30], [4, 4, 4, 4, 32])).toBe(fit([12, 36], [12, 36]));
    expect(POOLED).toBe(10);
  });
  it("sees outcomes that never come and outcomes that always do", () => {
    expect(fit([0, 40], [20, 20])).toBeLessThan(1e-9);
    expect(fit([20, 20, 20, 20], [20, 20, 20, 20])).toBeCloseTo(1, 12);
  });
  it("cuts bins at distinct edges and covers everything", () => {
    const { edges, mass } = binsOf([0.5, 0, 0.5, 0.25]);
    expect(edges).toEqual([0, 0.25, 0.5]);
    expect(mass).toEqual([0.25, 0.25, 0.5]);
  });
});

describe("bets", () => {
  it("are fair: under the circuit, the mean of every product is 1", () => {
    const circuit = lowered(3, 4, [turned("RY", 0.8, 0), gate("H", 1), gate("T", 1), gate("H", 1), measure(0, 3), { ...turned("RY", 2.2, 1), when: [[3, 1]] },
      gate("CX", 1, 2), turned("RX", 0.3, 2), measure(0), measure(1), measure(2)]);
    const odds = plainOdds(circuit);
    const means = new Float64Array(BETS);
    const singles = new Map<number, number>();
    for (const [record, p] of odds) {
      const account = new Account(tallyOf(circuit, [[{ record, times: 1 }]]), 0);
      new StatevectorWalk(circuit, { kind: "account", account }, 1).run();
      expect(account.p[0]).toBeCloseTo(p, 13);
      for (let bet = 0; bet < BETS; bet++) means[bet] = (means[bet] ?? 0) + p * Math.exp(account.bets[bet] ?? 0);
      for (const [ordinal, products] of account.positions) singles.set(ordinal, (singles.get(ordinal) ?? 0) + p * Math.exp(products[3] ?? 0));
    }
    expect(odds.size).toBeGreaterThan(7);
    for (const mean of means) expect(mean).toBeCloseTo(1, 9);
    for (const mean of singles.values()) expect(mean).toBeCloseTo(1, 9);
  });
  it("tile [0, 1): the intervals of all outcomes stand side by side", () => {
    const circuit = lowered(3, 3, [turned("RY", 0.8, 0), turned("RY", 1.8, 1), gate("CX", 0, 2), turned("RX", 0.9, 2), measure(1), gate("H", 1), measure(0), measure(2)]);
    const records = [...plainOdds(circuit).keys()];
    const account = new Account(tallyOf(circuit, [records.map((record) => ({ record, times: 1 }))]), 0);
    new StatevectorWalk(circuit, { kind: "account", account }, 1).run();
    const places = records.map((_, target) => [account.from[target] ?? 0, account.p[target] ?? 0] as const).sort((a, b) => a[0] - b[0]);
    let end = 0;
    for (const [from, p] of places) {
      expect(from).toBeCloseTo(end, 12);
      end = from + p;
    }
    expect(end).toBeCloseTo(1, 12);
  });
});
