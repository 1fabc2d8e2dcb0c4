import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Fault } from "../../../kernel-abi/fault.ts";
import { pack, unpack } from "../../../kernel-abi/packer.ts";
import { isingCost, kuramotoCost, spectrumCost } from "../../../domains/kernels/phase/cost.ts";
import type { Kernel } from "../../../domains/kernels/job.ts";
import {
  DEFAULT_SCHEDULE, decodeIsingJob, decodeKuramotoJob, decodeSpectrumJob, encodeIsingJob, encodeKuramotoJob, encodeSpectrumJob, encodeTransformJob,
} from "../../../domains/kernels/phase/jobs.ts";
import { isingKernel, runIsing } from "../../../domains/kernels/phase/ising.ts";
import { isingReference } from "../../../domains/kernels/phase/ising-reference.ts";
import { kuramotoKernel, runKuramoto } from "../../../domains/kernels/phase/kuramoto.ts";
import { kuramotoReference } from "../../../domains/kernels/phase/kuramoto-reference.ts";
import { runSpectrum, spectrumKernel } from "../../../domains/kernels/phase/spectrum.ts";
import { spectrumReference } from "../../../domains/kernels/phase/spectrum-reference.ts";
import { transformKernel } from "../../../domains/kernels/phase/transform.ts";
import { PETERSEN, QUIET, envelope, graphOf, isingJob, kuramotoJob, prepared, run, stateOf } from "../../support/phase-jobs.ts";

const finite = (bound: number) => fc.double({ min: -bound, max: bound, noNaN: true });
const floats = (bound: number, minLength: number, maxLength: number) =>
  fc.array(finite(bound), { minLength, maxLength }).map((numbers) => Float64Array.from(numbers));
const key = fc.tuple(fc.nat(), fc.nat()).map((words) => Uint32Array.from(words));
const edges = (nodes: number) => fc.array(fc.tuple(fc.nat(nodes - 1), fc.nat(nodes - 1), finite(3)), { maxLength: 30 })
  .map((list) => graphOf(nodes, list.filter(([a, b]) => a !== b)));

describe("the binary and its references give the same bits", () => {
  it("for Kuramoto networks", () => {
    fc.assert(fc.property(floats(5, 6, 6), floats(3, 1, 2), edges(6), fc.boolean(), finite(1).map(Math.abs), key, (omega, couplings, graph, sparse, noise, words) => {
      const job = kuramotoJob({ omega, couplings, noise, key: words, steps: 8, transient: 3, stride: 3, ...(sparse ? { graph } : {}) });
      expect(runKuramoto(job)).toEqual(kuramotoReference(job));
    }), { numRuns: 60 });
  });
  it("for Ising machines", () => {
    fc.assert(fc.property(edges(7), floats(2, 7, 7), fc.boolean(), fc.boolean(), key, (couplings, fields, inertial, polish, words) => {
      const schedule = { ...DEFAULT_SCHEDULE, steps: 15, readFrom: 5, readEvery: 4, dynamics: inertial ? "inertial" : "overdamped" } as const;
      const job = isingJob({ couplings, fields, schedule, polish, key: words, restarts: 2 });
      expect(runIsing(job)).toEqual(isingReference(job));
    }), { numRuns: 60 });
  });
  it("for spectra", () => {
    const part = fc.array(finite(1e6), { minLength: 1, maxLength: 40 });
    fc.assert(fc.property(part, fc.boolean(), fc.constantFrom("none", "hann"), fc.constantFrom(1, 2, 4, 8), (samples, complex, window, padding) => {
      const real = Float64Array.from(samples);
      const job = { real, ...(complex ? { imaginary: real.slice().reverse() } : {}), sampleRate: 10, window, padding, top: 20 } as const;
      const output = runSpectrum(job);
      expect(output).toEqual(spectrumReference(job));
      for (const { frequency, amplitude, share } of output.peaks) {
        expect(Math.abs(frequency)).toBeLessThanOrEqual(5);
        expect(amplitude).toBeGreaterThan(0);
        expect(share).toBeLessThanOrEqual(1 + 1e-12);
      }
    }), { numRuns: 100 });
  });
});

describe("envelopes", () => {
  it("come back from merge and split, keep their norm, and without noise never lose stability", () => {
    fc.assert(fc.property(floats(3, 5, 5), floats(3, 5, 5), floats(2, 5, 5), finite(2), (a, b, delta, kappa) => {
      const strict = { ...QUIET, tolerance: { errorBound: 0, noiseThreshold: 0 } };
      const [left, right] = [prepared([...a]), prepared([...b])];
      const shifted = run({ op: "shift", subjects: [envelope(1, left)], delta, ...strict });
      const aligned = run({ op: "align", subjects: [envelope(1, stateOf(shifted))], kappa, ...strict });
      const merged = run({ op: "merge", subjects: [envelope(1, stateOf(aligned)), envelope(2, right)], ...strict });
      const back = run({ op: "split", subjects: [envelope(1, stateOf(merged, 0)), envelope(2, stateOf(merged, 1))], ...strict });
      for (const { results } of [shifted, aligned, merged, back]) {
        expect(results.every((one) => !one.breached && one.stability === 1 && one.drift === 0)).toBe(true);
      }
      const order = (of: typeof back, at: number): number => of.results[at]?.projection?.orderParameter ?? Number.NaN;
      expect(Math.abs(order(back, 0) - order(aligned, 0))).toBeLessThan(1e-13);
    }), { numRuns: 60 });
  });
});

const VALID: readonly (readonly [Kernel, Uint8Array, (bytes: Uint8Array) => number])[] = [
  [transformKernel, encodeTransformJob({ op: "merge", subjects: [envelope(1, prepared([1, 2])), envelope(2, prepared([3, 4]))], ...QUIET }), () => 1],
  [transformKernel, encodeTransformJob({ op: "init", phases: Float64Array.of(1, 2), magnitudes: Float64Array.of(1, 2), ...QUIET }), () => 1],
  [kuramotoKernel, encodeKuramotoJob(kuramotoJob({ omega: Float64Array.of(1, 2), couplings: Float64Array.of(1), steps: 5, transient: 1 })),
    (bytes) => kuramotoCost(decodeKuramotoJob(bytes))],
  [isingKernel, encodeIsingJob(isingJob({ couplings: PETERSEN, restarts: 1, schedule: { ...DEFAULT_SCHEDULE, steps: 5, readFrom: 1 } })),
    (bytes) => isingCost(decodeIsingJob(bytes))],
  [spectrumKernel, encodeSpectrumJob({ real: Float64Array.of(1, 2, 3), sampleRate: 1, window: "hann", padding: 2, top: 2 }),
    (bytes) => spectrumCost(decodeSpectrumJob(bytes))],
];

/** Either an output or a typed refusal; jobs that would take long are only decoded. */
function tried(kernel: Kernel, bytes: Uint8Array, cost: (bytes: Uint8Array) => number): void {
  try {
    if (cost(bytes) < 1_000_000) expect(kernel.run(bytes).length).toBeGreaterThan(0);
  } catch (cause) {
    if (!(cause instanceof Fault)) throw cause;
    expect(["KERNEL_REFUSED", "ABI_UNDECODABLE"]).toContain(cause.fault);
  }
}

describe("job bytes", () => {
  it("that are damaged end in typed faults", () => {
    fc.assert(fc.property(fc.constantFrom(...VALID), fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }), ([kernel, bytes, cost], flips) => {
      const damaged = bytes.slice();
      for (const [at, value] of flips) damaged[at % damaged.length] = value;
      tried(kernel, damaged, cost);
    }), { numRuns: 1500 });
  });
  it("that are cut or arbitrary end in typed faults", () => {
    fc.assert(fc.property(fc.constantFrom(...VALID), fc.uint8Array({ maxLength: 60 }), fc.nat(), ([kernel, bytes, cost], junk, length) => {
      tried(kernel, junk, cost);
      tried(kernel, bytes.slice(0, length % bytes.length), cost);
    }), { numRuns: 300 });
  });
  it("with a field of another type or none end in typed faults", () => {
    const other = fc.oneof(fc.constant(undefined), fc.integer(), fc.double(), fc.string(), fc.boolean(), fc.constant(null), floats(1e300, 0, 4),
      fc.uint8Array({ maxLength: 3 }), fc.array(fc.integer(), { maxLength: 3 }), fc.constant({}), fc.constant(Int32Array.of(0, 1, 1)));
    fc.assert(fc.property(fc.constantFrom(...VALID), fc.nat(), other, ([kernel, bytes, cost], at, value) => {
      const fields = unpack(bytes) as Record<string, unknown>;
      const name = Object.keys(fields)[at % Object.keys(fields).length] ?? "";
      tried(kernel, pack({ ...fields, [name]: value }), cost);
    }), { numRuns: 1500 });
  });
  it("in valid form are accepted", () => {
    for (const [kernel, bytes] of VALID) expect(kernel.run(bytes).length).toBeGreaterThan(0);
  });
});
