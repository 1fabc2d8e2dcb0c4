// triad session open: a session with capabilities of one's choice. Later submits of the same tenant go to it where it holds what they need.
import type { Command } from "commander";
import { EXIT } from "../../../../../kernel-abi/fault.ts";
import { jsonOption } from "../../arguments.ts";
import { runs, type Invocation } from "../../command.ts";
import { addCallerOptions, calling, type Reach } from "../../kernel-call.ts";
import { printFacts, printJson } from "../../output.ts";
import { capsIn, openSession, type Caller } from "../../sessions.ts";
import { printable, shellWord } from "../../values.ts";

interface Flags extends Caller, Reach {
  readonly caps?: string;
  readonly json?: boolean;
}

/** To submit graphs that use no channel and no magic state, and to keep their jobs as they are. */
const USUAL = "ALLOC,COMPUTE,MEASURE,CHECKPOINT";
const listed = (caps: readonly string[]): string => printable(caps.map((cap) => cap.replace(/^CAP_/, "")).join(", "));

export function configure(command: Command, invocation: Invocation): void {
  addCallerOptions(command)
    .option("--caps <list>", `its capabilities, joined by commas (default: ${USUAL})`)
    .addOption(jsonOption());
  runs(command, invocation, async () => {
    const { caps = USUAL, json = false, ...caller } = command.opts<Flags>();
    const { out } = invocation.io;
    const { id, granted, denied } = await calling(invocation.io, caller, (client) => openSession(client, caller, capsIn(caps), invocation.io));
    if (json) printJson(out, "session-open", { session_id: id, granted, denied });
    else printFacts(out, [["session", printable(id)], ["granted", granted.length === 0 ? "nothing" : listed(granted)], denied.length === 0 ? undefined : ["denied", `${listed(denied)}: the tenant does not hold it`],
      ["next", `triad job submit FILE --socket ${shellWord(caller.socket)} --session ${printable(id)}`]]);
    return EXIT.ok;
  });
}
