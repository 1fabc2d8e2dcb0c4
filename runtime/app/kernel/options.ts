// What a kernel is told when it begins, with every default in one place.
import type { Durability } from "../../../kernel-abi/header.ts";
import type { Mac, Signer } from "../../../kernel-abi/ports.ts";
import type { Profile } from "../../../kernel-abi/qvm/qec/terms.ts";
import type { VerifyOptions } from "../../../kernel-abi/qvm/verify.ts";
import type { Injection } from "../../kernel/logical/conditions.ts";
import type { MachineOptions } from "../../kernel/logical/machine.ts";
import { WIRE_CAPS } from "../../kernel/tenancy/caps.ts";
import { NO_RATES, SESSION_QUOTA, TENANT_QUOTA, type SessionQuota, type TenantQuota } from "../../kernel/tenancy/quota-terms.ts";
import type { JobRuns } from "./job-runs.ts";

/** Who calls without a name. */
export const DEFAULT_TENANT = "default";

export interface TenantSpec {
  readonly name: string;
  readonly caps: readonly string[];
  /** `open`: its name is enough (the socket is the owner's alone). `token`: it shows one of its tokens. Default `open`. */
  readonly entry?: "open" | "token";
  /** Of its token: another serial is another token, and the one before is revoked. Default "1". */
  readonly serial?: string;
  readonly state?: "active" | "suspended";
  readonly quota?: TenantQuota;
}

/** Who is served, as an operator says it; it can be said anew while a kernel serves. */
export interface TenantTerms {
  readonly tenants?: readonly TenantSpec[];
  readonly sessionQuota?: SessionQuota;
  /** Of tenants without one of their own. */
  readonly tenantQuota?: TenantQuota;
  /** What a tenant that nobody registered holds; null (the default): it is refused. */
  readonly strangers?: readonly string[] | null;
  /** Pairs of tenants that may agree to a channel; null (the default): any two. */
  readonly channels?: readonly (readonly [string, string])[] | null;
}

export interface KernelOptions extends TenantTerms {
  /** Folder of the ledger and of sealed traces; without one a restart remembers nothing, and the latest traces are in memory. */
  readonly state?: string;
  readonly durability?: Durability;
  readonly signer: Signer;
  readonly mac: Mac;
  readonly sessionTtlMs?: number;
  /** Jobs that run at once. */
  readonly slots?: number;
  /** Ended jobs a session keeps for questions. */
  readonly kept?: number;
  /** What the logical machine is made of, where it is not MACHINE. */
  readonly machine?: Partial<MachineOptions>;
  /** What is wrong with it from the beginning: degraded modes, for drills. */
  readonly conditions?: readonly Injection[];
  readonly verify?: VerifyOptions;
  /** Error correction of qubits that name none, in graphs and by hand; default DEFAULT_PROFILE. */
  readonly profile?: Profile;
  /** From which seeds are derived that no caller gave; default: fresh. */
  readonly seed?: string;
  /** Threads for heavy runs, started when the first comes; 0: everything on this thread. */
  readonly workers?: number;
  /** Threads for light runs, started with the kernel; 0, the default: they are made on this thread. */
  readonly threads?: number;
  /** Where runs are made; default: prepared, sealed in batches. Closed by the kernel. */
  readonly runs?: JobRuns;
  /** Milliseconds since 1970. */
  readonly clock?: () => number;
  readonly fresh?: (bytes: number) => Uint8Array;
}

/** Who needs no name holds what can be granted over the wire; the socket is its owner's alone. Shared by all its clients, so many sessions, no rates. */
export const DEFAULT_TENANT_QUOTA: TenantQuota = Object.freeze({ ...TENANT_QUOTA, ...NO_RATES, sessions: 1_000, jobs_per_session: 1_000, concurrent_jobs: 64, logical_qubits: 10_000, physical_qubits: 1_000_000, channels: 1_000 });
export const DEFAULT_TENANTS: readonly TenantSpec[] = Object.freeze([{ name: DEFAULT_TENANT, caps: WIRE_CAPS, quota: DEFAULT_TENANT_QUOTA }]);
export const DEFAULTS = Object.freeze({ slots: 64, kept: 1_000, workers: 2, threads: 0, sessionQuota: SESSION_QUOTA, tenantQuota: TENANT_QUOTA });
