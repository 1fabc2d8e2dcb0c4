// A graph that may run, or a fault: what a program asks before it makes a circuit of what it was given.
import { Fault } from "../../../kernel-abi/fault.ts";
import type { Graph } from "../../../kernel-abi/qvm/graph.ts";
import { verifyGraph } from "../../../kernel-abi/qvm/verify.ts";

/**
 * The verified, normalised form of a graph as it was written.
 * @throws Fault GRAPH_INVALID naming the first error and how many there are
 */
export function verifiedGraph(json: unknown): Graph {
  const { graph, findings } = verifyGraph(json);
  if (graph !== undefined) return graph;
  const errors = findings.filter(({ severity }) => severity === "error");
  const { rule = "schema", node = null, message = "", fix } = errors[0] ?? {};
  throw new Fault("GRAPH_INVALID", { errors: errors.length, rule, node, what: message }, fix === undefined ? {} : { next: fix });
}
