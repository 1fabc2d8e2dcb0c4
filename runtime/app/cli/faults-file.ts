// The file of `--faults`: what befalls a run, and what is done about it.
import { Fault, FAULTS } from "../../../kernel-abi/fault.ts";
import { parseFaultScript, parseRecovery, type Recovery } from "../../../kernel-abi/injection.ts";
import { readText } from "../../adapters/files.ts";
import { nearest } from "../nearest.ts";
import type { RecordOptions } from "../record.ts";
import { parseJson } from "./arguments.ts";

/** A rule for a fault nobody has heard of says which was probably meant. @throws Fault FAULTS_INVALID */
function recoveryOf(value: unknown): Recovery {
  try {
    return parseRecovery(value);
  } catch (error) {
    const at = error instanceof Fault ? /^\/rules\/(\d+)$/.exec(String(error.detail["at"]))?.[1] : undefined;
    const name = at === undefined ? "" : (value as Recovery).rules[Number(at)]?.fault ?? ""; // a rule is refused by itself where the whole has its shape
    if (!(error instanceof Fault) || name === "" || Object.hasOwn(FAULTS, name)) throw error;
    const suggestion = nearest(name, Object.keys(FAULTS));
    throw new Fault("FAULTS_INVALID", { ...error.detail, value: name.slice(0, 80), ...(suggestion === undefined ? {} : { suggestion }) });
  }
}

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
  return { ...(faults === undefined ? {} : { faults: parseFaultScript(faults) }), ...(recovery === undefined ? {} : { recovery: recoveryOf(recovery) }) };
}
