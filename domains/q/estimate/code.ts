// The code of a piece of hardware at a distance, for those who choose the distance.
import { Fault } from "../../../kernel-abi/fault.ts";
import { evaluated } from "../../../kernel-abi/qvm/qec/azure.ts";
import type { Hardware } from "../../../kernel-abi/qvm/qec/parameters.ts";
import { isProfile, type Profile } from "../../../kernel-abi/qvm/qec/terms.ts";

/** @throws Fault PROFILE_INVALID with the JSON pointer of the member that does not fit */
export function codeAt({ qubits, scheme }: Hardware, distance: number): Profile {
  const profile = evaluated(qubits, scheme, distance, `${qubits.name}:${scheme.name}(d=${String(distance)})`);
  if (!isProfile(profile)) throw new Fault("PROFILE_INVALID", { at: profile.at ?? "", what: profile.reason }, { next: "Mend the member at `at`, a JSON pointer; kernel-abi/qvm/qec/README.md lists them." });
  return profile;
}
