// triad qvm disasm: a graph as assembly, in the one spelling it has. A graph need not be valid for that, but it must be one.
import type { Command } from "commander";
import { EXIT, Fault } from "../../../../../kernel-abi/fault.ts";
import { disassemble } from "../../../../../kernel-abi/qvm/asm/disassemble.ts";
import { readGraph } from "../../../../../kernel-abi/qvm/read.ts";
import { readText } from "../../../../adapters/files.ts";
import { jsonOption, parseJson } from "../../arguments.ts";
import { put } from "../../asm-files.ts";
import { runs, type Invocation } from "../../command.ts";
import { findingText } from "../../graph-file.ts";
import { printJson } from "../../output.ts";
import { plural, printable } from "../../values.ts";

interface Flags {
  readonly out?: string;
  readonly replace?: boolean;
  readonly json?: boolean;
}

export function configure(command: Command, invocation: Invocation): void {
  const { io: { out, err } } = invocation;
  command
    .argument("<file>", "a graph in JSON (.qvm.json)")
    .option("-o, --out <file>", "write the assembly there")
    .option("--replace", "give up an existing file of that name")
    .addOption(jsonOption());
  runs(command, invocation, (path = "") => {
    const { out: target, replace = false, json } = command.opts<Flags>();
    const { graph, findings } = readGraph(parseJson("FILE", readText(path), path), { angles: "written" });
    const first = findings.find(({ severity }) => severity === "error");
    if (graph === undefined) throw new Fault("QVM_ASM_VALUE", { file: path, rule: first?.rule ?? "schema", node: first?.node ?? null, what: first?.message ?? "no graph" }, { next: first?.fix ?? "`triad qvm verify` lists all findings." });
    const asm = disassemble(graph);
    if (json !== true || target !== undefined) put(out, asm, target, replace);
    if (json === true) printJson(out, "qvm-disasm", { findings, ...(target === undefined ? { asm } : { file: target }) });
    else {
      for (const finding of findings) err.print(findingText(finding).split("\n").map(printable).join("\n"));
      if (target !== undefined) err.print(`${out.paint.good("written")}  ${printable(target)}: ${plural(graph.program.nodes.length, "node")}`);
    }
    return Promise.resolve(EXIT.ok);
  });
}
