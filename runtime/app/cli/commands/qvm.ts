// triad qvm: what is done with QVM graphs, one command a file in qvm/.
import type { Command } from "commander";
import type { Entry, Invocation } from "../command.ts";
import { group } from "../group.ts";

const COMMANDS: readonly Entry[] = [
  { name: "verify", summary: "may this graph run? Every rule, all findings; executes nothing", load: () => import("./qvm/verify.ts") },
  { name: "asm", summary: "assembly with macros to a graph in JSON", load: () => import("./qvm/asm.ts") },
  { name: "disasm", summary: "a graph as assembly; what assembles from it is the same graph", load: () => import("./qvm/disasm.ts") },
];

export const configure = (command: Command, invocation: Invocation): Promise<void> => group(command, invocation, COMMANDS);
