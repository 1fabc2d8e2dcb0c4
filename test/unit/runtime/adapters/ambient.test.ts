import { promisify } from "node:util";
import vm from "node:vm";
import { afterEach, describe, expect, it } from "vitest";
import { Fault } from "../../../../kernel-abi/fault.ts";
import { createAmbientGuard } from "../../../../runtime/adapters/ambient.ts";
import { ambientPatches } from "../../../../runtime/adapters/ambient-patches.ts";

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
  "process.hrtime": "process.hrtime()",
  "process.hrtime.bigint": "process.hrtime.bigint()",
  "process.uptime": "process.uptime()",
  setTimeout: "setTimeout(() => {}, 1)",
  setInterval: "setInterval(() => {}, 1)",
  setImmediate: "setImmediate(() => {})",
  queueMicrotask: "queueMicrotask(() => {})",
  "process.nextTick": "process.nextTick(() => {})",
  fetch: "fetch('http://localhost')",
  "process.env": "process.env.HOME",
  "process.argv": "process.argv[0]",
  "process.cwd": "process.cwd()",
  crypto: "crypto.randomUUID()",
  "Promise.race": "Promise.race([])",
  "Promise.any": "Promise.any([])",
  Intl: "new Intl.NumberFormat('de')",
  "String.prototype.localeCompare": "'a'.localeCompare('b')",
  "String.prototype.toLocaleUpperCase": "'i'.toLocaleUpperCase()",
  "Number.prototype.toLocaleString": "(1234.5).toLocaleString()",
  "Array.prototype.toLocaleString": "[1].toLocaleString()",
  WeakRef: "new WeakRef({})",
  FinalizationRegistry: "new FinalizationRegistry(() => {})",
};

describe("ambient traps in a turn", () => {
  it.each(Object.entries(AMBIENT))("refuse %s and name what to use", (what, source) => {
    const guard = installed();
    const refusal = inTurn(guard, () => vm.runInThisContext(`\n\n${source}`, { filename: "programs/bell.js" }));
    expect(refusal).toEqual({ fault: "AMBIENT_ACCESS", what, use: expect.stringMatching(/^(k\.|the program|sin|exp|repeated|Math\.sqrt|a plain|a comparison|String|toUpperCase)/), at: "bell.js:3" });
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

  it("leave exact arithmetic, code-unit order and plain promises alone", () => {
    const guard = installed();
    const program = "[Math.sqrt(2), Math.floor(1.5), Math.fround(0.1), Math.imul(3, 4), Math.max(1, 2), ['b', 'a'].sort().join(), 'ß'.toUpperCase(), typeof Promise.resolve(1).then]";
    expect(inTurn(guard, () => vm.runInThisContext(program))).toEqual([Math.SQRT2, 1, Math.fround(0.1), 12, 2, "a,b", "SS", "function"]);
  });

  it("name the place a person wrote when told how", () => {
    const guard = installed({ locate: ({ file, line, column }) => `source-of(${file},${line},${column > 0 ? "column" : "none"})` });
    expect(inTurn(guard, () => vm.runInThisContext("Date.now()", { filename: "x.js" }))).toMatchObject({ at: "source-of(x.js,1,column)" });
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

  it("let the environment be changed, and keep the change", () => {
    const { env } = process;
    installed();
    process.env["TRIAD_TEST_MARK"] = "x";
    expect(process.env["TRIAD_TEST_MARK"]).toBe("x");
    expect(process.env).toBe(env);
    delete process.env["TRIAD_TEST_MARK"];
  });
});

describe("installing", () => {
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
