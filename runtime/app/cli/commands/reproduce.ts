// triad reproduce: a trace again with its kernels, from the sealed seeds; every outcome is computed anew and compared (E4).
import type { Command } from "commander";
import { EXIT } from "../../../../kernel-abi/fault.ts";
import { reproduceTrace } from "../../trace.ts";
import { jsonOption, workersOption } from "../arguments.ts";
import { runs, type Invocation } from "../command.ts";
import { addCodeOptions, again, printReplay, type CodeFlags } from "../again.ts";

interface Flags extends CodeFlags {
  readonly workers?: number;
}

export function configure(command: Command, invocation: Invocation): void {
  command.argument("<trace>", "a .triad file").addOption(workersOption());
  addCodeOptions(command).addOption(jsonOption());
  runs(command, invocation, async (file = "") => {
    const flags = command.opts<Flags>();
    invocation.values = flags.values !== false;
    const workers = flags.workers === undefined ? {} : { workers: flags.workers };
    const { report, ...told } = await again(invocation.io, file, flags, (options) => reproduceTrace(file, { ...options, ...workers }));
    const { confirmed, unconfirmed } = report;
    const outcomes = `${confirmed} computed again and equal${unconfirmed === 0 ? "" : `, ${unconfirmed} recorded as lost and kept`}`;
    await printReplay(invocation.io, { command: "reproduce", verb: "reproduced", file, ...told, json: flags.json === true, more: [["outcomes", outcomes]] }, report);
    return EXIT.ok;
  });
}
