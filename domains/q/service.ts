// The Q domain service: turns admitted jobs into outcomes on the pool. Owns the outcomes not yet asked for.
//   1  It never rejects: what goes wrong is an outcome with the fault's code as verdict and its detail as body.
//   2  An outcome's bytes depend on descriptor and key alone.
import { Fault } from "../../kernel-abi/fault.ts";
import type { JobId } from "../../kernel-abi/ids.ts";
import { pack } from "../../kernel-abi/packer.ts";
import type { JobRunner, JobStart, Outcome, Outcomes } from "../../kernel-abi/ports.ts";
import { PROVIDERS, providerFor } from "./declared.ts";
import { decodeDescriptor } from "./job.ts";
import { encodeResult } from "./outcome.ts";
import { simulatedProvider } from "./provider.ts";
import type { QProvider } from "./provider.ts";

export type DomainService = Pick<Outcomes, "start" | "outcome" | "abandon">;

const failed = (fault: Fault): Outcome => ({ verdict: fault.code, body: pack(fault.detail) });
const asFault = (cause: unknown): Fault =>
  cause instanceof Fault ? cause : new Fault("Q_ERR_HARDWARE_FAILURE", { what: "the provider stopped" }, { cause });

/** A service over the simulated providers; `runner` is the pool, or runs kernels inline. */
export function createQService(runner: JobRunner): DomainService {
  const providers = [PROVIDERS.statevector, PROVIDERS.stabilizer].map((declaration) => simulatedProvider(declaration, runner));
  const outcomes = new Map<JobId, Promise<Outcome>>();
  const assigned = new Map<JobId, QProvider>();

  async function find({ job, descriptor, key }: JobStart): Promise<Outcome> {
    try {
      const work = decodeDescriptor(descriptor);
      const choice = "experiment" in work ? PROVIDERS.stabilizer : providerFor(work);
      const provider = providers.find(({ declaration }) => declaration === choice);
      if (provider === undefined) throw new Fault("Q_ERR_RESOURCE_UNAVAILABLE", { provider: choice.provider });
      assigned.set(job, provider);
      provider.submit(job, work, key);
      return { verdict: 0, body: encodeResult(await provider.measure(job)) };
    } catch (cause) {
      return failed(asFault(cause));
    } finally {
      assigned.delete(job);
    }
  }

  return Object.freeze({
    start(job: JobStart): void {
      outcomes.set(job.job, find(job));
    },
    async outcome(job: JobId): Promise<Outcome> {
      const found = await outcomes.get(job);
      outcomes.delete(job);
      return found ?? failed(new Fault("Q_ERR_MEASUREMENT_FAILURE", { job, what: "no such job, or asked for before" }));
    },
    abandon(job: JobId): void {
      outcomes.delete(job);
      assigned.get(job)?.abandon(job);
    },
  });
}
