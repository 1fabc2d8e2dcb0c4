// What counts as ambient, and what to use instead. A row names a property of this Node process that a program must not reach
// in a turn or while it loads: `call` traps calling (and constructing) the function there, `read` traps reading the property.
// Globals that are absent from this version of Node have no row.
import process from "node:process";
import { handleIn } from "../../kernel-abi/handle.ts";

export interface Patch {
  readonly owner: object;
  readonly key: string;
  readonly on: "call" | "read";
  /** As a programmer would write it. */
  readonly what: string;
  /** What to write instead. */
  readonly use: string;
  /** Acts only on what a loaded program's script does itself: this package does the same in a turn, exactly. */
  readonly scriptOnly?: boolean;
  /** Does not refuse the call: when it fails inside, this looks at its arguments and may say better why. */
  readonly failing?: (args: readonly unknown[]) => void;
  /** Does not refuse the call: what it makes is kept out of the pool that all buffers of this Node process share. */
  readonly unpooled?: boolean;
  /** Does not act on callers in this package of ours, which overwrites what it takes here before anyone reads it. */
  readonly spares?: string;
  /** Nor on Node's own buffers, which do the same. */
  readonly sparesNode?: boolean;
  /** Acts in runs that go by the flag `ambientByAnyWay` alone. */
  readonly byAnyWay?: boolean;
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
  utc: "the UTC form, as in getUTCHours; a host's time zone is not part of a run",
  console: "k.log(label, value): what a process says stands in its trace",
  global: "variables of the process's body, which continueWith hands on: the host's globals are not part of a run",
  code: "functions written out: code made from text escapes the rules a program is built by",
  async: "yield*: a process waits with k.receive, k.sleep or an outcome, and k.spawn runs things side by side",
  match: "what exec, match or matchAll answers: the last match of this Node process is whoever's",
  libm: "sin, cos, exp, log and atan2 from triad-runtime/domains",
});

function prototypeOf(value: object): object {
  const prototype: unknown = Object.getPrototypeOf(value);
  return (typeof prototype === "object" && prototype !== null) || typeof prototype === "function" ? prototype : value;
}

const rows = (owner: object, name: string, on: Patch["on"], use: string, keys: readonly string[]): Patch[] =>
  keys.filter((key) => Object.hasOwn(owner, key)).map((key) => ({ owner, key, on, what: `${name}${key}`, use }));

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
  ...rows(globalThis, "", "read", REPLACEMENT.clock, [
    "performance", "Performance", "PerformanceEntry", "PerformanceMark", "PerformanceMeasure", "PerformanceObserver",
    "PerformanceObserverEntryList", "PerformanceResourceTiming",
  ]),
  // Each of these carries the time it was made at, or waits.
  ...rows(globalThis, "", "read", REPLACEMENT.clock, [
    "Event", "EventTarget", "CustomEvent", "MessageEvent", "CloseEvent", "ErrorEvent", "File", "Atomics", "AbortController", "AbortSignal",
  ]),
  ...rows(process.hrtime, "process.hrtime.", "call", REPLACEMENT.clock, ["bigint"]),
  ...rows(process, "process.", "call", REPLACEMENT.clock, ["hrtime", "uptime", "cpuUsage", "memoryUsage", "resourceUsage"]),
];

const randomRows = (): Patch[] => [
  ...rows(Math, "Math.", "call", REPLACEMENT.random, ["random"]),
  ...rows(prototypeOf(globalThis.crypto), "crypto.", "call", REPLACEMENT.random, ["randomUUID", "getRandomValues"]),
  ...rows(globalThis, "", "read", REPLACEMENT.random, ["crypto", "Crypto", "CryptoKey", "SubtleCrypto"]),
  // The encoder's pool runs out whenever it does: in a turn too, where a domain's API reads an outcome.
  ...rows(Buffer, "Buffer.", "call", "new Uint8Array(length), which is zeroed", ["allocUnsafe", "allocUnsafeSlow"]).map((row) => ({ ...row, spares: "/node_modules/msgpackr/", sparesNode: true })),
  ...rows(Buffer, "Buffer.", "call", "it as it is", ["from", "of", "concat", "copyBytesFrom"]).map((row) => ({ ...row, unpooled: true })),
];

const localeRows = (): Patch[] => [
  ...rows(globalThis, "", "read", REPLACEMENT.order, ["Intl"]),
  ...rows(String.prototype, "String.prototype.", "call", REPLACEMENT.order, ["localeCompare"]),
  ...rows(String.prototype, "String.prototype.", "call", "toUpperCase or toLowerCase", ["toLocaleUpperCase", "toLocaleLowerCase"]),
  ...rows(Number.prototype, "Number.prototype.", "call", REPLACEMENT.text, ["toLocaleString"]),
  ...rows(BigInt.prototype, "BigInt.prototype.", "call", REPLACEMENT.text, ["toLocaleString"]),
  ...rows(Array.prototype, "Array.prototype.", "call", REPLACEMENT.text, ["toLocaleString"]),
  ...rows(Date.prototype, "Date.prototype.", "call", REPLACEMENT.text, ["toLocaleString", "toLocaleDateString", "toLocaleTimeString"]),
];

/** Fields of a moment in the host's time zone. */
const ZONED = [
  "getTimezoneOffset", "toString", "toDateString", "toTimeString",
  ...["Hours", "Minutes", "Seconds", "Milliseconds", "Date", "Day", "Month", "FullYear", "Year"].flatMap((field) => [`get${field}`, `set${field}`]),
];

/** `then` reads as a reaction in host order, whoever made the promise; the constructor is read where a promise is made. */
const asyncRows = (): Patch[] => [
  ...rows(globalThis, "", "read", REPLACEMENT.async, ["Promise"]),
  ...rows(Promise, "Promise.", "call", REPLACEMENT.race, ["race", "any"]),
  ...rows(Promise.prototype, "Promise.prototype.", "call", REPLACEMENT.async, ["then", "catch", "finally"]),
  ...rows(WebAssembly, "WebAssembly.", "call", REPLACEMENT.async, ["compile", "instantiate", "compileStreaming", "instantiateStreaming"]),
];

const codeRows = (): Patch[] => [
  ...rows(globalThis, "", "call", REPLACEMENT.code, ["Function"]),
  ...[() => undefined, function* () { yield 0; }, async () => undefined, async function* () { yield 0; }]
    .map((made): Patch => ({ owner: prototypeOf(made), key: "constructor", on: "call", what: "Function", use: REPLACEMENT.code })),
  ...rows(globalThis, "", "read", REPLACEMENT.code, ["eval"]),
].map((row) => ({ ...row, scriptOnly: true }));

const processRows = (): Patch[] => [
  ...rows(process, "process.", "call", REPLACEMENT.timer, ["nextTick"]),
  ...rows(process, "process.", "read", REPLACEMENT.outside, ["env", "argv", "execArgv", "pid", "ppid", "title", "platform", "arch", "report"]),
  ...rows(process, "process.", "call", REPLACEMENT.outside, [
    "cwd", "getBuiltinModule", "binding", "constrainedMemory", "availableMemory", "getActiveResourcesInfo", "getuid", "geteuid", "getgid", "getegid", "getgroups", "umask",
  ]),
  ...rows(globalThis, "", "read", `${REPLACEMENT.outside}; ${REPLACEMENT.clock} and ${REPLACEMENT.random}`, ["process"]),
];

/** What an expression matched last, whoever's it was: every script of the Node process and this package write there. */
const LAST_MATCH = [
  "input", "$_", "lastMatch", "$&", "lastParen", "$+", "leftContext", "$`", "rightContext", "$'", ...Array.from({ length: 9 }, (_, at) => `$${at + 1}`),
];
const matchRows = (): Patch[] => rows(RegExp, "RegExp.", "read", REPLACEMENT.match, LAST_MATCH).map((row) => ({ ...row, byAnyWay: true }));

/** No copy of a handle: the host refuses it in its own words, and nobody would be told. @throws Fault Q_ERR_NO_CLONE_VIOLATION */
const copyRows = (): Patch[] => rows(globalThis, "", "call", "classical outcomes: a handle stands for what cannot be copied", ["structuredClone"])
  .map((row) => ({ ...row, failing: ([value]: readonly unknown[]) => handleIn(value)?.toJSON("", "structured-clone") }));

/** Doors to the network, to other threads and to the host's streams. */
const OUTSIDE = [
  "BroadcastChannel", "MessageChannel", "MessagePort", "Blob", "FormData", "Headers", "Request", "Response", "WebSocket", "EventSource", "navigator",
  "Navigator", "Storage", "localStorage", "sessionStorage", "SharedArrayBuffer", "TransformStream", "TransformStreamDefaultController", "WritableStream",
  "WritableStreamDefaultController", "WritableStreamDefaultWriter", "ReadableStream", "ReadableStreamDefaultReader", "ReadableStreamBYOBReader",
  "ReadableStreamBYOBRequest", "ReadableByteStreamController", "ReadableStreamDefaultController", "ByteLengthQueuingStrategy", "CountQueuingStrategy",
  "TextEncoderStream", "TextDecoderStream", "CompressionStream", "DecompressionStream",
];

/** Every trap, resolved against the globals as they are when this is called. */
export const ambientPatches = (): readonly Patch[] => [
  ...mathRows,
  ...clockRows(),
  ...randomRows(),
  ...localeRows(),
  ...rows(globalThis, "", "call", REPLACEMENT.timer, ["setTimeout", "setInterval", "setImmediate", "queueMicrotask"]),
  ...rows(globalThis, "", "call", REPLACEMENT.outside, ["fetch"]),
  ...rows(globalThis, "", "read", REPLACEMENT.outside, OUTSIDE),
  ...rows(Date.prototype, "Date.prototype.", "call", REPLACEMENT.utc, ZONED),
  ...asyncRows(),
  ...codeRows(),
  ...matchRows(),
  ...copyRows(),
  ...processRows(),
  ...rows(globalThis, "", "read", REPLACEMENT.console, ["console"]).map((row) => ({ ...row, spares: "/node_modules/xstate/" })), // warns when developed with
  ...rows(globalThis, "", "call", REPLACEMENT.memory, ["WeakRef", "FinalizationRegistry"]),
];
