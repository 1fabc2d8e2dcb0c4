// How tight an estimate is: each part of the error budget and each bound, with what is left of it. The least slack binds.
import type { LogicalCounts } from "./counts.ts";
import type { PhysicalEstimate, Slack } from "./estimate.ts";
import { rotationError } from "./formula.ts";
import type { EstimateBounds } from "./request.ts";

const slackOf = (what: Slack["what"], allowed: number, used: number): Slack => ({ what, allowed, used, slack: 1 - used / allowed });

/** Of every allowance that is used at all, the tightest first. */
export function slacks({ algorithm, code, tStates, factories, budget, physicalQubits, runtimeNs }: PhysicalEstimate, counts: LogicalCounts, bounds: EstimateBounds = {}): readonly Slack[] {
  const parts = [
    slackOf("logical", budget.logical, code.errorRate * algorithm.logicalQubits * algorithm.cycles),
    ...(factories === null ? [] : [slackOf("tStates", budget.tStates, factories.factory.errorRate * tStates.count)]),
    ...(counts.rotationCount === 0 ? [] : [slackOf("rotations", budget.rotations, rotationError(counts.rotationCount, tStates.perRotation))]),
    ...(bounds.maxPhysicalQubits === undefined ? [] : [slackOf("physicalQubits", bounds.maxPhysicalQubits, physicalQubits)]),
    ...(bounds.maxDurationNs === undefined ? [] : [slackOf("runtimeNs", bounds.maxDurationNs, runtimeNs)]),
    ...(bounds.maxTFactories === undefined || factories === null ? [] : [slackOf("tFactories", bounds.maxTFactories, factories.count)]),
  ];
  return parts.sort((a, b) => a.slack - b.slack);
}
