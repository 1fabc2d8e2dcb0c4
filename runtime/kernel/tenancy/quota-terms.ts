// Limits as values. Owns what can be limited and the numbers that hold unless an operator says otherwise; quotas.ts enforces them.

/** Of one tenant, over all its sessions; null: no limit. */
export interface TenantQuota {
  readonly sessions: number | null;
  readonly jobs_per_session: number | null;
  readonly concurrent_jobs: number | null;
  readonly logical_qubits: number | null;
  readonly physical_qubits: number | null;
  readonly channels: number | null;
  /** In any 60 seconds. */
  readonly jobs_per_minute: number | null;
  readonly calls_per_minute: number | null;
}

/** Of one session; the wire's q_negotiate_caps shows it. */
export interface SessionQuota {
  readonly max_logical_qubits: number;
  readonly max_channels: number;
  /** Running at once; more wait in the queue. */
  readonly max_jobs: number;
  readonly max_physical_qubits: number;
}

export const TENANT_QUOTA: TenantQuota = Object.freeze({
  sessions: 10, jobs_per_session: 100, concurrent_jobs: 10, logical_qubits: 1_000, physical_qubits: 10_000, channels: 100,
  jobs_per_minute: 60, calls_per_minute: 1_000,
});

/** To be spread over a quota whose rates are not to be enforced. */
export const NO_RATES = Object.freeze({ jobs_per_minute: null, calls_per_minute: null });

export const SESSION_QUOTA: SessionQuota = Object.freeze({ max_logical_qubits: 100, max_channels: 10, max_jobs: 5, max_physical_qubits: 10_000 });
