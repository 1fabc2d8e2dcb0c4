import { describe, expect, it } from "vitest";
import { gaussianQuantiles, lorentzianQuantiles, uniformQuantiles } from "../../../../domains/phi/api/frequencies.ts";
import { runKuramoto } from "../../../../domains/kernels/phase/kuramoto.ts";
import { kuramotoJob } from "../../../support/phase-jobs.ts";

describe("frequencies at quantiles", () => {
  it("are Lorentzian: half of them within γ", () => {
    const omega = lorentzianQuantiles(1000, 2);
    expect(omega.filter((w) => Math.abs(w) < 2)).toHaveLength(500);
    expect(omega[749]).toBeCloseTo(2 * Math.tan(Math.PI * (749.5 / 1000 - 0.5)), 12);
  });

  it("are normal: known quantiles, variance 1 in the limit", () => {
    expect(gaussianQuantiles(1, 1)).toEqual(Float64Array.of(0));
    // Quantiles of the standard normal at 3/4, 0.975 and 0.9995.
    expect(gaussianQuantiles(2, 1)[1]).toBeCloseTo(0.674489750196082, 14);
    expect(gaussianQuantiles(20, 1)[19]).toBeCloseTo(1.95996398454005, 13);
    expect(gaussianQuantiles(1000, 1)[999]).toBeCloseTo(3.29052673149193, 12);
    const omega = gaussianQuantiles(20_000, 3);
    expect(omega.reduce((sum, w) => sum + w * w, 0) / 20_000).toBeCloseTo(9, 2);
    expect(omega[19_999]).toBeCloseTo(3 * 4.05562698, 5);
  });

  it("are uniform inside the width", () => { expect(uniformQuantiles(4, 1)).toEqual(Float64Array.of(-0.75, -0.25, 0.25, 0.75)); });

  it("ascend and are odd about the middle", () => {
    for (const omega of [lorentzianQuantiles(101, 1), gaussianQuantiles(101, 1), uniformQuantiles(101, 1)]) {
      omega.forEach((w, at) => {
        if (at > 0) expect(w).toBeGreaterThan(omega[at - 1] ?? 0);
        expect(w + (omega[100 - at] ?? 0)).toBeCloseTo(0, 12);
      });
    }
  });

  it("of width 1 lock beyond √(8/π) if normal, and drift below", () => {
    const job = kuramotoJob({ omega: gaussianQuantiles(500, 1), couplings: Float64Array.of(1.2, 2.2), steps: 600, transient: 300, stride: 100 });
    const { order } = runKuramoto(job);
    expect(order[0]).toBeLessThan(0.15);
    expect(order[1]).toBeGreaterThan(0.7);
  });

  it("refuse counts and widths that are none", () => {
    for (const make of [lorentzianQuantiles, gaussianQuantiles, uniformQuantiles]) {
      for (const [count, width] of [[0, 1], [1.5, 1], [2 ** 30, 1], [3, -1], [3, Number.NaN]] as const) {
        expect(() => make(count, width)).toThrowError(expect.objectContaining({ fault: "ABI_MALFORMED" }));
      }
    }
  });
});
