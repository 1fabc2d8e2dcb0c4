// The RFC 8785 text of a graph: what `canonicalText` makes of it, to the byte, in a fraction of its time. A graph's digest is that of this text,
// and large graphs are digested at every submit.
//   G4  Members stand where RFC 8785 puts them, by the records of graph.ts; a record with anything else in it goes the long way.
import { canonicalText } from "../canonical.ts";
import type { Graph, GraphNode } from "./graph.ts";

/** `id`, `op`, `args`, `caps` and the four lists of handles and events. */
const NODE_MEMBERS = 8;
const GRAPH_MEMBERS = 4;

function listText(words: readonly string[]): string {
  if (words.length === 0) return "[]";
  return Array.isArray(words) && words.every((word) => typeof word === "string" && word.isWellFormed()) ? JSON.stringify(words) : canonicalText(words);
}

/** Most ops take none. */
const argsText = (args: GraphNode["args"]): string => (Object.getPrototypeOf(args) === Object.prototype && Object.keys(args).length === 0 ? "{}" : canonicalText(args));

const optional = (name: string, value: unknown): string => (value === undefined ? "" : `"${name}":${canonicalText(value)},`);
const given = (one: unknown, other: unknown): number => (one === undefined ? 0 : 1) + (other === undefined ? 0 : 1);

function nodeText(node: GraphNode): string {
  const { id, op, args, vqs, chs, inputs, produces, caps, guard, metadata } = node;
  if (Object.keys(node).length !== NODE_MEMBERS + given(guard, metadata)) return canonicalText(node);
  return `{"args":${argsText(args)},"caps":${listText(caps)},"chs":${listText(chs)},${optional("guard", guard)}"id":${canonicalText(id)},"inputs":${listText(inputs)},`
    + `${optional("metadata", metadata)}"op":${canonicalText(op)},"produces":${listText(produces)},"vqs":${listText(vqs)}}`;
}

/** @throws Fault ABI_UNENCODABLE for what JSON cannot carry */
export function graphText(graph: Graph): string {
  const { version, program, resources, caps, description, metadata } = graph;
  const { nodes } = program;
  if (Object.keys(graph).length !== GRAPH_MEMBERS + given(description, metadata) || Object.keys(program).length !== 1) return canonicalText(graph);
  return `{"caps":${listText(caps)},${optional("description", description)}${optional("metadata", metadata)}"program":{"nodes":[${nodes.map(nodeText).join(",")}]},`
    + `"resources":${canonicalText(resources)},"version":${canonicalText(version)}}`;
}

const utf8 = new TextEncoder();
/** As bytes. @throws as `graphText` */
export const graphJson = (graph: Graph): Uint8Array => utf8.encode(graphText(graph));
