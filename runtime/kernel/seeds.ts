// Seeds: the root under which a run's streams are keyed now (D2). It is the seed's from the beginning on, and another seed's behind
// each of the events its header names: a fork that was given a seed of its own (header.ts, `reseeds`).
//   R1  What a frame draws is keyed before the frame is recorded: a frame begins under the root of the events before it, and ends under it.
//   R2  A job keeps the key it was submitted under; a stream a process has opened goes on under the new root from its beginning.
import type { Frame } from "../../kernel-abi/frame.ts";
import type { Reseed } from "../../kernel-abi/header.ts";
import type { Sha256 } from "../../kernel-abi/ports.ts";
import { rootKey } from "../../kernel-abi/streams.ts";

export class Seeds {
  readonly #sha256: Sha256;
  readonly #coming: Reseed[];
  #root: Uint8Array;
  #events = 0;
  #generation = 0;

  /** `reseeds` by event, rising. */
  constructor(sha256: Sha256, seed: string, reseeds: readonly Reseed[] = []) {
    this.#sha256 = sha256;
    this.#root = rootKey(sha256, seed);
    this.#coming = [...reseeds];
    this.#turnOver();
  }

  get root(): Uint8Array { return this.#root; }
  /** Rises with each new root. */
  get generation(): number { return this.#generation; }

  /** Events counted so far, while other roots are still to come: the rest follows from the header. */
  saved(): number { return this.#events; }
  /** Into a new one. */
  restore(events: number): void {
    this.#events = events;
    this.#turnOver();
  }

  /** A frame was recorded. */
  passed({ kind, entries }: Frame): void {
    if (this.#coming.length === 0) return;
    this.#events += entries.length + (kind === "turn" ? 2 : 0);
    this.#turnOver();
  }

  #turnOver(): void {
    for (let next = this.#coming[0]; next !== undefined && next.after <= this.#events; next = this.#coming[0]) {
      this.#root = rootKey(this.#sha256, next.seed);
      this.#generation += 1;
      this.#coming.shift();
    }
  }
}
