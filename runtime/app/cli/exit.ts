// Exit codes: from how something ended to the number the shell sees (kernel-abi/fault.ts, EXIT).
import { EXIT, FAULTS, Fault, type FaultJson } from "../../../kernel-abi/fault.ts";
import type { RunEnd } from "../../../kernel-abi/ports.ts";

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** A run that is recorded and sealed still says by its exit code how it ended: by its fault's class, so bounded is `budget`. */
export function exitOfRun({ status, fault }: Pick<RunEnd, "status"> & { readonly fault: Pick<FaultJson, "name"> | null }): ExitCode {
  if (status === "completed") return EXIT.ok;
  return fault === null ? EXIT.failed : EXIT[FAULTS[fault.name].exit];
}

const wordsOf = (error: unknown): string => (error instanceof Error ? `${error.name}: ${error.message}` : String(error));

/** Every error as a typed one. What is no Fault is a defect of Triad itself, and says so. */
export const faultOf = (error: unknown): Fault =>
  (error instanceof Fault ? error : new Fault("RUNTIME_DEFECT", { what: wordsOf(error) }, { cause: error }));

export const exitOfError = (error: unknown): ExitCode => EXIT[FAULTS[faultOf(error).fault].exit];
