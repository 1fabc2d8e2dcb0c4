// What a wish for a code distance does (SET_POLICY.code_distance): which profile a qubit is allocated with that names none.
//   1  A profile that the ALLOC_LQ names wins. Else it is the default one at the distance last wished before it, in the order of nodes.
//   2  A distance is odd: a wish for an even one is met by the next.
//   3  What is placed, counted against quotas, charged, made noisy and certified goes by this.
import type { GraphNode } from "./graph.ts";
import { DEFAULT_PROFILE } from "./ops.ts";

type Told = Pick<GraphNode, "op" | "args">;

const wishOf = ({ op, args }: Told): number | undefined => {
  const wish = op === "SET_POLICY" ? args["code_distance"] : undefined;
  return typeof wish === "number" ? wish + (wish % 2 === 0 ? 1 : 0) : undefined;
};

/** All nodes of a graph, in order; allocations that go by a wish name its profile. The same array where none does. */
export function withWishedDistance<N extends Told>(nodes: readonly N[]): readonly N[] {
  if (!nodes.some((node) => wishOf(node) !== undefined)) return nodes;
  let wish: number | undefined;
  return nodes.map((node) => {
    wish = wishOf(node) ?? wish;
    if (node.op !== "ALLOC_LQ" || wish === undefined || node.args["profile"] !== undefined) return node;
    return { ...node, args: { ...node.args, profile: DEFAULT_PROFILE.replace(/d=\d+/, `d=${wish}`) } };
  });
}
