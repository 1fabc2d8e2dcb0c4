// A kernel in miniature for the Φ tests: judges calls in the order of A2, keeps one contract's ledger, asks the service.
import type { Ledger, Terms } from "../../../../kernel-abi/contract.ts";
import { contractId, jobId, processId, processName, tick } from "../../../../kernel-abi/ids.ts";
import type { JobId } from "../../../../kernel-abi/ids.ts";
import type { Admission, ContractView, JobRunner, JobStart, Outcome } from "../../../../kernel-abi/ports.ts";
import { runKernel } from "../../../../domains/kernels/registry.ts";
import { createPhiAdmission } from "../../../../domains/phi/admission.ts";
import { createPhiService } from "../../../../domains/phi/service.ts";
import type { DomainService } from "../../../../domains/phi/service.ts";

export const inlineRunner: JobRunner = {
  run: async ({ kernel, input }) => {
    await Promise.resolve();
    return runKernel(kernel, input);
  },
  close: () => Promise.resolve(),
};

/** Runs kernels at once, and lets their answers arrive in an order of its own. */
export const delayedRunner = (delays: readonly number[]): JobRunner => {
  let at = 0;
  return {
    run: async (task) => {
      const delay = delays[at++ % delays.length] ?? 0;
      for (let wait = 0; wait < delay; wait++) await Promise.resolve();
      return inlineRunner.run(task);
    },
    close: () => Promise.resolve(),
  };
};

export const failingRunner = (error: unknown): JobRunner => ({ run: () => Promise.reject(error), close: () => Promise.resolve() });

export interface Bench {
  readonly admission: Admission;
  readonly service: DomainService;
  readonly view: () => ContractView;
  now: number;
  /** Judges and starts a call; what the kernel would hand to the service. */
  readonly start: (call: unknown, refs?: readonly JobId[]) => JobStart;
  /** Starts, then waits until the call is due. */
  readonly ask: (call: unknown, refs?: readonly JobId[]) => Promise<Outcome>;
}

export function bench(request: object = {}, runner: JobRunner = inlineRunner, contract = 1, key = Uint32Array.of(7, 11)): Bench {
  const admission = createPhiAdmission();
  const service = createPhiService(runner);
  const terms: Terms = admission.request({ components: 64, duration: 1_000_000, ...request }, tick(0));
  let ledger: Ledger = { budget: 0, shots: 0, jobs: 0 };
  let jobs = 0;
  const made: Bench = {
    admission, service, now: terms.start,
    view: () => ({ id: contractId(contract), owner: processId(3), terms, ledger }),
    start(call, refs = []) {
      const parsed = admission.shape(call, refs);
      const view = made.view();
      parsed.calibration(view, tick(made.now));
      parsed.capacity(view);
      parsed.support(view);
      const { cost, charge, descriptor } = parsed.budget(view, tick(made.now));
      ledger = { budget: ledger.budget + charge.budget, shots: 0, jobs: ledger.jobs + 1 };
      const job = jobId(++jobs);
      const due = tick(made.now + cost);
      parsed.accepted(job, view, due);
      const start: JobStart = {
        job, domain: "PHI", owner: processName("root"), contract: made.view(), descriptor, key: Uint32Array.of(key[0] ?? 0, (key[1] ?? 0) + jobs), issued: tick(made.now), due,
      };
      service.start(start);
      return start;
    },
    async ask(call, refs = []) {
      const { job, due } = made.start(call, refs);
      made.now = due;
      return service.outcome(job);
    },
  };
  return made;
}

