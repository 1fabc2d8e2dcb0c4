// Ticks at which outcomes are due: a trace may not pass one while an outcome is missing (T3).

export class DueTicks {
  /** Ascending, without repeats. */
  readonly #ticks: number[] = [];
  readonly #pending = new Map<number, number>();

  add(due: number): void {
    const pending = this.#pending.get(due);
    this.#pending.set(due, (pending ?? 0) + 1);
    if (pending === undefined) this.#ticks.splice(this.#position(due), 0, due);
  }

  /** One outcome that was added as due then has come, or never will. */
  remove(due: number): void {
    const pending = this.#pending.get(due) as number - 1;
    if (pending > 0) this.#pending.set(due, pending);
    else {
      this.#pending.delete(due);
      this.#ticks.splice(this.#position(due), 1);
    }
  }

  /** The earliest tick with an outcome missing. */
  get first(): number | undefined { return this.#ticks[0]; }

  #position(due: number): number {
    let low = 0;
    let high = this.#ticks.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#ticks[middle] as number) < due) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
