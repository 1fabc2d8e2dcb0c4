// The methods of the kernel: one record each; those between tenants stand in tenancy-methods.ts. Params, result, errors, the OpenRPC document, the reference page, the types of handlers and
// of the client all come from here.
//   R2  A method's wire name is permanent; a param may be added as optional, none may change or go.
import { Type, type Static, type TProperties } from "../schema.ts";
import { JOB_EXAMPLE, method, OF_JOB, OF_SESSION, SESSION_EXAMPLE, timeout } from "./method.ts";
import { Count, Id, Job, JobEvent, JobId, JobRow, Policy, Quota, Real, Room, SessionId, State, Telemetry, Words, maybe, open } from "./shapes.ts";
import { TENANCY_METHODS } from "./tenancy-methods.ts";

const S = SESSION_EXAMPLE;
const J = JOB_EXAMPLE;
const CREATED = 1_700_000_000.25;
const PROGRESS = { current_epoch: 1, total_epochs: 1, nodes_executed: 5, nodes_total: 5 };
const RUNNING = { job_id: J, session_id: S, state: "RUNNING", created_at: CREATED, progress: { ...PROGRESS, current_epoch: 0, nodes_executed: 2 } };
const COMPLETED = { ...RUNNING, state: "COMPLETED", completed_at: CREATED + 0.5, progress: PROGRESS, events: { m0: 1, m1: 1 } };
const BELL = {
  version: "0.1",
  program: {
    nodes: [
      { id: "a", op: "ALLOC_LQ", args: { n: 2, profile: "logical:surface_code(d=3)" }, vqs: ["q0", "q1"] },
      { id: "h", op: "APPLY_H", vqs: ["q0"] },
      { id: "cx", op: "APPLY_CNOT", vqs: ["q0", "q1"] },
      { id: "r0", op: "MEASURE_Z", vqs: ["q0"], produces: ["m0"] },
      { id: "r1", op: "MEASURE_Z", vqs: ["q1"], produces: ["m1"] },
    ],
  },
  resources: { vqs: ["q0", "q1"], chs: [], events: ["m0", "m1"] },
  caps: ["CAP_ALLOC"],
};

export const METHODS = Object.freeze({
  q_negotiate_caps: method({
    summary: "Opens a session with the capabilities the tenant holds of those asked for.",
    help: "What the tenant does not hold, and what no capability is called, comes back in `denied`. CAP_DELEGATE is its tenant's: whoever has it may lend, asked for or not. The session's id is its secret: whoever has it acts for it. A tenant at its limit of sessions gets a new one in place of the one it used longest ago, of those whose jobs have all ended and that hold nothing by hand. With it go results nobody has read: whoever names it is told SESSION_UNKNOWN, with `detail.reason`; the sealed traces of its jobs stay in the state folder. `quota.kept_jobs` says how many ended jobs of a session can be asked for.",
    params: { requested: Words("capabilities: CAP_ALLOC and the like"), tenant_id: maybe(Id("the tenant; default when not given")), credential: maybe(Type.String({ maxLength: 4_096, description: "what proves the tenant, where the kernel asks for it" })) },
    result: open({ session_id: SessionId, granted: Words("granted"), denied: Words("denied"), quota: Quota }, "the session"),
    errors: ["AUTH_FAILED", "TENANT_SUSPENDED", "QUOTA_EXCEEDED"],
    example: { params: { requested: ["CAP_ALLOC", "CAP_COMPUTE", "CAP_MEASURE"] }, result: { session_id: S, granted: ["CAP_ALLOC", "CAP_COMPUTE", "CAP_MEASURE"], denied: [], quota: { max_logical_qubits: 100, max_channels: 10, max_jobs: 5, max_physical_qubits: 10_000, kept_jobs: 1_000 } } },
  }),
  q_alloc: method({
    summary: "Allocates logical qubits outside of any graph.",
    help: "They belong to the session until q_release or q_close_session. Channels between them are opened with q_open_chan.",
    params: { n: Type.Integer({ minimum: 1, maximum: 65_536, description: "how many" }), profile: maybe(Id("QEC profile, such as logical:surface_code(d=9)")), session_id: SessionId },
    result: open({ vqs: Words("ids"), handles: maybe(Words("signed handles, in the order of `vqs`")), profile: Type.String({ description: "the profile in force" }), physical_qubits: Count("physical qubits they take") }, "the qubits"),
    errors: [...OF_SESSION, "INSUFFICIENT_CAPS", "QUOTA_EXCEEDED", "RESOURCE_EXHAUSTED"],
    example: { params: { n: 2, profile: "logical:surface_code(d=3)", session_id: S }, result: { vqs: ["vq_1", "vq_2"], profile: "logical:surface_code(d=3)", physical_qubits: 36 } },
  }),
  q_release: method({
    summary: "Gives qubits of q_alloc back.",
    help: "All of them or none. Channels that end at one of them are closed.",
    params: { vqs: Words("ids or signed handles"), session_id: SessionId },
    result: open({ released: Words("ids") }, "what was released"),
    errors: [...OF_JOB, "INSUFFICIENT_CAPS"],
    example: { params: { vqs: ["vq_1"], session_id: S }, result: { released: ["vq_1"] } },
  }),
  q_submit: method({
    summary: "Accepts a graph as a job, or refuses it.",
    help: "What is answered with a job_id is kept: it survives a kill of the kernel. With a `client_token`, a second submit of the session with the same token gives the job of the first, so that it may be tried again. Of a session's jobs that have ended the latest are kept, 1,000 unless the kernel was told otherwise (`quota.kept_jobs` of q_negotiate_caps): then the one that ended first is forgotten, read or not, its id is JOB_NOT_FOUND, and its sealed trace stays in the state folder.",
    params: {
      graph: Type.Unknown({ description: "a QVM graph" }), policy: maybe(Policy), session_id: SessionId,
      deadline_epochs: maybe(Type.Union([Count("as in policy"), Type.Null()])), timeout_ms: maybe(Type.Union([Count("as in policy"), Type.Null()])),
      client_token: maybe(Id("chosen by the caller, for this submit alone")),
    },
    result: open({ job_id: JobId, state: State, estimated_epochs: Count("epochs of the graph"), warnings: maybe(Words("members that nobody reads, in `policy` and beside it")) }, "the job"),
    errors: [...OF_SESSION, "INSUFFICIENT_CAPS", "INVALID_GRAPH", "QUOTA_EXCEEDED", "RESOURCE_EXHAUSTED"],
    example: { params: { graph: BELL, policy: { priority: 10, debug: false, seed: 42 }, session_id: S }, result: { job_id: J, state: "QUEUED", estimated_epochs: 1 } },
  }),
  q_cancel: method({
    summary: "Cancels a job at its next fence; a run under way is given up.",
    help: "Given up, the job stands at the last fence before the graph's end, and what it tells of is the prefix before that fence, where that is light to run, else nothing but the fence. A second cancel gives the same answer. A job that has ended otherwise is ALREADY_COMPLETED.",
    params: { job_id: JobId, session_id: SessionId },
    result: Job, errors: [...OF_JOB, "ALREADY_COMPLETED"], idempotent: true,
    example: { params: { job_id: J, session_id: S }, result: { ...RUNNING, state: "CANCELLED", cancelled_at_epoch: 0 } },
  }),
  q_status: method({
    summary: "The job as it stands.", help: "Gives the result too once there is one. What a job held at once (`peak_resources`) is in the attestation of one that ended under an earlier kernel, and not told where that is gone.",
    params: { job_id: JobId, session_id: SessionId },
    result: Job, errors: OF_JOB, idempotent: true,
    example: { params: { job_id: J, session_id: S }, result: RUNNING },
  }),
  q_wait: method({
    summary: "Waits until the job has ended, and gives it.",
    help: "A FAILED or CANCELLED job is a result, not an error. TIMEOUT does nothing to the job.",
    params: { job_id: JobId, session_id: SessionId, timeout_ms: timeout },
    result: Job, errors: [...OF_JOB, "TIMEOUT"], idempotent: true, waits: true,
    example: { params: { job_id: J, session_id: S, timeout_ms: 60_000 }, result: COMPLETED },
  }),
  q_job_events: method({
    summary: "What happened to a job after an event, as soon as there is something.",
    help: "Waits while there is nothing new and the job has not ended. Ask again with `next` as `after`; when `done`, nothing more comes. A job's latest 512 are kept, and none over the end of the kernel: of a job that ended before there are none, of one that is taken up again they begin with `resumed`.",
    params: { job_id: JobId, session_id: SessionId, after: maybe(Count("seq of the last event known; 0: from the beginning")), timeout_ms: timeout },
    result: open({ events: Type.Array(JobEvent), next: Count("seq of the last event known now"), done: Type.Boolean({ description: "the job has ended and this is all" }) }, "events"),
    errors: OF_JOB, idempotent: true, waits: true,
    example: { params: { job_id: J, session_id: S, after: 0 }, result: { events: [{ seq: 1, type: "state", state: "QUEUED", epoch: 0 }], next: 1, done: false } },
  }),
  q_open_chan: method({
    summary: "Opens an entanglement channel between two qubits.",
    help: "Purified until the fidelity is reached; what that took is accounted to the session. Between two qubits there is one, whichever end is named first and whoever of two tenants asks for it. Qubits of two tenants need a brokered channel.",
    params: {
      vq_a: Id("one end: id or signed handle"), vq_b: Id("the other end"),
      options: maybe(open({ fidelity: maybe(Type.Number({ exclusiveMinimum: 0, maximum: 1, description: "fidelity wanted; 0.99 when not given" })), type: maybe(Type.String({ maxLength: 64 })) }, "options")),
      session_id: SessionId,
    },
    result: open({ channel_id: Id("ch_A_B"), actual_fidelity: Real("fidelity reached"), purification_rounds: Count("rounds it took") }, "the channel"),
    errors: [...OF_JOB, "INSUFFICIENT_CAPS", "QUOTA_EXCEEDED", "CHANNEL_REFUSED", "CHANNEL_FIDELITY"],
    example: { params: { vq_a: "vq_1", vq_b: "vq_2", options: { fidelity: 0.99 }, session_id: S }, result: { channel_id: "ch_vq_1_vq_2", actual_fidelity: 0.992, purification_rounds: 1 } },
  }),
  q_close_chan: method({
    summary: "Closes a channel.", help: "What it entangled stays entangled; nothing new goes over it.",
    params: { channel_id: Id("the channel"), session_id: SessionId },
    result: open({ channel_id: Id("the channel"), closed: Type.Boolean() }, "the channel"),
    errors: [...OF_JOB, "CHANNEL_NOT_FOUND", "INSUFFICIENT_CAPS"],
    example: { params: { channel_id: "ch_vq_1_vq_2", session_id: S }, result: { channel_id: "ch_vq_1_vq_2", closed: true } },
  }),
  q_chan_status: method({
    summary: "A channel as it stands.", help: "A degraded link shows here before it fails a job.",
    params: { channel_id: Id("the channel"), session_id: SessionId },
    result: open({
      channel_id: Id("the channel"), vq_a: Id("one end"), vq_b: Id("the other"), state: Type.String({ description: "open, degraded or closed" }),
      fidelity: Real("fidelity now"), requested_fidelity: maybe(Real("fidelity asked for")), purification_rounds: Count("rounds so far"), pairs_consumed: maybe(Count("raw pairs so far")), uses: maybe(Count("times used")),
    }, "the channel"),
    errors: [...OF_JOB, "CHANNEL_NOT_FOUND"], idempotent: true,
    example: { params: { channel_id: "ch_vq_1_vq_2", session_id: S }, result: { channel_id: "ch_vq_1_vq_2", vq_a: "vq_1", vq_b: "vq_2", state: "open", fidelity: 0.992, purification_rounds: 1 } },
  }),
  q_checkpoint: method({
    summary: "Keeps the job as it is at the fence it has reached.",
    help: "Needs CAP_CHECKPOINT; of an ended job it is of the last fence inside it. The record has the graph's digest, epoch, node, seed, shots, the events of the prefix (of a job of one shot) and the digest of its trace; amplitudes never leave a provider, so there are none in it. q_restore makes the prefix again and compares both: what it goes on with is bit for bit what the job would have gone on with.",
    params: { job_id: JobId, session_id: SessionId },
    result: open({ checkpoint_id: Id("the checkpoint"), epoch: Count("the fence it was taken at"), size_bytes: Count("its size"), job_id: maybe(JobId) }, "the checkpoint"),
    errors: [...OF_JOB, "INSUFFICIENT_CAPS", "ALREADY_COMPLETED", "CHECKPOINT_REFUSED", "QUOTA_EXCEEDED"], waits: true,
    example: { params: { job_id: J, session_id: S }, result: { checkpoint_id: "ckpt_job_0123456789abcdef_1", epoch: 1, size_bytes: 412 } },
  }),
  q_restore: method({
    summary: "A new job that goes on from a checkpoint.", help: "Needs CAP_CHECKPOINT. The prefix is run again first; one that comes to another digest or other events is CHECKPOINT_INVALID. The job it was taken from is left as it is.",
    params: { checkpoint_id: Id("the checkpoint"), session_id: SessionId },
    result: open({ job_id: JobId, state: State, checkpoint_id: Id("the checkpoint"), epoch: Count("the epoch it goes on in") }, "the job"),
    errors: [...OF_JOB, "INSUFFICIENT_CAPS", "CHECKPOINT_NOT_FOUND", "CHECKPOINT_INVALID", "QUOTA_EXCEEDED", "RESOURCE_EXHAUSTED"],
    example: { params: { checkpoint_id: "ckpt_job_0123456789abcdef_1", session_id: S }, result: { job_id: "job_fedcba9876543210", state: "QUEUED", checkpoint_id: "ckpt_job_0123456789abcdef_1", epoch: 1 } },
  }),
  q_migrate: method({
    summary: "Moves a job to another mapping at its next fence.",
    help: "Changes nothing in what the job comes to. Without a target the kernel chooses a module. Qubits that are there already stay, and `moved` is 0 where all do. The circuit alone decides the provider, since the sealed trace names it: the job's own (`execution_context.provider`) as target is answered at once with nothing moved, another is MIGRATION_REFUSED with the modules there are.",
    params: { job_id: JobId, session_id: SessionId, target: maybe(Id("a module, or the job's provider")) },
    result: open({ job_id: JobId, from: Type.Unknown({ description: "where it was" }), to: Type.Unknown({ description: "where it is" }), epoch: Count("the fence it moved at"), success: Type.Boolean({ description: "all of it is where it was to be" }), moved: maybe(Count("qubits that went to another place; 0: it stood there already, or had none")) }, "the move"),
    errors: [...OF_JOB, "INSUFFICIENT_CAPS", "ALREADY_COMPLETED", "MIGRATION_REFUSED", "RESOURCE_EXHAUSTED"], waits: true,
    example: { params: { job_id: J, session_id: S, target: "module-1" }, result: { job_id: J, from: "module-0", to: "module-1", epoch: 1, success: true, moved: 2 } },
  }),
  q_get_telemetry: method({
    summary: "What a session or one of its jobs uses and has used.", help: "Without a job_id of the whole session (`qubits` and `channels` are what it holds now, `usage` is what its jobs have used in all); with one of that job, epoch by epoch: one where `epoch` is given, else a page of `limit` from `from_epoch` on; `next_epoch` says where the next page begins, and an epoch without `mapping` stands as the one before it in the page. Of a job that ended under an earlier kernel there is what its attestation says, which is read when it is asked for: use and mapping epoch by epoch; `qubits`, `channels` and its time are not known any more, and a session's `usage` counts such a job as long as it is known.",
    params: {
      session_id: SessionId, job_id: maybe(Type.Union([JobId, Type.Null()])), epoch: maybe(Type.Union([Count("one epoch of the job"), Type.Null()])),
      from_epoch: maybe(Count("the first epoch of a page; 0 without")), limit: maybe(Type.Integer({ minimum: 1, maximum: 10_000, description: "epochs of a page at most; 1000 without" })),
    },
    result: Telemetry, errors: OF_JOB, idempotent: true,
    example: {
      params: { session_id: S },
      result: { resource_usage: { logical_qubits_allocated: 2, physical_qubits_used: 36, physical_qubits_available: 9_964, utilization: 0.0036, channels_open: 0 }, qubits: {}, channels: {}, simulation_time_us: 1.5, usage: { logicalQubits: 2, physicalQubits: 36, channels: 0, nodes: 5, measurements: 2, tStates: 0, decoderCycles: 6, pairs: 0 }, jobs_ended: 1 },
    },
  }),
  q_get_mapping: method({
    summary: "Where logical qubits lie.", help: "A summary: profile, module and how many physical qubits; never states. Of a job that has ended, where they lay in its last epoch, also under a later kernel.",
    params: { session_id: SessionId, job_id: maybe(Type.Union([JobId, Type.Null()])) },
    result: open({ mapping: Type.Record(Type.String(), Type.Unknown(), { description: "by logical qubit: profile, distance, physical_qubits, module" }), physical_qubits_used: Count("in all") }, "the mapping"),
    errors: OF_JOB, idempotent: true,
    example: { params: { session_id: S, job_id: J }, result: { mapping: { q0: { profile: "logical:surface_code(d=3)", distance: 3, physical_qubits: 18, module: "module-0" } }, physical_qubits_used: 18 } },
  }),
  q_replay: method({
    summary: "Runs an ended job again from its sealed trace and compares.", help: "`matches` says whether every outcome was found again, as `events` has them; `reason` why not. The digest is the one the job came to. A job that has not ended has no sealed trace: NOT_ENDED.",
    params: { job_id: JobId, session_id: SessionId },
    result: open({ job_id: JobId, matches: Type.Boolean(), digest: Type.String({ description: "that the job came to, as it was told" }), reason: maybe(Type.String({ description: "why it does not match: what is wrong with the trace" })), events: maybe(Type.Record(Type.String(), Type.Integer())), bundle: maybe(Type.String({ description: "the sealed trace, base64, where it is not on disk" })) }, "the verdict"),
    errors: [...OF_JOB, "NOT_ENDED", "TIMEOUT"], idempotent: true, waits: true,
    example: { params: { job_id: J, session_id: S }, result: { job_id: J, matches: true, digest: "00".repeat(32), events: { m0: 1, m1: 1 } } },
  }),
  q_list_jobs: method({
    summary: "The jobs of a session, or of its tenant.",
    help: "By acceptance; of more than `limit` the latest. A job of another session of the tenant is shown without that session, so it can be neither read nor cancelled. Nobody else's jobs are shown or counted.",
    params: {
      session_id: SessionId, states: maybe(Type.Array(State, { maxItems: 6, description: "only jobs in these states" })), tenant: maybe(Type.Boolean({ description: "of all sessions of the tenant" })),
      limit: maybe(Type.Integer({ minimum: 1, maximum: 1_000, description: "most jobs shown; 100 when not given" })),
    },
    result: open({ jobs: Type.Array(JobRow), total: Count("jobs that match, shown or not") }, "the jobs"),
    errors: OF_SESSION, idempotent: true,
    example: { params: { session_id: S, states: ["RUNNING"] }, result: { jobs: [{ job_id: J, own: true, state: "RUNNING", priority: 10, shots: 1, epoch: 0, total_epochs: 1, created_at: CREATED, age_s: 0.25 }], total: 1 } },
  }),
  q_kernel_status: method({
    summary: "How the kernel stands, as far as the caller may know.",
    help: "To a session: its tenant's sessions and jobs, and the room its own quota leaves. To the operator, who shows a proof made with the kernel's key (`triad kernel status` makes it): everybody's, and the machine's. What is wrong with the machine, everybody may know.",
    params: { session_id: maybe(SessionId), proof: maybe(Type.String({ maxLength: 200, description: "the operator's, in place of a session" })) },
    result: open({
      version: Type.String({ description: "of this kernel" }), view: Type.Union([Type.Literal("tenant"), Type.Literal("operator")], { description: "whose sessions, jobs and room these are" }),
      started_at: Real("seconds since 1970"), uptime_s: Real("seconds"), stopping: Type.Boolean({ description: "nothing new is taken" }),
      sessions: Count("sessions"), queued: Count("jobs that wait"), running: Count("jobs that hold a slot"), room: Room,
      conditions: Type.Array(Type.Unknown(), { description: "what is wrong with the machine: mode, target and how much" }),
      modules: maybe(Type.Array(Type.Unknown(), { description: "to the operator: each module's physical qubits, in all and free" })),
      links: maybe(Type.Array(Type.Unknown(), { description: "to the operator: links between modules as they stand" })),
      tenants: maybe(Type.Array(Type.Unknown(), { description: "to the operator: each tenant's name, state, sessions, jobs that have not ended and jobs that run" })),
    }, "the kernel"),
    errors: OF_SESSION, idempotent: true,
    example: {
      params: { session_id: S },
      result: { version: "0.2.0", view: "tenant", started_at: CREATED, uptime_s: 12.5, stopping: false, sessions: 1, queued: 0, running: 1, room: { jobs: 4, logical_qubits: 98, physical_qubits: 9_964, channels: 10 }, conditions: [] },
    },
  }),
  q_close_session: method({
    summary: "Closes a session: its jobs are cancelled, its qubits and channels released.", help: "The id is void afterwards. Sealed traces stay.",
    params: { session_id: SessionId },
    result: open({ session_id: SessionId, closed: Type.Boolean(), jobs_cancelled: Count("jobs that had not ended"), released: maybe(Type.Unknown({ description: "qubits and channels" })) }, "the session"),
    errors: OF_SESSION,
    example: { params: { session_id: S }, result: { session_id: S, closed: true, jobs_cancelled: 0 } },
  }),
  ...TENANCY_METHODS,
});

export type MethodName = keyof typeof METHODS;
export const METHOD_NAMES = Object.freeze(Object.keys(METHODS)) as readonly MethodName[];
export const isMethod = (name: string): name is MethodName => Object.hasOwn(METHODS, name);

/** Answered by the dispatcher itself with the OpenRPC document. */
export const DISCOVER = "rpc.discover";

type ObjectOf<P extends TProperties> = ReturnType<typeof Type.Object<P>>;
export type ParamsOf<M extends MethodName> = Static<ObjectOf<(typeof METHODS)[M]["params"]>>;
export type ResultOf<M extends MethodName> = Static<(typeof METHODS)[M]["result"]>;
export type JobObject = Static<typeof Job>;
export type JobEventObject = Static<typeof JobEvent>;
