// What programs are given is shared by all programs of this Node process, and by all their runs: it is read, never written. Owns how
// it is made so, down to the last method.
//   S1  Whatever can be reached from an export, by members, accessors and prototypes, cannot be written; the host's own objects stay
//       what they are.
//   S2  What a library makes with its classes is made as before: an object of theirs may have a member of its own where its prototype
//       has one.
import { isIntrinsic, isObject } from "../../adapters/intrinsics.ts";

const isModule = (value: object): boolean => Reflect.get(value, Symbol.toStringTag) === "Module" && Object.getPrototypeOf(value) === null;

/** What a bundler makes of a module: its exports as accessors of a plain object, which need nothing to be read on; a class's prototype is none. */
const isList = (value: object): boolean => [null, Object.prototype].includes(Object.getPrototypeOf(value) as null) && !Object.hasOwn(value, "constructor");

/** What an object leads to. */
function* beside(value: object): Generator {
  yield Object.getPrototypeOf(value);
  for (const key of Reflect.ownKeys(value)) {
    const member = Reflect.getOwnPropertyDescriptor(value, key);
    yield* [member?.value, member?.get, member?.set];
    if (member?.get !== undefined && isList(value)) yield Reflect.get(value, key);
  }
}

/** All that can be reached from these but what the host brought, each once. */
export function reachable(roots: Iterable<unknown>): ReadonlySet<object> {
  const found = new Set<object>();
  const open = [...roots];
  while (open.length > 0) {
    const value = open.pop();
    if (!isObject(value) || found.has(value) || isIntrinsic(value)) continue;
    found.add(value);
    open.push(...beside(value));
  }
  return found;
}

/**
 * Freezes all that can be reached from these; a module's own exports are bound for good already.
 * @throws TypeError for what cannot be frozen: a table whose cells stay writable is not given to programs
 */
export function freezeShared(roots: Iterable<unknown>): void {
  for (const value of reachable(roots)) if (!isModule(value)) Object.freeze(value);
}

/**
 * A class's methods, read as before and written by nobody, while its constructor may bind them to what it makes: a frozen method could
 * not be assigned over, in any object that inherits it.
 */
export function sealMethods(prototype: object): void {
  for (const [key, { value, writable, configurable, enumerable = false }] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
    if (writable !== true || configurable !== true || key === "constructor") continue; // which nothing binds
    const method: unknown = value;
    freezeShared([method]);
    Object.defineProperty(prototype, key, {
      configurable: true, enumerable,
      get: () => method,
      set(this: unknown, own: unknown) {
        if (!isObject(this) || this === prototype) throw new TypeError(`${key} is shared by all programs of this Node process`);
        Object.defineProperty(this, key, { configurable: true, enumerable: true, writable: true, value: own });
      },
    });
  }
}
