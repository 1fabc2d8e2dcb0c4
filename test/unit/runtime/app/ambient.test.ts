// D1 end to end: a process that touches the ambient world is stopped with the replacement's name and the line a person wrote; the
// same fault, byte for byte, on replay.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { replayTrace } from "../../../../runtime/app/index.ts";
import { recordInMemory } from "../../../support/examples.ts";

const folder = mkdtempSync(join(tmpdir(), "triad-ambient-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const program = (name: string, top: string, inside: string): string => {
  const path = join(folder, `${name}.ts`);
  writeFileSync(path, `import { defineProcess } from "triad-runtime";\n${top}\nexport default defineProcess({\n  name: "ambient",\n  *run({ k }) {\n    yield* k.log("before");\n    return ${inside};\n  },\n});\n`);
  return path;
};

const CASES: readonly (readonly [name: string, top: string, inside: string, replacement: RegExp, line?: number])[] = [
  ["clock", "", "Date.now()", /k\.now/],
  ["date", "", "new Date().getTime()", /k\.now/],
  ["random", "", "Math.random()", /k\.random/],
  ["sine", "", "Math.sin(1)", /sin/],
  ["power", "", "Math.pow(2, 0.5)", /./],
  ["environment", "", "process.env.HOME ?? ''", /./],
  ["timer", "", "Number(setTimeout(() => {}, 1))", /k\.sleep/],
  ["exponent", "const base = () => 2;", "base() ** 0.5", /multiplication/],
  ["async", "const later = async () => { await null; };", "(later(), 1)", /yield\*/, 2],
  ["generator", "async function* later() { yield 1; }", "(later().next(), 1)", /yield\*/],
  ["promise", "", "(new Promise(() => {}), 1)", /yield\*/],
  ["rejection", "", "(Promise.reject(new Error('lost')), 1)", /yield\*/],
  ["import", "const name = () => './x.js';", "(import(name()), 1)", /yield\*/],
  ["event", "", "new Event('x').timeStamp", /k\.now/],
  ["pid", "", "process.pid", /input/],
  ["written-code", "", "new Function('return 1')()", /functions/],
  ["captured", "const now = Date.now;", "now()", /k\.now/],
  ["performance", "", "performance.now()", /k\.now/],
  ["fetch", "", "(fetch('http://localhost'), 1)", /k\.file/],
  ["interval", "", "Number(setInterval(() => {}, 1))", /k\.sleep/],
  ["immediate", "", "(setImmediate(() => {}), 1)", /k\.sleep/],
  ["race", "", "(Promise.race([]), 1)", /yield\*/],
  ["cosine", "", "Math.cos(1)", /cos/],
  ["logarithm", "", "Math.log(2)", /log/],
  ["console", "", "(console.log('here'), 1)", /k\.log/],
  ["console-inside", "", "(console as never as { _stdout: { bytesWritten: number } })._stdout.bytesWritten", /k\.log/],
  ["global", "", "((globalThis as never as { memo?: number }).memo ??= 1)", /continueWith/],
  ["global-by-another-name", "", "((globalThis as never as { globalThis: { global: { memo?: number } } }).globalThis.global.memo = 1)", /continueWith/],
  ["global-defined", "", "(Object.defineProperty(globalThis, 'memo', { value: 1 }), 1)", /continueWith/],
  ["globals-member", "", "globalThis.crypto.randomUUID()", /k\.random/],
  ["globals-reflected", "", "Reflect.get(globalThis, 'crypto')", /k\.random/],
  ["globals-spread", "", "({ ...globalThis })", /./],
  ["globals-taken", "const taken = () => { const { performance } = globalThis; return performance; };", "taken()", /k\.now/, 2],
  ["globals-eval", "", "(globalThis as never as { eval(text: string): unknown }).eval('1')", /functions/],
  ["globals-function", "", "globalThis.Function('return 1')()", /functions/],
  ["global-crypto", "declare const global: typeof globalThis;", "global.crypto.randomUUID()", /k\.random/],
  ["last-match", "", "RegExp.$1", /exec/],
  ["last-match-instance", "", "((/x/).constructor as typeof RegExp).lastMatch", /exec/],
  ["last-match-derived", "class Own extends RegExp {}", "Own['$&']", /exec/],
  ["last-match-globals", "", "globalThis.RegExp.rightContext", /exec/],
  ["last-input", "", "(RegExp.input = 'x')", /exec/],
  ["global-deleted", "", "(delete (globalThis as never as { memo?: number }).memo, 1)", /continueWith/],
];

describe("the ambient world inside a turn", () => {
  it.each(CASES.map(([name, top, inside, replacement, line = 7]) => ({ name, top, inside, replacement, line })))("$name: refused, with the replacement and the line", async ({ name, top, inside, replacement, line }) => {
    const run = await recordInMemory({ program: program(name, top, inside) });
    const { status, fault } = run.report.end;
    expect(status).toBe("faulted");
    expect(fault?.name).toBe("AMBIENT_ACCESS");
    expect(String(fault?.detail["use"])).toMatch(replacement);
    expect(fault?.detail["at"]).toBe(`${name}.ts:${line}`);
    const replayed = await replayTrace(run.bytes, { trustProgram: true });
    expect(replayed).toMatchObject({ complete: true, digest: run.report.digest });
  });

  it("buffers are the program's own, whatever the host's pool holds", async () => {
    const inside = "[Buffer.from('abc').byteOffset, Buffer.from([1]).buffer.byteLength, Buffer.from('abc').toString('hex'), Buffer.concat([Buffer.from('a'), Buffer.from('b')]).buffer.byteLength]";
    const before = Buffer.poolSize;
    for (const _ of [1, 2]) {
      Buffer.from("x".repeat(100)); // the pool moves on
      const run = await recordInMemory({ program: program("buffers", "declare const Buffer: any;", inside) });
      expect(run.report.end.fault).toBeNull();
      expect(run.report.end.result).toEqual([0, 1, "616263", 2]);
      expect(await replayTrace(run.bytes, { trustProgram: true })).toMatchObject({ complete: true });
    }
    expect(Buffer.poolSize).toBe(before);
  });

  it("globals are read as usual", async () => {
    const run = await recordInMemory({ program: program("globals", "", "[globalThis.Math === Math, typeof globalThis.Array, 'Map' in globalThis, globalThis.Infinity]") });
    expect(run.report.end).toMatchObject({ status: "completed", result: [true, "function", true, Infinity] });
  });

  it.each([
    ["a class", "Object.assign(Fault, { memo: 1 })"], ["its prototype", "Object.assign(Fault.prototype, { memo: 1 })"], ["a function", "Object.assign(circuit, { memo: 1 })"],
    ["what a function made", "Object.assign(Object.getPrototypeOf(circuit(1)), { memo: 1 })"],
  ])("what programs share is not written to: %s", async (_, write) => {
    const run = await recordInMemory({ program: program("shared", "import { Fault, circuit } from 'triad-runtime';", `(${write}, 1)`) });
    expect(run.report.end).toMatchObject({ status: "faulted", fault: { name: "PROCESS_FAILED" } });
  });

  it("exact mathematics is allowed, and outside a turn everything works as usual", async () => {
    const run = await recordInMemory({ program: program("exact", "const loaded = Math.max(1, 2);", "Math.sqrt(2) + Math.floor(loaded)") });
    expect(run.report.end).toMatchObject({ status: "completed", result: Math.SQRT2 + 2 });
    expect(Date.now()).toBeGreaterThan(0);
    expect(Math.sin(0)).toBe(0);
  });
});

describe("the ambient world while a program loads", () => {
  it.each([
    ["load-clock", "const start = Date.now();", "Date.now", /k\.now/], ["load-random", "const start = Math.random();", "Math.random", /k\.random/],
    ["load-date", "const start = new Date(0);", "Date", /k\.now/], ["load-async", "void (async () => { await null; })();", "Promise", /yield\*/],
    ["load-rejection", "void Promise.reject(new Error('lost'));", "Promise", /yield\*/], ["load-process", "const { platform } = process;", "process", /input/],
    ["load-match", "const last = RegExp.lastMatch;", "RegExp.lastMatch", /exec/], ["load-globals", "const { crypto } = globalThis;", "crypto", /k\.random/],
    ["load-eval", "const written = globalThis.eval;", "eval", /functions/],
    ["load-power", "const root = 2 ** 0.5;", "Math.pow", /multiplication/],
  ])("%s: refused before anything runs, with the replacement and the line", async (name, top, what, replacement) => {
    const refusal = recordInMemory({ program: program(name, top, "1") });
    await expect(refusal).rejects.toMatchObject({ fault: "AMBIENT_ACCESS", detail: { what, use: expect.stringMatching(replacement), at: `${name}.ts:2` } });
  });

  it.each([
    ["Array.prototype.last", "Object.assign(Array.prototype, { last: 1 });"], ["Object.prototype.polluted", "(Object.prototype as never as { polluted: number }).polluted = 1;"],
    ["Map.prototype.get", "Map.prototype.get = () => undefined;"], ["Math.max", "Math.max = () => 1;"], ["Generator.prototype.next", "Object.assign(Object.getPrototypeOf(Object.getPrototypeOf(function* () { yield 1; }())), { next: 1 });"],
    ["JSON.parse", "Reflect.deleteProperty(JSON, 'parse');"],
  ])("built-in objects are what they were: a program that changes %s is none, and the host keeps its own", async (what, top) => {
    const fault: unknown = await recordInMemory({ program: program("polluting", top, "1") }).catch((error: unknown) => error);
    expect(fault).toMatchObject({ fault: "PROGRAM_INVALID" });
    expect(String((fault as { detail: Record<string, unknown> }).detail["what"])).toContain(what);
    expect([Object.hasOwn(Array.prototype, "last"), Object.hasOwn(Object.prototype, "polluted"), new Map([[1, 2]]).get(1), Math.max(1, 2), typeof JSON.parse]).toEqual([false, false, 2, 2, "function"]);
    expect((await recordInMemory({ program: program("after", "", "[1].length") })).report.end.status).toBe("completed");
  });

  it.each(["data:text/javascript,export default 1", "https://example.org/x.js", "file:///etc/hostname"])("a module that is no file of the program's is refused: %s", async (url) => {
    await expect(recordInMemory({ program: program("elsewhere", "", `(void import(${JSON.stringify(url)}), 1)`) })).rejects.toMatchObject({ fault: "PROGRAM_INVALID" });
  });

  it("leaves no trap acting behind a refusal", async () => {
    await expect(recordInMemory({ program: program("load-refused", "Date.now();", "1") })).rejects.toThrow();
    expect(Date.now()).toBeGreaterThan(0);
    expect(process.pid).toBeGreaterThan(0);
  });
});

describe("the script that is executed", () => {
  it("is strict", async () => {
    const run = await recordInMemory({ program: program("strict", "function plain(this: unknown) { return this === undefined; }", "[plain(), (() => { try { undeclared = 1; return 'sloppy'; } catch (error) { return error.name; } })()]") });
    expect(run.report.end).toMatchObject({ status: "completed", result: [true, "ReferenceError"] });
    expect(run.report.recording.program.executed.startsWith('"use strict";')).toBe(true);
  });

  it("has every yield* as it was written, unless a module has asynchronous code, which is spelled out", async () => {
    const executed = async (name: string, top: string): Promise<string> => (await recordInMemory({ program: program(name, top, "1") })).report.recording.program.executed;
    expect(await executed("plain", "const word = 'yield';")).toMatch(/yield\* k\.log\(/);
    for (const [name, top] of [["later", "export const later = async () => 1;"], ["each", "export async function* each() { yield 1; }"], ["method", "export const table = { async go() { await null; } };"], ["class", "export class One { static async go() {} }"]] as const) {
      const script = await executed(name, top);
      expect([name, /\basync\b/.test(script.replaceAll("asyncIterator", "").replaceAll("__async", "")), /\bawait\b/.test(script.replaceAll("isAwait", ""))]).toEqual([name, false, false]);
    }
  });

  it("reads stacks that name its own frames alone, the same on replay", async () => {
    const run = await recordInMemory({ program: program("stack", "function probe() { return new Error('x').stack; }", "probe()") });
    expect(run.report.end.result).toMatch(/^Error: x\n    at probe \(triad-program\/executed\.js:\d+:\d+\)(\n    at \S+ \(triad-program\/executed\.js:\d+:\d+\))*$/);
    expect(await replayTrace(run.bytes, { trustProgram: true })).toMatchObject({ complete: true, digest: run.report.digest });
  });

  it("checks inputs by schema as before: code the package makes itself is its own", async () => {
    const path = join(folder, "schema.ts");
    writeFileSync(path, 'import { defineProcess, Type } from "triad-runtime";\nexport default defineProcess({ name: "schema", input: Type.Object({ n: Type.Number() }), *run(_, { n }) { return n; } });\n');
    expect((await recordInMemory({ program: path, input: { n: 3 } })).report.end).toMatchObject({ status: "completed", result: 3 });
  });
});

describe("what is no program", () => {
  const bad = (name: string, text: string): string => {
    const path = join(folder, `${name}.ts`);
    writeFileSync(path, text);
    return path;
  };
  it.each([
    ["host-module", 'import { readFileSync } from "node:fs";\nexport default readFileSync;', /no access to the host module "node:fs"/],
    ["missing-import", 'import x from "./absent.js";\nexport default x;', /absent/],
    ["syntax", "export default {{", /./],
    ["no-default", 'import { defineProcess } from "triad-runtime";\nexport const p = defineProcess({ name: "p", *run() { return 1; } });', /no default export/],
    ["other-package", 'import { record } from "triad-runtime/replay";\nexport default record;', /triad-runtime\/domains/],
    ["eval", 'export default eval("1");', /eval/],
    ["throws", 'throw new Error("at load");', /at load/],
    ["bad-name", 'import { defineProcess } from "triad-runtime";\nexport default defineProcess({ name: "1 bad", *run() { return 1; } });', /name/],
  ])("%s is refused before anything runs", async (name, text, words) => {
    await expect(recordInMemory({ program: bad(name, text) })).rejects.toThrow(words);
  });
});
