// A graph that may run, or a fault: what a program asks before it makes a circuit of what it was given.
import { Fault } from "../../../kernel-abi/fault.ts";
import { freezeDeep, isFrozenDeep, rememberedBy } from "../../../kernel-abi/frozen.ts";
import type { Graph } from "../../../kernel-abi/qvm/graph.ts";
import { verifyGraph } from "../../../kernel-abi/qvm/verify.ts";

/** Of many runs of one graph, each is given what the first one found: frozen, as the graph is it was found from. */
const verifiedOnce = rememberedBy((json: unknown) => freezeDeep(verified(json)));

/**
 * The verified, normalised form of a graph as it was written.
 * @throws Fault GRAPH_INVALID naming the first error and how many there are
 */
export const verifiedGraph = (json: unknown): Graph => (isFrozenDeep(json) ? verifiedOnce(json) : verified(json));

function verified(json: unknown): Graph {
  const { graph, findings } = verifyGraph(json);
  if (graph !== undefined) return graph;
  const errors = findings.filter(({ severity }) => severity === "error");
  const { rule = "schema", node = null, message = "", fix } = errors[0] ?? {};
  throw new Fault("GRAPH_INVALID", { errors: errors.length, rule, node, what: message }, fix === undefined ? {} : { next: fix });
}
