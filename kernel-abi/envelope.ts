// Envelopes: what is delivered to an actor, one a turn. One flat shape, so that the per-message path stays monomorphic.
import type { ProcessId } from "./ids.ts";
import type { Stamp } from "./stamp.ts";

/** Numbers stand in traces. */
export const DELIVERY = Object.freeze({
  START: 0, MESSAGE: 1, TIMER: 2, OUTCOME: 3, EXIT: 4,
  /** A place in a full mailbox has become free for a message that waited, or units for a request that waited. */
  ROOM: 5,
  /** The process goes on after a time slice. */
  SLICE: 6,
} as const);
export type DeliveryKind = (typeof DELIVERY)[keyof typeof DELIVERY];

/** What a turn can end waiting for: one kind of delivery, or the first of several. Numbers stand in traces. */
export const WAIT = Object.freeze({ ...DELIVERY, SELECT: 7 } as const);
export type WaitKind = (typeof WAIT)[keyof typeof WAIT];

export interface Envelope extends Stamp {
  readonly to: ProcessId;
  readonly kind: DeliveryKind;
  /** OUTCOME: the job. EXIT: the process that ended. ROOM: the receiver, or the domain's service. Otherwise 0. */
  readonly subject: number;
  /** MESSAGE: what the receiver gets: decoded from the recorded bytes, or a primitive; never the sender's own object. */
  readonly value: unknown;
}
