import { describe, expect, it } from "vitest";
import { encodeCircuitJob, type CircuitJob, type LoweredCircuit } from "../../../../../domains/kernels/circuit.ts";
import { ANGLE_LIMIT } from "../../../../../domains/kernels/libm/portable.ts";
import { runCircuitJob, statevectorKernel } from "../../../../../domains/kernels/statevector/kernel.ts";
import { Register } from "../../../../../domains/kernels/statevector/register.ts";
import { Fault } from "../../../../../kernel-abi/fault.ts";
import { unpack } from "../../../../../kernel-abi/packer.ts";
import { lowered } from "../../../../support/clifford-circuits.ts";
import { gate, measure, measureAll, pauliSum, sample, turned } from "../../../../support/statevector-circuits.ts";

const key = Uint32Array.of(1, 2);
const bell = lowered(2, 2, [gate("H", 0), gate("CX", 0, 1), ...measureAll(2)]);

function refusal(job: CircuitJob): unknown {
  try {
    statevectorKernel.run(encodeCircuitJob(job));
  } catch (error) {
    return error instanceof Fault ? [error.fault, error.detail["argument"]] : error;
  }
  return "ran";
}
const sampling = (circuit: LoweredCircuit, shots = 1): CircuitJob => ({ mode: "sample", circuit, shots, key });

describe("the kernel", () => {
  it("says who it is", () => {
    expect(statevectorKernel.name).toBe("q.statevector");
    expect(statevectorKernel.binary).toMatch(/^[0-9a-f]{64}$/);
    expect(Object.isFrozen(statevectorKernel)).toBe(true);
  });
  it("answers in the format of the circuit port", () => {
    const output = unpack(statevectorKernel.run(encodeCircuitJob(sampling(bell, 5))));
    expect(output).toEqual({ mode: "sample", bits: sample(bell, 5, key) });
    const value = unpack(statevectorKernel.run(encodeCircuitJob({ mode: "expectation", circuit: lowered(2, 0, []), observable: pauliSum([[0.25, "ZZ"], [2, "XI"]]) })));
    expect(value).toEqual({ mode: "expectation", value: Float64Array.of(0.25) });
  });
  it("an empty sum is 0 and an empty circuit reads 0", () => {
    expect(runCircuitJob({ mode: "expectation", circuit: lowered(1, 0, []), observable: pauliSum([]) })).toEqual({ mode: "expectation", value: Float64Array.of(0) });
    expect(sample(lowered(1, 3, []), 4)).toEqual(new Uint8Array(12));
  });
  it("starts every register in |0…0⟩, whatever ran before", () => {
    sample(lowered(8, 8, [...Array.from({ length: 8 }, (_, qubit) => gate("H", qubit)), ...measureAll(8)]), 100);
    const fresh = new Register({ qubits: 8, shots: 10, clbits: 8 });
    const memory = new Float64Array(fresh.wasm.memory.buffer);
    expect(memory.reduce((sum, value) => sum + Math.abs(value), 0)).toBe(1);
  });
});

describe("refusals", () => {
  it.each([
    ["28 qubits", "qubits", sampling(lowered(28, 0, []))],
    ["an angle beyond the sine's domain", "angle", sampling(lowered(1, 0, [turned("RX", ANGLE_LIMIT + 1, 0)]))],
    ["a misnumbered measurement", "measurement ordinal", sampling({ ...bell, ops: bell.ops.map((value, at) => (at === 31 ? 0 : value)) })],
    ["ten million and one shots", "shots", sampling(bell, 10_000_001)],
    ["a result beyond its bound", "shots × clbits", sampling(lowered(1, 1000, []), 1_000_000)],
    ["a measurement in expectation mode", "circuit", { mode: "expectation", circuit: bell, observable: pauliSum([[1, "ZZ"]]) }],
    ["a condition in expectation mode", "circuit", { mode: "expectation", circuit: lowered(1, 1, [{ ...gate("X", 0), when: [[0, 0]] }]), observable: pauliSum([[1, "Z"]]) }],
    ["a letter beyond Z", "pauli letter", { mode: "expectation", circuit: lowered(1, 0, []), observable: { coefficients: Float64Array.of(1), paulis: Uint8Array.of(4) } }],
    ["a gradient of 27 qubits", "qubits", { mode: "gradient", circuit: lowered(27, 0, []), observable: pauliSum([[1, "Z".repeat(27)]]), parameters: { count: 0, entries: new Int32Array(), of: new Int32Array(), factors: new Float64Array() }, method: "adjoint" }],
    ["an infinite coefficient", "coefficient", { mode: "expectation", circuit: lowered(1, 0, []), observable: pauliSum([[Infinity, "Z"]]) }],
  ] as const)("%s", (_, argument, job) => {
    expect(refusal(job)).toEqual(["KERNEL_REFUSED", argument]);
  });
  it("the largest angle runs", () => {
    expect(refusal(sampling(lowered(1, 0, [turned("RX", -ANGLE_LIMIT, 0)])))).toBe("ran");
  });
});

describe("24 qubits", () => {
  it("samples an entangled triple across the register", () => {
    const circuit = lowered(24, 3, [gate("H", 23), gate("CX", 23, 0), gate("CCX", 0, 23, 11), gate("T", 11), measure(0, 0), measure(11, 1), measure(23, 2)]);
    const bits = sample(circuit, 64, key);
    const rows = Array.from({ length: 64 }, (_, shot) => bits.subarray(3 * shot, 3 * shot + 3).join(""));
    expect(new Set(rows)).toEqual(new Set(["000", "111"]));
  });
});
