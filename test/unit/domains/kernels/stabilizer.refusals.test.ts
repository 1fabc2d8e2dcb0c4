// What the stabilizer kernel refuses, and that damaged bytes end in a typed fault or in a result, never in anything else.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Fault } from "../../../../kernel-abi/fault.ts";
import type { CircuitJob, LoweredCircuit, PauliSum } from "../../../../domains/kernels/circuit.ts";
import { decodeCircuitJob, encodeCircuitJob } from "../../../../domains/kernels/circuit.ts";
import { cliffordWord, isClifford } from "../../../../domains/kernels/stabilizer/clifford.ts";
import { OP } from "../../../../domains/kernels/circuit.ts";
import { runStabilizerJob, stabilizerKernel } from "../../../../domains/kernels/stabilizer/kernel.ts";
import { lowered } from "../../../support/clifford-circuits.ts";
import type { Instruction } from "../../../support/clifford-circuits.ts";

const KEY = Uint32Array.of(1, 2);
const sampled = (circuit: LoweredCircuit, shots = 1): CircuitJob => ({ mode: "sample", circuit, shots, key: KEY });
const observed = (circuit: LoweredCircuit, observable: PauliSum): CircuitJob => ({ mode: "expectation", circuit, observable });

function faultOf(call: () => unknown): Fault | undefined {
  try {
    call();
    return undefined;
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
}
const faultName = (job: CircuitJob): string | undefined => faultOf(() => runStabilizerJob(job))?.fault;

const nextAfter = (value: number): number => {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  view.setBigInt64(0, view.getBigInt64(0) + 1n);
  return view.getFloat64(0);
};

describe("the gate set", () => {
  const outside: readonly Instruction[] = [
    { op: "T", on: [0] }, { op: "TDG", on: [0] }, { op: "CCX", on: [0, 1, 2] },
    { op: "RX", on: [0], angle: 0.1 }, { op: "RY", on: [0], angle: Math.PI / 4 },
    { op: "RZ", on: [0], angle: nextAfter(Math.PI / 2) }, { op: "P", on: [0], angle: 9 * (Math.PI / 2) },
    { op: "CP", on: [0, 1], angle: Math.PI / 2 }, { op: "CP", on: [0, 1], angle: 5 * Math.PI },
    { op: "P", on: [0], angle: 5e-324 },
  ];
  it.each(outside)("refuses $op by $angle, naming the instruction", (instruction) => {
    const circuit = lowered(3, 1, [{ op: "H", on: [0] }, { op: "BARRIER", on: [] }, instruction, { op: "MEASURE", on: [0], clbit: 0 }]);
    expect(isClifford(circuit)).toBe(false);
    const fault = faultOf(() => runStabilizerJob(sampled(circuit)));
    expect(fault?.fault).toBe("Q_ERR_GATE_UNSUPPORTED");
    expect(fault?.detail).toMatchObject({ instruction: 2, opcode: OP[instruction.op] });
  });

  it("accepts exactly k·(Math.PI/2) up to |k| = 8, and k·Math.PI up to |k| = 4 for CP", () => {
    const turns = Array.from({ length: 19 }, (_, i) => i - 9);
    for (const opcode of [OP.RX, OP.RY, OP.RZ, OP.P]) {
      expect(turns.filter((k) => cliffordWord(opcode, k * (Math.PI / 2)) !== undefined)).toEqual(turns.slice(1, -1));
    }
    expect(turns.filter((k) => cliffordWord(OP.CP, k * Math.PI) !== undefined)).toEqual([-4, -3, -2, -1, 0, 1, 2, 3, 4]);
    expect(cliffordWord(OP.RX, 3 * Math.PI / 2)).toEqual([OP.H, OP.SDG, OP.H]);
    expect(cliffordWord(OP.P, -0)).toEqual([]);
  });
});

describe("refused arguments", () => {
  const measured = (ordinal: number): LoweredCircuit => {
    const circuit = lowered(1, 1, [{ op: "MEASURE", on: [0], clbit: 0 }]);
    circuit.ops[7] = ordinal;
    return circuit;
  };
  const one = (letter: number, coefficient: number): PauliSum => ({ coefficients: Float64Array.of(coefficient), paulis: Uint8Array.of(letter) });
  const jobs: readonly (readonly [string, CircuitJob])[] = [
    ["more than 16,384 qubits", sampled(lowered(16385, 1, []))],
    ["more bits than one job may return", sampled(lowered(1, 1 << 20, []), 257)],
    ["a measurement ordinal out of place", sampled(measured(1))],
    ["a missing measurement ordinal", sampled(measured(-1))],
    ["a measurement under an expectation", observed(measured(0), one(3, 1))],
    ["a reset under an expectation", observed(lowered(1, 0, [{ op: "RESET", on: [0] }]), one(3, 1))],
    ["a condition under an expectation", observed(lowered(1, 1, [{ op: "X", on: [0], when: [[0, 1]] }]), one(3, 1))],
    ["a fifth Pauli letter", observed(lowered(1, 0, []), one(4, 1))],
    ["a coefficient that is no number", observed(lowered(1, 0, []), one(3, Number.NaN))],
  ];
  it.each(jobs)("%s", (_, job) => { expect(faultName(job)).toBe("KERNEL_REFUSED"); });
});

describe("damaged bytes", () => {
  const circuit = lowered(3, 2, [
    { op: "H", on: [0] }, { op: "CX", on: [0, 1] }, { op: "RX", on: [2], angle: Math.PI / 2 },
    { op: "MEASURE", on: [0], clbit: 0 }, { op: "Z", on: [1], when: [[0, 1]] }, { op: "RESET", on: [2] }, { op: "MEASURE", on: [1], clbit: 1 },
  ]);
  const whole = [
    encodeCircuitJob(sampled(circuit, 4)),
    encodeCircuitJob(observed(lowered(2, 0, [{ op: "H", on: [0] }]), { coefficients: Float64Array.of(1, 2), paulis: Uint8Array.of(1, 0, 3, 3) })),
  ];
  /** A flipped bit may ask for a billion shots, which is a valid job and no matter of this test. */
  const isSmall = (bytes: Uint8Array): boolean => {
    const fault = faultOf(() => {
      const job = decodeCircuitJob(bytes);
      if (job.mode === "sample" && job.shots * (1 + job.circuit.clbits) > 1e5) throw new Fault("ABI_LIMIT");
    });
    return fault?.fault !== "ABI_LIMIT";
  };
  const endsTyped = (bytes: Uint8Array): void => {
    const fault = faultOf(() => stabilizerKernel.run(bytes));
    if (fault !== undefined) expect(["KERNEL_REFUSED", "ABI_UNDECODABLE", "Q_ERR_GATE_UNSUPPORTED"]).toContain(fault.fault);
  };

  it("with changed bytes or cut short", () => {
    const damage = fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { minLength: 1, maxLength: 3 });
    fc.assert(fc.property(fc.constantFrom(...whole), damage, fc.nat(400), (bytes, changes, cut) => {
      const damaged = Uint8Array.from(bytes).subarray(0, cut < 40 ? cut * 10 : bytes.length);
      for (const [at, value] of changes) if (damaged.length > 0) damaged[at % damaged.length] = value;
      if (isSmall(damaged)) endsTyped(damaged);
    }), { numRuns: 1500 });
  });

  it("of no meaning at all", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => { if (isSmall(bytes)) endsTyped(bytes); }), { numRuns: 500 });
  });
});
