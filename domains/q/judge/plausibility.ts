// Plausibility: p-values of one experiment, from an account. Up to four tests, each valid alone; the smallest counts, times their number.
//   fit    G-test (log-likelihood ratio) of how the shots fall into bins of outcomes. Bins are fixed before any shot is looked at:
//          the outcomes in the order of their intervals (U1), cut at evenly spaced points of [0, 1), neighbours pooled until each
//          bin expects at least POOLED shots. G rather than Pearson's X², whose tail is wrong by orders of magnitude where few
//          shots are expected; Williams' correction (Biometrika 63, 1976) mends its mean. Two bins are summed exactly.
//   bets   1 / mean of the products of U2: exact for every number of shots, a single one too, and in the far tail.
//   counts over all jobs: scatter that is too small or too large (counts.ts). Exact.
//   serial over jobs of a single shot, in their order: alternation, repetition (serial.ts). Exact.
// Hidden outcomes that take several paths leave no odds per measurement; then `spread` tests the whole distribution, if known.
import { exp, log } from "../../kernels/libm/portable.ts";
import type { TestName, Tested } from "../../../kernel-abi/judgement.ts";
import { BETS, type Account } from "./account.ts";
import { binOf, binned, binsOf, type Bins } from "./bins.ts";
import { halvings, scatter } from "./counts.ts";
import { chiSquaredTail } from "./gamma.ts";
import { serial, type Cells } from "./serial.ts";
import type { Tally } from "./tally.ts";

/** Least expected shots of a bin. */
export const POOLED = 10;
/** Most bins of one experiment. */
const BINS_MAX = 256;

/** Points that cut the outcomes of so many shots into bins. */
export const pointsFor = (shots: number): number => Math.min(BINS_MAX, Math.floor(shots / POOLED));

/** ln of the mean of exp(values). */
function lnMean(values: readonly number[]): number {
  const top = values.reduce((most, value) => Math.max(most, value), -Infinity);
  return top === -Infinity ? top : top + log(values.reduce((sum, value) => sum + exp(value - top), 0) / values.length);
}

const tailOf = (lnProduct: number): number => Math.min(1, exp(-lnProduct));

/** Bonferroni over the tests that could be made, and which of them was the smallest. */
function combined(tests: Readonly<Partial<Record<TestName, number | null>>>): Tested | null {
  const known = (Object.entries(tests) as [TestName, number | null][]).flatMap(([test, p]) => (p === null ? [] : [{ test, p }]));
  const [first] = known.toSorted((a, b) => a.p - b.p);
  return first === undefined ? null : { test: first.test, p: Math.min(1, known.length * first.p) };
}

/** Two bins of at most so many shots are summed exactly. */
const SUMMED_MAX = 1_000;
/** Draws whose probabilities agree to this count as equally odd. */
const EQUAL = 1e-9;

/** Probability that a binomial draw is no likelier than `seen`. */
function binomial(seen: number, shots: number, chance: number): number {
  const [lnYes, lnNo] = [log(chance), log(1 - chance)];
  const lns = new Float64Array(shots + 1);
  let ln = shots * lnNo;
  for (let k = 0; k <= shots; k++) {
    lns[k] = ln;
    ln += log((shots - k) / (k + 1)) + lnYes - lnNo;
  }
  const most = (lns[seen] ?? 0) + EQUAL;
  return Math.min(1, lns.reduce((sum, one) => (one <= most ? sum + exp(one) : sum), 0));
}

/** p-value of observed against expected shots, after pooling neighbours; null when fewer than two bins are left. */
export function fit(observed: readonly number[], expected: readonly number[]): number | null {
  const bins: { seen: number; mean: number }[] = [];
  let seen = 0;
  let mean = 0;
  expected.forEach((value, bin) => {
    seen += observed[bin] ?? 0;
    mean += value;
    if (mean < POOLED) return;
    bins.push({ seen, mean });
    [seen, mean] = [0, 0];
  });
  const last = bins.at(-1);
  if (last !== undefined) [last.seen, last.mean] = [last.seen + seen, last.mean + mean];
  if (bins.length < 2) return null;
  const freedom = bins.length - 1;
  const total = bins.reduce((sum, bin) => sum + bin.mean, 0);
  const shots = bins.reduce((sum, bin) => sum + bin.seen, 0);
  if (freedom === 1 && shots <= SUMMED_MAX) return binomial(bins[1]?.seen ?? 0, shots, (bins[1]?.mean ?? 0) / total);
  const g = 2 * bins.reduce((sum, bin) => sum + (bin.seen === 0 ? 0 : bin.seen * log(bin.seen / bin.mean)), 0);
  const williams = 1 + (bins.reduce((sum, bin) => sum + total / bin.mean, 0) - 1) / (6 * total * freedom);
  return chiSquaredTail(Math.max(0, g) / williams, freedom);
}

export interface Plausibility {
  /** By job. */
  readonly jobs: readonly (Tested | null)[];
  readonly experiment: Tested | null;
}

interface Fits {
  readonly jobs: readonly (number | null)[];
  readonly experiment: number | null;
  readonly counts: number | null;
  readonly serial: number | null;
}

/** Outcomes as they are, by bins, and by the most even cut of the bins. */
function views(from: Float64Array, p: (target: number) => number, bins: Bins): readonly Cells[] {
  const { edges, mass } = bins;
  const bin = (target: number): number => binOf(edges, from[target] ?? 0);
  const whole: Cells = { of: (target) => target, chance: p };
  const [cut] = halvings(bins);
  if (cut === undefined) return [whole];
  return [whole, { of: bin, chance: (cell) => mass[cell] ?? 0 }, { of: (target) => (bin(target) < cut.middle ? 0 : 1), chance: (cell) => (cell === 0 ? cut.chance : 1 - cut.chance) }];
}

function fits(tally: Tally, from: Float64Array, p: (target: number) => number, bins: Bins): Fits {
  const { edges, mass } = bins;
  const seen = binned(tally, from, edges);
  const all = edges.map((_, bin) => seen.reduce((sum, counts) => sum + (counts[bin] ?? 0), 0));
  return {
    jobs: seen.map((counts, job) => fit(counts, mass.map((part) => part * (tally.shots[job] ?? 0)))),
    experiment: fit(all, mass.map((part) => part * tally.total)),
    counts: scatter(seen, bins), serial: serial(tally, views(from, p, bins)),
  };
}

/** ln of what betting gave over all shots: half on whole jobs, half on single measurements. */
function lnExperiment({ bets, positions, tally }: Account): number {
  const whole = Array.from({ length: BETS }, (_, bet) => tally.shots.reduce((sum, __, job) => sum + (bets[job * BETS + bet] ?? 0), 0));
  const single = [...positions.values()].map((products) => lnMean([...products]));
  return single.length < 2 ? lnMean(whole) : lnMean([lnMean(whole), lnMean(single)]);
}

/** From an account whose every target was reached by one path. `bins` cut the intervals of U1. */
export function plausibility(account: Account, bins: Bins): Plausibility {
  const { bets, tally, from, positions, p } = account;
  if (positions.size === 0) return { jobs: tally.shots.map(() => null), experiment: null };
  const fitted = fits(tally, from, (target) => p[target] ?? 0, bins);
  const experiment = combined({ fit: fitted.experiment, bets: tailOf(lnExperiment(account)), counts: fitted.counts, serial: fitted.serial });
  if (tally.shots.length === 1) return { jobs: [experiment], experiment };
  const jobs = tally.shots.map((_, job) =>
    combined({ fit: fitted.jobs[job] ?? null, bets: tailOf(lnMean([...bets.subarray(job * BETS, (job + 1) * BETS)])) }));
  return { jobs, experiment };
}

/** From the whole distribution: fit, and tempers on whole outcomes. */
export function spread(tally: Tally, distribution: ReadonlyMap<string, number>): Plausibility {
  if (distribution.size < 2) return { jobs: tally.shots.map(() => null), experiment: null };
  const outcomes = [...distribution].sort(([a], [b]) => (a < b ? -1 : 1));
  const places = new Map<string, number>();
  let from = 0;
  for (const [record, p] of outcomes) {
    places.set(record, from);
    from += p;
  }
  const points = pointsFor(tally.total);
  const starts = [...places.values()];
  const edges = Array.from({ length: points }, (_, point) => starts[binOf(starts, point / points)] ?? 0);
  const chances = Float64Array.from(tally.records, (record) => distribution.get(record) ?? 0);
  const fitted = fits(tally, Float64Array.from(tally.records, (record) => places.get(record) ?? 0), (target) => chances[target] ?? 0, binsOf(edges));
  const wagers = wagersOf(tally, distribution);
  const together = (wagers[0] ?? [0]).map((_, bet) => wagers.reduce((sum, row) => sum + (row[bet] ?? 0), 0));
  return {
    jobs: tally.shots.map((_, job) => combined({ fit: fitted.jobs[job] ?? null, bets: tailOf(lnMean(wagers[job] ?? [0])) })),
    experiment: combined({ fit: fitted.experiment, bets: tailOf(lnMean(together)), counts: fitted.counts, serial: fitted.serial }),
  };
}

const WHOLE_TEMPERS: readonly number[] = [0, 0.5, 0.9, 1.1, 2];

/** ln of each temper's product, by job. */
function wagersOf(tally: Tally, distribution: ReadonlyMap<string, number>): readonly (readonly number[])[] {
  const norms = WHOLE_TEMPERS.map((temper) => log([...distribution.values()].reduce((sum, p) => sum + exp(temper * log(p)), 0)));
  const rows = tally.shots.map(() => WHOLE_TEMPERS.map(() => 0));
  tally.records.forEach((record, target) => {
    const ln = log(distribution.get(record) ?? 1);
    for (let at = tally.starts[target] ?? 0; at < (tally.starts[target + 1] ?? 0); at++) {
      const row = rows[tally.job[at] ?? 0] ?? [];
      WHOLE_TEMPERS.forEach((temper, bet) => { row[bet] = (row[bet] ?? 0) + (tally.times[at] ?? 0) * ((temper - 1) * ln - (norms[bet] ?? 0)); });
    }
  });
  return rows;
}
