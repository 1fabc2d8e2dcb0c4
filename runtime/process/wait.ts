// Wait: what ONE process is blocked on. Plain frozen data; the kernel makes it, delivery asks it.
import { DELIVERY, WAIT, type DeliveryKind, type Envelope, type WaitKind } from "../../kernel-abi/envelope.ts";

/** One of several things awaited. `subject`: the timer's sequence, the job, the process or the place; 0 for messages. */
export interface WaitArm {
  readonly on: DeliveryKind;
  readonly subject: number;
}

/** `subject`: the timer's sequence, the job, the process that ends or whose mailbox is full; `deadline`: the timer that ends a bounded receive, plus 1. */
export interface Wait {
  readonly on: WaitKind;
  readonly subject: number;
  readonly deadline: number;
  /** Of a SELECT, in the order given. */
  readonly arms: readonly WaitArm[];
}

const NO_ARMS: readonly WaitArm[] = Object.freeze([]);
const simple = (on: WaitKind, subject: number, deadline = 0): Wait => Object.freeze({ on, subject, deadline, arms: NO_ARMS });

export const WAIT_START = simple(WAIT.START, 0);
export const WAIT_MESSAGE = simple(WAIT.MESSAGE, 0);
export const WAIT_SLICE = simple(WAIT.SLICE, 0);
export const waitFor = (on: DeliveryKind, subject: number): Wait => simple(on, subject);
/** The next message, or the timer with this sequence number. */
export const messageWithin = (timer: number): Wait => simple(WAIT.MESSAGE, 0, timer + 1);
export const firstOf = (arms: readonly WaitArm[]): Wait => Object.freeze({ on: WAIT.SELECT, subject: 0, deadline: 0, arms: Object.freeze(arms) });

/** What an envelope is about, in the terms of a wait. */
type About = Pick<Envelope, "kind" | "seq" | "subject">;
const aboutOf = ({ kind, seq, subject }: About): number => (kind === DELIVERY.TIMER ? seq : kind === DELIVERY.MESSAGE ? 0 : subject);

/** The arm an envelope wins, by its place; -1 for none. */
export function armOf({ arms }: Wait, envelope: About): number {
  const { kind } = envelope;
  const about = aboutOf(envelope);
  for (let at = 0; at < arms.length; at++) {
    const arm = arms[at];
    if (arm?.subject === about && arm.on === kind) return at;
  }
  return -1;
}

/** Whether a process that waits so is to be given `envelope`. */
export function awaits(wait: Wait, envelope: Envelope): boolean {
  if (wait.on === WAIT.SELECT) return armOf(wait, envelope) >= 0;
  switch (envelope.kind) {
    case DELIVERY.MESSAGE:
    case DELIVERY.START:
    case DELIVERY.SLICE: return wait.on === envelope.kind;
    case DELIVERY.TIMER: return (wait.on === DELIVERY.TIMER && wait.subject === envelope.seq) || wait.deadline === envelope.seq + 1;
    case DELIVERY.OUTCOME:
    case DELIVERY.EXIT:
    case DELIVERY.ROOM: return wait.on === envelope.kind && wait.subject === envelope.subject;
  }
}

/** Whether messages are among what is awaited. */
export const receives = (wait: Wait): boolean =>
  wait.on === WAIT.MESSAGE || (wait.on === WAIT.SELECT && wait.arms.some(({ on }) => on === DELIVERY.MESSAGE));
