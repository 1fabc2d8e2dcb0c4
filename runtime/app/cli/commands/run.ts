// triad run: a program to its end, recorded and sealed. What happens while it runs is told on stderr (narration.ts).
import type { Authority } from "../../../../kernel-abi/capability.ts";
import type { Command } from "commander";
import { existsSync } from "node:fs";
import { basename } from "node:path";
import { Fault } from "../../../../kernel-abi/fault.ts";
import type { Bounds } from "../../../../kernel-abi/header.ts";
import { parsePolicy, POLICY_NAMES, type PolicySetting } from "../../../scheduler/policies.ts";
import { record, type RecordOptions, type RecordReport } from "../../record.ts";
import { checkApart } from "../apart.ts";
import { addLiveOptions, countOption, liveOptions, parseAuthority, parseBounds, parseFile, readFiles, readInput, snapshotEveryOption, type LiveFlags } from "../arguments.ts";
import { runs, type Invocation } from "../command.ts";
import { exitOfRun } from "../exit.ts";
import { readFaults } from "../faults-file.ts";
import { interruptible } from "../interrupt.ts";
import { narrator, type Narration } from "../narration.ts";
import { addMetricsOptions, knownEnd, metricsOf, type MetricsFlags } from "../metrics-flags.ts";
import { printFacts, printJson, reportError, type Facts } from "../output.ts";
import { endFacts, endJson, printEnd } from "../run-end.ts";
import type { Io } from "../terminal.ts";
import { locateFailures, withTrace } from "../../trace.ts";
import { resumeCommand } from "../resume-command.ts";
import { printable, shellWord } from "../values.ts";

interface Flags extends LiveFlags, MetricsFlags {
  readonly seed?: string;
  readonly out?: string;
  readonly input?: string;
  readonly file?: Readonly<Record<string, string>>;
  readonly bounds?: Partial<Bounds>;
  readonly policy?: PolicySetting;
  readonly slice?: number;
  readonly allow?: readonly Authority[];
  readonly faults?: string;
  readonly snapshotEvery?: number;
  readonly replace?: boolean;
}

/** bell.ts → bell.triad, bell-2.triad, …: known before the program is loaded, so that an interrupted run can name its journal. */
function freePath(file: string, replace: boolean): string {
  const stem = basename(file).replace(/\.[cm]?[jt]sx?$/, "");
  for (let ordinal = 1; ; ordinal++) {
    const path = `${stem}${ordinal === 1 ? "" : `-${ordinal}`}.triad`;
    if (replace || (!existsSync(path) && !existsSync(`${path}.partial`))) return path;
  }
}

function recordOptions(file: string, out: string, flags: Flags): RecordOptions {
  const { seed, input, bounds, policy, slice, allow, faults, snapshotEvery, replace } = flags;
  if (seed === "") throw new Fault("USAGE", { option: "--seed", value: "", allowed: "non-empty text" });
  return {
    program: file,
    out,
    replace: replace === true,
    files: readFiles(flags.file ?? {}),
    ...(input === undefined ? {} : { input: readInput(input) }),
    ...(seed === undefined ? {} : { seed }),
    ...(bounds === undefined ? {} : { bounds }),
    ...(policy === undefined ? {} : { policy }),
    ...(slice === undefined ? {} : { slice }),
    ...(allow === undefined ? {} : { allow }),
    ...(faults === undefined ? {} : readFaults(faults)),
    ...liveOptions(flags),
    ...(snapshotEvery === undefined ? {} : { snapshotEvery }),
  };
}

/** What to type next, with the files as they were given. */
function nextCommands(trace: string, file: string): string {
  return [`triad verify ${shellWord(trace)}`, `triad replay ${shellWord(trace)} --program ${shellWord(file)}`, `triad trace ${shellWord(trace)}`].join("\n");
}

async function report({ end, seed, digest, sealed, trace = "", recording }: RecordReport, file: string, narration: Narration, io: Io, json: boolean): Promise<void> {
  const { program } = recording;
  const uncaught = narration.uncaught(program, narration.unplaced(program) ? await locateFailures(trace, end) : []);
  const name = recording.header.program.name;
  if (json) {
    printJson(io.out, "run", { program: name, ...endJson(end), digest, trace, seed, signer: sealed.keyId, uncaught, exit: exitOfRun(end) });
    return;
  }
  const facts: Facts = [...endFacts(end), ["seed", printable(seed)], ["digest", digest], ["trace", printable(trace)], ["next", nextCommands(trace, file)]];
  printEnd(io, name, end, uncaught);
  printFacts(io.out, facts);
}

/** The journal of an interrupted run is evidence too. */
async function interrupted(io: Io, error: unknown, file: string, partial: string, json: boolean): Promise<number> {
  if (!existsSync(partial)) return reportError(io, error, { json, next: "Nothing was recorded yet: run it again." });
  const goOn = await withTrace(partial, (source) => resumeCommand(partial, source, `--program ${shellWord(file)}`));
  const fault = new Fault("RUN_INTERRUPTED", { ...(error instanceof Fault ? error.detail : {}), partial });
  return reportError(io, fault, { json, next: `Go on with \`${goOn}\`, or look at what there is: \`triad verify ${shellWord(partial)} --allow-unsealed\`.` });
}

async function run(file: string, flags: Flags, io: Io): Promise<number> {
  const json = flags.json === true;
  const out = flags.out ?? freePath(file, flags.replace === true);
  checkApart({ ...flags, out }, file);
  const options = recordOptions(file, out, flags);
  const metrics = await metricsOf(flags);
  const narration = await narrator(io.err, { run: basename(out), level: flags.logLevel, log: true, with: metrics?.observer });
  try {
    const recorded = await interruptible(io.err, (signal) => record({ ...options, observer: narration.observer, signal }));
    narration.end();
    metrics?.finish(knownEnd(recorded.end, recorded.digest));
    await report(recorded, file, narration, io, json);
    return exitOfRun(recorded.end);
  } catch (error) {
    narration.end();
    if (error instanceof Fault && error.fault === "RUN_INTERRUPTED") return await interrupted(io, error, file, `${out}.partial`, json);
    throw error;
  } finally {
    metrics?.finish();
    metrics?.warn(io);
  }
}

export function configure(command: Command, invocation: Invocation): void {
  command
    .argument("<file>", "a program: a .ts or .js file whose default export is made by defineProcess")
    .option("--seed <text>", "seed of every random draw (default: 128 fresh random bits, recorded)")
    .option("--out <trace>", "where the trace goes (default: the program's file name with .triad, here)")
    .option("--input <json>", "handed to the program: JSON, or @FILE with JSON in it")
    .option("--file <name=path>", "a text file for k.file(NAME); may be repeated", parseFile)
    .option("--bounds <list>", "most the run may use, e.g. ticks=1000,turns=50,messages=9,shots=100,bytes=4096", parseBounds)
    .option("--policy <name>", `order of the ready processes: ${POLICY_NAMES.join(", ")}; parameters as in priority:agingQuantum=4`, parsePolicy)
    .addOption(countOption("--slice <n>", "operations a turn may make before its process has to wait for the next tick", 1))
    .option("--allow <domains>", "what the program may use: K, Q, PHI (default: what it declares), READ_TRACE, READ_TELEMETRY, ADMIN_FAULT", parseAuthority)
    .option("--faults <file>", "JSON: faults that befall the run, each at its tick, or { faults, recovery } with what is done about faults")
    .addOption(snapshotEveryOption())
    .option("--replace", "give up an existing trace of the same name");
  addMetricsOptions(addLiveOptions(command));
  runs(command, invocation, async (file = "") => run(file, command.opts<Flags>(), invocation.io));
}
