// Which qubits a use of a channel acts on. Owns the choice that the specification leaves open; executor, verifier and order ask here.
//   E1  A use without `semantic` takes a pair and acts on no qubit.
//   E2  With `semantic` it acts on both ends: in the order of OPEN_CHAN, unless the node names the end to begin with, or both.
import type { GraphNode } from "./graph.ts";

/** Names two qubits, whichever is told first. */
export const pairOf = (ends: readonly string[]): string => ends.toSorted().join(" ");

/** @param joined qubits of the OPEN_CHAN of the node's channel, in its order; none where it is not open */
export function actedOn({ op, args, vqs }: Pick<GraphNode, "op" | "args" | "vqs">, joined: readonly string[]): readonly string[] {
  if (op !== "USE_CHAN") return vqs;
  if (args["semantic"] === undefined) return [];
  return [...vqs, ...joined.filter((end) => !vqs.includes(end))].slice(0, 2);
}
