// The kernel "q.statevector": a circuit job in, an outcome out. Sampling and exact expectations by state vector, up to
// LIMITS.statevector_qubits_max qubits; bits and one number per job leave it, amplitudes never do (A4).
import { Fault } from "../../../kernel-abi/fault.ts";
import { LIMITS } from "../../../kernel-abi/limits.ts";
import type { Crew } from "../../../kernel-abi/ports.ts";
import { sha256 } from "../build/statevector.ts";
import { decodeCircuitJob, encodeCircuitOutput, type CircuitJob, type CircuitOutput } from "../circuit.ts";
import type { Kernel } from "../job.ts";
import { expectationOfPlan } from "./expectation.ts";
import { samplePlan } from "./sample.ts";
import { stagedPlan } from "./stages.ts";


function checkShots(shots: number, clbits: number): void {
  if (shots > LIMITS.shots_max) throw new Fault("KERNEL_REFUSED", { argument: "shots", allowed: `1 to ${LIMITS.shots_max}` });
  if (shots * Math.max(1, clbits) > LIMITS.result_bits_max) {
    throw new Fault("KERNEL_REFUSED", { argument: "shots × clbits", allowed: `at most ${LIMITS.result_bits_max}` });
  }
}

/** @throws Fault KERNEL_REFUSED */
export function runCircuitJob(job: CircuitJob, crew?: Crew): CircuitOutput {
  if (job.mode === "sample") checkShots(job.shots, job.circuit.clbits);
  const plan = stagedPlan(job.circuit, { fusion: job.fusion ?? "exact" });
  return job.mode === "sample"
    ? { mode: "sample", bits: samplePlan(plan, job.shots, job.key, undefined, crew) }
    : { mode: "expectation", value: Float64Array.of(expectationOfPlan(plan, job.observable, crew)) };
}

export const statevectorKernel: Kernel = Object.freeze({
  name: "q.statevector",
  version: 1,
  binary: sha256,
  run: (input: Uint8Array, crew?: Crew): Uint8Array => encodeCircuitOutput(runCircuitJob(decodeCircuitJob(input), crew)),
});
