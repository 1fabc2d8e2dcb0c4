// Ready queue: the actors that could take a turn now, in the order they became ready. Removal is by position; no tombstones.
import { invariant } from "../../kernel-abi/invariant.ts";
import type { ProcessId } from "../../kernel-abi/ids.ts";
import { PLAIN_FACTS, type ReadyEntry, type ReadyFacts, type ReadyView } from "../../kernel-abi/ports.ts";

export class ReadyQueue implements ReadyView {
  #entries: ReadyEntry[] = [];
  #head = 0;
  #enqueued = 0;
  #step = 0;

  get step(): number { return this.#step; }
  get length(): number { return this.#entries.length - this.#head; }

  at(position: number): ReadyEntry {
    const entry = this.#entries[this.#head + position];
    invariant(entry !== undefined && position >= 0, "S1", `position ${position} of ${this.length}`);
    return entry;
  }

  add(actor: ProcessId, { priority, domain, token }: ReadyFacts = PLAIN_FACTS): void {
    this.#entries.push({ actor, enqueued: this.#enqueued, since: this.#step, priority, domain, token });
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
}
