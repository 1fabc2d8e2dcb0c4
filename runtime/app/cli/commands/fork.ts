// triad fork: another run from a position of a recorded one, with what is given here altered. The trace itself is only read.
import { basename } from "node:path";
import type { Command } from "commander";
import type { Authority } from "../../../../kernel-abi/capability.ts";
import { Fault } from "../../../../kernel-abi/fault.ts";
import type { Header } from "../../../../kernel-abi/header.ts";
import { forkRun, type ForkOptions } from "../../fork.ts";
import type { Resumed } from "../../resume.ts";
import type { CodeFlags } from "../again.ts";
import { checkApart } from "../apart.ts";
import { addLiveOptions, countOption, liveOptions, parseAuthority, parseFile, readFiles, readInput, type LiveFlags } from "../arguments.ts";
import { runs, type Invocation } from "../command.ts";
import { exitOfRun } from "../exit.ts";
import { readFaults } from "../faults-file.ts";
import { interruptible } from "../interrupt.ts";
import { addMetricsOptions, knownEnd, metricsOf } from "../metrics-flags.ts";
import { narrator, type Narration } from "../narration.ts";
import { printFacts, printJson, reportError } from "../output.ts";
import { endFacts, endJson, printEnd } from "../run-end.ts";
import type { Io } from "../terminal.ts";
import { printable, shellWord } from "../values.ts";

interface Flags extends CodeFlags, LiveFlags {
  readonly at?: number;
  readonly allow?: readonly Authority[];
  readonly seed?: string;
  readonly input?: string;
  readonly faults?: string;
  readonly file?: Readonly<Record<string, string>>;
}

function forkOptions(flags: Flags): ForkOptions & { readonly out: string } {
  const { at, out, allow, trustProgram, program, seed, input, faults, file, replace } = flags;
  if (at === undefined) throw new Fault("USAGE", { option: "--at", allowed: "the number of an event, as `triad trace` lists them" });
  if (out === undefined) throw new Fault("USAGE", { option: "--out", allowed: "where the fork's trace goes" });
  return {
    at, out, allow, replace: replace === true,
    ...(trustProgram === true ? { trustProgram } : {}), ...(program === undefined ? {} : { program }),
    ...(seed === undefined ? {} : { seed }), ...(input === undefined ? {} : { input: readInput(input) }),
    ...(faults === undefined ? {} : readFaults(faults)), ...(file === undefined ? {} : { files: readFiles(file) }),
    ...liveOptions(flags),
  };
}

const seedFacts = ({ fork, reseeds = [] }: Header): readonly (readonly [string, string])[] =>
  reseeds.filter(({ after }) => after === fork?.event).map(({ seed }) => ["seed", printable(seed)]);

function tell(io: Io, parent: string, { end, digest, trace = "", recording, sealed, point }: Resumed, narration: Narration, json: boolean): number {
  const { header: { program: { name }, fork, reseeds }, program } = recording;
  const uncaught = narration.uncaught(program);
  const exit = exitOfRun(end);
  if (json) {
    printJson(io.out, "fork", { program: name, ...endJson(end), parent: fork?.digest ?? null, at: fork?.event ?? null, ...(reseeds === undefined ? {} : { reseeds }), digest, trace, signer: sealed.keyId, uncaught, exit });
    return exit;
  }
  printEnd(io, name, end, uncaught);
  printFacts(io.out, [
    ...endFacts(end), ["parent", fork?.digest ?? ""], ["forked", `behind event ${fork?.event ?? 0}, tick ${point.tick}`], ...seedFacts(recording.header), ["digest", digest], ["trace", printable(trace)],
    ["next", `triad diff ${shellWord(parent)} ${shellWord(trace)}\ntriad verify ${shellWord(trace)}`],
  ]);
  return exit;
}

async function fork(trace: string, flags: Flags, io: Io): Promise<number> {
  checkApart(flags, trace);
  const options = forkOptions(flags);
  let onRecord = 0;
  const metrics = await metricsOf(flags);
  const narration = await narrator(io.err, { run: basename(options.out), level: flags.logLevel, log: true, shown: () => onRecord, with: metrics?.observer });
  try {
    const report = await interruptible(io.err, (signal) =>
      forkRun(trace, { ...options, observer: narration.observer, surveyed: ({ point }) => { onRecord = point.frames; }, signal }));
    narration.end();
    metrics?.finish(knownEnd(report.end, report.digest));
    return tell(io, trace, report, narration, flags.json === true);
  } catch (error) {
    narration.end();
    if (!(error instanceof Fault) || error.fault !== "RESUME_UNAUTHORIZED") throw error;
    return reportError(io, error, { json: flags.json === true, next: `Say what the fork may do: --allow ${String(error.detail["allowed"])}.` });
  } finally {
    metrics?.finish();
    metrics?.warn(io);
  }
}

export function configure(command: Command, invocation: Invocation): void {
  command
    .argument("<trace>", "the run to fork, sealed or not; it is only read")
    .addOption(countOption("--at <event>", "the last event the two runs have in common; 0: none"))
    .option("--out <trace>", "where the fork's trace goes")
    .option("--allow <domains>", "what the fork may do: K, Q, PHI; at least what the run was allowed when it began", parseAuthority)
    .option("--trust-program", "run the code embedded in the trace")
    .option("--program <file>", "run this file from the fork on; it must not have done otherwise before")
    .option("--seed <text>", "another seed for what is drawn from the fork on: random streams and jobs submitted there")
    .option("--input <json>", "another input for the root program: JSON, or @FILE; only with --at 0, for the run's first event has it")
    .option("--faults <file>", "JSON: other faults and recovery than the run's, as for `triad run`")
    .option("--file <name=path>", "another text for k.file(NAME); may be repeated", parseFile)
    .option("--replace", "give up an existing file of that name");
  addMetricsOptions(addLiveOptions(command));
  runs(command, invocation, async (file = "") => fork(file, command.opts<Flags>(), invocation.io));
}
