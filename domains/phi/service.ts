// The Φ domain service: turns admitted jobs into outcomes. Owns the outcomes not yet asked for; envelope states are the
// provider's and never pass through here.
//   1  It never rejects: what goes wrong is an outcome with the fault's code as verdict and its detail as body.
//   2  An outcome's bytes depend on descriptors and keys alone, in the order jobs were started.
import { Fault } from "../../kernel-abi/fault.ts";
import type { JobId } from "../../kernel-abi/ids.ts";
import { pack } from "../../kernel-abi/packer.ts";
import type { JobRunner, JobStart, Outcome, Outcomes } from "../../kernel-abi/ports.ts";
import { decodeDescriptor } from "./descriptor.ts";
import { encodeResult } from "./outcome.ts";
import { simulatedProvider } from "./provider.ts";

export type DomainService = Pick<Outcomes, "start" | "outcome" | "abandon">;

interface Pending {
  readonly contract: number;
  readonly outcome: Promise<Outcome>;
}

const failed = (cause: unknown): Outcome => {
  const fault = cause instanceof Fault ? cause : new Fault("PHI_ERR_HARDWARE_FAILURE", { what: "the provider stopped" });
  return { verdict: fault.code, body: pack(fault.detail) };
};

/** A service over the simulated provider; `runner` is the pool, or runs kernels inline. */
export function createPhiService(runner: JobRunner): DomainService {
  const provider = simulatedProvider(runner);
  const pending = new Map<JobId, Pending>();

  /** Invokes before the first await, so that transforms of one envelope keep their order. */
  async function find(job: JobStart): Promise<Outcome> {
    try {
      return { verdict: 0, body: encodeResult(await provider.invoke(decodeDescriptor(job.descriptor), job)) };
    } catch (cause) {
      return failed(cause);
    }
  }

  return Object.freeze({
    start(job: JobStart): void {
      pending.set(job.job, { contract: job.contract.id, outcome: find(job) });
    },
    async outcome(job: JobId): Promise<Outcome> {
      const found = await pending.get(job)?.outcome;
      pending.delete(job);
      return found ?? failed(new Fault("PHI_ERR_ENVELOPE_INVALID", { job, what: "no such job, or asked for before" }));
    },
    /** The owner ended, and with it every envelope of its contract. */
    abandon(job: JobId): void {
      const contract = pending.get(job)?.contract;
      pending.delete(job);
      if (contract !== undefined) provider.release(contract);
    },
  });
}
