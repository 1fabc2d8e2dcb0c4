// Account: what a walk along recorded outcomes finds out. Owns the probability of every target, its place in the order of all
// outcomes, and bets against the circuit.
//   U1  A walk meets each final measurement as a node with exact odds (c0, c1), given all that was read before it. The product
//       along a target's path is its probability; the intervals [from, from + p) of all outcomes tile [0, 1).
//   U2  A bet is a fair game at those odds: a factor per node whose mean under the circuit is exactly 1. So its product exceeds
//       1/α with probability at most α (Ville 1939), for any number of shots, correlated or stopped as the program likes.
//   U3  Tilts bet that ones are more likely than the odds by a factor, or less; tempers bet that outcomes follow c^λ in place of
//       c: 0 is uniform noise, below 1 too flat, above too sharp. What an account holds is the logarithm of each product.
import { exp, log } from "../../kernels/libm/portable.ts";
import type { Tally } from "./tally.ts";

const ODDS: readonly number[] = [1.01, 1.05, 1.2, 1.5, 3, 16, 1_000].flatMap((odds) => [odds, 1 / odds]);
const LN_ODDS: readonly number[] = ODDS.map(log);
const TEMPERS: readonly number[] = [0, 0.5, 0.9, 1.1, 2];
export const TILTS = ODDS.length;
export const BETS = TILTS + TEMPERS.length;
/** Of a tilt at even odds: -ln((1 + odds) / 2), and ln odds more for a one. */
const FAIR: readonly number[] = ODDS.map((odds) => -log((1 + odds) / 2));

export class Account {
  readonly tally: Tally;
  /** Points of [0, 1) that follow the outcome whose interval holds them; targets from `tally.records.length` on. */
  readonly points: Float64Array;
  /** ln p; -Infinity while no path has reached the target. */
  readonly lnP: Float64Array;
  readonly p: Float64Array;
  readonly from: Float64Array;
  /** ln of each product, BETS a job. */
  readonly bets: Float64Array;
  /** ln of each tilt's product at one measurement over all shots, by ordinal. */
  readonly positions = new Map<number, Float64Array>();
  readonly #factors: readonly [Float64Array, Float64Array] = [new Float64Array(BETS), new Float64Array(BETS)];
  #position = new Float64Array(TILTS);

  constructor(tally: Tally, points: number) {
    const targets = tally.records.length + points;
    this.tally = tally;
    this.points = Float64Array.from({ length: points }, (_, point) => point / points);
    this.lnP = new Float64Array(targets).fill(-Infinity);
    this.p = new Float64Array(targets);
    this.from = new Float64Array(targets);
    this.bets = new Float64Array(tally.shots.length * BETS);
  }

  #at(ordinal: number): Float64Array<ArrayBuffer> {
    const known = this.positions.get(ordinal) as Float64Array<ArrayBuffer> | undefined; // made below, of its own buffer
    const position = known ?? new Float64Array(TILTS);
    if (known === undefined) this.positions.set(ordinal, position);
    return position;
  }

  /** The walk stands at a measurement whose outcomes have these odds, both above 0. */
  node(ordinal: number, c0: number, c1: number): void {
    const [zero, one] = this.#factors;
    this.#position = this.#at(ordinal);
    ODDS.forEach((odds, bet) => {
      const norm = -log(c0 + c1 * odds);
      zero[bet] = norm;
      one[bet] = norm + (LN_ODDS[bet] ?? 0);
    });
    const ln0 = log(c0);
    const ln1 = log(c1);
    TEMPERS.forEach((temper, index) => {
      const norm = -log(exp(temper * ln0) + exp(temper * ln1));
      zero[TILTS + index] = norm + (temper - 1) * ln0;
      one[TILTS + index] = norm + (temper - 1) * ln1;
    });
  }

  /** The target reads `bit` at the node. */
  take(target: number, bit: 0 | 1): void {
    const { starts, job, times, weight } = this.tally;
    const factors = this.#factors[bit];
    const shots = weight[target] ?? 0;
    for (let bet = 0; bet < TILTS; bet++) this.#position[bet] = (this.#position[bet] ?? 0) + shots * (factors[bet] ?? 0);
    const end = starts[target + 1] ?? 0;
    for (let row = starts[target] ?? 0; row < end; row++) {
      const to = (job[row] ?? 0) * BETS;
      for (let bet = 0; bet < BETS; bet++) this.bets[to + bet] = (this.bets[to + bet] ?? 0) + (times[row] ?? 0) * (factors[bet] ?? 0);
    }
  }

  /** A measurement with even odds, over all shots: so many read it, so many of them 1. */
  tossed(ordinal: number, shots: number, ones: number): void {
    const position = this.#at(ordinal);
    for (let bet = 0; bet < TILTS; bet++) position[bet] = (position[bet] ?? 0) + shots * (FAIR[bet] ?? 0) + ones * (LN_ODDS[bet] ?? 0);
  }

  /** A target that read so many even odds, so many of them 1; tempers change no even odds. */
  coins(target: number, coins: number, ones: number): void {
    const { starts, job, times } = this.tally;
    const end = starts[target + 1] ?? 0;
    for (let row = starts[target] ?? 0; row < end; row++) {
      const to = (job[row] ?? 0) * BETS;
      for (let bet = 0; bet < TILTS; bet++) {
        this.bets[to + bet] = (this.bets[to + bet] ?? 0) + (times[row] ?? 0) * (coins * (FAIR[bet] ?? 0) + ones * (LN_ODDS[bet] ?? 0));
      }
    }
  }

  /** A path of this probability, whose interval begins at `from`, ends with the target's record. Several add up. */
  reach(target: number, lnP: number, p: number, from: number): void {
    const before = this.lnP[target] ?? -Infinity;
    const [less, more] = before < lnP ? [before, lnP] : [lnP, before];
    this.lnP[target] = less === -Infinity ? more : more + log(1 + exp(less - more));
    this.p[target] = (this.p[target] ?? 0) + p;
    this.from[target] = from;
  }
}
