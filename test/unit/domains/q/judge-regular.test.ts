// What is too regular to be chance, and how seldom chance is taken for it. Of 2,000 honest runs of each kind, measured: 1.7, 2.0 and
// 1.6 % stay below 5 %; 0.4, 0.6 and 0.3 % below 1 %; 0, 1 and 0 runs below 0.1 %.
import { describe, expect, it } from "vitest";
import { binsOf } from "../../../../domains/q/judge/bins.ts";
import { halvings, Scatter } from "../../../../domains/q/judge/counts.ts";
import { experiment } from "../../../../domains/q/judge/experiment.ts";
import type { Reading } from "../../../../domains/q/judge/tally.ts";
import { encodeResult } from "../../../../domains/q/outcome.ts";
import { circuit } from "../../../../domains/q/api/circuit.ts";
import type { LoweredCircuit } from "../../../../domains/kernels/circuit.ts";
import { gate, measure, turned } from "../../../support/statevector-circuits.ts";
import { lowered } from "../../../support/clifford-circuits.ts";
import { bitsJob, countsJob, histogram, honest, judged, type Recorded } from "../../../support/judged.ts";

const bell = circuit(2).h(0).cx(0, 1).measureAll().lower();
const coin = circuit(1).h(0).measureAll().lower();
const bits = (...read: readonly number[]): Uint8Array => encodeResult({ kind: "bits", bits: Uint8Array.from(read) });
const together = (recorded: readonly Recorded[]): { readonly p: number | null; readonly test: string | null } => {
  const { experiments: [one] } = judged(...recorded);
  if (one === undefined) throw new Error("no experiment");
  return { p: one.p, test: one.test };
};
const coins = (count: number, read: (shot: number) => number): readonly Recorded[] => Array.from({ length: count }, (_, shot) => [bitsJob(coin), bits(read(shot))] as const);
const bells = (count: number, zeros: (job: number) => number): readonly Recorded[] =>
  Array.from({ length: count }, (_, job) => [countsJob(bell, 1_000), histogram({ "00": zeros(job), "11": 1_000 - zeros(job) })] as const);

/** SplitMix64's finaliser in 32 bits: chance enough for a test, and the same every time. */
function dice(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return ((z ^ (z >>> 15)) >>> 0) / 4_294_967_296;
  };
}

describe("counts over jobs", () => {
  it("that are all their own expectation are flagged, though each alone is likely", () => {
    const { jobs, experiments } = judged(...bells(60, () => 500));
    expect(jobs.every(({ p }) => (p ?? 0) > 0.01)).toBe(true);
    expect(experiments).toMatchObject([{ test: "counts" }]);
    expect(experiments[0]?.p).toBeLessThan(1e-40);
  });
  it("that are all nearly their expectation, or the same ones again and again, are flagged", () => {
    expect(together(bells(60, (job) => 500 + (job % 5) - 2))).toMatchObject({ test: "counts", p: expect.closeTo(0, 20) as number });
    expect(together(bells(60, () => 502)).p).toBeLessThan(1e-20);
  });
  it("that scatter too much, one way and the other, are flagged although their sum is even", () => {
    const { jobs, experiments } = judged(...bells(60, (job) => 500 + (job % 2 === 0 ? 35 : -35)));
    expect(jobs.every(({ p }) => (p ?? 0) > 0.01)).toBe(true);
    expect(experiments).toMatchObject([{ test: "counts", p: expect.closeTo(0, 10) as number }]);
  });
  it("are looked at in every part of many outcomes: one job that is even everywhere is enough", () => {
    const wide = circuit(4).h(0).h(1).h(2).h(3).measureAll().lower();
    const even = Object.fromEntries(Array.from({ length: 16 }, (_, value) => [value.toString(2).padStart(4, "0"), 10_000]));
    expect(judged([countsJob(wide, 160_000), histogram(even)]).jobs).toMatchObject([{ test: "counts", p: expect.closeTo(0, 10) as number }]);
    expect(judged([countsJob(wide, 160_000), honest(countsJob(wide, 160_000), 5)]).jobs[0]?.p).toBeGreaterThan(0.01);
  });
  it("are fair games: under the binomial the mean of what they win is 1", () => {
    for (const [draws, chance] of [[2, 0.5], [7, 0.1], [40, 0.63], [120, 0.05]] as const) {
      let mean = 0;
      let probability = (1 - chance) ** draws;
      for (let seen = 0; seen <= draws; seen++) {
        const bets = new Scatter();
        bets.game(seen, draws, chance);
        mean += probability * bets.won;
        probability *= ((draws - seen) / (seen + 1)) * (chance / (1 - chance));
      }
      expect(mean).toBeCloseTo(1, 10);
    }
  });
  it("are halved where the mass is: every bin in one half of each part it is in, at most four times", () => {
    const games = halvings(binsOf([0, 0.1, 0.2, 0.5, 0.9]));
    expect(games[0]).toMatchObject({ from: 0, middle: 3, to: 5, chance: 0.5 });
    expect(games).toHaveLength(4);
    expect(halvings(binsOf(Array.from({ length: 256 }, (_, bin) => bin / 256)))).toHaveLength(15);
    expect(halvings(binsOf([]))).toEqual([]);
  });
});

describe("single shots in their order", () => {
  it.each([
    ["alternate", (shot: number) => shot % 2], ["repeat with a period of three", (shot: number) => Number(shot % 3 === 0)],
    ["repeat with a period of sixteen", (shot: number) => (0x5c93 >> (shot % 16)) & 1],
  ])("are flagged when they %s", (_, read) => {
    expect(together(coins(400, read))).toMatchObject({ test: "serial", p: expect.closeTo(0, 15) as number });
  });
  it("are flagged for one long run among honest ones", () => {
    const next = dice(8);
    const fair = Array.from({ length: 400 }, () => Number(next() < 0.5));
    expect(together(coins(400, (shot) => fair[shot] ?? 0)).p).toBeGreaterThan(0.01);
    const run = together(coins(400, (shot) => (shot >= 200 && shot < 250 ? shot & 0 : fair[shot] ?? 0)));
    expect(run.test).toBe("serial");
    expect(run.p).toBeLessThan(1e-6);
  });
  it("are looked at as wholes, for outcomes that hardly ever repeat, and by halves, for those that follow in one bit", () => {
    const wide = circuit(8).h(0).h(1).h(2).h(3).h(4).h(5).h(6).h(7).measureAll().lower();
    const next = dice(3);
    const drawn = Array.from({ length: 200 }, () => Array.from({ length: 8 }, () => Number(next() < 0.5)));
    const wides = (of: (shot: number) => readonly number[]): readonly Recorded[] => drawn.map((_, shot) => [bitsJob(wide), bits(...of(shot))] as const);
    expect(together(wides((shot) => drawn[shot] ?? [])).p).toBeGreaterThan(0.01);
    expect(together(wides((shot) => drawn[shot % 16 < 8 ? shot : shot - 8] ?? []))).toMatchObject({ test: "serial", p: expect.closeTo(0, 15) as number });
    const led = together(wides((shot) => (drawn[shot] ?? []).map((bit, at) => (at === 0 || at === 7 ? shot % 2 : bit))));
    expect(led).toMatchObject({ test: "serial", p: expect.closeTo(0, 6) as number });
  });
  it("are taken by the number of their job, whatever the order of the outcomes; a job of many shots has none", () => {
    expect(together(bells(40, (job) => 480 + Math.floor(41 * dice(job)()))).test).not.toBe("serial");
  });
});

describe("honest runs", () => {
  const RUNS = process.env["TRIAD_LONG"] === undefined ? 2_000 : 100_000;
  const biased = lowered(2, 2, [turned("RY", 0.9, 0), turned("RX", 1.7, 1), gate("CX", 0, 1), measure(0), measure(1)]);

  /** Readings of one job: so many draws from the records, each with its probability. */
  function job(odds: readonly (readonly [string, number])[], shots: number, next: () => number): readonly Reading[] {
    const times = new Map<string, number>();
    for (let shot = 0; shot < shots; shot++) {
      let point = next();
      const [record] = odds.find(([, p]) => (point -= p) < 0) ?? odds[0] ?? [""];
      times.set(record, (times.get(record) ?? 0) + 1);
    }
    return [...times].map(([record, n]) => ({ record, times: n }));
  }

  /** Shares of honest runs below 5 %, 1 % and 0.1 %. */
  function flagged(of: LoweredCircuit, odds: readonly (readonly [string, number])[], shots: (next: () => number) => readonly number[]): readonly number[] {
    const next = dice(2_026);
    const ps = Array.from({ length: RUNS }, () => experiment(of, shots(next).map((n) => job(odds, n, next)))?.plausibility.experiment?.p ?? 1);
    return [0.05, 0.01, 0.001].map((alpha) => ps.filter((p) => p < alpha).length / RUNS);
  }
  const half: readonly (readonly [string, number])[] = [["00", 0.5], ["11", 0.5]];
  const exact = experiment(biased, [["00", "10", "01", "11"].map((record) => ({ record, times: 1 }))]);
  const four = (exact?.tally.records ?? []).map((record, at) => [record, exact?.p[at] ?? 0] as const);

  it.each([
    ["single shots", bell, half, () => Array.from({ length: 60 }, () => 1)],
    ["counts", bell, half, () => Array.from({ length: 20 }, () => 50)],
    ["both, of uneven outcomes", biased, four, (next: () => number) => Array.from({ length: 30 }, () => (next() < 0.5 ? 1 : 40))],
  ] as const)("are flagged no more often than the threshold says: %s", (_, of, odds, shots) => {
    flagged(of, odds, shots).forEach((share, at) => {
      const alpha = [0.05, 0.01, 0.001][at] ?? 0;
      expect(share, String(alpha)).toBeLessThanOrEqual(alpha + 3 * Math.sqrt(alpha / RUNS));
    });
  });
});
