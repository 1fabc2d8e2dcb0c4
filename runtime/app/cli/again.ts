// Running a trace again: what replay and reproduce share. Which code may run, where the new bundle goes, what is said at the end.
import type { Command } from "commander";
import { rmSync } from "node:fs";
import { openBundle } from "../../../replay/bundle.ts";
import type { Cone } from "../../../replay/cone.ts";
import type { ReplayReport } from "../../../replay/replayer.ts";
import { claimsSeal } from "../../../replay/units.ts";
import { verify } from "../../../replay/verify.ts";
import { Fault } from "../../../kernel-abi/fault.ts";
import type { ByteSource } from "../../../kernel-abi/ports.ts";
import { createBundleFile, type BundleFile } from "../../adapters/files.ts";
import { withTrace, type ReplayTraceOptions } from "../trace.ts";
import { interruptible } from "./interrupt.ts";
import { checkApart } from "./apart.ts";
import { addMetricsOptions, knownEnd, metricsOf, type MetricsFlags } from "./metrics-flags.ts";
import { narrator } from "./narration.ts";
import { conePieces, printCone } from "./cone.ts";
import { jsonObject, printFacts, printJson, type Facts } from "./output.ts";
import { endFacts, endJson, printPause, reasonFacts, type Uncaught } from "./run-end.ts";
import type { Io } from "./terminal.ts";
import { printable } from "./values.ts";

export interface CodeFlags extends MetricsFlags {
  readonly trustProgram?: boolean;
  readonly program?: string;
  readonly out?: string;
  readonly json?: boolean;
  readonly allowUnsealed?: boolean;
  /** False for a report that names what differs by size and digest. */
  readonly values?: boolean;
}

export const addCodeOptions = (command: Command): Command => addMetricsOptions(command
  .option("--trust-program", "run the code embedded in the trace")
  .option("--program <file>", "run this local file, which must be the program that was recorded")
  .option("--out <trace>", "write the new run as a trace of its own, sealed by your key")
  .option("--replace", "give up an existing file of that name")
  .option("--allow-unsealed", "accept a journal without a seal (.partial), or a trace that was cut short, and run it as far as it is intact")
  .option("--no-values", "name what differs by size and digest: for a report that leaves this machine"));

type Repeat<R> = (options: ReplayTraceOptions) => Promise<R>;

/** Seals the new bundle when the run came to its end; otherwise nothing is left but a journal that was asked for. */
async function written<R extends ReplayReport>(file: BundleFile | undefined, work: () => Promise<R>): Promise<R> {
  if (file === undefined) return work();
  try {
    const report = await work();
    if (report.sealed !== null) file.seal();
    return report;
  } catch (error) {
    file.abandon();
    rmSync(file.partial, { force: true }); // equals the recording as far as it goes: nobody needs it
    throw error;
  } finally {
    file.abandon();
  }
}


export interface Repeated<R> {
  readonly report: R;
  /** The file written, `.partial` when the run was stopped before its end. */
  readonly out: string | undefined;
  readonly uncaught: readonly Uncaught[];
}

/** What ends without a seal is refused as `verify` refuses it, with the offset up to which it is intact. @throws Fault TRACE_* */
function refuseUnsealed(source: ByteSource): void {
  if (!claimsSeal(source)) verify(source);
}

/** @throws Fault TRACE_UNSEALED | TRACE_TRUNCATED unless the flags allow it; whatever `repeat` throws; USAGE when both sources of code are named */
export async function again<R extends ReplayReport>(io: Io, trace: string, flags: CodeFlags, repeat: Repeat<R>): Promise<Repeated<R>> {
  const { trustProgram, program, out, replace } = flags;
  if (trustProgram === true && program !== undefined) throw new Fault("USAGE", { options: "--trust-program, --program", allowed: "one of them" });
  checkApart(flags, trace);
  if (flags.allowUnsealed !== true) await withTrace(trace, refuseUnsealed);
  const metrics = await metricsOf(flags);
  const narration = await narrator(io.err, { run: "", log: false, with: metrics?.observer });
  try {
    const file = out === undefined ? undefined : createBundleFile(out, { durability: "process", replace: replace === true });
    const report = await written(file, () => interruptible(io.err, (signal) => repeat({
      observer: narration.observer, signal, compare: metrics === undefined ? "blocks" : "frames",
      ...(trustProgram === true ? { trustProgram } : {}), ...(program === undefined ? {} : { program }), ...(file === undefined ? {} : { out: file }),
    })));
    metrics?.finish(knownEnd(report.end, report.digest));
    const uncaught = narration.failed ? await withTrace(trace, (source) => narration.uncaught(openBundle(source).recording.program)) : [];
    return { report, out: report.sealed === null ? file?.partial : out, uncaught };
  } finally {
    narration.end();
    metrics?.finish();
    metrics?.warn(io);
  }
}

export interface Telling {
  readonly command: "replay" | "reproduce";
  readonly verb: string;
  readonly file: string;
  readonly out: string | undefined;
  readonly uncaught: readonly Uncaught[];
  readonly json: boolean;
  readonly more?: Facts;
  /** Said instead of the run's own end: what an actor did and what led to it. */
  readonly cone?: Cone;
}

async function json(io: Io, { command, file, out, uncaught, cone }: Telling, { end, ...report }: ReplayReport): Promise<void> {
  const ended = end === null ? { outcome: "unsealed" } : end.status === "paused" ? { outcome: "paused", ticks: end.tick, turns: end.turns, processes: end.processes } : endJson(end);
  const facts = { file, out: out ?? null, ...report, ...ended, uncaught };
  if (cone === undefined) printJson(io.out, command, facts);
  else await io.out.flow(conePieces(jsonObject(command, facts), cone));
}

const headline = ({ end, complete }: ReplayReport): string => {
  if (complete) return `${end?.status ?? ""}, every event as recorded`;
  return end === null ? "to where the journal stops, every event as recorded" : `to tick ${end.tick}, every event as recorded`;
};

export async function printReplay(io: Io, telling: Telling, report: ReplayReport): Promise<void> {
  if (telling.json) return json(io, telling, report);
  const { end, complete, digest, frames, events } = report;
  const { out, uncaught, cone } = telling;
  io.out.print(`${io.out.paint.good(telling.verb)}  ${printable(telling.file)}: ${headline(report)}`);
  printFacts(io.out, [
    ...(end === null || end.status === "paused" || cone !== undefined ? [] : [...endFacts(end), ...reasonFacts(end, uncaught)]),
    ["compared", `${events} events in ${frames} frames`],
    ...(telling.more ?? []),
    ["digest", complete ? `${digest} (the recording's)` : digest],
    out === undefined ? undefined : ["written", printable(out)],
  ]);
  if (cone !== undefined) await printCone(io, cone);
  else if (end?.status === "paused") await printPause(io, end);
}
