// A graph in a file: read, parsed, verified. What is no text or no JSON is a finding, as everything else that is wrong with a graph; a file
// that is not there, and a program that cannot be assembled, is a fault.
import { Fault } from "../../../kernel-abi/fault.ts";
import type { Finding, Graph } from "../../../kernel-abi/qvm/graph.ts";
import { verifyGraph, type Verdict, type VerifyOptions } from "../../../kernel-abi/qvm/verify.ts";
import { assemble } from "../../../kernel-abi/qvm/asm/assemble.ts";
import { readBytes } from "../../adapters/files.ts";
import { asmSource } from "./asm-files.ts";
import { jsonPlace } from "./json-place.ts";

const ASSEMBLY = /\.(asm|qasm)$/i;

/** The graph a program of assembly stands for; undefined of a file of another name. @throws Fault FILE_UNREADABLE, QVM_ASM_* */
export function assembledFile(path: string): Graph | undefined {
  if (!ASSEMBLY.test(path)) return undefined;
  const { text, file, read } = asmSource(path);
  return assemble(text, { file, read, parameters: {} });
}

/** JSON, or a program of assembly. @throws Fault FILE_UNREADABLE, QVM_ASM_* */
export function verifyFile(path: string, options: VerifyOptions): Verdict {
  const assembled = assembledFile(path);
  if (assembled !== undefined) return verifyGraph(assembled, options);
  const text = textOf(readBytes(path));
  if (text === undefined) return { valid: false, findings: [NOT_TEXT] };
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { valid: false, findings: [notJson(text)] };
  }
  return verifyGraph(json, options);
}

const NOT_TEXT: Finding = { rule: "schema", severity: "error", node: null, message: "Not text in UTF-8.", fix: "Write the graph as JSON in UTF-8." };

function textOf(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function notJson(text: string): Finding {
  const { line, column, expected } = jsonPlace(text);
  return { rule: "schema", severity: "error", node: null, message: `Not JSON: line ${line}, column ${column}.`, fix: `Write ${expected} there.` };
}

/** One finding on two lines, for people. */
export const findingText = ({ rule, severity, node, message, fix }: Finding): string => `${severity} ${rule}${node === null ? "" : ` at ${node}`}: ${message}\n  ${fix}`;

/**
 * The graph in a file, verified in mode thread.
 * @throws Fault GRAPH_INVALID when it may not run, with its first error; FILE_UNREADABLE, QVM_ASM_*
 */
export function validGraph(path: string): Graph {
  const { graph, findings } = verifyFile(path, {});
  if (graph !== undefined) return graph;
  const errors = findings.filter(({ severity }) => severity === "error");
  const [first] = errors;
  throw new Fault("GRAPH_INVALID", { file: path, errors: errors.length, rule: first?.rule ?? "", node: first?.node ?? null, what: first?.message ?? "" }, { next: `${first?.fix ?? ""} \`triad qvm verify\` lists all findings.` });
}
