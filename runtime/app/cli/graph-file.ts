// A graph in a file: read, parsed, verified. A text that is no JSON is a finding, as everything else that is wrong with a graph.
import { Fault } from "../../../kernel-abi/fault.ts";
import type { Finding, Graph } from "../../../kernel-abi/qvm/graph.ts";
import { verifyGraph, type Verdict, type VerifyOptions } from "../../../kernel-abi/qvm/verify.ts";
import { readText } from "../../adapters/files.ts";
import { jsonPlace } from "./json-place.ts";

/** @throws Fault FILE_UNREADABLE */
export function verifyFile(path: string, options: VerifyOptions): Verdict {
  const text = readText(path);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { valid: false, findings: [notJson(text)] };
  }
  return verifyGraph(json, options);
}

function notJson(text: string): Finding {
  const { line, column, expected } = jsonPlace(text);
  return { rule: "schema", severity: "error", node: null, message: `Not JSON: line ${line}, column ${column}.`, fix: `Write ${expected} there.` };
}

/** One finding on two lines, for people. */
export const findingText = ({ rule, severity, node, message, fix }: Finding): string => `${severity} ${rule}${node === null ? "" : ` at ${node}`}: ${message}\n  ${fix}`;

/**
 * The graph in a file, verified in mode thread.
 * @throws Fault GRAPH_INVALID when it may not run, with its first error; FILE_UNREADABLE
 */
export function validGraph(path: string): Graph {
  const { graph, findings } = verifyFile(path, {});
  if (graph !== undefined) return graph;
  const errors = findings.filter(({ severity }) => severity === "error");
  const [first] = errors;
  throw new Fault("GRAPH_INVALID", { file: path, errors: errors.length, rule: first?.rule ?? "", node: first?.node ?? null, what: first?.message ?? "" }, { next: `${first?.fix ?? ""} \`triad qvm verify\` lists all findings.` });
}
