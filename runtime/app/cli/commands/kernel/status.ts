// triad kernel status: how a kernel stands. Who holds its key sees all of it; with --session, what that session's tenant may know.
import type { Command } from "commander";
import { EXIT } from "../../../../../kernel-abi/fault.ts";
import { runs, type Invocation } from "../../command.ts";
import { wallMilliseconds } from "../../../../adapters/host.ts";
import { loadOrCreateMac } from "../../../../adapters/mac.ts";
import { operatorProof } from "../../../../kernel/tenancy/tenant-token.ts";
import { jsonOption } from "../../arguments.ts";
import { addSocketOption, calling, type Reach } from "../../kernel-call.ts";
import { printFacts, printJson } from "../../output.ts";
import { table } from "../../table.ts";
import type { Terminal } from "../../terminal.ts";
import { fieldsOf, pairsText, plural, printable } from "../../values.ts";

interface Flags extends Reach {
  readonly session?: string;
  readonly json?: boolean;
}

const leftOf = (count: number | null, what: string): string | undefined => (count === null ? undefined : `${count} ${what}`);
/** What is wrong, and how much: its mode first. */
function conditionText(condition: unknown): string {
  const { mode, target: _, ...much } = fieldsOf(condition);
  return `${printable(String(mode))} ${pairsText(much)}`;
}

const cellOf = (value: unknown): string => (value === undefined ? "" : typeof value === "string" ? printable(value) : pairsText(value));

/** Rows of like records, each titled by its name and its members' names. */
function printRows(out: Terminal, what: string, rows: readonly unknown[]): void {
  const records = rows.map(fieldsOf).map(({ name, [what]: own = name, ...rest }) => ({ [what]: own, ...rest }));
  const names = [...new Set(records.flatMap((record) => Object.keys(record)))];
  if (names.length === 0) return;
  const columns = names.map((title, at) => (at === 0 ? { title } : { title, align: "right" as const }));
  out.print(`\n${[...table(columns, records.map((record) => names.map((name) => cellOf(record[name]))), out.width, out.paint.dim)].join("").trimEnd()}`);
}

export function configure(command: Command, invocation: Invocation): void {
  addSocketOption(command).option("--session <id>", "as its tenant sees it (default: as the operator, by the key in TRIAD_HOME)").addOption(jsonOption());
  runs(command, invocation, async () => {
    const { session, json = false, ...reach } = command.opts<Flags>();
    const { out } = invocation.io;
    const told = await calling(invocation.io, reach, (client) => client.q_kernel_status(session === undefined ? { proof: operatorProof(loadOrCreateMac(), wallMilliseconds()) } : { session_id: session }));
    if (json) {
      printJson(out, "kernel-status", told);
      return EXIT.ok;
    }
    const { room: { jobs, logical_qubits, physical_qubits, channels }, conditions, modules, links, tenants } = told;
    const left = [leftOf(jobs, "jobs at once"), leftOf(logical_qubits, "logical qubits"), leftOf(physical_qubits, "physical qubits"), leftOf(channels, "channels")].filter((part) => part !== undefined);
    printFacts(out, [
      ["version", printable(told.version)], ["view", told.view], ["up", `${told.uptime_s.toFixed(1)} s${told.stopping ? ", stopping" : ""}`], ["sessions", String(told.sessions)],
      ["jobs", `${told.running} running, ${told.queued} queued`], ["room", left.join(", ")], ["conditions", conditions.length === 0 ? "none: the machine is as calibrated" : `${plural(conditions.length, "condition")}\n${conditions.map(conditionText).join("\n")}`],
    ]);
    for (const [what, rows = []] of [["module", modules], ["link", links], ["tenant", tenants]] as const) printRows(out, what, rows);
    return EXIT.ok;
  });
}
