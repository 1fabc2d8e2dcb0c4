// Plain data frozen through and through: it may be shared between runs, and what was found from it may be remembered by its identity.
//   Frozen here means lists and records and all they hold; nothing else can be vouched for, so a typed array or an instance is refused.
import { invariant } from "./invariant.ts";

const FROZEN = new WeakSet<object>();

/** Freezes lists and records, and everything in them. Returns what it was given. */
export function freezeDeep<T>(value: T): T {
  if (typeof value !== "object" || value === null || FROZEN.has(value)) return value;
  const prototype: unknown = Object.getPrototypeOf(value);
  invariant(Array.isArray(value) || prototype === Object.prototype || prototype === null, "E7", "only lists and records are frozen through and through");
  for (const member of Object.values(value)) freezeDeep(member);
  FROZEN.add(Object.freeze(value));
  return value;
}

/** Whether `freezeDeep` has been here. */
export const isFrozenDeep = (value: unknown): value is object => typeof value === "object" && value !== null && FROZEN.has(value);

/** `find`, which depends on its argument alone: for what is frozen through and through it is asked once. What it throws is not kept. */
export function rememberedBy<K, V>(find: (from: K) => V): (from: K) => V {
  const known = new WeakMap<object, { readonly found: V }>();
  return (from) => {
    if (!isFrozenDeep(from)) return find(from);
    let entry = known.get(from);
    if (entry === undefined) known.set(from, entry = { found: find(from) });
    return entry.found;
  };
}
