// triad qvm: what is done with QVM graphs, one command a file in qvm/.
import type { Command } from "commander";
import type { Entry, Invocation } from "../command.ts";
import { group } from "../group.ts";

const COMMANDS: readonly Entry[] = [
  { name: "verify", summary: "may this graph run? Every rule, all findings; executes nothing", load: () => import("./qvm/verify.ts") },
  { name: "asm", summary: "assembly with macros to a graph in JSON", load: () => import("./qvm/asm.ts") },
  { name: "disasm", summary: "a graph as assembly; what assembles from it is the same graph", load: () => import("./qvm/disasm.ts") },
  { name: "run", summary: "execute a graph: so many shots, counted by what its events say, sealed", load: () => import("./qvm/run.ts") },
  { name: "stats", summary: "a graph in numbers: needs, order, epochs, what can be undone", load: () => import("./qvm/stats.ts") },
];

export const configure = (command: Command, invocation: Invocation): Promise<void> => group(command, invocation, COMMANDS);
