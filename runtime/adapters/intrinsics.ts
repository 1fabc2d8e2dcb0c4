// Intrinsics: the objects every script of this Node process shares. Knows them and what they were; puts back what was changed. Looking through
// them all takes about a millisecond: it is done around the loading of a program, when a snapshot is taken and where a run ends, not around turns.
import { beneath, isTrap } from "./ambient.ts";

export const isObject = (value: unknown): value is object => (typeof value === "object" && value !== null) || typeof value === "function";

// Taken before any program runs. What looks for changes must not lean on what may have been changed: these, syntax, and index loops.
const { create, is } = Object;
const { apply, defineProperty, deleteProperty, getOwnPropertyDescriptor, ownKeys } = Reflect;
const textOf = Function.prototype.toString;
const { includes } = String.prototype;

/** As a programmer would write it. */
const memberOf = (name: string, key: string | symbol): string => (typeof key === "symbol" ? `${name}[${key.description ?? ""}]` : `${name}.${key}`);

function* generators(): Generator<readonly [string, object]> {
  for (const [name, of] of [["Generator", function* () { yield 0; }], ["AsyncGenerator", async function* () { yield 0; }], ["Async", async () => undefined]] as const) {
    const prototype: unknown = Object.getPrototypeOf(of);
    if (!isObject(prototype)) continue;
    yield [`${name}Function.prototype`, prototype];
    const ofInstances: unknown = (prototype as { readonly prototype?: unknown }).prototype; // %GeneratorPrototype% and its like
    if (isObject(ofInstances)) yield [`${name}.prototype`, ofInstances];
  }
  for (const [name, iterator] of [["Iterator", [][Symbol.iterator]()], ["Iterator", new Map()[Symbol.iterator]()], ["Iterator", new Set()[Symbol.iterator]()], ["Iterator", ""[Symbol.iterator]()]] as const) {
    for (let at: unknown = Object.getPrototypeOf(iterator); isObject(at) && at !== Object.prototype; at = Object.getPrototypeOf(at)) yield [`${name}.prototype`, at];
  }
}

/** Of the globals with a small letter, those that are functions of ECMA-262. */
const FUNCTIONS = new Set(["parseInt", "parseFloat", "isNaN", "isFinite", "decodeURI", "decodeURIComponent", "encodeURI", "encodeURIComponent", "escape", "unescape", "eval"]);

/** By their names in ECMA-262, Object.prototype before all: descriptors read it, so it is put back first. */
function* roots(): Generator<readonly [string, unknown]> {
  yield ["Object.prototype", Object.prototype];
  for (const name of Object.getOwnPropertyNames(globalThis)) {
    if (/^[A-Z]/.test(name) || FUNCTIONS.has(name)) yield [name, Object.getOwnPropertyDescriptor(globalThis, name)?.value]; // accessors are Node's own
  }
  yield ["TypedArray", Object.getPrototypeOf(Uint8Array)];
  yield* generators();
  yield ["globalThis.__proto__", Object.getPrototypeOf(globalThis)];
}

/** Everything reachable from the roots by data members, accessors and prototypes, with its name; nothing else of the host, and nothing is run. */
function reached(): ReadonlyMap<object, string> {
  const found = new Map<object, string>();
  const hosts = new Set<unknown>([globalThis, globalThis.process]);
  const enter = (name: string, value: unknown): void => {
    if (isObject(value) && !found.has(value) && !hosts.has(value)) found.set(value, name);
  };
  for (const [name, value] of roots()) enter(name, value);
  for (const [value, name] of found) { // and what is entered meanwhile
    for (const key of ownKeys(value)) {
      const member = getOwnPropertyDescriptor(value, key);
      for (const part of [member?.value, member?.get, member?.set] as readonly unknown[]) enter(memberOf(name, key), part);
    }
    enter(`${name}.__proto__`, Object.getPrototypeOf(value));
  }
  return found;
}
let known: ReadonlyMap<object, string> | undefined;

/** Found once: what is there later was put there by somebody. */
const intrinsics = (): ReadonlyMap<object, string> => (known ??= reached());

/** Whether this is of every script's: a built-in object, or a function of one. */
export const isIntrinsic = (value: object): boolean => intrinsics().has(value);

/** Descriptors by key, without a prototype: what is not in it is not there. */
type Members = Record<string | symbol, PropertyDescriptor>;
interface Remembered {
  readonly of: object;
  readonly name: string;
  /** Undefined for a function that has its name and its length and no more: most are such, and only what is added to them is looked for. */
  readonly members: Members | undefined;
}
/** A member that is not what it was; undefined where there was none, or where there is none any more. */
interface Change {
  readonly of: object;
  readonly name: string;
  readonly key: string | symbol;
  readonly was: PropertyDescriptor | undefined;
  readonly now: PropertyDescriptor | undefined;
}

/** Members such a function has. */
const BARE_COUNT = 2;

function remembered(of: object, name: string): Remembered {
  const keys = ownKeys(of);
  if (typeof of === "function" && keys.length === BARE_COUNT) return { of, name, members: undefined };
  const members = create(null) as Members;
  for (const key of keys) members[key] = getOwnPropertyDescriptor(of, key) as PropertyDescriptor;
  return { of, name, members };
}

/** Whether or not a trap stands in its place. */
const isSame = (a: PropertyDescriptor, b: PropertyDescriptor): boolean => same(beneath(a), beneath(b));
const same = (a: PropertyDescriptor, b: PropertyDescriptor): boolean =>
  is(a.value, b.value) && a.get === b.get && a.set === b.set && a.writable === b.writable && a.enumerable === b.enumerable && a.configurable === b.configurable;

function changesOf({ of, name, members }: Remembered, tell: (change: Change) => void): void {
  const there = ownKeys(of);
  if (members === undefined && there.length === BARE_COUNT) return;
  for (let at = 0; at < there.length; at++) {
    const key = there[at] as string | symbol;
    if (members === undefined && (key === "name" || key === "length")) continue;
    const was = members?.[key];
    const now = getOwnPropertyDescriptor(of, key) as PropertyDescriptor;
    if (was === undefined || !isSame(was, now)) tell({ of, name, key, was, now });
  }
  if (members === undefined) return;
  const once = ownKeys(members);
  for (let at = 0; at < once.length; at++) {
    const key = once[at] as string | symbol;
    if (getOwnPropertyDescriptor(of, key) === undefined) tell({ of, name, key, was: members[key], now: undefined });
  }
}

/** Which changes are meant. */
export type Among = (change: Change) => boolean;

/** Between a script's turns Node and the ambient traps keep their own here. */
const AT_LARGE = ["stackTraceLimit", "prepareStackTrace"] as const;
const any: Among = () => true;
const atLarge: Among = ({ of, key }) => !(of === Error && (key === AT_LARGE[0] || key === AT_LARGE[1]));

/**
 * Changes that a program with this script may have made. A function of somebody else's, or a symbol (as libraries put their own into
 * Symbol), is the host application's, which changes what it likes at any time; so is what it takes away of its own.
 */
export function madeBy(script: string): Among {
  const others = (value: unknown): boolean =>
    typeof value === "symbol" || (typeof value === "function" && !isIntrinsic(value) && !isTrap(value) && !apply(includes, script, [apply(textOf, value, [])]));
  const builtIn = ({ value, get }: PropertyDescriptor): boolean => isObject(value ?? get) && isIntrinsic((value ?? get) as object);
  return (change) => {
    const { was, now } = change;
    if (!atLarge(change)) return false;
    return now === undefined ? was !== undefined && builtIn(was) : !others(now.value) && !others(now.get) && !others(now.set);
  };
}

/** The intrinsics as they were when this was made. */
export class Intrinsics {
  readonly #before: readonly Remembered[];

  constructor() {
    this.#before = [...intrinsics()].map(([of, name]) => remembered(of, name));
  }

  /** The first member that is not what it was, if any is. */
  changed(among: Among = atLarge): string | undefined {
    return this.#each(among, () => undefined);
  }

  /** Makes them what they were. Gives the first member that had been changed, if any was. */
  putBack(among: Among = any): string | undefined {
    return this.#each(among, ({ of, key, was }) => {
      if (was === undefined) deleteProperty(of, key);
      else defineProperty(of, key, was);
    });
  }

  #each(among: Among, act: (change: Change) => void): string | undefined {
    let first: string | undefined;
    for (let at = 0; at < this.#before.length; at++) {
      changesOf(this.#before[at] as Remembered, (change) => {
        if (!among(change)) return;
        act(change);
        first ??= memberOf(change.name, change.key);
      });
    }
    return first;
  }
}
