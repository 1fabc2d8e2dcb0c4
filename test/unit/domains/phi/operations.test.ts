// The api yields plain operations and turns the kernel's answers into typed values.
import { describe, expect, it } from "vitest";
import { makeContract, makeJob } from "../../../../kernel-abi/handle.ts";
import type { Job } from "../../../../kernel-abi/handle.ts";
import type { Operation } from "../../../../kernel-abi/operation.ts";
import { phi } from "../../../../domains/phi/api/operations.ts";
import { encodeResult } from "../../../../domains/phi/outcome.ts";
import type { StabilityReport } from "../../../../domains/phi/outcome.ts";
import { unpack } from "../../../../kernel-abi/packer.ts";
import { faultName } from "../../../support/refusals.ts";

/** Feeds a method its answers; the operations it yielded and what it returned. */
function drive<R>(method: Generator<Operation<"PHI">, R, unknown>, ...answers: readonly unknown[]): { readonly yielded: readonly Operation<"PHI">[]; readonly result: R } {
  const yielded: Operation<"PHI">[] = [];
  let step = method.next();
  for (const answer of answers) {
    if (step.done === true) throw new Error("ended early");
    yielded.push(step.value);
    step = method.next(answer);
  }
  if (step.done !== true) throw new Error("wants more");
  return { yielded, result: step.value };
}

const contract = makeContract("PHI");
const job: Job<StabilityReport, "PHI"> = makeJob<"PHI">("PHI") as Job<StabilityReport, "PHI">;
const report = { kind: "report", stability: 999_999, noise: 1, drift: 2_000, tick: 7 };
const envelope = { contract, job };
const graph = { offsets: Int32Array.of(0, 0), targets: new Int32Array(0), weights: new Float64Array(0) };

describe("phi", () => {
  it("opens, transforms, evaluates and closes envelopes: submit, then collect", () => {
    const opened = drive(phi.open(contract, [0, 1]), job, report);
    expect(opened.result).toEqual(envelope);
    expect(opened.yielded).toEqual([
      { domain: "PHI", op: "submit", contract, refs: [], call: { op: "open", phases: Float64Array.of(0, 1) } }, { domain: "PHI", op: "collect", job },
    ]);
    const shifted = drive(phi.shift(envelope, 0.5), job, report);
    expect(shifted.yielded[0]).toMatchObject({ contract, refs: [job], call: { op: "shift", delta: Float64Array.of(0.5) } });
    expect(shifted.result).toEqual({ stability: 0.999999, noise: 0.000001, drift: 0.002, tick: 7 });
    expect(drive(phi.align(envelope, 1), job, report).yielded[0]).toMatchObject({ call: { op: "align", kappa: 1 } });
    const other = { contract, job: makeJob("PHI") as Job<StabilityReport, "PHI"> };
    expect(drive(phi.merge(envelope, other), job, report).yielded[0]).toMatchObject({ refs: [job, other.job], call: { op: "merge" } });
    expect(drive(phi.split(envelope, other), job, report).yielded[0]).toMatchObject({ call: { op: "split" } });
    expect(drive(phi.evaluate(envelope), job, { ...report, kind: "evaluation", projection: Float64Array.of(0.5, -1) }).result).toMatchObject({ R: 0.5, psi: -1, drift: 0.002 });
    expect(drive(phi.evaluate(envelope), job, { ...report, kind: "evaluation", projection: Float64Array.of(0.5) }).result).toMatchObject({ R: 0.5, psi: null });
    expect(drive(phi.close(envelope), job, { kind: "closed" }).result).toBeUndefined();
  });
  it("an envelope cannot be serialised: its handles refuse", () => {
    expect(faultName(() => JSON.stringify(envelope))).toBe("Q_ERR_NO_CLONE_VIOLATION");
  });
  it("submits dynamics with their defaults and reads their results", () => {
    expect(drive(phi.kuramoto(contract, { omega: [1, 2], couplings: 3 }), job).yielded[0]).toMatchObject({
      call: { op: "kuramoto", couplings: Float64Array.of(3), dt: 0.05, steps: 4000, transient: 2000, stride: 40, noise: 0 },
    });
    expect(drive(phi.ising(contract, { couplings: graph, schedule: { steps: 9 } }), job).yielded[0]).toMatchObject({ call: { op: "ising", restarts: 16, polish: true, cut: false, schedule: { steps: 9, dt: 0.6 } } });
    expect(drive(phi.spectrum(contract, { real: [1], imaginary: [2] }, { top: 1 }), job).yielded[0]).toMatchObject({ call: { op: "spectrum", imaginary: Float64Array.of(2), window: "hann", top: 1 } });
    const body = unpack(encodeResult({ kind: "ising", output: { spins: Int8Array.of(1, -1), energy: -0.5, restart: 3, energies: Float64Array.of(-0.5) } }));
    expect(drive(phi.project(job), body).result).toEqual({ spins: [1, -1], energy: -0.5, restart: 3, energies: [-0.5] });
  });
  it("refuses answers that are none, with a typed fault", () => {
    expect(faultName(() => drive(phi.reserve({ components: 1, duration: 1 }), makeContract("Q")))).toBe("ABI_MALFORMED");
    expect(faultName(() => drive(phi.project(job), { kind: "state", z: Float64Array.of(1) }))).toBe("ABI_MALFORMED");
    expect(faultName(() => drive(phi.project(job), undefined))).toBe("ABI_MALFORMED");
    expect(faultName(() => drive(phi.ledger(contract), {}))).toBe("ABI_MALFORMED");
  });
});
