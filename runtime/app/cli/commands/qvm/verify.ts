// triad qvm verify: may this graph run? All findings, on stdout, for they are the answer; exit 1 when it may not.
import type { Command } from "commander";
import { EXIT } from "../../../../../kernel-abi/fault.ts";
import { choiceOption, jsonOption } from "../../arguments.ts";
import { runs, type Invocation } from "../../command.ts";
import { findingText, verifyFile } from "../../graph-file.ts";
import { printJson } from "../../output.ts";
import { plural, printable } from "../../values.ts";

interface Flags {
  readonly mode?: "thread" | "consume";
  readonly strict?: boolean;
  readonly json?: boolean;
}

export function configure(command: Command, invocation: Invocation): void {
  const { io: { out } } = invocation;
  command
    .argument("<file>", "a graph in JSON (.qvm.json)")
    .addOption(choiceOption("--mode <mode>", "thread: a measured or reset qubit stays usable; consume: it does not (default: thread)", ["thread", "consume"]))
    .option("--strict", "warnings are errors")
    .addOption(jsonOption());
  runs(command, invocation, (file = "") => {
    const { mode = "thread", strict = false, json } = command.opts<Flags>();
    const { valid, findings } = verifyFile(file, { mode, strict });
    if (json === true) printJson(out, "qvm-verify", { valid, findings });
    else {
      const errors = findings.filter(({ severity }) => severity === "error").length;
      out.print(`${valid ? out.paint.good("valid") : out.paint.bad("invalid")}  ${printable(file)}: ${plural(errors, "error")}, ${plural(findings.length - errors, "warning")}`);
      for (const finding of findings) out.print(findingText(finding).split("\n").map(printable).join("\n"));
    }
    return Promise.resolve(valid ? EXIT.ok : EXIT.failed);
  });
}
