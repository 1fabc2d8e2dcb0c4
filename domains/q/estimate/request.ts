// What an estimate is asked for: hardware, error budget, bounds. Owns the budget's split and the words for it.
//   1  A budget as one number is split evenly over the parts the counts need: logical qubits always, T states when there are magic states,
//      rotations when there are rotations. Parts that are given stand as they are.
//   2  No part that is needed is zero, and together they are below 1.
import { Fault } from "../../../kernel-abi/fault.ts";
import type { Hardware } from "../../../kernel-abi/qvm/qec/parameters.ts";
import type { LogicalCounts } from "./counts.ts";

/** Probabilities of failure of the whole run, by what fails. */
export interface BudgetParts {
  /** That a logical qubit fails in any cycle. */
  readonly logical: number;
  /** That a distilled magic state is faulty. */
  readonly tStates: number;
  /** That synthesised rotations are too far from what was asked for. */
  readonly rotations: number;
}

/** Upper bounds on what the answer may need; at most one of time and qubits, as in the estimator. */
export interface EstimateBounds {
  readonly maxDurationNs?: number;
  readonly maxPhysicalQubits?: number;
  readonly maxTFactories?: number;
}

export interface EstimateRequest {
  readonly counts: LogicalCounts;
  readonly hardware: Hardware;
  readonly budget: number | BudgetParts;
  readonly bounds?: EstimateBounds;
}

export const DEFAULT_BUDGET = 0.001;

/** CCZ and CCiX take four T states each. */
export const needsMagic = ({ tCount, cczCount, ccixCount, rotationCount }: LogicalCounts): boolean => tCount + cczCount + ccixCount + rotationCount > 0;

const refuse = (at: string, value: number, allowed: string): never => {
  throw new Fault("ABI_MALFORMED", { argument: "error budget", at, value, allowed });
};

/** @throws Fault ABI_MALFORMED */
export function budgetParts(budget: number | BudgetParts, counts: LogicalCounts): BudgetParts {
  const needed = { logical: true, tStates: needsMagic(counts), rotations: counts.rotationCount > 0 };
  if (typeof budget === "number") {
    if (!(budget > 0 && budget < 1)) return refuse("", budget, "a probability above 0 and below 1");
    const part = budget / Object.values(needed).filter(Boolean).length;
    return { logical: part, tStates: needed.tStates ? part : 0, rotations: needed.rotations ? part : 0 };
  }
  for (const name of ["logical", "tStates", "rotations"] as const) {
    const value = budget[name];
    if (!(value >= 0 && value < 1) || (needed[name] && value === 0)) refuse(`/${name}`, value, needed[name] ? "above 0 and below 1: the counts need this part" : "0, or below 1");
  }
  const total = budget.logical + budget.tStates + budget.rotations;
  return total < 1 ? budget : refuse("", total, "parts that come to less than 1 together");
}
