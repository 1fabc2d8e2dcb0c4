// Faults of authority as they stand on the qSyscall wire: JSON-RPC code and its documented name. A fault without a row here is another
// room's, or −32603; what stands in `data` is for `rpc/fault-data.ts` to say.
import type { FaultName } from "./fault.ts";

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
