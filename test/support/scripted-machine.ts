// A machine that says what it is told to: for testing replay without one.
import { EVENT, type Frame } from "../../kernel-abi/frame.ts";
import { contractId, jobId, processName, tick } from "../../kernel-abi/ids.ts";
import type { ContractView, JobStart, KernelOracle, Outcome, RunEnd, RunMachine } from "../../kernel-abi/ports.ts";
import { TERMS } from "./runs.ts";
import { ROOT } from "../../kernel-abi/ids.ts";

export const RUN_END: RunEnd = { status: "completed", result: null, fault: null, tick: tick(5), turns: 4, messages: 1, shots: 10, waits: [], failures: [] };

const CONTRACT: ContractView = { id: contractId(1), owner: ROOT, terms: { ...TERMS, domain: "Q" }, ledger: { budget: 0, shots: 0, jobs: 0 } };
const started = (job: number): JobStart => ({
  job: jobId(job), domain: "Q", owner: processName("root"), contract: CONTRACT, descriptor: Uint8Array.of(1, 2, 3),
  key: Uint32Array.of(1, 2), issued: tick(1), due: tick(5),
});

const jobIn = (frame: Frame, code: number): number | undefined => frame.entries.find((entry) => entry.code === code)?.subject;

/** Appends the frames in order; outcomes are asked for and take the place of those in the script. `null` is a barrier. */
export function scriptedMachine(script: readonly (Frame | null)[]): RunMachine {
  return {
    async run({ journal, outcomes, until }) {
      for (const frame of script) {
        if (frame === null) {
          journal.barrier();
          continue;
        }
        if (until !== undefined && frame.tick > until) return { status: "paused", tick: until, turns: 0, processes: [] };
        const intent = jobIn(frame, EVENT.JOB_INTENT);
        if (intent !== undefined) outcomes.start(started(intent));
        const due = jobIn(frame, EVENT.JOB_OUTCOME);
        const outcome = due === undefined ? undefined : await outcomes.outcome(jobId(due));
        journal.append(outcome === undefined ? frame : { ...frame, entries: frame.entries.map((entry) => (entry.code === EVENT.JOB_OUTCOME ? { ...entry, ...outcome } : entry)) });
      }
      return RUN_END;
    },
  };
}

/** Kernels that give each job the same outcome. */
export const oracle = (outcome: Outcome): KernelOracle & { readonly started: number[]; closed: number } => {
  const jobs: number[] = [];
  const made = {
    started: jobs,
    closed: 0,
    open: () => ({
      start: ({ job }: JobStart) => { jobs.push(job); },
      outcome: () => Promise.resolve(outcome),
      abandon: () => undefined,
      close: () => { made.closed += 1; return Promise.resolve(); },
    }),
  };
  return made;
};
