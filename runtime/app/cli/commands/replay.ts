// triad replay: the orchestration of a trace again, against its recorded outcomes; no kernel runs (E3, E4).
import type { Command } from "commander";
import { EXIT } from "../../../../kernel-abi/fault.ts";
import { replayTrace } from "../../trace.ts";
import { jsonOption, untilOption } from "../arguments.ts";
import { runs, type Invocation } from "../command.ts";
import { addCodeOptions, again, printReplay, type CodeFlags } from "../again.ts";

interface Flags extends CodeFlags {
  readonly until?: number;
}

export function configure(command: Command, invocation: Invocation): void {
  command.argument("<trace>", "a .triad file").addOption(untilOption());
  addCodeOptions(command).addOption(jsonOption());
  runs(command, invocation, async (file = "") => {
    const flags = command.opts<Flags>();
    const until = flags.until === undefined ? {} : { until: flags.until };
    const { report, ...told } = await again(invocation.io, file, flags, (options) => replayTrace(file, { ...options, ...until }));
    await printReplay(invocation.io, { command: "replay", verb: "replayed", file, ...told, json: flags.json === true }, report);
    return EXIT.ok;
  });
}
