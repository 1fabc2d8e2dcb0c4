// Shown: what a program gave, in a few words of ours. It may be anything: a proxy, a getter that throws, an object that only looks like
// something. Nothing of it is called but what reading its keys calls, and what that throws is an answer too.

const TEXT_MAX = 60;
const KEYS_MAX = 4;
const NAME_MAX = 24;

/** Reads something of the program's; otherwise when that throws. */
export function tried<T, O>(read: () => T, otherwise: O): T | O {
  try {
    return read();
  } catch {
    return otherwise;
  }
}

const cut = (text: string, most: number): string => (text.length > most ? `${text.slice(0, most)}…` : text).toWellFormed();

/** A generator: what a call gives until somebody runs it with yield*. */
export const isProgram = (value: unknown): boolean => typeof value === "object" && value !== null && tried(() => Object.prototype.toString.call(value) === "[object Generator]", false);

const HANDLES: Readonly<Record<string, string>> = Object.freeze({ capability: "a capability", contract: "a contract", job: "a job" });

/** A member by its name, with what is short enough to be said of it. */
function member(value: object, key: string | symbol): string {
  const held: unknown = Object.getOwnPropertyDescriptor(value, key)?.value;
  const name = cut(String(key), NAME_MAX);
  return held === undefined || typeof held === "object" || typeof held === "function" ? name : `${name}: ${cut(shown(held), NAME_MAX)}`;
}

/** The members an object has of its own. */
function membersOf(value: object): string {
  const keys = Reflect.ownKeys(value);
  const some = keys.slice(0, KEYS_MAX).map((key) => member(value, key));
  return keys.length === 0 ? "an empty object" : `{ ${some.join(", ")}${keys.length > KEYS_MAX ? ", …" : ""} }`;
}

function object(value: object): string {
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : `a list of ${value.length}`;
  if (value instanceof Number) return String(value);
  const tag = Object.prototype.toString.call(value).slice("[object ".length, -1);
  if (tag === "Generator") return "a program (a generator)";
  const handle: unknown = Object.getOwnPropertyDescriptor(value, "handle")?.value;
  if (typeof handle === "string" && Object.hasOwn(HANDLES, handle)) return HANDLES[handle] ?? "";
  return tag === "Object" ? membersOf(value) : `an object (${cut(tag, NAME_MAX)})`;
}

/** At most a hundred characters, the same on every host. */
export function shown(value: unknown): string {
  switch (typeof value) {
    case "undefined": return "nothing (undefined)";
    case "string": return JSON.stringify(cut(value, TEXT_MAX));
    case "function": return "a function";
    case "bigint": return `${cut(String(value), TEXT_MAX)}n`;
    case "object": return value === null ? "null" : cut(tried(() => object(value), "an object that cannot be read"), 2 * TEXT_MAX);
    default: return cut(String(value), TEXT_MAX);
  }
}
