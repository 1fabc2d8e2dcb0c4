// triad qvm stats: a valid graph in numbers. Of one that may not run there are none: its findings are on stderr, exit 1.
import type { Command } from "commander";
import { EXIT } from "../../../../../kernel-abi/fault.ts";
import { withProfile } from "../../../../../kernel-abi/qvm/default-profile.ts";
import { statsOf, type GraphStats } from "../../../../../kernel-abi/qvm/stats.ts";
import { decodingOf, type GraphDecoding } from "../../../qvm/decoding.ts";
import { jsonOption } from "../../arguments.ts";
import { runs, type Invocation } from "../../command.ts";
import { decodingText, ratesText } from "../../decoding-text.ts";
import { validGraph } from "../../graph-file.ts";
import { printFacts, printJson } from "../../output.ts";
import { PROFILE_FLAG, PROFILE_HELP, profileGiven } from "../../profile-flag.ts";
import type { Io } from "../../terminal.ts";
import { plural, printable } from "../../values.ts";

interface Flags {
  readonly profile?: string;
  readonly json?: boolean;
}

const listed = (counts: Readonly<Record<string, number>>): string => Object.entries(counts).map(([name, count]) => `${name} ${count}`).join(", ");

function print({ out }: Io, file: string, { needs, ops, gates, entangling, guarded, depth, width, epochs, rev }: GraphStats, decoding: GraphDecoding): void {
  out.print(`${out.paint.good("graph")}  ${printable(file)}: ${plural(needs.nodes, "node")}, ${plural(gates, "gate")}, ${plural(needs.measurements, "measurement")}`);
  printFacts(out, [
    ["qubits", `${needs.peakQubits} at once, ${needs.qubits} in all${needs.qubits === 0 ? "" : `: ${printable(listed(needs.profiles))}`}`],
    ["channels", String(needs.channels)],
    ["needs", needs.caps.length === 0 ? "no capability" : needs.caps.join(", ")],
    ["magic", `${plural(needs.tStates, "T state")}, ${plural(needs.rotations, "rotation")}`],
    ["order", `${plural(depth, "step")} when all that is free runs at once, at most ${plural(width, "node")} in one; ${plural(entangling, "entangling gate")}, ${guarded} conditional`],
    ["epochs", `${epochs.length}: ${epochs.slice(0, 20).map(({ nodes }) => nodes).join(", ")}${epochs.length > 20 ? ", …" : ""} nodes`],
    ["reversible", `${plural(rev.segments, "segment")}, the longest of ${plural(rev.longest, "gate")}; to undo them all costs ${rev.cost} and ${plural(rev.tStates, "T state")}`],
    ["decoder", decodingText(decoding)], ["rates", ratesText(decoding)],
    ["ops", listed(ops)],
  ]);
}

export function configure(command: Command, invocation: Invocation): void {
  command.argument("<file>", "a QVM graph: JSON (.qvm.json), or a program of assembly (.qvm.asm, .qasm)").option(PROFILE_FLAG, `${PROFILE_HELP} (default: logical:surface_code(d=9))`).addOption(jsonOption());
  runs(command, invocation, (file = "") => {
    const { profile, json } = command.opts<Flags>();
    const valid = validGraph(file);
    const graph = profile === undefined ? valid : withProfile(valid, profileGiven(profile));
    const [stats, decoder] = [statsOf(graph), decodingOf(graph)];
    if (json === true) printJson(invocation.io.out, "qvm-stats", { ...stats, decoder });
    else print(invocation.io, file, stats, decoder);
    return Promise.resolve(EXIT.ok);
  });
}
