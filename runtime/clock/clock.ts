// Clock: the scheduler's logical time of ONE run. Owns the current tick; nobody else moves it.
//   T4  L only grows.
import { invariant } from "../../kernel-abi/invariant.ts";
import { tick, type Tick } from "../../kernel-abi/ids.ts";

export class Clock {
  #now: Tick = tick(0);
  get now(): Tick { return this.#now; }
  advance(to: Tick): void {
    invariant(to > this.#now, "T4", "no later than now:", to);
    this.#now = to;
  }
}
