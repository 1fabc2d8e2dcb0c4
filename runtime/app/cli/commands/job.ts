// triad job: jobs of a kernel that is served, one command a file in job/.
import type { Command } from "commander";
import type { Entry, Invocation } from "../command.ts";
import { group } from "../group.ts";

const COMMANDS: readonly Entry[] = [
  { name: "submit", summary: "hand a graph to a kernel", load: () => import("./job/submit.ts") },
  { name: "list", summary: "the jobs of a session, or of its tenant", load: () => import("./job/list.ts") },
  { name: "status", summary: "a job as it stands", load: () => import("./job/status.ts") },
  { name: "wait", summary: "wait until a job has ended, and show what it came to", load: () => import("./job/wait.ts") },
  { name: "events", summary: "what happened to a job, or goes on happening", load: () => import("./job/events.ts") },
  { name: "cancel", summary: "cancel a job at its next fence", load: () => import("./job/cancel.ts") },
  { name: "checkpoint", summary: "keep a job as it is at its next fence", load: () => import("./job/checkpoint.ts") },
  { name: "restore", summary: "a new job that goes on from a checkpoint", load: () => import("./job/restore.ts") },
  { name: "migrate", summary: "move a job to another module at its next fence", load: () => import("./job/migrate.ts") },
  { name: "replay", summary: "run an ended job again from its sealed trace, and compare", load: () => import("./job/replay.ts") },
  { name: "telemetry", summary: "what a job or a session uses and has used", load: () => import("./job/telemetry.ts") },
  { name: "mapping", summary: "where the qubits of a job or a session lie", load: () => import("./job/mapping.ts") },
];

export const configure = (command: Command, invocation: Invocation): Promise<void> => group(command, invocation, COMMANDS);
