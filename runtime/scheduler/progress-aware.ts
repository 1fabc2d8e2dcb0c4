// progress-aware: whoever holds a progress token (an active Q or Φ contract, or an outcome about to be received) goes first, so that
// scarce resources are held for short; but after F picks in a row that favoured a holder while somebody without a token waited, the
// one who has waited longest goes, whoever it is.
//
// Theorem (wait bound). Let an actor become ready as the n-th waiting, m of the n having no token, itself included. It is picked within
//     k = n            picks when it holds a token,
//     k = n + F * m    picks when it holds none.
// Proof. A pick is favoured, and then takes the earliest holder, or takes the earliest of all. So nobody later goes before a holder x:
// k = n. Let x hold no token, and cut the picks before it into rows that each end with a pick of the earliest of all; a row has at most
// F favoured picks. A row that ends with a holder has taken only holders earlier than that one, hence than x: all such rows together
// at most n - m picks. A row that ends without is F + 1 picks at most, and removes one of the m: at most m such rows.   ∎
import type { Policy, ReadyView } from "../../kernel-abi/ports.ts";
import { ActorQueue } from "./actor-queue.ts";
import { builtInPolicy } from "./built-in.ts";
import { IndexedScheduler, type PickIndex } from "./indexed.ts";
import { ReadyTable } from "./ready-table.ts";
import { integerState } from "./scheduler.ts";

const IDENTITY = Object.freeze({ name: "progress-aware", version: 1 });
const MOST_FAVOUR = 1_000_000;

/** The state is how many picks in a row have favoured a holder while somebody else waited. */
export const progressAware = (favour: number): Policy<number> => Object.freeze({
  ...IDENTITY,
  initial: 0,
  pick(ready: ReadyView, favoured: number) {
    let holder = -1;
    let other = -1;
    for (let position = ready.length - 1; position >= 0; position--) {
      if (ready.at(position).token) holder = position;
      else other = position;
    }
    if (holder === -1 || other === -1) return { position: 0, state: 0 };
    return favoured < favour ? { position: holder, state: favoured + 1 } : { position: 0, state: 0 };
  },
});

class ProgressIndex implements PickIndex {
  readonly #holders = new ActorQueue();
  readonly #others = new ActorQueue();
  readonly #table: ReadyTable;
  readonly #favour: number;
  #favoured: number;

  constructor(table: ReadyTable, favour: number, favoured: number) {
    this.#table = table;
    this.#favour = favour;
    this.#favoured = favoured;
  }

  get state(): number { return this.#favoured; }

  add(actor: number): void {
    if (this.#table.token(actor)) this.#holders.push(actor);
    else this.#others.push(actor);
  }

  take(): number {
    const contested = this.#holders.length > 0 && this.#others.length > 0;
    if (contested && this.#favoured < this.#favour) {
      this.#favoured += 1;
      return this.#holders.shift();
    }
    this.#favoured = 0;
    if (!contested) return this.#others.length > 0 ? this.#others.shift() : this.#holders.shift();
    const earliest = this.#table.enqueued(this.#holders.first) < this.#table.enqueued(this.#others.first) ? this.#holders : this.#others;
    return earliest.shift();
  }
}

export const PROGRESS_AWARE = builtInPolicy<{ readonly favour: number }>({
  ...IDENTITY,
  says: "who holds a contract or is due an outcome first, within bounds",
  parameters: { favour: { default: 8, min: 0, max: MOST_FAVOUR, says: "picks in a row that may favour a holder while another waits" } },
  formula: ({ favour }) => progressAware(favour),
  scheduler({ favour }, from) {
    const table = new ReadyTable();
    const favoured = from === undefined ? 0 : integerState(from.state, 0, favour);
    return new IndexedScheduler(IDENTITY, { table, index: new ProgressIndex(table, favour, favoured), readsFacts: true, from });
  },
});

/** The theorem's k for an actor that becomes ready as the `waiting`-th; `others` of them hold no token, itself included (0 for a holder). */
export const progressWaitBound = (waiting: number, others: number, favour: number): number => waiting + favour * others;
