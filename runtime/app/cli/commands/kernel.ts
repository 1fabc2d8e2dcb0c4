// triad kernel: the logical-qubit kernel, one command a file in kernel/.
import type { Command } from "commander";
import type { Entry, Invocation } from "../command.ts";
import { group } from "../group.ts";

const COMMANDS: readonly Entry[] = [
  { name: "serve", summary: "serve sessions and jobs over a Unix socket, until it is told to stop", load: () => import("./kernel/serve.ts") },
  { name: "status", summary: "how a kernel stands: sessions, jobs, room, what is wrong with its machine", load: () => import("./kernel/status.ts") },
  { name: "token", summary: "the credential of a tenant that enters by one", load: () => import("./kernel/token.ts") },
  { name: "call", summary: "any method of a kernel, with its params as JSON", load: () => import("./kernel/call.ts") },
  { name: "audit", summary: "print what a kernel decided about whom, from its state folder, and check that nothing of it was altered", load: () => import("./kernel/audit.ts") },
];

export const configure = (command: Command, invocation: Invocation): Promise<void> => group(command, invocation, COMMANDS);
