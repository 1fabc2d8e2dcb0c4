// Ready queue: the actors that could take a turn now, in the order they became ready, as a policy's formula and a plug-in see them.
// Removal is by position; no tombstones. From the middle it moves what stands behind: O(n), as a formula's own scan is.
//   S1  A pick is a position in the queue.
import { invariant } from "../../kernel-abi/invariant.ts";
import type { ProcessId } from "../../kernel-abi/ids.ts";
import { PLAIN_FACTS, type ReadyEntry, type ReadyFacts, type ReadyView } from "../../kernel-abi/ports.ts";

export class ReadyQueue implements ReadyView {
  #entries: ReadyEntry[] = [];
  #head = 0;
  #enqueued = 0;
  #step = 0;

  constructor(from?: { readonly step: number; readonly next: number; readonly ready: readonly ReadyEntry[] }) {
    if (from === undefined) return;
    this.#entries = from.ready.map((entry) => Object.freeze({ ...entry }));
    this.#step = from.step;
    this.#enqueued = from.next;
  }

  get step(): number { return this.#step; }
  /** Sequence number of the next actor that becomes ready. */
  get next(): number { return this.#enqueued; }
  get length(): number { return this.#entries.length - this.#head; }

  at(position: number): ReadyEntry {
    const entry = this.#entries[this.#head + position];
    invariant(entry !== undefined && position >= 0, "S1", "position", position);
    return entry;
  }

  add(actor: ProcessId, { priority, domain, token }: ReadyFacts = PLAIN_FACTS): void {
    this.#entries.push(Object.freeze({ actor, enqueued: this.#enqueued, since: this.#step, priority, domain, token }));
    this.#enqueued += 1;
  }

  remove(position: number): ReadyEntry {
    const entry = this.at(position);
    this.#step += 1;
    if (position > 0) {
      this.#entries.splice(this.#head + position, 1);
      return entry;
    }
    this.#head += 1;
    if (this.#head === this.#entries.length) {
      this.#entries.length = 0;
      this.#head = 0;
    } else if (this.#head >= 1024 && this.#head * 2 >= this.#entries.length) {
      this.#entries = this.#entries.slice(this.#head);
      this.#head = 0;
    }
    return entry;
  }

  /** First to last. */
  entries(): ReadyEntry[] {
    return this.#entries.slice(this.#head);
  }
}
