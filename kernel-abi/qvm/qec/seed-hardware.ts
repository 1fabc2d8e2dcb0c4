// What the seed's parameter file {qec_scheme, error_budget, decoder} says to an estimate, which chooses the distance itself.
//   1  At the file's own distance d the hardware has the file's qubit count and cycle: the count goes with d², the cycle with d.
//   2  p is the gates' error rate, as in the profile of the same file; a = 1, p* = 0.01.
//   3  The file has no times of gates: they are those with which a round of the surface code, (4·t2q + 2·tmeas) with tmeas = 2·t2q, takes
//      as long as a round of the file. It has no rate of T gates: that is the gates'. Distillation alone looks at either.
//   4  What an estimate has no use for is listed, not dropped; so is what it needs and the file leaves to its family.
import type { Hardware, QubitParams } from "./azure.ts";
import type { Profile } from "./terms.ts";

/** Members of the file that the estimate's model does not have. */
const UNUSED: Readonly<Record<string, readonly string[]>> = Object.freeze({
  error_budget: Object.freeze(["measurement_error_rate", "idle_error_rate", "t1_us", "t2_us"]),
  decoder: Object.freeze(["type", "max_syndrome_weight", "cycle_time_us"]),
});

const hasMember = (value: unknown, name: string): boolean => typeof value === "object" && value !== null && Object.hasOwn(value, name);

const unusedOf = (file: Readonly<Record<string, unknown>>): readonly string[] =>
  Object.entries(UNUSED).flatMap(([part, names]) => names.filter((name) => hasMember(file[part], name)).map((name) => `/${part}/${name}`));

function assumedOf({ distance, physicalQubits, cycleNs, errors: { gate } }: Profile, { qec_scheme, error_budget }: Readonly<Record<string, unknown>>): readonly string[] {
  const scheme = { code_distance: distance, logical_cycle_time_us: cycleNs / 1_000, physical_qubit_count: physicalQubits };
  return [
    ...Object.entries(scheme).filter(([name]) => !hasMember(qec_scheme, name)).map(([name, value]) => `/qec_scheme/${name}: ${String(value)}`),
    ...(hasMember(error_budget, "physical_gate_error_rate") ? [] : [`/error_budget/physical_gate_error_rate: ${String(gate)}`]),
  ];
}

/** @param profile of the same file */
export function hardwareOfSeed(profile: Profile, file: Readonly<Record<string, unknown>>): Hardware {
  const { family, distance, physicalQubits, cycleNs, errors: { gate }, suppression } = profile;
  const time = (ns: number): string => `${String(Number(ns.toPrecision(6)))} ns`;
  const gateNs = cycleNs / distance / 8;
  const qubits: QubitParams = {
    name: `parameters_${family}`, instructionSet: "GateBased",
    oneQubitMeasurementTime: time(2 * gateNs), oneQubitGateTime: time(gateNs), twoQubitGateTime: time(gateNs), tGateTime: time(gateNs),
    oneQubitMeasurementErrorRate: gate, oneQubitGateErrorRate: gate, twoQubitGateErrorRate: gate, tGateErrorRate: gate,
  };
  return {
    qubits, unused: unusedOf(file), assumed: assumedOf(profile, file),
    scheme: {
      name: family, errorCorrectionThreshold: suppression.threshold, crossingPrefactor: suppression.prefactor, distanceCoefficientPower: suppression.distancePower,
      logicalCycleTime: `(${String(cycleNs)} * codeDistance) / ${String(distance)}`,
      physicalQubitsPerLogicalQubit: `(${String(physicalQubits)} * codeDistance * codeDistance) / ${String(distance * distance)}`,
    },
  };
}
