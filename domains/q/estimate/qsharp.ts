// Translation to and from the Azure resource estimator of qsharp-lang. It is handed counts as a Q# program that accounts for them, and
// parameters under its own names; what it answers becomes a PhysicalEstimate. Nothing is computed here, and nothing is run.
//   1  Its counters are 32-bit where it runs as WebAssembly, and it traps beyond: such counts are refused before.
//   2  It knows no count of CCiX gates from outside; they cost it what a CCZ does, and are handed over as such.
//   3  Rotations must fit on the qubits that account for them: the program holds so many, and the others as auxiliary ones.
import { Fault } from "../../../kernel-abi/fault.ts";
import { compiled, Type, type Static } from "../../../kernel-abi/schema.ts";
import { TIMES } from "../../../kernel-abi/qvm/qec/azure.ts";
import { nanoseconds } from "../../../kernel-abi/qvm/qec/duration.ts";
import type { LogicalCounts } from "./counts.ts";
import type { PhysicalEstimate, TFactory } from "./estimate.ts";
import { budgetParts, type EstimateRequest } from "./request.ts";

const COUNTER_MAX = 4_294_967_295;
/** The estimator takes no larger factor before a code's rate; families have 1. */
export const PREFACTOR_MAX = 0.5;

/** Whether the estimator has a place for all that the code is. */
export const isEstimable = ({ scheme: { crossingPrefactor } }: EstimateRequest["hardware"]): boolean => crossingPrefactor <= PREFACTOR_MAX;

/** A Q# program whose logical counts are these. @throws Fault ESTIMATE_REFUSED beyond 32 bits */
export function programOf({ numQubits, tCount, rotationCount, rotationDepth, cczCount, ccixCount, measurementCount }: LogicalCounts): string {
  const counters = { numQubits, tCount, rotationCount, rotationDepth, cczCount: cczCount + ccixCount, measurementCount };
  for (const [counter, value] of Object.entries(counters)) {
    if (value > COUNTER_MAX) throw new Fault("ESTIMATE_REFUSED", { what: "a count is too large for the estimator, whose counters have 32 bits", counter, value, allowed: COUNTER_MAX }, { next: "Give --formula for our own estimate, which takes counts up to 2^53." });
  }
  const held = rotationDepth === 0 ? 1 : Math.ceil(rotationCount / rotationDepth);
  return `import Std.ResourceEstimation.*;
@EntryPoint()
operation Main() : Unit {
  use qubits = Qubit[${held}];
  AccountForEstimates([AuxQubitCount(${numQubits - held}), TCount(${tCount}), RotationCount(${rotationCount}), RotationDepth(${rotationDepth}), CczCount(${cczCount + ccixCount}), MeasurementCount(${measurementCount})], PSSPCLayout(), qubits);
}
`;
}

/** What stands in the estimator's list of parameters for this request. */
export function parametersOf({ counts, hardware: { qubits, scheme }, budget, bounds = {} }: EstimateRequest, frontier: boolean): Readonly<Record<string, unknown>> {
  const { maxDurationNs, maxPhysicalQubits, maxTFactories } = bounds;
  const times = TIMES.flatMap((time) => {
    const ns = nanoseconds(qubits[time] ?? "");
    return ns === undefined ? [] : [[time, `${String(ns)} ns`] as const];
  });
  return {
    qubitParams: { ...qubits, ...Object.fromEntries(times) },
    // Under a name of its own no scheme of the estimator's stands in for what is said here, and none is refused for these qubits.
    qecScheme: { ...scheme, name: `given_${scheme.name}` },
    errorBudget: budgetParts(budget, counts),
    ...(maxDurationNs === undefined && maxPhysicalQubits === undefined && maxTFactories === undefined ? {} : {
      constraints: {
        ...(maxDurationNs === undefined ? {} : { maxDuration: `${maxDurationNs} ns` }),
        ...(maxPhysicalQubits === undefined ? {} : { maxPhysicalQubits }),
        ...(maxTFactories === undefined ? {} : { maxTFactories }),
      },
    }),
    ...(frontier ? { estimateType: "frontier" } : {}),
  };
}

const Whole = Type.Integer({ minimum: 0 });
const Entry = Type.Object({
  physicalCounts: Type.Object({
    physicalQubits: Whole, runtime: Type.Number(),
    breakdown: Type.Object({
      algorithmicLogicalQubits: Whole, algorithmicLogicalDepth: Whole, logicalDepth: Whole, numTstates: Whole, numTfactories: Whole, numTfactoryRuns: Whole,
      physicalQubitsForTfactories: Whole, physicalQubitsForAlgorithm: Whole, requiredLogicalQubitErrorRate: Type.Number(),
      requiredLogicalTstateErrorRate: Type.Optional(Type.Union([Type.Number(), Type.Null()])), numTsPerRotation: Type.Optional(Type.Union([Whole, Type.Null()])),
    }),
  }),
  logicalQubit: Type.Object({ codeDistance: Whole, physicalQubits: Whole, logicalCycleTime: Type.Number(), logicalErrorRate: Type.Number() }),
  tfactory: Type.Optional(Type.Union([Type.Null(), Type.Object({
    physicalQubits: Whole, runtime: Type.Number(), numTstates: Whole, logicalErrorRate: Type.Number(),
    numUnitsPerRound: Type.Array(Whole), unitNamePerRound: Type.Array(Type.String()), codeDistancePerRound: Type.Array(Whole),
  })])),
});
const Single = Type.Object({ status: Type.Literal("success"), physicalCounts: Entry.properties.physicalCounts, logicalQubit: Entry.properties.logicalQubit, tfactory: Entry.properties.tfactory });
const Frontier = Type.Object({ status: Type.Literal("success"), frontierEntries: Type.Array(Entry) });
const Failure = Type.Object({ code: Type.String(), message: Type.String() });
const [single, frontier, failure] = [compiled(Single), compiled(Frontier), compiled(Failure)];

type Answer = Static<typeof Entry>;

const factoryOf = (made: NonNullable<Answer["tfactory"]>): TFactory => ({
  physicalQubits: made.physicalQubits, runtimeNs: made.runtime, tStates: made.numTstates, errorRate: made.logicalErrorRate,
  rounds: made.unitNamePerRound.map((unit, round) => ({ unit, units: made.numUnitsPerRound[round] ?? 0, distance: made.codeDistancePerRound[round] ?? 0 })),
});

function estimateOf({ physicalCounts: { physicalQubits, runtime, breakdown: it }, logicalQubit: code, tfactory }: Answer, { counts, budget }: EstimateRequest): PhysicalEstimate {
  return {
    physicalQubits, runtimeNs: runtime,
    algorithm: { logicalQubits: it.algorithmicLogicalQubits, depth: it.algorithmicLogicalDepth, cycles: it.logicalDepth, physicalQubits: it.physicalQubitsForAlgorithm },
    code: { distance: code.codeDistance, physicalQubits: code.physicalQubits, cycleNs: code.logicalCycleTime, errorRate: code.logicalErrorRate, errorRateMax: it.requiredLogicalQubitErrorRate },
    tStates: { count: it.numTstates, perRotation: it.numTsPerRotation ?? 0, errorRateMax: it.requiredLogicalTstateErrorRate ?? null },
    factories: tfactory === undefined || tfactory === null ? null : { count: it.numTfactories, runs: it.numTfactoryRuns, physicalQubits: it.physicalQubitsForTfactories, factory: factoryOf(tfactory) },
    budget: budgetParts(budget, counts),
  };
}

/** What the estimator answered to one entry of its list. @throws Fault ESTIMATE_REFUSED with its own code and words */
export function estimatesOf(answer: unknown, request: EstimateRequest): readonly PhysicalEstimate[] {
  if (single().Check(answer)) return [estimateOf(answer, request)];
  if (frontier().Check(answer)) return answer.frontierEntries.map((entry) => estimateOf(entry, request));
  if (failure().Check(answer)) throw new Fault("ESTIMATE_REFUSED", { estimator: answer.code, what: answer.message });
  throw new Fault("ESTIMATE_REFUSED", { what: "the estimator answered with something else than an estimate" }, { next: "Install the version of qsharp-lang that package.json names." });
}
