// The verifier: what must hold before a graph may run. Owns the order of the checks; each kind of rule has a file of its own.
//   Q1  Everything wrong is reported (findings.ts bounds how much), in the order of the nodes, each with rule, node, message and fix.
//   Q2  Never throws and never hangs, whatever it is given; linear in the size of the graph.
//   Q3  A graph is handed on only when it is valid, and it is a copy: what was verified is what runs.
//   Q4  Declaring a capability grants nothing; that a session holds what a graph needs is the kernel's question (needs.ts).
import { Findings, quoted } from "./findings.ts";
import type { Finding, Graph } from "./graph.ts";
import { GRAPH_LIMITS } from "./ops.ts";
import { readDraft } from "./read.ts";
import { ChannelLives } from "./verify-channels.ts";
import { EventOrder } from "./verify-events.ts";
import { declaredCaps, verifyNode } from "./verify-node.ts";
import { qubitLives } from "./verify-qubits.ts";

export interface VerifyOptions {
  /** `thread` (default): a measured or reset qubit stays usable. `consume`: it does not. */
  readonly mode?: "thread" | "consume";
  /** Warnings are errors. */
  readonly strict?: boolean;
}

export interface Verdict {
  /** No finding is an error. */
  readonly valid: boolean;
  readonly findings: readonly Finding[];
  /** The graph as read, when it is valid. */
  readonly graph?: Graph;
}

function duplicateIds(graph: Graph, findings: Findings): void {
  const ids = new Set<string>();
  for (const { id } of graph.program.nodes) {
    if (ids.has(id)) findings.error("duplicate-id", id, `Two nodes are called ${quoted(id)}.`, "Give every node an id of its own.");
    ids.add(id);
  }
}

function size(graph: Graph, findings: Findings): void {
  const nodes = graph.program.nodes.length;
  const { vqs, chs, events } = graph.resources;
  if (nodes === 0 && vqs.length + chs.length + events.length === 0) findings.warning("size", null, "The graph is empty.", "Add nodes.");
  else if (nodes === 0 && vqs.length === 0) findings.error("never-allocated", null, "The graph declares handles, but has no nodes.", "Add nodes, or declare nothing.");
  if (nodes > GRAPH_LIMITS.nodesWarned) findings.warning("size", null, `${nodes} nodes, more than ${GRAPH_LIMITS.nodesWarned}.`, "Split the graph if it can be split.");
  if (vqs.length > GRAPH_LIMITS.qubitsWarned) findings.warning("size", null, `${vqs.length} qubits, more than ${GRAPH_LIMITS.qubitsWarned}.`, "Use fewer qubits, or reset and use them again.");
}

function verifyRead(graph: Graph, consume: boolean, findings: Findings): void {
  duplicateIds(graph, findings);
  size(graph, findings);
  const caps = declaredCaps(graph);
  const events = new EventOrder(graph, findings);
  const qubits = qubitLives(graph, consume, findings);
  const channels = new ChannelLives(graph.resources.chs, findings);
  graph.program.nodes.forEach((node, at) => {
    const row = verifyNode(node, caps, findings);
    events.visit(node, at);
    qubits.visit(node);
    channels.visit(node);
    for (const end of channels.implied(node)) qubits.use(end, node);
    if (row !== undefined) channels.firewall(node, row, qubits);
  });
  qubits.end();
  channels.end();
}

/**
 * Whether a graph may run. `json`: parsed JSON; any value is answered.
 * @returns the verdict with all findings; the normalised graph when it is valid.
 */
export function verifyGraph(json: unknown, { mode = "thread", strict = false }: VerifyOptions = {}): Verdict {
  const findings = new Findings();
  const graph = readDraft(json, findings);
  if (graph !== undefined) verifyRead(graph, mode === "consume", findings);
  const valid = findings.errors === 0 && !(strict && findings.warnings > 0);
  return { valid, findings: findings.list(strict), ...(valid && graph !== undefined ? { graph } : {}) };
}
