// Mailbox: the ordered inbox of ONE process. Owns its pending envelopes; never runs a process.
//   M1  Envelopes come out in order T2. The calendar opens ticks in order and sorts each, so arrival here is already T2.
//   M2  Depth (sent and not yet delivered) never exceeds the bound; overflow is a verdict for the sender, not a throw.
import { invariant } from "../../kernel-abi/invariant.ts";
import type { Envelope } from "../../kernel-abi/envelope.ts";
import { compareStamps } from "../../kernel-abi/stamp.ts";
import { Ring } from "./ring.ts";

export class Mailbox {
  readonly #bound: number;
  #depth = 0;
  /** Made with the first arrival: most processes of a large run are never written to. */
  #due: Ring<Envelope> | undefined;

  constructor(bound: number) {
    this.#bound = bound;
  }

  /** Messages sent to this process and not yet delivered, due or not. */
  get depth(): number { return this.#depth; }
  /** Messages that could be delivered now. */
  get due(): number { return this.#due === undefined ? 0 : this.#due.length; }

  /** The message that would be taken next. */
  get first(): Envelope | undefined { return this.#due?.first; }

  /** Claims a place for a message being sent. False: full (M2). */
  claim(): boolean {
    if (this.#depth >= this.#bound) return false;
    this.#depth += 1;
    return true;
  }

  /** Gives a claimed place back: the sending turn was aborted. */
  unclaim(): void {
    this.#depth -= 1;
    invariant(this.#depth >= this.due, "M2");
  }

  /** A claimed message has become due. */
  arrive(envelope: Envelope): void {
    this.#due ??= new Ring();
    const { last } = this.#due;
    invariant(last === undefined || compareStamps(last, envelope) < 0, "M1");
    this.#due.push(envelope);
  }

  /** Takes the first due message. */
  take(): Envelope | undefined {
    const envelope = this.#due?.shift();
    if (envelope !== undefined) this.#depth -= 1;
    return envelope;
  }
}
