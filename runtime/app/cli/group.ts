// A command made of commands: `triad qvm verify FILE`. The one that is chosen is loaded, the others are named.
import type { Command } from "commander";
import { Fault } from "../../../kernel-abi/fault.ts";
import { nearest } from "../nearest.ts";
import type { Entry, Invocation } from "./command.ts";

/** @throws Fault USAGE: `word` is no command of the group, or there is none */
function refuse(group: string, word: string | undefined, names: readonly string[]): never {
  const suggestion = word === undefined ? undefined : nearest(word, names);
  throw new Fault("USAGE", { command: `${group}${word === undefined ? "" : ` ${word.slice(0, 80)}`}`, what: word === undefined ? "it needs to know which" : "no such command", allowed: names.join(", "), ...(suggestion === undefined ? {} : { suggestion }) });
}

/** The command of `group` that somebody asked for, or asked for help with. */
function chosenIn(words: readonly string[], group: string): string | undefined {
  const [first, second] = words.slice(words.indexOf(group) + 1);
  const word = first === "help" ? second : first;
  return word?.startsWith("-") === true ? undefined : word;
}

/** Adds `entries` to `command`. A word that is none of them is a USAGE fault which names the nearest. */
export async function group(command: Command, invocation: Invocation, entries: readonly Entry[]): Promise<void> {
  const names = entries.map(({ name }) => name);
  const chosen = chosenIn(invocation.words, command.name());
  if (chosen !== undefined && !names.includes(chosen)) refuse(command.name(), chosen, names); // also where only its help was asked for
  command.usage("COMMAND …").helpCommand("help [command]", "show help for a command").allowExcessArguments(true);
  for (const { name, summary, load } of entries) {
    const one = command.command(name).description(summary).helpOption("-h, --help", "show this help").allowExcessArguments(false);
    if (name === chosen) await (await load()).configure(one, invocation);
  }
  command.action(() => refuse(command.name(), command.args[0], names));
}
