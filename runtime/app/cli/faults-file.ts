// The file of `--faults`: what befalls a run, and what is done about it.
import { Fault } from "../../../kernel-abi/fault.ts";
import { parseFaultScript, parseRecovery } from "../../../kernel-abi/injection.ts";
import { readText } from "../../adapters/files.ts";
import type { RecordOptions } from "../record.ts";
import { parseJson } from "./arguments.ts";

/**
 * A file of scripted faults: the list itself, or `{ faults, recovery }` of which either may be missing.
 * @throws Fault USAGE when it is not JSON; FAULTS_INVALID; FILE_UNREADABLE
 */
export function readFaults(path: string): Pick<RecordOptions, "faults" | "recovery"> {
  const value = parseJson("--faults", readText(path), path);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return { faults: parseFaultScript(value) };
  const { faults, recovery, ...rest } = value as Readonly<Record<string, unknown>>;
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) throw new Fault("FAULTS_INVALID", { at: `/${unknown}`, what: "faults and recovery are all there is" });
  return { ...(faults === undefined ? {} : { faults: parseFaultScript(faults) }), ...(recovery === undefined ? {} : { recovery: parseRecovery(recovery) }) };
}
