// What the methods take and give, as schemas: ids, the job object, telemetry. Objects are open: a member may be added, none may change or go.
import { Type, type TProperties, type TSchema } from "../schema.ts";

export const Id = (what: string) => Type.String({ minLength: 1, maxLength: 200, description: what });
export const Count = (what: string) => Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description: what });
export const Real = (what: string) => Type.Number({ description: what });
export const Words = (what: string) => Type.Array(Type.String({ maxLength: 200 }), { maxItems: 4_096, description: what });
export const open = <P extends TProperties>(properties: P, description: string) => Type.Object(properties, { description });
export const maybe = <S extends TSchema>(schema: S) => Type.Optional(schema);

/** States of a job, in the order of its life. */
export const JOB_STATES = ["QUEUED", "VALIDATING", "RUNNING", "COMPLETED", "FAILED", "CANCELLED"] as const;
export type JobState = (typeof JOB_STATES)[number];
export const isTerminal = (state: string): boolean => state === "COMPLETED" || state === "FAILED" || state === "CANCELLED";

export const State = Type.Union([Type.Literal("QUEUED"), Type.Literal("VALIDATING"), Type.Literal("RUNNING"), Type.Literal("COMPLETED"), Type.Literal("FAILED"), Type.Literal("CANCELLED")],
  { description: "QUEUED, VALIDATING, RUNNING, COMPLETED, FAILED or CANCELLED" });

export const SessionId = Id("session id: sess_ and 16 hexadecimal digits");
export const JobId = Id("job id: job_ and 16 hexadecimal digits");

export const Quota = open({
  max_logical_qubits: Count("logical qubits at once"), max_channels: Count("channels at once"), max_jobs: Count("jobs that run at once; more are accepted and wait"), max_physical_qubits: Count("physical qubits at once"),
  kept_jobs: maybe(Count("jobs that have ended and can be asked for; of more the one that ended first is forgotten, and its evidence stays in the state folder")),
}, "what the session may hold at once");

const Rate = (what: string) => Type.Number({ minimum: 0, maximum: 1, description: what });
const Rates = { pauli: Rate("of one Pauli error in a logical cycle"), readout: Rate("of a readout that says the opposite") };
export const Noise = Type.Object({ ...Rates, qubits: maybe(Type.Record(Type.String(), Type.Object(Rates, { additionalProperties: false }), { description: "of some qubits, by name" })) }, { additionalProperties: false, description: "rates of logical errors" });

export const Policy = open({
  priority: maybe(Type.Integer({ minimum: 0, maximum: 100, description: "higher runs first; 10 when not given" })),
  debug: maybe(Type.Boolean({ description: "needs CAP_DEBUG; the job's events tell of every epoch what it used, where its qubits stood, and what of it was done again" })),
  seed: maybe(Type.Union([Count("seed of the run"), Type.String({ maxLength: 64 }), Type.Null()], { description: "same seed, same events; a fresh one when not given" })),
  deadline_epochs: maybe(Type.Union([Count("the job fails when it has not ended within so many epochs of the kernel, counted from acceptance; 0 and null: no limit"), Type.Null()])),
  timeout_ms: maybe(Type.Union([Count("the job fails when it has not ended within so many milliseconds of being accepted; 0 and null: no limit"), Type.Null()])),
  shots: maybe(Type.Integer({ minimum: 1, maximum: 10_000_000, description: "shots of the job; 1 when not given" })),
  noise: maybe(Type.Union([Type.Boolean(), Type.Null(), Noise], { description: "logical Pauli noise: true for the rates of the graph's profiles, or rates; none when not given" })),
}, "how the job is to be run");

export const Progress = open({ current_epoch: Count("fences passed: the run begins behind the last, so a RUNNING job that has passed all is in its run; of a job that failed before its run, none but those before the checkpoint it began at"), total_epochs: Count("epochs of the graph"), nodes_executed: Count("nodes of these epochs"), nodes_total: Count("nodes of the graph") }, "how far the job is");

export const Job = open({
  job_id: JobId, session_id: SessionId, state: State,
  created_at: Real("seconds since 1970"), started_at: maybe(Real("seconds since 1970")), completed_at: maybe(Real("seconds since 1970")),
  progress: Progress,
  events: maybe(Type.Record(Type.String(), Type.Integer(), { description: "what was measured, by event" })),
  counts: maybe(Type.Record(Type.String(), Type.Integer(), { description: "of a job of several shots: how often each outcome was seen" })),
  telemetry: maybe(Type.Unknown({ description: "as q_get_telemetry gives it, of this job" })),
  peak_resources: maybe(open({ logical_qubits: Count("logical qubits"), physical_qubits: Count("physical qubits"), channels: Count("channels") }, "the most that was held at once")),
  execution_context: maybe(Type.Unknown({ description: "backend, its version and configuration, security features, capabilities" })),
  error: maybe(open({ message: Type.String(), type: Type.String(), code: maybe(Count("the fault's number")), epoch: maybe(Count("the fence it had come to")) }, "why it failed, or why the kernel cancels it")),
  cancelled_at_epoch: maybe(Count("the fence at which it was cancelled")),
  digest: maybe(Type.String({ description: "digest of the sealed trace" })),
  evidence: maybe(Type.Unknown({ description: "where the sealed trace is, and the proof of its seal" })),
}, "a job");

/** A job in a list. */
export const JobRow = open({
  job_id: JobId, own: Type.Boolean({ description: "it is of the session that asks" }), state: State, priority: Count("0 to 100, higher first"), shots: Count("shots"),
  epoch: Count("fences passed, as in the job's progress"), total_epochs: Count("epochs of the graph"), created_at: Real("seconds since 1970"), age_s: Real("seconds since it was accepted"),
  completed_at: maybe(Real("seconds since 1970")), restored_from: maybe(Type.String({ description: "the checkpoint it goes on from" })), resumed: maybe(Count("kernels that took it up again")),
  error: maybe(Type.String({ description: "name of what it failed with" })),
}, "a job");

const Left = (what: string) => Type.Union([Count(`${what} that could be had now`), Type.Null({ description: "no limit" })]);
export const Room = open({ jobs: Left("jobs to run"), logical_qubits: Left("logical qubits"), physical_qubits: Left("physical qubits"), channels: Left("channels") }, "what is left");

/** What happened to a job, in order; `seq` counts from 1. */
export const JobEvent = open({
  seq: Type.Integer({ minimum: 1, description: "place in the job's history" }),
  type: Type.String({ description: "state, epoch, measured, checkpoint, restored, migrated, retried, revoked, degraded, decoder overloaded, decoder caught up …" }),
  state: State,
  epoch: Count("epoch it happened in"),
  data: maybe(Type.Unknown({ description: "more, by type" })),
}, "one event of a job");

export const Telemetry = open({
  resource_usage: open({
    logical_qubits_allocated: Count("logical qubits"), physical_qubits_used: Count("physical qubits in use"), physical_qubits_available: Count("physical qubits free"),
    utilization: Real("used / all"), channels_open: Count("channels"),
  }, "what is in use"),
  qubits: Type.Record(Type.String(), Type.Unknown(), { description: "by id: profile, distance, physical_qubits, gate_count, measurement_count, decoder_cycles, decoder_time_us, decoder_latency_max_us and decoder_latency_mean_us (from a round's arrival to its correction), decoder_backlog_max_us and decoder_backlog_us (by how much decoding was late at most, and is), decoder_overloads and decoder_overloaded, correction_count, syndrome_weight, error_breakdown (`depolarizing` counts X, Y and Z errors at work alike, whichever basis a later readout is in, `coherence` those of a qubit that waited, `measurement` the readouts that said the opposite), logical_error_rate, logical_error_rate_source (`formula` or `sampled`), total_time_us" }),
  channels: Type.Record(Type.String(), Type.Unknown(), { description: "by id" }),
  decoder: maybe(open({
    rounds: Count("rounds decoded"), time_us: Real("how long the decoders worked"), latency_max_us: Real("the longest a round waited for its correction"), latency_mean_us: Real("the mean of that"),
    backlog_max_us: Real("by how much any decoder was late at most"), backlog_us: Real("by how much one is late where the work stands"), overloads: Count("how often one fell more than a logical cycle behind"), overloaded: Count("how many have, and are not on time again"),
  }, "the decoders of all these qubits together")),
  simulation_time_us: Real("logical time the work takes on the modelled machine; of a session, that of all jobs since the kernel began"),
  attested_only: maybe(Type.Boolean({ description: "of a job that ended under an earlier kernel: true, and what is not in its attestation (what it held, `qubits`, `channels`, time) is 0 or empty because nobody knows it any more" })),
  usage: maybe(Type.Record(Type.String(), Type.Number(), { description: "what was used: the most at once of logicalQubits, physicalQubits and channels, the sum of nodes, measurements, tStates, decoderCycles and pairs; of a session, over all its jobs since the kernel began, and those from before that are still known" })),
  jobs_ended: maybe(Count("of a session: jobs that have ended since the kernel began, and those from before that are still known")),
}, "telemetry of a session or of one job");
