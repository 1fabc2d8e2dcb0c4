// triad qvm asm: the graph a program of assembly stands for, as JSON. What the verifier finds in it is told, and is no failure here.
import type { Command } from "commander";
import { EXIT, Fault } from "../../../../../kernel-abi/fault.ts";
import { assemble, readParameter, type ParameterValue } from "../../../../../kernel-abi/qvm/asm/assemble.ts";
import { graphText } from "../../../../../kernel-abi/qvm/asm/wire.ts";
import { verifyGraph } from "../../../../../kernel-abi/qvm/verify.ts";
import { jsonOption } from "../../arguments.ts";
import { asmSource, put } from "../../asm-files.ts";
import { runs, type Invocation } from "../../command.ts";
import { findingText } from "../../graph-file.ts";
import { printJson } from "../../output.ts";
import { plural, printable } from "../../values.ts";

interface Flags {
  readonly param?: Readonly<Record<string, ParameterValue>>;
  readonly root?: string;
  readonly out?: string;
  readonly replace?: boolean;
  readonly json?: boolean;
}

/** `n=3`, as often as there are parameters. @throws Fault USAGE, QVM_ASM_* */
function parameter(text: string, before: Readonly<Record<string, ParameterValue>> = {}): Readonly<Record<string, ParameterValue>> {
  const [, name = "", value = ""] = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/s.exec(text) ?? [];
  if (name === "") throw new Fault("USAGE", { option: "--param", value: text.slice(0, 200), allowed: "NAME=VALUE: n=3, theta=pi/4, name=\"some text\", qubits=[q0,q1]" });
  if (Object.hasOwn(before, name)) throw new Fault("USAGE", { option: "--param", value: text.slice(0, 200), allowed: `each name once; ${name} is given twice` });
  return Object.fromEntries([...Object.entries(before), [name, readParameter(value)]]);
}

export function configure(command: Command, invocation: Invocation): void {
  const { io: { out, err } } = invocation;
  command
    .argument("<file>", "a program of assembly (.qvm.asm, .qasm)")
    .option("--param <name=value>", "instead of what .param says; may be repeated", parameter)
    .option("--root <folder>", "includes stay in this folder (default: that of the file)")
    .option("-o, --out <file>", "write the graph there")
    .option("--replace", "give up an existing file of that name")
    .addOption(jsonOption());
  runs(command, invocation, (path = "") => {
    const { param = {}, root, out: target, replace = false, json } = command.opts<Flags>();
    const { text, file, read } = asmSource(path, root);
    const graph = assemble(text, { file, read, parameters: param });
    const { valid, findings } = verifyGraph(graph);
    if (json !== true || target !== undefined) put(out, graphText(graph), target, replace);
    if (json === true) printJson(out, "qvm-asm", { valid, findings, ...(target === undefined ? { graph } : { file: target }) });
    else {
      for (const finding of findings) err.print(findingText(finding).split("\n").map(printable).join("\n"));
      if (target !== undefined) err.print(`${out.paint.good("written")}  ${printable(target)}: ${plural(graph.program.nodes.length, "node")}`);
    }
    return Promise.resolve(EXIT.ok);
  });
}
