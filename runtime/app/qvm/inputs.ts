// Inputs of graphs' runs, and what was made of them before: graphs are run over and over.
import { canonicalJson, parseCanonicalJson } from "../../../kernel-abi/canonical.ts";
import { parseInputs } from "../../../kernel-abi/header.ts";
import type { Graph } from "../../../kernel-abi/qvm/graph.ts";
import { preparedInput, type PreparedInput } from "../prepared.ts";

/** What GRAPH_PROGRAM is given. */
export interface GraphInput {
  readonly graph: Graph;
  readonly shots: number;
  /** Only the first so many nodes. */
  readonly nodes?: number | undefined;
  readonly noise?: unknown;
}

/** As `record` makes it: keys in the order of the record. @throws Fault ABI_UNENCODABLE | INPUT_INVALID */
export function graphInput(input: GraphInput): PreparedInput {
  const payload = canonicalJson({ files: {}, input });
  return preparedInput(parseInputs(parseCanonicalJson(payload)), payload);
}

/** Of one graph. */
const KNOWN_MAX = 16;

/** What `make` makes of an input, once for the same graph with the same rest. */
export class OncePerInput<T> {
  readonly #known = new WeakMap<Graph, Map<string, T>>();
  readonly #make: (input: GraphInput) => T;

  constructor(make: (input: GraphInput) => T) { this.#make = make; }

  of({ graph, shots, nodes, noise }: GraphInput): T {
    const rest = { ...(nodes === undefined ? {} : { nodes }), ...(noise === undefined ? {} : { noise }), shots };
    const key = JSON.stringify(rest);
    let known = this.#known.get(graph);
    if (known === undefined) this.#known.set(graph, known = new Map<string, T>());
    let found = known.get(key);
    if (found === undefined) {
      if (known.size >= KNOWN_MAX) known.clear();
      known.set(key, found = this.#make({ graph, ...rest }));
    }
    return found;
  }
}
