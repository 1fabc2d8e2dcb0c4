// Hiding: whether anything a program's modules hold may keep state where nobody can look. A process that is brought back finds modules
// that were loaded afresh; what they hid is then lost without a sign. Judged once, by kind: what is not known to be open hides.
//   N5  Open are: plain records and lists, maps, sets, bytes, dates, patterns, errors; instances of the program's classes without private
//       fields; functions that stand at the top level of the script; and what libraries made, of which only what the program gave them
//       is judged.
import { types } from "node:util";
import { isIntrinsic, isObject } from "../../adapters/intrinsics.ts";
import { partsFrom, TooMuch } from "./reach.ts";
import { factsOf, shapeOfScript, type FunctionFacts, type ScriptShape } from "./script-shape.ts";

/** Most things that are judged. */
const THINGS_MAX = 200_000;

export interface Held {
  /** As the program names it. */
  readonly name: string;
  readonly value: unknown;
}

const NATIVE = /\{\s*\[native code\]\s*\}$/;

/** What an open thing's prototypes may be, among built-in ones. */
const OPEN: ReadonlySet<object> = new Set<object>([
  Object, Array, Map, Set, RegExp, Date, Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError, AggregateError, String, Number, Boolean, Symbol, BigInt,
  ArrayBuffer, SharedArrayBuffer, DataView, Buffer, Object.getPrototypeOf(Uint8Array) as typeof Uint8Array, Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array,
  Float32Array, Float64Array, BigInt64Array, BigUint64Array,
].map(({ prototype }) => prototype as object));

const KINDS: readonly (readonly [is: (value: object) => boolean, what: string])[] = [
  [types.isProxy, "a proxy"], [types.isGeneratorObject, "a generator"], [types.isMapIterator, "an iterator"], [types.isSetIterator, "an iterator"],
  [types.isWeakMap, "a WeakMap"], [types.isWeakSet, "a WeakSet"], [types.isPromise, "a promise"], [types.isExternal, "something of the host's"],
];

/** One search through all that is held. */
class Search {
  readonly #script: string;
  readonly #shape: ScriptShape;
  readonly #passes: (value: object) => boolean;
  readonly #met = new Set<object>();
  readonly #left: { readonly name: string; readonly value: object }[] = [];
  /** By text. */
  readonly #facts = new Map<string, FunctionFacts | undefined>();
  /** Methods, and those that are where their class has them. */
  readonly #methods = new Map<object, string>();
  readonly #atHome = new Set<unknown>();
  /** What generator functions have as `prototype`: nobody's state. */
  readonly #ofGenerators = new Set<object>();

  /** `passes`: what is not looked into. */
  constructor(script: string, shape: ScriptShape, passes: (value: object) => boolean) {
    this.#script = script;
    this.#shape = shape;
    this.#passes = passes;
  }

  /** What hides, by name; undefined for nothing. @throws TooMuch */
  first(held: readonly Held[]): string | undefined {
    for (const { name, value } of held) this.#meet(name, value);
    for (let at = 0; at < this.#left.length; at++) {
      if (at > THINGS_MAX) throw new TooMuch();
      const { name, value } = this.#left[at] as { readonly name: string; readonly value: object };
      const what = this.#judged(name, value);
      if (what !== undefined) return `${name} (${what})`;
      for (const [key, part] of partsFrom(value)) if (!this.#boundToItself(value, key, part)) this.#meet(name, part);
    }
    for (const [method, name] of this.#methods) if (!this.#atHome.has(method)) return `${name} (a method without its class)`;
    return undefined;
  }

  #meet(name: string, value: unknown): void {
    if (!isObject(value) || this.#met.has(value) || this.#passes(value)) return;
    this.#met.add(value);
    this.#left.push({ name, value });
  }

  /** What a library's constructor made of its own methods: `this.m = this.m.bind(this)`. */
  #boundToItself(value: object, key: string, part: unknown): boolean {
    if (typeof value === "function" || typeof part !== "function" || !NATIVE.test(Function.prototype.toString.call(part))) return false;
    const prototype: unknown = Object.getPrototypeOf(value);
    if (!isObject(prototype) || isIntrinsic(prototype) || types.isProxy(prototype)) return false;
    // A shared method stands behind an accessor (shared.ts).
    const [made, method] = ["constructor", key].map((of) => Object.getOwnPropertyDescriptor(prototype, of)).map((member): unknown => member?.value ?? member?.get);
    return typeof made === "function" && typeof method === "function" && !types.isProxy(made) && this.#factsOf(made) === undefined && part.name === `bound ${key}`;
  }

  #judged(name: string, value: object): string | undefined {
    const kind = KINDS.find(([is]) => is(value))?.[1];
    if (kind !== undefined) return kind;
    return typeof value === "function" ? this.#ofFunction(name, value) : this.#ofObject(value);
  }

  #factsOf(value: object): FunctionFacts | undefined {
    const text = Function.prototype.toString.call(value);
    if (!this.#facts.has(text)) this.#facts.set(text, factsOf(this.#shape, this.#script, text)); // the whole script is searched for what is none of its own
    return this.#facts.get(text);
  }

  #ofFunction(name: string, value: object): string | undefined {
    if (NATIVE.test(Function.prototype.toString.call(value))) return "a bound function, or one of the host's";
    const prototype: unknown = Object.getOwnPropertyDescriptor(value, "prototype")?.value;
    if (types.isGeneratorFunction(value) && isObject(prototype)) this.#ofGenerators.add(prototype);
    const facts = this.#factsOf(value);
    if (facts === undefined || facts.reexport) return undefined;
    if (facts.captures) return facts.class ? "a class made inside a function" : "a function made inside another";
    if (facts.privateStatics) return "a class with private fields";
    if (facts.method && !facts.class) this.#methods.set(value, name);
    if (facts.class) for (const owner of [value, prototype]) if (isObject(owner)) for (const [, member] of partsFrom(owner)) this.#atHome.add(member);
    return undefined;
  }

  #ofObject(value: object): string | undefined {
    if (this.#ofGenerators.has(value)) return undefined;
    for (let at: unknown = Object.getPrototypeOf(value); isObject(at); at = Object.getPrototypeOf(at)) {
      if (types.isProxy(at)) return "a proxy";
      if (OPEN.has(at)) continue;
      const made: unknown = Object.getOwnPropertyDescriptor(at, "constructor")?.value;
      if (isIntrinsic(at)) return `an object of the host's, ${typeof made === "function" ? made.name : "an iterator or the like"}`;
      if (typeof made === "function" && !types.isProxy(made) && this.#factsOf(made)?.privateFields === true) return "private fields";
    }
    return undefined;
  }
}

interface Things {
  readonly script: string;
  /** By the names of the top level, and by words that are none. */
  readonly top: readonly Held[];
  readonly beside: readonly Held[];
  /** What is the same for every program, and not looked into. */
  readonly passes: (value: object) => boolean;
}

/** What of the things held may hide state, as a person is told; undefined where everything is in the open. */
export function hidingAmong({ script, top, beside, passes }: Things): string | undefined {
  const shape = shapeOfScript(script);
  if (shape === undefined) return "the script, which is not understood";
  const named = new Set(top.map(({ name }) => name));
  const missed = [...shape.names].find((name) => !named.has(name));
  if (missed !== undefined) return `${missed} (which is not looked at)`;
  try {
    return new Search(script, shape, passes).first([...top.filter(({ name }) => shape.names.has(name)), ...beside]);
  } catch (error) {
    if (error instanceof TooMuch) return "more than can be looked through";
    throw error;
  }
}
