// triad kernel: the logical-qubit kernel, one command a file in kernel/.
import type { Command } from "commander";
import type { Entry, Invocation } from "../command.ts";
import { group } from "../group.ts";

const COMMANDS: readonly Entry[] = [
  { name: "serve", summary: "serve sessions and jobs over a Unix socket, until it is told to stop", load: () => import("./kernel/serve.ts") },
  { name: "audit", summary: "print what a kernel decided about whom, from its state folder, and check that nothing of it was altered", load: () => import("./kernel/audit.ts") },
];

export const configure = (command: Command, invocation: Invocation): Promise<void> => group(command, invocation, COMMANDS);
