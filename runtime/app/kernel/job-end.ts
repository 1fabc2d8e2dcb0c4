// How a job's end is written down and read back.
import type { Job, JobOrder } from "../../kernel/jobs/job.ts";
import type { Accepted, Ended } from "./memory-entry.ts";
import { InvariantBroken } from "../../../kernel-abi/invariant.ts";

export function endedEntry(job: Job): Ended {
  const { state, order: { id }, endedAt, startedAt, epoch, node, attempts, preemptions, resumed, checkpoints, cancelledAtEpoch, outcome, error } = job;
  if (state !== "COMPLETED" && state !== "FAILED" && state !== "CANCELLED") throw new InvariantBroken("E1", `${id} has not ended`);
  const kept = outcome === null ? null : { events: { ...outcome.events }, counts: outcome.counts === null ? null : { ...outcome.counts }, digest: outcome.digest, trace: outcome.trace };
  return { k: "ended", id, state, at: endedAt ?? 0, started: startedAt, epoch, node, attempts, preemptions, resumed, checkpoints, cancelledAtEpoch, outcome: kept, error };
}

/** An accepted job as it was asked for; its epochs and hint follow from its graph. */
export function orderOf(accepted: Accepted, { epochs, deadlineHint }: Pick<JobOrder, "epochs" | "deadlineHint">): JobOrder {
  const { k: _, at: __, token: ___, debug: ____, noise: _____, seedGiven: ______, ...order } = accepted;
  return { ...order, epochs, deadlineHint };
}

export function endedJob(fresh: Job, ended: Ended): Job {
  const { state, at, started, epoch, node, attempts, preemptions, resumed, checkpoints, cancelledAtEpoch, outcome, error } = ended;
  return { ...fresh, state, endedAt: at, startedAt: started, epoch, node, attempts, preemptions, resumed, checkpoints: Math.max(checkpoints, fresh.checkpoints), cancelledAtEpoch, outcome, error, cancelAsked: state === "CANCELLED" };
}
