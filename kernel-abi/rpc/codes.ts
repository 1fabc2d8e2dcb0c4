// Error codes of the kernel's JSON-RPC interface: one row per code, with what stands in its `data`. `fault-data.ts` owns the way from a Fault to a code.
//   R1  A number is permanent and has one name. The standard's five, then those of the qSyscall documents as documented, then ours:
//       -32002 to -32004 the server itself, -32304 jobs, -324xx checkpoints and migration, -325xx channels.
//   R14 `data` has the members its row documents and no others: `name` and `next`, every documented one that has no `?`, and, where a fault was the
//       reason, `fault`, `fault_code` and `detail`.
export interface CodeRow<D extends Members = Members> {
  readonly code: number;
  /** One sentence: what happened. */
  readonly says: string;
  /** One sentence: what to do next. */
  readonly next: string;
  /** Whether the same call may succeed later without anything else being changed. */
  readonly transient: boolean;
  /** Members of `data` beside `name` and `next`, which every error has; in words. Those with a `?` at the end of their name may be missing. */
  readonly data: D;
}
type Members = Readonly<Record<string, string>>;

function row<D extends Members>(code: number, says: string, next: string, data: D, transient?: boolean): CodeRow<D>;
function row(code: number, says: string, next: string): CodeRow<Readonly<Record<never, string>>>;
function row(code: number, says: string, next: string, data: Members = {}, transient = false): CodeRow {
  return Object.freeze({ code, says, next, transient, data: Object.freeze(data) });
}

const AT_WHAT = { at: "JSON pointer of the place", what: "what is wrong with it" };

export const CODES = Object.freeze({
  PARSE_ERROR: row(-32700, "The bytes are not one JSON value.", "Send one JSON value in UTF-8, whole and within the limits; the connection is closed.", { what: "what is wrong", byte: "where in the value" }),
  INVALID_REQUEST: row(-32600, "The value is not a JSON-RPC 2.0 request.", "Send {\"jsonrpc\":\"2.0\",\"method\":…,\"params\":{…},\"id\":…}.", AT_WHAT),
  METHOD_NOT_FOUND: row(-32601, "No method has this name.", "Ask rpc.discover for the methods there are.", { method: "the name that was asked for", "meant?": "the method of this name with q_ before it, where there is one" }),
  INVALID_PARAMS: row(-32602, "The params do not fit the method.", "Mend the member that is named; rpc.discover has the schema.", AT_WHAT),
  INTERNAL_ERROR: row(-32603, "The kernel itself failed; this is a defect of ours.", "Report it with the request; what was accepted before is not lost.", { what: "the error's name" }),
  INSUFFICIENT_CAPS: row(-32001, "The session lacks a capability that this needs.", "Negotiate a session with the capabilities in `missing`.", { required: "capabilities needed", missing: "those of them the session lacks" }),
  SERVER_BUSY: row(-32002, "The server serves as many as it may.", "Try again in a moment.", { "limit?": "which limit", "most?": "what it is" }, true),
  STOPPING: row(-32003, "The kernel is being stopped; what was accepted is kept.", "Try again when it is back.", {}, true),
  REPLY_TOO_LARGE: row(-32004, "The reply is larger than the connection takes.", "Ask for less at once (`from_epoch` and `limit` of q_get_telemetry), or read what was answered before.", { bytes: "of the reply", most: "the limit, less what is not read yet" }),
  AUTH_FAILED: row(-32100, "Who calls could not be established.", "Negotiate a new session; a closed or expired one does not come back.", { reason: "why, in a word" }),
  TENANT_SUSPENDED: row(-32101, "The tenant is suspended.", "Ask the operator.", { tenant_id: "the tenant" }),
  INVALID_GRAPH: row(-32200, "The graph is refused by the verifier, or by every provider.", "Mend what the findings name; `triad qvm verify FILE` shows the same.", { findings: "list of {rule, severity, node, message, fix}", "findings_in_all?": "how many, where not all are told", "what?": "what else is wrong, where there are no findings", "provider?": "for whose most qubits it is too large", "most?": "the qubits that has", "requested?": "the qubits it uses at once" }),
  QUOTA_EXCEEDED: row(-32201, "This would go beyond the tenant's or session's quota.", "Release what is held, wait for jobs to end, or ask for less.", { resource: "what is limited", limit: "the quota", "scope?": "session or tenant: whose quota", "used?": "what is in use", "requested?": "what was asked for", "retry_after_ms?": "when a rate allows the next" }),
  RESOURCE_EXHAUSTED: row(-32202, "The machine has not enough of what is asked for.", "Try again when others have released theirs, or ask for less.", { resource: "what is short", "available?": "how much there is", "requested?": "how much was asked for", "failed?": "modules with physical qubits that have failed" }, true),
  JOB_NOT_FOUND: row(-32300, "No such job, session or handle.", "Check the id; ids of closed sessions are gone.", { kind: "job, session, qubit, handle or trace", id: "the id" }),
  ACCESS_DENIED: row(-32301, "This belongs to another session or tenant.", "Use the session that made it.", { kind: "what it is", "id?": "its id", "reason?": "why, in a word" }),
  TIMEOUT: row(-32302, "The time given was not enough.", "Ask again; the job goes on.", { timeout_ms: "the time that was given", state: "the job's state" }, true),
  ALREADY_COMPLETED: row(-32303, "The job has ended already.", "Read its result with q_status.", { job_id: "the job", state: "how it ended" }),
  NOT_ENDED: row(-32304, "The job has not ended yet.", "Wait for it with q_wait, then ask again.", { job_id: "the job", state: "the job's state" }),
  CHECKPOINT_NOT_FOUND: row(-32400, "No such checkpoint.", "Make one with q_checkpoint; the oldest are dropped first.", { checkpoint_id: "the id" }),
  CHECKPOINT_REFUSED: row(-32401, "The job cannot be checkpointed or restored as it stands.", "A checkpoint is of a fence that a job has come to, also of a completed one; one that failed has none to go on from.", { job_id: "the job", what: "why not" }),
  CHECKPOINT_INVALID: row(-32402, "The checkpoint is not what was written.", "Do not restore from it; submit the job again.", { checkpoint_id: "the id", what: "what is wrong" }),
  MIGRATION_REFUSED: row(-32410, "The job cannot be moved there.", "The data says why; another target or a later fence may do.", { job_id: "the job", what: "why not, and the modules there are" }),
  CHANNEL_NOT_FOUND: row(-32500, "No such channel.", "Open one with q_open_chan.", { channel_id: "the id" }),
  CHANNEL_REFUSED: row(-32501, "The firewall does not allow this channel.", "Qubits of two tenants need a channel that the broker made for both.", { what: "why not", "vq_a?": "one end", "vq_b?": "the other", "channel_id?": "the channel, where it has an id" }),
  CHANNEL_FIDELITY: row(-32502, "The fidelity asked for cannot be reached.", "Ask for less, or try when the link has recovered.", { requested: "fidelity asked for", reachable: "fidelity that can be reached now" }),
} satisfies Record<string, CodeRow>);

export type CodeName = keyof typeof CODES;

const NAMES = Object.keys(CODES) as CodeName[];
const BY_CODE: ReadonlyMap<number, CodeName> = new Map(NAMES.map((name) => [CODES[name].code, name]));

/** The name of a code, or undefined when the table has none. */
export const codeName = (code: number): CodeName | undefined => BY_CODE.get(code);

type Named<D, M extends keyof D> = M extends `${string}?` ? never : M;
type Maybe<D, M extends keyof D> = M extends `${infer N}?` ? N : never;
/** What stands in `data` of one code (R14); `next` replaces the table's advice. */
export type DataOf<C extends CodeName, D = (typeof CODES)[C]["data"]> =
  { readonly [M in Named<D, keyof D>]: unknown } & { readonly [M in Maybe<D, keyof D>]?: unknown } & { readonly next?: string };

interface RefusalOptions { readonly message?: string; readonly cause?: unknown }
type RefusalArgs = { [C in CodeName]: Record<never, never> extends DataOf<C> ? [refusal: C, data?: DataOf<C>, options?: RefusalOptions] : [refusal: C, data: DataOf<C>, options?: RefusalOptions] }[CodeName];

/** What a handler throws to answer with a code and structured data; a Fault does as well where the code follows from its name (`fault-data.ts`). */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly refusal: CodeName;
  readonly data: Readonly<Record<string, unknown>>;
  /** `message` replaces the table's sentence; `data.next` replaces its advice. */
  constructor(...[refusal, data = {}, options]: RefusalArgs) {
    super(options?.message ?? CODES[refusal].says, options?.cause === undefined ? undefined : { cause: options.cause });
    this.refusal = refusal;
    this.data = data;
  }
}
