// A binary heap of actor ids under a strict order that does not change while they are in it.
type Before = (a: number, b: number) => boolean;

export class ActorHeap {
  readonly #before: Before;
  readonly #actors: number[] = [];

  constructor(before: Before) {
    this.#before = before;
  }

  get length(): number { return this.#actors.length; }

  /** The one before all others, or -1. */
  get first(): number { return this.#actors[0] ?? -1; }

  push(actor: number): void {
    const actors = this.#actors;
    let at = actors.length;
    actors.push(actor);
    while (at > 0) {
      const up = (at - 1) >> 1;
      const parent = actors[up] ?? -1;
      if (!this.#before(actor, parent)) break;
      actors[at] = parent;
      at = up;
    }
    actors[at] = actor;
  }

  /** Removes the first and returns it, or -1. */
  shift(): number {
    const first = this.first;
    const last = this.#actors.pop();
    if (last !== undefined && this.#actors.length > 0) this.#sink(last);
    return first;
  }

  #sink(actor: number): void {
    const actors = this.#actors;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= actors.length) break;
      if (child + 1 < actors.length && this.#before(actors[child + 1] ?? -1, actors[child] ?? -1)) child += 1;
      const least = actors[child] ?? -1;
      if (!this.#before(least, actor)) break;
      actors[at] = least;
      at = child;
    }
    actors[at] = actor;
  }
}
