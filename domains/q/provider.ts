// The Q provider port (XDV-060) and the simulated provider behind it. Owns the jobs it was handed until each is measured.
//   1  State lives in the kernel for the time of one job and nowhere else; what comes out is classical (A4).
//   2  A job is measured once; no failure escapes as anything but a Fault.
import { Fault } from "../../kernel-abi/fault.ts";
import type { ProviderDeclaration } from "../../kernel-abi/header.ts";
import type { JobId } from "../../kernel-abi/ids.ts";
import type { JobRunner } from "../../kernel-abi/ports.ts";
import { decodeCircuitOutput } from "./kernel-output.ts";
import { kernelInput } from "./job.ts";
import type { QJob } from "./job.ts";
import { qecResult, qecTask } from "./qec/task.ts";
import { resultOf } from "./outcome.ts";
import type { QResult } from "./outcome.ts";

/** What a provider says when a job is handed in. */
export interface Acknowledgement {
  readonly job: JobId;
  readonly provider: string;
  readonly kernel: string;
}

export interface QProvider {
  /** Register, attest and declare: the declaration carries the attestation and the digests of the binaries. */
  readonly declaration: ProviderDeclaration;
  /** `key` seeds the kernel's generator; it is in no descriptor. */
  submit(job: JobId, work: QJob, key: Uint32Array): Acknowledgement;
  /**
   * The classical outcome of a submitted job; asked for once.
   * @throws Fault Q_ERR_HARDWARE_FAILURE when the job was lost; the kernel's own Fault when it refused.
   */
  measure(job: JobId): Promise<QResult>;
  /** Nobody will measure the job. */
  abandon(job: JobId): void;
}

/** The provider's own words for what happened to a job: a kernel's refusal keeps its code, all else is a lost job. */
function providerFault(cause: unknown, kernel: string): Fault {
  if (cause instanceof Fault && cause.fault !== "WORKER_LOST") return cause;
  return new Fault("Q_ERR_HARDWARE_FAILURE", { kernel, what: cause instanceof Fault ? cause.fault : "the kernel stopped" }, { cause });
}

/** Runs one declared kernel on the pool. */
export function simulatedProvider(declaration: ProviderDeclaration, runner: JobRunner): QProvider {
  const kernel = declaration.kernels[0]?.name ?? "";
  const running = new Map<JobId, Promise<QResult | Fault>>();

  async function run(work: QJob, key: Uint32Array): Promise<QResult | Fault> {
    try {
      if ("experiment" in work) return qecResult(work, await runner.run(qecTask(work, key)));
      const output = decodeCircuitOutput(await runner.run({ kernel, input: kernelInput(work, key) }));
      return resultOf(work.mode, work.shots, work.circuit.clbits, output);
    } catch (cause) {
      return providerFault(cause, kernel);
    }
  }

  return Object.freeze({
    declaration,
    submit(job: JobId, work: QJob, key: Uint32Array): Acknowledgement {
      running.set(job, run(work, key));
      return { job, provider: declaration.provider, kernel };
    },
    async measure(job: JobId): Promise<QResult> {
      const result = await running.get(job);
      running.delete(job);
      if (result === undefined) throw new Fault("Q_ERR_MEASUREMENT_FAILURE", { job, what: "no such job, or measured before" });
      if (result instanceof Fault) throw result;
      return result;
    },
    abandon(job: JobId): void {
      running.delete(job);
    },
  });
}
