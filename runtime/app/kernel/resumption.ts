// What an earlier kernel left: sessions open again, ended jobs known again, accepted ones queued again under their own seeds.
//   K14 Nothing accepted is lost and nothing is run twice unreported: a job without an end is queued again and says how often it was
//       resumed; one that cannot be (its session expired, its graph is refused now) ends as FAILED, with the reason.
import { Fault } from "../../../kernel-abi/fault.ts";
import { Refusal } from "../../../kernel-abi/rpc/codes.ts";
import { newJob, type Job } from "../../kernel/jobs/job.ts";
import type { Admission } from "./admission.ts";
import { refusedGraph, type Verified } from "./graphs.ts";
import { endedJob, orderOf } from "./job-end.ts";
import type { Accepted } from "./memory-entry.ts";
import type { JobFacts } from "./job-facts.ts";
import type { Parts } from "./parts.ts";

/** A job that so many kernels took up again and started, and none ended, is not given another; one that only waited is. */
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
  agreed(parts);
  const sessions = reopened(parts);
  const resumed: Record<string, number> = {};
  let [ended, failed] = [0, 0];
  const graphs = new Map<string, Verified>();
  for (const accepted of [...live.accepted.values()]) {
    const { id, session, graph, token, at } = accepted;
    const end = live.ended.get(id);
    if (end !== undefined && parts.authority.sessions.find(session) === undefined) {
      parts.memory.forget(id); // nobody can ask for it any more; its trace stays
      continue;
    }
    const verified = graphs.get(graph) ?? graphOf(parts, graph);
    graphs.set(graph, verified);
    const facts = factsOf(accepted, verified, parts.authority.audit.size);
    parts.facts.set(id, facts);
    const checkpoints = live.numbered.get(id) ?? 0; // numbered on, also after the end
    if (end !== undefined) {
      parts.jobs.recall(endedJob(newJob(orderOf(accepted, verified), { seq: 0, now: at, epoch: 0, resumed: 0, checkpoints }), end));
      parts.totals.recall(session, id);
      ended++;
    } else {
      const times = (live.resumed.get(id) ?? 0) + 1;
      if (again(parts, admission, accepted, { facts, before: { resumed: times, checkpoints }, told })) resumed[id] = times;
      else failed++;
    }
    admission.recall(session, token, id);
  }
  for (const own of live.checkpoints.values()) for (const { job, text } of own) if (parts.facts.has(job)) parts.checkpoints.keep(new TextEncoder().encode(text));
  parts.memory.keep({ k: "started", at: parts.now(), resumed });
  parts.memory.commit(); // before any of them runs
  return { sessions, resumed: Object.keys(resumed).length, ended, failed };
}

/**
 * What tenants lent and agreed to, row by row: one that can be none any more (its source is gone) is forgotten. Then the tokens the operator
 * names now: one that was revoked stays so, and one that is named no more is revoked.
 */
function agreed({ authority, memory, tenants }: Parts): void {
  const lists = { tokens: "tokens", delegations: "delegations", broker: "channels" } as const;
  for (const [table, rows] of memory.live.rows) {
    for (const [id, row] of [...rows]) {
      try {
        authority[table].restore({ [lists[table]]: [row] });
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
        memory.keep({ k: "row", table, id, row: null });
      }
    }
  }
  tenants.admitTokens();
}

/** Sessions of tenants that are still served, with their place in the quotas. */
function reopened({ memory, authority }: Parts): number {
  let count = 0;
  for (const session of [...memory.live.sessions.values()]) {
    if (authority.reopen(session)) count++;
  }
  return count;
}

/** As it is verified now; of one that is refused now, nothing but its digest. */
function graphOf({ graphs, memory }: Parts, digest: string): Verified {
  try {
    const verified = graphs.of(memory.live.graphs.get(digest));
    if (verified.digest === digest) return verified;
  } catch (error) {
    if (!(error instanceof Refusal || error instanceof Fault)) throw error;
  }
  return refusedGraph(digest);
}

const factsOf = (accepted: Accepted, verified: Verified, auditFrom: number): JobFacts => ({
  verified, debug: accepted.debug, noise: accepted.noise, clientToken: accepted.token, seedGiven: accepted.seedGiven, createdAt: accepted.at, auditFrom,
});

/** Queued again; false when it could not be, which ends it. */
function again(parts: Parts, admission: Admission, accepted: Accepted, { facts, before, told }: { readonly facts: JobFacts; readonly before: { readonly resumed: number; readonly checkpoints: number }; readonly told: (job: Job) => void }): boolean {
  const { id, session } = accepted;
  parts.traces.tidy(id);
  const job = parts.jobs.accept(orderOf(accepted, facts.verified), accepted.at, before);
  const begun = parts.memory.live.begun.get(id) ?? 0;
  try {
    if (facts.verified.certificate.length === 0) throw new Fault("GRAPH_UNCERTIFIED", { what: "the verifier of this version refuses the graph" });
    if (begun >= RESUMED_MAX) throw new Fault("RUNTIME_DEFECT", { what: "every kernel that ran it ended", times: begun });
    admission.admit(session, id, facts.verified, true);
    parts.histories.add(id, { type: "resumed", state: "QUEUED", epoch: job.epoch, data: { times: before.resumed } });
    return true;
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    told(parts.jobs.fail(id, { type: error.fault, message: `not taken up again: ${error.message}`, code: error.code }, parts.now()));
    return false;
  }
}
