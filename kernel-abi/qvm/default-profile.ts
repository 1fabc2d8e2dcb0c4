// A profile for the qubits of a graph that name none, written into the graph: what then verifies, certifies, places, charges and runs it reads it
// there, and so does whoever is handed its trace.
//   1  A profile that an ALLOC_LQ names stays. A wish for a distance before it is met, where the profile is to be had at it; what a parameter
//      file says is said of one distance, and stands as it is.
import type { Graph } from "./graph.ts";
import { atDistance } from "./qec/profile.ts";
import type { Profile } from "./qec/terms.ts";
import { withWishedDistance } from "./wished-distance.ts";

const DISTANCE = /d=(\d+)/;

/** The same graph where every ALLOC_LQ names its profile; itself where they do already. */
export function withProfile(graph: Graph, profile: Profile): Graph {
  const { nodes } = graph.program;
  const wished = withWishedDistance(nodes);
  const isOpen = (at: number): boolean => nodes[at]?.op === "ALLOC_LQ" && nodes[at].args["profile"] === undefined;
  if (!nodes.some((_, at) => isOpen(at))) return graph;
  return {
    ...graph,
    program: {
      ...graph.program,
      nodes: nodes.map((node, at) => {
        if (!isOpen(at)) return node;
        const wish = DISTANCE.exec(String(wished[at]?.args["profile"] ?? ""))?.[1];
        return { ...node, args: { ...node.args, profile: (wish === undefined ? undefined : atDistance(profile, Number(wish)))?.text ?? profile.text } };
      }),
    },
  };
}
