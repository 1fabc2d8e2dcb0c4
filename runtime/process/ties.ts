// Ties: what ONE process has to do with the ends of others. Made when first needed: most processes have none.
import type { ProcessId } from "../../kernel-abi/ids.ts";
import { IdSet } from "./id-set.ts";

const SWEEP_MIN = 64;

/** Others who are only of interest while they live. They are not told off when they end: a set that has doubled since is swept. */
export class TiedIds {
  readonly #ids = new Set<ProcessId>();
  #sweepAt = SWEEP_MIN;

  get size(): number { return this.#ids.size; }
  has(id: ProcessId): boolean { return this.#ids.has(id); }
  add(id: ProcessId): void { this.#ids.add(id); }
  delete(id: ProcessId): boolean { return this.#ids.delete(id); }
  /** In the order in which they came. */
  [Symbol.iterator](): Iterator<ProcessId> { return this.#ids.values(); }

  sweep(lives: (id: ProcessId) => boolean): void {
    if (this.#ids.size < this.#sweepAt) return;
    for (const id of this.#ids) if (!lives(id)) this.#ids.delete(id);
    this.#sweepAt = Math.max(SWEEP_MIN, 2 * this.#ids.size);
  }
}

export class Ties {
  /** Living children, in the order of their spawns. */
  readonly children = new Set<ProcessId>();
  /** Processes that end when this one ends otherwise than finished. */
  readonly dependents = new TiedIds();
  /** Processes that asked to be told of this one's end. */
  readonly watchers = new TiedIds();
  /** Processes whose end this one may wait for, though they are no children of its. */
  readonly watched = new IdSet();
}
