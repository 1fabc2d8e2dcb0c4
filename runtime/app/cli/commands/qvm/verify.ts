// triad qvm verify: may this graph run? All findings, on stdout, for they are the answer; exit 1 when it may not.
import type { Command } from "commander";
import { EXIT } from "../../../../../kernel-abi/fault.ts";
import { certifyGraph } from "../../../../../kernel-abi/qvm/certificate.ts";
import { writeAtomically } from "../../../../adapters/files.ts";
import { loadOrCreateSigner } from "../../../../adapters/keys.ts";
import { sha256 } from "../../../../adapters/sha256.ts";
import { choiceOption, jsonOption } from "../../arguments.ts";
import { runs, type Invocation } from "../../command.ts";
import { findingText, verifyFile } from "../../graph-file.ts";
import { printJson } from "../../output.ts";
import { plural, printable } from "../../values.ts";

interface Flags {
  readonly mode?: "thread" | "consume";
  readonly strict?: boolean;
  readonly certificate?: string;
  readonly json?: boolean;
}

export function configure(command: Command, invocation: Invocation): void {
  const { io: { out } } = invocation;
  command
    .argument("<file>", "a QVM graph: JSON (.qvm.json), or a program of assembly (.qvm.asm, .qasm)")
    .addOption(choiceOption("--mode <mode>", "thread: a measured or reset qubit stays usable; consume: it does not (default: thread)", ["thread", "consume"]))
    .option("--strict", "warnings are errors")
    .option("--certificate <file>", "write a signed certificate of a valid graph: what was verified, how, and what it needs; replaced if it exists")
    .addOption(jsonOption());
  runs(command, invocation, (file = "") => {
    const { mode = "thread", strict = false, certificate, json } = command.opts<Flags>();
    const verdict = verifyFile(file, { mode, strict });
    const { valid, findings } = verdict;
    if (valid && certificate !== undefined) writeAtomically(certificate, certifyGraph({ verdict, options: { mode, strict } }, loadOrCreateSigner(), sha256));
    if (json === true) printJson(out, "qvm-verify", { valid, findings });
    else {
      const errors = findings.filter(({ severity }) => severity === "error").length;
      out.print(`${valid ? out.paint.good("valid") : out.paint.bad("invalid")}  ${printable(file)}: ${plural(errors, "error")}, ${plural(findings.length - errors, "warning")}`);
      if (certificate !== undefined) out.print(valid ? `certificate  ${printable(certificate)}` : "no certificate: the graph is invalid");
      for (const finding of findings) out.print(findingText(finding).split("\n").map(printable).join("\n"));
    }
    return Promise.resolve(valid ? EXIT.ok : EXIT.failed);
  });
}
