// Live outcomes: each domain's service behind one port. Services hold their provider's state and nothing of the kernel's.
import type { BoundDomain } from "../../kernel-abi/domain.ts";
import { invariant } from "../../kernel-abi/invariant.ts";
import type { JobId } from "../../kernel-abi/ids.ts";
import type { JobRunner, JobStart, Outcome, Outcomes } from "../../kernel-abi/ports.ts";
import { Lineage } from "../../domains/phi/lineage.ts";
import { createPhiService } from "../../domains/phi/service.ts";
import { createQService } from "../../domains/q/service.ts";
import type { LiveOutcomes } from "../../replay/resumer.ts";
import { createInlineRunner } from "../workers/inline.ts";
import { createPool } from "../workers/pool.ts";
import { runKernelHere } from "./run-kernel.ts";

export interface RunnerOptions {
  /** 0 runs kernels on the caller's own thread. */
  readonly workers: number;
  /** Test injection of delays, by job ordinal. */
  readonly delayMs?: ((ordinal: number) => number) | undefined;
}

const workerUrl = (): URL => new URL(import.meta.url.endsWith(".ts") ? "./worker.ts" : "./worker.js", import.meta.url);

export const createRunner = ({ workers, delayMs }: RunnerOptions): JobRunner =>
  (workers === 0 ? createInlineRunner((kernel, input) => runKernelHere(kernel, input)) : createPool({ workerUrl: workerUrl(), workers, helpers: workers - 1, ...(delayMs === undefined ? {} : { delayMs }) }));

/** Owns the runner it is given: closing the outcomes closes it. */
export function liveOutcomes(runner: JobRunner): Outcomes {
  const services = { Q: createQService(runner), PHI: createPhiService(runner) } as const;
  const domains = new Map<JobId, BoundDomain>();
  const serviceOf = (job: JobId): (typeof services)[BoundDomain] => {
    const domain = domains.get(job);
    invariant(domain !== undefined, "T3", `job ${job} was not started`);
    return services[domain];
  };
  return {
    start(job: JobStart): void {
      domains.set(job.job, job.domain);
      services[job.domain].start(job);
    },
    async outcome(job: JobId): Promise<Outcome> {
      const outcome = await serviceOf(job).outcome(job);
      domains.delete(job);
      return outcome;
    },
    /** Told again where work whose end was decided is given up with whoever asked for it. */
    abandon(job: JobId): void {
      if (domains.has(job)) serviceOf(job).abandon(job);
      domains.delete(job);
    },
    close: () => runner.close(),
  };
}

/** For a run that is being resumed: what is on record is done again where a provider's state depends on it, and only there. */
export function resumedOutcomes(runner: JobRunner): LiveOutcomes {
  const live = liveOutcomes(runner);
  const lineage = new Lineage();
  /** For the state it leaves with the provider; its outcome is on record. A service never rejects. */
  const redo = (job: JobStart): void => {
    live.start(job);
    void live.outcome(job.job);
  };
  return {
    ...live,
    start(job: JobStart): void {
      if (job.domain === "PHI") lineage.wanted(job).filter(({ job: id }) => id !== job.job).forEach(redo);
      live.start(job);
    },
    remember(job: JobStart): void {
      if (job.domain === "PHI") lineage.recorded(job).forEach(redo);
    },
  };
}
