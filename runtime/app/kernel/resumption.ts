// What an earlier kernel left: sessions open again, ended jobs known again, accepted ones queued again under their own seeds.
//   K14 Nothing accepted is lost and nothing is run twice unreported: a job without an end is queued again and says how often it was
//       resumed; one that cannot be (its session expired, its graph is refused now) ends as FAILED, with the reason.
import { Fault } from "../../../kernel-abi/fault.ts";
import { newJob, type Job } from "../../kernel/jobs/job.ts";
import type { Admission } from "./admission.ts";
import type { Verified } from "./graphs.ts";
import { endedJob, orderOf } from "./job-end.ts";
import type { Accepted } from "./memory-entry.ts";
import type { JobFacts } from "./job-facts.ts";
import type { Parts } from "./parts.ts";

/** A job that ended so many kernels is not given another. */
const RESUMED_MAX = 8;

export interface Found {
  readonly sessions: number;
  readonly resumed: number;
  readonly ended: number;
  /** Jobs that could not be taken up again. */
  readonly failed: number;
}

export function resume(parts: Parts, admission: Admission, told: (job: Job) => void): Found {
  const { live } = parts.memory;
  const sessions = reopened(parts);
  const resumed: Record<string, number> = {};
  let [ended, failed] = [0, 0];
  for (const accepted of [...live.accepted.values()]) {
    const verified = graphOf(parts, accepted);
    const end = live.ended.get(accepted.id);
    if (verified === undefined && end !== undefined) continue; // its graph is refused now; its trace stays
    const facts = factsOf(accepted, verified, parts.authority.audit.size);
    if (end !== undefined && facts !== undefined) {
      parts.facts.set(accepted.id, facts);
      parts.jobs.recall(endedJob(newJob(orderOf(accepted, facts.verified), { seq: 0, now: accepted.at, epoch: 0, resumed: 0 }), end));
      ended++;
    } else if (facts !== undefined) {
      const times = (live.resumed.get(accepted.id) ?? 0) + 1;
      if (again(parts, admission, accepted, { facts, times, told })) resumed[accepted.id] = times;
      else failed++;
    }
    admission.recall(accepted.session, accepted.token, accepted.id);
    for (const text of live.checkpoints.get(accepted.id) ?? []) parts.checkpoints.keep(new TextEncoder().encode(text));
  }
  parts.memory.keep({ k: "started", at: parts.now(), resumed });
  return { sessions, resumed: Object.keys(resumed).length, ended, failed };
}

/** Sessions of tenants that are still served, with their place in the quotas. */
function reopened({ memory, authority, now }: Parts): number {
  let count = 0;
  for (const session of [...memory.live.sessions.values()]) {
    if (now() >= session.expires || authority.tenants.find(session.tenant) === undefined) continue;
    authority.sessions.take(session);
    authority.quotas.reserve(session.id, { tenant: session.tenant, session: null }, { sessions: 1 });
    count++;
  }
  return count;
}

function graphOf({ graphs, memory }: Parts, { graph: digest }: Accepted): Verified | undefined {
  try {
    const verified = graphs.of(memory.live.graphs.get(digest));
    return verified.digest === digest ? verified : undefined;
  } catch (error) {
    if (error instanceof Error && (error.name === "Refusal" || error instanceof Fault)) return undefined;
    throw error;
  }
}

const factsOf = (accepted: Accepted, verified: Verified | undefined, auditFrom: number): JobFacts | undefined => (verified === undefined ? undefined : {
  verified, debug: accepted.debug, noise: accepted.noise, clientToken: accepted.token, seedGiven: accepted.seedGiven, createdAt: accepted.at, auditFrom,
});

/** Queued again; false when it could not be, which ends it. */
function again(parts: Parts, admission: Admission, accepted: Accepted, { facts, times, told }: { readonly facts: JobFacts; readonly times: number; readonly told: (job: Job) => void }): boolean {
  const { id, session } = accepted;
  parts.facts.set(id, facts);
  const job = parts.jobs.accept(orderOf(accepted, facts.verified), accepted.at, times);
  try {
    if (times > RESUMED_MAX) throw new Fault("RUNTIME_DEFECT", { what: "every kernel that ran it ended", times });
    admission.admit(session, id, facts.verified, true);
    parts.histories.add(id, { type: "resumed", state: "QUEUED", epoch: job.epoch, data: { times } });
    return true;
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    told(parts.jobs.fail(id, { type: error.fault, message: `not taken up again: ${error.message}`, code: error.code }, parts.now()));
    return false;
  }
}
