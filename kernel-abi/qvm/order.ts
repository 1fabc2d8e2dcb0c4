// What must happen before what, and so what may happen at the same time.
//   D1  Nodes that touch the same VQ or CH keep the order in which they are written; a transfer along a channel touches both its ends.
//   D2  An event is written before it is read (inputs, guards). Reading it twice orders nothing.
//   D3  FENCE_EPOCH is a total barrier. Everything else is free.
// The order of the nodes is therefore always one right order; a schedule is any other that keeps these.
import { actedOn } from "./channel-ends.ts";
import type { Graph } from "./graph.ts";
import { leavesOf } from "./guards.ts";

export interface NodeOrder {
  /** For every node, by place: the places it directly waits for, ascending, each once. */
  readonly after: readonly (readonly number[])[];
  /** For every node its level: the least number of steps before it, when everything free runs at once. */
  readonly levels: readonly number[];
  /** Steps of that schedule; 0 without nodes. */
  readonly depth: number;
}

/** Linear in the size of the graph. @param graph valid (verify.ts) */
export function orderOf(graph: Graph): NodeOrder {
  const { nodes } = graph.program;
  const lastOn = new Map<string, number>();
  const writer = new Map<string, number>();
  const ends = new Map<string, readonly string[]>();
  const after: number[][] = [];
  const levels: number[] = [];
  let [fence, sinceFence, depth] = [-1, 0, 0];
  nodes.forEach((node, at) => {
    const waits = new Set<number>();
    if (node.op === "OPEN_CHAN") for (const channel of node.chs) ends.set(channel, node.vqs);
    const qubits = new Set([...node.vqs, ...actedOn(node, ends.get(node.chs[0] ?? "") ?? [])]);
    const handles = [...[...qubits].map((name) => `q${name}`), ...node.chs.map((name) => `c${name}`)];
    if (node.op === "FENCE_EPOCH") {
      // Whoever ends the epoch: those nobody in it waits for would do, all of it is simpler and as linear.
      for (let before = Math.max(fence, 0); before < at; before++) waits.add(before);
    } else {
      for (const handle of handles) waits.add(lastOn.get(handle) ?? -1);
      for (const { event } of leavesOf(node.guard)) waits.add(writer.get(event) ?? -1);
      for (const event of node.inputs) waits.add(writer.get(event) ?? -1);
      waits.add(fence);
      waits.delete(-1);
    }
    for (const handle of handles) lastOn.set(handle, at);
    for (const event of node.produces) writer.set(event, at);
    const directly = [...waits].filter((before) => before >= fence).sort((a, b) => a - b);
    after.push(directly);
    const level = node.op === "FENCE_EPOCH" ? sinceFence : directly.reduce((most, before) => Math.max(most, (levels[before] ?? 0) + 1), 0);
    levels.push(level);
    if (node.op === "FENCE_EPOCH") fence = at;
    sinceFence = Math.max(sinceFence, level + 1);
    depth = Math.max(depth, level + 1);
  });
  return { after, levels, depth };
}

/** Whether nodes `one` and `other` may run at the same time or in either order. */
export function free(order: NodeOrder, one: number, other: number): boolean {
  const [early, late] = one < other ? [one, other] : [other, one];
  if (early === late) return false;
  const seen = new Set<number>([late]);
  const stack = [late];
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    for (const before of order.after[at] ?? []) {
      if (before === early) return false;
      if (before < early || seen.has(before)) continue;
      seen.add(before);
      stack.push(before);
    }
  }
  return true;
}
