// Reading values that anybody may have made: parsed JSON as a rule, at worst an object that wants to harm. Own data fields alone are
// read, each once; accessors, proxies that throw, cycles and values JSON has no form for are refused with the place.
//   K1  No code of the value runs: a getter is refused, not called. What was read is a copy; later changes of the value change nothing.
//   K2  Depth and size are bounded before they are walked.

export type Fields = Readonly<Record<string, unknown>>;

/** Why a value cannot be read, and where. Caught at the border of the reader. */
export class Unreadable extends Error {
  override readonly name = "Unreadable";
}

const DEPTH_MAX = 32;
/** Values of one copied tree. */
const VALUES_MAX = 10_000;
/** Names that mean something to JavaScript itself: no handle, node or field may be called so. */
export const RESERVED: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

export const isFields = (value: unknown): value is Fields => typeof value === "object" && value !== null && !Array.isArray(value);

function descriptor(value: object, key: string): PropertyDescriptor | undefined {
  try {
    return Object.getOwnPropertyDescriptor(value, key);
  } catch {
    throw new Unreadable(`${key}: the object refuses to be read`);
  }
}

/** An own data field; undefined when there is none. @throws Unreadable for an accessor */
export function field(value: object, key: string): unknown {
  const found = descriptor(value, key);
  if (found === undefined) return undefined;
  if (!("value" in found)) throw new Unreadable(`${key} is computed when it is read`);
  return found.value;
}

/** @throws Unreadable when the object refuses */
export function keysOf(value: object): readonly string[] {
  try {
    return Object.keys(value);
  } catch {
    throw new Unreadable("the object refuses to be read");
  }
}

/** The items of an array, copied. @throws Unreadable for one with more than `most`, with holes or accessors */
export function itemsOf(value: readonly unknown[], most: number): readonly unknown[] {
  let length: number;
  try {
    ({ length } = value); // of an array always data
  } catch {
    throw new Unreadable("the list refuses to be read");
  }
  if (!(length <= most)) throw new Unreadable(`${length} items, at most ${most} are read`);
  const items: unknown[] = [];
  for (let at = 0; at < length; at++) {
    const item = field(value, String(at));
    if (item === undefined) throw new Unreadable(`item ${at} is missing`);
    items.push(item);
  }
  return items;
}

/** A copy of plain data, -0 as 0. @throws Unreadable for what JSON has no form for, and beyond DEPTH_MAX or VALUES_MAX */
export function plainCopy(value: unknown): unknown {
  let left = VALUES_MAX;
  const copy = (given: unknown, depth: number): unknown => {
    if (--left < 0) throw new Unreadable(`more than ${VALUES_MAX} values`);
    if (depth > DEPTH_MAX) throw new Unreadable(`nested deeper than ${DEPTH_MAX}`);
    if (typeof given === "string" || typeof given === "boolean" || given === null) return given;
    if (typeof given === "number") {
      if (!Number.isFinite(given)) throw new Unreadable(`${String(given)} is no number JSON can carry`);
      return given + 0;
    }
    if (Array.isArray(given)) return itemsOf(given, VALUES_MAX).map((item) => copy(item, depth + 1));
    if (typeof given !== "object") throw new Unreadable(`a value of type ${typeof given}`);
    return Object.fromEntries(keysOf(given).map((key) => {
      if (RESERVED.has(key)) throw new Unreadable(`a field may not be called ${key}`);
      return [key, copy(field(given, key), depth + 1)];
    }));
  };
  return copy(value, 0);
}
