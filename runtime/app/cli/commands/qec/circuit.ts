// triad qec circuit | dem: an experiment's circuit as `.stim` text, and its detector error model as `.dem` text, for other tools to read.
import type { Command } from "commander";
import { EXIT } from "../../../../../kernel-abi/fault.ts";
import { analyze } from "../../../../../domains/q/dem/analyze.ts";
import { printModel } from "../../../../../domains/q/dem/print.ts";
import { circuitOf, type Experiment } from "../../../../../domains/q/qec/experiment.ts";
import { printStim } from "../../../../../domains/q/stim/print.ts";
import { checkPlaces } from "../../apart.ts";
import { jsonOption } from "../../arguments.ts";
import { runs, type Invocation } from "../../command.ts";
import { disjointOption } from "../../decoder-flags.ts";
import { addExperimentOptions, analysedExperimentOf, experimentOf, type ExperimentFlags } from "../../experiment-flags.ts";
import { printFacts, printJson } from "../../output.ts";
import { putNew } from "../../rows-file.ts";
import { inFile } from "../../stim-file.ts";
import type { Io } from "../../terminal.ts";
import { plural, printable } from "../../values.ts";

interface Flags extends ExperimentFlags {
  readonly decompose?: boolean;
  readonly approximateDisjoint?: number;
  readonly out?: string;
  readonly replace?: boolean;
  readonly json?: boolean;
}

/** A text and what it amounts to. */
interface Written { readonly text: string; readonly counts: Readonly<Record<string, number>> }

const linesOf = (experiment: Experiment): Written => {
  const text = printStim(circuitOf(experiment));
  return { text, counts: { lines: text.split("\n").length - 1 } };
};

function modelOf(experiment: Experiment, { decompose = false, approximateDisjoint = 0 }: Flags): Written {
  const model = analyze(circuitOf(experiment), { decompose, approximateDisjoint });
  const { detectors, observables, mechanisms } = model;
  return { text: printModel(model), counts: { detectors, observables, errors: mechanisms.length } };
}

/** On standard output, or in a file and what it amounts to on standard output. */
async function put(what: "circuit" | "dem", { text, counts }: Written, { out, replace = false, json }: Flags, io: Io): Promise<number> {
  if (out !== undefined) putNew(out, text, replace);
  if (json === true) printJson(io.out, `qec-${what}`, { ...counts, ...(out === undefined ? { text } : { file: out }) });
  else if (out === undefined) await io.out.flow([text]);
  else printFacts(io.out, [["written", printable(out)], ["holds", Object.entries(counts).map(([name, count]) => plural(count, name.slice(0, -1))).join(", ")]]);
  return EXIT.ok;
}

const outputs = (command: Command): Command => command
  .option("--out <file>", "into this file (default: standard output)")
  .option("--replace", "give up an existing file of that name")
  .addOption(jsonOption());

function written(what: "circuit" | "dem", file: string | undefined, flags: Flags, io: Io): Promise<number> {
  checkPlaces({ "--out": flags.out }, { circuit: file });
  const experiment = (what === "circuit" ? experimentOf : analysedExperimentOf)(file, flags);
  return put(what, what === "circuit" ? linesOf(experiment) : inFile(file, () => modelOf(experiment, flags)), flags, io);
}

export function configure(command: Command, invocation: Invocation): void {
  outputs(addExperimentOptions(command.argument("[file]", "a .stim circuit, to be written as Triad writes them")));
  runs(command, invocation, (file) => written("circuit", file, command.opts<Flags>(), invocation.io));
}

export function configureDem(command: Command, invocation: Invocation): void {
  outputs(addExperimentOptions(command.argument("[file]", "a .stim circuit"))
    .option("--decompose", "split errors into parts of at most two detectors, as decoders that match need them")
    .addOption(disjointOption()));
  runs(command, invocation, (file) => written("dem", file, command.opts<Flags>(), invocation.io));
}
