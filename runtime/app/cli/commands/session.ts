// triad session: sessions with a kernel that is served, one command a file in session/.
import type { Command } from "commander";
import type { Entry, Invocation } from "../command.ts";
import { group } from "../group.ts";

const COMMANDS: readonly Entry[] = [
  { name: "open", summary: "open a session, for jobs to be submitted in", load: () => import("./session/open.ts") },
  { name: "list", summary: "the sessions that were opened here, and their jobs", load: () => import("./session/list.ts") },
  { name: "close", summary: "close a session: its jobs are forgotten, their sealed traces stay", load: () => import("./session/close.ts") },
];

export const configure = (command: Command, invocation: Invocation): Promise<void> => group(command, invocation, COMMANDS);
