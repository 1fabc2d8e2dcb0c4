// Circuits, contracts and an inline pool for the Q tests.
import type { ContractView, JobRunner, JobStart, ParsedCall, Admission, Admitted } from "../../../../kernel-abi/ports.ts";
import type { Ledger, Terms } from "../../../../kernel-abi/contract.ts";
import { contractId, jobId, processId, processName, tick } from "../../../../kernel-abi/ids.ts";
import { OP, OP_WIDTH } from "../../../../domains/kernels/circuit.ts";
import type { LoweredCircuit } from "../../../../domains/kernels/circuit.ts";
import { runKernel } from "../../../../domains/kernels/registry.ts";

export type Instruction =
  | readonly [op: keyof typeof OP, ...qubits: number[]]
  | { readonly op: keyof typeof OP; readonly qubits: readonly number[]; readonly clbit?: number; readonly angle?: number; readonly when?: readonly [number, 0 | 1] };

/** Lowers by hand, so that these tests lean on nothing but the layout. */
export function lower(qubits: number, clbits: number, instructions: readonly Instruction[]): LoweredCircuit {
  const angles: number[] = [], conditions: number[] = [];
  let ordinal = 0;
  const ops = instructions.flatMap((instruction) => {
    const row = "op" in instruction ? instruction : { op: instruction[0], qubits: instruction.slice(1).map(Number) };
    const [q0 = -1, q1 = -1, q2 = -1] = row.qubits;
    const measured = row.op === "MEASURE" || row.op === "RESET" ? ordinal++ : -1;
    const clbit = row.op === "MEASURE" ? ("clbit" in row ? row.clbit ?? q0 : q0) : -1;
    let condition = -1, parameter = -1;
    if ("when" in row && row.when !== undefined) condition = conditions.push(1, ...row.when) - 3;
    if ("angle" in row && row.angle !== undefined) parameter = angles.push(row.angle) - 1;
    return [OP[row.op], q0, q1, q2, clbit, condition, parameter, measured];
  });
  if (ops.length % OP_WIDTH !== 0) throw new Error("layout");
  return { qubits, clbits, ops: Int32Array.from(ops), angles: Float64Array.from(angles), conditions: Int32Array.from(conditions) };
}

/** GHZ on n qubits; `t` adds a T, so that only the state vector takes it. */
export const ghz = (n: number, t = false): LoweredCircuit => lower(n, n, [
  ["H", 0], ...Array.from({ length: n - 1 }, (_, at): Instruction => ["CX", at, at + 1]),
  ...(t ? [["T", 0] as const] : []), ...Array.from({ length: n }, (_, at): Instruction => ["MEASURE", at]),
]);

export const inlineRunner: JobRunner = {
  run: async ({ kernel, input }) => {
    await Promise.resolve();
    return runKernel(kernel, input);
  },
  close: () => Promise.resolve(),
};

export const view = (terms: Terms, ledger: Ledger = { budget: 0, shots: 0, jobs: 0 }): ContractView =>
  ({ id: contractId(1), owner: processId(3), terms, ledger });

/** The kernel's stages in the order of A2. */
export function judge(parsed: ParsedCall, contract: ContractView, now: number): Admitted {
  parsed.calibration(contract, tick(now));
  parsed.capacity(contract);
  parsed.support(contract);
  return parsed.budget(contract, tick(now));
}

export function jobOf(admission: Admission, call: unknown, contract: ContractView, id = 1, key = Uint32Array.of(7, 11)): JobStart {
  const admitted = judge(admission.shape(call, []), contract, 0);
  return {
    job: jobId(id), domain: "Q", owner: processName("root"), contract, descriptor: admitted.descriptor, key,
    issued: tick(0), due: tick(admitted.cost),
  };
}

