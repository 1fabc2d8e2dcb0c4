// One experiment from the words of a command line: a `.stim` file, or a code's memory at one physical rate.
import { Option, type Command } from "commander";
import { Fault } from "../../../kernel-abi/fault.ts";
import { CODE_TASKS, type CodeTaskName } from "../../../domains/q/codes/generate.ts";
import { uniformNoise, type Experiment } from "../../../domains/q/qec/experiment.ts";
import { knownExperiment } from "../../../domains/q/qec/known.ts";
import { choiceOption, countOption, readGiven } from "./arguments.ts";

export interface ExperimentFlags {
  readonly code?: CodeTaskName;
  readonly distance?: number;
  readonly rounds?: number;
  readonly p?: number;
}

const probability = (text: string): number => {
  const value = /^[0-9.eE+-]{1,40}$/.test(text) ? Number(text) : NaN;
  if (value >= 0 && value <= 1) return value;
  throw new Fault("USAGE", { option: "--p", value: text.slice(0, 200), allowed: "a number from 0 to 1" });
};

export const addExperimentOptions = (command: Command): Command => command
  .addOption(choiceOption("--code <name>", "instead of a file: code, layout and basis", [...CODE_TASKS]))
  .addOption(countOption("--distance <n>", "of that code (default: 3)", 2))
  .addOption(countOption("--rounds <n>", "of a shot (default: as many as the distance)", 1))
  .addOption(new Option("--p <number>", "all four noise knobs of that code (default: 0.001)").argParser(probability));

/** @throws Fault USAGE; FILE_UNREADABLE; STIM_SYNTAX and its kin with file, line and column */
export function experimentOf(file: string | undefined, { code, distance = 3, rounds = distance, p = 0.001 }: ExperimentFlags): Experiment {
  if ((file === undefined) === (code === undefined)) throw new Fault("USAGE", { what: file === undefined ? "an experiment is needed" : "a file and --code", allowed: "a .stim file, or --code with --distance, --rounds and --p" });
  const experiment: Experiment = code === undefined ? { circuit: readGiven("circuit", file ?? "") } : { code, distance, rounds, noise: uniformNoise(p) };
  knownExperiment(experiment);
  return experiment;
}
