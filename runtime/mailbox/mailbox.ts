// Mailbox: the ordered inbox of ONE process. Owns its pending envelopes; never runs a process.
//   M1  Envelopes come out in order T2. The calendar opens ticks in order and sorts each, so arrival here is already T2.
//   M2  Depth (sent and not yet delivered) never exceeds the bound; overflow is a verdict for the sender, not a throw.
import { invariant } from "../../kernel-abi/invariant.ts";
import type { Envelope } from "../../kernel-abi/envelope.ts";
import { compareStamps } from "../../kernel-abi/stamp.ts";

export class Mailbox {
  readonly #bound: number;
  #depth = 0;
  #due: Envelope[] = [];
  #head = 0;

  constructor(bound: number) {
    this.#bound = bound;
  }

  /** Messages sent to this process and not yet delivered, due or not. */
  get depth(): number { return this.#depth; }
  /** Messages that could be delivered now. */
  get due(): number { return this.#due.length - this.#head; }

  /** The message that would be taken next. */
  get first(): Envelope | undefined { return this.#due[this.#head]; }

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
    const last = this.#due[this.#due.length - 1];
    invariant(this.due === 0 || last === undefined || compareStamps(last, envelope) < 0, "M1");
    this.#due.push(envelope);
  }

  /** Takes the first due message. */
  take(): Envelope | undefined {
    const envelope = this.#due[this.#head];
    if (envelope === undefined) return undefined;
    this.#head += 1;
    this.#depth -= 1;
    if (this.#head === this.#due.length) {
      this.#due.length = 0;
      this.#head = 0;
    } else if (this.#head >= 1024 && this.#head * 2 >= this.#due.length) {
      this.#due = this.#due.slice(this.#head);
      this.#head = 0;
    }
    return envelope;
  }
}
