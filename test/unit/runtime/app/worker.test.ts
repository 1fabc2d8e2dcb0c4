import { afterAll, describe, expect, it } from "vitest";
import { encodeCircuitJob, OP, OP_WIDTH, type CircuitJob } from "../../../../domains/kernels/circuit.ts";
import { KERNELS, runKernel } from "../../../../domains/kernels/registry.ts";
import { Fault } from "../../../../kernel-abi/fault.ts";
import { createInlineRunner } from "../../../../runtime/workers/inline.ts";
import { createPool } from "../../../../runtime/workers/pool.ts";

const delays = [80, 0, 40, 0, 20, 10];
const pool = createPool({
  workerUrl: new URL("../../../../runtime/app/worker.ts", import.meta.url), workers: 2, delayMs: (ordinal) => delays[ordinal % delays.length] ?? 0,
});
const inline = createInlineRunner(runKernel);
afterAll(() => pool.close());

const bell = (seed: number): CircuitJob => ({
  mode: "sample", shots: 50, key: Uint32Array.of(seed, 7),
  circuit: {
    qubits: 2, clbits: 2, angles: new Float64Array(0), conditions: new Int32Array(0),
    ops: Int32Array.from([
      [OP.H, 0, -1, -1, -1, -1, -1, -1], [OP.CX, 0, 1, -1, -1, -1, -1, -1],
      [OP.MEASURE, 0, -1, -1, 0, -1, -1, 0], [OP.MEASURE, 1, -1, -1, 1, -1, -1, 1],
    ].flatMap((row) => { expect(row).toHaveLength(OP_WIDTH); return row; })),
  },
});

describe("kernels on the pool", () => {
  it("give the bytes they give inline, whatever order they finish in", async () => {
    const tasks = delays.flatMap((_, seed) => ["q.statevector", "q.stabilizer"].map((kernel) => ({ kernel, input: encodeCircuitJob(bell(seed)) })));
    const [pooled, inlined] = await Promise.all([pool, inline].map((runner) => Promise.all(tasks.map((task) => runner.run(task)))));
    expect(pooled).toEqual(inlined);
    expect(new Set(pooled?.map((bytes) => Buffer.from(bytes).toString("hex"))).size).toBe(delays.length); // both kernels draw alike, seeds differ
  });

  it.each([
    ["an unknown kernel", "q.telepathy", new Uint8Array(0), "KERNEL_REFUSED"],
    ["bytes that are no job", "q.statevector", Uint8Array.of(0x92), "ABI_UNDECODABLE"],
    ["a refused job", "q.statevector", encodeCircuitJob({ ...bell(1), shots: 0 } as CircuitJob), "KERNEL_REFUSED"],
  ])("refuse %s with the same fault on a thread and inline", async (_, kernel, input, fault) => {
    const refusal = (error: unknown): unknown => (error instanceof Fault ? error.toJSON() : error);
    const [onThread, onCaller] = await Promise.all([pool, inline].map((runner) => runner.run({ kernel, input }).catch(refusal)));
    expect(onThread).toEqual(onCaller);
    expect(onThread).toMatchObject({ name: fault });
  });
});

describe("the registry", () => {
  it("has every kernel once, by a name of its domain, with its version and binary", () => {
    expect(KERNELS.map(({ name }) => name)).toEqual(["phi.ising", "phi.kuramoto", "phi.spectrum", "phi.transform", "q.bposd", "q.decode", "q.frames", "q.qec", "q.stabilizer", "q.statevector"]);
    for (const { version, binary } of KERNELS) expect([Number.isInteger(version), binary]).toEqual([true, expect.stringMatching(/^[0-9a-f]{64}$/)]);
  });
});
