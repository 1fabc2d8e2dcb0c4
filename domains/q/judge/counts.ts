// Counts: whether the shots of jobs fall into their bins with the scatter that chance gives them, no more and no less. A histogram that
// is its own expectation is likely alone; sixty of them are not.
//   C1  Bins are halved again and again, at most four times. How many of a part's shots fall into its first half is binomial given
//       the part's shots, exactly, so the halvings of all jobs are one sequence of fair games (U2).
//   C2  Each game bets that counts follow b^λ in place of the binomial b, normalised by summing it: λ above 1 wins on counts too close
//       to their mean, below 1 on counts too far from it. Its mean under the circuit is exactly 1, so 1 / the mean of the products over
//       the tempers is a p-value (Ville 1939; tests by betting: Shafer, J. R. Statist. Soc. A 184, 2021).
import { exp, log } from "../../kernels/libm/portable.ts";
import type { Bins } from "./bins.ts";

const TEMPERS: readonly number[] = [0.25, 0.5, 2, 4, 16, 64];
const HALVINGS_MAX = 4;
/** Chances this close to 0 or 1 are no game. */
const CERTAIN = 1e-9;
/** Relative weights below this are left out of sums; their fourth roots add up to less than 1e-18 of the whole. */
const NEGLIGIBLE = 1e-80;
/** Sums remembered at once. */
const SUMS_MAX = 1_024;

/** Bins from..to - 1, of which those before `middle` are the first half. */
interface Halving {
  readonly from: number;
  readonly middle: number;
  readonly to: number;
  /** Of a shot in from..to to fall into the first half. */
  readonly chance: number;
}

const massOf = (mass: readonly number[], from: number, to: number): number => mass.slice(from, to).reduce((sum, part) => sum + part, 0);

/** Where the bins from..to - 1 are cut most evenly. */
function middleOf(mass: readonly number[], from: number, to: number): number {
  const whole = massOf(mass, from, to);
  let best = from + 1;
  let off = Infinity;
  let sum = 0;
  for (let bin = from; bin < to - 1; bin++) {
    sum += mass[bin] ?? 0;
    if (Math.abs(2 * sum - whole) < off) [best, off] = [bin + 1, Math.abs(2 * sum - whole)];
  }
  return best;
}

/** The halvings of some bins, largest parts first. */
export function halvings({ mass }: Bins, from = 0, to = mass.length, depth = 0): readonly Halving[] {
  if (to - from < 2 || depth === HALVINGS_MAX) return [];
  const middle = middleOf(mass, from, to);
  const chance = massOf(mass, from, middle) / massOf(mass, from, to);
  return [{ from, middle, to, chance }, ...halvings({ edges: [], mass }, from, middle, depth + 1), ...halvings({ edges: [], mass }, middle, to, depth + 1)];
}

/** The likeliest of so many draws. */
const modeOf = (draws: number, chance: number): number => Math.min(draws, Math.floor((draws + 1) * chance));

/** b(k + 1) / b(k). */
const rise = (k: number, draws: number, odds: number): number => ((draws - k) / (k + 1)) * odds;

function powers(weight: number): readonly number[] {
  const half = Math.sqrt(weight);
  const [two, four] = [weight * weight, weight * weight * weight * weight];
  const sixteen = four * four * four * four;
  return [Math.sqrt(half), half, two, four, sixteen, sixteen * sixteen * sixteen * sixteen];
}

/** Sum of weights relative to the mode's, then of their powers. */
function sums(draws: number, chance: number): Float64Array {
  const odds = chance / (1 - chance);
  const mode = modeOf(draws, chance);
  const total = new Float64Array(1 + TEMPERS.length);
  const add = (weight: number): void => {
    total[0] = (total[0] ?? 0) + weight;
    powers(weight).forEach((power, at) => { total[at + 1] = (total[at + 1] ?? 0) + power; });
  };
  add(1);
  for (let k = mode, weight = 1; k < draws && weight > NEGLIGIBLE; k++) add(weight *= rise(k, draws, odds));
  for (let k = mode, weight = 1; k > 0 && weight > NEGLIGIBLE; k--) add(weight /= rise(k - 1, draws, odds));
  return total;
}

/** ln of a count's probability over the mode's. */
function lnWeight(seen: number, draws: number, chance: number): number {
  const odds = chance / (1 - chance);
  const mode = modeOf(draws, chance);
  let ln = 0;
  let weight = 1;
  for (let k = Math.min(seen, mode); k < Math.max(seen, mode); k++) {
    weight *= seen > mode ? rise(k, draws, odds) : 1 / rise(k, draws, odds);
    if (weight > NEGLIGIBLE && weight < 1 / NEGLIGIBLE) continue;
    ln += log(weight);
    weight = 1;
  }
  return ln + log(weight);
}

/** What betting on scatter gave, so far. */
export class Scatter {
  readonly #ln = new Float64Array(TEMPERS.length);
  readonly #sums = new Map<string, Float64Array>();
  #games = 0;

  #sumsOf(draws: number, chance: number): Float64Array {
    const key = `${draws} ${chance}`;
    const known = this.#sums.get(key);
    if (known !== undefined) return known;
    if (this.#sums.size >= SUMS_MAX) this.#sums.clear();
    const made = sums(draws, chance);
    this.#sums.set(key, made);
    return made;
  }

  /** `seen` of so many shots did what each does with this chance. */
  game(seen: number, draws: number, chance: number): void {
    if (draws < 2 || chance < CERTAIN || chance > 1 - CERTAIN) return;
    this.#games += 1;
    const weight = lnWeight(seen, draws, chance);
    const made = this.#sumsOf(draws, chance);
    TEMPERS.forEach((temper, at) => { this.#ln[at] = (this.#ln[at] ?? 0) + (temper - 1) * weight + log((made[0] ?? 1) / (made[at + 1] ?? 1)); });
  }

  /** ln of the mean product. */
  get #lnMean(): number {
    const top = this.#ln.reduce((most, ln) => Math.max(most, ln), -Infinity);
    return top + log(this.#ln.reduce((sum, ln) => sum + exp(ln - top), 0) / TEMPERS.length);
  }

  /** What a stake of 1, spread over all tempers, has become. */
  get won(): number { return exp(this.#lnMean); }

  /** null when no game was played. */
  get p(): number | null { return this.#games === 0 ? null : Math.min(1, exp(-this.#lnMean)); }
}

/** p-value of the scatter of all jobs. `seen`: shots by job and bin. */
export function scatter(seen: readonly (readonly number[])[], bins: Bins): number | null {
  const games = halvings(bins);
  const bets = new Scatter();
  for (const counts of seen) {
    for (const { from, middle, to, chance } of games) bets.game(massOf(counts, from, middle), massOf(counts, from, to), chance);
  }
  return bets.p;
}
