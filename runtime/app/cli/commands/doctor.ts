// triad doctor: whether this machine has what Triad needs, and what to do where it has not (R3).
import type { Command } from "commander";
import { EXIT } from "../../../../kernel-abi/fault.ts";
import { packageVersion } from "../../../adapters/host.ts";
import { jsonOption } from "../arguments.ts";
import { runs, type Invocation } from "../command.ts";
import { CHECKS, examine, type Check, type Finding } from "../doctor/checks.ts";
import { printJson } from "../output.ts";
import type { Io, Terminal } from "../terminal.ts";
import { printable } from "../values.ts";

const NAME_WIDTH = Math.max(...CHECKS.map(({ name }) => name.length));

function printFinding({ paint, print }: Terminal, { name, ok, says, next }: Finding): void {
  print(`${ok ? paint.good("ok  ") : paint.bad("FAIL")}  ${name.padEnd(NAME_WIDTH)}  ${printable(says)}`);
  if (next !== null) print(`${" ".repeat(NAME_WIDTH + 8)}${paint.dim("next")}  ${next}`);
}

/** One after another, so that each line stands when its check is done. */
export async function diagnose({ out }: Io, json: boolean, checks: readonly Check[] = CHECKS): Promise<number> {
  const findings: Finding[] = [];
  for (const check of checks) {
    const finding = await examine(check);
    findings.push(finding);
    if (!json) printFinding(out, finding);
  }
  const ok = findings.every((finding) => finding.ok);
  if (json) printJson(out, "doctor", { version: packageVersion(), ok, checks: findings });
  return ok ? EXIT.ok : EXIT.environment;
}

export function configure(command: Command, invocation: Invocation): void {
  command.addOption(jsonOption());
  runs(command, invocation, () => diagnose(invocation.io, command.opts<{ readonly json?: boolean }>().json === true));
}
