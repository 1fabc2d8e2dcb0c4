// round-robin: the next actor id after the last one picked, cyclically.
//   Wait bound: k = N, the number of actors that are ever ready while one waits. The cursor moves from id to id towards the waiting
//   actor and never past it, so it meets every other actor at most once before.
import { LIMITS } from "../../kernel-abi/limits.ts";
import type { Policy, ReadyView } from "../../kernel-abi/ports.ts";
import { ActorSet } from "./actor-set.ts";
import { builtInPolicy } from "./built-in.ts";
import { IndexedScheduler, type PickIndex } from "./indexed.ts";
import { ReadyTable } from "./ready-table.ts";
import { integerState } from "./scheduler.ts";

const IDENTITY = Object.freeze({ name: "round-robin", version: 1 });
const BEFORE_ALL = -1;

/** The state is the id picked last. */
export const roundRobin: Policy<number> = Object.freeze({
  ...IDENTITY,
  initial: BEFORE_ALL,
  pick: (ready: ReadyView, last: number) => {
    let after = -1;
    let first = 0;
    for (let position = 0; position < ready.length; position++) {
      const { actor } = ready.at(position);
      if (actor < ready.at(first).actor) first = position;
      if (actor > last && (after === -1 || actor < ready.at(after).actor)) after = position;
    }
    const position = after === -1 ? first : after;
    return { position, state: ready.at(position).actor };
  },
});

class RoundRobinIndex implements PickIndex {
  readonly #waiting = new ActorSet();
  #last: number;

  constructor(last: number) {
    this.#last = last;
  }

  get state(): number { return this.#last; }

  add(actor: number): void {
    this.#waiting.add(actor);
  }

  take(): number {
    const after = this.#waiting.after(this.#last);
    this.#last = after === -1 ? this.#waiting.after(BEFORE_ALL) : after;
    this.#waiting.delete(this.#last);
    return this.#last;
  }
}

export const ROUND_ROBIN = builtInPolicy<Record<never, number>>({
  ...IDENTITY,
  says: "the next process id after the last one picked, cyclically",
  parameters: {},
  formula: () => roundRobin,
  scheduler: (_parameters, from) =>
    new IndexedScheduler(IDENTITY, { table: new ReadyTable(), index: new RoundRobinIndex(from === undefined ? BEFORE_ALL : integerState(from.state, BEFORE_ALL, LIMITS.processes_max)), readsFacts: false, from }),
});
