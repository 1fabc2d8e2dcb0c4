// What is told of a study: its table at a terminal's width, and its fits; a threshold its points contradict says so, and what to do.
import { describe, expect, it } from "vitest";
import { studyFits, type StudyFits } from "../../../../domains/q/qec/study-fits.ts";
import type { StudyRow } from "../../../../domains/q/qec/study.ts";
import { fitFacts, studyTables } from "../../../../runtime/app/cli/study-text.ts";
import { terminal } from "../../../../runtime/app/cli/terminal.ts";
import { capture } from "../../../support/cli.ts";

const fits = (distances: readonly number[], plausibility: number): readonly StudyFits[] => [{
  code: "surface_code:rotated_memory_z", decoder: { name: "matching" }, noise: { idleDepolarization: "p" }, rounds: "d", distances, crossings: [], lambda: [],
  threshold: { threshold: { value: 0.0071, deviation: 0.0001 }, nu: { value: 1.4, deviation: 0.1 }, coefficients: [], chiSquared: 70, freedom: 13, plausibility },
}];
const told = (distances: readonly number[], plausibility: number): string => String(fitFacts(fits(distances, plausibility), [])[0]?.[1]);

describe("a threshold", () => {
  it("that its points contradict is told to be none yet, with the next step", () => {
    expect(told([3, 5, 7], 4e-8)).toContain("no threshold yet: leave out d=3, whose curves cross too early, or take rates nearer to the crossings");
    expect(told([3, 5], 4e-8)).toContain("no threshold yet: add larger distances");
  });
  it("says what its rows have in common where there is more than one", () => {
    const [one] = fits([3, 5], 0.3);
    if (one === undefined) throw new Error("no fit");
    const knobs = ["afterCliffordDepolarization", "beforeRoundDataDepolarization", "beforeMeasureFlipProbability", "afterResetFlipProbability"];
    const names = fitFacts([one, { ...one, rounds: "3·d", noise: Object.fromEntries(knobs.map((knob) => [knob, "0.2·p"])) }], []).flatMap((fact) => fact?.[0] ?? []);
    expect(names).toEqual(["threshold of surface_code:rotated_memory_z, matching, noise idleDepolarization p, rounds d", "threshold of surface_code:rotated_memory_z, matching, noise 0.2·p, rounds 3·d", "±"]);
  });
  it("that fits is told as it is", () => {
    expect(told([5, 7, 9], 0.3)).not.toContain("no threshold");
  });
});

describe("a threshold that is not there", () => {
  const row = (distance: number, p: number, errors: number): StudyRow => ({
    code: "c", decoder: { name: "matching" }, distance, rounds: distance, p, noise: { idleDepolarization: p }, shots: 10_000, errors, events: 0, flips: [], unsolved: 0,
    rate: errors / 10_000, low: 0, high: 1, per: "shot", method: "wilson", confidence: 0.95, stopped: "shots",
  });
  const factsOf = (...rows: readonly StudyRow[]) => fitFacts(studyFits(rows), rows);

  it.each<[string, RegExp, readonly StudyRow[]]>([
    ["no crossing", /^none: the curves do not cross between 0\.01 and 0\.03$/, [row(3, 0.03, 90), row(3, 0.01, 50), row(5, 0.01, 20), row(5, 0.03, 40)]],
    ["one rate", /^none: there is one rate alone, p=0\.01$/, [row(3, 0.01, 50), row(5, 0.01, 20)]],
    ["no error", /^none: no error was seen: take more shots, or larger rates$/, [row(3, 0.01, 0), row(5, 0.01, 0), row(3, 0.02, 0), row(5, 0.02, 0)]],
    ["too few rows", /^none: the rows near the crossings are too few/, [row(3, 0.01, 50), row(5, 0.01, 20), row(3, 0.02, 90), row(5, 0.02, 180)]],
  ])("is told with the reason: %s", (_, reason, rows) => {
    expect(factsOf(...rows)[0]).toEqual(["threshold", expect.stringMatching(reason)]);
  });

  it("is told of the rows that its fit is of, with ± for what has one", () => {
    const other = [row(3, 0.04, 50), row(5, 0.04, 20)].map((one) => ({ ...one, code: "other" }));
    const facts = factsOf(row(3, 0.01, 0), row(5, 0.01, 0), ...other);
    expect(facts.map((fact) => fact?.[0].split(" of ")[0])).toEqual(["threshold", undefined, undefined, "threshold", undefined, "Λ per round", "±"]);
    expect([facts[0]?.[1], facts[3]?.[1]]).toEqual([expect.stringMatching(/no error was seen/), "none: there is one rate alone, p=0.04"]);
    expect(factsOf(row(3, 0.01, 0), row(5, 0.01, 0)).map((fact) => fact?.[0])).toEqual(["threshold", undefined, undefined]);
  });
});

describe("the table of a study", () => {
  const row: StudyRow = {
    code: "surface_code:rotated_memory_z", decoder: { name: "matching" }, distance: 11, rounds: 11, p: 0.0055, noise: null, shots: 10_000_000, errors: 1234, events: 0, flips: [], unsolved: 0,
    rate: 0.0001234, low: 0.0001167, high: 0.0001309, per: "shot", method: "clopper-pearson", confidence: 0.95, stopped: "errors",
  };
  const tables = (columns: number | undefined, ...rows: readonly StudyRow[]): readonly string[] => [...studyTables(rows, terminal(capture(columns).stream, false))].join("").split("\n");

  it.each([80, 0])("shows rate, interval and end of every row to a terminal of %i columns", (columns) => {
    expect(tables(columns, row, { ...row, rate: 0.02467, low: 0.0111, high: 0.0333, stopped: null }).slice(1)).toEqual([
      " d  rounds       p     rate  interval            errors     shots  ended by",
      "11      11  0.0055  1.23e-4  1.17e-4 to 1.31e-4    1234  10000000  errors",
      "11      11  0.0055   0.0247  0.0111 to 0.0333      1234  10000000", "",
    ]);
  });

  it("says once what rows share, above them; others have a table of their own", () => {
    const heads = tables(undefined, row, { ...row, decoder: { name: "union_find" } }, { ...row, p: 0.5 }, { ...row, per: "logical-qubit-round", confidence: 0.999 }).filter((line) => /intervals|0\.0055|0\.5 /.test(line));
    expect(heads.map((line) => (line.startsWith("11") ? line.split(/ +/)[2] : line))).toEqual([
      "surface_code:rotated_memory_z, matching: logical error rate per shot, 95 % intervals (clopper-pearson)", "0.0055", "0.5",
      "surface_code:rotated_memory_z, union_find: logical error rate per shot, 95 % intervals (clopper-pearson)", "0.0055",
      "surface_code:rotated_memory_z, matching: logical error rate per logical qubit round, 99.9 % intervals (clopper-pearson)", "0.0055",
    ]);
  });

  it("is cut at 80 columns where a terminal has no size yet", () => {
    expect([0, 100, undefined].map((columns) => terminal(capture(columns).stream, false).width)).toEqual([80, 100, undefined]);
  });
});
