// Branded identities. Each type is made in one place (its parser) and never by a bare cast elsewhere.
import { Fault } from "./fault.ts";
import { LIMITS } from "./limits.ts";

declare const brand: unique symbol;
type Branded<T, B extends string> = T & { readonly [brand]: B };

/** Logical time of the scheduler: a safe integer, never wall time (contracts, rule 1). */
export type Tick = Branded<number, "Tick">;
/** A process inside one run: a small integer declared in the trace. 0 kernel, 1 Q service, 2 Φ service, then spawn order. */
export type ProcessId = Branded<number, "ProcessId">;
/** A spawn path such as `root/solver#2`, the same on every host. */
export type ProcessName = Branded<string, "ProcessName">;
/** Slot of the capability table; confers nothing by itself. */
export type CapabilityId = Branded<number, "CapabilityId">;
export type ContractId = Branded<number, "ContractId">;
export type JobId = Branded<number, "JobId">;
export type EnvelopeId = Branded<number, "EnvelopeId">;
/** SHA-256 in lower-case hex. */
export type Digest = Branded<string, "Digest">;

const isIndex = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;

function index(kind: string, value: number): number {
  if (!isIndex(value)) throw new Fault("ABI_MALFORMED", { argument: kind, value: String(value), allowed: "an integer from 0" });
  return value;
}

export const tick = (value: number): Tick => index("tick", value) as Tick;
export const processId = (value: number): ProcessId => index("process", value) as ProcessId;
export const capabilityId = (value: number): CapabilityId => index("capability", value) as CapabilityId;
export const contractId = (value: number): ContractId => index("contract", value) as ContractId;
export const jobId = (value: number): JobId => index("job", value) as JobId;
export const envelopeId = (value: number): EnvelopeId => index("envelope", value) as EnvelopeId;

/** Names of definitions and streams. */
export const LABEL = /^[A-Za-z][A-Za-z0-9_.-]{0,63}$/;

/** A definition's name or a stream's name: a letter, then up to 63 letters, digits, `_`, `.`, `-`. */
export function label(text: unknown): string {
  if (typeof text !== "string" || !LABEL.test(text)) {
    throw new Fault("ABI_MALFORMED", { argument: "name", value: typeof text === "string" ? text.slice(0, 80) : typeof text, allowed: LABEL.source });
  }
  return text;
}

const SEGMENT = /^[A-Za-z][A-Za-z0-9_.-]{0,63}(#[1-9][0-9]{0,8})?$/;

export function processName(text: string): ProcessName {
  if (text.length > LIMITS.process_name_bytes_max || !text.split("/").every((part) => SEGMENT.test(part))) {
    throw new Fault("ABI_MALFORMED", { argument: "process name", value: text.slice(0, 80), allowed: "segments like solver#2 joined by /" });
  }
  return text as ProcessName;
}

export function digest(text: string): Digest {
  if (!/^[0-9a-f]{64}$/.test(text)) throw new Fault("ABI_MALFORMED", { argument: "digest", value: text.slice(0, 80), allowed: "64 lower-case hex digits" });
  return text as Digest;
}

/** The kernel and the two domain services are actors of every run (architecture, section 1). */
export const KERNEL = processId(0);
export const Q_SERVICE = processId(1);
export const PHI_SERVICE = processId(2);
export const ROOT = processId(3);
