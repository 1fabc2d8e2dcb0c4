import { existsSync, readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { describe, expect, it } from "vitest";
import type { FaultJson } from "../../../../kernel-abi/fault.ts";
import { onlyObject, program, scratch, triad, triadOn } from "../../../support/cli.ts";

const at = scratch();
const run = (name: string, out: string, ...words: readonly string[]): ReturnType<typeof triad> =>
  triad("run", program(name), "--seed", "7", "--workers", "0", "--out", at(out), ...words);

describe("triad run", () => {
  it("says outcome, result, digest, trace and what to type next, all on stdout", async () => {
    const { code, out, err } = await run("bell", "bell.triad");
    expect([code, err]).toEqual([0, ""]);
    expect(out).toMatch(/^completed {2}bell\n/);
    expect(out).toMatch(/^result +\{"bits": \[(0, 0|1, 1)\], "sum": [02]\}$/m);
    expect(out).toMatch(/^digest +[0-9a-f]{64}$/m);
    expect(out).toContain(`triad replay ${at("bell.triad")} --program ${program("bell")}`);
    expect(existsSync(at("bell.triad"))).toBe(true);
    expect(existsSync(at("bell.triad.partial"))).toBe(false);
  });

  it.each(["number", "nothing", "uncalled"])("says where yield* was given no program (%s), and what it takes, in words that are in no record", async (kind) => {
    const { code, out } = await run("slip", `slip-${kind}.triad`, "--input", JSON.stringify(kind), "--json");
    expect([code, onlyObject(out)]).toMatchObject([1, {
      fault: { name: "PROCESS_FAILED" }, uncaught: [{ process: "root", place: "slip.ts:12", said: "TypeError: yield* takes what k, q and phi make: a call such as yield* k.now()" }],
    }]);
    expect((onlyObject(out)["fault"] as FaultJson).detail).toEqual({ process: "root", error: "TypeError" });
  });

  it("leaves what iterating something throws in its own words, and names its own line", async () => {
    const { out } = await run("slip", "slip-own.triad", "--input", '"own"', "--json");
    expect(onlyObject(out)["uncaught"]).toEqual([{ process: "root", place: "slip.ts:6", said: "TypeError: not today" }]);
  });

  it("prints one object with --json and nothing else", async () => {
    const { code, out, err } = await run("bell", "json.triad", "--json");
    expect([code, err]).toEqual([0, ""]);
    const said = onlyObject(out);
    expect(Object.keys(said)).toEqual([
      "schema", "program", "outcome", "result", "ticks", "turns", "messages", "shots", "fault", "failures", "waits", "digest", "trace", "seed", "signer", "uncaught", "exit",
    ]);
    expect(said).toMatchObject({ schema: "triad.run/1", outcome: "completed", trace: at("json.triad"), seed: "7", shots: 1, fault: null, failures: [], waits: [], exit: 0 });
  });

  it("gives the same digest for the same seed, whatever file it goes to", async () => {
    const digests = await Promise.all([run("bell", "one.triad", "--json"), run("bell", "two.triad", "--json", "--label", "another")]);
    expect(new Set(digests.map(({ out }) => onlyObject(out)["digest"])).size).toBe(1);
    expect(onlyObject((await triad("run", program("bell"), "--seed", "8", "--workers", "0", "--out", at("three.triad"), "--json")).out)["digest"])
      .not.toBe(onlyObject(digests[0].out)["digest"]);
  });

  it("names the place of an uncaught error in the program's source and exits 1", async () => {
    const { code, out, err } = await run("failing", "failing.triad");
    const line = readFileSync(program("failing"), "utf8").split("\n").findIndex((text) => text.includes("throw new Error")) + 1;
    expect(code).toBe(1);
    expect(out).toMatch(/^faulted {2}failing\n/);
    expect(err).toMatch(/^error PROCESS_FAILED 3103: /);
    expect(err).toContain(`place      failing.ts:${line}\n`);
    expect(err).toContain("next       ");
    expect(onlyObject((await run("failing", "failing.triad", "--replace", "--json")).out)).toMatchObject({
      outcome: "faulted", exit: 1, result: null, fault: { name: "PROCESS_FAILED" }, uncaught: [{ process: "root", place: `failing.ts:${line}` }],
    });
  });

  it("draws the wait-for graph of a stuck run and exits 1", async () => {
    const { code, err } = await run("stuck", "stuck.triad");
    expect(code).toBe(1);
    expect(err).toMatch(/^error RUN_STUCK 3202: /);
    expect(err).toContain("root waits for message");
  });

  it.each([["ticks=5", "ticks"], ["turns=4,ticks=1000", "turns"]])("exits 6 when the bound %s is reached, and says how to raise it", async (bounds, bound) => {
    const { code, out, err } = await run("endless", `${bound}.triad`, "--bounds", bounds);
    expect([code, out.split("\n")[0]]).toEqual([6, "bounded  endless"]);
    expect(err).toContain(`--bounds ${bound}=N`);
  });

  it("exits 5 when the program is refused what --allow withholds", async () => {
    const { code, err } = await run("denied", "denied.triad", "--allow", "k");
    expect(code).toBe(5);
    expect(err).toMatch(/^error DOMAIN_UNAUTHORIZED 1: /);
    expect((await run("denied", "granted.triad", "--allow", "K,q")).code).toBe(0);
  });

  it("tells of failures nobody asked about, although the run completed", async () => {
    const { code, err } = await run("chatty", "chatty.triad");
    expect(code).toBe(0);
    expect(err).toMatch(/^warning PROCESS_FAILED 3103: /);
    expect(err).toContain("nobody joined root/lost#1");
    expect(err).toMatch(/place +chatty\.ts:\d+\n/);
  });

  it("names the place of a call that was refused, in whichever process, and changes nothing of the record for it", async () => {
    writeFileSync(at("unkind.ts"), `import { defineProcess, within } from "triad-runtime";
      const helper = function* (k) {
        yield* k.sleep(2);
        yield* k.send(null, 1);
      };
      const child = defineProcess({ name: "child", *run({ k }) {
        try { yield* k.sleep(0); } catch { yield* k.log("caught"); }
        yield* within(9, helper(k));
      } });
      export default defineProcess({ name: "refused", *run({ k }) {
        const one = yield* k.spawn(child);
        yield* k.sleep(20);
        return yield* k.join(one);
      } });`);
    const { code, err } = await triad("run", at("unkind.ts"), "--seed", "7", "--workers", "0", "--out", at("unkind.triad"));
    expect([code, err]).toEqual([1, expect.stringMatching(/place +unkind\.ts:13\n *beneath +root\/child#1 at unkind\.ts:4: ABI_MALFORMED/)]);
    const [json, again] = await Promise.all([1, 2].map((n) => triad("run", at("unkind.ts"), "--seed", "7", "--workers", "0", "--out", at(`unkind-${n}.triad`), "--json")));
    expect(onlyObject(json?.out ?? "")["uncaught"]).toMatchObject([{ process: "root/child#1", place: "unkind.ts:4" }, { process: "root", place: "unkind.ts:13" }]);
    expect(onlyObject(again?.out ?? "")["digest"]).toBe(onlyObject(json?.out ?? "")["digest"]);
    expect((await triad("verify", at("unkind.triad"))).code).toBe(0);
  });

  it("renders what JSON has no form for", async () => {
    const { out } = await run("chatty", "values.triad", "--json", "--input", '{"deep":[1,{"a":null}]}');
    expect(onlyObject(out)["result"]).toEqual({ numbers: [1.5, "-0", "NaN", "Infinity"], bytes: [1, 2], input: { deep: [1, { a: null }] } });
  });

  it("hands over inputs and files, and refuses what the program does not take", async () => {
    writeFileSync(at("words.txt"), "ab\n");
    writeFileSync(at("input.json"), '{"times": 3}');
    const read = (input: string): ReturnType<typeof triad> => run("reader", "reader.triad", "--replace", "--json", "--file", `words=${at("words.txt")}`, "--input", input);
    expect(onlyObject((await read(`@${at("input.json")}`)).out)["result"]).toBe("ababab");
    const refused = await run("reader", "refused.triad", "--json", "--file", `words=${at("words.txt")}`, "--input", '{"times":0}');
    expect([refused.code, refused.out]).toEqual([2, ""]);
    expect(onlyObject(refused.err)["error"]).toMatchObject({ name: "INPUT_INVALID", detail: { at: "input.times" } });
    expect([existsSync(at("refused.triad")), existsSync(at("refused.triad.partial"))]).toEqual([false, false]);
  });

  it("never overwrites a trace unless told to", async () => {
    await run("stuck", "kept.triad");
    const before = readFileSync(at("kept.triad"));
    const refused = await run("bell", "kept.triad");
    expect([refused.code, readFileSync(at("kept.triad")).equals(before)]).toEqual([2, true]);
    expect(refused.err).toMatch(/^error FILE_UNREADABLE 3402: /);
    expect((await run("bell", "kept.triad", "--replace")).code).toBe(0);
    expect(readFileSync(at("kept.triad")).equals(before)).toBe(false);
  });

  it("finds a free name beside its program's when none is given", async () => {
    const folder = process.cwd();
    process.chdir(at("."));
    try {
      const traces = [];
      for (let run = 0; run < 2; run++) traces.push(onlyObject((await triad("run", program("stuck"), "--workers", "0", "--json")).out)["trace"]);
      expect(traces).toEqual(["stuck-2.triad", "stuck-3.triad"]); // stuck.triad stands there from another test
    } finally {
      process.chdir(folder);
    }
  });

  it("shows the log on a terminal, with what could steer the terminal made visible", async () => {
    const { out, err } = await triadOn({ columns: 100 }, "run", program("chatty"), "--workers", "0", "--seed", "7", "--out", at("tty.triad"));
    expect(err).toContain('1 root plain {"input":null}\n');
    expect(err).toContain("1 root loud \\u001b[31m\\u202e [1,2]\n");
    expect(err).not.toContain("quiet");
    expect(`${out}${err}`).not.toContain("\u001b");
  });

  it("colours on a terminal only, and only where colours are wanted", async () => {
    const words = ["run", program("failing"), "--workers", "0", "--replace", "--out", at("colour.triad")];
    const coloured = await triadOn({ columns: 100, colour: true }, ...words);
    expect(coloured.out).toContain("\u001b[31mfaulted\u001b[39m");
    expect(coloured.err).toContain("\u001b[31merror PROCESS_FAILED");
    const piped = await triadOn({ colour: true }, ...words);
    expect(`${piped.out}${piped.err}`).not.toContain("\u001b");
  });

  it.each([
    [["nowhere.ts"], "FILE_UNREADABLE", 2],
    [[program("bell"), "--workers", "many"], "USAGE", 2],
    [[program("bell"), "--workers", "1025"], "USAGE", 2],
    [[program("bell"), "--bounds", "ticks=1e5"], "USAGE", 2],
    [[program("bell"), "--bounds", "ticks=500,ticks=1"], "USAGE", 2],
    [[program("bell"), "--bounds", "hours=1"], "USAGE", 2],
    [[program("bell"), "--allow", "Z"], "USAGE", 2],
    [[program("bell"), "--policy", "fair"], "USAGE", 2],
    [[program("bell"), "--durability", "none"], "USAGE", 2],
    [[program("bell"), "--file", "words"], "USAGE", 2],
    [[program("bell"), "--seed", ""], "USAGE", 2],
    [[program("bell"), "--input", "{"], "USAGE", 2],
    [[program("bell"), "--input", "-0"], "USAGE", 2],
    [[program("bell"), "--input", "@nowhere.json"], "FILE_UNREADABLE", 2],
    [[program("bell"), "--log-level", "loud"], "USAGE", 2],
    [[program("bell"), "more"], "USAGE", 2],
    [[], "USAGE", 2],
  ])("refuses %j", async (words, fault, exit) => {
    const human = await triad("run", ...words, "--out", at("refused.triad"));
    expect([human.code, human.out]).toEqual([exit, ""]);
    expect(human.err).toMatch(new RegExp(`^error ${fault} \\d+: .*\\n[^]*  next +\\S`));
    const machine = await triad("run", ...words, "--out", at("refused.triad"), "--json");
    expect([machine.code, machine.out]).toEqual([exit, ""]);
    expect(onlyObject(machine.err)).toMatchObject({ schema: "triad.error/1", error: { name: fault }, exit });
    expect(existsSync(at("refused.triad"))).toBe(false);
  });

  it("says where --input stops being JSON", async () => {
    const { err } = await triad("run", program("bell"), "--input", '{"a": 1,\n "b": tru}');
    expect(err).toMatch(/line +2\n +column +7\n +expected +a value\n/);
  });

  it("shows a stack only when asked", async () => {
    expect((await triad("run", "nowhere.ts")).err).not.toMatch(/^ +at /m);
    expect((await triadOn({ debug: true }, "run", "nowhere.ts")).err).toMatch(/^ +at /m);
  });
});
