// Mailbox: the ordered inbox of ONE process. Owns its pending envelopes; never runs a process.
//   M1  Envelopes come out in order T2. The calendar opens ticks in order and sorts each, so arrival here is already T2.
//   M2  Depth never exceeds the bound: `refuse` and `block` count what was sent and not yet delivered, and claim a place when sending;
//       `drop-new` and `drop-old` count what is due, and decide when a message arrives. Overflow is a verdict, never a throw.
import { invariant } from "../../kernel-abi/invariant.ts";
import type { Envelope } from "../../kernel-abi/envelope.ts";
import type { Overflow } from "../../kernel-abi/operation.ts";
import { compareStamps } from "../../kernel-abi/stamp.ts";
import { Ring } from "./ring.ts";

/** A mailbox as data: how many places are claimed, and what has arrived, in order. */
export interface MailboxState<S> {
  readonly depth: number;
  readonly due: readonly S[];
}

export class Mailbox {
  readonly #bound: number;
  readonly overflow: Overflow;
  #depth = 0;
  /** Made with the first arrival: most processes of a large run are never written to. */
  #due: Ring<Envelope> | undefined;

  constructor(bound: number, overflow: Overflow = "refuse") {
    this.#bound = bound;
    this.overflow = overflow;
  }

  get #drops(): boolean { return this.overflow === "drop-new" || this.overflow === "drop-old"; }

  /** Messages sent to this process and not yet delivered, due or not. */
  get depth(): number { return this.#depth; }
  /** Messages that could be delivered now. */
  get due(): number { return this.#due === undefined ? 0 : this.#due.length; }

  /** The message that would be taken next. */
  get first(): Envelope | undefined { return this.#due?.first; }

  /** Claims a place for a message being sent. False: full (M2). */
  claim(): boolean {
    if (this.#depth >= this.#bound && !this.#drops) return false;
    this.#depth += 1;
    return true;
  }

  /** Gives a claimed place back: the sending turn was aborted. */
  unclaim(): void {
    this.#depth -= 1;
    invariant(this.#depth >= this.due, "M2");
  }

  /** A claimed message has become due. Returns the message that is dropped for it, or itself when it is the one. */
  arrive(envelope: Envelope): Envelope | undefined {
    const due = (this.#due ??= new Ring());
    const { last } = due;
    invariant(last === undefined || compareStamps(last, envelope) < 0, "M1");
    if (due.length >= this.#bound && this.#drops) return this.#drop(due, envelope);
    due.push(envelope);
    return undefined;
  }

  #drop(due: Ring<Envelope>, envelope: Envelope): Envelope | undefined {
    this.#depth -= 1;
    if (this.overflow === "drop-new") return envelope;
    const oldest = due.shift();
    due.push(envelope);
    return oldest;
  }

  saved<S>(save: (envelope: Envelope) => S): MailboxState<S> {
    return { depth: this.#depth, due: this.#due?.toArray().map(save) ?? [] };
  }

  /** Into an empty one. */
  restore<S>({ depth, due }: MailboxState<S>, take: (envelope: S) => Envelope): void {
    this.#depth = depth;
    for (const envelope of due) (this.#due ??= new Ring()).push(take(envelope));
    invariant(depth >= due.length || this.#drops, "M2");
  }

  /** Takes the first due message. */
  take(): Envelope | undefined {
    const envelope = this.#due?.shift();
    if (envelope !== undefined) this.#depth -= 1;
    return envelope;
  }
}
