// Descent of capabilities: what was cut out of each, whether it lives or not, in eight bytes a capability (J21).
import { Column } from "./rows.ts";

export class Descent {
  /** Last cut out of this one; and out of the same one before this one. */
  readonly #youngest = new Column();
  readonly #elder = new Column();

  add(id: number, parent: number): void {
    this.#elder.set(id, this.#youngest.number(parent));
    this.#youngest.set(parent, id);
  }

  /** The last first. */
  * of(parent: number): Generator<number, void, undefined> {
    for (let id = this.#youngest.number(parent); id !== 0; id = this.#elder.number(id)) yield id;
  }
}
