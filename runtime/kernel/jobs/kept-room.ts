// Room kept for jobs that wait for it: who may hold room of the machine beside one that waits. Owns these sets alone; whose turn it is, is
// the queue's. This is EASY backfilling (Lifka, The ANL/IBM SP scheduling system, JSSPP 1995; Mu'alem and Feitelson, IEEE TPDS 12:6, 2001)
// with its second rule only, that who is let in takes of what the first in turn leaves over. Its first rule, that who ends soon enough is let
// in as well, needs to know when jobs end; here they wait at fences for the machine, and nobody knows.
//   J14 Those let in beside a waiting job fit beside it all together. Everybody else ends or gives way, so it is never delayed by who came later.
import type { Waiting } from "./waiting.ts";

/** Whether one that waits would have room if, of all jobs, these alone had theirs. */
export type Beside = (waiting: Waiting, others: readonly Waiting[]) => boolean;

export class KeptRoom {
  /** By the job that waits. */
  readonly #beside = new Map<string, Map<string, Waiting>>();

  /** Lets `other` have, or go on having, its room beside the waiting one, if that leaves enough. */
  admits(waiting: Waiting, other: Waiting, beside: Beside): boolean {
    const others = this.#beside.get(waiting.id) ?? new Map<string, Waiting>();
    if (others.has(other.id)) return true;
    if (!beside(waiting, [...others.values(), other])) return false;
    this.#beside.set(waiting.id, others.set(other.id, other));
    return true;
  }

  /** It waits no longer. */
  served(id: string): void { this.#beside.delete(id); }
  /** It holds nothing any more. */
  left(id: string): void { for (const others of this.#beside.values()) others.delete(id); }
}
