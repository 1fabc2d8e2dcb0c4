// Studies as pure functions of counts: which batch comes next, what a row says, what is fitted.
import { describe, expect, it } from "vitest";
import { uniformNoise, type MemoryExperiment } from "../../../../../domains/q/qec/experiment.ts";
import { added, NO_COUNTS, nextBatch, requireRounds, studyRow, type Cell, type CellCounts, type Study, type StudyRow } from "../../../../../domains/q/qec/study.ts";
import { studyFits } from "../../../../../domains/q/qec/study-fits.ts";
import { wilson } from "../../../../../domains/q/statistics/intervals.ts";
import { ratePerRound } from "../../../../../domains/q/statistics/rates.ts";
import { faultOf } from "../../../../support/refusals.ts";

const cell = (distance: number, p: number, rounds = distance): Cell => ({ p, decoder: "matching", experiment: { code: "repetition_code:memory", distance, rounds, noise: uniformNoise(p) } });
const study = (stop: Study["stop"], per: Study["per"] = "shot"): Study => ({ cells: [cell(3, 0.01)], stop, interval: { method: "wilson", confidence: 0.95 }, per });
const counts = (shots: number, errors: number): CellCounts => ({ ...NO_COUNTS, shots, errors, flips: [errors] });
const shotsOf = (parts: readonly number[]): number => parts.reduce((sum, part) => sum + part, 0);

describe("batches", () => {
  it("begin with ten thousand, in four jobs", () => {
    expect(nextBatch(study({ maxShots: 1e9 }), NO_COUNTS)).toEqual([2_500, 2_500, 2_500, 2_500]);
    expect(nextBatch(study({ maxShots: 999 }), NO_COUNTS)).toEqual([999]);
  });

  it("grow tenfold at most, to four million, and never beyond what is allowed", () => {
    expect(shotsOf(nextBatch(study({ maxShots: 1e9 }), counts(10_000, 0)))).toBe(90_000);
    expect(nextBatch(study({ maxShots: 1e9 }), counts(1e7, 0))).toEqual([1e6, 1e6, 1e6, 1e6]);
    expect(shotsOf(nextBatch(study({ maxShots: 30_000 }), counts(10_000, 0)))).toBe(20_000);
    expect(nextBatch(study({ maxShots: 10_000 }), counts(10_000, 0))).toEqual([]);
  });

  it("are a tenth more than the missing errors take at the rate so far, but no less than a first one", () => {
    expect(shotsOf(nextBatch(study({ maxShots: 1e9, maxErrors: 1_000 }), counts(100_000, 600)))).toBe(Math.ceil(1.1 * 100_000 * 400 / 600));
    expect(shotsOf(nextBatch(study({ maxShots: 1e9, maxErrors: 1_000 }), counts(100_000, 990)))).toBe(10_000);
    expect(nextBatch(study({ maxShots: 1e9, maxErrors: 1_000 }), counts(100_000, 1_000))).toEqual([]);
  });

  it("add up, observable by observable", () => {
    const one = added(NO_COUNTS, { shots: 10, errors: 3, flips: [2, 1], events: 5, unsolved: 1 });
    expect(added(one, { shots: 5, errors: 2, flips: [0, 2], events: 7, unsolved: 0 })).toEqual({ shots: 15, errors: 5, flips: [2, 3], events: 12, unsolved: 1 });
  });
});

describe("a row", () => {
  it("has its rate and its interval in the units that were asked for", () => {
    const { low, best, high } = wilson(counts(1_000, 90), 0.95);
    expect(studyRow(study({ maxShots: 1_000 }), cell(3, 0.01, 7), counts(1_000, 90))).toMatchObject({ rate: best, low, high, distance: 3, rounds: 7, per: "shot", stopped: "shots" });
    expect(studyRow(study({ maxShots: 2_000 }, "round"), cell(3, 0.01, 7), counts(1_000, 90))).toMatchObject({ rate: ratePerRound(best, 7), low: ratePerRound(low, 7), high: ratePerRound(high, 7), stopped: null });
  });

  it("is per round only where the rounds are known", () => {
    const text: Cell = { decoder: "matching", experiment: { circuit: "R 0\nX_ERROR(0.1) 0\nM 0\nDETECTOR rec[-1]\nOBSERVABLE_INCLUDE(0) rec[-1]\n" } };
    for (const per of ["round", "logical-qubit-round"] as const) {
      const refused = faultOf(() => studyRow(study({ maxShots: 10 }, per), text, counts(10, 1)));
      expect(refused).toMatchObject({ fault: "ABI_MALFORMED", detail: { at: "/per", value: per, allowed: "shot or logical-qubit" } });
      expect(refused.next).toContain("give the experiment as code, distance, rounds and noise");
    }
    for (const per of ["shot", "logical-qubit"] as const) expect(studyRow(study({ maxShots: 10 }, per), text, counts(10, 1))).toMatchObject({ rate: 0.1, rounds: null });
    expect(() => { requireRounds({ per: "round" }, cell(3, 0.01)); }).not.toThrow();
  });
});

/** Rows whose rate per shot is 0.1 (p / threshold)^((d + 1) / 2). */
const rows = (ps: readonly number[], threshold = 0.05): readonly StudyRow[] => [3, 5, 7].flatMap((distance) => ps.map((p) => {
  const power = Array.from({ length: (distance + 1) / 2 }).reduce<number>((so) => so * (p / threshold), 1);
  return studyRow(study({ maxShots: 1 }), cell(distance, p, 1), counts(1e9, Math.round(1e9 * Math.min(0.6, 0.1 * power))));
}));

describe("fits", () => {
  it("have the crossing, Λ below it, and a threshold from the rates near it alone", () => {
    const near = [0.04, 0.045, 0.05, 0.055, 0.06];
    const [fit] = studyFits(rows(near));
    expect(fit?.distances).toEqual([3, 5, 7]);
    for (const { value } of fit?.crossings ?? []) expect(Math.abs(value - 0.05)).toBeLessThan(1e-4);
    expect(fit?.lambda.map(({ p, suppression }) => [p, Number(suppression.lambda.value.toFixed(4))])).toEqual(near.map((p) => [p, Number((0.05 / p).toFixed(4))]));
    // Rates far away, where no quadratic holds, change nothing.
    expect(studyFits(rows([0.01, ...near, 0.1]))[0]?.threshold).toEqual(fit?.threshold);
    expect(Math.abs((fit?.threshold?.threshold.value ?? 0) - 0.05)).toBeLessThan(1e-3);
  });

  it("leave out of Λ what fails every other time, and need two distances", () => {
    const high = rows([0.05, 0.2]); // at 0.2 the larger codes fail more than every other time
    expect(studyFits(high)[0]?.lambda.map(({ p }) => p)).toEqual([0.05]);
    expect(studyFits(high.filter(({ distance }) => distance === 3))).toEqual([]);
    expect(studyFits(rows([0.05, 0.2]))[0]?.threshold).toBeNull();
  });
});

/** A row of which all that may vary is said; its rate goes as in `rows`. */
function rowOf(distance: number, p: number, rounds: number, noise: MemoryExperiment["noise"], threshold: number): StudyRow {
  const power = Array.from({ length: (distance + 1) / 2 }).reduce<number>((so) => so * (p / threshold), 1);
  return studyRow(study({ maxShots: 1 }), { p, decoder: "matching", experiment: { code: "repetition_code:memory", distance, rounds, noise } }, counts(1e6, Math.round(Math.min(6e5, 1e5 * power))));
}
const grid = (one: (distance: number, p: number) => readonly StudyRow[]): readonly StudyRow[] => [3, 5].flatMap((distance) => [0.02, 0.03, 0.05, 0.06].flatMap((p) => one(distance, p)));
const FOUR = Object.keys(uniformNoise(0));
const knobs = (goes: string): Readonly<Record<string, string>> => Object.fromEntries(FOUR.map((knob) => [knob, goes]));

describe("what is compared", () => {
  it("has one noise shape and one rule of rounds: of a mixture, each is fitted as if it were alone", () => {
    const parts = [
      { rounds: "d", noise: knobs("p"), of: (d: number, p: number) => rowOf(d, p, d, uniformNoise(p), 0.04) },
      { rounds: "10·d", noise: knobs("p"), of: (d: number, p: number) => rowOf(d, p, 10 * d, uniformNoise(p), 0.025) },
      { rounds: "d", noise: knobs("0.2·p"), of: (d: number, p: number) => rowOf(d, p, d, uniformNoise(p / 5), 0.055) },
    ];
    const fits = studyFits(grid((d, p) => parts.map(({ of }) => of(d, p))));
    const told = fits.map(({ rounds, noise }) => [rounds, noise]);
    expect(told).toHaveLength(3);
    expect(told).toEqual(expect.arrayContaining(parts.map(({ rounds, noise }) => [rounds, noise])));
    for (const { of } of parts) expect(fits).toContainEqual(studyFits(grid((d, p) => [of(d, p)]))[0]);
  });

  it("may have constant rounds, or a knob that stays as it is while others go with p", () => {
    expect(studyFits(grid((d, p) => [rowOf(d, p, 15, uniformNoise(p), 0.04)]))).toMatchObject([{ rounds: "15", crossings: [{ distances: [3, 5] }] }]);
    const readout = studyFits(grid((d, p) => [rowOf(d, p, d, { afterCliffordDepolarization: p, beforeMeasureFlipProbability: 0.01 }, 0.04)]));
    expect(readout).toMatchObject([{ noise: { afterCliffordDepolarization: "p", beforeMeasureFlipProbability: "0.01" }, crossings: [{ distances: [3, 5] }] }]);
  });

  it("is nothing where rounds or noise follow no rule", () => {
    expect(studyFits(grid((d, p) => [rowOf(d, p, d + 1, uniformNoise(p), 0.04)]))).toEqual([]);
    expect(studyFits(grid((d, p) => [rowOf(d, p, d, uniformNoise(0.001 * d * d), 0.04)]))).toEqual([]);
  });

  it("adds up rows of the same distance and p", () => {
    const half = (row: StudyRow): StudyRow => ({ ...row, shots: row.shots / 2, errors: row.errors / 2 });
    const even = grid((d, p) => [rowOf(d, p, d, uniformNoise(p), 0.04)]).map((row) => ({ ...row, errors: row.errors - row.errors % 2 }));
    expect(studyFits(even.flatMap((row) => [half(row), half(row)]))).toEqual(studyFits(even));
  });
});
