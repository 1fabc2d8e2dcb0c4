// Our own estimate, by the formulas of Beverland et al., "Assessing requirements to scale to practical quantum advantage"
// (arXiv:2211.07629): layout on a plane, sequential Pauli computation, T states by distillation. Beside the well-kept estimator, not
// instead of it: it needs nothing installed, has no 32-bit counters, and a test holds both against each other.
//   1  Qubits after layout 2Q + ⌈√(8Q)⌉ + 1. Cycles: one a measurement, a T gate and a rotation, three a CCZ or CCiX, and the T states of
//      one rotation for every layer of rotations. T states: four a CCZ or CCiX.
//   2  The distance is the least odd one whose logical error rate, over all qubits and cycles, stays within its part of the budget.
//   3  A run lasts at least as long as one run of a factory.
import { Fault } from "../../../kernel-abi/fault.ts";
import type { Hardware } from "../../../kernel-abi/qvm/qec/parameters.ts";
import { logicalErrorRate } from "../../../kernel-abi/qvm/qec/rates.ts";
import type { Profile } from "../../../kernel-abi/qvm/qec/terms.ts";
import { exp, log } from "../../kernels/libm/portable.ts";
import { codeAt } from "./code.ts";
import type { LogicalCounts } from "./counts.ts";
import { cheapestFactory, trivialFactory } from "./distillation.ts";
import type { PhysicalEstimate, TFactory } from "./estimate.ts";
import { budgetParts, type BudgetParts, type EstimateRequest } from "./request.ts";

/** As the estimator: beyond it a code is no answer. */
export const DISTANCE_LAST = 49;

/** Q logical qubits on a plane, with the space between them in which Pauli products are measured. */
export const laidOut = (qubits: number): number => 2 * qubits + Math.ceil(Math.sqrt(8 * qubits)) + 1;

/** T states of one rotation when `rotations` of them may be off by `budget` together (arXiv:2203.10064). */
export const statesPerRotation = (rotations: number, budget: number): number =>
  (rotations === 0 ? 0 : Math.max(1, Math.ceil(0.53 * (log(rotations / budget) / log(2)) + 4.86)));

/** The part of a rotations budget that so many T states each really use: the inverse of `statesPerRotation`. */
export const rotationError = (rotations: number, states: number): number => rotations * exp(-log(2) * ((states - 4.86) / 0.53));

/** @throws Fault ESTIMATE_REFUSED where no distance is enough */
function codeFor(hardware: Hardware, rateMax: number): Profile {
  for (let distance = 3; distance <= DISTANCE_LAST; distance += 2) {
    const code = codeAt(hardware, distance);
    if (logicalErrorRate(code) <= rateMax) return code;
  }
  throw new Fault("ESTIMATE_REFUSED", { what: "no code distance suppresses errors enough", needed: rateMax, distanceMax: DISTANCE_LAST, scheme: hardware.scheme.name, qubits: hardware.qubits.name });
}

interface Work { readonly depth: number; readonly tStates: number; readonly perRotation: number }

/** Cycles and T states of these counts (1). */
export function workOf(counts: LogicalCounts, budget: BudgetParts): Work {
  const { tCount, rotationCount, rotationDepth, cczCount, ccixCount, measurementCount } = counts;
  const perRotation = statesPerRotation(rotationCount, budget.rotations);
  const products = cczCount + ccixCount;
  return {
    perRotation, tStates: tCount + 4 * products + perRotation * rotationCount,
    depth: measurementCount + tCount + rotationCount + 3 * products + perRotation * rotationDepth,
  };
}

interface Settled { readonly code: Profile; readonly cycles: number; readonly factory: TFactory | undefined }

/** Cycles until `most` factories have made the T states, and until one of them has made any. */
function cyclesOf({ runtimeNs, tStates: each }: TFactory, { tStates }: Work, cycleNs: number, most: number): number {
  const runs = Number.isFinite(most) ? Math.ceil(tStates / (each * most)) : 1;
  return Math.ceil(runs * runtimeNs / cycleNs);
}

/** Cycles, the code for them and the factory: factories that take longer than the algorithm stretch it, which may take a larger code. */
function settled(hardware: Hardware, work: Work, needs: { readonly rateMax: (cycles: number) => number; readonly errorRateMax: number; readonly factoriesMax: number }): Settled {
  const raw = hardware.qubits.tGateErrorRate ?? 1;
  const distilled = work.tStates > 0 && raw > needs.errorRateMax ? cheapestFactory(hardware, needs.errorRateMax) : undefined;
  for (let cycles = work.depth; ;) {
    const code = codeFor(hardware, needs.rateMax(cycles));
    const factory = work.tStates === 0 ? undefined : distilled ?? trivialFactory(code, raw);
    const needed = Math.max(cycles, factory === undefined ? 0 : cyclesOf(factory, work, code.cycleNs, needs.factoriesMax));
    if (needed === cycles) return { code, cycles, factory };
    cycles = needed;
  }
}

/**
 * The shortest run, on as many factories as that takes, or on at most `factoriesMax`.
 * @throws Fault ESTIMATE_REFUSED, ABI_MALFORMED, PROFILE_INVALID
 */
export function formulaEstimate({ counts, hardware, budget: asked, bounds = {} }: EstimateRequest, factoriesMax = bounds.maxTFactories ?? Infinity): PhysicalEstimate {
  const budget = budgetParts(asked, counts);
  const work = workOf(counts, budget);
  if (work.depth === 0) throw new Fault("ESTIMATE_REFUSED", { what: "the counts hold no measurement and no magic state: there is nothing to estimate" });
  const logicalQubits = laidOut(counts.numQubits);
  const errorRateMax = budget.tStates / work.tStates;
  const { code, cycles, factory } = settled(hardware, work, { rateMax: (so) => budget.logical / (logicalQubits * so), errorRateMax, factoriesMax });
  const runtimeNs = cycles * code.cycleNs;
  const algorithm = logicalQubits * code.physicalQubits;
  const count = factory === undefined ? 0 : Math.ceil(work.tStates * factory.runtimeNs / (factory.tStates * runtimeNs));
  return {
    physicalQubits: algorithm + count * (factory?.physicalQubits ?? 0), runtimeNs,
    algorithm: { logicalQubits, depth: work.depth, cycles, physicalQubits: algorithm },
    code: { distance: code.distance, physicalQubits: code.physicalQubits, cycleNs: code.cycleNs, errorRate: logicalErrorRate(code), errorRateMax: budget.logical / (logicalQubits * cycles) },
    tStates: { count: work.tStates, perRotation: work.perRotation, errorRateMax: work.tStates === 0 ? null : errorRateMax },
    factories: factory === undefined ? null : { count, runs: Math.ceil(work.tStates / (factory.tStates * count)), physicalQubits: count * factory.physicalQubits, factory },
    budget,
  };
}
