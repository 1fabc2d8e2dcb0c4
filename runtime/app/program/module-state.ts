// Module state: whether what a program's modules hold at their top level is still what it was when they had loaded. A process is brought
// back from its own answers alone (kernel/snapshot.ts); where modules hold what changes, that would not bring back what they held.
//   N3  Looked at without running anything of the program's: whatever can be reached (reach.ts). Whatever differs, or is too much to look
//       through, counts as changed. Where something cannot be reached, nothing is known (hiding.ts): no process is brought back.
import { isTrap } from "../../adapters/ambient.ts";
import { isIntrinsic, isObject, madeBy, type Intrinsics } from "../../adapters/intrinsics.ts";
import { sha256 } from "../../adapters/sha256.ts";
import { toHex } from "../../../kernel-abi/canonical.ts";
import { hidingAmong, type Held } from "./hiding.ts";
import { partsFrom, TooMuch } from "./reach.ts";

/** Most things that are looked at. */
const LOOKS_MAX = 400_000;

/** Words no binding has. */
const RESERVED = ("await break case catch class const continue debugger default delete do else enum export extends false finally for function if implements import in instanceof interface "
  + "let new null package private protected public return static super switch this throw true try typeof var void while with yield undefined").split(" ");

/** As the bundler prints it: what stands at a line's beginning is at the top level, and a closing bracket there goes on with it. Finds too many names rather than too few; looks at a word once, however long it is. */
export function topLevelNames(script: string): readonly string[] {
  const names = new Set<string>();
  for (const [line] of script.matchAll(/^(?:(?:var|let|const|class|function|async function)\b|[}\])]).*$/gm)) {
    for (const [, name = ""] of line.matchAll(/^(?:class|(?:async )?function)\*?\s*([A-Za-z_$][\w$]*)/g)) names.add(name);
    if (/^(?:(?:var|let|const)\b|[}\])])/.test(line)) for (const [, name = ""] of line.matchAll(/(?<![\w$])([A-Za-z_$][\w$]*)\s*(?=[=,;:}\]]|$)/g)) names.add(name);
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

/** Everything reachable, as text: each object once, by a number that stays its own. */
class Look {
  readonly #identities: Identities;
  readonly #passes: (value: object) => boolean;
  readonly #met = new Set<object>();
  readonly #left: object[] = [];
  readonly #words: string[] = [];

  /** `passes`: what is not looked into. */
  constructor(identities: Identities, passes: (value: object) => boolean) {
    this.#identities = identities;
    this.#passes = passes;
  }

  of(held: readonly Held[]): string {
    for (const { value } of held) this.#meet(value);
    for (let at = 0; at < this.#left.length; at++) {
      for (const [name, part] of partsFrom(this.#left[at] as object)) {
        this.#say(name);
        this.#meet(part);
      }
      this.#say("."); // its parts end here
    }
    return toHex(sha256(new TextEncoder().encode(this.#words.join("\n"))));
  }

  #say(word: string): void {
    if (this.#words.push(word) > LOOKS_MAX) throw new TooMuch();
  }

  #meet(value: unknown): void {
    if (!isObject(value)) return this.#say(Object.is(value, -0) ? "-0" : `${typeof value} ${String(value)}`);
    this.#say(`#${this.#identities.of(value)}`);
    if (this.#met.has(value) || this.#passes(value)) return;
    this.#met.add(value);
    this.#left.push(value);
  }
}

/** A word that is no name at the top level may be one of the host's. */
const isGlobal = ({ name, value }: Held): boolean => isObject(value) && Reflect.get(globalThis, name) === value;

export interface Modules {
  readonly script: string;
  /** The top level by its names, and by words that are none. Undefined where it cannot be looked at. */
  readonly top: (() => readonly Held[]) | undefined;
  /** What else there is to look at: what it was handed, and what it gave to those who do not show it. */
  readonly beside: () => readonly Held[];
  /** What the program was given by others, which is theirs to change. */
  readonly imported: Iterable<unknown>;
  /** What all programs share, as it was. */
  readonly builtIns: Intrinsics;
}

/** What a program's modules held when they had loaded. */
export class ModuleState {
  readonly #modules: Modules;
  readonly #identities = new Identities();
  readonly #imported: ReadonlySet<unknown>;
  readonly #first: string | undefined;
  #hides: string | null | undefined;

  constructor(modules: Modules) {
    this.#modules = modules;
    this.#imported = new Set(modules.imported);
    this.#first = this.#look();
  }

  get changed(): boolean {
    return this.#first === undefined || this.#modules.builtIns.changed() !== undefined || this.#look() !== this.#first;
  }

  /** Called where a run of the program ends: what it hung onto built-in objects, or took from them, goes with it. */
  leave(): void {
    const { builtIns, script } = this.#modules;
    builtIns.putBack(madeBy(script));
  }

  /**
   * What may hold state that nobody can look at; undefined where there is nothing. The script is parsed when first asked: until something
   * changes, which counts for itself, what is held is what it was when it had loaded.
   */
  get hides(): string | undefined {
    const { script, top, beside } = this.#modules;
    this.#hides ??= hidingAmong({ script, top: top?.() ?? [], beside: beside(), passes: this.#passes }) ?? null;
    return this.#hides ?? undefined;
  }

  readonly #passes = (value: object): boolean => this.#imported.has(value) || isIntrinsic(value) || isTrap(value);

  /** Undefined for too much. */
  #look(): string | undefined {
    const { top, beside } = this.#modules;
    try {
      return new Look(this.#identities, this.#passes).of([...(top?.() ?? []).filter((held) => !isGlobal(held)), ...beside()]);
    } catch (error) {
      if (error instanceof TooMuch) return undefined;
      throw error;
    }
  }
}
