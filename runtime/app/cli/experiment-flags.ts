// One experiment from the words of a command line: a `.stim` file, or a code's memory at one physical rate.
import type { Command } from "commander";
import { Fault } from "../../../kernel-abi/fault.ts";
import { CODE_TASKS, type CodeTaskName } from "../../../domains/q/codes/generate.ts";
import { uniformNoise, type Experiment } from "../../../domains/q/qec/experiment.ts";
import { knownExperiment } from "../../../domains/q/qec/known.ts";
import { requireSampled } from "../../../domains/q/qec/size.ts";
import { compiledJob } from "../../../domains/q/qec/task.ts";
import { choiceOption, countOption, probabilityOption } from "./arguments.ts";
import { circuitIn, inFile } from "./stim-file.ts";

export interface ExperimentFlags {
  readonly code?: CodeTaskName;
  readonly distance?: number;
  readonly rounds?: number;
  readonly p?: number;
}

export const addExperimentOptions = (command: Command): Command => command
  .addOption(choiceOption("--code <name>", "instead of a file: code, layout and basis", [...CODE_TASKS]))
  .addOption(countOption("--distance <n>", "of that code (default: 3)", 2))
  .addOption(countOption("--rounds <n>", "of a shot (default: as many as the distance)", 1))
  .addOption(probabilityOption("--p <number>", "all four noise knobs of that code (default: 0.001)"));

/** @throws Fault USAGE; FILE_UNREADABLE; STIM_SYNTAX and its kin with file, line and column */
export function experimentOf(file: string | undefined, { code, distance = 3, rounds = distance, p = 0.001 }: ExperimentFlags): Experiment {
  if ((file === undefined) === (code === undefined)) throw new Fault("USAGE", { what: file === undefined ? "an experiment is needed" : "a file and --code", allowed: "a .stim file, or --code with --distance, --rounds and --p" });
  if (code === undefined) return circuitIn(file ?? "");
  const experiment: Experiment = { code, distance, rounds, noise: uniformNoise(p) };
  knownExperiment(experiment);
  return experiment;
}

/** The same, and that it can be sampled: what a run could only refuse is refused before one is begun. @throws as `experimentOf`, and STIM_LIMIT, STIM_UNSUPPORTED with the place */
export function sampledExperimentOf(file: string | undefined, flags: ExperimentFlags): Experiment {
  const experiment = experimentOf(file, flags);
  inFile(file, () => {
    requireSampled(knownExperiment(experiment).circuit);
    compiledJob({ mode: "events", experiment, shots: 1 });
  });
  return experiment;
}
