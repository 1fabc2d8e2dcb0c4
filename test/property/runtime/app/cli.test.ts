// Any words at all: the command line answers with an exit code of its own and, where it refuses, with a typed fault that says what
// to do next; never with a stack, and never with something on stdout that is no answer.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EXIT, Fault, FAULTS } from "../../../../kernel-abi/fault.ts";
import { readInput } from "../../../../runtime/app/cli/arguments.ts";
import { jsonPlace } from "../../../../runtime/app/cli/json-place.ts";
import { program, scratch, triad } from "../../../support/cli.ts";

const at = scratch();
const before = process.cwd();
beforeAll(async () => {
  mkdirSync(at("work"));
  process.chdir(at("work"));
  writeFileSync("garbage", "no trace and no program {");
  await triad("run", program("stuck"), "--seed", "7", "--workers", "0", "--out", "stuck.triad");
  writeFileSync("cut.triad", readFileSync("stuck.triad").subarray(0, -1_000));
});
afterAll(() => { process.chdir(before); });

const CODES: readonly number[] = Object.values(EXIT);

/** `run` gets no program here: what runs is another test's matter. */
const command = fc.constantFrom("run", "verify", "replay", "reproduce", "trace", "keys", "help", "rnu");
const option = fc.constantFrom(
  "--json", "--jsonl", "--seed", "--workers", "--out", "--input", "--file", "--bounds", "--policy", "--allow", "--durability", "--label", "--replace", "--log-level",
  "--signer", "--allow-unsealed", "--until", "--trust-program", "--program", "--actor", "--event", "--domain", "--from", "--to", "--failed", "--limit", "--help", "--version", "--", "-x", "--no-such");
const word = fc.oneof(
  fc.constantFrom("garbage", "stuck.triad", "nowhere", "list", "show", "trust", "export", "1", "0", "-1", "L=2", "ticks=1", "K,Q", "a=b", "**", "LOG", "{}", "@garbage", ""),
  fc.string({ unit: "binary", maxLength: 12 }).filter((text) => !/[/\\\0]/.test(text) && text !== "run"));
const anything = fc.tuple(fc.oneof({ weight: 9, arbitrary: command }, { weight: 1, arbitrary: word }), fc.array(fc.oneof(word, option), { maxLength: 7 }))
  .map(([first, rest]) => [first, ...rest]);

const file = fc.constantFrom("stuck.triad", "stuck.triad", "garbage", "cut.triad", "nowhere");
const given = (name: string, value: fc.Arbitrary<string>): fc.Arbitrary<readonly string[]> => fc.oneof(value, word).map((text) => [name, text]);
const flag = (name: string): fc.Arbitrary<readonly string[]> => fc.constant([name]);
const tick = fc.nat(4).map(String);
const code = [flag("--trust-program"), given("--program", fc.constantFrom(program("stuck"), program("bell"))), given("--out", fc.constantFrom("new.triad", "stuck.triad")), flag("--replace")];
/** Command lines with the right shape, so that what is refused is refused for its content. */
const plausible = fc.oneof(...([
  ["verify", [flag("--allow-unsealed"), given("--signer", fc.constantFrom("0".repeat(64), "garbage"))]],
  ["replay", [...code, given("--until", tick.map((n) => `L=${n}`))]],
  ["reproduce", [...code, given("--workers", fc.constant("0"))]],
  ["trace", [flag("--failed"), flag("--jsonl"), given("--actor", fc.constantFrom("root", "*")), given("--event", fc.constantFrom("TURN_*", "log")), given("--from", tick), given("--to", tick), given("--limit", tick)]],
] as const).map(([name, options]) => fc.tuple(file, fc.array(fc.oneof(flag("--json"), ...options), { maxLength: 4 })).map(([path, rest]) => [name, path, ...rest.flat()])));
const words = fc.oneof(anything, plausible);

const firstLine = (text: string): string => text.split("\n")[0] ?? "";

describe("any command line", () => {
  it("ends with a code of ours and refuses with a typed fault", async () => {
    await fc.assert(fc.asyncProperty(words, async (line) => {
      const { code, out, err } = await triad(...line);
      expect(CODES).toContain(code);
      expect(err).not.toMatch(/^ +at .*[:(]\d+:\d+\)?$/m);
      expect(err).not.toContain("RUNTIME_DEFECT");
      if (code === 0) return;
      if (err.startsWith("{")) {
        const said = JSON.parse(firstLine(err)) as { readonly error: { readonly name: string; readonly next: string }; readonly exit: number };
        expect(Object.keys(FAULTS)).toContain(said.error.name);
        expect([said.exit, said.error.next === ""]).toEqual([code, false]);
      } else {
        expect(firstLine(err)).toMatch(/^error [A-Z_]+ \d+: \S/);
        expect(err).toMatch(/^ +next +\S/m);
      }
      if (code === 2) expect(out).toBe("");
    }), { numRuns: 250 });
  });
});

describe("any --input", () => {
  it("is the value JSON.parse gives, or a refusal with a place within it", () => {
    const text = fc.oneof(fc.json(), fc.string({ unit: "binary" }), fc.json().chain((json) =>
      fc.tuple(fc.nat(json.length), fc.string({ maxLength: 2 })).map(([where, more]) => json.slice(0, where) + more + json.slice(where))));
    fc.assert(fc.property(text.filter((json) => !json.startsWith("@")), (json) => {
      let value: unknown;
      try {
        value = JSON.parse(json);
      } catch {
        const { line, column } = jsonPlace(json);
        const lines = json.split("\n");
        expect(line).toBeLessThanOrEqual(lines.length);
        expect(column).toBeLessThanOrEqual((lines[line - 1] ?? "").length + 1);
        expect(() => readInput(json)).toThrow(expect.objectContaining({ fault: "USAGE", detail: expect.objectContaining({ line, column }) as unknown }));
        return;
      }
      try {
        expect(readInput(json)).toEqual(value);
      } catch (error) {
        expect(error).toBeInstanceOf(Fault); // -0 and half a surrogate pair have no place in a trace
      }
    }), { numRuns: 500 });
  });

  it("is refused exactly where something strange was put", () => {
    fc.assert(fc.property(fc.jsonValue({ maxDepth: 4 }).map((value) => JSON.stringify(value, null, 1)), fc.constantFrom("\u0001", "?", "'"), (json, strange) => {
      const gaps = [...json.matchAll(/\n *(?=[[\]{}"\d-])/g)].map(({ index, 0: gap }) => index + gap.length);
      for (const gap of gaps.slice(0, 5)) {
        const before = json.slice(0, gap);
        expect(jsonPlace(before + strange + json.slice(gap))).toMatchObject({ line: before.split("\n").length, column: gap - before.lastIndexOf("\n") });
      }
    }), { numRuns: 200 });
  });
});
