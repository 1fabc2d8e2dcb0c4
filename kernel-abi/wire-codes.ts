// Faults of authority as they stand on the qSyscall wire: JSON-RPC code, its documented name, and `data`. A fault without a row here
// is another room's, or −32603.
import { FAULTS, type Fault, type FaultName } from "./fault.ts";

export interface WireCode {
  readonly code: number;
  readonly name: string;
}

const wire = (code: number, name: string): WireCode => Object.freeze({ code, name });

/** Codes of tenancy's faults; several faults may share one documented code, and `data.fault` tells them apart. */
export const AUTHORITY_CODES = Object.freeze({
  INSUFFICIENT_CAPS: wire(-32001, "INSUFFICIENT_CAPS"),
  AUTH_FAILED: wire(-32100, "AUTH_FAILED"),
  TOKEN_REFUSED: wire(-32100, "AUTH_FAILED"),
  TENANT_SUSPENDED: wire(-32101, "TENANT_SUSPENDED"),
  QUOTA_EXCEEDED: wire(-32201, "QUOTA_EXCEEDED"),
  RATE_LIMITED: wire(-32201, "QUOTA_EXCEEDED"),
  SESSION_UNKNOWN: wire(-32300, "JOB_NOT_FOUND"),
  ACCESS_DENIED: wire(-32301, "ACCESS_DENIED"),
  HANDLE_REFUSED: wire(-32301, "ACCESS_DENIED"),
  DELEGATION_REFUSED: wire(-32301, "ACCESS_DENIED"),
  FIREWALL_VIOLATION: wire(-32301, "ACCESS_DENIED"),
  POLICY_DENIED: wire(-32301, "ACCESS_DENIED"),
  LINEARITY_BROKEN: wire(-32602, "INVALID_PARAMS"),
  CHANNEL_REFUSED: wire(-32501, "CHANNEL_REFUSED"),
  AUDIT_BROKEN: wire(-32603, "INTERNAL_ERROR"),
  TENANCY_UNREADABLE: wire(-32603, "INTERNAL_ERROR"),
} satisfies Partial<Record<FaultName, WireCode>>);

export type AuthorityFault = keyof typeof AUTHORITY_CODES;

export const isAuthorityFault = (name: FaultName): name is AuthorityFault => Object.hasOwn(AUTHORITY_CODES, name);

export type WireValue = string | number | boolean | null | readonly string[];

/** Members of a fault's detail that are lists of names, written there with commas because a detail holds scalars alone. */
const LISTS: ReadonlySet<string> = new Set(["required", "missing"]);

/**
 * What an error reply says of a fault of authority: `data` is its detail with `required` and `missing` as lists, its own name and what
 * to do next. Undefined for any other fault.
 */
export function wireOf(fault: Fault): { readonly code: number; readonly message: string; readonly data: Readonly<Record<string, WireValue>> } | undefined {
  if (!isAuthorityFault(fault.fault)) return undefined;
  const detail = Object.entries(fault.detail).map(([key, value]): [string, WireValue] =>
    [key, LISTS.has(key) && typeof value === "string" ? value.split(",").filter((name) => name !== "") : value]);
  const { code, name } = AUTHORITY_CODES[fault.fault];
  return { code, message: `${name}: ${FAULTS[fault.fault].says}`, data: { ...Object.fromEntries(detail), fault: fault.fault, next: fault.next } };
}
