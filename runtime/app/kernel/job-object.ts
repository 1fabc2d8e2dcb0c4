// A job as the wire shows it: upstream's members, and ours beside them. Owns the shape; a member that has no value is absent, never null.
import type { JobObject } from "../../../kernel-abi/rpc/methods.ts";
import { epochsDone, type Job, type JobError } from "../../kernel/jobs/job.ts";
import type { EpochUsage } from "../../kernel/logical/epochs.ts";
import type { JobFacts } from "./job-facts.ts";

export interface Backend {
  /** Of this package. */
  readonly version: string;
  readonly maxPhysicalQubits: number;
  readonly strict: boolean;
}

export interface Shown {
  readonly job: Job;
  readonly facts: JobFacts;
  /** What it used, where that is known. */
  readonly usage: EpochUsage | undefined;
  /** What its session was granted. */
  readonly caps: readonly string[];
  readonly backend: Backend;
}

const MILLISECONDS = 1_000;
const at = (ms: number): number => ms / MILLISECONDS;

/** How and where the job is, or was, run. */
const contextOf = ({ job: { order }, facts, caps, backend }: Shown) => ({
  backend: "triad", backend_version: backend.version, simulator: "triad-runtime", provider: facts.verified.provider, qec_enabled: facts.verified.wanted.length > 0,
  configuration: {
    max_physical_qubits: backend.maxPhysicalQubits, deterministic: true, seed: /^\d{1,15}$/.test(order.seed) ? Number(order.seed) : order.seed, seed_given: facts.seedGiven,
    certification_required: true, strict_verification: backend.strict, shots: order.shots, noise: facts.noise ?? null,
  },
  security_features: { entanglement_firewall: true, linear_type_system: true, capability_system: true },
  capabilities: [...caps], graph: order.graph, certificate: facts.verified.certificateDigest,
});

/** Upstream's two members, the fault's number, and the fence the job had come to. */
const errorOf = ({ message, type, code }: JobError, epoch: number): NonNullable<JobObject["error"]> => ({ message, type, code, epoch });

/** The fence a job failed at stands with its error: its progress is of what came to something. */
const progressOf = (job: Job, nodes_total: number): JobObject["progress"] => {
  const { epochs } = job.order;
  const current_epoch = epochsDone(job);
  return { current_epoch, total_epochs: epochs.length, nodes_executed: epochs[current_epoch - 1]?.to ?? 0, nodes_total };
};

const peaksOf = ({ logicalQubits, physicalQubits, channels }: EpochUsage): NonNullable<JobObject["peak_resources"]> => ({ logical_qubits: logicalQubits, physical_qubits: physicalQubits, channels });

export function jobObject(shown: Shown): JobObject {
  const { job, facts: { verified: { graph } }, usage } = shown;
  const { order, outcome, error } = job;
  return {
    job_id: order.id, session_id: order.session, state: job.state, created_at: at(job.acceptedAt),
    ...(job.startedAt === null ? {} : { started_at: at(job.startedAt) }),
    ...(job.endedAt === null ? {} : { completed_at: at(job.endedAt) }),
    progress: progressOf(job, graph.program.nodes.length),
    ...(outcome === null ? {} : { ...(order.shots === 1 ? { events: { ...outcome.events } } : {}), ...(outcome.counts === null ? {} : { counts: { ...outcome.counts } }) }),
    ...(job.startedAt === null || usage === undefined ? {} : { peak_resources: peaksOf(usage) }),
    execution_context: contextOf(shown),
    ...(outcome === null ? {} : { digest: outcome.digest, evidence: { trace: outcome.trace, attestation: outcome.trace === null ? null : `${outcome.trace}.attestation`, digest: outcome.digest } }),
    ...(error === null ? {} : { error: errorOf(error, job.epoch) }),
    ...(job.cancelledAtEpoch === null ? {} : { cancelled_at_epoch: job.cancelledAtEpoch }),
    ...(job.resumed === 0 ? {} : { resumed: job.resumed }),
    ...(job.attempts <= 1 && job.preemptions === 0 ? {} : { attempts: job.attempts, preemptions: job.preemptions }),
    ...(job.moves.length === 0 ? {} : { moves: [...job.moves] }),
    ...(job.rollbacks.length === 0 ? {} : { rollbacks: [...job.rollbacks] }),
    ...(order.restored === null ? {} : { restored_from: order.restored }),
  };
}
