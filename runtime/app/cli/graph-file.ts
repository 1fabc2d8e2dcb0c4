// A graph in a file: read, parsed, verified. A text that is no JSON is a finding, as everything else that is wrong with a graph.
import type { Finding } from "../../../kernel-abi/qvm/graph.ts";
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
