// Slips of whoever writes programs and types commands: what is said of each, and of nothing else.
import { writeFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { onlyObject, scratch, triad } from "../../../support/cli.ts";

const at = scratch();
let files = 0;
const run = (text: string, ...words: readonly string[]): ReturnType<typeof triad> => {
  const name = `slip${files++}`;
  writeFileSync(at(`${name}.ts`), text);
  return triad("run", at(`${name}.ts`), "--seed", "7", "--workers", "0", "--out", at(`${name}.triad`), ...words);
};
const BEGIN = 'import { defineProcess, k as shared, supervise } from "triad-runtime";\n';
const IDLE = "export default defineProcess({ name: 'idle', *run({ k }) { yield* k.now(); } });\n";

describe("a program that cannot be loaded", () => {
  const refused = async (text: string): Promise<{ readonly detail: unknown; readonly next: unknown }> => {
    const { code, err } = await run(text, "--json");
    expect(code).toBe(2);
    const { name, detail, next } = onlyObject(err)["error"] as Readonly<Record<string, unknown>>;
    expect(name).toBe("PROGRAM_INVALID");
    return { detail, next };
  };
  const place = (line: number): string => `slip${files}.ts:${line}`;

  it("for its syntax: the place, and to mend it", async () => {
    const where = place(2);
    expect(await refused(`${BEGIN}export default defineProcess({ name: "a" *run() {} });`)).toEqual({ detail: { at: where, what: expect.stringContaining("Expected") as string }, next: `Mend ${where}.` });
  });

  it("for an import that leads nowhere, or of what a file has not", async () => {
    const first = place(1);
    expect(await refused(`import { x } from "./nowhere.ts";\n${BEGIN}${IDLE}x();`)).toEqual({ detail: { at: first, what: 'Could not resolve "./nowhere.ts"' }, next: `Mend ${first}.` });
    writeFileSync(at("other.ts"), "export const help = 1;\n");
    const second = place(1);
    expect(await refused(`import { helper } from "./other.ts";\n${BEGIN}${IDLE}helper();`)).toMatchObject({ detail: { at: second, what: expect.stringContaining('import "helper"') as string }, next: `Mend ${second}.` });
  });

  it("for an export the runtime has not, wherever it is used, and says which was meant", async () => {
    const top = place(2);
    expect(await refused(`import { defineProces } from "triad-runtime";\nexport default defineProces({ name: "a", *run() {} });`))
      .toEqual({ detail: { at: top, what: "triad-runtime has no export defineProces" }, next: "Did you mean defineProcess?" });
    const inside = place(4);
    expect(await refused(`import { supervis } from "triad-runtime";\n${BEGIN}export default defineProcess({ name: "a", *run() {\n  yield* supervis({});\n} });`)).toMatchObject({ detail: { at: inside }, next: "Did you mean supervise?" });
    const unlike = place(2);
    expect(await refused(`import { zebra } from "triad-runtime/domains";\nzebra();\n${BEGIN}${IDLE}`)).toEqual({ detail: { at: unlike, what: "triad-runtime/domains has no export zebra" }, next: `Mend ${unlike}, or the import of it.` });
  });

  it("and leaves alone what is imported whole, and types", async () => {
    const { code } = await run(`import * as all from "triad-runtime";\nimport { Program } from "triad-runtime";\n${BEGIN}export default defineProcess({ name: "a", *run({ k }): Program<unknown> { yield* k.now(); return "zebra" in all; } });`);
    expect(code).toBe(0);
  });

  it("for what it throws, at its line", async () => {
    const thrown = place(3);
    const { detail, next } = await refused(`${BEGIN}function deep() {\n  throw new Error("too early"); }\ndeep();\n${IDLE}`);
    expect([detail, next]).toEqual([{ entry: `${thrown.split(":")[0]}`, at: thrown, what: "Error: too early" }, `Mend ${thrown}: what stands outside of functions is executed when the program is loaded.`]);
  });

  it("for a declaration, at its line; files of one's own may be imported", async () => {
    const declared = place(2);
    const { detail, next } = await refused(`${BEGIN}export default defineProcess({ name: "a", domains: ["X"], *run() {} });`);
    expect([detail, next]).toEqual([{ argument: "domains", value: "X", allowed: "Q, PHI, each once", at: declared }, expect.stringMatching(/import triad-runtime, packages and files of your own/)]);
  });
});

describe("a call there is none of", () => {
  it.each([
    ["behind yield*", "yield* k.slep(3)", "k.slep is not a function; did you mean k.sleep"], ["alone", "k.slep(3)", "k.slep is not a function; did you mean k.sleep"],
    ["in another", "yield* k.log('x', yield* k.nwo())", "k.nwo is not a function; did you mean k.now"], ["imported", "yield* shared.zebra(3)", "k.zebra is not a function"],
    ["in asynchronous company", "const later = async () => 1; yield* k.slep(3)", "k.slep is not a function; did you mean k.sleep"],
    ["and not one that there is", "yield* k.now", "yield* takes what k, q and phi make: a call such as yield* k.now()"], ["nor of somebody else's", "k.x = {}; k.x.sleep(5)", null],
  ])("is named: %s", async (_, call, said) => {
    const { out } = await run(`${BEGIN}export default defineProcess({ name: "a", *run({ k }) { yield* k.now();\n ${call}; } });`, "--json");
    const { uncaught, fault } = onlyObject(out) as { readonly uncaught: readonly { readonly said: string }[]; readonly fault: unknown };
    if (said !== null) expect(uncaught).toMatchObject([{ said: `TypeError: ${said}` }]);
    else expect(uncaught[0]?.said).not.toMatch(/did you mean/);
    expect(fault).toMatchObject({ detail: { process: "root", error: "TypeError" } });
    expect(JSON.stringify(fault)).not.toContain("slep");
  });
});

describe("the report of a run that failed", () => {
  const text = (end: string): string => `${BEGIN}
    const flaky = defineProcess({ name: "flaky", *run({ k }) { yield* k.sleep(1); throw new Error("flaky broke"); } });
    const refused = defineProcess({ name: "refused", *run({ k }) { yield* k.sleep(0); } });
    const leaf = defineProcess({ name: "leaf", *run({ k }) { yield* k.sleep(9); throw new Error("leaf broke"); } });
    const mid = defineProcess({ name: "mid", *run({ k }) { return yield* k.join(yield* k.spawn(leaf)); } });
    const kept = (start, restarts = 1) => supervise({ strategy: "one-for-one", intensity: { restarts, within: 99 }, children: [{ id: "kept", start }] });
    export default defineProcess({ name: "top", *run({ k }) {
      try { yield* k.join(yield* k.spawn(flaky)); } catch {}
      try { yield* kept(flaky); } catch {}
      ${end}
    } });`;
  it.each([
    ["its own", "throw new Error('my own');", []], ["a bound", "for (;;) yield* k.sleep(9);", []],
    ["of a child's child", "yield* k.join(yield* k.spawn(mid));", ["root/mid#1/leaf#1", "root/mid#1"]], ["of a supervisor", "yield* kept(flaky);", ["root/flaky#5"]],
    ["of a supervisor of refused children", "yield* kept(refused);", ["root/refused#2"]], ["of a supervisor further up", "yield* kept(mid, 0);", ["root/mid#1/leaf#1", "root/mid#1"]],
  ])("names what led to it, and nothing that was handled or started again: %s", async (_, end, beneath) => {
    const { code, err } = await run(text(end), "--bounds", "ticks=60");
    expect(code).not.toBe(0);
    expect([...err.matchAll(/^ +beneath +(\S+) at /gm)].map(([, process]) => process)).toEqual(beneath);
  });
});

describe("a name or a tick that is not there", () => {
  beforeAll(async () => {
    writeFileSync(at("here.ts"), `${BEGIN}const solver = defineProcess({ name: "solver", *run({ k }) { yield* k.sleep(3); } });\nexport default defineProcess({ name: "here", *run({ k }) { yield* k.join(yield* k.spawn(solver)); } });`);
    expect((await triad("run", at("here.ts"), "--workers", "0", "--out", at("here.triad"))).code).toBe(0);
  });

  it("is said of processes, with the one that was meant", async () => {
    for (const words of [[], ["--json"], ["--jsonl"]]) {
      const { code, out, err } = await triad("trace", at("here.triad"), "--actor", "root/slover#1", ...words);
      expect([code, out]).toEqual([2, ""]);
      expect(err).toMatch(/no process has this name[^]*root\/solver#1/);
    }
    expect((await triad("trace", at("here.triad"), "--actor", "elsewhere/**")).code).toBe(2);
    expect((await triad("trace", at("here.triad"), "--actor", "root/solver*", "--event", "LOG")).code).toBe(0);
  });

  it("is said of the tick a replay was to stop at", async () => {
    const { code, out, err } = await triad("replay", at("here.triad"), "--trust-program", "--until", "L=999");
    expect([code, err]).toEqual([0, expect.stringMatching(/^the run ended at L=\d+, before L=999\n$/)]);
    expect(out).toMatch(/^replayed/);
    expect((await triad("replay", at("here.triad"), "--trust-program", "--until", "L=2")).err).not.toContain("the run ended");
  });

  it("is said of the fault of a recovery rule, with the one that was meant", async () => {
    const told = async (fault: string): Promise<unknown> => {
      writeFileSync(at("faults.json"), JSON.stringify({ recovery: { version: 1, rules: [{ fault: "CANCELLED", action: "continue" }, { fault, action: "continue" }] } }));
      return (onlyObject((await triad("run", at("here.ts"), "--faults", at("faults.json"), "--out", at("none.triad"), "--json")).err)["error"] as Readonly<Record<string, unknown>>)["detail"];
    };
    const refused = { at: "/rules/1", what: "fault is the name of a fault" };
    expect(await told("Q_HARDWARE_FAILURE")).toEqual({ ...refused, value: "Q_HARDWARE_FAILURE", suggestion: "Q_ERR_HARDWARE_FAILURE" });
    expect(await told("toString")).toEqual({ ...refused, value: "toString" });
    expect(await told("CANCELLED")).toEqual({ at: "/rules/1", what: "one rule for each fault" });
  });
});
