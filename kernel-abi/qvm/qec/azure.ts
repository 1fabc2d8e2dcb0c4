// Profiles from the public parameters of the Azure resource estimator: six kinds of qubits, two schemes of error correction, and whatever
// a configuration {qubitParams, qecScheme, codeDistance} overrides in them. Constants of a time formula are nanoseconds.
//   1  What a scheme gives (a, p*, both formulas) stays in the profile; a formula is evaluated by formula.ts alone.
//   2  The scheme of a name depends on the qubits' instruction set; the floquet code is for Majorana qubits and, with a readout of its
//      own as joint measurement, taken for gate-based ones too.
import { nanoseconds } from "./duration.ts";
import { evaluate } from "./formula.ts";
import { type Profile, type Unreadable, distanceRefusal } from "./terms.ts";

type Times = "oneQubitMeasurementTime" | "oneQubitGateTime" | "twoQubitGateTime" | "twoQubitJointMeasurementTime" | "tGateTime";
type Rates = "oneQubitMeasurementErrorRate" | "oneQubitGateErrorRate" | "twoQubitGateErrorRate" | "twoQubitJointMeasurementErrorRate" | "tGateErrorRate" | "idleErrorRate";

export type QubitParams = Readonly<{ name: string; instructionSet: "GateBased" | "Majorana" } & Partial<Record<Times, string>> & Partial<Record<Rates, number>>>;

export interface QecScheme {
  readonly name: string;
  readonly errorCorrectionThreshold: number;
  readonly crossingPrefactor: number;
  readonly distanceCoefficientPower: number;
  readonly logicalCycleTime: string;
  readonly physicalQubitsPerLogicalQubit: string;
}

/** What an estimate is made on, at no distance yet. */
export interface Hardware {
  readonly qubits: QubitParams;
  readonly scheme: QecScheme;
  /** JSON pointers of what its file says beyond that and an estimate has no use for. */
  readonly unused?: readonly string[];
  /** What the file leaves out and an estimate needs: the JSON pointer and what was taken, as `/qecScheme/name: surface_code`. */
  readonly assumed?: readonly string[];
}

export const TIMES: readonly Times[] = Object.freeze(["oneQubitMeasurementTime", "oneQubitGateTime", "twoQubitGateTime", "twoQubitJointMeasurementTime", "tGateTime"]);
export const ERROR_RATES: readonly Rates[] = Object.freeze([
  "oneQubitMeasurementErrorRate", "oneQubitGateErrorRate", "twoQubitGateErrorRate", "twoQubitJointMeasurementErrorRate", "tGateErrorRate", "idleErrorRate",
]);

const gates = (name: string, measure: string, gate: string, error: number, t: number): QubitParams => Object.freeze({
  name, instructionSet: "GateBased", oneQubitMeasurementTime: measure, oneQubitGateTime: gate, twoQubitGateTime: gate, tGateTime: gate,
  oneQubitMeasurementErrorRate: error, oneQubitGateErrorRate: error, twoQubitGateErrorRate: error, tGateErrorRate: t,
});
const majorana = (name: string, error: number, t: number): QubitParams => Object.freeze({
  name, instructionSet: "Majorana", oneQubitMeasurementTime: "100 ns", twoQubitJointMeasurementTime: "100 ns", tGateTime: "100 ns",
  oneQubitMeasurementErrorRate: error, twoQubitJointMeasurementErrorRate: error, tGateErrorRate: t,
});

export const QUBITS: readonly QubitParams[] = Object.freeze([
  gates("qubit_gate_ns_e3", "100 ns", "50 ns", 1e-3, 1e-3), gates("qubit_gate_ns_e4", "100 ns", "50 ns", 1e-4, 1e-4),
  gates("qubit_gate_us_e3", "100 \u00b5s", "100 \u00b5s", 1e-3, 1e-6), gates("qubit_gate_us_e4", "100 \u00b5s", "100 \u00b5s", 1e-4, 1e-6),
  majorana("qubit_maj_ns_e4", 1e-4, 0.05), majorana("qubit_maj_ns_e6", 1e-6, 0.01),
]);

const SQUARE = "2 * codeDistance * codeDistance";
const scheme = (name: string, threshold: number, prefactor: number, cycle: string, physical: string): QecScheme => Object.freeze({
  name, errorCorrectionThreshold: threshold, crossingPrefactor: prefactor, distanceCoefficientPower: 0, logicalCycleTime: cycle, physicalQubitsPerLogicalQubit: physical,
});
const SURFACE: Readonly<Record<QubitParams["instructionSet"], QecScheme>> = Object.freeze({
  GateBased: scheme("surface_code", 0.01, 0.03, "(4 * twoQubitGateTime + 2 * oneQubitMeasurementTime) * codeDistance", SQUARE),
  Majorana: scheme("surface_code", 0.0015, 0.08, "20 * oneQubitMeasurementTime * codeDistance", SQUARE),
});
const FLOQUET = scheme("floquet_code", 0.01, 0.07, "3 * oneQubitMeasurementTime * codeDistance", "4 * codeDistance * codeDistance + 8 * (codeDistance - 1)");

const no = (reason: string, at?: string): Unreadable => ({ reason, ...(at === undefined ? {} : { at }) });
const PHYSICAL_MAX = 16_777_216;
const CYCLE = "/qecScheme/logicalCycleTime";
const PHYSICAL = "/qecScheme/physicalQubitsPerLogicalQubit";

/** Qubits by name, with or without the estimator's prefix `qubit_` and, for gate-based ones, `gate_`. */
export function qubitsNamed(name: string): QubitParams | undefined {
  const asked = name.toLowerCase();
  return QUBITS.find((each) => [each.name, each.name.replace("qubit_", ""), each.name.replace("qubit_gate_", "")].includes(asked));
}

export function schemeNamed(name: string, { instructionSet }: QubitParams): QecScheme | undefined {
  const asked = name.toLowerCase();
  if (asked === "surface_code" || asked === "surface") return SURFACE[instructionSet];
  return asked === "floquet_code" || asked === "floquet" ? FLOQUET : undefined;
}

/** codeDistance and the qubits' times in ns, each under the estimator's name and in snake case. */
function variablesOf(qubits: QubitParams, distance: number): Readonly<Record<string, number>> | Unreadable {
  const variables: Record<string, number> = { codeDistance: distance, code_distance: distance, eccDistance: distance };
  for (const time of TIMES) {
    const text = qubits[time];
    if (text === undefined) continue;
    const ns = nanoseconds(text);
    if (ns === undefined) return no(`${time} is a time as "50 ns", with ns, us, \u00b5s, ms or s, not ${text}`, `/qubitParams/${time}`);
    variables[time] = ns;
    variables[time.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)] = ns;
  }
  return variables;
}

const isReason = (read: Readonly<Record<string, number>> | Unreadable): read is Unreadable => typeof read["reason"] === "string";

/** The rate a code has to suppress: the worst of readout, joint readout, Clifford gates and, where it is said, idling. T gates are distilled and do not count. */
export const cliffordRate = (qubits: QubitParams): number => Math.max(
  qubits.oneQubitMeasurementErrorRate ?? 0, qubits.oneQubitGateErrorRate ?? 0, qubits.twoQubitGateErrorRate ?? 0, qubits.twoQubitJointMeasurementErrorRate ?? 0, qubits.idleErrorRate ?? 0);

/** A profile from qubits and a scheme, evaluated at a distance. @returns what does not fit, in one sentence */
export function evaluated(qubits: QubitParams, qec: QecScheme, distance: number, text: string, ignored: readonly string[] = []): Profile | Unreadable {
  const refusal = distanceRefusal(distance);
  if (refusal !== undefined) return no(refusal, "/codeDistance");
  const variables = variablesOf(qubits, distance);
  if (isReason(variables)) return variables;
  const cycle = evaluate(qec.logicalCycleTime, variables);
  if ("reason" in cycle) return no(`logicalCycleTime is not evaluated: ${cycle.reason}`, CYCLE);
  const physical = evaluate(qec.physicalQubitsPerLogicalQubit, variables);
  if ("reason" in physical) return no(`physicalQubitsPerLogicalQubit is not evaluated: ${physical.reason}`, PHYSICAL);
  if (!(cycle.value > 0)) return no("logicalCycleTime is not above zero", CYCLE);
  const count = Math.ceil(physical.value);
  if (!(count >= 1 && count <= PHYSICAL_MAX)) return no(`physicalQubitsPerLogicalQubit is ${String(count)}, not 1 to ${String(PHYSICAL_MAX)}`, PHYSICAL);
  const gate = Math.max(qubits.oneQubitGateErrorRate ?? 0, qubits.twoQubitGateErrorRate ?? qubits.twoQubitJointMeasurementErrorRate ?? 0);
  const p = cliffordRate(qubits);
  return Object.freeze({
    text, source: "azure", family: qec.name, distance, physicalQubits: count, cycleNs: cycle.value,
    errors: Object.freeze({ gate, measurement: qubits.oneQubitMeasurementErrorRate ?? p, idle: qubits.idleErrorRate ?? p / 10 }),
    decoder: Object.freeze({ type: "MWPM", roundNs: cycle.value / distance }),
    suppression: Object.freeze({ threshold: qec.errorCorrectionThreshold, prefactor: qec.crossingPrefactor, distancePower: qec.distanceCoefficientPower, physical: p }),
    ignored: Object.freeze([...ignored]),
  } satisfies Profile);
}

/** `azure:<qubit>:<scheme>(d=N)` with names of the tables above. */
export function azureProfile(qubit: string, schemeName: string, distance: number, ignored: readonly string[] = []): Profile | Unreadable {
  const qubits = qubitsNamed(qubit);
  if (qubits === undefined) return no(`there are no qubits ${qubit}; there are ${QUBITS.map(({ name }) => name).join(", ")}`);
  const qec = schemeNamed(schemeName, qubits);
  if (qec === undefined) return no(`there is no scheme ${schemeName}; there are surface_code and floquet_code`);
  return evaluated(qubits, qec, distance, `azure:${qubits.name}:${qec.name}(d=${String(distance)})`, ignored);
}
