// Circuits and error models from files that a command line names. Whatever is refused of them, while they are read or later, names the file.
import { Fault } from "../../../kernel-abi/fault.ts";
import { flattened } from "../../../domains/q/dem/flatten.ts";
import type { ErrorModel } from "../../../domains/q/dem/model.ts";
import { CIRCUIT_TEXT_MAX, type Experiment } from "../../../domains/q/qec/experiment.ts";
import { knownExperiment } from "../../../domains/q/qec/known.ts";
import { readGiven } from "./arguments.ts";

const OF_TEXTS: readonly string[] = ["STIM_SYNTAX", "STIM_VALUE", "STIM_LIMIT", "STIM_UNSUPPORTED", "DETECTOR_UNDETERMINED", "ERROR_UNDECOMPOSED"];

/** What `work` gives. @throws what it throws; refusals of a circuit or an error model with the file, where it came from one */
export function inFile<T>(file: string | undefined, work: () => T, at: { readonly at?: string } = {}): T {
  try {
    return work();
  } catch (error) {
    if (file === undefined || !(error instanceof Fault) || !OF_TEXTS.includes(error.fault)) throw error;
    const { file: _, ...detail } = error.detail;
    throw new Fault(error.fault, { file, ...at, ...detail }, { cause: error.cause, next: error.next });
  }
}

const WRITE = "Write a circuit into the file: gates, noise, measurements, and the DETECTORs that compare them.";

/** The circuit of a `.stim` file. @throws Fault FILE_UNREADABLE; STIM_SYNTAX and its kin with file, line and column */
export function circuitIn(file: string): Experiment {
  const circuit = readGiven("circuit", file);
  return inFile(file, () => {
    if (circuit.length === 0) throw new Fault("STIM_VALUE", { line: 1, column: 1, what: "the file is empty: a circuit without an instruction" }, { next: WRITE });
    if (circuit.length > CIRCUIT_TEXT_MAX) throw new Fault("STIM_LIMIT", { what: `a text of ${circuit.length} characters, longer than 8 MiB (${CIRCUIT_TEXT_MAX} characters)` }, { next: `At most ${CIRCUIT_TEXT_MAX}: write what recurs as a REPEAT block.` });
    const experiment: Experiment = { circuit };
    if (knownExperiment(experiment).circuit.length === 0) throw new Fault("STIM_VALUE", { line: 1, column: 1, what: "a circuit without an instruction" }, { next: WRITE });
    return experiment;
  });
}

/** The error model of a `.dem` file, flattened. @throws Fault FILE_UNREADABLE; STIM_SYNTAX and its kin with file, line and column */
export const modelIn = (file: string): ErrorModel => inFile(file, () => flattened(readGiven("--dem", file)));
