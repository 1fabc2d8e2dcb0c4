// A command made of commands: `triad qvm verify FILE`. The one that is chosen is loaded, the others are named.
import type { Command } from "commander";
import { Fault } from "../../../kernel-abi/fault.ts";
import { nearest } from "../nearest.ts";
import type { Entry, Invocation } from "./command.ts";

/** Adds `entries` to `command`. A word that is none of them is a USAGE fault which names the nearest. */
export async function group(command: Command, invocation: Invocation, entries: readonly Entry[]): Promise<void> {
  const names = entries.map(({ name }) => name);
  command.usage("COMMAND …").helpCommand("help [command]", "show help for a command").allowExcessArguments(true);
  for (const { name, summary, load } of entries) {
    const one = command.command(name).description(summary).helpOption("-h, --help", "show this help");
    if (invocation.words.includes(name)) await (await load()).configure(one, invocation);
  }
  command.action(() => {
    const [word] = command.args;
    const suggestion = word === undefined ? undefined : nearest(word, names);
    throw new Fault("USAGE", { command: `${command.name()}${word === undefined ? "" : ` ${word.slice(0, 80)}`}`, what: word === undefined ? "it needs to know which" : "no such command", allowed: names.join(", "), ...(suggestion === undefined ? {} : { suggestion }) });
  });
}
