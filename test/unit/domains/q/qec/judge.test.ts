// The judge of error-correction experiments: honest records stand, forged ones do not, and what cannot be judged is said.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { jobId, tick } from "../../../../../kernel-abi/ids.ts";
import { pack } from "../../../../../kernel-abi/packer.ts";
import type { JobVerdict } from "../../../../../kernel-abi/judgement.ts";
import { runKernel } from "../../../../../domains/kernels/registry.ts";
import type { ErrorModel } from "../../../../../domains/q/dem/model.ts";
import { createQJudge } from "../../../../../domains/q/judge/judge.ts";
import { encodeDescriptor, parseCall } from "../../../../../domains/q/job.ts";
import { encodeResult } from "../../../../../domains/q/outcome.ts";
import { uniformNoise, type Experiment } from "../../../../../domains/q/qec/experiment.ts";
import { eventMoments } from "../../../../../domains/q/qec/moments.ts";
import type { QecResult } from "../../../../../domains/q/qec/outcome.ts";
import { qecResult, qecTask } from "../../../../../domains/q/qec/task.ts";
import type { QecJob } from "../../../../../domains/q/qec/call.ts";
import { termsOf } from "../../../../../domains/q/request.ts";

const experiment: Experiment = { code: "surface_code:rotated_memory_x", distance: 3, rounds: 3, noise: uniformNoise(0.01) };
const counted = parseCall({ mode: "logical", experiment, decoder: "matching", shots: 4_000 }) as QecJob;
const sampled = parseCall({ mode: "events", experiment, shots: 500 }) as QecJob;

function honest(job: QecJob, seed: number): QecResult {
  const { kernel, input } = qecTask(job, Uint32Array.of(seed, 1));
  return qecResult(job, runKernel(kernel, input));
}

function verdictOn(job: QecJob, body: Uint8Array): JobVerdict | undefined {
  const judge = createQJudge();
  judge.take({ job: jobId(1), domain: "Q", terms: termsOf({ qubits: 32, budget: 1 }, tick(0)), descriptor: encodeDescriptor(job), outcome: { verdict: 0, body }, due: tick(1) });
  return judge.finish().jobs[0];
}
const forged = (job: QecJob, result: QecResult, change: object): JobVerdict | undefined => verdictOn(job, encodeResult({ ...result, ...change }));

describe("honest records", () => {
  it.each([1, 2, 3, 4, 5])("stand, under any key: %i", (seed) => {
    for (const job of [counted, sampled]) {
      const verdict = verdictOn(job, encodeResult(honest(job, seed)));
      expect(verdict).toMatchObject({ standing: "possible", kind: job.mode, shots: job.shots, units: 26, test: "events" });
      expect(verdict?.p).toBeGreaterThan(1e-4);
    }
  });
});

describe("circuits without an exact error model", () => {
  const events = (circuit: string): QecJob => parseCall({ mode: "events", experiment: { circuit }, shots: 200 }) as QecJob;
  const exclusive = `R 0 1\nPAULI_CHANNEL_2(${["0.1", ...new Array<string>(14).fill("0.01")].join(",")}) 0 1\nM 0 1\nDETECTOR rec[-1]\nDETECTOR rec[-2]\n`;
  it.each<[string, string, RegExp]>([
    ["errors that exclude one another", exclusive, /^no exact error model: PAULI_CHANNEL_2 has errors that exclude one another.*, on line 2$/],
    ["a chain of them", "R 0\nE(0.1) X0\nELSE_CORRELATED_ERROR(0.5) Y0\nM 0\nDETECTOR rec[-1]\n", /: E has errors that exclude one another.*, on line 2$/],
    ["a detector that is random without noise", "RX 0\nM 0\nDETECTOR rec[-1]\n", /^no exact error model: RX on line 1 prepares X0; D0 compares Z0 there/],
  ])("%s: honest records are unjudged, and told why; impossible ones are impossible", (_, circuit, why) => {
    const job = events(circuit);
    const result = honest(job, 3) as QecResult & { readonly kind: "events" };
    expect(verdictOn(job, encodeResult(result))).toMatchObject({ standing: "unjudged", kind: "events", shots: 200, p: null, test: null, note: expect.stringMatching(why) });
    expect(forged(job, result, { rows: result.rows.subarray(1) })?.standing).toBe("impossible");
    expect(forged(job, result, { detectors: result.detectors + 1 })?.standing).toBe("impossible");
  });
});

describe("forged records", () => {
  const count = honest(counted, 9) as QecResult & { readonly kind: "logical" };
  const sample = honest(sampled, 9) as QecResult & { readonly kind: "events" };
  it.each<[string, object]>([
    ["more errors than shots", { errors: 4_001, flips: [4_001] }],
    ["more wrong predictions than errors", { errors: count.errors - 1 }],
    ["errors that no observable has", { errors: count.errors + 1 }],
    ["another number of observables", { flips: [...count.flips, 0] }],
    ["more events than there are detectors", { events: 4_000 * 24 + 1 }],
    ["other shots", { shots: 3_999 }],
  ])("%s cannot be", (_, change) => {
    expect(forged(counted, count, change)?.standing).toBe("impossible");
  });
  it("rows of another length, an encoding of another form, and an event no error reaches cannot be", () => {
    expect(forged(sampled, sample, { rows: sample.rows.subarray(1) })?.standing).toBe("impossible");
    expect(verdictOn(sampled, pack({ ...sample, extra: 1 }))?.standing).toBe("impossible");
    const blind = parseCall({ mode: "events", experiment: { circuit: "R 0 1\nX_ERROR(0.1) 0\nM 0 1\nDETECTOR rec[-2]\nDETECTOR rec[-1]\n" }, shots: 2 }) as QecJob;
    expect(verdictOn(blind, encodeResult({ kind: "events", detectors: 2, observables: 0, shots: 2, rows: Uint8Array.of(1, 0) }))?.standing).toBe("possible");
    expect(verdictOn(blind, encodeResult({ kind: "events", detectors: 2, observables: 0, shots: 2, rows: Uint8Array.of(1, 2) }))).toMatchObject({ standing: "impossible", impossible: { what: "no error reaches this detector" } });
  });
  it("a tenth more events than the circuit gives are implausible, and so are too few", () => {
    for (const factor of [1.1, 0.9]) expect(forged(counted, count, { events: Math.round(count.events * factor) })?.p).toBeLessThan(1e-7);
    const quiet = sample.rows.slice();
    quiet.fill(0, 0, quiet.length >> 2);
    expect(forged(sampled, sample, { rows: quiet })?.p).toBeLessThan(1e-9);
  });
});

describe("moments", () => {
  /** Every subset of mechanisms, one by one. */
  function enumerated({ detectors, mechanisms }: ErrorModel): readonly [mean: number, variance: number] {
    let mean = 0, square = 0;
    for (let subset = 0; subset < 1 << mechanisms.length; subset++) {
      let odds = 1;
      const fired = new Uint8Array(detectors);
      mechanisms.forEach(({ probability, parts }, at) => {
        const struck = ((subset >> at) & 1) === 1;
        odds *= struck ? probability : 1 - probability;
        if (struck) for (const part of parts) for (const detector of part.detectors) fired[detector]! ^= 1;
      });
      const events = fired.reduce((sum, bit) => sum + bit, 0);
      mean += odds * events;
      square += odds * events * events;
    }
    return [mean, square - mean * mean];
  }
  const part = fc.uniqueArray(fc.nat(5), { maxLength: 4 }).map((detectors) => ({ detectors: detectors.toSorted((a, b) => a - b), observables: [] }));
  const mechanism = fc.record({ probability: fc.constantFrom(0, 0.001, 0.2, 0.5, 0.7, 1), parts: fc.array(part, { minLength: 1, maxLength: 3 }) });

  it("are those of all ways errors can strike", () => {
    fc.assert(fc.property(fc.array(mechanism, { maxLength: 9 }), (mechanisms) => {
      const model: ErrorModel = { detectors: 6, observables: 0, mechanisms, coordinates: new Map() };
      const [mean, variance] = enumerated(model);
      const found = eventMoments(model);
      expect(Math.abs(found.mean - mean)).toBeLessThan(1e-12);
      expect(Math.abs(found.variance - variance)).toBeLessThan(1e-11);
    }), { numRuns: 300 });
  });
});
