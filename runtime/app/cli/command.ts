// What a command is to the rest of the command line.
import type { Command } from "commander";
import type { ExitCode } from "./exit.ts";
import type { Io } from "./terminal.ts";

/** Declares a command's arguments and options, and what it does with them. A command made of commands loads the chosen one first. */
export type Configure = (command: Command, invocation: Invocation) => void | Promise<void>;

/** A command, or one of a group, that is loaded when it is chosen and not before. */
export interface Entry {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<{ readonly configure: Configure }>;
}

export interface Invocation {
  readonly io: Io;
  /** The command line. */
  readonly words: readonly string[];
  /** Told once, by the command that ran. */
  exit: number;
  /** Whether a divergence shows the values that differ: told by commands whose user holds the trace and the program. */
  values: boolean;
}

/** The handler's number becomes the exit code. */
export function runs(command: Command, invocation: Invocation, handler: (...words: readonly string[]) => Promise<ExitCode | number>): void {
  command.action(async (...words: readonly unknown[]) => {
    invocation.exit = await handler(...words.filter((word) => typeof word === "string"));
  });
}
