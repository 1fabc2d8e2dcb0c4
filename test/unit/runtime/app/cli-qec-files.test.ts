// Where triad qec writes: every output a file of its own, apart from what is read, by whatever path or link it is named.
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { EXIT } from "../../../../kernel-abi/fault.ts";
import { onlyObject, scratch, triad } from "../../../support/cli.ts";

const at = scratch();
const KEPT = "what somebody made";
const code = ["--code", "repetition_code:memory", "--workers", "0"];
const study = ["--code", "repetition_code:memory", "--distances", "3", "--p", "0.01", "--max-shots", "100", "--workers", "0"];
beforeAll(() => {
  for (const name of ["a.triad", "c.stim", "m.dem", "ci.json", "hw.json", "s.json", "e.b8", "x.triad.partial", "plain"]) writeFileSync(at(name), KEPT);
  for (const name of ["real", "folder.svg"]) mkdirSync(at(name));
  symlinkSync(at("real"), at("linked"));
  symlinkSync(at("c.stim"), at("link.stim"));
});
/** Words with the names of files in the scratch folder. */
const placed = (words: readonly string[]): readonly string[] => words.map((word) => (/^[\w/]+\.[\w.]+$/.test(word) && !/^\d/.test(word) ? at(word) : word));
async function refused(words: readonly string[]): Promise<Readonly<Record<string, unknown>>> {
  const { code: exit, out, err } = await triad("qec", ...placed(words), "--replace", "--json");
  expect([exit, out]).toEqual([EXIT.usage, ""]);
  return (onlyObject(err)["error"] as { readonly detail: Readonly<Record<string, unknown>> }).detail;
}

describe("two outputs", () => {
  it.each<readonly [string, readonly string[]]>([
    ["--out, --csv", ["threshold", ...study, "--out", "a.triad", "--csv", "a.triad"]],
    ["--csv, --plot", ["threshold", ...study, "--out", "t.triad", "--csv", "c.svg", "--plot", "c.svg"]],
    ["--fits-csv, --fits-parquet", ["threshold", ...study, "--out", "t.triad", "--fits-csv", "f.x", "--fits-parquet", "f.x"]],
    ["--out, --events", ["sample", ...code, "--out", "z.triad", "--events", "z.triad"]],
    ["--out, --events", ["sample", ...code, "--out", "x.triad", "--events", "x.triad.partial"]],
    ["--events, --observables", ["sample", ...code, "--events", "z.b8", "--observables", "z.b8"]],
    ["--events, --csv", ["sample", ...code, "--events", "real/z.b8", "--csv", "linked/z.b8"]],
    ["--predictions, --csv", ["decode", ...code, "--events", "e.b8", "--predictions", "p.b8", "--csv", "p.b8"]],
    ["--csv, --parquet", ["decode", ...code, "--events", "e.b8", "--csv", "x.triad", "--parquet", "x.triad.partial"]],
    ["--csv, --breakdown", ["estimate", "ci.json", "--csv", "e.csv", "--breakdown", "e.csv"]],
    ["--csv, --plot", ["report", "a.triad", "--csv", "r.csv", "--plot", "r.csv"]],
  ])("are two files: %s of %j", async (options, words) => {
    expect(await refused(words)).toMatchObject({ options, what: "both would be written into one file" });
    expect([readFileSync(at("a.triad"), "utf8"), readFileSync(at("x.triad.partial"), "utf8"), existsSync(at("t.triad.partial"))]).toEqual([KEPT, KEPT, false]);
  });
});

describe("an output", () => {
  it.each<readonly [string, string, readonly string[]]>([
    ["--csv", "ci.json", ["estimate", "ci.json", "--csv", "ci.json"]],
    ["--breakdown", "hw.json", ["estimate", "ci.json", "--hardware", "hw.json", "--breakdown", "hw.json"]],
    ["--events", "c.stim", ["sample", "c.stim", "--events", "link.stim"]],
    ["--observables", "c.stim", ["sample", "c.stim", "--events", "o.b8", "--observables", "c.stim"]],
    ["--out", "s.json", ["threshold", "--study", "s.json", "--out", "s.json"]],
    ["--csv", "s.json", ["threshold", "--study", "s.json", "--csv", "s.json"]],
    ["--predictions", "m.dem", ["decode", "--dem", "m.dem", "--events", "e.b8", "--predictions", "m.dem"]],
    ["--parquet", "e.b8", ["decode", ...code, "--events", "e.b8", "--parquet", "e.b8"]],
    ["--out", "c.stim", ["circuit", "c.stim", "--out", "c.stim"]],
    ["--plot", "a.triad", ["report", "a.triad", "--plot", "a.triad"]],
  ])("is no input: %s %s", async (option, file, words) => {
    const detail = await refused(words);
    expect([detail["option"], detail["what"]]).toEqual([option, expect.stringMatching(/never writes where it reads/)]);
    expect(readFileSync(at(file), "utf8")).toBe(KEPT);
  });
});

describe("a folder", () => {
  const csv = ["--csv", "nodir/x.csv"];
  it.each<readonly [string, string, RegExp, readonly string[]]>([
    ["--csv", "nodir/x.csv", /nodir: it is not there$/, ["threshold", ...study, "--out", "f.triad", ...csv]],
    ["--fits-parquet", "plain/x.parquet", /plain: a part of the path is no folder$/, ["threshold", ...study, "--out", "f.triad", "--fits-parquet", "plain/x.parquet"]],
    ["--plot", "folder.svg", /^it is a folder$/, ["threshold", ...study, "--out", "f.triad", "--plot", "folder.svg"]],
    ["--out", "nodir/f.triad", /nodir: it is not there$/, ["threshold", ...study, "--out", "nodir/f.triad"]],
    ["--events", "nodir/x.b8", /it is not there$/, ["sample", ...code, "--out", "f.triad", "--events", "nodir/x.b8"]],
    ["--parquet", "nodir/x.parquet", /it is not there$/, ["decode", ...code, "--events", "e.b8", "--parquet", "nodir/x.parquet"]],
    ["--breakdown", "nodir/x.svg", /it is not there$/, ["estimate", "ci.json", "--breakdown", "nodir/x.svg"]],
    ["--csv", "nodir/x.csv", /it is not there$/, ["report", "a.triad", ...csv]],
  ])("that takes no file is told before anything is done: %s %s", async (option, file, what, words) => {
    expect(await refused(words)).toMatchObject({ option, path: at(file), what: expect.stringMatching(what) as unknown });
    expect([existsSync(at("f.triad")), existsSync(at("f.triad.partial"))]).toEqual([false, false]);
  });
});
