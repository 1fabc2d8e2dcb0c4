// `--profile`: error correction of the qubits that name none, as a profile's text, a name, or a parameter file in either form.
import { Fault } from "../../../kernel-abi/fault.ts";
import { readParameters } from "../../../kernel-abi/qvm/qec/parameters.ts";
import { isProfile, NAMED_PROFILES, namedProfile, parseProfile, type Profile, refuseProfile } from "../../../kernel-abi/qvm/qec/profile.ts";
import { parseJson, readGiven } from "./arguments.ts";

export const PROFILE_FLAG = "--profile <profile>";
export const PROFILE_HELP = "of qubits whose ALLOC_LQ names none: logical:surface_code(d=7), a name as surface_d7, or a file with {qec_scheme, error_budget, decoder} or {qubitParams, qecScheme, codeDistance}";

const TEXT = /^\s*[a-z]+\s*:/;

/** @throws Fault PROFILE_INVALID, of a file with the place | RATE_UNSAMPLED | FILE_UNREADABLE | USAGE */
export function profileGiven(given: string): Profile {
  const named = namedProfile(given);
  if (named !== undefined) return named;
  if (TEXT.test(given)) {
    const read = parseProfile(given);
    return isProfile(read) ? read : refuseProfile(read, { option: "--profile", profile: given.slice(0, 200) });
  }
  const read = readParameters(parseJson("--profile", readGiven("--profile", given), given));
  if (isProfile(read)) return read;
  throw new Fault("PROFILE_INVALID", { option: "--profile", file: given, at: read.at ?? "", what: read.reason }, { next: `Mend the file at \`at\`, a JSON pointer, or name one of ${Object.keys(NAMED_PROFILES).join(", ")}.` });
}
