// A graph in numbers, for people and planners: what it needs, how it is ordered, what of it can be undone.
import { epochsOf } from "./epochs.ts";
import type { Graph } from "./graph.ts";
import { needsOf, type GraphNeeds } from "./needs.ts";
import { orderOf } from "./order.ts";
import { segmentsOf } from "./rev.ts";

export interface GraphStats {
  readonly needs: GraphNeeds;
  /** Nodes by op, by name. */
  readonly ops: Readonly<Record<string, number>>;
  readonly gates: number;
  /** Gates on two and more qubits. */
  readonly entangling: number;
  readonly guarded: number;
  /** Steps when everything that is free runs at once. */
  readonly depth: number;
  /** Most nodes of one step. */
  readonly width: number;
  readonly epochs: readonly { readonly index: number; readonly nodes: number; readonly fence: string | null }[];
  readonly rev: {
    readonly segments: number;
    readonly gates: number;
    readonly longest: number;
    /** Sum over all segments, to undo every one of them. */
    readonly cost: number;
    readonly tStates: number;
    /** Reversible nodes of all nodes, 0 … 1. */
    readonly share: number;
  };
}

/** @param graph valid (verify.ts) */
export function statsOf(graph: Graph): GraphStats {
  const { nodes } = graph.program;
  const ops = new Map<string, number>();
  for (const { op } of nodes) ops.set(op, (ops.get(op) ?? 0) + 1);
  const { depth, levels } = orderOf(graph);
  const steps = new Map<number, number>();
  for (const level of levels) steps.set(level, (steps.get(level) ?? 0) + 1);
  const segments = segmentsOf(graph);
  const gates = segments.reduce((sum, segment) => sum + segment.gates.length, 0);
  return {
    needs: needsOf(graph),
    ops: Object.fromEntries([...ops].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))),
    gates,
    entangling: segments.reduce((sum, segment) => sum + segment.gates.filter((at) => (nodes[at]?.vqs.length ?? 0) > 1 && nodes[at]?.op !== "COND_PAULI").length, 0),
    guarded: nodes.filter(({ guard, op, inputs }) => guard !== undefined || (op === "COND_PAULI" && inputs.length > 0)).length,
    depth,
    width: [...steps.values()].reduce((most, count) => Math.max(most, count), 0),
    epochs: epochsOf(graph).map(({ index, from, to, fence }) => ({ index, nodes: to - from, fence })),
    rev: {
      segments: segments.length, gates,
      longest: segments.reduce((most, segment) => Math.max(most, segment.gates.length), 0),
      cost: segments.reduce((sum, { cost }) => sum + cost, 0),
      tStates: segments.reduce((sum, segment) => sum + segment.tStates, 0),
      share: nodes.length === 0 ? 0 : gates / nodes.length,
    },
  };
}
