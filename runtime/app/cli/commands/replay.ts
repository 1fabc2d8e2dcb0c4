// triad replay: the orchestration of a trace again, against its recorded outcomes; no kernel runs (E3, E4).
import type { Command } from "commander";
import { EXIT } from "../../../../kernel-abi/fault.ts";
import { replayTrace, withTrace } from "../../trace.ts";
import { jsonOption, untilOption } from "../arguments.ts";
import { runs, type Invocation } from "../command.ts";
import { coneOf } from "../cone.ts";
import { addCodeOptions, again, printReplay, type CodeFlags } from "../again.ts";

interface Flags extends CodeFlags {
  readonly until?: number;
  readonly actor?: string;
}

export function configure(command: Command, invocation: Invocation): void {
  command.argument("<trace>", "a .triad file").addOption(untilOption())
    .option("--actor <glob>", "show these processes' turns and everything that led to them: root/*, **solver#2");
  addCodeOptions(command).addOption(jsonOption());
  runs(command, invocation, async (file = "") => {
    const flags = command.opts<Flags>();
    const until = flags.until === undefined ? {} : { until: flags.until };
    const { report, ...told } = await again(invocation.io, file, flags, (options) => replayTrace(file, { ...options, ...until }));
    const { actor } = flags;
    const telling = { command: "replay", verb: "replayed", file, ...told, json: flags.json === true } as const;
    if (actor === undefined) await printReplay(invocation.io, telling, report);
    else await withTrace(file, async (source) => printReplay(invocation.io, { ...telling, cone: coneOf(source, actor, flags.until) }, report));
    return EXIT.ok;
  });
}
