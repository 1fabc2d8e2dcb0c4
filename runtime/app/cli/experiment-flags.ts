// One experiment from the words of a command line: a `.stim` file, or a code's memory at one physical rate.
import type { Command } from "commander";
import { Fault } from "../../../kernel-abi/fault.ts";
import { BICYCLE_DISTANCES } from "../../../domains/q/codes/bicycle.ts";
import { CODE_TASKS, type CodeTaskName } from "../../../domains/q/codes/generate.ts";
import { beyondAnalysis, beyondSampling } from "../../../domains/q/qec/beyond.ts";
import { DISTANCES, isMemory, ROUNDS, uniformNoise, type Experiment, type MemoryExperiment } from "../../../domains/q/qec/experiment.ts";
import { knownExperiment } from "../../../domains/q/qec/known.ts";
import { requireOperations, requireSampled } from "../../../domains/q/qec/size.ts";
import { compiledJob } from "../../../domains/q/qec/task.ts";
import { choiceOption, countOption, probabilityOption } from "./arguments.ts";
import { circuitIn, inFile } from "./stim-file.ts";
import { optionOf } from "./values.ts";

export interface ExperimentFlags {
  readonly code?: CodeTaskName;
  readonly distance?: number;
  readonly rounds?: number;
  readonly p?: number;
}

export const addExperimentOptions = (command: Command): Command => command
  .addOption(choiceOption("--code <name>", "instead of a file: code, layout and basis", [...CODE_TASKS]))
  .addOption(countOption("--distance <n>", `of that code, ${DISTANCES.least} to ${DISTANCES.most} (default: 3); bivariate bicycle codes have ${BICYCLE_DISTANCES.join(", ")}`, DISTANCES.least, DISTANCES.most))
  .addOption(countOption("--rounds <n>", "of a shot (default: as many as the distance)", ROUNDS.least, ROUNDS.most))
  .addOption(probabilityOption("--p <number>", "all four noise knobs of that code (default: 0.001)"));

type Knob = "distance" | "rounds";
/** Why a memory experiment is refused, and by which of its knobs. */
export type KnobRefusal = Readonly<Record<"knob", Knob> & Record<"value" | "what" | "allowed", string | number>>;

/** That there is such a code, and that `beyond` finds it small enough; otherwise what `refused` makes of it is thrown. */
export function checkMemory(experiment: MemoryExperiment, beyond: typeof beyondSampling, refused: (refusal: KnobRefusal) => Fault): void {
  const knobs = (["distance", "rounds"] as const);
  try {
    knownExperiment(experiment);
  } catch (error) {
    const knob = error instanceof Fault ? knobs.find((one) => one === error.detail["argument"]) : undefined;
    if (!(error instanceof Fault) || knob === undefined) throw error;
    throw refused({ knob, value: experiment[knob], what: `${experiment.code} has no such ${knob}`, allowed: String(error.detail["allowed"]) });
  }
  const over = beyond(experiment);
  if (over !== undefined) throw refused(over);
}

const byOption = ({ knob, ...detail }: KnobRefusal): Fault => new Fault("USAGE", { option: `--${knob}`, ...detail });
const anySize = (): undefined => undefined;

/** A file says its own size and noise: an option that nothing would heed is refused. @throws Fault USAGE naming option and file */
export function refuseKnobs(file: string, flags: ExperimentFlags): void {
  const said = (["distance", "rounds", "p"] as const).find((name) => flags[name] !== undefined);
  if (said !== undefined) throw new Fault("USAGE", { option: optionOf(said), file, what: "the file says its own distance, rounds and noise", allowed: `${optionOf(said)} with --code, or the file alone` });
}

/** @throws Fault USAGE; FILE_UNREADABLE; STIM_SYNTAX and its kin with file, line and column */
export function experimentOf(file: string | undefined, flags: ExperimentFlags, beyond: typeof beyondSampling = anySize): Experiment {
  const { code, distance = 3, rounds = distance, p = 0.001 } = flags;
  if ((file === undefined) === (code === undefined)) throw new Fault("USAGE", { what: file === undefined ? "an experiment is needed" : "a file and --code", allowed: "a .stim file, or --code with --distance, --rounds and --p" });
  if (file !== undefined) refuseKnobs(file, flags);
  if (code === undefined) return circuitIn(file ?? "");
  const experiment: MemoryExperiment = { code, distance, rounds, noise: uniformNoise(p) };
  checkMemory(experiment, beyond, byOption);
  return experiment;
}

/** The same, and that it can be sampled: what a run could only refuse is refused before one is begun. @throws as `experimentOf`, and STIM_LIMIT, STIM_UNSUPPORTED with the place */
export function sampledExperimentOf(file: string | undefined, flags: ExperimentFlags): Experiment {
  const experiment = experimentOf(file, flags, beyondSampling);
  inFile(file, () => {
    requireSampled(knownExperiment(experiment).circuit);
    compiledJob({ mode: "events", experiment, shots: 1 });
  });
  return experiment;
}

/** The same, and that its error model can be made in reasonable time and memory. @throws as `experimentOf`, and STIM_LIMIT with the place */
export function analysedExperimentOf(file: string | undefined, flags: ExperimentFlags): Experiment {
  const experiment = experimentOf(file, flags, beyondAnalysis);
  if (!isMemory(experiment)) inFile(file, () => { requireOperations(knownExperiment(experiment).circuit); });
  return experiment;
}
