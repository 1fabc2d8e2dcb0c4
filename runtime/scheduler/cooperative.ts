// The cooperative scheduler: first ready, first picked. A ring of actor ids and nothing else: neither `ready` nor `pickActor`
// allocates, except when the ring doubles. It reads no facts, so that whoever calls it need not gather any.
import { processId, type ProcessId } from "../../kernel-abi/ids.ts";
import type { Pick, Scheduler } from "./scheduler.ts";

const FIRST_CAPACITY = 1_024;

export class CooperativeScheduler implements Scheduler {
  readonly policy = Object.freeze({ name: "cooperative", version: 1 });
  readonly readsFacts = false;
  /** Capacity is a power of two: a position is an index modulo it. */
  #ring = new Int32Array(FIRST_CAPACITY);
  #mask = FIRST_CAPACITY - 1;
  #head = 0;
  #length = 0;

  get length(): number { return this.#length; }

  ready(actor: ProcessId): void {
    if (this.#length > this.#mask) this.#grow();
    this.#ring[(this.#head + this.#length) & this.#mask] = actor;
    this.#length += 1;
  }

  pickActor(): number {
    if (this.#length === 0) return -1;
    const actor = this.#ring[this.#head] ?? -1;
    this.#head = (this.#head + 1) & this.#mask;
    this.#length -= 1;
    return actor;
  }

  pick(): Pick | undefined {
    const ready = this.#length;
    const actor = this.pickActor();
    return actor === -1 ? undefined : { actor: processId(actor), ready };
  }

  #grow(): void {
    const ring = new Int32Array(this.#ring.length * 2);
    ring.set(this.#ring.subarray(this.#head));
    ring.set(this.#ring.subarray(0, this.#head), this.#ring.length - this.#head);
    this.#ring = ring;
    this.#mask = ring.length - 1;
    this.#head = 0;
  }
}
