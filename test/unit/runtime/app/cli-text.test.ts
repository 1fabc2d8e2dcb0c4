import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { Fault } from "../../../../kernel-abi/fault.ts";
import { parseBounds, parseAuthority, parseFile } from "../../../../runtime/app/cli/arguments.ts";
import { jsonPlace } from "../../../../runtime/app/cli/json-place.ts";
import { nearest } from "../../../../runtime/app/nearest.ts";
import { printFacts, printFault } from "../../../../runtime/app/cli/output.ts";
import { table } from "../../../../runtime/app/cli/table.ts";
import { terminal } from "../../../../runtime/app/cli/terminal.ts";
import { jsonText, prettyJson, printable, shellWord, toJson } from "../../../../runtime/app/cli/values.ts";
import { capture } from "../../../support/cli.ts";

describe("values", () => {
  it("become JSON without losing what they were", () => {
    expect(toJson({ f: Float32Array.of(0.5, -0), b: BigInt64Array.of(2n ** 60n), n: [NaN, -Infinity, -0, 0], u: undefined })).toEqual({
      f: [0.5, "-0"], b: ["1152921504606846976"], n: ["NaN", "-Infinity", "-0", 0],
    });
    expect(toJson(new Map<unknown, unknown>([["a", new Set([1])]]))).toEqual({ a: [1] });
    expect(toJson(new Map<unknown, unknown>([[1, "one"]]))).toEqual([[1, "one"]]);
    expect([toJson(undefined), toJson(new Date(0)), toJson(new Date(NaN)), toJson(new RangeError("no"))]).toEqual([null, "1970-01-01T00:00:00.000Z", "Invalid Date", "RangeError: no"]);
  });

  it("keep a member called __proto__ a member", () => {
    expect(jsonText(toJson(JSON.parse('{"__proto__":{"x":1}}')))).toBe('{"__proto__":{"x":1}}');
  });

  it("end where they would go round in circles", () => {
    const circle: unknown[] = [];
    circle.push(circle);
    expect(jsonText(toJson(circle))).toContain("…");
  });

  it("stand on one line where they fit and a member a line where not", () => {
    expect(prettyJson({ a: [1, 2], b: {} })).toBe('{"a": [1, 2], "b": {}}');
    const long = { name: "x".repeat(70), list: [1, 2, 3] };
    expect(prettyJson(long)).toBe(`{\n  "name": "${long.name}",\n  "list": [1, 2, 3]\n}`);
    expect(JSON.parse(prettyJson([long, [long]]))).toEqual([long, [long]]);
  });

  it("never steer a terminal", () => {
    const hostile = "a\u001b[2J\u009b31m\u202eb\u0007\n\r\t\u007f";
    expect(printable(hostile)).toBe("a\\u001b[2J\\u009b31m\\u202eb\\u0007\\n\\r\\t\\u007f");
    expect(JSON.parse(jsonText({ [hostile]: hostile }))).toEqual({ [hostile]: hostile });
    expect(jsonText(hostile)).toMatch(/^[\u0020-\u007e]*$/);
  });

  it("are quoted where a shell would take them apart", () => {
    expect(["runs/a-b_1.triad", "a b", "it's", "$(rm)"].map(shellWord)).toEqual(["runs/a-b_1.triad", "'a b'", "'it'\\''s'", "'$(rm)'"]);
  });
});

describe("tables", () => {
  const columns = [{ title: "n", align: "right" }, { title: "what" }, { title: "rest" }] as const;
  const render = (rows: readonly (readonly string[])[], width?: number): string => [...table(columns, rows, width, (text) => text)].join("");

  it("line up, titles included", () => {
    expect(render([["1", "a", "x"], ["10", "long", ""]])).toBe(" n  what  rest\n 1  a     x\n10  long\n");
  });

  it("are cut at the edge and stream beyond their sample", () => {
    expect(render([["1", "a", "0123456789"]], 19).split("\n")[1]).toBe("1  a     0123456789");
    expect(render([["1", "a", "0123456789"]], 13).split("\n")[1]).toBe("1  a     012…");
    let taken = 0;
    function* rows(): Generator<readonly string[]> { for (;;) yield [String(taken += 1), "a", "b"]; }
    const lines = table(columns, rows(), undefined, (text) => text);
    for (let line = 0; line < 1_000; line++) lines.next();
    expect(taken).toBeLessThan(1_010);
  });
});

describe("faults for people", () => {
  it("say what happened, the detail, and what to do", () => {
    const { stream, text } = capture();
    printFault(terminal(stream, false), new Fault("RUN_BOUNDED", { bound: "turns", limit: 5 }).toJSON());
    expect(text()).toBe([
      "error RUN_BOUNDED 3201: The run used up one of its bounds.",
      "  bound      turns", "  limit      5", "  next       Raise the bound named in the detail, or give the program less to do.", "",
    ].join("\n"));
  });

  it("keep the lines of one fact below each other", () => {
    const { stream, text } = capture();
    printFacts(terminal(stream, false), [["a", "one\ntwo"], undefined], "  ");
    expect(text()).toBe("  a          one\n             two\n");
  });
});

describe("arguments", () => {
  it("read bounds, domains and files", () => {
    expect(parseBounds("ticks=1,shots=0", { turns: 2 })).toEqual({ ticks: 1, turns: 2, shots: 0 });
    expect([parseAuthority("k"), parseAuthority("PHI,q"), parseAuthority("Q, Q")]).toEqual([[], ["Q", "PHI"], ["Q"]]);
    expect(parseFile("b=x=y", parseFile("a=1"))).toEqual({ a: "1", b: "x=y" });
  });

  it.each(["", "ticks", "ticks=", "ticks=-1", "ticks=1.5", "ticks=99999999999999999", "__proto__=1", "ticks=1,"])("refuse the bounds %j", (text) => {
    expect(() => parseBounds(text)).toThrow(Fault);
  });

  it("refuse a file named twice", () => {
    expect(() => parseFile("a=2", { a: "1" })).toThrow(/twice/);
  });
});

describe("where JSON goes wrong", () => {
  it.each([
    ["", 1, 1, "a value"],
    ["  ", 1, 3, "a value"],
    ["[1,2", 1, 5, ", or ]"],
    ["[1 2]", 1, 4, ", or ]"],
    ["[1,]", 1, 4, "a value"],
    ["[", 1, 2, "a value or ]"],
    ["{", 1, 2, "a name in double quotes or }"],
    ["{a:1}", 1, 2, "a name in double quotes or }"],
    ['{"a" 1}', 1, 6, ":"],
    ['{"a":1,}', 1, 8, "a name in double quotes"],
    ['{"a":1]', 1, 7, ", or }"],
    ["{} x", 1, 4, "the end"],
    ["01", 1, 1, "a value"],
    ["[\n  tru\n]", 2, 3, "a value or ]"],
    ['["\u0001"]', 1, 2, "a value or ]"],
    ['["\\x"]', 1, 2, "a value or ]"],
    ["[[[1]]}", 1, 7, ", or ]"],
  ])("%j", (text, line, column, expected) => {
    expect(() => { JSON.parse(text); }).toThrow();
    expect(jsonPlace(text)).toEqual({ line, column, expected });
  });
});

describe("the nearest word", () => {
  it("is the one that was meant, or none", () => {
    const words = ["run", "verify", "replay", "reproduce", "trace"];
    expect(["rnu", "veriyf", "repaly", "reprduce", "traces", "x", "", "y".repeat(1_000)].map((word) => nearest(word, words)))
      .toEqual(["run", "verify", "replay", "reproduce", "trace", undefined, undefined, undefined]);
  });
});

describe("starting quickly", () => {
  const IMPORT = /^(?:import|export)(?! type\b)[^;]*? from "([^"]+)";/gms;

  /** Everything a module loads at once: files of ours and packages. */
  function loads(entry: URL, seen = new Set<string>()): Set<string> {
    if (seen.has(entry.href)) return seen;
    seen.add(entry.href);
    for (const [, name = ""] of readFileSync(entry, "utf8").matchAll(IMPORT)) {
      if (!name.startsWith(".")) seen.add(name);
      else loads(new URL(name, entry), seen);
    }
    return seen;
  }
  const cli = new URL("../../../../runtime/app/cli/", import.meta.url);

  it("is not spoilt by what a command does not use", () => {
    expect(existsSync(new URL("main.ts", cli))).toBe(true);
    const main = [...loads(new URL("main.ts", cli))];
    expect(main).toContain("commander");
    expect(main.filter((name) => /typebox|esbuild|piscina|xstate|pino|msgpackr|\/domains\/|\/commands\//.test(name))).toEqual([]);
    const verify = [...loads(new URL("commands/verify.ts", cli))];
    expect(verify.some((name) => name.endsWith("/replay/verify.ts"))).toBe(true);
    expect(verify.filter((name) => /esbuild|piscina|xstate|pino|\/domains\/|app\/(record|trace|execute)\.ts|node:(vm|worker_threads)/.test(name))).toEqual([]);
  });
});
