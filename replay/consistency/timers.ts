// Timers of ONE process that may still go off, by sequence number. Those that went off unheard are forgotten when there are twice as
// many as after the last time: looking through them costs next to nothing, however many are far ahead.
const KEPT = 256;

export class Timers {
  readonly #due = new Map<number, number>();
  #forgetAt = KEPT;

  /** Tick at which it goes off. */
  get(seq: number): number | undefined { return this.#due.get(seq); }
  delete(seq: number): void { this.#due.delete(seq); }

  /** `past`: no timer due before that tick will be heard. */
  set(seq: number, due: number, past: number): void {
    if (this.#due.size >= this.#forgetAt) {
      for (const [old, at] of this.#due) if (at < past) this.#due.delete(old);
      this.#forgetAt = Math.max(KEPT, 2 * this.#due.size);
    }
    this.#due.set(seq, due);
  }

  clear(): void {
    this.#due.clear();
    this.#forgetAt = KEPT;
  }
}
