// What the service and the authority say to each other: one question per submit (`admit`), one per change of a job's life (`start`, `end`),
// one per call (`call`). An answer is plain data; a refusal carries the Fault the caller is told, whose code on the wire is in
// kernel-abi/wire-codes.ts. Every answer leaves its decisions in the audit log before it is given.
import type { Fault } from "../../../kernel-abi/fault.ts";
import type { SessionQuota } from "./quota-terms.ts";
import type { Ended } from "./sessions.ts";

/** What one step of a decision found. */
export interface Decision {
  readonly check: "session" | "rate" | "policy" | "caps" | "owner" | "firewall" | "quota" | "handle" | "token";
  readonly allowed: boolean;
  /** Why not; empty when allowed. */
  readonly why: string;
}

/** The part of kernel-abi/qvm's Graph that admission reads; `args.tenant_id` is a claim that is checked, `caps` grant nothing and are not read. */
export interface AdmittedNode {
  readonly id: string;
  readonly op: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly vqs: readonly string[];
  readonly chs: readonly string[];
}
export interface AdmittedGraph { readonly program: { readonly nodes: readonly AdmittedNode[] } }

/** What a job takes: needsOf(graph) of kernel-abi/qvm, and what its qubits weigh in physical ones. */
export interface JobNeeds {
  /** Of the ops, never of what the graph declares. */
  readonly caps: readonly string[];
  readonly peakQubits: number;
  readonly channels: number;
  /** 0 when no error correction is asked for. */
  readonly physicalQubits?: number;
}

export interface AdmitRequest {
  readonly session: string;
  /** The job's id, fresh. */
  readonly job: string;
  readonly graph: AdmittedGraph;
  readonly needs: JobNeeds;
  /** Accepted by an earlier kernel: rates do not count it again. */
  readonly again?: boolean;
}

export type Admission =
  | { readonly allowed: true; readonly decisions: readonly Decision[]; readonly tenant: string; readonly caps: readonly string[] }
  | { readonly allowed: false; readonly decisions: readonly Decision[]; readonly fault: Fault };

export interface Negotiation {
  readonly session: string;
  readonly tenant: string;
  readonly namespace: string;
  /** Sorted. */
  readonly granted: readonly string[];
  /** In the order asked: unknown ones, and what the tenant does not hold. */
  readonly denied: readonly string[];
  readonly quota: SessionQuota;
  /** Milliseconds since the epoch. */
  readonly expires: number;
  /** Sessions of the tenant that were closed to make room: the service does for each what it does for one that closes. */
  readonly ended: readonly string[];
}

export interface NegotiateRequest {
  readonly tenant: string;
  readonly requested: readonly string[];
  /** Presented capability token, as `Tokens.write` gives it; needed when the tenant asks for one, and then a bound on what is granted. */
  readonly token?: string;
  /** Milliseconds; the authority's own when left out, never more than that. */
  readonly ttlMs?: number;
}

export type JobEnd = "COMPLETED" | "FAILED" | "CANCELLED";

/**
 * The facade of createAuthority(ports, options):
 *   negotiate(request): Negotiation                    throws AUTH_FAILED, TENANT_SUSPENDED, TOKEN_REFUSED, QUOTA_EXCEEDED, RATE_LIMITED, POLICY_DENIED
 *   reopen(session): boolean                           one an earlier kernel opened, as it was kept; false when it can be none any more
 *   call(session, method): Session                     of every RPC call that names a session: alive, tenant active, calls/min; throws as above
 *   need(session, caps)                                throws INSUFFICIENT_CAPS {required, missing}
 *   admit(request): Admission                          once per submit; reserves the job's place in its session's queue
 *   owned(session, job, owner)                            `owner`: the session that made it; throws ACCESS_DENIED for another's
 *   start(job): boolean                                reserves what the run takes; false: not now, try when another ends
 *   blocked(job): "session" | "tenant" | undefined     whose limit keeps it from starting now; holds and notes nothing; throws as start
 *   pause(job)                                         gives that back (preempted, queued again)
 *   end(job, how): boolean                             gives everything back, exactly once; false when it was already
 *   closeSession(session, why?): readonly string[]     ids of its jobs that have not ended, for the service to cancel
 *   sweep(): readonly {session, jobs}[]                closes what has expired
 *   saved() / restore(data)                            everything, as plain data
 */
export interface AuthorityShape {
  negotiate(request: NegotiateRequest): Negotiation;
  reopen(session: unknown): boolean;
  call(session: string, method: string): { readonly tenant: string; readonly caps: readonly string[] };
  need(session: string, caps: readonly string[]): void;
  admit(request: AdmitRequest): Admission;
  owned(session: string, job: string, owner: string): void;
  start(job: string): boolean;
  blocked(job: string): "session" | "tenant" | undefined;
  pause(job: string): void;
  end(job: string, how: JobEnd): boolean;
  closeSession(session: string, why?: Ended): readonly string[];
  sweep(): readonly { readonly session: string; readonly jobs: readonly string[] }[];
}
