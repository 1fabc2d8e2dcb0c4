// Intrinsics: the objects every script of this Node process shares. Knows them and what they were; puts back what was changed. Looking through
// them all takes about a millisecond: it is done around the loading of a program, not around turns.

export const isObject = (value: unknown): value is object => (typeof value === "object" && value !== null) || typeof value === "function";

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

/** By its names in ECMA-262; each once. */
function intrinsics(): ReadonlyMap<object, string> {
  const found = new Map<object, string>();
  const enter = (name: string, value: unknown): void => {
    if (isObject(value) && !found.has(value)) found.set(value, name);
  };
  for (const name of Object.getOwnPropertyNames(globalThis)) {
    const value: unknown = Object.getOwnPropertyDescriptor(globalThis, name)?.value; // accessors are Node's own
    if (!isObject(value) || !/^[A-Z]/.test(name)) continue;
    enter(name, value);
    if (typeof value === "function") enter(`${name}.prototype`, (value as { readonly prototype?: unknown }).prototype);
  }
  const typed: unknown = Object.getPrototypeOf(Uint8Array);
  enter("TypedArray", typed);
  enter("TypedArray.prototype", Object.getPrototypeOf(Uint8Array.prototype));
  for (const [name, value] of generators()) enter(name, value);
  return found;
}

/** Descriptors by key, without a prototype: what is not in it is not there. */
type Members = Record<string | symbol, PropertyDescriptor>;
interface Remembered {
  readonly of: object;
  readonly name: string;
  readonly members: Members;
}

// Taken before any program runs. What looks for changes must not lean on what may have been changed: these, syntax, and index loops.
const { create, is } = Object;
const { defineProperty, deleteProperty, getOwnPropertyDescriptor, ownKeys } = Reflect;

function membersOf(of: object): Members {
  const members = create(null) as Members;
  const keys = ownKeys(of);
  for (let at = 0; at < keys.length; at++) {
    const key = keys[at] as string | symbol;
    const descriptor = getOwnPropertyDescriptor(of, key);
    if (descriptor !== undefined) members[key] = descriptor;
  }
  return members;
}

const same = (a: PropertyDescriptor, b: PropertyDescriptor): boolean =>
  is(a.value, b.value) && a.get === b.get && a.set === b.set && a.writable === b.writable && a.enumerable === b.enumerable && a.configurable === b.configurable;

/** As a programmer would write it. */
const written = (name: string, key: string | symbol): string => (typeof key === "symbol" ? `${name}[${key.description ?? ""}]` : `${name}.${key}`);

/** Puts one object back. Gives the first member that was not what it had been. */
function putBack({ of, name, members }: Remembered): string | undefined {
  let first: string | undefined;
  const now = membersOf(of);
  const there = ownKeys(now);
  for (let at = 0; at < there.length; at++) {
    const key = there[at] as string | symbol;
    if (members[key] !== undefined) continue;
    deleteProperty(of, key);
    first ??= written(name, key);
  }
  const once = ownKeys(members);
  for (let at = 0; at < once.length; at++) {
    const key = once[at] as string | symbol;
    const was = members[key] as PropertyDescriptor;
    const found = now[key];
    if (found !== undefined && same(was, found)) continue;
    defineProperty(of, key, was);
    first ??= written(name, key);
  }
  return first;
}

/** Remembers what the intrinsics are; the answer puts them back and names the first member that had been changed, if any was. */
export function rememberIntrinsics(): () => string | undefined {
  // Descriptors read Object.prototype: it is put back first.
  const before = [...new Map([[Object.prototype, "Object.prototype"] as const, ...intrinsics()])].map(([of, name]) => ({ of, name, members: membersOf(of) }));
  return () => {
    let first: string | undefined;
    for (let at = 0; at < before.length; at++) {
      const changed = putBack(before[at] as Remembered);
      first ??= changed;
    }
    return first;
  };
}

/** Of the globals with a small letter, those that are functions of ECMA-262. */
const FUNCTIONS = ["parseInt", "parseFloat", "isNaN", "isFinite", "decodeURI", "decodeURIComponent", "encodeURI", "encodeURIComponent", "escape", "unescape", "eval"] as const;

/** Everything reachable from the intrinsics by data members, accessors and prototypes; nothing else of the host, and nothing is run. */
function shared(): WeakSet<object> {
  const found = new WeakSet<object>();
  const left: unknown[] = [...intrinsics().keys(), ...FUNCTIONS.map((name) => getOwnPropertyDescriptor(globalThis, name)?.value as unknown)];
  const hosts = new Set<unknown>([globalThis, globalThis.process]);
  while (left.length > 0) {
    const value = left.pop();
    if (!isObject(value) || found.has(value) || hosts.has(value)) continue;
    found.add(value);
    const members = membersOf(value);
    for (const key of ownKeys(members)) {
      const member = members[key] as PropertyDescriptor;
      left.push(member.value, member.get, member.set);
    }
    left.push(Object.getPrototypeOf(value));
  }
  return found;
}
let known: WeakSet<object> | undefined;

/** Whether this is of every script's: a built-in object, or a function of one. */
export const isIntrinsic = (value: object): boolean => (known ??= shared()).has(value);
