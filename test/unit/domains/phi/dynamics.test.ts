// Dynamics jobs: known answers, and results that no cut into tasks and no completion order can change.
import { describe, expect, it } from "vitest";
import { jobId } from "../../../../kernel-abi/ids.ts";
import type { JobRunner } from "../../../../kernel-abi/ports.ts";
import { Fault } from "../../../../kernel-abi/fault.ts";
import { DEFAULT_SCHEDULE, decodeIsingOutput, decodeKuramotoOutput, encodeIsingJob, encodeKuramotoJob } from "../../../../domains/kernels/phase/jobs.ts";
import type { CsrGraph } from "../../../../domains/kernels/phase/jobs.ts";
import { runKernel } from "../../../../domains/kernels/registry.ts";
import { decodeDescriptor } from "../../../../domains/phi/descriptor.ts";
import { readResult } from "../../../../domains/phi/outcome.ts";
import type { IsingResult, KuramotoResult, SpectrumResult } from "../../../../domains/phi/outcome.ts";
import { bestOf } from "../../../../domains/phi/shards.ts";
import { bench, delayedRunner, inlineRunner } from "./fixtures.ts";

/** A ring of n with unit weights. */
function ring(n: number): CsrGraph {
  const rows = Array.from({ length: n }, (_, i) => [(i + n - 1) % n, (i + 1) % n].sort((a, b) => a - b));
  return { offsets: Int32Array.from({ length: n + 1 }, (_, i) => 2 * i), targets: Int32Array.from(rows.flat()), weights: new Float64Array(2 * n).fill(1) };
}
const ising = (restarts: number, n = 12) => ({
  op: "ising", couplings: ring(n), restarts, polish: false, cut: true,
  schedule: { ...DEFAULT_SCHEDULE, steps: 60, readFrom: 30 },
});
const kuramoto = (couplings: readonly number[], noise = 0) => ({
  op: "kuramoto", omega: Float64Array.of(0.5, -0.5), couplings: Float64Array.from(couplings), dt: 0.05, steps: 2_000, transient: 1_000, noise, stride: 200, lockTolerance: 0.01,
});
const ask = async <T>(call: unknown, runner: JobRunner = inlineRunner): Promise<T> => {
  const outcome = await bench({}, runner).ask(call);
  expect(outcome.verdict).toBe(0);
  return readResult(outcome.body) as T;
};

describe("kuramoto", () => {
  it("locks two oscillators where theory says: φ* = arcsin(Δω/K), r = cos(φ*/2)", async () => {
    const [free, locked] = await ask<KuramotoResult>(kuramoto([0, 2]));
    expect(locked?.coupling).toBe(2);
    expect(locked?.order).toBeCloseTo(0.9659258262890683, 9);
    expect(locked?.lockedFraction).toBe(1);
    expect(free?.lockedFraction).toBe(0);
    expect(locked?.series).toHaveLength(10);
  });
  it.each([1, 2, 5, 33])("a noisy sweep of %i in tasks equals one kernel job", async (runs) => {
    const at = bench();
    const start = at.start({ ...kuramoto(Array.from({ length: runs }, (_, run) => 0.1 * run), 0.1), steps: 40, transient: 10 });
    const sweep = readResult((await at.service.outcome(start.job)).body) as KuramotoResult;
    const call = decodeDescriptor(start.descriptor);
    if (call.op !== "kuramoto") throw new Error("no kuramoto call");
    const whole = decodeKuramotoOutput(runKernel("phi.kuramoto", encodeKuramotoJob({ ...call.job, key: start.key })));
    expect(sweep.map(({ order }) => order)).toEqual([...whole.order]);
    expect(sweep.map(({ frequencySpread }) => frequencySpread)).toEqual([...whole.frequencySpread]);
    expect(sweep.flatMap(({ series }) => series)).toEqual([...whole.series]);
  });
});

describe("spectrum", () => {
  it("finds a tone", async () => {
    const real = Float64Array.from({ length: 512 }, (_, at) => 3 * Math.cos(2 * Math.PI * 0.125 * at));
    const [peak] = await ask<SpectrumResult>({ op: "spectrum", real, sampleRate: 100, window: "hann", padding: 1, top: 3 });
    expect(peak?.frequency).toBeCloseTo(12.5, 6);
    expect(peak?.amplitude).toBeCloseTo(3, 3);
  });
});

describe("ising", () => {
  it("cuts an even ring whole", async () => {
    const result = await ask<IsingResult>({ ...ising(16), polish: true });
    expect(result.energies).toHaveLength(16);
    expect(result).toMatchObject({ energy: -12, cut: 12 });
    expect(result.spins.every((spin, at) => spin === -(result.spins[(at + 1) % 12] ?? 0))).toBe(true);
  });
  it.each([1, 3, 4, 5, 16, 67, 100])("%i restarts in tasks equal one kernel job", async (restarts) => {
    const at = bench();
    const start = at.start(ising(restarts));
    const outcome = await at.service.outcome(start.job);
    const call = decodeDescriptor(start.descriptor);
    if (call.op !== "ising") throw new Error("no ising call");
    const whole = decodeIsingOutput(runKernel("phi.ising", encodeIsingJob({ ...call.job, key: start.key })));
    expect(readResult(outcome.body)).toEqual({ ...whole, spins: [...whole.spins], energies: [...whole.energies] });
  });
  it("takes the lowest energy, and of equals the earliest restart", () => {
    const of = (energy: number, restart: number) => ({ spins: Int8Array.of(1), energy, restart, energies: Float64Array.of(energy) });
    expect(bestOf([of(-1, 2), of(-3, 5), of(-3, 8), of(-2, 9)])).toMatchObject({ energy: -3, restart: 5, energies: Float64Array.of(-1, -3, -3, -2) });
  });
  it("gives the same bytes whichever task ends first", async () => {
    const body = async (runner: JobRunner) => (await bench({}, runner).ask(ising(40))).body;
    const plain = await body(inlineRunner);
    for (const delays of [[30, 0, 20, 5], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], [9, 8, 7, 6, 5, 4, 3, 2, 1, 0], [0, 50]]) {
      expect(await body(delayedRunner(delays))).toEqual(plain);
    }
  });
  it("of several lost tasks, the first in order speaks", async () => {
    const losing = (order: readonly number[]): JobRunner => {
      let at = 0;
      return {
        run: async () => {
          const task = at++;
          for (let wait = 0; wait < (order[task] ?? 0); wait++) await Promise.resolve();
          throw new Fault("KERNEL_REFUSED", { argument: `task ${task}` });
        },
        close: () => Promise.resolve(),
      };
    };
    const body = async (runner: JobRunner) => (await bench({}, runner).ask(ising(12))).body;
    expect(await body(losing([20, 5, 0]))).toEqual(await body(losing([0, 5, 20])));
  });
  it("jobs do not wait for each other, nor mix", async () => {
    const at = bench({}, delayedRunner([25, 0, 13]));
    const starts = [at.start(ising(8)), at.start(kuramoto([1, 2, 3])), at.start(ising(8))];
    const outcomes = await Promise.all(starts.map(({ job }) => at.service.outcome(job)));
    const plain = bench();
    const again = [plain.start(ising(8)), plain.start(kuramoto([1, 2, 3])), plain.start(ising(8))];
    expect(outcomes).toEqual(await Promise.all(again.map(({ job }) => plain.service.outcome(job))));
    expect(outcomes[0]).not.toEqual(outcomes[2]);
    expect(starts.map(({ job }) => job)).toEqual([jobId(1), jobId(2), jobId(3)]);
  });
});
