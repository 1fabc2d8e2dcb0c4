// triad qvm stats: a valid graph in numbers. Of one that may not run there are none: its findings are on stderr, exit 1.
import type { Command } from "commander";
import { EXIT } from "../../../../../kernel-abi/fault.ts";
import { statsOf, type GraphStats } from "../../../../../kernel-abi/qvm/stats.ts";
import { jsonOption } from "../../arguments.ts";
import { runs, type Invocation } from "../../command.ts";
import { validGraph } from "../../graph-file.ts";
import { printFacts, printJson } from "../../output.ts";
import type { Io } from "../../terminal.ts";
import { plural, printable } from "../../values.ts";

interface Flags {
  readonly json?: boolean;
}

const listed = (counts: Readonly<Record<string, number>>): string => Object.entries(counts).map(([name, count]) => `${name} ${count}`).join(", ");

function print({ out }: Io, file: string, { needs, ops, gates, entangling, guarded, depth, width, epochs, rev }: GraphStats): void {
  out.print(`${out.paint.good("graph")}  ${printable(file)}: ${plural(needs.nodes, "node")}, ${plural(gates, "gate")}, ${plural(needs.measurements, "measurement")}`);
  printFacts(out, [
    ["qubits", `${needs.peakQubits} at once, ${needs.qubits} in all${needs.qubits === 0 ? "" : `: ${printable(listed(needs.profiles))}`}`],
    ["channels", String(needs.channels)],
    ["needs", needs.caps.length === 0 ? "no capability" : needs.caps.join(", ")],
    ["magic", `${plural(needs.tStates, "T state")}, ${plural(needs.rotations, "rotation")}`],
    ["order", `${plural(depth, "step")} when all that is free runs at once, at most ${plural(width, "node")} in one; ${plural(entangling, "entangling gate")}, ${guarded} conditional`],
    ["epochs", `${epochs.length}: ${epochs.slice(0, 20).map(({ nodes }) => nodes).join(", ")}${epochs.length > 20 ? ", …" : ""} nodes`],
    ["reversible", `${plural(rev.segments, "segment")}, the longest of ${plural(rev.longest, "gate")}; to undo them all costs ${rev.cost} and ${plural(rev.tStates, "T state")}`],
    ["ops", listed(ops)],
  ]);
}

export function configure(command: Command, invocation: Invocation): void {
  command.argument("<file>", "a QVM graph: JSON (.qvm.json), or a program of assembly (.qvm.asm, .qasm)").addOption(jsonOption());
  runs(command, invocation, (file = "") => {
    const stats = statsOf(validGraph(file));
    if (command.opts<Flags>().json === true) printJson(invocation.io.out, "qvm-stats", { ...stats });
    else print(invocation.io, file, stats);
    return Promise.resolve(EXIT.ok);
  });
}
