// What can be judged of one node alone: its op, how many operands it has, capability, aliasing. Rules: unknown-op arity aliasing
// measure-without-event capability, and the linearity of H3.
import { quoted, type Findings } from "./findings.ts";
import type { Graph, GraphNode } from "./graph.ts";
import { BEGINS, ENDS } from "./handles.ts";
import { MANY, OP_NAMES, opRow, type Count, type OpRow } from "./ops.ts";

const counted = ({ least, most }: Count, what: string): string =>
  most === 0 ? `no ${what}s` : `${least === most ? "" : most === MANY ? "at least " : `${least} to `}${most === MANY ? least : most} ${what}${(most === MANY ? least : most) === 1 ? "" : "s"}`;

function arity(node: GraphNode, row: OpRow, findings: Findings): void {
  const check = (count: number, allowed: Count, what: string, key: string): void => {
    if (count >= allowed.least && count <= allowed.most) return;
    findings.error("arity", node.id, `${node.op} takes ${counted(allowed, what)}, not ${count}.`, allowed.most === 0 ? `Leave ${key} out.` : `List ${counted(allowed, what)} in ${key}.`);
  };
  check(node.vqs.length, row.vqs, "qubit", "vqs");
  check(node.chs.length, row.chs, "channel", "chs");
  if (node.produces.length < row.produces.least) {
    findings.error("measure-without-event", node.id, `${node.op} has no event to write to.`, "Name an event in produces, and declare it in resources.events.");
  } else check(node.produces.length, row.produces, "event", "produces");
  const { n, mask } = node.args;
  if (node.op === "ALLOC_LQ" && typeof n === "number" && n !== node.vqs.length) {
    findings.error("arity", node.id, `ALLOC_LQ: n is ${n}, but vqs lists ${node.vqs.length}.`, `Write "n": ${node.vqs.length}, or list ${n} names in vqs.`);
  }
  if (typeof mask === "string" && row.args["mask"] !== undefined && mask.length !== 1 && mask.length !== node.vqs.length) {
    findings.error("arity", node.id, `${node.op}: mask has ${mask.length} letters for ${node.vqs.length} qubits.`, "Write one letter for all qubits, or one for each.");
  }
  if (node.op === "COND_PAULI" && node.inputs.length === 0 && node.guard === undefined) {
    findings.error("arity", node.id, "COND_PAULI has no condition: neither inputs nor a guard.", "Name its events in inputs, or write APPLY_X, APPLY_Y, APPLY_Z.");
  }
}

function aliasing(node: GraphNode, findings: Findings): void {
  for (const [key, names] of [["vqs", node.vqs], ["chs", node.chs]] as const) {
    if (names.length < 2) continue;
    const seen = new Set<string>();
    for (const name of names) {
      if (seen.has(name)) findings.error("aliasing", node.id, `${node.op} has ${quoted(name)} twice in ${key}.`, "Name different handles: a linear handle cannot be in two places.");
      seen.add(name);
    }
  }
  if (node.inputs.length > 1 && new Set(node.inputs).size < node.inputs.length) {
    findings.warning("aliasing", node.id, `${node.op} reads an event twice; in an exclusive or it cancels.`, "Name every event once in inputs.");
  }
}

function nearest(op: string): string {
  const prefixed = `APPLY_${op.toUpperCase()}`;
  const known = OP_NAMES.find((name) => name === op.toUpperCase() || name === prefixed);
  return known === undefined ? "Use an op of the reference (REFERENCE.md); there are no others." : `Write ${known}.`;
}

/** All that one node tells by itself. @returns its record, when it has one */
export function verifyNode(node: GraphNode, graphCaps: ReadonlySet<string>, findings: Findings): OpRow | undefined {
  const row = opRow(node.op);
  if (row === undefined) return void findings.error("unknown-op", node.id, `There is no op ${quoted(node.op)}.`, nearest(node.op));
  arity(node, row, findings);
  aliasing(node, findings);
  if (row.declared && row.cap !== undefined && !node.caps.includes(row.cap) && !graphCaps.has(row.cap)) {
    findings.error("capability", node.id, `${node.op} needs ${row.cap}, which neither the node nor the graph declares.`, `Add "${row.cap}" to the caps of the node or of the graph.`);
  }
  if (node.guard !== undefined && (BEGINS.has(node.op) || ENDS.has(node.op))) {
    findings.error("linearity", node.id, `${node.op} under a guard: whether a handle lives would depend on an event.`, "Take the guard away; guard what is done with the handle instead.");
  }
  return row;
}

/** Capabilities the graph as a whole declares. */
export const declaredCaps = (graph: Graph): ReadonlySet<string> => new Set(graph.caps);
