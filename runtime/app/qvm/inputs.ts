// Inputs of graphs' runs, and what was made of them before: graphs are run over and over.
import { canonicalText } from "../../../kernel-abi/canonical.ts";
import { parseInputs } from "../../../kernel-abi/header.ts";
import type { Graph } from "../../../kernel-abi/qvm/graph.ts";
import { graphText } from "../../../kernel-abi/qvm/graph-text.ts";
import { preparedInput, type PreparedInput } from "../prepared.ts";

/** What GRAPH_PROGRAM is given. */
export interface GraphInput {
  readonly graph: Graph;
  readonly shots: number;
  /** Only the first so many nodes. */
  readonly nodes?: number | undefined;
  readonly noise?: unknown;
}

const utf8 = new TextEncoder();
const member = (name: string, value: unknown): string => (value === undefined ? "" : `"${name}":${canonicalText(value)},`);

/** As `record` makes it: canonical JSON of `{ files: {}, input }`. @throws Fault ABI_UNENCODABLE | INPUT_INVALID */
export function graphInput({ graph, shots, nodes, noise }: GraphInput): PreparedInput {
  const text = `{"files":{},"input":{"graph":${graphText(graph)},${member("nodes", nodes)}${member("noise", noise)}"shots":${canonicalText(shots)}}}`;
  return preparedInput(parseInputs(JSON.parse(text)), utf8.encode(text));
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
