import { describe, expect, it } from "vitest";
import { cos, sin } from "../../../../domains/kernels/libm/portable.ts";
import { decodeKuramotoOutput, encodeKuramotoJob } from "../../../../domains/kernels/phase/jobs.ts";
import type { KuramotoJob } from "../../../../domains/kernels/phase/jobs.ts";
import { kuramotoKernel, runKuramoto } from "../../../../domains/kernels/phase/kuramoto.ts";
import { kuramotoReference } from "../../../../domains/kernels/phase/kuramoto-reference.ts";
import { PETERSEN, graphOf, kuramotoJob } from "../../../support/phase-jobs.ts";

const near = (value: number | undefined, expected: number, tolerance: number): void => {
  expect(Math.abs((value ?? Number.NaN) - expected)).toBeLessThan(tolerance);
};

describe("phi.kuramoto against its reference", () => {
  const spread = Float64Array.from({ length: 10 }, (_, i) => 0.3 * i - 1);
  const jobs: Readonly<Record<string, KuramotoJob>> = {
    "all to all, a sweep": kuramotoJob({ omega: spread, couplings: Float64Array.of(0.5, 2, -1) }),
    "with noise, an odd number of oscillators": kuramotoJob({ omega: spread.slice(1), couplings: Float64Array.of(2, 1), noise: 0.4 }),
    "on a graph": kuramotoJob({ omega: spread, couplings: Float64Array.of(0.7), graph: PETERSEN }),
    "on a directed, weighted graph with given phases": kuramotoJob({
      omega: Float64Array.of(1, 2, 3), couplings: Float64Array.of(1, 4), initial: Float64Array.of(0, 400, -2),
      graph: { offsets: Int32Array.of(0, 2, 2, 3), targets: Int32Array.of(1, 2, 0), weights: Float64Array.of(0.5, -2, 1) },
    }),
    "one oscillator": kuramotoJob({ omega: Float64Array.of(1), couplings: Float64Array.of(1), steps: 7, transient: 0, stride: 2 }),
  };
  for (const [name, job] of Object.entries(jobs)) {
    it(`gives the same bits: ${name}`, () => { expect(runKuramoto(job)).toEqual(kuramotoReference(job)); });
  }

  it("survives its bytes", () => {
    const job = kuramotoJob({ omega: spread, couplings: Float64Array.of(2), graph: PETERSEN });
    expect(decodeKuramotoOutput(kuramotoKernel.run(encodeKuramotoJob(job)))).toEqual(runKuramoto(job));
  });
});

describe("golden numbers", () => {
  it("Lorentzian frequencies, γ = 1, N = 2,000: r = √(1 - 2/K) above K_c = 2, nothing below", () => {
    const omega = Float64Array.from({ length: 2000 }, (_, i) => {
      const angle = Math.PI * ((i + 0.5) / 2000 - 0.5);
      return sin(angle) / cos(angle);
    });
    const job = kuramotoJob({ omega, couplings: Float64Array.of(1, 1.5, 2.5, 3, 4, 6), dt: 0.1, steps: 500, transient: 200, stride: 100 });
    const { order, lockedFraction, collectiveFrequency } = runKuramoto(job);
    expect(order[0]).toBeLessThan(0.04);
    expect(order[1]).toBeLessThan(0.04);
    [2.5, 3, 4, 6].forEach((K, at) => {
      const r = Math.sqrt(1 - 2 / K);
      near(order[at + 2], r, 0.01);
      // Locked are the |ω| ≤ K·r; the tolerance of 0.05 adds a few.
      near(lockedFraction[at + 2], (2 / Math.PI) * Math.atan(K * r), 0.03);
      near(collectiveFrequency[at + 2], 0, 0.01);
    });
  });

  it("two oscillators, Δω = 1, K = 2: locked at φ = π/6, r = cos(π/12)", () => {
    const job = kuramotoJob({ omega: Float64Array.of(0.5, -0.5), couplings: Float64Array.of(2), dt: 0.05, steps: 1600, transient: 1500 });
    const { order, orderDeviation, frequencySpread, lockedFraction } = runKuramoto(job);
    near(order[0], Math.cos(Math.PI / 12), 1e-14);
    near(2 * Math.acos(order[0] ?? 0), Math.PI / 6, 1e-13);
    expect(orderDeviation[0]).toBeLessThan(1e-15);
    expect(frequencySpread[0]).toBeLessThan(1e-14);
    expect(lockedFraction[0]).toBe(1);
  });

  it("two oscillators, Δω = 2, K = 1: beat period 2π/√3", () => {
    const dt = 0.01;
    const job = kuramotoJob({ omega: Float64Array.of(2, 0), couplings: Float64Array.of(1), dt, steps: 40_000, transient: 0, stride: 1 });
    const { series, frequencySpread } = runKuramoto(job);
    const crossings: number[] = [];
    for (let at = 1; at < series.length; at++) {
      const [before, after] = [series[at - 1] ?? 0, series[at] ?? 0];
      if (before > 0.7 && after <= 0.7) crossings.push(at - 1 + (before - 0.7) / (before - after));
    }
    const period = ((crossings.at(-1) ?? 0) - (crossings[0] ?? 0)) * dt / (crossings.length - 1);
    near(period, (2 * Math.PI) / Math.sqrt(3), 1e-4);
    near(frequencySpread[0], Math.sqrt(3) / 2, 0.01); // over 110 beats, the last of them cut short
  });

  it("identical noisy oscillators: incoherent below K_c = σ², r = I₁(2Kr/σ²)/I₀(2Kr/σ²) above", () => {
    const job = kuramotoJob({
      omega: new Float64Array(1500), couplings: Float64Array.of(0.5, 2), noise: 1, dt: 0.1, steps: 300, transient: 100, stride: 100,
    });
    const { order } = runKuramoto(job);
    expect(order[0]).toBeLessThan(0.06);
    // r solves r = I₁(4r)/I₀(4r) at K = 2, σ = 1: by iteration of the integral ∫e^{4r·cos}cos / ∫e^{4r·cos}.
    let r = 0.9;
    for (let turn = 0; turn < 200; turn++) {
      let [top, bottom] = [0, 0];
      for (let k = 0; k < 64; k++) {
        const c = Math.cos((2 * Math.PI * k) / 64);
        top += Math.exp(4 * r * c) * c;
        bottom += Math.exp(4 * r * c);
      }
      r = top / bottom;
    }
    near(order[1], r, 0.015);
  });
});

describe("a sweep", () => {
  const omega = Float64Array.of(0.1, -0.2, 0.4);
  const whole = runKuramoto(kuramotoJob({ omega, couplings: Float64Array.of(1, 2, 3), noise: 0.2 }));

  it("equals its runs as separate jobs", () => {
    const tail = runKuramoto(kuramotoJob({ omega, couplings: Float64Array.of(2, 3), noise: 0.2, firstRun: 1 }));
    expect(tail.order).toEqual(whole.order.slice(1));
    expect(tail.series).toEqual(whole.series.slice(whole.points));
  });

  it("keeps r of every stride-th step", () => {
    expect(whole.points).toBe(10);
    expect(whole.series.length).toBe(30);
    expect(whole.series.every((r) => r > 0 && r <= 1)).toBe(true);
  });

  it("starts from the phases it is given", () => {
    const { series } = runKuramoto(kuramotoJob({ omega: new Float64Array(2), couplings: Float64Array.of(0), initial: Float64Array.of(0, 1), steps: 20 }));
    series.forEach((r) => { near(r, Math.cos(0.5), 1e-15); });
  });

  it("on a graph with weights 1/N is the mean field", () => {
    const edges = [[0, 1, 1 / 3], [0, 2, 1 / 3], [1, 2, 1 / 3]] as const;
    const job = kuramotoJob({ omega, couplings: Float64Array.of(2) });
    const sparse = runKuramoto({ ...job, graph: graphOf(3, edges) });
    near(sparse.order[0], runKuramoto(job).order[0] ?? 0, 1e-13);
  });
});

describe("refusals", () => {
  const good = kuramotoJob({ omega: Float64Array.of(1, 2), couplings: Float64Array.of(1) });
  const bad: Readonly<Record<string, Partial<KuramotoJob>>> = {
    "no oscillators": { omega: new Float64Array(0) },
    "too many oscillators": { omega: new Float64Array(65_537) },
    "no coupling strength": { couplings: new Float64Array(0) },
    "a coupling that is no number": { couplings: Float64Array.of(Number.NaN) },
    "a step that turns too far": { dt: 1000, omega: Float64Array.of(1, 1e6) },
    "a step of zero": { dt: 0 },
    "nothing but transient": { steps: 5, transient: 5 },
    "a stride of zero": { stride: 0 },
    "half a step": { steps: 1.5 },
    "negative noise": { noise: -1 },
    "too long a series": { steps: 16_000_000, transient: 0, stride: 1 },
    "phases of another size": { initial: new Float64Array(3) },
    "a graph of another size": { graph: PETERSEN },
    "a row that descends": { graph: { offsets: Int32Array.of(0, 2, 2), targets: Int32Array.of(1, 0), weights: new Float64Array(2) } },
    "a target out of range": { graph: { offsets: Int32Array.of(0, 1, 1), targets: Int32Array.of(2), weights: new Float64Array(1) } },
    "offsets that end early": { graph: { offsets: Int32Array.of(0, 0, 0), targets: Int32Array.of(1), weights: new Float64Array(1) } },
    "a key of one word": { key: Uint32Array.of(1) },
  };
  for (const [name, change] of Object.entries(bad)) {
    it(`cover ${name}`, () => {
      expect(() => kuramotoKernel.run(encodeKuramotoJob({ ...good, ...change })))
        .toThrowError(expect.objectContaining({ fault: "KERNEL_REFUSED" }));
    });
  }
});
