// The RFC 8785 text of a graph: what `canonicalText` makes of it, to the byte, in a fraction of its time. A graph's digest is that of this text,
// and large graphs are digested at every submit.
//   G4  Nodes of the eight members that every node has, as nearly all are, are put where RFC 8785 has them and written by V8's own JSON, many
//       at once; a record with anything else in it goes the long way.
import { canonicalText } from "../canonical.ts";
import type { Graph, GraphNode } from "./graph.ts";

const NODE_MEMBERS = 8;
const GRAPH_MEMBERS = 4;
/** How JSON writes half a surrogate pair, which canonical JSON refuses; or text that looks so. */
const HALF_A_PAIR = "\\ud";

const optional = (name: string, value: unknown): string => (value === undefined ? "" : `"${name}":${canonicalText(value)},`);
const given = (one: unknown, other: unknown): number => (one === undefined ? 0 : 1) + (other === undefined ? 0 : 1);

/** Whether JSON writes them as they stand. */
function isFlat(args: GraphNode["args"]): boolean {
  if (Object.getPrototypeOf(args) !== Object.prototype) return false;
  let last = "";
  for (const name of Object.keys(args)) {
    const value = args[name];
    if (name < last || !(typeof value === "string" || typeof value === "boolean" || (Number.isFinite(value) && !Object.is(value, -0)))) return false;
    last = name;
  }
  return true;
}

/** What V8's JSON writes in the form of RFC 8785; undefined: the long way. */
function inOrder(node: GraphNode): object | undefined {
  const { id, op, args, vqs, chs, inputs, produces, caps, guard, metadata } = node;
  if (Object.keys(node).length !== NODE_MEMBERS || guard !== undefined || metadata !== undefined || !isFlat(args)) return undefined;
  return { args, caps, chs, id, inputs, op, produces, vqs };
}

function nodesText(nodes: readonly GraphNode[]): string {
  const texts: string[] = [];
  let ready: object[] = [];
  const write = (): void => {
    if (ready.length > 0) texts.push(JSON.stringify(ready).slice(1, -1));
    ready = [];
  };
  for (const node of nodes) {
    const one = inOrder(node);
    if (one !== undefined) {
      ready.push(one);
      continue;
    }
    write();
    texts.push(canonicalText(node));
  }
  write();
  const text = `[${texts.join(",")}]`;
  return text.includes(HALF_A_PAIR) ? canonicalText(nodes) : text;
}

/** @throws Fault ABI_UNENCODABLE for what JSON cannot carry */
export function graphText(graph: Graph): string {
  const { version, program, resources, caps, description, metadata } = graph;
  if (Object.keys(graph).length !== GRAPH_MEMBERS + given(description, metadata) || Object.keys(program).length !== 1) return canonicalText(graph);
  return `{"caps":${canonicalText(caps)},${optional("description", description)}${optional("metadata", metadata)}"program":{"nodes":${nodesText(program.nodes)}},`
    + `"resources":${canonicalText(resources)},"version":${canonicalText(version)}}`;
}

const utf8 = new TextEncoder();
/** As bytes. @throws as `graphText` */
export const graphJson = (graph: Graph): Uint8Array => utf8.encode(graphText(graph));
