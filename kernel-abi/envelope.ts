// Envelopes: what is delivered to an actor, one a turn.
import type { JobId, ProcessId } from "./ids.ts";
import type { Stamp } from "./stamp.ts";

/** Numbers stand in traces. */
export const DELIVERY = Object.freeze({ START: 0, MESSAGE: 1, TIMER: 2, OUTCOME: 3, EXIT: 4 } as const);
export type DeliveryKind = (typeof DELIVERY)[keyof typeof DELIVERY];

export type Envelope = Stamp & { readonly to: ProcessId } & (
  | { readonly kind: typeof DELIVERY.START }
  /** `value` is what the receiver gets: decoded from the recorded bytes, never the sender's own object. */
  | { readonly kind: typeof DELIVERY.MESSAGE; readonly body: Uint8Array }
  | { readonly kind: typeof DELIVERY.TIMER }
  | { readonly kind: typeof DELIVERY.OUTCOME; readonly job: JobId }
  | { readonly kind: typeof DELIVERY.EXIT; readonly child: ProcessId });
