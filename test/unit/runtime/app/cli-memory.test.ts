// The command line over finished traces: diff, replay --against, replay --actor, trace --cone.
import { readFileSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { onlyObject, program, scratch, triad } from "../../../support/cli.ts";

const at = scratch();
let bell = "";
let other = "";
let edited = "";

const SECRET = [
  'import { defineProcess } from "triad-runtime";',
  'export default defineProcess({ name: "secret", *run({ k }) {',
  '  yield* k.log("made", made());',
  "  return 0;",
  "} });",
  'const made = (): unknown => ({ pin: 4711, text: "payload one" });',
  "",
].join("\n");

beforeAll(async () => {
  [bell, other, edited] = [at("bell.triad"), at("other.triad"), at("bell.ts")];
  await triad("run", program("bell"), "--seed", "7", "--workers", "0", "--out", bell);
  await triad("run", program("bell"), "--seed", "3", "--workers", "0", "--out", other);
  writeFileSync(edited, readFileSync(program("bell"), "utf8").replace("k.sleep(2)", "k.sleep(3)"));
});

describe("triad diff", () => {
  it("exits 0 for the same run and says what was compared", async () => {
    const { code, out, err } = await triad("diff", bell, bell);
    expect([code, err]).toEqual([0, ""]);
    expect(out).toMatch(/^equal {2}.*: the same run\ndigest +[0-9a-f]{64}\ncompared +\d+ events in \d+ frames\n$/);
  });

  it("exits 3 for another run: the seed, the first field, and what both knew", async () => {
    const { code, out } = await triad("diff", bell, other);
    expect(code).toBe(3);
    expect(out).toMatch(/^different {2}.*: different runs\nheader +seed\n +a 7\n +b 3\nframe +\d+/);
    expect(out).toMatch(/^cause +what decides the runs differs: seed$/m);
    expect(out).toMatch(/^a +\S[^]*^b +\S[^]*^both knew +event/m);
    const json = onlyObject((await triad("diff", bell, other, "--json")).out);
    expect(json).toMatchObject({ schema: "triad.diff/1", equal: false, where: "frame", a: { file: bell }, b: { file: other }, description: [{ part: "header", field: "seed", a: "7", b: "3" }] });
    expect(json["first"]).toMatchObject({ frame: expect.any(Number), field: expect.any(String), a: { past: expect.any(Array) }, b: { past: expect.any(Array) } });
  });

  it("exits 4 for a file that is not what was sealed, and 2 for one that is not there", async () => {
    const bytes = readFileSync(bell);
    bytes[bytes.length - 100] = (bytes[bytes.length - 100] ?? 0) ^ 1;
    writeFileSync(at("tampered.triad"), bytes);
    expect((await triad("diff", bell, at("tampered.triad"))).code).toBe(4);
    expect((await triad("diff", bell, at("nowhere.triad"))).code).toBe(2);
    expect((await triad("diff", bell)).code).toBe(2);
  });
});

describe("triad replay --against", () => {
  it("exits 0 for a program that still does what was recorded, and says which programs", async () => {
    writeFileSync(at("same.ts"), `// a comment more\n${readFileSync(program("bell"), "utf8")}`);
    const { code, out } = await triad("replay", bell, "--against", at("same.ts"));
    expect(code).toBe(0);
    expect(out).toMatch(/^program +[0-9a-f]{64}\n +.*same\.ts still does what the recorded program did\nrecorded +[0-9a-f]{64}$/m);
    const { program: ran, recorded, complete } = onlyObject((await triad("replay", bell, "--against", at("same.ts"), "--json")).out);
    expect([typeof ran, typeof recorded, ran === recorded, complete]).toEqual(["string", "string", false, true]);
  });

  it("exits 3 with the line, the edit and the next step", async () => {
    const line = readFileSync(edited, "utf8").split("\n").findIndex((text) => text.includes("k.sleep(3)")) + 1;
    const { code, out, err } = await triad("replay", bell, "--against", edited, "--json");
    expect([code, out]).toEqual([3, ""]);
    const { error } = onlyObject(err) as { error: { detail: Readonly<Record<string, unknown>> } };
    expect(error.detail).toMatchObject({
      actor: "root/sum#1", field: "entries[0].subject", at: `bell.ts:${line}`, line: "yield* k.sleep(3);", edited: `bell.ts:${line}`, was: "yield* k.sleep(2);", is: "yield* k.sleep(3);", edits: 1,
      fix: expect.stringContaining(`bell.ts:${line}`), program: expect.stringMatching(/^[0-9a-f]{64}$/), recorded: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(error.detail["program"]).not.toBe(error.detail["recorded"]);
  });

  it("shows which member differs and both values, as JSON too; with --no-values sizes and digests", async () => {
    writeFileSync(at("secret.ts"), SECRET);
    writeFileSync(edited, SECRET.replace("4711", "4712").replace("payload one", "payload two"));
    await triad("run", at("secret.ts"), "--workers", "0", "--out", at("secret.triad"));
    const words = ["replay", at("secret.triad"), "--against", edited] as const;
    const { code, err } = await triad(...words);
    expect([code, err]).toEqual([3, expect.stringMatching(/^ +field +entries\[0\]\.body\.data\.pin\n +expected +4711\n +actual +4712\n +also +entries\[0\]\.body\.data\.text "payload one" → "payload two"$/m)]);
    const shown = onlyObject((await triad(...words, "--json")).err) as { error: { detail: unknown } };
    expect(shown.error.detail).toMatchObject({
      event: expect.any(Number), actor: "root", field: "entries[0].body.data.pin", expected: 4711, actual: 4712, at: "bell.ts:3",
      also: [{ field: "entries[0].body.data.text", expected: "payload one", actual: "payload two" }], cause: expect.any(String), fix: expect.any(String),
    });
    for (const more of [[], ["--json"]]) {
      const hidden = (await triad(...words, "--no-values", ...more)).err;
      expect(hidden.match(/\d+ bytes sha256:[0-9a-f]{16}/g)?.length).toBeGreaterThanOrEqual(2);
      expect(hidden.replaceAll(/"?(line|was|is)"?[ :=][^\n]*/g, "")).not.toMatch(/471[12]|payload/);
    }
  });

  it("is what a refused --program points to, and goes with no other source of code", async () => {
    const refused = await triad("replay", bell, "--program", edited);
    expect([refused.code, refused.err.includes("--against")]).toEqual([5, true]);
    expect((await triad("replay", bell, "--against", edited, "--trust-program")).code).toBe(2);
    expect((await triad("replay", bell, "--against", at("nowhere.ts"))).code).toBe(2);
  });

  it("names the line of a program that does not load", async () => {
    writeFileSync(at("broken.ts"), 'import { circuit, defineProcess } from "triad-runtime";\nconst one = circuit(2);\none.h(7);\nexport default defineProcess({ name: "bell", *run() { return 1; } });\n');
    expect((await triad("replay", bell, "--against", at("broken.ts"))).err).toMatch(/^ +at +broken\.ts:3$/m);
  });
});

describe("the causal cone", () => {
  it("of replay --actor: the actor's turns and what led to them", async () => {
    const { code, out } = await triad("replay", bell, "--trust-program", "--actor", "root/sum#1");
    expect(code).toBe(0);
    expect(out).toMatch(/^replayed[^]*^root\/sum#1: 2 turns; \d+ of \d+ frames happened before, or are theirs \(\*\)\nevent +tick/m);
    expect(out).toMatch(/\* +root\/sum#1 +turn \(START\) +spawn by root #\d+ +TIMER_SET → WAITING for TIMER$/m);
    const { cone } = onlyObject((await triad("replay", bell, "--trust-program", "--actor", "root/sum#1", "--json")).out) as { cone: { actors: unknown; turns: number; frames: number; members: readonly unknown[] } };
    expect([cone.actors, cone.turns, cone.members.length]).toEqual([["root/sum#1"], 2, cone.frames]);
    expect(cone.members.at(-1)).toMatchObject({ actor: "root/sum#1", own: true, events: [{ eventType: "PROC_EXIT" }, {}, {}] });
  });

  it("of trace --actor --cone, as a table, as one object and as lines, without executing anything", async () => {
    const { members } = (onlyObject((await triad("trace", bell, "--actor", "root/sum#1", "--cone", "--json")).out) as { cone: { members: readonly unknown[] } }).cone;
    expect((await triad("trace", bell, "--actor", "root/sum#1", "--cone", "--jsonl")).out.trimEnd().split("\n").map((line) => JSON.parse(line) as unknown)).toEqual(members);
    expect((await triad("trace", bell, "--actor", "root/sum#1", "--cone")).out).toContain("listed unverified");
    expect((await triad("trace", bell, "--cone")).code).toBe(2);
    expect((await triad("trace", bell, "--actor", "root", "--cone", "--event", "LOG")).code).toBe(2);
  });

  it("of nobody is a slip of the pen", async () => {
    const { code, err } = await triad("trace", bell, "--actor", "root/sun#1", "--cone");
    expect([code, err.includes("root/sum#1")]).toEqual([2, true]);
  });
});
