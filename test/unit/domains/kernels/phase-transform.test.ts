import { describe, expect, it } from "vitest";
import { decodeEnvelope } from "../../../../domains/kernels/phase/envelope-state.ts";
import { decodeTransformJob, encodeTransformJob } from "../../../../domains/kernels/phase/jobs.ts";
import type { EnvelopeResult, TransformJob } from "../../../../domains/kernels/phase/jobs.ts";
import { runTransform, transformKernel } from "../../../../domains/kernels/phase/transform.ts";
import { transformReference } from "../../../../domains/kernels/phase/transform-reference.ts";
import { KEY, LAX, QUIET, envelope, prepared, run, stateOf } from "../../../support/phase-jobs.ts";

const NOISY = { noise: { sigma: 0.3, key: KEY }, tolerance: LAX, project: true } as const;
const A = prepared([0.1, 0.4, -0.7, 2.9, -3], [1, 2, 0, 0.5, 3]);
const B = prepared([1, 2, 3, -2, 0.2]);

/** A step of ψ. */
const STEP = (2 * Math.PI) / 4096;
const psiOf = (result: EnvelopeResult | undefined): number => result?.projection?.collectivePhase ?? Number.NaN;
const norm = (z: Float64Array): number => z.reduce((sum, x) => sum + x * x, 0);
const distance = (a: Float64Array, b: Float64Array): number => Math.sqrt(a.reduce((sum, x, at) => sum + (x - (b[at] ?? 0)) ** 2, 0));

describe("phi.transform against its reference", () => {
  const jobs: Readonly<Record<string, TransformJob>> = {
    init: { op: "init", phases: Float64Array.of(0.5, -2, 40), magnitudes: Float64Array.of(3, 0, 1), ...QUIET },
    "init with equal magnitudes": { op: "init", phases: Float64Array.of(0.5), ...QUIET },
    "shift by one angle": { op: "shift", subjects: [envelope(7, A)], delta: Float64Array.of(1.25), ...NOISY },
    "shift by an angle each": { op: "shift", subjects: [envelope(7, A)], delta: Float64Array.of(1, 2, 3, 4, -5), ...NOISY },
    align: { op: "align", subjects: [envelope(2 ** 40 + 1, A)], kappa: 0.7, ...NOISY },
    merge: { op: "merge", subjects: [envelope(1, A), envelope(2, B)], ...NOISY },
    split: { op: "split", subjects: [envelope(1, A), envelope(2, B)], ...NOISY },
    evaluate: { op: "evaluate", subjects: [envelope(1, A)], ...NOISY },
    "evaluate with a collective phase": { op: "evaluate", subjects: [envelope(1, prepared([0.2, 1.2, -0.4]))], ...NOISY },
    "evaluate where the others cancel": { op: "evaluate", subjects: [envelope(1, prepared([0, Math.PI, 0.7]))], ...NOISY },
    "evaluate at half a turn": { op: "evaluate", subjects: [envelope(1, prepared([-Math.PI, -Math.PI]))], ...NOISY },
  };
  for (const [name, job] of Object.entries(jobs)) {
    it(`gives the same bits: ${name}`, () => {
      const checked = decodeTransformJob(encodeTransformJob(job));
      expect(runTransform(checked)).toEqual(transformReference(checked));
    });
  }
});

describe("transforms", () => {
  it("prepare a normalised envelope equal to its reference", () => {
    const state = decodeEnvelope(A);
    expect(norm(state.z)).toBeCloseTo(1, 14);
    expect(state.z).toEqual(state.reference);
    expect(state.ordinal).toBe(0);
  });

  it("shift the collective phase and nothing else", () => {
    const cluster = prepared([1, 2, 2.5, 0.4, 0.2]);
    const [before] = run({ op: "evaluate", subjects: [envelope(1, cluster)], ...QUIET }).results;
    const [after] = run({ op: "shift", subjects: [envelope(1, cluster)], delta: Float64Array.of(0.5), ...QUIET }).results;
    expect(after?.projection?.orderParameter).toBe(before?.projection?.orderParameter);
    const turn = psiOf(after) - psiOf(before);
    expect(Math.abs(turn - 0.5)).toBeLessThan(STEP);
    expect(after?.stability).toBe(1);
    expect(after?.drift).toBe(0);
  });

  it("align phases towards the collective phase and away from it", () => {
    const order = (kappa: number): number =>
      run({ op: "align", subjects: [envelope(1, A)], kappa, ...QUIET }).results[0]?.projection?.orderParameter ?? 0;
    expect(order(0.3)).toBeGreaterThan(order(0));
    expect(order(-0.3)).toBeLessThan(order(0));
  });

  it("leave an envelope without a collective phase unaligned", () => {
    const opposed = prepared([0, Math.PI]);
    const aligned = stateOf(run({ op: "align", subjects: [envelope(1, opposed)], kappa: 1, ...QUIET }));
    expect(decodeEnvelope(aligned).z).toEqual(decodeEnvelope(opposed).z);
  });

  it("project R = |cos| of half the angle between two equal components", () => {
    const [result] = run({ op: "evaluate", subjects: [envelope(1, prepared([0.2, 1.2]))], ...QUIET }).results;
    expect(result?.projection?.orderParameter).toBe(Math.round(4096 * Math.cos(0.5)) / 4096);
    expect(psiOf(result)).toBe(Math.round(0.7 / STEP) * STEP);
  });

  it("merge unitarily, and split back", () => {
    const merged = run({ op: "merge", subjects: [envelope(1, A), envelope(2, B)], ...QUIET });
    const halves = [decodeEnvelope(stateOf(merged, 0)), decodeEnvelope(stateOf(merged, 1))];
    expect(halves.reduce((sum, half) => sum + norm(half.z), 0)).toBeCloseTo(2, 13);
    const back = run({ op: "split", subjects: [envelope(1, stateOf(merged, 0)), envelope(2, stateOf(merged, 1))], ...QUIET });
    expect(distance(decodeEnvelope(stateOf(back, 0)).z, decodeEnvelope(A).z)).toBeLessThan(1e-15);
    expect(distance(decodeEnvelope(stateOf(back, 1)).z, decodeEnvelope(B).z)).toBeLessThan(1e-15);
    expect(decodeEnvelope(stateOf(back, 1)).ordinal).toBe(2);
  });

  it("merge into darkness without losing integrity", () => {
    const plain = prepared([0, 0]);
    const turned = prepared([Math.PI / 2, Math.PI / 2]); // i·z: z + i·i·z = 0
    const merged = run({ op: "merge", subjects: [envelope(1, plain), envelope(2, turned)], ...QUIET });
    expect(norm(decodeEnvelope(stateOf(merged)).z)).toBeLessThan(1e-30);
    expect(merged.results[0]).toMatchObject({ stability: 1, drift: 0, projection: { orderParameter: 0, collectivePhase: null } });
    expect(norm(decodeEnvelope(stateOf(merged, 1)).z)).toBeCloseTo(2, 13);
  });
});

describe("what is projected", () => {
  const projectionOf = (phases: readonly number[], magnitudes?: readonly number[]) =>
    run({ op: "evaluate", subjects: [envelope(1, prepared(phases, magnitudes))], ...QUIET }).results[0]?.projection;

  it("is coarse: whole 4,096ths, ψ in (-π, π]", () => {
    for (let at = -40; at <= 40; at++) {
      const projection = projectionOf([at * 0.0789, at * 0.0789 + 0.3, at * 0.0789 + 0.9], [1, 2, 1.5]);
      expect(Number.isInteger((projection?.orderParameter ?? Number.NaN) * 4096)).toBe(true);
      const psi = projection?.collectivePhase ?? Number.NaN;
      expect(psi).toBe(Math.round(psi / STEP) * STEP);
      expect(psi > -Math.PI && psi <= Math.PI).toBe(true);
    }
    for (const psi of [Math.PI, -Math.PI, -Math.PI + 0.4 * STEP, Math.PI - 0.4 * STEP]) expect(projectionOf([psi, psi])).toEqual({ orderParameter: 1, collectivePhase: Math.PI });
    expect(projectionOf([0.7, 0.7])?.collectivePhase).not.toBe(0.7);
  });

  it("is no ψ where one component carries it: alone, by weight, or because the others cancel", () => {
    expect(projectionOf([0.7])).toEqual({ orderParameter: 1, collectivePhase: null });
    expect(projectionOf([0.7, 2], [1, 0])).toEqual({ orderParameter: 1, collectivePhase: null });
    expect(projectionOf([0.7, 0.7], [3, 1.7])?.collectivePhase).toBeNull(); // shares 0.757 and 0.243
    expect(projectionOf([0.7, 0.7], [3, 1.8])?.collectivePhase).not.toBeNull(); // shares 0.735 and 0.265
    expect(projectionOf([0, Math.PI, 0.7])).toEqual({ orderParameter: 1365 / 4096, collectivePhase: null });
    expect(projectionOf([0, Math.PI, 0.7, 0.7])?.collectivePhase).toBe(Math.round(0.7 / STEP) * STEP);
  });

  it("keeps ψ back when a merge has put all magnitude into one component", () => {
    // (z + i·z')/√2 with z' = i·z in the second component: it goes dark, the first is left alone.
    const merged = run({ op: "merge", subjects: [envelope(1, prepared([0.7, 0.3])), envelope(2, prepared([0.7, 0.3 + Math.PI / 2]))], ...QUIET });
    const z = decodeEnvelope(stateOf(merged)).z;
    expect(norm(z.subarray(2))).toBeLessThan(1e-30);
    expect(merged.results[0]?.projection).toEqual({ orderParameter: 1, collectivePhase: null });
  });

  it("never follows one component closely: a small turn of it moves ψ by at most three quarters, and a step", () => {
    let seen = 0;
    for (let seed = 1; seed <= 200; seed++) {
      const phases = [0, 1, 2, 3].map((j) => ((seed * (j + 3) * 2_654_435_761) % 6283) / 1000);
      const magnitudes = [0, 1, 2, 3].map((j) => 1 + ((seed * (j + 7)) % 5));
      for (const moved of phases.keys()) {
        const before = projectionOf(phases, magnitudes)?.collectivePhase ?? null;
        const after = projectionOf(phases.map((phase, j) => (j === moved ? phase + 0.02 : phase)), magnitudes)?.collectivePhase ?? null;
        if (before === null || after === null) continue;
        const turn = Math.abs(after - before);
        seen += 1;
        expect(Math.min(turn, 2 * Math.PI - turn)).toBeLessThan(0.76 * 0.02 + STEP);
      }
    }
    expect(seen).toBeGreaterThan(100);
  });
});

describe("noise", () => {
  const shifted = (id: number, state: Uint8Array, sigma = 0.3): Float64Array => decodeEnvelope(stateOf(run({
    op: "shift", subjects: [envelope(id, state)], delta: Float64Array.of(0), noise: { sigma, key: KEY }, tolerance: LAX, project: false,
  }))).z;

  it("touches z and not the reference", () => {
    const [result] = run({ op: "shift", subjects: [envelope(1, A)], delta: Float64Array.of(0), ...NOISY }).results;
    const state = decodeEnvelope(result?.state ?? new Uint8Array());
    expect(distance(state.reference, decodeEnvelope(A).reference)).toBe(0);
    expect(distance(state.z, state.reference)).toBeGreaterThan(0.1);
    expect(result?.stability).toBeLessThan(1);
    expect((result?.stability ?? 0) + (result?.noise ?? 0)).toBe(1);
    expect(result?.drift).toBeGreaterThan(0);
  });

  it("is keyed by envelope and ordinal, not by what else happened", () => {
    expect(shifted(1, A)).toEqual(shifted(1, A));
    expect(shifted(1, A)).not.toEqual(shifted(2, A));
    const later = stateOf(run({ op: "shift", subjects: [envelope(9, A)], delta: Float64Array.of(0), ...QUIET }));
    expect(distance(decodeEnvelope(later).z, decodeEnvelope(A).z)).toBe(0);
    expect(shifted(1, later)).not.toEqual(shifted(1, A));
  });

  it("makes S ≈ e^{-σ²/2} and moves no component of an evaluation", () => {
    const many = prepared(Array.from({ length: 4096 }, () => 0));
    const [result] = run({ op: "shift", subjects: [envelope(3, many)], delta: Float64Array.of(0), ...NOISY }).results;
    expect(Math.abs((result?.stability ?? 0) - Math.exp(-0.045))).toBeLessThan(0.005);
    expect(stateOf(run({ op: "evaluate", subjects: [envelope(3, A)], ...NOISY }))).toEqual(A);
  });
});

describe("tolerances", () => {
  const noisy = (errorBound: number, noiseThreshold: number) => run({
    op: "merge", subjects: [envelope(1, A), envelope(2, B)], noise: { sigma: 0.3, key: KEY }, tolerance: { errorBound, noiseThreshold }, project: true,
  }).results;

  it("report a breach by drift or by noise, and then project nothing at all", () => {
    const [calm] = noisy(Math.PI, 1);
    expect(calm?.breached).toBe(false);
    expect(calm?.projection).toBeDefined();
    for (const results of [noisy(1e-3, 1), noisy(Math.PI, 1e-6)]) {
      expect(results.some((one) => one.breached)).toBe(true);
      expect(results.every((one) => one.projection === undefined)).toBe(true);
    }
  });

  it("hold at equality: a breach is beyond the bound", () => {
    const [calm] = noisy(Math.PI, 1);
    const worst = Math.max(...noisy(Math.PI, 1).map((one) => one.drift));
    expect(noisy(worst, 1).some((one) => one.breached)).toBe(false);
    expect(calm?.noise).toBeGreaterThan(0);
  });

  it("never blame a legitimate shift or merge", () => {
    const strict = { noise: { sigma: 0, key: KEY }, tolerance: { errorBound: 0, noiseThreshold: 0 }, project: true } as const;
    const merged = run({ op: "merge", subjects: [envelope(1, A), envelope(2, B)], ...strict });
    const shifted = run({ op: "shift", subjects: [envelope(1, stateOf(merged))], delta: Float64Array.of(3), ...strict });
    expect([...merged.results, ...shifted.results].some((one) => one.breached)).toBe(false);
  });

  it("project only when asked", () => {
    const [result] = run({ op: "evaluate", subjects: [envelope(1, A)], ...QUIET, project: false }).results;
    expect(result?.projection).toBeUndefined();
  });
});

describe("refusals", () => {
  const refused = (job: TransformJob): void => {
    expect(() => transformKernel.run(encodeTransformJob(job))).toThrowError(expect.objectContaining({ fault: "KERNEL_REFUSED" }));
  };
  it("name what is out of range", () => {
    refused({ op: "init", phases: new Float64Array(4097), ...QUIET });
    refused({ op: "init", phases: new Float64Array(0), ...QUIET });
    refused({ op: "init", phases: Float64Array.of(Number.NaN), ...QUIET });
    refused({ op: "init", phases: Float64Array.of(1e9), ...QUIET });
    refused({ op: "init", phases: Float64Array.of(1, 2), magnitudes: Float64Array.of(0, 0), ...QUIET });
    refused({ op: "init", phases: Float64Array.of(1, 2), magnitudes: Float64Array.of(1, -1), ...QUIET });
    refused({ op: "init", phases: Float64Array.of(1, 2), magnitudes: Float64Array.of(1), ...QUIET });
    refused({ op: "shift", subjects: [envelope(1, A)], delta: Float64Array.of(1, 2), ...QUIET });
    refused({ op: "shift", subjects: [envelope(-1, A)], delta: Float64Array.of(1), ...QUIET });
    refused({ op: "align", subjects: [envelope(1, A)], kappa: Number.POSITIVE_INFINITY, ...QUIET });
    refused({ op: "merge", subjects: [envelope(1, A), envelope(1, B)], ...QUIET });
    refused({ op: "merge", subjects: [envelope(1, A), envelope(2, prepared([1]))], ...QUIET });
    refused({ op: "evaluate", subjects: [envelope(1, A)], ...QUIET, tolerance: { errorBound: 4, noiseThreshold: 0 } });
    refused({ op: "evaluate", subjects: [envelope(1, A)], ...QUIET, noise: { sigma: -1, key: KEY } });
    refused({ op: "evaluate", subjects: [envelope(1, A)], ...QUIET, noise: { sigma: 1, key: Uint32Array.of(1) } });
  });
  it("cover damaged state bytes", () => {
    for (const at of [0, 4, 8 + 3, 12, A.length - 1]) {
      const damaged = A.slice();
      damaged[at] = 0xff;
      refused({ op: "evaluate", subjects: [envelope(1, damaged)], ...QUIET });
    }
    refused({ op: "evaluate", subjects: [envelope(1, A.slice(0, 20))], ...QUIET });
  });
});
