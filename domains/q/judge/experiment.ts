// An experiment: all jobs of a trace with the same circuit, judged in one walk. Chooses the walk as the providers do, and says of
// every record how probable it is, of every job how plausible its shots are together.
import { OP_WIDTH, type LoweredCircuit } from "../../kernels/circuit.ts";
import { log } from "../../kernels/libm/portable.ts";
import type { NoiseModel } from "../../kernels/noise.ts";
import { PROVIDERS, chooseProvider } from "../declared.ts";
import { Account } from "./account.ts";
import { FLOOR, TooManyHistories } from "./aim.ts";
import { binsOf, type Bins } from "./bins.ts";
import { noisyDistribution } from "./noisy-walk.ts";
import { plausibility, pointsFor, spread, type Plausibility } from "./plausibility.ts";
import { StabilizerWalk } from "./stabilizer.ts";
import { StatevectorWalk } from "./statevector.ts";
import { tallyOf, type Reading, type Tally } from "./tally.ts";

export interface Findings {
  readonly tally: Tally;
  /** By target: ln of its probability, -Infinity where it cannot be; and the probability. */
  readonly lnP: Float64Array;
  readonly p: Float64Array;
  readonly plausibility: Plausibility;
  readonly note: string;
}

const untested = (tally: Tally): Plausibility => ({ jobs: tally.shots.map(() => null), experiment: null });
const NOT_TESTED = "hidden outcomes take many paths: each record was judged, the shots together were not";

/** Dyadic bins of the leading coins, as many as the shots fill. */
function coinBins(coins: number, shots: number): Bins {
  let bins = 1;
  for (let coin = 0; coin < coins && 2 * bins <= pointsFor(shots); coin++) bins *= 2;
  return binsOf(Array.from({ length: bins }, (_, bin) => bin / bins));
}

function byStabilizer(tally: Tally): Findings {
  const account = new Account(tally, 0);
  const walk = new StabilizerWalk(tally.circuit, account);
  walk.run();
  const { lnP, p } = account;
  if (walk.branched) return { tally, lnP, p, plausibility: untested(tally), note: NOT_TESTED };
  return { tally, lnP, p, plausibility: plausibility(account, coinBins(walk.coins, tally.total)), note: "" };
}

function byStatevector(tally: Tally): Findings {
  const points = pointsFor(tally.total);
  const account = new Account(tally, points);
  const walk = new StatevectorWalk(tally.circuit, { kind: "account", account }, tally.total);
  walk.run();
  const targets = tally.records.length;
  const [lnP, p] = [account.lnP.subarray(0, targets), account.p.subarray(0, targets)];
  if (walk.branched) return { tally, lnP, p, ...byDistribution(tally) };
  return { tally, lnP, p, plausibility: plausibility(account, binsOf(account.from.subarray(targets))), note: "" };
}

function byDistribution(tally: Tally): Pick<Findings, "plausibility" | "note"> {
  const distribution = new Map<string, number>();
  try {
    new StatevectorWalk(tally.circuit, { kind: "all", distribution }, tally.total).run();
  } catch (cause) {
    if (!(cause instanceof TooManyHistories)) throw cause;
    return { plausibility: untested(tally), note: NOT_TESTED };
  }
  return { plausibility: spread(tally, distribution), note: "" };
}

/** Rounding of one instruction, over all entries of a matrix whose trace is 1: some units in the last place. */
const ROUNDING = 1e-15;

/**
 * What the recorded shots of one circuit with noise are worth. A record cannot be below FLOOR over the number of records, or below what rounding
 * makes of 0, if that is more.
 * @throws TooLarge when the circuit's density matrix is
 */
export function noisyExperiment(circuit: LoweredCircuit, noise: NoiseModel, jobs: readonly (readonly Reading[])[]): Findings {
  const tally = tallyOf(circuit, jobs);
  const all = noisyDistribution(circuit, noise);
  const floor = Math.max(FLOOR / all.size, (circuit.ops.length / OP_WIDTH) * ROUNDING);
  const distribution = new Map([...all].filter(([, probability]) => probability >= floor));
  const p = Float64Array.from(tally.records, (record) => distribution.get(record) ?? 0);
  const lnP = p.map((probability) => (probability === 0 ? -Infinity : log(probability)));
  return { tally, lnP, p, plausibility: p.includes(0) ? untested(tally) : spread(tally, distribution), note: "" };
}

/**
 * What the recorded shots of one circuit are worth; undefined when hidden outcomes take more paths than can be followed.
 * @throws Fault KERNEL_REFUSED when the host has no memory for the state
 */
export function experiment(circuit: LoweredCircuit, jobs: readonly (readonly Reading[])[]): Findings | undefined {
  const tally = tallyOf(circuit, jobs);
  try {
    return chooseProvider(circuit) === PROVIDERS.stabilizer ? byStabilizer(tally) : byStatevector(tally);
  } catch (cause) {
    if (cause instanceof TooManyHistories) return undefined;
    throw cause;
  }
}
