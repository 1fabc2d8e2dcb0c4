// triad resume: an unsealed journal goes on to its end and seal, under authority that is given afresh.
import type { Authority } from "../../../../kernel-abi/capability.ts";
import type { Command } from "commander";
import { existsSync } from "node:fs";
import { basename } from "node:path";
import { EXIT, Fault } from "../../../../kernel-abi/fault.ts";
import type { Remains } from "../../../../replay/resumer.ts";
import { walk } from "../../../../replay/bundle.ts";
import { withTrace } from "../../trace.ts";
import { authority, resumeRun, type Named, type Resumed, type ResumeOptions } from "../../resume.ts";
import { checkApart } from "../apart.ts";
import { addLiveOptions, liveOptions, parseAuthority, snapshotEveryOption, type LiveFlags } from "../arguments.ts";
import { runs, type Invocation } from "../command.ts";
import { exitOfRun } from "../exit.ts";
import { interruptible } from "../interrupt.ts";
import { addMetricsOptions, knownEnd, metricsOf, type MetricsFlags } from "../metrics-flags.ts";
import { narrator, type Narration } from "../narration.ts";
import { framesAgain, recordedMetrics } from "../recorded-metrics.ts";
import { printFacts, printJson, reportError, type Facts } from "../output.ts";
import { endFacts, endJson, printEnd } from "../run-end.ts";
import type { Io } from "../terminal.ts";
import { plural, printable, shellWord } from "../values.ts";
import type { CodeFlags } from "../again.ts";

interface Flags extends CodeFlags, LiveFlags, MetricsFlags {
  readonly allow?: readonly Authority[];
  readonly snapshot?: boolean;
  readonly snapshotEvery?: number;
}

function resumeOptions(flags: Flags): ResumeOptions {
  const { allow, trustProgram, program, out, replace, snapshot = true, snapshotEvery } = flags;
  if (trustProgram === true && program !== undefined) throw new Fault("USAGE", { options: "--trust-program, --program", allowed: "one of them" });
  return {
    allow,
    replace: replace === true,
    useSnapshot: snapshot,
    ...(snapshotEvery === undefined ? {} : { snapshotEvery }),
    ...(trustProgram === true ? { trustProgram } : {}), ...(program === undefined ? {} : { program }),
    ...(out === undefined ? {} : { out }), ...liveOptions(flags),
  };
}

const nextCommands = (trace: string): string => [`triad verify ${shellWord(trace)}`, `triad trace ${shellWord(trace)}`].join("\n");

const onRecord = ({ blocks, frames, tick }: Resumed["point"]): string =>
  (frames === 0 ? "from the beginning: nothing had become durable" : `after ${plural(frames, "frame")} in ${plural(blocks, "block")}, tick ${tick}`);

/** From where it was executed, and how much of what is on record that was. */
const executed = ({ from, turns: { recorded, again } }: Resumed): string =>
  (from === null ? `${plural(again, "turn")} executed again` : `${again} of ${plural(recorded, "turn")} executed again, from a snapshot at L=${from.tick}, event ${from.event}`);

function tellNamed(io: Io, { trace, report: { digest, status, keyId, trusted } }: Named, json: boolean): number {
  if (json) printJson(io.out, "resume", { named: true, trace, outcome: status, digest, signer: keyId, trusted, exit: EXIT.ok });
  else {
    io.out.print(`${io.out.paint.good("named")}  ${printable(trace)}: it was sealed and lacked only its name; nothing was executed`);
    printFacts(io.out, [["outcome", status ?? ""], ["digest", digest], ["next", nextCommands(trace)]]);
  }
  return EXIT.ok;
}

function tellResumed(io: Io, resumed: Resumed, narration: Narration, json: boolean): number {
  const { end, seed, digest, sealed, trace = "", recording, point, torn, turns, from, passedOver } = resumed;
  const uncaught = narration.uncaught(recording.program);
  const name = recording.header.program.name;
  const exit = exitOfRun(end);
  if (json) {
    printJson(io.out, "resume", { named: false, program: name, ...endJson(end), digest, trace, seed, signer: sealed.keyId, point, torn, recordedTurns: turns.recorded, turnsAgain: turns.again, from, passedOver, uncaught, exit });
    return exit;
  }
  const facts: Facts = [
    ...endFacts(end), ["resumed", onRecord(point)], point.frames === 0 ? undefined : ["executed", executed(resumed)],
    passedOver === null ? undefined : ["snapshot", `passed over: ${printable(passedOver)}`], torn === 0 ? undefined : ["cut", `${plural(torn, "byte")} of an unfinished block`],
    ["seed", printable(seed)], ["digest", digest], ["trace", printable(trace)], ["next", nextCommands(trace)],
  ];
  printEnd(io, name, end, uncaught);
  printFacts(io.out, facts);
  return exit;
}

/** What to type once more, and what is still missing in it. */
const again = (file: string, flags: Flags, allow: string): string =>
  `triad resume ${shellWord(file)} --allow ${allow} ${flags.program === undefined ? "--trust-program" : `--program ${shellWord(flags.program)}`}`;

/** Advice that only the command can give. */
function refused(io: Io, error: Fault, file: string, flags: Flags): number | undefined {
  const json = flags.json === true;
  switch (error.fault) {
    case "RESUME_UNAUTHORIZED":
      return reportError(io, error, { json, next: `Say what the run may do from now on: \`${again(file, flags, String(error.detail["allowed"]))}\`.` });
    case "RUN_INTERRUPTED":
      return reportError(io, error, { json, next: `The journal holds everything it held, and what was added. Go on with \`${again(file, flags, authority(flags.allow ?? []))}\`.` });
    case "FILE_UNREADABLE":
      if (existsSync(file) || !file.endsWith(".partial") || !existsSync(file.slice(0, -".partial".length))) return undefined;
      return reportError(io, new Fault("RESUME_REFUSED", { journal: file, why: "there is no such journal, and its trace is there: nothing to resume" }, { cause: error }), { json, next: `Look at the trace: \`triad verify ${shellWord(file.slice(0, -".partial".length))}\`.` });
    default: return undefined;
  }
}

async function resume(file: string, flags: Flags, io: Io): Promise<number> {
  checkApart(flags, file);
  const options = resumeOptions(flags);
  let remains: Remains | undefined;
  const asked = await metricsOf(flags);
  const metrics = asked && recordedMetrics(asked, file);
  const narration = await narrator(io.err, { run: basename(file).replace(/\.partial$/, ""), level: flags.logLevel, log: true, shown: () => (remains === undefined ? 0 : framesAgain(remains)), with: metrics?.observer });
  const surveyed = (found: Remains): void => {
    remains = found;
    metrics?.surveyed(found);
    if (io.err.tty) io.err.print(`resuming ${onRecord(found.point)}`);
  };
  try {
    const report = await interruptible(io.err, (signal) => resumeRun(file, { ...options, observer: narration.observer, surveyed, signal }));
    narration.end();
    if (report.kind === "named") {
      if (metrics !== undefined) await withTrace(report.trace, (source) => { for (const { frame } of walk(source)) metrics.observer.frame?.(frame); });
      metrics?.finish({ status: report.report.status, fault: 0, digest: report.report.digest });
      return tellNamed(io, report, flags.json === true);
    }
    metrics?.finish(knownEnd(report.end, report.digest));
    return tellResumed(io, report, narration, flags.json === true);
  } catch (error) {
    narration.end();
    const exit = error instanceof Fault ? refused(io, error, file, flags) : undefined;
    if (exit === undefined) throw error;
    return exit;
  } finally {
    metrics?.finish();
    metrics?.warn(io);
  }
}

export function configure(command: Command, invocation: Invocation): void {
  command
    .argument("<journal>", "the .triad.partial of a run that was interrupted or killed")
    .option("--allow <domains>", "what the run may do from now on: K, Q, PHI; at least what it was allowed when it began", parseAuthority)
    .option("--trust-program", "run the code embedded in the journal")
    .option("--program <file>", "run this local file, which must be the program that was recorded")
    .option("--out <trace>", "where the sealed trace goes, and the journal stays (default: the journal's name without .partial, in its place)")
    .option("--replace", "give up an existing trace of that name")
    .option("--no-snapshot", "begin at the run's beginning, though there is a snapshot of it")
    .addOption(snapshotEveryOption());
  addMetricsOptions(addLiveOptions(command));
  runs(command, invocation, async (file = "") => resume(file, command.opts<Flags>(), invocation.io));
}
