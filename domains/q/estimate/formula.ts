// Our own estimate, by the formulas of Beverland et al., "Assessing requirements to scale to practical quantum advantage"
// (arXiv:2211.07629): layout on a plane, sequential Pauli computation, T states by distillation. Beside the well-kept estimator, not
// instead of it: it needs nothing installed, has no 32-bit counters, and a test holds both against each other.
//   1  Qubits after layout 2Q + ⌈√(8Q)⌉ + 1. Cycles: one a measurement, a T gate and a rotation, three a CCZ or CCiX, and the T states of
//      one rotation for every layer of rotations. T states: four a CCZ or CCiX.
//   2  The distance is the least odd one whose logical error rate, over all qubits and cycles, stays within its part of the budget; 1, bare
//      qubits, where they are good enough.
//   3  T factories run whole or not at all: there are as many as make all T states in the whole runs that fit into the run. Of those that
//      fit, the one of least qubits × time; where none does, cycles are added, to the most the distance allows, and then a larger distance is
//      taken, from the first cycle that needs it.
import { Fault } from "../../../kernel-abi/fault.ts";
import type { Hardware } from "../../../kernel-abi/qvm/qec/parameters.ts";
import type { Profile } from "../../../kernel-abi/qvm/qec/terms.ts";
import { exp, log } from "../../kernels/libm/portable.ts";
import { codeAt, rateAt } from "./code.ts";
import type { LogicalCounts } from "./counts.ts";
import { factoriesWithin, trivialFactory } from "./distillation.ts";
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
type Timed = Required<Settled> & { readonly factory: TFactory };

/** Factories that make `states` in the whole runs that fit into `spanNs`: Infinity where not one run fits. */
const factoriesFor = ({ runtimeNs, tStates: each }: TFactory, states: number, spanNs: number): number => Math.ceil(states / (each * Math.floor(spanNs / runtimeNs)));

const volume = ({ physicalQubits, runtimeNs, tStates: each }: TFactory): number => (physicalQubits * runtimeNs) / each;
const smallest = (all: readonly Timed[]): Timed | undefined =>
  [...all].sort((a, b) => volume(a.factory) - volume(b.factory) || a.cycles - b.cycles || a.factory.physicalQubits - b.factory.physicalQubits)[0];

/** The factory and the cycles at one distance, `least` of them or as few more as one takes, to `most`; `factoriesMax` of them at the most (3). */
function timed(factories: readonly TFactory[], code: Profile, states: number, { least, most, factoriesMax }: { readonly least: number; readonly most: number; readonly factoriesMax: number }): Timed | undefined {
  const fits = factories.filter((factory) => factory.runtimeNs <= least * code.cycleNs && factoriesFor(factory, states, least * code.cycleNs) <= factoriesMax);
  if (fits.length > 0) return smallest(fits.map((factory) => ({ code, factory, cycles: least })));
  const runs = ({ tStates: each }: TFactory): number => (Number.isFinite(factoriesMax) ? Math.ceil(states / (each * factoriesMax)) : 1);
  const later = factories.map((factory) => ({ code, factory, cycles: Math.ceil((runs(factory) * factory.runtimeNs) / code.cycleNs) }));
  return smallest(later.filter(({ cycles }) => cycles <= most));
}

/** What a request comes to before it is known how long it runs. */
interface Needs { readonly hardware: Hardware; readonly work: Work; readonly logicalQubits: number; readonly budget: BudgetParts; readonly factoriesAt: (code: Profile) => readonly TFactory[] }

/** @throws Fault ESTIMATE_REFUSED where no distance is enough */
function settled({ hardware, work, logicalQubits, budget, factoriesAt }: Needs, factoriesMax: number): Settled {
  let least = work.depth;
  for (let distance = 1; distance <= DISTANCE_LAST; distance += 2) {
    const rate = rateAt(hardware, distance);
    if (rate > budget.logical / (logicalQubits * least)) continue;
    const code = codeAt(hardware, distance);
    if (work.tStates === 0) return { code, cycles: least, factory: undefined };
    const most = Math.max(least, Math.floor(budget.logical / (logicalQubits * rate)));
    const found = timed(factoriesAt(code), code, work.tStates, { least, most, factoriesMax });
    if (found !== undefined) return found;
    least = most + 1;
  }
  const { scheme, qubits } = hardware;
  throw new Fault("ESTIMATE_REFUSED", {
    what: "no code distance suppresses errors enough, or none has a factory whose T states are good enough", distanceMax: DISTANCE_LAST, scheme: scheme.name, qubits: qubits.name,
    neededOfQubits: budget.logical / (logicalQubits * work.depth), ...(work.tStates === 0 ? {} : { neededOfStates: budget.tStates / work.tStates }),
  });
}

/**
 * Our own estimator of a request: the shortest run on so many factories as that takes, or on at most `factoriesMax`. What it finds out about
 * factories it keeps.
 * @throws Fault ESTIMATE_REFUSED, ABI_MALFORMED, PROFILE_INVALID
 */
export function formulaEstimator({ counts, hardware, budget: asked, bounds = {} }: EstimateRequest): (factoriesMax?: number) => PhysicalEstimate {
  const budget = budgetParts(asked, counts);
  const work = workOf(counts, budget);
  if (work.depth === 0) throw new Fault("ESTIMATE_REFUSED", { what: "the counts hold no measurement and no magic state: there is nothing to estimate" });
  const errorRateMax = budget.tStates / work.tStates;
  const raw = hardware.qubits.tGateErrorRate ?? 1;
  const known = new Map<number, readonly TFactory[]>();
  const factoriesAt = (code: Profile): readonly TFactory[] => {
    if (errorRateMax > raw) return [trivialFactory(code, raw)];
    const found = known.get(code.distance) ?? factoriesWithin(hardware, errorRateMax, code.distance);
    known.set(code.distance, found);
    return found;
  };
  const needs: Needs = { hardware, work, logicalQubits: laidOut(counts.numQubits), budget, factoriesAt };
  return (factoriesMax = bounds.maxTFactories ?? Infinity) => estimateOf(needs, settled(needs, factoriesMax));
}

function estimateOf({ hardware, work, logicalQubits, budget }: Needs, { code, cycles, factory }: Settled): PhysicalEstimate {
  const runtimeNs = cycles * code.cycleNs;
  const algorithm = logicalQubits * code.physicalQubits;
  const count = factory === undefined ? 0 : factoriesFor(factory, work.tStates, runtimeNs);
  return {
    physicalQubits: algorithm + count * (factory?.physicalQubits ?? 0), runtimeNs,
    algorithm: { logicalQubits, depth: work.depth, cycles, physicalQubits: algorithm },
    code: { distance: code.distance, physicalQubits: code.physicalQubits, cycleNs: code.cycleNs, errorRate: rateAt(hardware, code.distance), errorRateMax: budget.logical / (logicalQubits * cycles) },
    tStates: { count: work.tStates, perRotation: work.perRotation, errorRateMax: work.tStates === 0 ? null : budget.tStates / work.tStates },
    factories: factory === undefined ? null : { count, runs: Math.ceil(work.tStates / (factory.tStates * count)), physicalQubits: count * factory.physicalQubits, factory },
    budget,
  };
}

/** One estimate by it. @throws Fault ESTIMATE_REFUSED, ABI_MALFORMED, PROFILE_INVALID */
export const formulaEstimate = (request: EstimateRequest): PhysicalEstimate => formulaEstimator(request)();
