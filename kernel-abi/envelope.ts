// Envelopes: what is delivered to an actor, one a turn. One flat shape, so that the per-message path stays monomorphic.
import type { ProcessId } from "./ids.ts";
import type { Stamp } from "./stamp.ts";

/** Numbers stand in traces. */
export const DELIVERY = Object.freeze({ START: 0, MESSAGE: 1, TIMER: 2, OUTCOME: 3, EXIT: 4 } as const);
export type DeliveryKind = (typeof DELIVERY)[keyof typeof DELIVERY];

export interface Envelope extends Stamp {
  readonly to: ProcessId;
  readonly kind: DeliveryKind;
  /** OUTCOME: the job. EXIT: the child. Otherwise 0. */
  readonly subject: number;
  /** MESSAGE: what the receiver gets: decoded from the recorded bytes, or a primitive; never the sender's own object. */
  readonly value: unknown;
}
