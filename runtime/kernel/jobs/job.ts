// A job as the kernel keeps it, as plain data: what was asked (JobOrder), where it stands (Job). No amplitudes, ever (A4): a job's state at
// a fence follows from graph, seed and place alone, so it is derived again instead of kept.
import type { GraphJobState } from "./lifecycle.ts";

/** One epoch of a graph: its nodes are [from, to) of the execution order, ended by a fence or by the end of the graph. */
export interface EpochSpan {
  readonly from: number;
  readonly to: number;
  /** The job's priority from its fence on, where the graph has said one by then. */
  readonly priority?: number;
}

/** What a session asked for, fixed when the job is accepted. */
export interface JobOrder {
  /** "job_" and 16 hex digits, fresh. */
  readonly id: string;
  readonly tenant: string;
  readonly session: string;
  /** Hex SHA-256 of the normalised graph. */
  readonly graph: string;
  /** Seed of its run; the same seed, the same events. */
  readonly seed: string;
  readonly shots: number;
  /** At least one; consecutive, from node 0 to the last. */
  readonly epochs: readonly EpochSpan[];
  /** 0 to PRIORITY_MAX, higher first, until its graph says another; weighed against the tenant's own jobs only. */
  readonly priority: number;
  /** Kernel epochs from acceptance within which the job has to have ended; null: none. Missed, the job fails. */
  readonly deadlineEpochs: number | null;
  /** As above, of the graph's own policy nodes: orders jobs, fails none. */
  readonly deadlineHint: number | null;
  /** Milliseconds from acceptance within which the job has to have ended; null: none. */
  readonly timeoutMs: number | null;
  /** Further attempts after a failure that is the provider's. */
  readonly retries: number;
  /** Epoch it begins at: 0, or that of the checkpoint it was restored from. */
  readonly startEpoch: number;
  /** The checkpoint it was restored from. */
  readonly restored: string | null;
}

export interface JobError {
  readonly type: string;
  readonly message: string;
  /** The fault's number; 0 for none. */
  readonly code: number;
}

/** What a run of the job, whole or a prefix, brought. */
export interface JobOutcome {
  readonly events: Readonly<Record<string, number>>;
  /** Counts by key when more than one shot was asked for. */
  readonly counts: Readonly<Record<string, number>> | null;
  /** Digest of the run's trace, hex. */
  readonly digest: string;
  /** Where the sealed trace lies; null when it is not kept. */
  readonly trace: string | null;
}

export interface Rollback {
  readonly epoch: number;
  readonly from: number;
  readonly to: number;
  readonly cost: number;
}

export interface Job {
  readonly order: JobOrder;
  readonly state: GraphJobState;
  /** Rises with every acceptance in this kernel. */
  readonly seq: number;
  readonly acceptedAt: number;
  /** Kernel epoch at acceptance. */
  readonly acceptedEpoch: number;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  /** Epochs of its graph it has behind it. */
  readonly epoch: number;
  /** Next node of the execution order: a fence, or after a rollback the start of a REV segment. */
  readonly node: number;
  /** Kernel epoch before which it is not tried again; null when it may. */
  readonly notBefore: number | null;
  /** Times it was started: one, and one for every failure and every preemption it came back from. */
  readonly attempts: number;
  readonly preemptions: number;
  /** Asked to stop at the next fence. */
  readonly cancelAsked: boolean;
  readonly cancelledAtEpoch: number | null;
  /** Checkpoints made so far, which number the next. */
  readonly checkpoints: number;
  /** Asked to move to this provider or mapping at the next fence. */
  readonly moveAsked: string | null;
  /** Provider or mapping it was moved to, in order. */
  readonly moves: readonly { readonly epoch: number; readonly from: string; readonly to: string }[];
  /** Times it gave way inside a REV segment: undone from node `from` back to node `to`, where it goes on, at a cost (kernel-abi/qvm/rev.ts). */
  readonly rollbacks: readonly Rollback[];
  /** Taken up again by a kernel that began anew: how often. */
  readonly resumed: number;
  readonly outcome: JobOutcome | null;
  readonly error: JobError | null;
}

export const PRIORITY_MAX = 100;
export const PRIORITY_DEFAULT = 10;

/** Where it stands now. */
export const priorityOf = ({ order, epoch }: Pick<Job, "order" | "epoch">): number => order.epochs[epoch - 1]?.priority ?? order.priority;

/** Epochs of its graph whose work counts. They are run in one run, at its end: of a job that failed without one nothing counts but what it began behind. */
export const epochsDone = ({ order, epoch, state, outcome }: Pick<Job, "order" | "epoch" | "state" | "outcome">): number => (state === "FAILED" && outcome === null ? order.startEpoch : epoch);

/** As it is accepted: waiting, at the fence it begins from. */
export function newJob(order: JobOrder, { seq, now, epoch, resumed, checkpoints }: { readonly seq: number; readonly now: number; readonly epoch: number; readonly resumed: number; readonly checkpoints: number }): Job {
  return {
    order, state: "QUEUED", seq, acceptedAt: now, acceptedEpoch: epoch, startedAt: null, endedAt: null,
    epoch: order.startEpoch, node: order.epochs[order.startEpoch]?.from ?? 0, notBefore: null, attempts: 0, preemptions: 0,
    cancelAsked: false, cancelledAtEpoch: null, checkpoints, moveAsked: null, moves: [], rollbacks: [], resumed, outcome: null, error: null,
  };
}
