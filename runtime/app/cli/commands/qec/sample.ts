// triad qec sample: detection events of a circuit, sampled in a sealed run and written as others read them.
import type { Command } from "commander";
import { basename } from "node:path";
import { Fault } from "../../../../../kernel-abi/fault.ts";
import type { ShotFormat } from "../../../../../domains/q/stim/shots.ts";
import { populationOf } from "../../../../../domains/kernels/qec/count.ts";
import { createMemorySink } from "../../../../adapters/memory.ts";
import { eventsOf, sampleRun } from "../../../qec/sample-run.ts";
import { checkApart } from "../../apart.ts";
import { countOption, jsonOption, workersOption } from "../../arguments.ts";
import { runs, type Invocation } from "../../command.ts";
import { exitOfRun } from "../../exit.ts";
import { addExperimentOptions, sampledExperimentOf, type ExperimentFlags } from "../../experiment-flags.ts";
import { interruptible } from "../../interrupt.ts";
import { narrator } from "../../narration.ts";
import { printFacts, printJson } from "../../output.ts";
import { checkNew } from "../../rows-file.ts";
import { printEnd } from "../../run-end.ts";
import { formatOption, parted, putShots } from "../../shot-files.ts";
import type { Io } from "../../terminal.ts";
import { plural, printable, shellWord } from "../../values.ts";

interface Flags extends ExperimentFlags {
  readonly shots?: number;
  readonly seed?: string;
  readonly events?: string;
  readonly format?: ShotFormat;
  readonly observables?: string;
  readonly out?: string;
  readonly replace?: boolean;
  readonly workers?: number;
  readonly json?: boolean;
}

const SHOTS = 1_000;

async function sample(file: string | undefined, flags: Flags, io: Io): Promise<number> {
  const { shots = SHOTS, seed, events, format, observables, out, replace = false, workers } = flags;
  const json = flags.json === true;
  if (seed === "") throw new Fault("USAGE", { option: "--seed", value: "", allowed: "non-empty text" });
  const experiment = sampledExperimentOf(file, flags);
  for (const path of [events, observables, out]) if (path !== undefined) checkApart({ out: path }, file ?? "");
  checkNew(replace, events, observables, out);
  const memory = out === undefined ? createMemorySink() : undefined;
  const narration = await narrator(io.err, { run: basename(out ?? file ?? "sample"), log: true });
  const recorded = await interruptible(io.err, (signal) => sampleRun({ experiment, shots, out: memory ?? out ?? "", replace, seed, workers, signal, observer: narration.observer }))
    .finally(() => { narration.end(); });
  const { end, digest, trace } = recorded;
  const sampled = await eventsOf(memory?.bytes() ?? trace ?? "");
  if (sampled === undefined || sampled.shots !== shots) {
    if (json && end.fault !== null) printJson(io.err, "error", { error: end.fault, digest, exit: exitOfRun(end) });
    else printEnd(io, basename(out ?? file ?? "sample"), end, []);
    return exitOfRun(end);
  }
  const shape = { detectors: sampled.detectors, observables: sampled.observables };
  const { events: fired, flips } = parted(sampled, shape);
  if (events !== undefined) {
    if (observables === undefined) putShots(events, format, sampled, shape, replace);
    else putShots(events, format, fired, { detectors: shape.detectors }, replace);
  }
  if (observables !== undefined) putShots(observables, format, flips, { observables: shape.observables }, replace);
  const counts = { shots, ...shape, detectionEvents: populationOf(fired.rows), observableFlips: populationOf(flips.rows) };
  if (json) printJson(io.out, "qec-sample", { ...counts, seed: recorded.seed, digest, ...(trace === undefined ? {} : { trace }) });
  else {
    printFacts(io.out, [
      ["sampled", `${plural(shots, "shot")} of ${plural(shape.detectors, "detector")} and ${plural(shape.observables, "observable")}`],
      ["events", `${counts.detectionEvents}, ${(counts.detectionEvents / shots).toPrecision(4)} a shot`], ["flips", String(counts.observableFlips)],
      ["seed", printable(recorded.seed)], ["digest", digest], events === undefined && observables === undefined ? undefined : ["written", [events, observables].filter((path) => path !== undefined).map(printable).join("\n")],
      trace === undefined ? undefined : ["trace", printable(trace)], trace === undefined ? undefined : ["next", `triad verify ${shellWord(trace)}\ntriad reproduce ${shellWord(trace)} --trust-program`],
    ]);
  }
  return exitOfRun(end);
}

export function configure(command: Command, invocation: Invocation): void {
  addExperimentOptions(command.argument("[file]", "a .stim circuit"))
    .addOption(countOption("--shots <n>", `how many (default: ${SHOTS})`, 1))
    .option("--seed <text>", "seed of every random draw (default: 128 fresh random bits, recorded)")
    .option("--events <file>", "detection events go there, observables behind them unless they have a file of their own")
    .addOption(formatOption("--format <format>", "these files"))
    .option("--observables <file>", "flips of the observables go there")
    .option("--out <trace>", "keep the sealed trace here (default: it is not kept)")
    .option("--replace", "give up existing files of the same names")
    .addOption(workersOption())
    .addOption(jsonOption());
  runs(command, invocation, (file) => sample(file, command.opts<Flags>(), invocation.io));
}
