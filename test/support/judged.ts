// Jobs for the judge of Q, without a trace around them: sampled by the kernels under a seed's key, or forged.
import { encodeDescriptor, kernelInput, type CircuitWork } from "../../domains/q/job.ts";
import { chooseProvider } from "../../domains/q/declared.ts";
import { decodeCircuitOutput } from "../../domains/q/kernel-output.ts";
import { createQJudge } from "../../domains/q/judge/judge.ts";
import { encodeResult, resultOf } from "../../domains/q/outcome.ts";
import { termsOf } from "../../domains/q/request.ts";
import { runKernel } from "../../domains/kernels/registry.ts";
import type { LoweredCircuit, PauliSum } from "../../domains/kernels/circuit.ts";
import { jobId, tick } from "../../kernel-abi/ids.ts";
import type { DomainVerdict, JobVerdict } from "../../kernel-abi/judgement.ts";

export const bitsJob = (circuit: LoweredCircuit): CircuitWork => ({ mode: "bits", circuit, shots: 1 });
export const countsJob = (circuit: LoweredCircuit, shots: number): CircuitWork => ({ mode: "counts", circuit, shots });
export const valueJob = (circuit: LoweredCircuit, observable: PauliSum): CircuitWork => ({ mode: "expectation", circuit, shots: 1, observable });

/** What the provider would record under this key. */
export function honest(job: CircuitWork, seed: number): Uint8Array {
  const kernel = chooseProvider(job.circuit).kernels[0]?.name ?? "";
  const output = decodeCircuitOutput(runKernel(kernel, kernelInput(job, Uint32Array.of(seed, 0x7ead))));
  return encodeResult(resultOf(job.mode, job.shots, job.circuit.clbits, output));
}

/** A histogram as a provider records it. */
export function histogram(counts: Readonly<Record<string, number>>): Uint8Array {
  const keys = Object.keys(counts).sort();
  return encodeResult({ kind: "counts", keys, counts: keys.map((key) => counts[key] ?? 0) });
}

export type Recorded = readonly [job: CircuitWork, body: Uint8Array, verdict?: number];

/** Verdicts on jobs in this order. */
export function judged(...recorded: readonly Recorded[]): DomainVerdict {
  const judge = createQJudge();
  recorded.forEach(([job, body, verdict = 0], at) => {
    judge.take({
      job: jobId(at + 1), domain: "Q", terms: termsOf({ qubits: job.circuit.qubits, budget: 1 }, tick(0)), descriptor: encodeDescriptor(job), outcome: { verdict, body }, due: tick(1),
    });
  });
  return judge.finish();
}

export function judgedAlone(...[job, body]: Recorded): JobVerdict {
  const [verdict] = judged([job, body]).jobs;
  if (verdict === undefined) throw new Error("no verdict");
  return verdict;
}
