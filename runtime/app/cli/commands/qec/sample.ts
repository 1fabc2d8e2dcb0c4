// triad qec sample: detection events of a circuit, sampled in a sealed run and written as others read them. Where the trace is kept, the same
// words go on with its journal, or find it sealed and write the files again.
import type { Command } from "commander";
import { existsSync } from "node:fs";
import { basename } from "node:path";
import { EXIT, Fault } from "../../../../../kernel-abi/fault.ts";
import type { RunEnd } from "../../../../../kernel-abi/ports.ts";
import { knownExperiment } from "../../../../../domains/q/qec/known.ts";
import { availableMemory } from "../../../../adapters/host.ts";
import { createMemorySink, type MemorySink } from "../../../../adapters/memory.ts";
import { eventsFrom, eventsOf, sampleRun, type Sampling } from "../../../qec/sample-run.ts";
import { checkPlaces } from "../../apart.ts";
import { countOption, jsonOption, workersOption } from "../../arguments.ts";
import { runs, type Invocation } from "../../command.ts";
import { exitOfRun } from "../../exit.ts";
import { addExperimentOptions, sampledExperimentOf, type ExperimentFlags } from "../../experiment-flags.ts";
import { narrated } from "../../narrated.ts";
import { printFacts, printJson } from "../../output.ts";
import { printEnd } from "../../run-end.ts";
import { addShotFiles, checkShotFiles, checkShotTables, sampledFacts, shotPlaces, writeSampled, type ShotFlags } from "../../sample-report.ts";
import { checkShotMemory } from "../../shot-memory.ts";
import type { Io } from "../../terminal.ts";
import { printable, shellWord } from "../../values.ts";

interface Flags extends ExperimentFlags, ShotFlags {
  readonly shots?: number;
  readonly seed?: string;
  readonly out?: string;
  readonly label?: string;
  readonly workers?: number;
  readonly json?: boolean;
}

const SHOTS = 1_000;
/** As the program that samples has it. */
const SHOTS_MAX = 1_000_000_000;

/** A run that came to no end of its own: bounded, or refused. */
function ended(end: RunEnd, digest: string, name: string, { json }: Flags, io: Io): number {
  if (json === true && end.fault !== null) printJson(io.err, "error", { error: end.fault, digest, exit: exitOfRun(end) });
  else printEnd(io, name, end, []);
  return exitOfRun(end);
}

async function report({ recording, digest, trace, end }: Sampling, kept: MemorySink | undefined, flags: Flags, io: Io): Promise<number> {
  const { shots = SHOTS } = flags;
  const sampled = kept === undefined ? await eventsOf(trace ?? "") : eventsFrom(kept.source());
  if (sampled?.shots !== shots) {
    if (end !== null) return ended(end, digest, basename(trace ?? "sample"), flags, io);
    throw new Fault("FILE_UNREADABLE", { path: trace ?? "", doing: "create", what: "it is a run of the same words that did not complete" }, { next: "Give it another name, or say --replace." });
  }
  const counts = writeSampled(sampled, flags);
  const { seed } = recording.header;
  if (flags.json === true) printJson(io.out, "qec-sample", { ...counts, seed, digest, ...(trace === undefined ? {} : { trace, sampled: end !== null }) });
  else {
    printFacts(io.out, [
      ...sampledFacts(counts, flags), ["seed", printable(seed)], ["digest", digest],
      trace === undefined ? undefined : ["trace", `${printable(trace)}${end === null ? ", which was sealed before: nothing was sampled again" : ""}`],
      trace === undefined ? undefined : ["next", `triad verify ${shellWord(trace)}\ntriad reproduce ${shellWord(trace)} --trust-program`],
    ]);
  }
  return end === null ? EXIT.ok : exitOfRun(end);
}

async function sample(file: string | undefined, flags: Flags, io: Io): Promise<number> {
  const { shots = SHOTS, seed, out, replace = false, workers, label } = flags;
  if (seed === "") throw new Fault("USAGE", { option: "--seed", value: "", allowed: "non-empty text" });
  checkPlaces({ "--out": out, ...shotPlaces(flags) }, { circuit: file }, "--out");
  const experiment = sampledExperimentOf(file, flags);
  const { size } = knownExperiment(experiment);
  if (out !== undefined && existsSync(out)) checkShotTables(flags, shots, size); // its files may be there already
  else checkShotFiles(flags, shots, size);
  checkShotMemory(flags, shots, size, { kept: out !== undefined, available: availableMemory() });
  const memory = out === undefined ? createMemorySink() : undefined;
  return narrated(io, { out, name: basename(out ?? file ?? "sample"), json: flags.json === true }, (live) => sampleRun({ experiment, shots, out: memory ?? out ?? "", replace, seed, workers, label, ...live }),
    (made) => report(made, memory, flags, io));
}

export function configure(command: Command, invocation: Invocation): void {
  addShotFiles(addExperimentOptions(command.argument("[file]", "a .stim circuit"))
    .addOption(countOption("--shots <n>", `how many (default: ${SHOTS})`, 1, SHOTS_MAX))
    .option("--seed <text>", "seed of every random draw (default: 128 fresh random bits, recorded)"))
    .option("--csv <file>", "the shots as CSV: a row a shot, a column a detector and observable")
    .option("--parquet <file>", "the same as Parquet")
    .option("--out <trace>", "keep the sealed trace here; killed, the same words go on (default: it is not kept)")
    .option("--label <text>", "free text, sealed with the trace")
    .option("--replace", "give up existing files of the same names")
    .addOption(workersOption())
    .addOption(jsonOption());
  runs(command, invocation, (file) => sample(file, command.opts<Flags>(), invocation.io));
}
