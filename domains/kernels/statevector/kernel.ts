// The kernel "q.statevector": a circuit job in, an outcome out. Sampling and exact expectations by state vector, up to
// LIMITS.statevector_qubits_max qubits; bits and one number per job leave it, amplitudes never do (A4).
import { Fault } from "../../../kernel-abi/fault.ts";
import { LIMITS } from "../../../kernel-abi/limits.ts";
import type { Crew } from "../../../kernel-abi/ports.ts";
import { sha256 } from "../build/statevector.ts";
import { decodeCircuitJob, encodeCircuitOutput, type CircuitJob, type CircuitOutput, type Fusion } from "../circuit.ts";
import type { Kernel } from "../job.ts";
import { expectationOfPlan } from "./expectation.ts";
import { gradientOf } from "./gradient.ts";
import { planDigest } from "./plan-digest.ts";
import { samplePlan } from "./sample.ts";
import { stagedPlan, type Planning, type StagedPlan } from "./stages.ts";
import { meanOfNoisy, sampleNoisy } from "./trajectories.ts";

function checkShots(shots: number, clbits: number): void {
  if (shots > LIMITS.shots_max) throw new Fault("KERNEL_REFUSED", { argument: "shots", allowed: `1 to ${LIMITS.shots_max}` });
  if (shots * Math.max(1, clbits) > LIMITS.result_bits_max) {
    throw new Fault("KERNEL_REFUSED", { argument: "shots × clbits", allowed: `at most ${LIMITS.result_bits_max}` });
  }
}

const planningOf = ({ fusion = "exact" }: { readonly fusion?: Fusion }): Planning => ({ fusion });

/** Exact plans give the same numbers whatever they are; a fused one has its own. */
const named = ({ fusion }: { readonly fusion?: Fusion }, staged: StagedPlan): { readonly plan?: Uint8Array } => (fusion === "fused" ? { plan: planDigest(staged) } : {});

/** @throws Fault KERNEL_REFUSED */
export function runCircuitJob(job: CircuitJob, crew?: Crew): CircuitOutput {
  switch (job.mode) {
    case "sample": {
      checkShots(job.shots, job.circuit.clbits);
      if (job.noise !== undefined) return { mode: "sample", bits: sampleNoisy(job.circuit, job.noise, { shots: job.shots, key: job.key, crew }) };
      const staged = stagedPlan(job.circuit, planningOf(job));
      return { mode: "sample", bits: samplePlan(staged, job.shots, job.key, undefined, crew), ...named(job, staged) };
    }
    case "expectation": {
      const staged = stagedPlan(job.circuit, planningOf(job));
      return { mode: "expectation", value: Float64Array.of(expectationOfPlan(staged, job.observable, crew)), ...named(job, staged) };
    }
    case "mean":
      checkShots(job.shots, 0);
      return { mode: "expectation", value: Float64Array.of(meanOfNoisy(job.circuit, job.noise, job.observable, { shots: job.shots, key: job.key, crew })) };
    case "gradient": {
      const { value, gradient } = gradientOf(job.circuit, job.observable, job.parameters, job.method, crew);
      return { mode: "gradient", value: Float64Array.of(value), gradient };
    }
  }
}

export const statevectorKernel: Kernel = Object.freeze({
  name: "q.statevector",
  version: 1,
  binary: sha256,
  run: (input: Uint8Array, crew?: Crew): Uint8Array => encodeCircuitOutput(runCircuitJob(decodeCircuitJob(input), crew)),
});
