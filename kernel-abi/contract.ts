// Resource contracts as values: terms frozen on activation, consumption in a separate ledger (hybrid-runtime section 3).
import type { BoundDomain } from "./domain.ts";

/** Issued → Active → Completed | Expired | Revoked → Released, plus Issued → Revoked → Released. Numbers stand in traces. */
export const CONTRACT_STATE = Object.freeze({ issued: 0, active: 1, completed: 2, expired: 3, revoked: 4, released: 5 } as const);
export type ContractState = keyof typeof CONTRACT_STATE;

export interface Terms {
  readonly domain: BoundDomain;
  /** Q: logical qubits. Φ: phase components (transform bandwidth). Allocated from the provider's declared total. */
  readonly units: number;
  /** Half-open window in ticks (hybrid-runtime section 9, row 5). */
  readonly start: number;
  readonly end: number;
  /** Q: decoherence budget in circuit-cost units. Φ: transform work units. */
  readonly budget: number;
  /** Q: shots that may be drawn in all. Φ: 0. */
  readonly shots: number;
  /** Q: outcomes one circuit may measure. Φ: envelopes that may be open at once. */
  readonly channels: number;
  /** Q: error_tolerance, Φ: error_bound and noise_threshold, in parts per million (052 fields are u32). */
  readonly errorPpm: number;
  readonly noisePpm: number;
  /** Calibration (Q) or window contract (Φ) the provider bound to it. */
  readonly calibration: { readonly id: number; readonly from: number; readonly until: number; readonly grace: number };
  /** Gate set or transform set by name (subset test, never equality). */
  readonly permitted: readonly string[];
}

export interface Ledger {
  readonly budget: number;
  readonly shots: number;
  readonly jobs: number;
}
