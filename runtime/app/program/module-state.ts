// Module state: whether what a program's modules hold at their top level is still what it was when they had loaded. A process is brought
// back from its own answers alone (kernel/snapshot.ts); where modules hold what changes, that would not bring back what they held.
//   N3  Looked at without running anything of the program's: data properties, members of collections; accessors, private fields and
//       what closures hold are not seen. Whatever differs, or is too much to look through, counts as changed.
import { types } from "node:util";
import { sha256 } from "../../adapters/sha256.ts";
import { toHex } from "../../../kernel-abi/canonical.ts";

/** Most things that are looked at. */
const LOOKS_MAX = 200_000;

/** Words no binding has. */
const RESERVED = ("await break case catch class const continue debugger default delete do else enum export extends false finally for function if implements import in instanceof interface "
  + "let new null package private protected public return static super switch this throw true try typeof var void while with yield undefined").split(" ");

/** As the bundler prints it: what stands at a line's beginning is at the top level. Finds too many names rather than too few; looks at a word once, however long it is. */
export function topLevelNames(script: string): readonly string[] {
  const names = new Set<string>();
  for (const [line] of script.matchAll(/^(?:var|let|const|class|function|async function)\b.*$/gm)) {
    for (const [, name = ""] of line.matchAll(/^(?:class|(?:async )?function)\*?\s*([A-Za-z_$][\w$]*)/g)) names.add(name);
    if (/^(?:var|let|const)\b/.test(line)) for (const [, name = ""] of line.matchAll(/(?<![\w$])([A-Za-z_$][\w$]*)\s*(?=[=,;:}\]]|$)/g)) names.add(name);
  }
  for (const word of RESERVED) names.delete(word);
  return [...names];
}

/** What is appended to a script so that its top level can be looked at: `hand` is given a function that gives the values by name. */
export const probeOf = (names: readonly string[], hand: string): string =>
  `\n;${hand}(() => [${names.map((name) => `typeof ${name} === "undefined" ? undefined : ${name}`).join(", ")}]);`;

/** Distinguishes objects by identity. */
class Identities {
  readonly #numbers = new WeakMap<object, number>();
  #next = 1;
  of(value: object): number {
    let number = this.#numbers.get(value);
    if (number === undefined) this.#numbers.set(value, number = this.#next++);
    return number;
  }
}

class TooMuch extends Error {}

const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
};

/** Everything reachable, as text: each object once, by a number that stays its own. */
class Look {
  readonly #identities: Identities;
  readonly #own: ReadonlySet<unknown>;
  readonly #met = new Set<object>();
  readonly #words: string[] = [];

  /** `own`: the program's functions and classes at the top level; instances of those are looked into. */
  constructor(identities: Identities, own: ReadonlySet<unknown>) {
    this.#identities = identities;
    this.#own = own;
  }

  of(values: readonly unknown[]): string {
    for (const value of values) this.#visit(value);
    return toHex(sha256(new TextEncoder().encode(this.#words.join("\n"))));
  }

  #say(word: string): void {
    if (this.#words.push(word) > LOOKS_MAX) throw new TooMuch();
  }

  #visit(value: unknown): void {
    if (typeof value !== "function" && (typeof value !== "object" || value === null)) return this.#say(Object.is(value, -0) ? "-0" : `${typeof value} ${String(value)}`);
    this.#say(`#${this.#identities.of(value)}`);
    if (this.#met.has(value)) return;
    this.#met.add(value);
    if (types.isProxy(value)) return;
    if (ArrayBuffer.isView(value)) return this.#say(toHex(sha256(new Uint8Array(value.buffer, value.byteOffset, value.byteLength))));
    if (value instanceof Map) for (const [key, member] of Map.prototype.entries.call(value)) this.#both(key, member);
    else if (value instanceof Set) for (const member of Set.prototype.values.call(value)) this.#visit(member);
    else if (typeof value === "function" ? this.#own.has(value) : this.#isLookedInto(value)) this.#properties(value);
  }

  #both(key: unknown, member: unknown): void {
    this.#visit(key);
    this.#visit(member);
  }

  #isLookedInto(value: object): boolean {
    return Array.isArray(value) || isPlain(value) || this.#own.has(Object.getOwnPropertyDescriptor(Object.getPrototypeOf(value), "constructor")?.value);
  }

  #properties(value: object): void {
    for (const key of Reflect.ownKeys(value)) {
      const property = Object.getOwnPropertyDescriptor(value, key);
      if (property === undefined || !("value" in property)) continue;
      this.#say(String(key));
      if (!(typeof value === "function" && key === "prototype")) this.#visit(property.value);
    }
  }
}

/** What a program's modules held when they had loaded. */
export class ModuleState {
  readonly #values: () => readonly unknown[];
  readonly #identities = new Identities();
  readonly #imported: ReadonlySet<unknown>;
  readonly #first: string | undefined;

  /** `imported`: what the program was given by others, which is theirs to change. */
  constructor(values: () => readonly unknown[], imported: Iterable<unknown>) {
    this.#values = values;
    this.#imported = new Set(imported);
    this.#first = this.#look();
  }

  get changed(): boolean {
    return this.#first === undefined || this.#look() !== this.#first;
  }

  /** Undefined for too much. */
  #look(): string | undefined {
    const values = this.#values().filter((value) => !this.#imported.has(value));
    try {
      return new Look(this.#identities, new Set(values.filter((value) => typeof value === "function"))).of(values);
    } catch (error) {
      if (error instanceof TooMuch) return undefined;
      throw error;
    }
  }
}
