// Where the curves of two distances cross: the physical rate above which the larger one fails more often.
//   1  Between two neighbouring rates the logarithms of both curves are taken for straight; the crossing's deviation is that of the four
//      counts, to first order.
//   2  Only crossings from better to worse count, and only between points with errors; noise may make several.
import { exp, log } from "../../kernels/libm/portable.ts";
import { requireCounts } from "./intervals.ts";
import type { Estimate } from "./suppression.ts";
import type { ThresholdPoint } from "./threshold.ts";

export interface Crossing extends Estimate {
  readonly distances: readonly [smaller: number, larger: number];
  /** The rates of the grid it lies between. */
  readonly between: readonly [number, number];
}

/** ln(rate of the larger distance) - ln(rate of the smaller) at a rate of the grid. */
interface Gap { readonly p: number; readonly gap: number; readonly variance: number }

/** The crossings of neighbouring distances. @throws Fault ABI_MALFORMED for counts that are none */
export function crossingsOf(points: readonly ThresholdPoint[]): readonly Crossing[] {
  for (const point of points) requireCounts(point);
  const distances = [...new Set(points.map(({ distance }) => distance))].toSorted((a, b) => a - b);
  return distances.slice(1).flatMap((larger, i) => {
    const smaller = distances[i] ?? larger;
    const gaps = gapsOf(points, smaller, larger);
    return gaps.slice(1).flatMap((to, j) => crossingBetween(gaps[j] ?? to, to, [smaller, larger]));
  });
}

function gapsOf(points: readonly ThresholdPoint[], smaller: number, larger: number): readonly Gap[] {
  return points.filter(({ distance, errors }) => distance === smaller && errors > 0).flatMap((one) => {
    const other = points.find(({ distance, p, errors }) => distance === larger && p === one.p && errors > 0);
    if (other === undefined) return [];
    const variance = 1 / one.errors - 1 / one.shots + 1 / other.errors - 1 / other.shots;
    return [{ p: one.p, gap: log(other.errors / other.shots) - log(one.errors / one.shots), variance }];
  }).toSorted((a, b) => a.p - b.p);
}

function crossingBetween(from: Gap, to: Gap, distances: Crossing["distances"]): readonly Crossing[] {
  if (!(from.gap < 0 && to.gap >= 0)) return [];
  const width = log(to.p) - log(from.p);
  const drop = to.gap - from.gap;
  const at = log(from.p) - (width * from.gap) / drop;
  // The slopes of the crossing by the two gaps.
  const byFrom = (width * to.gap) / (drop * drop);
  const byTo = (width * from.gap) / (drop * drop);
  const value = exp(at);
  const deviation = value * Math.sqrt(byFrom * byFrom * from.variance + byTo * byTo * to.variance);
  return [{ value, deviation, distances, between: [from.p, to.p] }];
}
