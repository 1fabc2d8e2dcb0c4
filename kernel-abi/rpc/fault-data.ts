// From a fault to what the wire says of it: the code by the fault's name, and the members its code documents from the fault's detail (R14).
//   R15 One place: rooms throw faults in their own words, and nobody else translates them. What a fault says beyond the documented
//       members stands in `detail`, as it is.
import { FAULTS, type FaultDetail, type FaultName } from "../fault.ts";
import { AUTHORITY_CODES } from "../wire-codes.ts";
import { CODES, codeName, type CodeName } from "./codes.ts";

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
  PROFILE_INVALID: "INVALID_PARAMS", RATE_UNSAMPLED: "INVALID_PARAMS", RESOURCES_EXHAUSTED: "RESOURCE_EXHAUSTED", QUBIT_UNKNOWN: "JOB_NOT_FOUND", HOLDER_UNKNOWN: "JOB_NOT_FOUND", MIGRATION_REFUSED: "MIGRATION_REFUSED",
  CHANNEL_UNKNOWN: "CHANNEL_NOT_FOUND", CHANNEL_EXISTS: "CHANNEL_REFUSED", CHANNEL_FIDELITY_UNREACHABLE: "CHANNEL_FIDELITY", CHANNEL_CAPACITY_EXCEEDED: "RESOURCE_EXHAUSTED", MODULE_UNKNOWN: "INVALID_PARAMS",
  JOB_UNKNOWN: "JOB_NOT_FOUND", JOB_FOREIGN: "ACCESS_DENIED", JOB_ENDED: "ALREADY_COMPLETED", JOB_EXPIRED: "TIMEOUT", WAIT_EXPIRED: "TIMEOUT",
  CHECKPOINT_UNKNOWN: "CHECKPOINT_NOT_FOUND", CHECKPOINT_REFUSED: "CHECKPOINT_INVALID", LEDGER_DAMAGED: "INTERNAL_ERROR", QUEUE_FULL: "RESOURCE_EXHAUSTED", KERNEL_STOPPING: "STOPPING",
});

type Json = FaultDetail[string] | readonly string[];

/** Where a member is found that the detail has not by its own name: the first of these that is there. */
const WORDS: Readonly<Record<string, readonly string[]>> = Object.freeze({
  job_id: ["job"], checkpoint_id: ["checkpoint"], channel_id: ["channel"], id: ["vq", "handle", "job", "rule", "qubits"], at: ["argument", "node"],
  what: ["why", "reason", "violation", "allowed"], requested: ["asked", "pairs", "qubits"], reachable: ["reached"], available: ["placed", "ready", "left", "free"],
  resource: ["profile", "what", "limit"], limit: ["per_minute", "what"], most: ["limit", "allowed"],
});

/** What a fault's name alone says. */
const SAID: Readonly<Partial<Record<FaultName, Readonly<Record<string, string>>>>> = Object.freeze({
  JOB_UNKNOWN: { kind: "job" }, JOB_FOREIGN: { kind: "job" }, HOLDER_UNKNOWN: { kind: "job" }, QUBIT_UNKNOWN: { kind: "qubit" }, SESSION_UNKNOWN: { kind: "session" },
  HANDLE_REFUSED: { kind: "handle" }, DELEGATION_REFUSED: { kind: "delegation" }, FIREWALL_VIOLATION: { kind: "qubit" }, POLICY_DENIED: { kind: "policy" },
  CHANNEL_CAPACITY_EXCEEDED: { resource: "pairs of an epoch" }, QUEUE_FULL: { resource: "queue" }, Q_ERR_GATE_UNSUPPORTED: { what: "no provider takes its circuit" }, WORKER_LOST: { limit: "threads" }, DISK_FAILED: { limit: "disk" },
});

const NAMES_OF: ReadonlySet<string> = new Set(["required", "missing"]);
/** A fault's detail holds scalars alone: lists of names stand in it with commas. */
const plain = (member: string, value: FaultDetail[string]): Json =>
  (NAMES_OF.has(member) && typeof value === "string" ? value.split(",").map((name) => name.trim()).filter((name) => name !== "") : value);

/** What a documented member is when the fault does not say. */
function unsaid(member: string, fault: FaultName): Json {
  if (member === "what") return FAULTS[fault].says;
  if (member === "findings" || NAMES_OF.has(member)) return [];
  return member === "at" ? "" : null;
}

/** One documented member; undefined: it may be missing, and is. */
function told(documented: string, fault: FaultName, detail: FaultDetail): Json | undefined {
  const member = documented.replace(/\?$/, "");
  const said = SAID[fault]?.[member];
  if (said !== undefined) return said;
  const key = [member, ...WORDS[member] ?? []].find((name) => detail[name] !== undefined);
  const value = key === undefined ? undefined : detail[key];
  return value !== undefined ? plain(member, value) : member === documented ? unsaid(member, fault) : undefined;
}

/** What stands in `error.data` for a fault; one without a code is told as INTERNAL_ERROR. */
export function faultData({ fault, code, next, detail }: { readonly fault: FaultName; readonly code: number; readonly next: string; readonly detail: FaultDetail }): Readonly<Record<string, unknown>> {
  const name = CODE_OF[fault] ?? "INTERNAL_ERROR";
  const members = name === "INTERNAL_ERROR" ? [["what", fault] as const] : Object.keys(CODES[name].data).map((member) => [member.replace(/\?$/, ""), told(member, fault, detail)] as const);
  return { ...Object.fromEntries(members.filter(([, value]) => value !== undefined)), fault, fault_code: code, detail: { ...detail }, next };
}
