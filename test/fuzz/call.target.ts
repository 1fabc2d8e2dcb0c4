// What is asked of Q: values that are nearly a call, a reservation, a study, counts or a hardware file. What is accepted is admitted in the order of
// its stages, under a contract that has room, and its cost is a whole number that its form alone decides; the rest is refused by a fault.
import { OP } from "../../domains/kernels/circuit.ts";
import { createQAdmission } from "../../domains/q/admission.ts";
import { formulaAnswer } from "../../domains/q/estimate/frontier.ts";
import { budgetParts } from "../../domains/q/estimate/request.ts";
import { parseCounts } from "../../domains/q/estimate/counts.ts";
import { StudySchema } from "../../domains/q/qec/study.ts";
import { parseResult, readResult } from "../../domains/q/outcome.ts";
import { contractId, processId, tick } from "../../kernel-abi/ids.ts";
import type { ContractView } from "../../kernel-abi/ports.ts";
import { readHardware } from "../../kernel-abi/qvm/qec/parameters.ts";
import { compiled } from "../../kernel-abi/schema.ts";
import { CURRENT_OFFER } from "../../kernel-abi/version.ts";
import type { Dice } from "./dice.ts";
import { alteredValue } from "./mutate.ts";
import { demand, faultName, type Target } from "./target.ts";

const noise = { afterCliffordDepolarization: 0.01, beforeRoundDataDepolarization: 0.001, beforeMeasureFlipProbability: 0.02, afterResetFlipProbability: 0.03 };
const EXPERIMENTS: readonly unknown[] = [
  { code: "repetition_code:memory", distance: 3, rounds: 2, noise }, { code: "surface_code:rotated_memory_x", distance: 3, rounds: 2, noise }, { code: "color_code:memory_xyz", distance: 3, rounds: 2, noise: {} },
  { circuit: "R 0 1\nX_ERROR(0.1) 0 1\nM 0 1\nDETECTOR rec[-1] rec[-2]\nOBSERVABLE_INCLUDE(0) rec[-1]\n" },
];
const ints = (...numbers: readonly number[]): Int32Array => Int32Array.from(numbers);
const circuit = { qubits: 2, clbits: 2, angles: Float64Array.of(0.5), conditions: ints(), ops: ints(OP.H, 0, -1, -1, -1, -1, -1, -1, OP.CX, 0, 1, -1, -1, -1, -1, -1, OP.MEASURE, 0, -1, -1, 0, -1, -1, 0, OP.MEASURE, 1, -1, -1, 1, -1, -1, 1) };
const turned = { ...circuit, clbits: 0, ops: ints(OP.RX, 0, -1, -1, -1, -1, 0, -1, OP.CX, 0, 1, -1, -1, -1, -1, -1) };
const observable = { coefficients: Float64Array.of(1), paulis: Uint8Array.of(3, 3) };
const CALLS: readonly unknown[] = [
  { mode: "bits", circuit }, { mode: "counts", circuit, shots: 100 }, { mode: "expectation", circuit: turned, shots: 10, observable },
  { mode: "gradient", circuit: turned, shots: 10, observable, parameters: { count: 1, entries: ints(0), of: ints(0), factors: Float64Array.of(2) }, method: "shift" },
  ...EXPERIMENTS.flatMap((experiment) => [{ mode: "logical", experiment, decoder: "matching", shots: 1_000 }, { mode: "logical", experiment, decoder: "union_find", shots: 7 }, { mode: "events", experiment, shots: 10 }]),
  { mode: "logical", experiment: EXPERIMENTS[3], decoder: "lookup", shots: 10 }, { mode: "logical", experiment: EXPERIMENTS[0], decoder: "bp_osd", shots: 10 },
];
const RESERVES: readonly unknown[] = [{ qubits: 4, budget: 100 }, { qubits: 64, budget: 1_000_000, shots: 1_000, channels: 100, duration: 1_000, calibrationGrace: 10, errorTolerance: 0.5, gates: ["H", "CX", "MEASURE"] }];
const STUDIES: readonly unknown[] = [{
  cells: EXPERIMENTS.map((experiment) => ({ p: 0.01, experiment, decoder: "matching" })),
  stop: { maxShots: 1_000, maxErrors: 10, width: { relative: 0.1, confidence: 0.95, method: "wilson" } }, interval: { method: "clopper-pearson", confidence: 0.9 }, per: "round",
}];
const COUNTS: readonly unknown[] = [{ numQubits: 100, tCount: 10_000, rotationCount: 30, rotationDepth: 10, cczCount: 7, ccixCount: 1, measurementCount: 50 }, { numQubits: 1 }];
const HARDWARE: readonly unknown[] = [
  { qubitParams: { name: "qubit_gate_ns_e3" }, qecScheme: { name: "surface_code" } },
  { qubitParams: { name: "qubit_maj_ns_e4", instructionSet: "Majorana" }, qecScheme: { name: "floquet_code", errorCorrectionThreshold: 0.01, crossingPrefactor: 0.07, distanceCoefficientPower: 0, logicalCycleTime: "3 * oneQubitMeasurementTime * codeDistance", physicalQubitsPerLogicalQubit: "4 * codeDistance * codeDistance + 8 * (codeDistance - 1)", maxCodeDistance: 51 } },
];
const RESULTS: readonly unknown[] = [
  { kind: "logical", shots: 10, errors: 1, flips: [1], events: 3, unsolved: 0 }, { kind: "events", shots: 2, detectors: 3, observables: 1, rows: Uint8Array.of(1, 2) },
  { kind: "counts", keys: ["00", "11"], counts: [2, 1] }, { kind: "bits", bits: Uint8Array.of(0, 1) }, { kind: "gradient", value: Float64Array.of(1), gradient: Float64Array.of(1, 2) }, { kind: "value", value: Float64Array.of(0.5) },
];

const admission = createQAdmission(new Set(CURRENT_OFFER.flags));
const isStudy = compiled(StudySchema);
const terms = admission.request({ qubits: 64, budget: 1e12 }, tick(0));
const contract: ContractView = { id: contractId(1), owner: processId(3), terms, ledger: { budget: 0, shots: 0, jobs: 0 } };
/** An experiment of more targets is legal and takes long to compile. */
const VAST = 2_000;

function reading(work: () => string): string {
  try {
    return work();
  } catch (error) {
    return faultName(error);
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === "object" && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
/** Distances and rounds that are legal and large: a circuit of millions. */
const isVast = (value: unknown): boolean => isRecord(value) && Object.entries(value).some(([key, member]) => isVast(member) || ((key === "distance" || key === "rounds") && typeof member === "number" && member > 15)
  || (key === "circuit" && typeof member === "string" && /REPEAT \d{3}|\d{5}/.test(member)));

function call(dice: Dice, value: unknown): string {
  if (isVast(value)) return "vast";
  const parsed = admission.shape(value, [], new Set(CURRENT_OFFER.flags));
  demand(Number.isSafeInteger(parsed.units) && parsed.units >= 0, "a call of no units");
  if (parsed.units > VAST) return "vast";
  parsed.calibration(contract, tick(0));
  parsed.capacity(contract);
  parsed.support(contract);
  const { cost, charge, descriptor } = parsed.budget(contract, tick(0));
  demand(Number.isSafeInteger(cost) && cost >= 1 && Number.isSafeInteger(charge.budget) && charge.budget >= 0 && Number.isSafeInteger(charge.shots) && charge.shots >= 1, "a cost that is none");
  if (dice.once(4)) demand(Buffer.compare(admission.shape(value, [], new Set(CURRENT_OFFER.flags)).budget(contract, tick(0)).descriptor, descriptor) === 0, "described otherwise the second time");
  return "ok";
}

function reserve(value: unknown): string {
  const granted = admission.request(value, tick(5));
  demand(granted.end > 5 && granted.units >= 1 && granted.errorPpm <= 1_000_000, "terms that are none");
  return "ok";
}

/** Whoever is accepted is estimated one time in eight: looking for factories is work, and takes as long as the hardware is bad. */
function estimate(dice: Dice, counts: unknown, hardware: unknown, budget: number): string {
  const read = readHardware(hardware);
  if ("reason" in read) return "unreadable";
  const parsed = parseCounts(counts);
  budgetParts(budget, parsed);
  if (!dice.once(8)) return "read";
  const { physicalQubits, runtimeNs } = formulaAnswer({ counts: parsed, hardware: read, budget });
  demand(physicalQubits > 0 && runtimeNs > 0 && Number.isFinite(physicalQubits) && Number.isFinite(runtimeNs), "an estimate that is none");
  return "ok";
}

function once(dice: Dice): string {
  const of = (bases: readonly unknown[]): unknown => (dice.once(12) ? dice.pick(bases) : alteredValue(dice, dice.pick(bases)));
  switch (dice.below(6)) {
    case 0: return `reserve ${reading(() => reserve(of(RESERVES)))}`;
    case 1: return `study ${reading(() => (isStudy().Check(of(STUDIES)) ? "ok" : "no study"))}`;
    case 2: return `estimate ${reading(() => estimate(dice, of(COUNTS), of(HARDWARE), dice.pick([0.001, 0.1, 1e-30, 1, 0, NaN])))}`;
    case 3: return `result ${reading(() => { readResult(parseResult(of(RESULTS))); return "ok"; })}`;
    default: return `call ${reading(() => call(dice, of(CALLS)))}`;
  }
}

export const calls: Target = { name: "call", once };
