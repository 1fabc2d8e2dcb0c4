import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import vm from "node:vm";
import { afterEach, describe, expect, it } from "vitest";
import { Fault } from "../../../../kernel-abi/fault.ts";
import { pack } from "../../../../kernel-abi/packer.ts";
import { createAmbientGuard, GLOBALS } from "../../../../runtime/adapters/ambient.ts";
import { ambientPatches } from "../../../../runtime/adapters/ambient-patches.ts";
import { PROGRAM_SCRIPT } from "../../../../runtime/adapters/source-site.ts";

const undos: (() => void)[] = [];
const installed = (options?: Parameters<typeof createAmbientGuard>[0]): ReturnType<typeof createAmbientGuard> => {
  const guard = createAmbientGuard(options);
  undos.push(guard.install());
  return guard;
};
afterEach(() => { for (const undo of undos.splice(0)) undo(); });

/** Runs `turn` as if it were stepped, and says which fault came out. */
function inTurn<T>(guard: { enter(): void; leave(): void }, turn: () => T): T | Readonly<Record<string, unknown>> {
  guard.enter();
  try {
    return turn();
  } catch (error) {
    if (error instanceof Fault) return { fault: error.fault, ...error.detail };
    throw error;
  } finally {
    guard.leave();
  }
}

const math = Object.fromEntries(
  ["sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "exp", "expm1", "log", "log1p", "log2", "log10", "cbrt"]
    .map((name) => [`Math.${name}`, `Math.${name}(0.5)`]));

/** Every replacement begins like this. */
const USE = /^(k\.|the program|sin|exp|repeated|Math\.sqrt|a plain|a comparison|String|toUpperCase|the UTC form|yield\*|new Uint8Array|what exec)/;

/** What a program might write → how the fault names it. */
const AMBIENT: Readonly<Record<string, string>> = {
  ...math,
  "Math.atan2": "Math.atan2(1, 2)",
  "Math.pow": "Math.pow(2, 0.5)",
  "Math.hypot": "Math.hypot(3, 4)",
  "Math.random": "Math.random()",
  Date: "new Date(0)",
  "Date.now": "Date.now()",
  "Date.parse": "Date.parse('2020-01-01')",
  performance: "performance.now()",
  setTimeout: "setTimeout(() => {}, 1)",
  setInterval: "setInterval(() => {}, 1)",
  setImmediate: "setImmediate(() => {})",
  queueMicrotask: "queueMicrotask(() => {})",
  fetch: "fetch('http://localhost')",
  process: "process.pid",
  crypto: "crypto.randomUUID()",
  Promise: "new Promise(() => {})",
  "Promise.prototype.then": "(async () => {})().then()",
  Event: "new Event('x').timeStamp",
  File: "new File([], 'x').lastModified",
  PerformanceMark: "new PerformanceMark('x').startTime",
  AbortSignal: "AbortSignal.timeout(1)",
  Atomics: "Atomics.now",
  Blob: "new Blob([])",
  ReadableStream: "new ReadableStream()",
  "Buffer.allocUnsafe": "Buffer.allocUnsafe(8)",
  "WebAssembly.compile": "WebAssembly.compile(new Uint8Array())",
  Intl: "new Intl.NumberFormat('de')",
  "String.prototype.localeCompare": "'a'.localeCompare('b')",
  "String.prototype.toLocaleUpperCase": "'i'.toLocaleUpperCase()",
  "Number.prototype.toLocaleString": "(1234.5).toLocaleString()",
  "Array.prototype.toLocaleString": "[1].toLocaleString()",
  WeakRef: "new WeakRef({})",
  "RegExp.$1": "RegExp.$1",
  "RegExp.lastMatch": "(/x/).constructor.lastMatch",
  "RegExp.$&": "(class Own extends RegExp {})['$&']",
  "RegExp.rightContext": "Reflect.get(RegExp, 'rightContext', {})",
  "RegExp.$9": "Object.getOwnPropertyDescriptor(RegExp, '$9').get.call(RegExp)",
  "RegExp.input =": "RegExp.input = 'x'",
  "RegExp.$_ =": "(class Own extends RegExp {}).$_ = 'x'",
  "RegExp.$1 =": "Object.getOwnPropertyDescriptor(RegExp, '$1').set.call(RegExp, 'x')",
  "process =": "process = 1",
  FinalizationRegistry: "new FinalizationRegistry(() => {})",
};

describe("ambient traps in a turn", () => {
  it.each(Object.entries(AMBIENT))("refuse %s and name what to use", (what, source) => {
    const guard = installed();
    const refusal = inTurn(guard, () => vm.runInThisContext(`\n\n${source}`, { filename: "programs/bell.js" }));
    expect(refusal).toEqual({ fault: "AMBIENT_ACCESS", what, use: expect.stringMatching(USE), at: "bell.js:3" });
  });

  it("let the encoder take memory in a turn, whenever its pool runs out", () => {
    const guard = installed();
    const fields = { series: new Float64Array(900) };
    expect(inTurn(guard, () => Array.from({ length: 20 }, () => pack(fields).length))).toEqual(Array.from({ length: 20 }, () => pack(fields).length));
    expect(inTurn(guard, () => pack(new Uint8Array(100_000)).length)).toBe(pack(new Uint8Array(100_000)).length);
  });

  it.each([
    "hrtime()", "hrtime.bigint()", "uptime()", "memoryUsage()", "cpuUsage()", "nextTick(() => {})", "env.HOME", "argv[0]", "cwd()", "pid", "ppid", "title",
    "platform", "getBuiltinModule?.('fs') ?? process.pid",
  ])("refuse process.%s on a process object held from outside", (member) => {
    const guard = installed();
    const held = vm.runInThisContext(`(process) => process.${member}`, { filename: "held.js" }) as (process: NodeJS.Process) => unknown;
    const { process } = globalThis;
    expect(inTurn(guard, () => held(process))).toMatchObject({ fault: "AMBIENT_ACCESS", what: expect.stringMatching(/^process\./), use: expect.stringMatching(USE), at: "held.js:1" });
  });

  it.each(["race([])", "any([])"])("refuse Promise.%s on a constructor held from outside", (call) => {
    const guard = installed();
    const held = vm.runInThisContext(`(Promise) => Promise.${call}`) as (constructor: PromiseConstructor) => unknown;
    const { Promise: constructor } = globalThis;
    expect(inTurn(guard, () => held(constructor))).toMatchObject({ fault: "AMBIENT_ACCESS", what: `Promise.${call.slice(0, call.indexOf("("))}` });
  });

  it.each(["then", "catch", "finally"])("refuse to react to a settled promise with %s", (method) => {
    const guard = installed();
    const settled = Promise.resolve(1);
    const react = vm.runInThisContext(`(promise) => promise.${method}(() => {})`) as (promise: unknown) => unknown;
    expect(inTurn(guard, () => react(settled))).toMatchObject({ fault: "AMBIENT_ACCESS", what: `Promise.prototype.${method}`, use: expect.stringContaining("k.receive") });
  });

  it.each([
    "getHours()", "getMinutes()", "getSeconds()", "getMilliseconds()", "getDate()", "getDay()", "getMonth()", "getFullYear()", "getYear()",
    "getTimezoneOffset()", "setHours(1)", "toString()", "toDateString()", "toTimeString()",
  ])("refuse %s of a moment held from outside, for its time zone", (call) => {
    const guard = installed();
    const held = vm.runInThisContext(`(moment) => moment.${call}`) as (moment: Date) => unknown;
    const moment = new Date(0);
    expect(inTurn(guard, () => held(moment))).toMatchObject({ fault: "AMBIENT_ACCESS", what: `Date.prototype.${call.slice(0, call.indexOf("("))}`, use: expect.stringContaining("UTC") });
    expect(inTurn(guard, () => moment.getUTCHours() + moment.getTime() + moment.toISOString().length)).toBe(24);
  });

  it("refuse a moment as text, however it becomes one", () => {
    const guard = installed();
    const moment = new Date(0);
    const asText = vm.runInThisContext("(moment) => moment + ''") as (moment: Date) => unknown;
    expect(inTurn(guard, () => asText(moment))).toMatchObject({ what: "Date.prototype.toString" });
  });

  it.each([
    ["Function", "new Function('return 1')"], ["Function", "Function('return 1')"], ["Function", "(() => 1).constructor('return 1')"],
    ["Function", "(function* () {}).constructor('yield 1')"], ["Function", "(async () => 1).constructor('await 1')"], ["eval", "(0, eval)('1')"],
  ])("refuse %s to a program's script, leave it to what the script calls: %s", (what, source) => {
    const guard = installed();
    expect(inTurn(guard, () => vm.runInThisContext(source, { filename: PROGRAM_SCRIPT }))).toMatchObject({ fault: "AMBIENT_ACCESS", what, use: expect.stringContaining("functions") });
    expect(inTurn(guard, () => typeof vm.runInThisContext(source, { filename: "/packages/schema.js" }))).toMatch(/function|number/);
  });

  it("refuse methods a program holds on to, taken from their objects while the traps are in", () => {
    const guard = installed();
    const held = vm.runInThisContext(
      "(() => { const { now } = Date; const { random } = Math; const clock = performance; const { sin } = Math; return { now, random, sin, clock: () => clock.now() }; })()",
      { filename: "held.js" });
    for (const call of [held.now, held.random, held.sin, held.clock]) expect(inTurn(guard, call)).toMatchObject({ fault: "AMBIENT_ACCESS" });
  });

  it("refuse new Date reached through an instance, and point at the line that called through a built-in", () => {
    const guard = installed();
    const moment = new Date(0);
    expect(inTurn(guard, () => new (Object(moment).constructor)())).toMatchObject({ what: "Date" });
    expect(inTurn(guard, () => vm.runInThisContext("\n[1, 2].map(Math.sin)", { filename: "/a/b/wave.js" }))).toMatchObject({ at: "wave.js:2" });
  });

  it("leave exact arithmetic, code-unit order and exact host functions alone", () => {
    const guard = installed();
    const program = "[Math.sqrt(2), Math.floor(1.5), Math.fround(0.1), Math.imul(3, 4), Math.max(1, 2), ['b', 'a'].sort().join(), 'ß'.toUpperCase(), Date.UTC(1970, 0, 2), structuredClone([1])[0], new TextEncoder().encode('a')[0]]";
    expect(inTurn(guard, () => vm.runInThisContext(program))).toEqual([Math.SQRT2, 1, Math.fround(0.1), 12, 2, "a,b", "SS", 86_400_000, 1, 97]);
  });

  it("name the place a person wrote when told how", () => {
    const guard = installed({ locate: ({ file, line, column }) => `source-of(${file},${line},${column > 0 ? "column" : "none"})` });
    expect(inTurn(guard, () => vm.runInThisContext("Date.now()", { filename: "x.js" }))).toMatchObject({ at: "source-of(x.js,1,column)" });
  });
});

describe("what RegExp keeps of the last match", () => {
  const STATICS = ["input", "$_", "lastMatch", "$&", "lastParen", "$+", "leftContext", "$`", "rightContext", "$'", ...Array.from({ length: 9 }, (_, at) => `$${at + 1}`)];
  const read = (): unknown[] => STATICS.map((name) => Reflect.get(RegExp, name) as unknown);

  it("is refused in a turn under each of its names, and is what V8 keeps outside", () => {
    const guard = installed();
    expect(Object.keys(Object.getOwnPropertyDescriptors(RegExp)).filter((name) => !["length", "name", "prototype"].includes(name)).sort()).toEqual([...STATICS].sort());
    for (const name of STATICS) expect(inTurn(guard, () => Reflect.get(RegExp, name) as unknown)).toMatchObject({ fault: "AMBIENT_ACCESS", what: `RegExp.${name}` });
    /b(c)(d)?/.exec("abcx");
    expect(read()).toEqual(["abcx", "abcx", "bc", "bc", "", "", "a", "a", "x", "x", "c", ...Array.from({ length: 8 }, () => "")]);
    RegExp.input = "other";
    expect(RegExp.$_).toBe("other");
  });

  it("is read by a run from before", () => {
    const guard = installed({ flags: [] });
    expect(inTurn(guard, () => { /b(c)/.exec("abc"); return [RegExp.$1, RegExp.lastMatch]; })).toEqual(["c", "bc"]);
    expect(inTurn(guard, () => { RegExp.input = "x"; return RegExp.input; })).toBe("x");
  });

  it("is not what text is replaced by", () => {
    const guard = installed();
    expect(inTurn(guard, () => ["abc".replace(/b(c)/, "$1$&"), "abc".match(/b(c)/)?.[1], [..."abab".matchAll(/a(b)/g)].length, "a,b".split(/(,)/).length])).toEqual(["acbc", "c", 2, 3]);
  });
});

describe("a place", () => {
  const scripted = { locate: ({ file, line }: { file: string; line: number }) => `${file === PROGRAM_SCRIPT ? "program" : file}:${line}`, executed: true };
  const script = (body: string): ((...given: unknown[]) => unknown) => vm.runInThisContext(`(function (globalThis, call) {\n${body}\n})`, { filename: PROGRAM_SCRIPT }) as (...given: unknown[]) => unknown;

  it.each([
    "return globalThis.crypto", "return Reflect.get(globalThis, 'crypto')", "const { crypto } = globalThis", "return { ...globalThis }", "return Object.create(globalThis).crypto",
    "return globalThis.global.self?.crypto ?? globalThis.global.crypto", "return Object.values(globalThis)", "return [1].map(() => globalThis.crypto)", "return globalThis.eval('1')",
    "return Reflect.getOwnPropertyDescriptor(globalThis, 'crypto').get.call(1)", "return globalThis.Function('return 1')", "globalThis.memo = 1", "globalThis.process = 1",
    "return Reflect.construct(globalThis.Date, [])", "return globalThis.Math.random()", "return Object.assign({}, globalThis)", "return globalThis.RegExp.$1",
  ])("is the program's line: %s", (body) => {
    const guard = installed(scripted);
    expect(inTurn(guard, () => script(body)(GLOBALS))).toMatchObject({ fault: "AMBIENT_ACCESS", at: "program:2" });
  });

  it("is the program's line however deep a library went from it", () => {
    const guard = installed(scripted);
    const deep = vm.runInThisContext("(function deep(levels) { return levels === 0 ? Date.now() : deep(levels - 1); })", { filename: "/packages/library.js" }) as (levels: number) => unknown;
    expect(inTurn(guard, () => script("\nreturn call(40);")(GLOBALS, deep))).toMatchObject({ what: "Date.now", at: "program:3" });
  });

  it("is none where the program has no frame: neither a library's line nor this package's", () => {
    const library = vm.runInThisContext("() => Date.now()", { filename: "/packages/library.js" }) as () => unknown;
    const guard = installed(scripted);
    expect(inTurn(guard, library)).toMatchObject({ what: "Date.now", at: "unknown" });
    const before = installed({ ...scripted, flags: [] });
    expect(inTurn(before, library)).toMatchObject({ what: "Date.now", at: "/packages/library.js:1" });
  });

  it("of a definition handed over in memory is its own, through the globals too, and nobody's beneath the kernel", () => {
    const guard = installed();
    const reach = vm.runInThisContext("\n(globals) => globals.crypto", { filename: "/mine/own.js" }) as (globals: object) => unknown;
    expect(inTurn(guard, () => reach(GLOBALS))).toMatchObject({ what: "crypto", at: "own.js:2" });
    const kernel = fileURLToPath(new URL("../../../../runtime/kernel/turn.ts", import.meta.url));
    const stepping = vm.runInThisContext("(inner) => inner()", { filename: kernel }) as (inner: () => unknown) => unknown;
    const host = vm.runInThisContext("(stepping, inner) => stepping(inner)", { filename: "/host/app.js" }) as (stepping: unknown, inner: () => unknown) => unknown;
    const nothing = vm.runInThisContext("() => Date.now()", { filename: kernel.replace("kernel/turn.ts", "process/process.ts") }) as () => unknown;
    expect(inTurn(guard, () => host(stepping, nothing))).toMatchObject({ what: "Date.now", at: "unknown" });
  });
});

describe("stacks in a turn", () => {
  const script = (body: string): (() => unknown) => vm.runInThisContext(`(function probe() {\n${body}\n})`, { filename: PROGRAM_SCRIPT }) as () => unknown;

  it("hold the program's own frames and nothing of the host", () => {
    const guard = installed();
    const stackOf = script("return new TypeError('x').stack;");
    const deeper = (levels: number): unknown => (levels === 0 ? inTurn(guard, stackOf) : deeper(levels - 1));
    const stack = deeper(0);
    expect(stack).toBe("TypeError: x\n    at probe (triad-program/executed.js:2:8)");
    expect(deeper(5)).toBe(stack);
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    expect(inTurn(guard, stackOf)).toBe(stack);
    expect(Error.stackTraceLimit).toBe(0);
    Error.stackTraceLimit = stackTraceLimit;
  });

  it("are formatted by nobody else", () => {
    const guard = installed();
    expect(inTurn(guard, script("Error.prepareStackTrace = (_, sites) => sites.length;"))).toMatchObject({ fault: "AMBIENT_ACCESS", what: "Error.prepareStackTrace" });
    expect(inTurn(guard, script("Error.stackTraceLimit = 1; return 1;"))).toBe(1);
    expect(Error.stackTraceLimit).not.toBe(1);
  });

  it("are the host's again outside, hook and limit", () => {
    const before = Object.getOwnPropertyDescriptors(Error);
    const undo = createAmbientGuard().install();
    const guard = createAmbientGuard();
    const thrown = inTurn(guard, () => new Error("kept"));
    expect((thrown as Error).stack).toContain("ambient.test.ts");
    expect(new Error("out").stack).toContain("ambient.test.ts");
    undo();
    expect(Object.getOwnPropertyDescriptors(Error)).toStrictEqual(before);
  });
});

describe("ambient traps outside a turn", () => {
  it("let everything work as usual", async () => {
    const before = Date.now();
    const guard = installed();
    inTurn(guard, () => 1);
    expect(Date.now()).toBeGreaterThanOrEqual(before);
    expect(new Date(86_400_000).toISOString()).toBe("1970-01-02T00:00:00.000Z");
    expect(new Date() instanceof Date).toBe(true);
    expect(Object.getPrototypeOf(new (class Later extends Date {})()) instanceof Date).toBe(true);
    expect(new Date(0).constructor).toBe(Date);
    expect(structuredClone(new Date(5)).getTime()).toBe(5);
    expect(Math.pow(2, 10)).toBe(1024);
    expect(typeof process.env["PATH"]).toBe("string");
    expect(performance.now()).toBeGreaterThan(0);
    expect(typeof process.hrtime.bigint()).toBe("bigint");
    expect(crypto.randomUUID()).toHaveLength(36);
    expect(await Promise.race([Promise.resolve(3), new Promise(() => undefined)])).toBe(3);
    expect(await promisify(setTimeout)(1, "woken")).toBe("woken");
    expect(setTimeout.name).toBe("setTimeout");
  });

  it("read Node's lazy globals as usual, and trap them still", () => {
    const before = Object.getOwnPropertyDescriptor(globalThis, "CompressionStream");
    const guard = createAmbientGuard();
    const undo = guard.install();
    const first: unknown = globalThis.CompressionStream;
    expect(typeof first).toBe("function");
    expect(globalThis.CompressionStream).toBe(first);
    expect(inTurn(guard, () => vm.runInThisContext("CompressionStream"))).toMatchObject({ what: "CompressionStream" });
    undo();
    expect(Object.getOwnPropertyDescriptor(globalThis, "CompressionStream")).toStrictEqual(before);
    expect(globalThis.CompressionStream).toBe(first);
  });

  it("leave promises, events and constructors what they are", async () => {
    installed();
    const promise = Promise.resolve(1);
    expect(promise.constructor).toBe(Promise);
    expect(await promise.then((value) => value + 1).finally(() => undefined)).toBe(2);
    expect(await Promise.reject(new Error("no")).catch(() => 3)).toBe(3);
    expect(new Event("x").constructor).toBe(Event);
    expect((() => 1).constructor).toBe(Function);
    expect(new Function("return 4")()).toBe(4);
    expect(new Date(0).getFullYear()).toBeGreaterThan(1968);
    expect(globalThis.process.pid).toBeGreaterThan(0);
  });

  it("let the environment be changed, and keep the change", () => {
    const { env } = process;
    installed();
    process.env["TRIAD_TEST_MARK"] = "x";
    expect(process.env["TRIAD_TEST_MARK"]).toBe("x");
    expect(process.env).toBe(env);
    delete process.env["TRIAD_TEST_MARK"];
  });
});

/** Globals whose members are trapped, where they are the host's. */
const MEMBERS_TRAPPED = new Set(["RegExp"]);
/** Globals that are the language's own and exact, or only write. */
const EXACT = new Set([
  "Object", "Array", "Number", "parseFloat", "parseInt", "Infinity", "NaN", "undefined", "Boolean", "String", "Symbol", "Error", "AggregateError",
  "EvalError", "RangeError", "ReferenceError", "SyntaxError", "TypeError", "URIError", "globalThis", "global", "JSON", "Math", "ArrayBuffer", "Uint8Array", "Int8Array",
  "Uint16Array", "Int16Array", "Uint32Array", "Int32Array", "Float16Array", "Float32Array", "Float64Array", "Uint8ClampedArray", "BigUint64Array", "BigInt64Array",
  "DataView", "Map", "BigInt", "Set", "WeakMap", "WeakSet", "Proxy", "Reflect", "Iterator", "SuppressedError", "DisposableStack", "decodeURI", "decodeURIComponent",
  "encodeURI", "encodeURIComponent", "escape", "unescape", "isFinite", "isNaN", "console", "Buffer", "URL", "URLSearchParams", "DOMException", "TextEncoder",
  "TextDecoder", "structuredClone", "atob", "btoa", "clearImmediate", "clearInterval", "clearTimeout", "WebAssembly",
]);

describe("installing", () => {
  it("leaves no global of this Node unconsidered", () => {
    const folder = mkdtempSync(join(tmpdir(), "triad-globals-"));
    const script = join(folder, "names.mjs");
    writeFileSync(script, "console.log(JSON.stringify(Object.getOwnPropertyNames(globalThis)))");
    const names = JSON.parse(execFileSync(process.execPath, [script], { encoding: "utf8" })) as string[];
    rmSync(folder, { recursive: true });
    const trapped = new Set(ambientPatches().filter(({ owner }) => owner === globalThis).map(({ key }) => key));
    expect(names.length).toBeGreaterThan(60);
    expect(names.filter((name) => !EXACT.has(name) && !MEMBERS_TRAPPED.has(name) && !trapped.has(name))).toEqual([]);
    for (const name of MEMBERS_TRAPPED) expect(ambientPatches().some(({ owner }) => owner === Reflect.get(globalThis, name))).toBe(true);
  });

  const descriptors = (): unknown[] => ambientPatches().map(({ owner, key }) => Object.getOwnPropertyDescriptor(owner, key));

  it("finds every property it means to trap, and traps it", () => {
    const patches = ambientPatches();
    const before = patches.map(({ owner, key }) => Object.getOwnPropertyDescriptor(owner, key));
    expect(before.filter((descriptor) => descriptor?.configurable !== true)).toEqual([]);
    const undo = createAmbientGuard().install();
    const after = patches.map(({ owner, key }) => Object.getOwnPropertyDescriptor(owner, key));
    undo();
    for (const [index, patch] of patches.entries()) {
      expect([patch.what, after[index]?.value === before[index]?.value && after[index]?.get === before[index]?.get]).toEqual([patch.what, false]);
    }
  });

  it("puts the globals back exactly, when the last of two runtimes leaves", () => {
    const before = descriptors();
    const [first, second] = [createAmbientGuard(), createAmbientGuard()];
    const [leaveFirst, leaveSecond] = [first.install(), second.install()];
    leaveFirst();
    leaveFirst();
    expect(inTurn(second, () => Date.now())).toMatchObject({ fault: "AMBIENT_ACCESS" });
    expect(Date.now()).toBeGreaterThan(0);
    leaveSecond();
    const after = descriptors();
    for (const [index, descriptor] of before.entries()) expect(after[index]).toStrictEqual(descriptor);
    expect(Date.now.name).toBe("now");
    expect(inTurn(second, () => typeof Date.now())).toBe("number");
  });

  it("leaves a property alone that somebody else has replaced meanwhile", () => {
    const { random } = Math;
    const undo = createAmbientGuard().install();
    const theirs = (): number => 4;
    Math.random = theirs;
    undo();
    expect(Math.random).toBe(theirs);
    Math.random = random;
  });
});
