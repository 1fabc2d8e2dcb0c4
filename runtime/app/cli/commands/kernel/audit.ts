// triad kernel audit: what a kernel decided about whom, read from its state folder and checked: every entry, every signed head, one chain.
// Changes nothing, and needs no kernel: it may be asked while one runs.
import type { Command } from "commander";
import { EXIT, Fault } from "../../../../../kernel-abi/fault.ts";
import { loadOrCreateMac } from "../../../../adapters/mac.ts";
import { sha256 } from "../../../../adapters/sha256.ts";
import { AUDIT_KINDS, type AuditEntry } from "../../../../kernel/tenancy/audit-entry.ts";
import { readAuditFile } from "../../../kernel/audit-file.ts";
import { jsonOption } from "../../arguments.ts";
import { runs, type Invocation } from "../../command.ts";
import { printFacts, printJson } from "../../output.ts";
import { plural, printable } from "../../values.ts";

interface Flags {
  readonly state: string;
  readonly tenant?: string;
  readonly kind?: string;
  readonly json?: boolean;
}

const lineOf = ({ seq, at, kind, outcome, tenant, session, subject, detail }: AuditEntry): string =>
  printable([String(seq).padStart(6), new Date(at).toISOString(), kind.padEnd(10), outcome.padEnd(7), tenant === "" ? "-" : tenant, session ?? "-", subject ?? "-", ...Object.entries(detail).map(([name, value]) => `${name}=${String(value)}`)].join(" "));

export function configure(command: Command, invocation: Invocation): void {
  command
    .requiredOption("--state <folder>", "the kernel's state folder")
    .option("--tenant <name>", "only entries about this tenant")
    .option("--kind <kind>", `only entries of this kind: ${AUDIT_KINDS.join(", ")}`)
    .addOption(jsonOption());
  runs(command, invocation, () => {
    const { state, tenant, kind, json } = command.opts<Flags>();
    if (kind !== undefined && !AUDIT_KINDS.some((known) => known === kind)) throw new Fault("USAGE", { option: "--kind", value: kind.slice(0, 80), allowed: AUDIT_KINDS.join(", ") });
    const entries: AuditEntry[] = [];
    const { head, first } = readAuditFile(state, { mac: loadOrCreateMac(), sha256 }, (entry) => {
      if ((tenant === undefined || entry.tenant === tenant) && (kind === undefined || entry.kind === kind)) entries.push(entry);
    });
    const { size = 0, root = null, at = null } = head ?? {};
    const { out } = invocation.io;
    if (json === true) {
      printJson(out, "kernel-audit", { state, size, first, root, at, entries });
      return Promise.resolve(EXIT.ok);
    }
    for (const entry of entries) out.print(lineOf(entry));
    printFacts(out, [
      ["intact", `${plural(size - first, "decision")} of ${size}, ${entries.length} shown`],
      ["root", root ?? "of nothing"],
      at === null ? undefined : ["signed", new Date(at).toISOString()],
    ]);
    return Promise.resolve(EXIT.ok);
  });
}
