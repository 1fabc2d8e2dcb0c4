// Error codes of the kernel's JSON-RPC interface: one row per code, with what stands in its `data`. Owns the way from a Fault to a code.
//   R1  A number is permanent and has one name. The standard's five, then those of the qSyscall documents as documented, then ours:
//       -32002 to -32004 the server itself, -324xx checkpoints and migration, -325xx channels.
import type { FaultDetail } from "../fault.ts";
import { AUTHORITY_CODES } from "../wire-codes.ts";

export interface CodeRow {
  readonly code: number;
  /** One sentence: what happened. */
  readonly says: string;
  /** One sentence: what to do next. */
  readonly next: string;
  /** Whether the same call may succeed later without anything else being changed. */
  readonly transient: boolean;
  /** Members of `data` beside `name` and `next`, which every error has; in words. */
  readonly data: Readonly<Record<string, string>>;
}

const row = (code: number, says: string, next: string, data: CodeRow["data"] = {}, transient = false): CodeRow =>
  Object.freeze({ code, says, next, transient, data: Object.freeze(data) });

const AT_WHAT = { at: "JSON pointer of the place", what: "what is wrong with it" };

export const CODES = Object.freeze({
  PARSE_ERROR: row(-32700, "The bytes are not one JSON value.", "Send one JSON value in UTF-8, whole and within the limits; the connection is closed.", { what: "what is wrong", byte: "where in the value" }),
  INVALID_REQUEST: row(-32600, "The value is not a JSON-RPC 2.0 request.", "Send {\"jsonrpc\":\"2.0\",\"method\":…,\"params\":{…},\"id\":…}.", AT_WHAT),
  METHOD_NOT_FOUND: row(-32601, "No method has this name.", "Ask rpc.discover for the methods there are.", { method: "the name that was asked for", meant: "the method of this name with q_ before it, where there is one" }),
  INVALID_PARAMS: row(-32602, "The params do not fit the method.", "Mend the member that is named; rpc.discover has the schema.", AT_WHAT),
  INTERNAL_ERROR: row(-32603, "The kernel itself failed; this is a defect of ours.", "Report it with the request; what was accepted before is not lost.", { what: "the error's name" }),
  INSUFFICIENT_CAPS: row(-32001, "The session lacks a capability that this needs.", "Negotiate a session with the capabilities in `missing`.", { required: "capabilities needed", missing: "those of them the session lacks" }),
  SERVER_BUSY: row(-32002, "The server serves as many as it may.", "Try again in a moment.", { most: "the limit", limit: "which limit" }, true),
  STOPPING: row(-32003, "The kernel is being stopped; what was accepted is kept.", "Try again when it is back.", {}, true),
  REPLY_TOO_LARGE: row(-32004, "The reply is larger than the connection takes.", "Ask for less at once (`from_epoch` and `limit` of q_get_telemetry), or read what was answered before.", { bytes: "of the reply", most: "the limit, less what is not read yet" }),
  AUTH_FAILED: row(-32100, "Who calls could not be established.", "Negotiate a new session; a closed or expired one does not come back."),
  TENANT_SUSPENDED: row(-32101, "The tenant is suspended.", "Ask the operator.", { tenant_id: "the tenant" }),
  INVALID_GRAPH: row(-32200, "The graph is refused by the verifier.", "Mend what the findings name; `triad qvm verify FILE` shows the same.", { findings: "list of {rule, severity, node, message, fix}" }),
  QUOTA_EXCEEDED: row(-32201, "This would go beyond the tenant's or session's quota.", "Release what is held, wait for jobs to end, or ask for less.", { resource: "what is limited", limit: "the quota", used: "what is in use", requested: "what was asked for" }),
  RESOURCE_EXHAUSTED: row(-32202, "The machine has not enough of what is asked for.", "Try again when others have released theirs, or ask for less.", { resource: "what is short", available: "how much there is", requested: "how much was asked for" }, true),
  JOB_NOT_FOUND: row(-32300, "No such job, session or handle.", "Check the id; ids of closed sessions are gone.", { kind: "job, session, qubit or handle", id: "the id" }),
  ACCESS_DENIED: row(-32301, "This belongs to another session or tenant.", "Use the session that made it.", { kind: "what it is", id: "its id" }),
  TIMEOUT: row(-32302, "The time given was not enough.", "Ask again; the job goes on.", { timeout_ms: "the time that was given", state: "the job's state" }, true),
  ALREADY_COMPLETED: row(-32303, "The job has ended already.", "Read its result with q_status.", { job_id: "the job", state: "how it ended" }),
  CHECKPOINT_NOT_FOUND: row(-32400, "No such checkpoint.", "Make one with q_checkpoint; the oldest are dropped first.", { checkpoint_id: "the id" }),
  CHECKPOINT_REFUSED: row(-32401, "The job cannot be checkpointed or restored as it stands.", "A checkpoint is taken at a fence of a job that has not ended.", { job_id: "the job", what: "why not" }),
  CHECKPOINT_INVALID: row(-32402, "The checkpoint is not what was written.", "Do not restore from it; submit the job again.", { checkpoint_id: "the id", what: "what is wrong" }),
  MIGRATION_REFUSED: row(-32410, "The job cannot be moved there.", "The data says why; another target or a later fence may do.", { job_id: "the job", what: "why not, and the modules there are" }),
  CHANNEL_NOT_FOUND: row(-32500, "No such channel.", "Open one with q_open_chan.", { channel_id: "the id" }),
  CHANNEL_REFUSED: row(-32501, "The firewall does not allow this channel.", "Qubits of two tenants need a channel that the broker made for both.", { vq_a: "one end", vq_b: "the other", what: "why not" }),
  CHANNEL_FIDELITY: row(-32502, "The fidelity asked for cannot be reached.", "Ask for less, or try when the link has recovered.", { requested: "fidelity asked for", reachable: "fidelity that can be reached" }, true),
} satisfies Record<string, CodeRow>);

export type CodeName = keyof typeof CODES;

const NAMES = Object.keys(CODES) as CodeName[];
const BY_CODE: ReadonlyMap<number, CodeName> = new Map(NAMES.map((name) => [CODES[name].code, name]));

/** The name of a code, or undefined when the table has none. */
export const codeName = (code: number): CodeName | undefined => BY_CODE.get(code);

/** What a handler throws to answer with a code and structured data; a Fault does as well where the code follows from its name (CODE_OF). */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly refusal: CodeName;
  readonly data: Readonly<Record<string, unknown>>;
  /** `message` replaces the table's sentence; `data.next` replaces its advice. */
  constructor(refusal: CodeName, data: Readonly<Record<string, unknown>> = {}, options?: { readonly message?: string; readonly cause?: unknown }) {
    super(options?.message ?? CODES[refusal].says, options?.cause === undefined ? undefined : { cause: options.cause });
    this.refusal = refusal;
    this.data = data;
  }
}

const OF_AUTHORITY = Object.entries(AUTHORITY_CODES).map(([fault, { code }]): readonly [string, CodeName] => [fault, codeName(code) ?? "INTERNAL_ERROR"]);

/** The code a fault is answered with; one that is not here is a defect and answered with INTERNAL_ERROR. A test holds the rows of the kernel's rooms to be here. */
export const CODE_OF: Readonly<Record<string, CodeName>> = Object.freeze({
  ...Object.fromEntries(OF_AUTHORITY),
  ABI_MALFORMED: "INVALID_PARAMS", ABI_UNENCODABLE: "INVALID_PARAMS", ABI_UNDECODABLE: "INVALID_PARAMS", ABI_LIMIT: "INVALID_PARAMS", INPUT_INVALID: "INVALID_PARAMS",
  DOMAIN_UNAUTHORIZED: "INSUFFICIENT_CAPS", RESOURCE_EXHAUSTED: "RESOURCE_EXHAUSTED", DECOHERENCE_EXCEEDED: "RESOURCE_EXHAUSTED",
  Q_ERR_DECOHERENCE_EXCEEDED: "RESOURCE_EXHAUSTED", Q_ERR_RESOURCE_UNAVAILABLE: "RESOURCE_EXHAUSTED", Q_ERR_GATE_UNSUPPORTED: "INVALID_GRAPH",
  WORKER_LOST: "SERVER_BUSY", DISK_FAILED: "SERVER_BUSY",
  GRAPH_INVALID: "INVALID_GRAPH", QVM_NOT_EXECUTABLE: "INVALID_GRAPH", QVM_GUARD_LIMIT: "INVALID_GRAPH", QVM_NOISE_LIMIT: "INVALID_PARAMS", QVM_ASM_SYNTAX: "INVALID_PARAMS", QVM_ASM_VALUE: "INVALID_PARAMS", QVM_ASM_LIMIT: "INVALID_PARAMS", QVM_ASM_INCLUDE: "INVALID_PARAMS",
  CERTIFICATE_REFUSED: "INTERNAL_ERROR", GRAPH_UNCERTIFIED: "INTERNAL_ERROR", ATTESTATION_REFUSED: "INTERNAL_ERROR",
  PROFILE_INVALID: "INVALID_PARAMS", RESOURCES_EXHAUSTED: "RESOURCE_EXHAUSTED", QUBIT_UNKNOWN: "JOB_NOT_FOUND", HOLDER_UNKNOWN: "JOB_NOT_FOUND", MIGRATION_REFUSED: "MIGRATION_REFUSED",
  CHANNEL_UNKNOWN: "CHANNEL_NOT_FOUND", CHANNEL_EXISTS: "CHANNEL_REFUSED", CHANNEL_FIDELITY_UNREACHABLE: "CHANNEL_FIDELITY", CHANNEL_CAPACITY_EXCEEDED: "RESOURCE_EXHAUSTED", MODULE_UNKNOWN: "INVALID_PARAMS",
  JOB_UNKNOWN: "JOB_NOT_FOUND", JOB_FOREIGN: "ACCESS_DENIED", JOB_ENDED: "ALREADY_COMPLETED", JOB_EXPIRED: "TIMEOUT", WAIT_EXPIRED: "TIMEOUT",
  CHECKPOINT_UNKNOWN: "CHECKPOINT_NOT_FOUND", CHECKPOINT_REFUSED: "CHECKPOINT_INVALID", LEDGER_DAMAGED: "INTERNAL_ERROR", QUEUE_FULL: "RESOURCE_EXHAUSTED", KERNEL_STOPPING: "STOPPING",
});

const NAMES_OF: ReadonlySet<string> = new Set(["required", "missing"]);
/** A fault's detail holds scalars alone: lists of names stand in it with commas. */
const plain = ([key, value]: readonly [string, FaultDetail[string]]): readonly [string, unknown] =>
  [key, NAMES_OF.has(key) && typeof value === "string" ? value.split(",").map((name) => name.trim()).filter((name) => name !== "") : value];

/** What stands in `error.data` for a fault: its own name and number beside its detail. */
export const faultData = (fault: { readonly fault: string; readonly code: number; readonly next: string; readonly detail: FaultDetail }): Readonly<Record<string, unknown>> =>
  ({ ...Object.fromEntries(Object.entries(fault.detail).map(plain)), fault: fault.fault, fault_code: fault.code, next: fault.next });
