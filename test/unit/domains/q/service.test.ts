// Outcomes: right results, typed failures, never a rejection, and bytes that follow from descriptor and key alone.
import { describe, expect, it } from "vitest";
import { FAULTS, Fault } from "../../../../kernel-abi/fault.ts";
import { jobId, tick } from "../../../../kernel-abi/ids.ts";
import { unpack } from "../../../../kernel-abi/packer.ts";
import type { JobRunner } from "../../../../kernel-abi/ports.ts";
import type { LoweredCircuit } from "../../../../domains/kernels/circuit.ts";
import { createQAdmission } from "../../../../domains/q/admission.ts";
import { histogram, parseResult, readResult } from "../../../../domains/q/outcome.ts";
import { createQService } from "../../../../domains/q/service.ts";
import { ghz, inlineRunner, jobOf, lower, view } from "./fixtures.ts";

const admission = createQAdmission();
const contract = view(admission.request({ qubits: 64, budget: 1e9 }, tick(0)));
const runWith = async (runner: JobRunner, call: unknown, id = 1) => {
  const service = createQService(runner);
  service.start(jobOf(admission, call, contract, id));
  return service.outcome(jobId(id));
};
const resultOf = async (call: unknown) => {
  const outcome = await runWith(inlineRunner, call);
  expect(outcome.verdict).toBe(0);
  return readResult(parseResult(outcome.body));
};
const failing = (error: unknown): JobRunner => ({ run: () => Promise.reject(error), close: () => Promise.resolve() });

describe.each([["stabilizer", false], ["statevector", true]])("%s", (_, t) => {
  it("measures a Bell pair equal", async () => {
    const bits = await resultOf({ mode: "bits", circuit: ghz(2, t) });
    expect([[0, 0], [1, 1]]).toContainEqual(bits);
  });
  it("counts GHZ outcomes half and half", async () => {
    const counts = await resultOf({ mode: "counts", circuit: ghz(5, t), shots: 4_000 });
    expect(Object.keys(counts).sort()).toEqual(["00000", "11111"]);
    const { "00000": zeros = 0, "11111": ones = 0 } = counts as Record<string, number>;
    expect(zeros + ones).toBe(4_000);
    expect(Math.abs(zeros - 2_000)).toBeLessThan(190); // six standard deviations
  });
});

describe("results", () => {
  it("puts clbit 0 leftmost", async () => {
    expect(await resultOf({ mode: "counts", circuit: lower(3, 3, [["X", 0], ["MEASURE", 0], ["MEASURE", 1], ["MEASURE", 2]]), shots: 3 })).toEqual({ "100": 3 });
  });
  it("both providers draw the same numbers", async () => {
    const call = (circuit: LoweredCircuit) => ({ mode: "counts", circuit, shots: 200 });
    expect(await resultOf(call(ghz(6, true)))).toEqual(await resultOf(call(ghz(6))));
  });
  it.each([1, 3, 53, 54, 130])("counts rows of %i bits", (clbits) => {
    const rows = [0, 1, 2, 1].map((seed) => Array.from({ length: clbits }, (_, at) => (at * 7 + seed) % 3 === 0 ? 1 : 0));
    const want = new Map<string, number>();
    for (const row of rows) want.set(row.join(""), (want.get(row.join("")) ?? 0) + 1);
    const keys = [...want.keys()].sort();
    expect(histogram(Uint8Array.from(rows.flat()), 4, clbits)).toEqual({ kind: "counts", keys, counts: keys.map((key) => want.get(key)) });
  });
  it("gives exact expectation values", async () => {
    const zz = { coefficients: Float64Array.of(0.5, 2), paulis: Uint8Array.of(3, 3, 1, 0) };
    const circuit = (angle: number) => lower(2, 0, [{ op: "RX", qubits: [0], angle }, ["CX", 0, 1]]);
    expect(await resultOf({ mode: "expectation", circuit: circuit(Math.PI), observable: zz, shots: 10 })).toBe(0.5);
    const plain = { coefficients: Float64Array.of(1), paulis: Uint8Array.of(3, 0) };
    expect(await resultOf({ mode: "expectation", circuit: circuit(1), observable: plain, shots: 10 })).toBeCloseTo(0.5403023058681398, 12);
  });
});

describe("failures", () => {
  const call = { mode: "bits", circuit: ghz(2) };
  it("a lost worker is a lost job, with words that do not name the host", async () => {
    const outcome = await runWith(failing(new Fault("WORKER_LOST", { worker: 17 })), call);
    expect(outcome.verdict).toBe(FAULTS.Q_ERR_HARDWARE_FAILURE.code);
    expect(unpack(outcome.body)).toEqual({ kernel: "q.stabilizer", what: "WORKER_LOST" });
  });
  it("a kernel's own fault keeps its code", async () => {
    const outcome = await runWith(failing(new Fault("KERNEL_REFUSED", { argument: "shots", allowed: "few" })), call);
    expect(outcome).toMatchObject({ verdict: FAULTS.KERNEL_REFUSED.code });
    expect(unpack(outcome.body)).toEqual({ argument: "shots", allowed: "few" });
  });
  it.each([["an error", new RangeError("out of memory at 0x7f")], ["no error at all", undefined]])("%s is a lost job", async (_, error) => {
    expect(await runWith(failing(error), call)).toMatchObject({ verdict: 1004 });
  });
  it("bytes that are no answer are a lost job", async () => {
    const noise: JobRunner = { run: () => Promise.resolve(Uint8Array.of(1)), close: () => Promise.resolve() };
    expect(await runWith(noise, call)).toMatchObject({ verdict: 1004 });
  });
  it("an unknown job, a job asked for twice and a damaged descriptor are answered, not thrown", async () => {
    const service = createQService(inlineRunner);
    expect((await service.outcome(jobId(9))).verdict).toBe(1006);
    service.start({ ...jobOf(admission, call, contract), descriptor: Uint8Array.of(0xc1) });
    expect((await service.outcome(jobId(1))).verdict).toBe(FAULTS.ABI_MALFORMED.code);
    expect((await service.outcome(jobId(1))).verdict).toBe(1006);
  });
  it("an abandoned job is forgotten without an unhandled rejection", async () => {
    const service = createQService(failing(new Fault("WORKER_LOST")));
    service.start(jobOf(admission, call, contract));
    service.abandon(jobId(1));
    expect((await service.outcome(jobId(1))).verdict).toBe(1006);
  });
});

it("no outcome depends on which job finished first", async () => {
  const calls = [1, 2, 3, 4, 5, 6].map((n) => ({ mode: "counts", circuit: ghz(n + 1, n % 2 === 0), shots: 50 }));
  const bodies = async (delays: readonly number[]) => {
    let at = 0;
    const slow: JobRunner = {
      run: async (task) => {
        const delay = delays[at++ % delays.length] ?? 0;
        for (let wait = 0; wait < delay; wait++) await Promise.resolve();
        return inlineRunner.run(task);
      },
      close: () => Promise.resolve(),
    };
    const service = createQService(slow);
    calls.forEach((call, index) => { service.start(jobOf(admission, call, contract, index + 1)); });
    return Promise.all(calls.map(async (__, index) => service.outcome(jobId(index + 1))));
  };
  expect(await bodies([50, 0, 31, 7])).toEqual(await bodies([0, 12, 3]));
});
