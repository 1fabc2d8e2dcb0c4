// Epochs: fences cut the nodes of a graph into stretches. Scheduling, preemption, cancellation, checkpoints and migration happen
// between two of them and nowhere else.
//   X1  An epoch ends with its fence (its last node), the last epoch with the graph. A graph without nodes has none.
//   X2  A guarded fence is a fence whether or not its guard holds.
//   X3  To roll back is to return to where a run of reversible nodes began: never across an irreversible one, never across a fence.
import type { Graph } from "./graph.ts";
import { opRow } from "./ops.ts";

export interface Epoch {
  /** From 0. */
  readonly index: number;
  /** Nodes `from` … `to` - 1, by place in program.nodes. */
  readonly from: number;
  readonly to: number;
  /** Id of the fence that ends it; null for the last. */
  readonly fence: string | null;
}

export function epochsOf(graph: Graph): readonly Epoch[] {
  const { nodes } = graph.program;
  const epochs: Epoch[] = [];
  let from = 0;
  nodes.forEach(({ op, id }, at) => {
    if (op !== "FENCE_EPOCH") return;
    epochs.push({ index: epochs.length, from, to: at + 1, fence: id });
    from = at + 1;
  });
  if (from < nodes.length) epochs.push({ index: epochs.length, from, to: nodes.length, fence: null });
  return epochs;
}

/** The epoch of a node by its place; undefined when there is no such node. */
export const epochAt = (epochs: readonly Epoch[], at: number): Epoch | undefined => epochs.find(({ from, to }) => at >= from && at < to);

/**
 * Where to go back to when `node` (a place; nodes before it have happened) is to be undone: the start of the run of reversible and
 * neutral nodes that ends there. `node` itself when nothing before it can be undone.
 */
export function rollbackTo(graph: Graph, node: number): number {
  const { nodes } = graph.program;
  let start = Math.min(Math.max(0, node), nodes.length);
  for (let at = start - 1; at >= 0; at--) {
    const op = nodes[at]?.op ?? "";
    const kind = opRow(op)?.class;
    if (op === "FENCE_EPOCH" || (kind !== "reversible" && kind !== "neutral")) break;
    start = at;
  }
  return start;
}
