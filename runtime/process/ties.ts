// Ties: what ONE process has to do with the ends of others. Made when first needed: most processes have none.
import { processId, type ProcessId } from "../../kernel-abi/ids.ts";
import { IdSet, type IdSetState } from "./id-set.ts";

const SWEEP_MIN = 64;

export interface TiedState {
  readonly ids: readonly number[];
  readonly sweepAt: number;
}
export interface TiesState {
  readonly children: readonly number[];
  readonly dependents: TiedState;
  readonly watchers: TiedState;
  readonly watched: IdSetState;
}

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

  saved(): TiedState { return { ids: [...this.#ids], sweepAt: this.#sweepAt }; }
  restore({ ids, sweepAt }: TiedState): void {
    for (const id of ids) this.#ids.add(processId(id));
    this.#sweepAt = sweepAt;
  }

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

  saved(): TiesState {
    return { children: [...this.children], dependents: this.dependents.saved(), watchers: this.watchers.saved(), watched: this.watched.saved() };
  }
  restore({ children, dependents, watchers, watched }: TiesState): void {
    for (const id of children) this.children.add(processId(id));
    this.dependents.restore(dependents);
    this.watchers.restore(watchers);
    this.watched.restore(watched);
  }
}
