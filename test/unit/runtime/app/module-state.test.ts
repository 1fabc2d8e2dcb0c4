// What a program's modules hold: looked at without running anything of theirs, and whatever of it changes is noticed.
import { describe, expect, it } from "vitest";
import { Intrinsics } from "../../../../runtime/adapters/intrinsics.ts";
import { ModuleState, probeOf, topLevelNames } from "../../../../runtime/app/program/module-state.ts";
import { loadedOf } from "../../../../runtime/app/definitions.ts";
import { resolveProgram } from "../../../../runtime/app/record.ts";
import { programOf, uninterrupted, WORKLOADS } from "../../../support/workloads.ts";
import { openSnapshot } from "../../../../replay/snapshot.ts";
import { packageVersion } from "../../../../runtime/adapters/host.ts";
import { testSigner } from "../../../support/signer.ts";
import { memoryStore } from "../../../support/snapshot-store.ts";

const builtIns = new Intrinsics();

interface Scripted {
  readonly state: ModuleState;
  touch(): void;
}

function loaded(script: string): Scripted {
  const names = topLevelNames(script);
  let values: () => readonly unknown[] = () => [];
  const touch = new Function("hand", `"use strict";\n${script}${probeOf(names, "hand")}\nreturn typeof touch === "undefined" ? undefined : touch;`)((given: typeof values) => { values = given; }) as () => void; // a script of the test's own
  return { touch, state: new ModuleState({ script, top: () => values().map((value, at) => ({ name: names[at] ?? "", value })), beside: () => [], imported: [], builtIns }) };
}

/** A script's top level as a program's would be, and what its function `touch` does to it. */
function changedBy(script: string): boolean {
  const { state, touch } = loaded(script);
  expect(state.changed).toBe(false);
  touch();
  return state.changed;
}

describe("names at the top level", () => {
  it("are found behind a text of any length", () => {
    expect(topLevelNames(`var data = "${"a".repeat(2_000_000)}", n = 1;\nvar spaced = "${" ".repeat(200_000)}x";`)).toEqual(["data", "n", "spaced"]);
  });
});

describe("what modules hold", () => {
  it.each([
    ["a variable", "var count = 0;\nfunction touch() { count += 1; }"],
    ["the second of two", "var a = 1, count = 0;\nfunction touch() { count = -0; }"],
    ["one taken out of a pattern", "var { a, b: [count] } = { a: 1, b: [2] };\nfunction touch() { count = 3; }"],
    ["a list", "var list = [1, [2]];\nfunction touch() { list[1].push(3); }"],
    ["a record's member", "const table = { deep: { x: 1 } };\nfunction touch() { table.deep.x = 2; }"],
    ["a new member", "const table = {};\nfunction touch() { table.deep = undefined; }"],
    ["a map", "const seen = new Map();\nfunction touch() { seen.set('a', 1); }"],
    ["a set", "const seen = new Set();\nfunction touch() { seen.add(1); }"],
    ["numbers", "const grid = new Float64Array(4);\nfunction touch() { grid[2] = 1; }"],
    ["a function's property", "function touch() { touch.calls = 1; }"],
    ["a class's static field", "class Thing { static n = 0; }\nfunction touch() { Thing.n = 1; }"],
    ["an instance of a class of its own", "var Thing = class { n = 0 };\nvar thing = new Thing();\nfunction touch() { thing.n = 1; }"],
    ["a date", "const when = new Date(0);\nfunction touch() { when.setTime(1); }"],
    ["where a pattern stands", "const word = /a/g;\nfunction touch() { word.exec('a'); }"],
    ["a pattern", "const word = /a/g;\nfunction touch() { word.compile('b', 'g'); }"],
    ["bytes", "const bytes = new ArrayBuffer(4);\nfunction touch() { new Uint8Array(bytes)[3] = 1; }"],
    ["bytes beside those that are seen", "const view = new DataView(new ArrayBuffer(8), 4);\nfunction touch() { new Uint8Array(view.buffer)[0] = 1; }"],
    ["a member of numbers", "const grid = new Float64Array(4);\nfunction touch() { grid.more = 1; }"],
    ["a map's own member", "const seen = new Map();\nfunction touch() { seen.more = 1; }"],
    ["the property of a function in a record", "const table = { f: () => 1 };\nfunction touch() { table.f.calls = 1; }"],
    ["a getter", "const table = { get x() { return 1; } };\nfunction touch() { Object.defineProperty(table, 'x', { get: () => 2 }); }"],
    ["a setter", "const table = { set x(to) {} };\nfunction touch() { Object.defineProperty(table, 'x', { set: (to) => {} }); }"],
    ["a prototype's member", "class Thing {}\nfunction touch() { Thing.prototype.n = 1; }"],
    ["a prototype", "const thing = {};\nfunction touch() { Object.setPrototypeOf(thing, { n: 1 }); }"],
    ["an error's member", "const failure = new Error('no');\nfunction touch() { failure.n = 1; }"],
    ["the second of two in one declaration", "var table = {\n  x: 1,\n}, count = 0;\nfunction touch() { count += 1; }"],
    ["the end of a long chain", "let chain = {};\nconst last = chain;\nfor (let at = 0; at < 20000; at++) chain = { chain };\nfunction touch() { last.n = 1; }"],
    ["which of two equal records", "const one = { x: 1 };\nconst two = { x: 1 };\nvar at = one;\nfunction touch() { at = two; }"],
    ["more than can be looked through", "const much = Array.from({ length: 300000 }, (_, at) => at);\nfunction touch() { much.pop(); }"],
    ["more bytes than can be looked through", "const much = new Uint8Array(4_000_001);\nfunction touch() {}"],
  ])("%s changes", (what, script) => {
    if (what.startsWith("more")) {
      expect(() => changedBy(script)).toThrow("expected true to be false"); // unknown from the beginning
      return;
    }
    expect(changedBy(script)).toBe(true);
  });

  it("leaves the stack of an error to whoever reads it first", () => {
    const { state } = loaded("const failure = new Error('no');\nfunction touch() { return failure; }");
    const before = Error.prepareStackTrace;
    let asked = 0;
    Error.prepareStackTrace = () => String(asked += 1);
    try {
      expect([state.changed, state.hides, asked]).toEqual([false, undefined, 0]);
    } finally {
      Error.prepareStackTrace = before;
    }
  });

  it("may be hidden where a script cannot be parsed or its top level was not handed out", () => {
    const of = (script: string): ModuleState => new ModuleState({ script, top: undefined, beside: () => [], imported: [], builtIns });
    expect(of("var var").hides).toBe("the script, which is not understood");
    expect(of("var count = 0;").hides).toBe("count (which is not looked at)");
    expect(of("").hides).toBeUndefined();
    const later = new ModuleState({ script: "", top: undefined, beside: () => [{ name: "later", value: Promise.resolve() }, { name: "ref", value: new WeakRef({}) }], imported: [], builtIns });
    expect(later.hides).toBe("later (a promise)");
    const ref = new ModuleState({ script: "", top: undefined, beside: () => [{ name: "ref", value: new WeakRef({}) }], imported: [], builtIns });
    expect(ref.hides).toBe("ref (an object of the host's, WeakRef)");
  });

  it("is not known where looking fails", () => {
    expect(() => new ModuleState({ script: "", top: () => { throw new TypeError("not there"); }, beside: () => [], imported: [], builtIns })).toThrow("not there");
  });

  it("is looked through without asking a proxy anything, wherever it stands", () => {
    const { state } = loaded("let ran = 0;\nconst nosy = () => new Proxy(class {}, new Proxy({}, { get() { ran += 1; } }));\nconst thing = { __proto__: { constructor: nosy() } };\nran = 0;");
    expect([state.changed, state.hides, state.changed]).toEqual([false, "thing (a proxy)", false]);
    const { state: below } = loaded("let ran = 0;\nconst table = Object.create(new Proxy(class {}, new Proxy({}, { get() { ran += 1; } })));\nran = 0;");
    expect([below.changed, below.hides, below.changed]).toEqual([false, "table (a proxy)", false]);
  });

  it("is left alone by what only reads, and runs nothing of the program's", () => {
    expect(changedBy("let ran = 0;\nconst lazy = { get x() { ran += 1; return 1; } };\nconst proxy = new Proxy({}, { ownKeys() { ran += 1; return []; } });\nconst loop = { };\nloop.loop = loop;\nfunction touch() { [1, 2].map((x) => x); }")).toBe(false);
    const words = topLevelNames("var x = a ? null : void 0;\nvar f = function* (y = 1) {};\nclass A extends B {}\nasync function g() {}\nlet z");
    expect(words).toEqual(expect.arrayContaining(["x", "f", "A", "g", "z"]));
    expect(() => new Function("hand", probeOf(words, "hand"))).not.toThrow();
  });

  it("does not change under any workload but the one that shares", async () => {
    for (const workload of WORKLOADS) {
      const { root } = await resolveProgram(programOf(workload));
      await uninterrupted(workload, "small", { program: root });
      expect([workload.name, loadedOf(root)?.modules?.changed, loadedOf(root)?.definitions.size === 0]).toEqual([workload.name, false, false]);
    }
    const [store, sharing] = [memoryStore(), { name: "shared", small: 400, large: 0 }];
    await uninterrupted(sharing, "small", { snapshotEvery: 1, snapshots: store });
    const turns = store.written.map((bytes) => openSnapshot(bytes, { written: packageVersion(), keyId: testSigner().keyId }).turns);
    expect(turns.every((taken) => taken <= 1), turns.join()).toBe(true); // before anybody counted
    const relay = memoryStore();
    await uninterrupted({ name: "relay", small: 1_200, large: 0 }, "small", { snapshotEvery: 1, snapshots: relay });
    expect(relay.written.length).toBeGreaterThan(0);
  });
});
