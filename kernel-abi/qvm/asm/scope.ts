// Scopes: which names have which values where. A macro sees its parameters and the globals; a loop has its variable; .set writes to
// where the name already is in the same macro or program, or makes it there.
import type { Value } from "./value.ts";

/** Names that always have these values and cannot be set. */
export const CONSTANTS: ReadonlyMap<string, Value> = new Map<string, Value>([
  ["pi", Math.PI], ["tau", 2 * Math.PI], ["true", true], ["false", false], ["null", null], ["True", true], ["False", false], ["None", null],
]);

export class Scope {
  readonly #values: Map<string, Value>;
  readonly #outer: Scope | undefined;
  /** Whether .set may go on to the outer one. */
  readonly #block: boolean;
  /** Of the whole program, told which names were asked for. */
  readonly #asked: Set<string>;

  constructor(values: ReadonlyMap<string, Value> = new Map(), outer?: Scope, block = false) {
    this.#values = new Map(values);
    this.#outer = outer;
    this.#block = block;
    this.#asked = outer === undefined ? new Set() : outer.#asked;
  }

  /** Of a loop. */
  inner(values: ReadonlyMap<string, Value>): Scope { return new Scope(values, this, true); }
  /** Of a macro: sees the globals, not its caller. */
  call(values: ReadonlyMap<string, Value>): Scope { return new Scope(values, this.#global); }

  get #global(): Scope { return this.#outer === undefined ? this : this.#outer.#global; }

  #find(name: string): Scope | undefined {
    if (this.#values.has(name)) return this;
    return this.#outer === undefined ? undefined : this.#outer.#find(name);
  }

  value(name: string): Value | undefined {
    this.#asked.add(name);
    const home = this.#find(name);
    return home === undefined ? CONSTANTS.get(name) : home.#values.get(name);
  }
  has(name: string): boolean { return CONSTANTS.has(name) || this.#find(name) !== undefined; }
  /** Whether somebody asked for it. */
  asked(name: string): boolean { return this.#asked.has(name); }

  /** As .set does. */
  set(name: string, value: Value): void {
    let home: Scope = this;
    while (!home.#values.has(name) && home.#block && home.#outer !== undefined) home = home.#outer;
    home.#values.set(name, value);
  }
}
