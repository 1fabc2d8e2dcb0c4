// Trading qubits for time, and choosing. Owns what is least: the frontier of our own formula, and the choice from anybody's.
//   1  An estimate is on the frontier when none needs fewer qubits in no more time, or less time with no more qubits.
//   2  Fewer factories take fewer qubits and longer: our own frontier walks down their number, all of it up to a hundred, then in steps.
import { Fault } from "../../../kernel-abi/fault.ts";
import type { PhysicalEstimate } from "./estimate.ts";
import { formulaEstimate, formulaEstimator } from "./formula.ts";
import type { EstimateBounds, EstimateRequest } from "./request.ts";

export const MEASURES = ["qubits", "time", "volume"] as const;
export type Measure = (typeof MEASURES)[number];

const VALUE: Readonly<Record<Measure, (estimate: PhysicalEstimate) => number>> = Object.freeze({
  qubits: ({ physicalQubits }) => physicalQubits, time: ({ runtimeNs }) => runtimeNs, volume: ({ physicalQubits, runtimeNs }) => physicalQubits * runtimeNs,
});

/** The least by a measure; ties go to fewer qubits, then to less time. @throws Fault ESTIMATE_REFUSED where there is none */
export function least(estimates: readonly PhysicalEstimate[], measure: Measure): PhysicalEstimate {
  const of = VALUE[measure];
  const [first] = [...estimates].sort((a, b) => of(a) - of(b) || a.physicalQubits - b.physicalQubits || a.runtimeNs - b.runtimeNs);
  if (first === undefined) throw new Fault("ESTIMATE_REFUSED", { what: "no estimate keeps within the bounds that were given" });
  return first;
}

/** Those none of the others beats (1), the quickest first. */
export function pareto(estimates: readonly PhysicalEstimate[]): readonly PhysicalEstimate[] {
  const kept: PhysicalEstimate[] = [];
  for (const estimate of [...estimates].sort((a, b) => a.runtimeNs - b.runtimeNs || a.physicalQubits - b.physicalQubits)) {
    if (estimate.physicalQubits < (kept.at(-1)?.physicalQubits ?? Infinity)) kept.push(estimate);
  }
  return kept;
}

const within = ({ physicalQubits, runtimeNs }: PhysicalEstimate, { maxPhysicalQubits = Infinity, maxDurationNs = Infinity }: EstimateBounds): boolean =>
  physicalQubits <= maxPhysicalQubits && runtimeNs <= maxDurationNs;

/** Numbers of factories to try, from the most down to one. */
function* fewer(most: number): Generator<number> {
  for (let count = most; count >= 1; count = Math.min(count - 1, Math.floor(count * 0.97))) yield count;
}

/** Our own frontier, within the bounds. @throws Fault ESTIMATE_REFUSED, ABI_MALFORMED, PROFILE_INVALID */
export function formulaFrontier(request: EstimateRequest): readonly PhysicalEstimate[] {
  const estimate = formulaEstimator(request);
  const quickest = estimate();
  const all = [quickest, ...[...fewer((quickest.factories?.count ?? 1) - 1)].map((count) => estimate(count))];
  return pareto(all.filter((estimate) => within(estimate, request.bounds ?? {})));
}

/** Our own answer to a request: the quickest, or within bounds what the estimator looks for: the least qubits in time, the least time on so many qubits. */
export function formulaAnswer(request: EstimateRequest): PhysicalEstimate {
  const { maxPhysicalQubits, maxDurationNs } = request.bounds ?? {};
  return maxPhysicalQubits === undefined && maxDurationNs === undefined ? formulaEstimate(request) : least(formulaFrontier(request), maxDurationNs === undefined ? "time" : "qubits");
}
