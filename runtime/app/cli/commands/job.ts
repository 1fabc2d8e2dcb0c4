// triad job: jobs of a kernel that is served, one command a file in job/.
import type { Command } from "commander";
import type { Entry, Invocation } from "../command.ts";
import { group } from "../group.ts";

const COMMANDS: readonly Entry[] = [
  { name: "submit", summary: "hand a graph to a kernel", load: () => import("./job/submit.ts") },
  { name: "status", summary: "a job as it stands", load: () => import("./job/status.ts") },
  { name: "wait", summary: "wait until a job has ended, and show what it came to", load: () => import("./job/wait.ts") },
  { name: "cancel", summary: "cancel a job at its next fence", load: () => import("./job/cancel.ts") },
];

export const configure = (command: Command, invocation: Invocation): Promise<void> => group(command, invocation, COMMANDS);
