// What all scripts of a Node process share is the same for every run: a program's writes stay its own, or go with it, and the host's stay.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { replayTrace } from "../../../../runtime/app/index.ts";
import { createAmbientGuard } from "../../../../runtime/adapters/ambient.ts";
import { loadTrapped, resolveProgram } from "../../../../runtime/app/record.ts";
import { recordInMemory, type MemoryRun } from "../../../support/examples.ts";

const folder = mkdtempSync(join(tmpdir(), "triad-built-ins-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const program = (name: string, body: string, top = ""): string => {
  const path = join(folder, `${name}.ts`);
  writeFileSync(path, `// @ts-nocheck\nimport { defineProcess } from "triad-runtime";\n${top}\nexport default defineProcess({ name: "p", *run({ k }) {\n${body}\n} });\n`);
  return path;
};

const gaveOf = ({ report: { end } }: MemoryRun): unknown => (end.status === "completed" ? end.result : end);
const resultOf = async (path: string): Promise<unknown> => gaveOf(await recordInMemory({ program: path }));

/** Every own property of the globals and of what can be reached from them by a member or two. */
function globals(): ReadonlyMap<string, unknown> {
  const found = new Map<string, unknown>();
  const note = (name: string, of: unknown, deep: number): void => {
    if ((typeof of !== "object" && typeof of !== "function") || of === null || of === globalThis || deep === 0) return;
    for (const key of Reflect.ownKeys(of)) {
      const { value, get, set } = Object.getOwnPropertyDescriptor(of, key) as PropertyDescriptor;
      const path = `${name}.${String(key)}`;
      found.set(path, get ?? set ?? value);
      if (/^[A-Z]/.test(String(key)) || deep < 3) note(path, value, deep - 1);
    }
  };
  note("globalThis", globalThis, 3);
  return found;
}

const differences = (a: ReadonlyMap<string, unknown>, b: ReadonlyMap<string, unknown>): readonly string[] =>
  [...new Set([...a.keys(), ...b.keys()])].filter((key) => !Object.is(a.get(key), b.get(key)) || a.has(key) !== b.has(key));

/** What a turn does, and what a later run that looks for it must find. */
const WRITES: readonly (readonly [what: string, write: string, look: string, untouched: unknown])[] = [
  ["assigns to a global", "Map = 1; parseInt = () => 5; Object = { keys: () => 7 };", "typeof Map + parseInt('9') + Object.keys({}).length", "function90"],
  ["assigns to what the traps watch", "setTimeout = 1; Date = 2; structuredClone = 3;", "typeof setTimeout + typeof Date + typeof structuredClone", "functionfunctionfunction"],
  ["takes one apart into a global", "[Map, { Set }] = [1, { Set: 2 }]; ({ Array } = { Array: 3 });", "typeof Map + typeof Set + typeof Array", "functionfunctionfunction"],
  ["adds a method", "Array.prototype.last = function () { return this[this.length - 1]; };", "typeof [].last", "undefined"],
  ["adds data", "Math.seed = { n: 1 }; Number.prototype.tag = 5;", "typeof Math.seed + typeof (1).tag", "undefinedundefined"],
  ["adds an accessor", "Object.defineProperty(String.prototype, 'shout', { get() { return this + '!'; }, configurable: true });", "typeof 'a'.shout", "undefined"],
  ["replaces a method", "Array.prototype.lastIndexOf = function () { return 7; };", "[1].lastIndexOf(1)", 0],
  ["replaces it by another built-in", "Array.prototype.lastIndexOf = Array.prototype.indexOf;", "[1, 1].lastIndexOf(1)", 1],
  ["takes one away", "delete Array.prototype.copyWithin;", "typeof [].copyWithin", "function"],
  ["hangs it onto a method", "Array.prototype.map.calls = 1;", "typeof [].map.calls", "undefined"],
  ["writes behind the globals", "Object.getPrototypeOf(globalThis).mine = 1;", "typeof mine", "undefined"],
  ["replaces what looks for it", "String.prototype.includes = () => false; Function.prototype.toString = () => ''; WeakSet.prototype.has = () => false;", "['a'.includes('a'), String(parseInt).length > 9, new WeakSet([Map]).has(Map)].join()", "true,true,true"],
  ["sets a prototype's index", "Object.defineProperty(Array.prototype, '5000', { get() { return 'mine'; }, configurable: true });", "String([][5000])", "undefined"],
];

describe("a program that", () => {
  it.each(WRITES)("%s in a turn finds it in the next one, and nobody does when its run is over", async (what, write, look, untouched) => {
    const name = what.replaceAll(/\W+/g, "-");
    const before = globals();
    const wrote = await recordInMemory({ program: program(name, `${write}\nyield* k.sleep(3);\nreturn ${look};`) });
    expect(differences(before, globals())).toEqual([]);
    expect(gaveOf(wrote)).not.toEqual(untouched);
    expect(await resultOf(program(`${name}-after`, `return ${look};`))).toEqual(untouched);
    expect(await replayTrace(wrote.bytes, { trustProgram: true })).toMatchObject({ complete: true });
    expect(differences(before, globals())).toEqual([]);
  });

  it.each(WRITES.slice(0, 3))("%s while it loads has variables of its own", async (what, write, look, untouched) => {
    const name = `loading-${what.replaceAll(/\W+/g, "-")}`;
    const before = globals();
    const wrote = await recordInMemory({ program: program(name, `return ${look};`, write) });
    expect(gaveOf(wrote)).not.toEqual(untouched);
    expect(differences(before, globals())).toEqual([]);
    expect(await resultOf(program(`${name}-after`, `return ${look};`))).toEqual(untouched);
  });

  it("declares a global's name has a binding of its own", async () => {
    const top = "class Event { kind = 'mine'; }\nconst Map = 3, name = 'n';\nfunction structuredClone() { return 4; }\nvar Set = 5;";
    expect(await resultOf(program("declares", "return [new Event().kind, Map, name, structuredClone(), Set];", top))).toEqual(["mine", 3, "n", 4, 5]);
  });

  it("assigns to one beside another run of its is not noticed there", async () => {
    const path = program("beside", "const first = typeof Map;\nMap = 1;\nfor (let at = 0; at < 5; at++) yield* k.sleep(1);\nreturn first + typeof Map;");
    expect(await Promise.all([resultOf(path), resultOf(path), resultOf(path)])).toEqual(Array(3).fill("functionnumber"));
  });

  it("would close a function around it is not understood", async () => {
    const { section } = await resolveProgram(program("closes", "return 1;"));
    for (const around of ["}, function () {\n", "}]; [function () {\n"]) {
      expect(() => loadTrapped({ ...section, executed: around + section.executed })).toThrow(expect.objectContaining({ fault: "PROGRAM_INVALID", detail: { entry: "closes.ts", what: expect.stringMatching(/^SyntaxError/) } }));
    }
  });
});

describe("the host", () => {
  it("keeps what it changes of built-in objects while a run goes on", async () => {
    const added = { polyfill: () => "the host's" };
    try {
      let turns = 0;
      await recordInMemory({ program: program("host", "for (let at = 0; at < 3; at++) yield* k.sleep(1);\nArray.prototype.mine = 1;\nreturn 1;") }, { observer: { frame: () => {
        if (turns++ === 1) Object.assign(Array.prototype, added, { [Symbol.for("triad.test")]: Symbol("tag") });
      } } });
      expect([].constructor.prototype).toHaveProperty("polyfill", added.polyfill);
      expect(typeof Reflect.get(Array.prototype, Symbol.for("triad.test"))).toBe("symbol");
      expect(Object.hasOwn(Array.prototype, "mine")).toBe(false);
    } finally {
      Reflect.deleteProperty(Array.prototype, "polyfill");
      Reflect.deleteProperty(Array.prototype, Symbol.for("triad.test"));
    }
  });

  it("finds the same traps in every run: what a program captured while it loaded is what it meets in a turn", async () => {
    const path = program("same", "return [clock === Date, Date.prototype.constructor === clock, call === Function.prototype.constructor, zone === Date.prototype.getDate].join();",
      "const clock = Date, call = Function, zone = Date.prototype.getDate;");
    const alone = await resultOf(path);
    const leave = createAmbientGuard().install();
    try {
      expect(await resultOf(path)).toBe(alone);
    } finally {
      leave();
    }
    expect(alone).toBe("true,true,true,true");
  });
});
