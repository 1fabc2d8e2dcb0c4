// What counts as ambient, and what to use instead. A row names a property of this Node process that a program must not reach
// in a turn: `call` traps calling (and constructing) the function there, `read` traps reading the property.
import process from "node:process";

export interface Patch {
  readonly owner: object;
  readonly key: string;
  readonly on: "call" | "read";
  /** As a programmer would write it. */
  readonly what: string;
  /** What to write instead. */
  readonly use: string;
}

/** What a program uses instead. */
export const REPLACEMENT = Object.freeze({
  clock: "k.now()",
  random: "k.random(\"stream\")",
  timer: "k.sleep(ticks)",
  outside: "the program's input, or k.file(\"name\")",
  race: "k.receive, which takes messages in one order everywhere",
  order: "a comparison of code units: a < b ? -1 : a > b ? 1 : 0",
  text: "String(value) and your own formatting",
  memory: "a plain reference: when memory is reclaimed is not part of a run",
  libm: "sin, cos, exp, log and atan2 from triad-runtime/domains",
});

function prototypeOf(value: object): object {
  const prototype: unknown = Object.getPrototypeOf(value);
  return typeof prototype === "object" && prototype !== null ? prototype : value;
}

const rows = (owner: object, name: string, on: Patch["on"], use: string, keys: readonly string[]): Patch[] =>
  keys.map((key) => ({ owner, key, on, what: `${name}${key}`, use }));

/** Results of these are left open by ECMA-262 and differ between engines; sqrt, abs, floor, round, fround, imul are exact. */
const APPROXIMATED = [
  "sin", "cos", "tan", "asin", "acos", "atan", "atan2", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh",
  "exp", "expm1", "log", "log1p", "log2", "log10", "pow", "cbrt", "hypot",
];

const APPROXIMATION_OF: Readonly<Record<string, string>> = {
  tan: "sin(x) / cos(x) from triad-runtime/domains",
  pow: "repeated multiplication, or exp(y * log(x)) from triad-runtime/domains",
  hypot: "Math.sqrt(x * x + y * y)",
  cbrt: "exp(log(x) / 3) from triad-runtime/domains",
};

const mathRows = APPROXIMATED.map((key): Patch =>
  ({ owner: Math, key, on: "call", what: `Math.${key}`, use: APPROXIMATION_OF[key] ?? REPLACEMENT.libm }));

const clockRows = (): Patch[] => [
  ...rows(Date, "Date.", "call", REPLACEMENT.clock, ["now", "parse"]),
  ...rows(globalThis, "", "call", REPLACEMENT.clock, ["Date"]),
  { owner: Date.prototype, key: "constructor", on: "call", what: "Date", use: REPLACEMENT.clock },
  ...rows(prototypeOf(performance), "performance.", "call", REPLACEMENT.clock, ["now"]),
  ...rows(globalThis, "", "read", REPLACEMENT.clock, ["performance"]),
  ...rows(process.hrtime, "process.hrtime.", "call", REPLACEMENT.clock, ["bigint"]),
  ...rows(process, "process.", "call", REPLACEMENT.clock, ["hrtime", "uptime", "cpuUsage", "memoryUsage", "resourceUsage"]),
];

const randomRows = (): Patch[] => [
  ...rows(Math, "Math.", "call", REPLACEMENT.random, ["random"]),
  ...rows(prototypeOf(globalThis.crypto), "crypto.", "call", REPLACEMENT.random, ["randomUUID", "getRandomValues"]),
  ...rows(globalThis, "", "read", REPLACEMENT.random, ["crypto"]),
];

const localeRows = (): Patch[] => [
  ...rows(globalThis, "", "read", REPLACEMENT.order, ["Intl"]),
  ...rows(String.prototype, "String.prototype.", "call", REPLACEMENT.order, ["localeCompare"]),
  ...rows(String.prototype, "String.prototype.", "call", "toUpperCase or toLowerCase", ["toLocaleUpperCase", "toLocaleLowerCase"]),
  ...rows(Number.prototype, "Number.prototype.", "call", REPLACEMENT.text, ["toLocaleString"]),
  ...rows(BigInt.prototype, "BigInt.prototype.", "call", REPLACEMENT.text, ["toLocaleString"]),
  ...rows(Array.prototype, "Array.prototype.", "call", REPLACEMENT.text, ["toLocaleString"]),
  ...rows(Date.prototype, "Date.prototype.", "call", REPLACEMENT.text, ["toLocaleString", "toLocaleDateString", "toLocaleTimeString", "getTimezoneOffset"]),
];

/** Every trap, resolved against the globals as they are when this is called. */
export const ambientPatches = (): readonly Patch[] => [
  ...mathRows,
  ...clockRows(),
  ...randomRows(),
  ...localeRows(),
  ...rows(globalThis, "", "call", REPLACEMENT.timer, ["setTimeout", "setInterval", "setImmediate", "queueMicrotask"]),
  ...rows(process, "process.", "call", REPLACEMENT.timer, ["nextTick"]),
  ...rows(globalThis, "", "call", REPLACEMENT.outside, ["fetch"]),
  ...rows(process, "process.", "read", REPLACEMENT.outside, ["env", "argv"]),
  ...rows(process, "process.", "call", REPLACEMENT.outside, ["cwd"]),
  ...rows(Promise, "Promise.", "call", REPLACEMENT.race, ["race", "any"]),
  ...rows(globalThis, "", "call", REPLACEMENT.memory, ["WeakRef", "FinalizationRegistry"]),
];
