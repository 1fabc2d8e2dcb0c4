// triad replay: the orchestration of a trace again, against its recorded outcomes; no kernel runs (E3, E4).
import type { Command } from "commander";
import { EXIT, Fault } from "../../../../kernel-abi/fault.ts";
import type { ReplayReport } from "../../../../replay/replayer.ts";
import { replayAgainst, replayTrace, withTrace, type AgainstReport } from "../../trace.ts";
import { jsonOption, untilOption } from "../arguments.ts";
import { runs, type Invocation } from "../command.ts";
import { coneOf } from "../cone.ts";
import type { Facts } from "../output.ts";
import type { Io } from "../terminal.ts";
import { printable } from "../values.ts";
import { addCodeOptions, again, printReplay, type CodeFlags } from "../again.ts";

interface Flags extends CodeFlags {
  readonly until?: number;
  readonly actor?: string;
  readonly against?: string;
}

/** @throws Fault USAGE when more than one source of code is named */
function checkSources({ against, program, trustProgram }: Flags): void {
  if (against !== undefined && (program !== undefined || trustProgram === true)) throw new Fault("USAGE", { options: "--against, --program, --trust-program", allowed: "one of them" });
}

/** Which program it was that still replays. */
function otherProgram(against: string | undefined, report: ReplayReport | AgainstReport): { readonly more?: Facts } {
  if (against === undefined || !("program" in report)) return {};
  const { program, recorded } = report;
  return { more: [["program", program === recorded ? `${program} (the recorded one)` : `${program}\n${printable(against)} still does what the recorded program did`], program === recorded ? undefined : ["recorded", recorded]] };
}

/** A tick that never came is no place to stop at. */
function sayEnded({ err }: Io, { complete, end }: ReplayReport, until: number | undefined): void {
  if (until !== undefined && complete && end !== null && end.tick < until) err.print(`the run ended at L=${end.tick}, before L=${until}`);
}

export function configure(command: Command, invocation: Invocation): void {
  command.argument("<trace>", "a .triad file").addOption(untilOption())
    .option("--against <file>", "run this program, say an edited one: does it still do what the trace records?")
    .option("--actor <glob>", "show these processes' turns and everything that led to them: root/*, **solver#2");
  addCodeOptions(command).addOption(jsonOption());
  runs(command, invocation, async (file = "") => {
    const flags = command.opts<Flags>();
    invocation.values = flags.values !== false;
    const until = flags.until === undefined ? {} : { until: flags.until };
    const { actor, against } = flags;
    checkSources(flags);
    const { report, ...told } = await again<ReplayReport | AgainstReport>(invocation.io, file, flags, (options) =>
      (against === undefined ? replayTrace(file, { ...options, ...until }) : replayAgainst(file, against, { ...options, ...until })));
    sayEnded(invocation.io, report, flags.until);
    const telling = { command: "replay", verb: "replayed", file, ...told, json: flags.json === true, ...otherProgram(against, report) } as const;
    if (actor === undefined) await printReplay(invocation.io, telling, report);
    else await withTrace(file, async (source) => printReplay(invocation.io, { ...telling, cone: coneOf(source, actor, flags.until) }, report));
    return EXIT.ok;
  });
}
