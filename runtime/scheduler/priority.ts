// priority: highest first, and waiting counts. An actor of declared priority b that became ready when e picks had been made has at
// pick s the value b + floor((s - e) / Q), Q the aging quantum; greatest value first, then least enqueue sequence, then least id.
//
// Theorem (wait bound). Let an actor x of priority b become ready, and let at most N actors be ready or become ready while it
// waits. With d = 4 - b and Q > 0, x is picked within
//     k = N - 1 + max(1, Q * d)   picks.
// Proof. An actor y that becomes ready after x, e' - e picks later, goes before x only with a greater value, because x has the lesser
// sequence number. Since floor(u) - floor(v) >= floor(u - v), x has aged by at least floor((e' - e) / Q) more than y; so y needs
// floor((e' - e) / Q) < d, that is e' - e < Q * d: only in the first Q * d steps can anything that overtakes x become ready. An actor
// is ready at most once (S2). Overtakers are therefore the actors that were not ready when x became so, and those picked since, one a
// pick, over steps e to e + Q * d - 2: at most (N - n) + (Q * d - 1), n being how many were ready with x. Before x there can also be
// the n - 1 that were ready already. The sum is N + Q * d - 2 picks before x; for d = 0 nobody overtakes and it is n - 1.   ∎
// With Q = 0 nothing ages and there is no bound: that is for measuring, not for use.
import { PRIORITY_LEVELS } from "../../kernel-abi/priority.ts";
import type { Policy, ReadyEntry, ReadyView } from "../../kernel-abi/ports.ts";
import { ActorQueue } from "./actor-queue.ts";
import { builtInPolicy } from "./built-in.ts";
import { IndexedScheduler, type PickIndex } from "./indexed.ts";
import { ReadyTable } from "./ready-table.ts";

const IDENTITY = Object.freeze({ name: "priority", version: 1 });

/** What waiting adds to a declared priority. */
export const aged = (step: number, since: number, quantum: number): number => (quantum === 0 ? 0 : Math.floor((step - since) / quantum));

export const priority = (quantum: number): Policy<null> => Object.freeze({
  ...IDENTITY,
  initial: null,
  pick(ready: ReadyView) {
    const value = ({ priority: declared, since }: ReadyEntry): number => declared + aged(ready.step, since, quantum);
    let best = 0;
    for (let position = 1; position < ready.length; position++) {
      const [entry, leader] = [ready.at(position), ready.at(best)];
      const ahead = value(entry) - value(leader) || leader.enqueued - entry.enqueued || leader.actor - entry.actor;
      if (ahead > 0) best = position;
    }
    return { position: best, state: null };
  },
});

/**
 * Who has the same declared priority is served in the order of waiting: one queue a level, and only their heads compete. Of two heads
 * of one value the one declared lower has waited longer, so it came first: levels are tried from below, and a tie changes nothing.
 */
class PriorityIndex implements PickIndex {
  readonly state = null;
  readonly #levels = Array.from({ length: PRIORITY_LEVELS }, () => new ActorQueue());
  readonly #table: ReadyTable;
  readonly #quantum: number;

  constructor(table: ReadyTable, quantum: number) {
    this.#table = table;
    this.#quantum = quantum;
  }

  add(actor: number): void {
    this.#levels[this.#table.priority(actor)]?.push(actor);
  }

  take(): number {
    const table = this.#table;
    let best: ActorQueue | undefined;
    let value = -1;
    for (let level = 0; level < PRIORITY_LEVELS; level++) {
      const queue = this.#levels[level];
      if (queue === undefined || queue.length === 0) continue;
      const its = level + aged(table.step, table.since(queue.first), this.#quantum);
      if (its <= value) continue;
      best = queue;
      value = its;
    }
    return best?.shift() ?? -1;
  }
}

export const PRIORITY_POLICY = builtInPolicy<{ readonly agingQuantum: number }>({
  ...IDENTITY,
  says: "highest declared priority first; waiting raises it",
  parameters: { agingQuantum: { default: 8, min: 0, max: 1_000_000_000, says: "picks of waiting that raise a priority by one; 0 for never, which starves" } },
  formula: ({ agingQuantum }) => priority(agingQuantum),
  scheduler({ agingQuantum }, from) {
    const table = new ReadyTable();
    return new IndexedScheduler(IDENTITY, { table, index: new PriorityIndex(table, agingQuantum), readsFacts: true, from });
  },
});

/** The theorem's k: an actor of priority `declared` is picked within so many picks when at most `actors` are ever ready. Infinite without aging. */
export const priorityWaitBound = (actors: number, declared: number, quantum: number): number =>
  (quantum === 0 ? Infinity : actors - 1 + Math.max(1, quantum * (PRIORITY_LEVELS - 1 - declared)));
