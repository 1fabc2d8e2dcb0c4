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
import { jsonText, plural, printable, toJson } from "../../values.ts";

interface Flags extends Reach {
  readonly session?: string;
  readonly json?: boolean;
}

const leftOf = (count: number | null, what: string): string | undefined => (count === null ? undefined : `${count} ${what}`);
const lines = (rows: readonly unknown[]): string => rows.map((row) => printable(jsonText(toJson(row)))).join("\n");

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
      ["jobs", `${told.running} running, ${told.queued} queued`], ["room", left.join(", ")], ["conditions", conditions.length === 0 ? "none: the machine is as calibrated" : `${plural(conditions.length, "condition")}\n${lines(conditions)}`],
      modules === undefined ? undefined : ["modules", lines(modules)], links === undefined || links.length === 0 ? undefined : ["links", lines(links)], tenants === undefined ? undefined : ["tenants", lines(tenants)],
    ]);
    return EXIT.ok;
  });
}
