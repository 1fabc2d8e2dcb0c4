// The code of a piece of hardware at a distance, for those who choose the distance.
import { Fault } from "../../../kernel-abi/fault.ts";
import { cliffordRate, evaluated } from "../../../kernel-abi/qvm/qec/azure.ts";
import type { Hardware } from "../../../kernel-abi/qvm/qec/parameters.ts";
import { suppressed } from "../../../kernel-abi/qvm/qec/rates.ts";
import { isProfile, type Profile } from "../../../kernel-abi/qvm/qec/terms.ts";

const at = ({ qubits, scheme }: Hardware, distance: number) => evaluated(qubits, scheme, distance, `${qubits.name}:${scheme.name}(d=${String(distance)})`);

/** @throws Fault PROFILE_INVALID with the JSON pointer of the member that does not fit */
export function codeAt(hardware: Hardware, distance: number): Profile {
  const profile = at(hardware, distance);
  if (!isProfile(profile)) throw new Fault("PROFILE_INVALID", { at: profile.at ?? "", what: profile.reason }, { next: "Mend the member at `at`, a JSON pointer; kernel-abi/qvm/qec/README.md lists them." });
  return profile;
}

/** The code at a distance its formulas have a value for; undefined where they have none. */
export function codeIfAny(hardware: Hardware, distance: number): Profile | undefined {
  const profile = at(hardware, distance);
  return isProfile(profile) ? profile : undefined;
}

/** That a logical qubit of that distance fails in one cycle: known before there is a code, for no formula of space or time has a part in it. */
export const rateAt = ({ qubits, scheme }: Hardware, distance: number): number => suppressed(
  { threshold: scheme.errorCorrectionThreshold, prefactor: scheme.crossingPrefactor, distancePower: scheme.distanceCoefficientPower, physical: cliffordRate(qubits) }, distance);
