// Programs that hide state: what may hold what nobody can look at is found by kind, what is in the open is left alone, and a run of either is
// resumed to the digest it would have had.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { loadedOf } from "../../../../runtime/app/definitions.ts";
import { record } from "../../../../runtime/app/index.ts";
import type { ModuleState } from "../../../../runtime/app/program/module-state.ts";
import { shapeOfScript } from "../../../../runtime/app/program/script-shape.ts";
import { resolveProgram } from "../../../../runtime/app/record.ts";
import { createMemorySink } from "../../../../runtime/adapters/memory.ts";
import { testSigner } from "../../../support/signer.ts";
import { holding, memoryStore } from "../../../support/snapshot-store.ts";
import { cutAfter, blocksOf, programOf, resumed, WORKLOADS } from "../../../support/workloads.ts";

/** Whether nobody looks for what hides: as it was once. */
const blind = vi.hoisted(() => ({ now: false }));
vi.mock("../../../../runtime/app/program/hiding.ts", async (original) => {
  const { hidingAmong } = await original<typeof import("../../../../runtime/app/program/hiding.ts")>();
  return { hidingAmong: (...given: Parameters<typeof hidingAmong>) => (blind.now ? undefined : hidingAmong(...given)) };
});

let folder: string;
beforeAll(() => { folder = mkdtempSync(join(tmpdir(), "triad-hiding-")); });
afterAll(() => { rmSync(folder, { recursive: true }); });

let files = 0;
function fileOf(source: string, ending = "ts"): string {
  const file = join(folder, `p${files++}.${ending}`);
  writeFileSync(file, source);
  return file;
}

const BODY = "export default defineProcess({ name: \"p\", *run({ k }) { yield* k.sleep(1); } });";

async function modulesOf(source: string): Promise<ModuleState> {
  const { root } = await resolveProgram(fileOf(source));
  const modules = loadedOf(root)?.modules;
  if (modules === undefined) throw new Error("not loaded from its source");
  return modules;
}
const hides = async (top: string, body = BODY): Promise<string | undefined> =>
  (await modulesOf(`import * as all from "triad-runtime";\nimport { circuit, defineMachine, defineProcess, Fault, fromProgram, definePolicy, checkpoint, bell, Type, race } from "triad-runtime";\nimport { and, assign, enqueueActions, fromPromise, setup } from "xstate";\n${top}\n${body}`)).hides;

describe("what hides", () => {
  it.each([
    ["a function with a variable of the call that made it", "const next = (() => { let n = 0; return () => ++n; })();", "next (a function made inside another)"],
    ["a method of such a record", "const make = () => { let n = 0; return { bump() { return ++n; } }; };\nexport const table = { deep: [make()] };", "table (a function made inside another)"],
    ["a getter of such a record", "const make = () => { let n = 0; return { get bump() { return ++n; } }; };\nexport const table = make();", "table (a function made inside another)"],
    ["one in a map", "const seen = new Map([[1, ((n) => () => ++n)(0)]]);", "seen (a function made inside another)"],
    ["a parameter's default", "const next = ((n = 0, f = () => ++n) => f)();", "next"],
    ["one with an arrow's this", "const next = (function () { return () => ++this.n; }).call({ n: 0 });", "next"],
    ["one that names the function around it", "const next = (function outer() { outer.n = 0; return () => ++outer.n; })();", "next"],
    ["one with the arguments of the call around it", "const next = (function (_) { return () => ++arguments[0].n; })({ n: 0 });", "next"],
    ["a variable of a block", "let next; { let n = 0; next = () => ++n; }", "next"],
    ["a loop's variable", "const all2 = []; for (let n = 0; n < 2; n += 1) all2.push(() => n);", "all2"],
    ["what was caught", "let next; try { throw { n: 0 }; } catch (thing) { next = () => ++thing.n; }", "next"],
    ["a case's variable", "let next; switch (1) { case 1: let n = 0; next = () => ++n; }", "next"],
    ["a static block", "const next = class { static f; static { let n = 0; this.f = () => ++n; } }.f;", "next"],
    ["an initialiser of a field", "const next = new (class { n = 0; f = () => ++this.n; })().f;", "next"],
    ["a method without its class", "const { bump } = class Thing { static n = 0; static bump() { return ++Thing.n; } };", "bump (a method without its class)"],
    ["what a method without its class made", "const { make } = class Thing { static n = 0; static make() { return () => ++Thing.n; } };\nconst next = make();", "next (a function made inside another)"],
    ["a method with super", "const { bump } = { __proto__: { list: [0] }, bump() { return super.list.push(1); } };", "bump"],
    ["a class made in a function", "const Thing = (() => { let n = 0; return class { bump() { return ++n; } }; })();", "Thing (a class made inside a function)"],
    ["an instance of one", "const thing = (() => { let n = 0; return new (class { bump() { return ++n; } })(); })();", "thing"],
    ["a mixin", "const counted = (Base) => { let n = 0; return class extends Base { bump() { return ++n; } }; };\nclass Thing extends counted(Object) {}", "Thing"],
    ["a closure in a global's place", "Set = (() => { let n = 0; return () => ++n; })();", "Set (a function made inside another)"],
  ["a bound function", "const next = function () { return ++this.n; }.bind({ n: 0 });", "next (a bound function, or one of the host's)"],
    ["private fields", "class Counter { #n = 0; bump() { return ++this.#n; } }\nconst counter = new Counter();", "counter (private fields)"],
    ["inherited private fields", "class Base { #n = 0; bump() { return ++this.#n; } }\nclass Counter extends Base {}\nconst counter = new Counter();", "counter (private fields)"],
    ["a list with private fields", "class Counter extends Array { #n = 0; bump() { return ++this.#n; } }\nconst counter = new Counter();", "counter (private fields)"],
    ["private static fields", "class Counter { static #n = 0; static bump() { return ++Counter.#n; } }", "a class with private fields"],
    ["a generator", "const ids = (function* () { let n = 0; for (;;) yield n++; })();", "ids (a generator)"],
    ["what waits in a race", "const ready = race({});", "ready (a generator)"],
    ["an iterator of a list", "const ids = [1, 2, 3].values();", "ids"],
    ["an iterator of a map", "const ids = new Map([[1, 2]]).entries();", "ids (an iterator)"],
    ["an iterator of a text", "const ids = \"abc\"[Symbol.iterator]();", "ids"],
    ["an iterator of matches", "const ids = \"abc\".matchAll(/./g);", "ids"],
    ["a WeakMap", "const seen = new WeakMap();", "seen (a WeakMap)"],
    ["a WeakSet", "const seen = new WeakSet();", "seen (a WeakSet)"],
    ["a proxy", "const table = new Proxy({}, {});", "table (a proxy)"],
    ["a prototype that is a proxy", "const table = Object.create(new Proxy({}, {}));", "table"],
    ["what the host's classes keep", "const decoder = new TextDecoder();", "decoder (an object of the host's, TextDecoder)"],
    ["a function's own property", "function lazy() {}\nlazy.ids = [].values();", "lazy"],
    ["a class's static member", "class Thing { static ids = [].values(); }", "Thing"],
    ["a prototype's member", "class Thing { bump() {} }\nThing.prototype.ids = [].values();", "Thing"],
    ["a member of an error", "const failure = new Fault(\"PROGRAM_INVALID\", {});\nfailure.ids = [].values();", "failure"],
    ["a key of a map", "const seen = new Map([[[].values(), 1]]);", "seen"],
    ["the module's exports", "module.ids = [].values();", "module"],
    ["an action of a machine", "const count = (() => { let n = 0; return () => { n += 1; }; })();\nconst machine = setup({ actions: { count } }).createMachine({ entry: \"count\" });", "count"],
    ["an action handed over inline", "const machine = setup({}).createMachine({ entry: ((n) => () => { n += 1; })(0) });", "machine"],
    ["what assign is given", "const machine = setup({}).createMachine({ context: { n: 0 }, entry: assign(((n) => () => ({ n: ++n }))(0)) });", "machine"],
    ["what enqueueActions is given", "const machine = setup({}).createMachine({ entry: enqueueActions(((n) => () => { ++n; })(0)) });", "machine"],
    ["what a guard is made of", "const guard = and([((n) => () => ++n > 3)(0)]);", "guard"],
    ["what a promise's logic is given", "const logic = fromPromise(((n) => async () => ++n)(0));", "logic"],
    ["what a checkpoint is given", "const action = checkpoint(((n) => () => { ++n; })(0));", "action"],
    ["what a program is given", "export const table = { flip: fromProgram({ run: ((n) => function* () { return ++n; })(0) }) };", ""],
    ["what a policy is given", "export const policy = definePolicy({ name: \"mine\", version: 1, initial: 0, pick: ((n) => (ready, state) => ({ position: ++n % 1, state }))(0) });", "policy"],
    ["what a process is given", "const make = (n) => defineProcess({ name: \"other\", *run() { return ++n; } });\nmake(0);", "a definition (a function made inside another)"],
    ["what is declared of a process", "defineProcess({ name: \"other\", ids: [].values(), *run() { return this.ids.next(); } });", "a definition"],
    ["what a schema is given", "const schema = Type.Refine(Type.Number(), ((n) => () => ++n > 3)(0));", "schema"],
  ])("%s", async (_, top, expected) => {
    const found = await hides(`// @ts-nocheck\n${top}`);
    expect(found).toBeDefined();
    expect(found).toContain(expected);
  });

  it("all a module of the older kind holds", async () => {
    const old = fileOf("let n = 0;\nmodule.exports = { bump: () => ++n };", "cjs");
    expect(await hides(`import { bump } from ${JSON.stringify(old)};\nexport const again = bump;`)).toMatch(/made inside another/);
  });

  it.each([
    ["functions, classes and records", "const next = (n) => n + 1;\nfunction* ids() { yield 1; }\nasync function later() {}\nclass Base { n = 0; bump() { return [1].map((x) => x + this.n); } get x() { return 1; } static of() { return new Base(); } }\nclass Thing extends Base { bump() { return super.bump(); } }\nconst thing = new Thing();\nconst table = { next, thing, f() {}, get g() { return 1; }, *h() {}, async *i() {} };\nconst empty = Object.create(null);\nconst child = Object.create(table);"],
    ["collections, bytes, patterns, errors", "const seen = new Map([[1, new Set([2])]]);\nconst grid = [new Float64Array(3), new DataView(new ArrayBuffer(8)), new ArrayBuffer(2)];\nconst word = /a/g;\nclass Mine extends Error {}\nconst failures = [new Error(\"no\"), new Mine(\"no\"), new Fault(\"PROGRAM_INVALID\", {})];\nconst boxed = [Object(1), Object(\"a\"), Object(1n), Symbol(\"a\")];\nclass Table extends Map { more = 1 }\nconst tables = new Table();"],
    ["functions of the language's and the runtime's", "const { max, floor } = Math;\nconst sqrt = Math.sqrt, has = Object.prototype.hasOwnProperty, iterate = [].values, parse = parseInt;\nconst power = (x) => x ** 2;\nconst T = Type, make = circuit, world = globalThis;\nexport const rt = all;"],
    ["circuits and schemas", "const pair = circuit(2).h(0).cx(0, 1).measureAll();\nconst ready = bell();\nconst schema = Type.Object({ n: Type.Optional(Type.Integer({ default: 3 })), list: Type.Array(Type.Union([Type.String(), Type.Null()])) });"],
    ["an enumeration", "enum Colour { Red, Green = \"green\" }\nexport const colour = Colour.Red;"],
    ["a class with private members whose instances live in processes", "class Counter { #n = 0; #bump() { return ++this.#n; } get n() { return this.#bump(); } }\nconst make = () => new Counter();"],
    ["private methods, which hold nothing", "class Counter { n = 0; #more() { return ++this.n; } bump() { return this.#more(); } static #of() { return 1; } }\nconst counter = new Counter();"],
    ["a process made in a function that keeps nothing of it", "const make = (name) => defineProcess({ name, *run({ k }) { const mine = (x) => x.name; yield* k.log(\"x\", mine({ name: 1 })); } });\nconst one = make(\"one\"), other = make(\"other\");"],
    ["a variable with a name of the host's, and a member with one", "const table = { process: 1, console: { navigator: 2 }, Date: 3 };\nconst performance = 1;"],
    ["two names in one declaration", "const table = {\n  one: 1,\n}, other = 2, [list] = [3];"],
    ["machines with actions inline", "const machine = setup({ actions: { say: ({ context }) => { context; } }, guards: { full: ({ context }) => context.n > 3 } }).createMachine({ context: ({ input }) => ({ n: 0 }), initial: \"a\", states: { a: { entry: [assign({ n: ({ context }) => context.n + 1 }), checkpoint(() => undefined)], after: { 3: { guard: and([\"full\", ({ context }) => context.n < 9]), target: \"b\" } } }, b: { type: \"final\" } }, output: ({ context }) => context.n });\nconst chart = defineMachine({ name: \"chart\", machine });\nconst flip = fromProgram({ *run({ k }) { yield* k.sleep(1); return 1; } });"],
    ["a policy", "export const policy = definePolicy({ name: \"mine\", version: 1, initial: 0, pick: (ready, state) => ({ position: 0, state }) });"],
  ])("nothing: %s", async (_, top) => {
    const modules = await modulesOf(`// @ts-nocheck\nimport * as all from "triad-runtime";\nimport { circuit, defineMachine, defineProcess, Fault, fromProgram, definePolicy, checkpoint, bell, Type, race } from "triad-runtime";\nimport { and, assign, enqueueActions, fromPromise, setup } from "xstate";\n${top}\n${BODY}`);
    expect([modules.hides, modules.changed]).toEqual([undefined, false]);
  });

  it("nothing in any workload, nor in a script of some length", async () => {
    for (const workload of WORKLOADS) {
      const { root } = await resolveProgram(programOf(workload));
      expect([workload.name, loadedOf(root)?.modules.hides]).toEqual([workload.name, undefined]);
    }
    const functions = Array.from({ length: 1_000 }, (_, at) => `const f${at} = (a) => [1].map((x) => x + a + ${at});`).join("\n");
    expect(await hides(`${functions}\nconst text = "${"a".repeat(1_000_000)}";\nconst rows = [${"{ x: 1 },".repeat(20_000)}];`)).toBeUndefined();
  });
});

describe("the shape of a script", () => {
  it("is not known of what cannot be parsed, or is nested beyond reason", () => {
    expect(shapeOfScript("var var")).toBeUndefined();
    expect(shapeOfScript("(".repeat(100_000))).toBeUndefined();
    expect(shapeOfScript(`${"() => ".repeat(100)}1`)).toBeUndefined();
    fc.assert(fc.property(fc.string({ unit: fc.constantFrom("{", "}", "(", ")", "=>", "x", "class ", "static ", "#n", "`", "${", "/", "*", ";", "=", "function ", "let ") }), (text) => { shapeOfScript(text); }));
  });

  it("takes the worst of functions with one text", () => {
    const shape = shapeOfScript("const n = 0;\nconst one = () => n;\nconst two = ((n) => () => n)(1);\nconst three = () => 3;");
    expect([shape?.functions.get("() => n")?.captures, shape?.functions.get("() => 3")?.captures, shape?.functions.get("(n) => () => n")?.captures]).toEqual([true, false, false]);
    expect([...shape?.names ?? []].toSorted()).toEqual(["n", "one", "three", "two"]);
  });
});

/** Ends a body after some sleeps and goes on in a fresh one, again and again. */
const looping = (top: string, value: string): string => `// @ts-nocheck
import { defineProcess } from "triad-runtime";
${top}
export default defineProcess({
  name: "looping",
  *run({ k }, { left }) {
    let value;
    for (let at = 0; at < 5; at++) {
      yield* k.sleep(1);
      value = ${value};
    }
    return left === 0 ? value : yield* k.continueWith({ left: left - 1 });
  },
});
`;
const HIDDEN = [
  ["a generator", "const ids = (function* () { let n = 0; for (;;) yield n++; })();", "ids.next().value"],
  ["a closure", "const next = (() => { let n = 0; return () => ++n; })();", "next()"],
  ["a private field", "class Counter { #n = 0; bump() { return ++this.#n; } }\nconst counter = new Counter();", "counter.bump()"],
  ["an iterator", "const ids = Array.from({ length: 4000 }, (_, at) => at).values();", "ids.next().value"],
  ["a WeakMap", "const key = {}, seen = new WeakMap([[key, 0]]);", "(seen.set(key, seen.get(key) + 1), seen.get(key))"],
  ["a closure in a global's place", "Set = (() => { let n = 0; return () => ++n; })();", "Set()"],
  ["a bound function", "const next = function () { return ++this.n; }.bind({ n: 0 });", "next()"],
] as const;
const SEEN = [
  ["where a pattern stands", "const word = /a/g, text = \"a\".repeat(4000);", "(word.exec(text), word.lastIndex)"],
  ["a function's property", "const table = { next: () => ++table.next.n };\ntable.next.n = 0;", "table.next()"],
  ["a prototype's member", "class Thing {}\nThing.prototype.n = 0;", "++Thing.prototype.n"],
  ["bytes", "const bytes = new ArrayBuffer(4);", "++new Uint32Array(bytes)[0]"],
  ["a map's own member", "const seen = new Map();\nseen.n = 0;", "++seen.n"],
  ["what is declared of a process", "", "(this.n = (this.n ?? 0) + 1)"],
  ["the module", "module.n = 0;", "++module.n"],
  ["a member of a built-in object", "", "(Math.calls = (Math.calls ?? 0) + 1)"],
  ["a member of a built-in function", "", "(Math.max.calls = (Math.max.calls ?? 0) + 1)"],
  ["a global", "", "(Set = (typeof Set === \"number\" ? Set : 0) + 1)"],
] as const;

async function recorded(program: string): Promise<{ readonly file: Uint8Array; readonly digest: string; readonly written: readonly Uint8Array[]; readonly frames: number }> {
  const [sink, store] = [createMemorySink(), memoryStore()];
  const report = await record({ program, input: { left: 700 }, seed: "7", workers: 0, signer: testSigner(), out: sink, snapshotEvery: 100, snapshots: store });
  return { file: sink.bytes(), digest: report.digest, written: store.written, frames: blocksOf(sink.bytes()).reduce((sum, block) => sum + block.frames, 0) };
}

describe("a run of a program that hides state", () => {
  it.each(HIDDEN)("%s: leaves no snapshot, and one of before is passed over", async (_, top, value) => {
    const program = fileOf(looping(top, value));
    const { file, digest, written, frames } = await recorded(program);
    expect(written).toEqual([]);
    blind.now = true;
    try {
      const once = await recorded(program);
      expect([once.digest, once.written.length > 1]).toEqual([digest, true]);
      const snapshots = holding(once.written.at(-1));
      const { report: wrong } = await resumed(cutAfter(file, frames - 8), { snapshots, signer: testSigner() }); // it would have been sealed so
      expect([wrong.from === null, wrong.digest === digest]).toEqual([false, false]);
      blind.now = false;
      const { report } = await resumed(cutAfter(file, frames - 8), { snapshots, signer: testSigner() });
      expect([report.digest, report.from]).toEqual([digest, null]);
      expect(report.passedOver).toMatch(/^the program may hold state that stands in no snapshot: \w+ \(/);
    } finally {
      blind.now = false;
    }
  });

  it.each(SEEN)("%s: leaves none once it has changed", async (_, top, value) => {
    const { file, digest, written, frames } = await recorded(fileOf(looping(top, value)));
    expect(written).toEqual([]);
    const { report } = await resumed(cutAfter(file, frames - 8), { snapshots: holding(written.at(-1)), signer: testSigner() });
    expect(report.digest).toBe(digest);
  });

  it("leaves them where nothing hides", async () => {
    expect((await recorded(fileOf(looping("const next = (n) => n + 1;", "next(left)")))).written.length).toBeGreaterThan(1);
  });
});
