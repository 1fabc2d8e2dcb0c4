// Reversible segments: runs of nodes that can be undone by running other nodes. Found, costed, undone.
//   B1  A segment is a maximal run, in the order of the nodes, of reversible and neutral nodes with at least one reversible one; what is
//       irreversible or depends on its arguments ends it, ALLOC_LQ and FREE_LQ included. It begins and ends with a reversible node.
//   B2  No event is written inside a segment, so a guard that held on the way there holds on the way back.
//   B3  Segment and inverse together are the identity (tested against two simulators to 1e-12).
// Costs: 1 a gate, 10 a CNOT (the upstream model); other gates by the CNOTs and gates they are made of.
import type { Graph, GraphNode } from "./graph.ts";
import { magicOf } from "./needs.ts";
import { opRow } from "./ops.ts";

export interface RevSegment {
  /** Nodes `from` … `to` - 1, by place in program.nodes. */
  readonly from: number;
  readonly to: number;
  /** Places of the reversible ones. */
  readonly gates: readonly number[];
  /** Qubits it touches, in the order of their first use. */
  readonly qubits: readonly string[];
  /** Qubits alive throughout it, touched or not. */
  readonly live: number;
  /** To run it once; its inverse costs the same. */
  readonly cost: number;
  /** Magic states to run it once. */
  readonly tStates: number;
}

const COSTS: ReadonlyMap<string, number> = new Map([
  ["APPLY_CNOT", 10], ["APPLY_CZ", 10], ["TELEPORT_CNOT", 10], // a CZ is a CNOT in another frame
  ["APPLY_SWAP", 30], ["APPLY_TOFFOLI", 69], // three CNOTs; six CNOTs and nine gates
]);

/** Of one reversible node. */
export function costOf(node: GraphNode): number {
  if (node.op !== "COND_PAULI") return COSTS.get(node.op) ?? 1;
  const mask = typeof node.args["mask"] === "string" ? node.args["mask"] : "";
  return mask.length === 1 ? (mask === "I" ? 0 : node.vqs.length) : [...mask].filter((letter) => letter !== "I").length;
}

const classOf = (node: GraphNode): string | undefined => opRow(node.op)?.class;

function segment(nodes: readonly GraphNode[], gates: readonly number[], live: number): RevSegment {
  const own = gates.map((at) => nodes[at]).filter((node) => node !== undefined);
  return {
    from: gates[0] ?? 0, to: (gates[gates.length - 1] ?? -1) + 1, gates, live,
    qubits: [...new Set(own.flatMap(({ vqs }) => vqs))],
    cost: own.reduce((sum, node) => sum + costOf(node), 0),
    tStates: own.reduce((sum, node) => sum + magicOf(node).tStates, 0),
  };
}

/** In order; linear in the size of the graph. @param graph valid (verify.ts) */
export function segmentsOf(graph: Graph): readonly RevSegment[] {
  const { nodes } = graph.program;
  const found: RevSegment[] = [];
  let gates: number[] = [];
  let live = 0;
  const close = (): void => {
    if (gates.length > 0) found.push(segment(nodes, gates, live));
    gates = [];
  };
  nodes.forEach((node, at) => {
    const kind = classOf(node);
    if (kind === "reversible") gates.push(at);
    else if (kind !== "neutral") close();
    if (node.op === "ALLOC_LQ") live += node.vqs.length;
    if (node.op === "FREE_LQ") live -= node.vqs.length;
  });
  close();
  return found;
}

/** The node that undoes this one on the same operands under the same condition; undefined when there is none. */
export function inverseNode(node: GraphNode, id: string): GraphNode | undefined {
  const inverse = opRow(node.op)?.inverse;
  if (inverse === undefined) return undefined;
  const angle = inverse.negates === undefined ? undefined : node.args[inverse.negates];
  const args = inverse.negates === undefined || typeof angle !== "number" ? node.args : { ...node.args, [inverse.negates]: 0 - angle };
  return { ...node, id, op: inverse.op, args };
}

/** The nodes that undo a segment, last first, with ids of their own. Put right behind it they restore the state. */
export function uncompute(graph: Graph, { gates }: RevSegment): readonly GraphNode[] {
  const { nodes } = graph.program;
  const taken = new Set(nodes.map(({ id }) => id));
  let number = 0;
  const fresh = (): string => {
    while (taken.has(`undo_${number}`)) number++;
    const id = `undo_${number}`;
    taken.add(id);
    return id;
  };
  return gates.toReversed().map((at) => nodes[at]).filter((node) => node !== undefined).map((node) => inverseNode(node, fresh())).filter((node) => node !== undefined);
}

/** What undoes the nodes from `from` up to and without `to`, all of one segment (X3): the inverses, last first, and what they cost. */
export function wayBack(graph: Graph, { from, to }: { readonly from: number; readonly to: number }): { readonly nodes: readonly GraphNode[]; readonly cost: number } {
  const nodes = graph.program.nodes.slice(from, to).toReversed().flatMap((node) => inverseNode(node, node.id) ?? []);
  return { nodes, cost: nodes.reduce((sum, node) => sum + costOf(node), 0) };
}

/** The graph in which a segment has been undone: its inverse stands right behind it. */
export function uncomputed(graph: Graph, which: RevSegment): Graph {
  const { nodes } = graph.program;
  return { ...graph, program: { nodes: [...nodes.slice(0, which.to), ...uncompute(graph, which), ...nodes.slice(which.to)] } };
}
