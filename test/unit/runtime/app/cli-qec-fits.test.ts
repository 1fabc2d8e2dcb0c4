// Fits and plots of a study: of the same groups of rows, in files of their own; rows that are in no fit are named.
import { asyncBufferFromFile, parquetReadObjects } from "hyparquet";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { uniformNoise } from "../../../../domains/q/qec/experiment.ts";
import { unfitted } from "../../../../domains/q/qec/study-groups.ts";
import type { StudyFits } from "../../../../domains/q/qec/study-fits.ts";
import type { StudyRow } from "../../../../domains/q/qec/study.ts";
import { onlyObject, scratch, triad } from "../../../support/cli.ts";

const path = scratch();
interface Cell { readonly distance: number; readonly rounds: number; readonly p: number; readonly measured?: number }
const study = (name: string, cells: readonly Cell[]): string => {
  writeFileSync(path(name), JSON.stringify({
    cells: cells.map(({ distance, rounds, p, measured = p }) => ({ p, decoder: "matching", experiment: { code: "surface_code:rotated_memory_z", distance, rounds, noise: { ...uniformNoise(p), beforeMeasureFlipProbability: measured } } })),
    stop: { maxShots: 20_000, maxErrors: 1_000 },
  }));
  return path(name);
};
const grid = (distances: readonly number[], rounds: (distance: number) => number, more: Partial<Cell> = {}): readonly Cell[] =>
  distances.flatMap((distance) => [0.0055, 0.007, 0.0085, 0.01, 0.0115, 0.013].map((p) => ({ distance, rounds: rounds(distance), p, ...more })));
const threshold = (file: string, out: string, ...words: readonly string[]) => triad("qec", "threshold", "--study", file, "--seed", "7", "--workers", "0", "--out", path(out), ...words);
const texts = (svg: string): string => [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text = ""]) => text).join("\n");

describe("fits in files", () => {
  it("have a row a quantity, in CSV and Parquet, as the JSON has them; a report writes them again", async () => {
    const file = study("grid.json", grid([3, 5, 7], (distance) => distance));
    const said = onlyObject((await threshold(file, "grid.triad", "--fits-csv", path("fits.csv"), "--fits-parquet", path("fits.parquet"), "--json")).out);
    const [fit, ...others] = said["fits"] as readonly StudyFits[];
    if (fit === undefined || fit.threshold === null) throw new Error("no threshold");
    expect([others, said["unfitted"]]).toEqual([[], []]);
    const parquet = await parquetReadObjects({ file: await asyncBufferFromFile(path("fits.parquet")) });
    const of = (quantity: string) => parquet.filter((row) => row["quantity"] === quantity);
    const { threshold: { threshold: at, nu, chiSquared, freedom, plausibility }, crossings, lambda } = fit;
    expect([...of("threshold"), ...of("nu")].map((row) => [row["value"], row["deviation"], row["chi_squared"], Number(row["freedom"]), row["plausibility"]]))
      .toEqual([at, nu].map(({ value, deviation }) => [value, deviation, chiSquared, freedom, plausibility]));
    expect(of("crossing").map((row) => [Number(row["distance"]), Number(row["larger_distance"]), row["value"], row["deviation"]])).toEqual(crossings.map(({ distances: [a, b], value, deviation }) => [a, b, value, deviation]));
    expect(of("lambda").map((row) => [row["p"], row["value"], row["deviation"], Number(row["freedom"])])).toEqual(lambda.map(({ p, suppression: { lambda: { value, deviation }, freedom: degrees } }) => [p, value, deviation, degrees]));
    expect(of("lambda_step")).toHaveLength(lambda.flatMap(({ suppression: { steps } }) => steps).length);
    expect(parquet[0]).toMatchObject({ code: "surface_code:rotated_memory_z", decoder: "matching", rounds: "d", distances: "3 5 7", noise: "afterCliffordDepolarization=p afterResetFlipProbability=p beforeMeasureFlipProbability=p beforeRoundDataDepolarization=p", p: null });
    const [head = "", ...lines] = readFileSync(path("fits.csv"), "utf8").trimEnd().split("\r\n");
    const value = head.split(",").indexOf("value");
    expect(lines.map((line) => Number(line.split(",")[value]))).toEqual(parquet.map((row) => row["value"]));
    expect((await triad("qec", "report", path("grid.triad"), "--fits-csv", path("again.csv"), "--fits-parquet", path("again.parquet"))).code).toBe(0);
    for (const ending of ["csv", "parquet"]) expect(readFileSync(path(`again.${ending}`)).equals(readFileSync(path(`fits.${ending}`)))).toBe(true);
  }, 60_000);
});

describe("rows in no fit", () => {
  it("are named with their rounds, in words and in JSON; their plot has no threshold", async () => {
    const file = study("more.json", grid([3, 5, 7], (distance) => distance + 1));
    const { code, out } = await threshold(file, "more.triad", "--plot", path("more.svg"));
    expect([code, out]).toEqual([0, expect.stringMatching(/^no fit +of surface_code:rotated_memory_z, matching, noise .*: d=3 with 4 rounds, d=5 with 6 rounds, d=7 with 8 rounds: no other distance has as many rounds, or as many times d/m)]);
    expect(out).not.toMatch(/^(threshold|Λ per round|crossings|±) /m);
    const { fits, unfitted: left } = onlyObject((await triad("qec", "report", path("more.triad"), "--json")).out) as { readonly fits: unknown; readonly unfitted: readonly { readonly rounds: unknown }[] };
    expect([fits, left.map(({ rounds }) => rounds)]).toEqual([[], [[{ distance: 3, rounds: 4 }, { distance: 5, rounds: 6 }, { distance: 7, rounds: 8 }]]]);
    expect(texts(readFileSync(path("more.svg"), "utf8"))).toMatch(/rounds = 4 at d=3, 6 at d=5, 8 at d=7;/);
    expect(texts(readFileSync(path("more.svg"), "utf8"))).not.toContain("p* =");
  }, 60_000);

  it("leave a plot without the threshold of the others", async () => {
    const file = study("mixed.json", grid([3, 5, 7], (distance) => (distance === 7 ? 8 : distance)));
    const said = onlyObject((await threshold(file, "mixed.triad", "--plot", path("mixed.svg"), "--json")).out);
    const [fit] = said["fits"] as readonly StudyFits[];
    expect([fit?.distances, typeof fit?.threshold?.threshold.value]).toEqual([[3, 5], "number"]);
    expect(texts(readFileSync(path("mixed.svg"), "utf8"))).not.toContain("p* =");
  }, 60_000);

  it("are those that share a rule with no other distance, and nothing else", () => {
    const row = (distance: number, rounds: number, more: Partial<StudyRow> = {}): StudyRow => ({ code: "c", decoder: { name: "matching" }, noise: { beforeMeasureFlipProbability: 0.01 }, p: 0.01, distance, rounds, ...more }) as StudyRow;
    const left = (...rows: readonly StudyRow[]) => unfitted(rows).map(({ rounds, why }) => [rounds.map(({ distance, rounds: taken }) => `${distance}:${taken}`).join(" "), why.slice(0, 21)]);
    expect(left(row(3, 3), row(5, 5), row(7, 7))).toEqual([]);
    expect(left(row(3, 3), row(5, 5), row(7, 8))).toEqual([["7:8", "no other distance has"]]);
    expect(left(row(3, 9), row(5, 9), row(7, 9), row(9, 27))).toEqual([]); // 27 is 3·9, as 9 is 3·3
    expect(left(row(3, 3), row(3, 3, { p: 0.02, noise: { beforeMeasureFlipProbability: 0.02 } }))).toEqual([["3:3", "there is one distance"]]);
    expect(left(row(3, 3), row(5, 5, { noise: { beforeMeasureFlipProbability: 0.002 } }), row(7, 7, { p: null }))).toEqual([["3:3", "there is one distance"], ["5:5", "there is one distance"]]);
  });
});

describe("an option of files", () => {
  it("says what Λ is of, and of its deviation", async () => {
    for (const command of ["threshold", "report"]) expect((await triad("qec", command, "--help")).out.replaceAll(/\s+/g, " ")).toContain("--fits-csv <file> thresholds, crossings and Λ per round as CSV: a row a quantity, with its deviation (statistical only)");
  });
});

describe("a plot of no error", () => {
  const words = ["qec", "threshold", "--code", "repetition_code:memory", "--distances", "3,5", "--p", "0.000001", "--max-shots", "100", "--seed", "1", "--workers", "0"];
  const rowsOf = (out: string): number | undefined => out.match(/ to [^\n]* shots$/gm)?.length;

  it("is not drawn: the rows are told and the other files written, the run's exit stands, and what to type next", async () => {
    const [trace, plot, csv] = [path("none.triad"), path("none.svg"), path("none.csv")];
    const { code, out, err } = await triad(...words, "--out", trace, "--plot", plot, "--csv", csv);
    expect([code, /^written +(.*)\n(\w*)/m.exec(out)?.slice(1), rowsOf(out)]).toEqual([0, [csv, "used"], 2]);
    expect(err).toMatch(/^warning USAGE [^]*what +there is no rate above zero to draw\n[^]*next +Take more shots, or larger rates\.\n/);
    expect(err).toContain(`triad qec report ${trace} --plot ${plot}`);
    expect([existsSync(plot), existsSync(csv), existsSync(trace)]).toEqual([false, true, true]);
    const again = await triad("qec", "report", trace, "--plot", plot);
    expect([again.code, rowsOf(again.out), again.err]).toEqual([2, 2, expect.stringMatching(/^error USAGE/)]);
    expect(await triad("qec", "report", trace, "--plot", plot, "--json")).toMatchObject({ code: 2, out: "" });
  });

  it("is named in JSON with the reason", async () => {
    const { code, out, err } = await triad(...words, "--out", path("json.triad"), "--plot", path("json.svg"), "--json");
    expect([code, err, onlyObject(out)["unwritten"]]).toMatchObject([0, "", [{ option: "--plot", path: path("json.svg"), error: { name: "USAGE" } }]]);
  });
});

describe("a plot", () => {
  it("is of one group, and draws the threshold of that group's fit", async () => {
    const file = study("constant.json", grid([3, 5, 7], () => 5));
    const said = onlyObject((await threshold(file, "constant.triad", "--plot", path("constant.svg"), "--json")).out);
    const [fit] = said["fits"] as readonly StudyFits[];
    const svg = texts(readFileSync(path("constant.svg"), "utf8"));
    expect([fit?.rounds, svg.includes("rounds = 5;"), svg.includes(`p* = ${fit?.threshold?.threshold.value.toPrecision(3)}`)]).toEqual(["5", true, true]);
  }, 60_000);

  it.each<[string, readonly Cell[], RegExp]>([
    ["two shapes of noise", [...grid([3, 5], (d) => d), ...grid([3, 5], (d) => d).map((cell) => ({ ...cell, measured: cell.p / 5 }))], /here are 2: .*0\.2·p/],
    ["two rules of rounds", [...grid([3, 5], (d) => d), ...grid([3, 5], (d) => 3 * d)], /at d=3 there are 3 and 9 rounds/],
  ])("of %s is refused before anything runs, with what to do", async (_, cells, what) => {
    const { code, err } = await threshold(study("two.json", cells), "two.triad", "--plot", path("two.svg"), "--json");
    const { name, detail, next } = onlyObject(err)["error"] as { readonly name: string; readonly detail: { readonly what: string }; readonly next: string };
    expect([code, name, detail.what, next.length > 10]).toEqual([2, "USAGE", expect.stringMatching(what), true]);
    expect([existsSync(path("two.triad")), existsSync(path("two.triad.partial"))]).toEqual([false, false]);
  });
});
