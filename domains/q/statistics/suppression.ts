// Λ, by which the logical error rate per round falls when the distance grows by two (R. Acharya et al., Nature 638, 920).
//   1  ε_d = c Λ^(-d/2): a line in d of ln ε_d, by weighted least squares; the deviation of ln ε comes from the counts.
//   2  A distance without an error has no logarithm: it is refused, not left out, for leaving it out would favour a small Λ.
import { Fault } from "../../../kernel-abi/fault.ts";
import { exp, log } from "../../kernels/libm/portable.ts";
import { requireCounts, type Counts } from "./intervals.ts";
import { deviationOf, fittedLine, type LinePoint } from "./least-squares.ts";
import { perRoundSlope, ratePerRound } from "./rates.ts";

export interface DistanceCounts extends Counts {
  readonly distance: number;
  /** Of a shot. */
  readonly rounds: number;
}

export interface Estimate {
  readonly value: number;
  /** Standard deviation. */
  readonly deviation: number;
}

export interface Suppression {
  readonly lambda: Estimate;
  /** Between neighbours in the list of distances, per two units of distance. */
  readonly steps: readonly (Estimate & { readonly from: number; readonly to: number })[];
  readonly chiSquared: number;
  readonly freedom: number;
}

/** ln ε per round over the distance, with its deviation (first order in the counts). */
function logRate(point: DistanceCounts): LinePoint {
  requireCounts(point);
  const { shots, errors, rounds, distance } = point;
  if (errors === 0 || 2 * errors >= shots) {
    throw new Fault("ABI_MALFORMED", { argument: "errors", distance, value: errors, allowed: "at least one, and in fewer than half of the shots: take more shots, or leave the distance out of what is asked" });
  }
  const perShot = errors / shots;
  const rate = ratePerRound(perShot, rounds);
  const deviation = (Math.sqrt((perShot * (1 - perShot)) / shots) * perRoundSlope(perShot, rounds)) / rate;
  return { x: distance, value: log(rate), deviation };
}

/** Λ of at least two different distances. @throws Fault ABI_MALFORMED for a distance without errors, or fewer than two distances */
export function suppressionOf(points: readonly DistanceCounts[]): Suppression {
  const line = points.map(logRate).toSorted((a, b) => a.x - b.x);
  const fit = fittedLine(line);
  const steps = line.slice(1).map((to, i) => {
    const from = line[i] ?? to;
    const per = 2 / (to.x - from.x);
    const value = exp((from.value - to.value) * per);
    return { from: from.x, to: to.x, value, deviation: value * per * Math.sqrt(from.deviation * from.deviation + to.deviation * to.deviation) };
  });
  const value = exp(-2 * (fit.parameters[1] ?? 0));
  return { lambda: { value, deviation: 2 * value * deviationOf(fit, 1) }, steps, chiSquared: fit.chiSquared, freedom: fit.freedom };
}
