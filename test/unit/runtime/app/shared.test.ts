// What programs are given is the same for every run of a Node process: no write of a program's reaches the next one.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, describe, expect, it } from "vitest";
import { createMachine, setup } from "xstate";
import * as domains from "../../../../domains/index.ts";
import "../../../../runtime/app/program/load.ts";
import { freezeShared, reachable, sealMethods } from "../../../../runtime/app/program/shared.ts";
import * as surface from "../../../../runtime/app/program/surface.ts";
import * as xstate from "../../../../runtime/app/program/xstate-surface.ts";
import { replayTrace } from "../../../../runtime/app/index.ts";
import { recordInMemory } from "../../../support/examples.ts";

const folder = mkdtempSync(join(tmpdir(), "triad-shared-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const program = (name: string, body: string, top = ""): string => {
  const path = join(folder, `${name}.ts`);
  writeFileSync(path, `// @ts-nocheck\nimport * as runtime from "triad-runtime";\nimport * as domains from "triad-runtime/domains";\nimport * as xstate from "xstate";\n${top}\nexport default runtime.defineProcess({ name: "p", domains: ["Q", "PHI"], *run({ k, q, phi }) {\n${body}\n} });\n`);
  return path;
};

/** Marks everything it can reach, and says what bore a mark already and what took one. */
const MARK = `
  const host = new Set([Object, Function, Array, Error, Map, Set, Symbol, RegExp].flatMap((one) => [one, one.prototype]));
  for (const made of [function* () {}, async function* () {}]) for (let at = Object.getPrototypeOf(made); at !== null && at !== undefined; at = Object.getPrototypeOf(at)) { host.add(at); if (at.prototype) for (let of = at.prototype; of !== null; of = Object.getPrototypeOf(of)) host.add(of); }
  const seen = new Set(), marked = [], taken = [];
  const walk = (value, path) => {
    if ((typeof value !== "object" && typeof value !== "function") || value === null || seen.has(value) || host.has(value)) return;
    seen.add(value);
    if (Object.hasOwn(value, "mark")) marked.push(path);
    try { value.mark = 1; } catch {}
    if (Object.hasOwn(value, "mark")) taken.push(path);
    for (const key of Reflect.ownKeys(value)) {
      const { value: member, get } = Object.getOwnPropertyDescriptor(value, key);
      walk(member, path + "." + String(key));
      walk(get, path + ".get " + String(key));
      if (typeof member === "function") try { value[key] = () => "replaced"; if (value[key] !== member) taken.push(path + "." + String(key) + " ="); } catch {}
    }
    walk(Object.getPrototypeOf(value), path + ".__proto__");
  };`;

describe("what programs share", () => {
  it("is frozen, whatever can be reached from an export", () => {
    const open = [...reachable([surface, domains, xstate])].filter((value) => !Object.isFrozen(value) && Reflect.get(value, Symbol.toStringTag) !== "Module");
    expect(open).toEqual([]);
    expect(reachable([surface, domains, xstate]).size).toBeGreaterThan(600);
  });

  it("takes no mark in a run, by any path, and shows none in the next", async () => {
    const path = program("marks", `${MARK}
      const made = Object.entries({ k, q, phi }).flatMap(([name, api]) => Object.entries(api).flatMap(([of, make]) => { try { return [[name + "." + of, Object.getPrototypeOf(make())]]; } catch { return []; } }));
      for (const [name, prototype] of made) walk(prototype, name + "()");
      const contract = yield* q.reserve({ qubits: 1, budget: 1 }); // a handle's refusal to be copied is a function too
      walk(Object.getPrototypeOf(contract), "contract"); walk(Object.getPrototypeOf(xstate.createMachine({}).root), "node"); walk(Object.getPrototypeOf(xstate.createMachine({})), "machine");
      walk(Object.getPrototypeOf(runtime.processRef(1)), "reference"); walk(Object.getPrototypeOf(runtime.circuit(1)), "circuit"); walk(runtime.scope, "scope");
      for (const [name, module] of Object.entries({ runtime, domains, xstate, apis: { k, q, phi } })) // the lists themselves are the bundler's, in the program's own script
        for (const [of, value] of Object.entries(module)) if (of !== "default") walk(value, name + "." + of);
      return { marked, taken, seen: seen.size };`);
    for (const _ of [1, 2]) {
      const { report: { end }, bytes } = await recordInMemory({ program: path });
      expect(end.fault).toBeNull();
      expect(end).toMatchObject({ status: "completed", result: { marked: [], taken: [] } });
      expect((end.result as { seen: number }).seen).toBeGreaterThan(600);
      expect(await replayTrace(bytes, { trustProgram: true })).toMatchObject({ complete: true });
    }
  });

  it.each([
    ["a method", "const { h } = runtime.Circuit.prototype; h.n = (h.n ?? 0) + 1; return h.n;"], ["a schema", "const s = runtime.PhiCallSchema; s.n = (s.n ?? 0) + 1; return s.n;"],
    ["a schema's member", "const [s] = runtime.QCallSchema.anyOf; s.properties.extra = 1; return 1;"], ["a getter", "const { get } = Object.getOwnPropertyDescriptor(runtime.Circuit.prototype, 'qubits'); get.n = 1; return 1;"],
    ["an operation", "k.sleep.n = 1; return 1;"], ["what an operation makes", "Object.getPrototypeOf(k.sleep(1)).n = 1; return 1;"], ["a type", "runtime.Type.Object.n = 1; return 1;"],
    ["XState's function", "xstate.assign.n = 1; return 1;"], ["a machine's method", "Object.getPrototypeOf(xstate.createMachine({})).provide = () => 1; return 1;"],
    ["a machine's class", "xstate.createMachine({}).constructor.n = 1; return 1;"], ["a state's class", "Object.getPrototypeOf(xstate.createMachine({}).root).n = 1; return 1;"],
  ])("is not written to: %s", async (_, body) => {
    const path = program("written", body);
    for (const _run of [1, 2]) expect((await recordInMemory({ program: path })).report.end).toMatchObject({ status: "faulted", fault: { name: "PROCESS_FAILED" } });
  });

  it("is not written to while a program loads", async () => {
    await expect(recordInMemory({ program: program("loading", "return 1;", "runtime.Circuit.prototype.h.n = 1;") })).rejects.toMatchObject({ fault: "PROGRAM_INVALID" });
    await expect(recordInMemory({ program: program("loading-machine", "return 1;", "Object.getPrototypeOf(xstate.createMachine({})).transition = () => 1;") })).rejects.toMatchObject({ fault: "PROGRAM_INVALID" });
  });
});

describe("freezing", () => {
  it("leaves what the host brought as it is", () => {
    for (const value of [Object, Object.prototype, Function.prototype, Array.prototype, Error, Error.prototype, Map.prototype.get, Object.getPrototypeOf(function* () { yield 1; })] as object[]) expect(Object.isFrozen(value)).toBe(false);
  });

  it("reaches what stands behind prototypes, accessors, symbols and lists of exports", () => {
    class Base { readonly made = 1; get cell(): number { return this.made; } }
    class Derived extends Base { own(): number { return this.made; } }
    const sign = Symbol("sign");
    const late = { deep: [{}] };
    freezeShared([{ get late() { return late; }, [sign]: { Derived } }]);
    for (const value of [Base, Base.prototype, Derived.prototype, Reflect.get(Derived.prototype, "own"), Object.getOwnPropertyDescriptor(Base.prototype, "cell")?.get, late, late.deep, late.deep[0]]) expect(Object.isFrozen(value)).toBe(true);
    expect(new Derived().cell).toBe(1);
  });

  it("does not pass over what it cannot freeze", () => {
    expect(() => freezeShared([{ table: new Float64Array(2) }])).toThrow(TypeError);
  });

  it("lets a class bind its methods to what it makes, once they are sealed", () => {
    class Bound {
      declare step: () => unknown;
      constructor() { this.step = this.step.bind(this); }
    }
    const step = function (this: unknown): unknown { return this; };
    Object.defineProperty(Bound.prototype, "step", { value: step, writable: true, configurable: true, enumerable: false });
    sealMethods(Bound.prototype);
    freezeShared([Bound]);
    const { step: alone, ...made } = new Bound();
    expect([alone() instanceof Bound, made, Bound.prototype.step]).toEqual([true, {}, step]);
    expect(() => { Bound.prototype.step = () => 1; }).toThrow(TypeError);
    expect(() => Reflect.set(Bound.prototype, "step", 1, 5)).toThrow(TypeError);
  });

  it("leaves XState to the host as it was, to build machines with", () => {
    const machine = setup({ actions: { note: () => undefined } }).createMachine({ initial: "a", states: { a: { on: { GO: "b" }, entry: "note" }, b: { type: "final" } } });
    expect(machine.provide({ actions: { note: () => undefined } }).events).toEqual(["GO"]);
    expect(Object.hasOwn(createMachine({}), "transition")).toBe(true);
  });
});
