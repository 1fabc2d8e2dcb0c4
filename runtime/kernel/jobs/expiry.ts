// When a job has run out of time: milliseconds of its own, or kernel epochs. Pure facts; who asks decides what follows (J8).
import { FAULTS } from "../../../kernel-abi/fault.ts";
import { priorityOf, type Job, type JobError } from "./job.ts";
import type { Waiting } from "./waiting.ts";

/** Absolute kernel epoch by which it has to have ended; null: none. */
const dueEpoch = ({ acceptedEpoch, order }: Job): number | null => (order.deadlineEpochs === null ? null : acceptedEpoch + order.deadlineEpochs);

export const isTimed = ({ order }: Job): boolean => order.timeoutMs !== null || order.deadlineEpochs !== null;

/** As the queue weighs it: the deadline that is kept and the graph's own hint, the earlier of them. */
export function waitingOf(job: Job): Waiting {
  const { id, tenant, session, deadlineHint } = job.order;
  const due = [dueEpoch(job), deadlineHint === null ? null : job.acceptedEpoch + deadlineHint].filter((epoch) => epoch !== null);
  return { id, tenant, session, seq: job.seq, priority: priorityOf(job), accepted: job.acceptedEpoch, deadline: due.length === 0 ? null : Math.min(...due) };
}

/** What a job that has not ended by now fails with. */
export function expiryOf(job: Job, { now, epoch }: { readonly now: number; readonly epoch: number }): JobError | undefined {
  const { timeoutMs, deadlineEpochs } = job.order;
  if (timeoutMs !== null && now - job.acceptedAt >= timeoutMs) return { type: "JOB_EXPIRED", code: FAULTS.JOB_EXPIRED.code, message: `not ended ${timeoutMs} ms after it was accepted` };
  const due = dueEpoch(job);
  if (due !== null && epoch > due) return { type: "DEADLINE_MISSED", code: FAULTS.JOB_EXPIRED.code, message: `not ended ${String(deadlineEpochs)} kernel epochs after it was accepted` };
  return undefined;
}
