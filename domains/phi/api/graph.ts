// Graphs as K programs hold them: undirected, weighted, without loops or parallel edges; and what Φ makes of them (couplings).
// Everything here is exact integer or copied data; a cut is recounted edge by edge.
import { Fault } from "../../../kernel-abi/fault.ts";
import { ISING_ENTRIES_MAX, SPINS_MAX } from "../../kernels/phase/jobs.ts";
import type { CsrGraph } from "../../kernels/phase/jobs.ts";

/** Vertices count from 0; a < b. */
export interface Edge {
  readonly a: number;
  readonly b: number;
  readonly weight: number;
}
export interface Neighbour {
  readonly to: number;
  readonly weight: number;
}
export interface Graph {
  readonly vertices: number;
  /** Sorted by a, then b. */
  readonly edges: readonly Edge[];
  readonly totalWeight: number;
  /** Each edge in both directions, as the oscillator kernels take it: row v holds v's neighbours, ascending. */
  readonly couplings: CsrGraph;
  neighbours(vertex: number): readonly Neighbour[];
}

const refuse = (what: string, more: Readonly<Record<string, string | number>>): never => {
  throw new Fault("ABI_MALFORMED", { argument: what, ...more });
};

function checkEdge({ a, b, weight }: Edge, vertices: number): Edge {
  const inside = (v: number): boolean => Number.isSafeInteger(v) && v >= 0 && v < vertices;
  if (!inside(a) || !inside(b) || a === b) refuse("edge", { value: `${a} ${b}`, allowed: `two different vertices from 0 to ${vertices - 1}` });
  if (!Number.isFinite(weight)) refuse("edge weight", { value: String(weight), allowed: "a finite number" });
  return Object.freeze(a < b ? { a, b, weight } : { a: b, b: a, weight });
}

/** Rows of a compressed sparse matrix from edges in both directions. */
function compressed(vertices: number, rows: readonly (readonly Neighbour[])[]): CsrGraph {
  const entries = rows.reduce((sum, row) => sum + row.length, 0);
  const [offsets, targets, weights] = [new Int32Array(vertices + 1), new Int32Array(entries), new Float64Array(entries)];
  let at = 0;
  for (const [vertex, row] of rows.entries()) {
    for (const { to, weight } of row) {
      targets[at] = to;
      weights[at] = weight;
      at += 1;
    }
    offsets[vertex + 1] = at;
  }
  return Object.freeze({ offsets, targets, weights });
}

/**
 * A graph from its edges, in any order.
 * @throws Fault ABI_MALFORMED for a loop, a parallel edge, a vertex out of range or a weight that is not finite; ABI_LIMIT.
 */
export function graph(vertices: number, edges: readonly (Edge | readonly [a: number, b: number, weight?: number])[]): Graph {
  if (!Number.isSafeInteger(vertices) || vertices < 1 || vertices > SPINS_MAX) refuse("vertices", { value: String(vertices), allowed: `1 to ${SPINS_MAX}` });
  if (2 * edges.length > ISING_ENTRIES_MAX) throw new Fault("ABI_LIMIT", { limit: "edges", value: edges.length, allowed: ISING_ENTRIES_MAX / 2 });
  const sorted = edges.map((edge) => checkEdge("a" in edge ? edge : { a: edge[0], b: edge[1], weight: edge[2] ?? 1 }, vertices)).sort((x, y) => x.a - y.a || x.b - y.b);
  const rows: Neighbour[][] = Array.from({ length: vertices }, () => []);
  for (const [at, { a, b, weight }] of sorted.entries()) {
    const before = sorted[at - 1];
    if (before?.a === a && before.b === b) refuse("edge", { value: `${a} ${b}`, allowed: "each edge once" });
    rows[a]?.push({ to: b, weight });
    rows[b]?.push({ to: a, weight });
  }
  for (const row of rows) row.sort((x, y) => x.to - y.to);
  return Object.freeze({
    vertices, edges: Object.freeze(sorted), totalWeight: sorted.reduce((sum, { weight }) => sum + weight, 0), couplings: compressed(vertices, rows),
    neighbours: (vertex: number) => rows[vertex] ?? refuse("vertex", { value: vertex, allowed: `0 to ${vertices - 1}` }),
  });
}

/** Sum of the weights of edges whose ends have different signs. @throws Fault ABI_MALFORMED unless there is one ±1 a vertex */
export function cutValue({ vertices, edges }: Pick<Graph, "vertices" | "edges">, spins: ArrayLike<number>): number {
  if (spins.length !== vertices) refuse("spins", { value: spins.length, allowed: `${vertices} of +1 or -1` });
  for (let v = 0; v < vertices; v++) if (spins[v] !== 1 && spins[v] !== -1) refuse("spins", { at: v, value: String(spins[v]), allowed: "+1 or -1" });
  return edges.reduce((sum, { a, b, weight }) => sum + (spins[a] === spins[b] ? 0 : weight), 0);
}

/** The Petersen graph: 10 vertices, 15 edges, 3-regular, girth 5; maximum cut 12. */
export const petersen = (): Graph => graph(10, Array.from({ length: 5 }, (_, i) => [
  [i, (i + 1) % 5] as const, [i, i + 5] as const, [5 + i, 5 + (i + 2) % 5] as const,
]).flat());

const INTEGERS = /^-?\d{1,15}$/;

/** The whole numbers of one line. @throws Fault ABI_MALFORMED with the line's number */
function numbersOf(text: string, line: number, least: number, most: number): readonly number[] {
  const words = text.trim().split(/\s+/);
  if (words.length < least || words.length > most || !words.every((word) => INTEGERS.test(word))) {
    refuse("gset", { line, value: text.slice(0, 60), allowed: least === most ? `${least} integers` : `${least} to ${most} integers` });
  }
  return words.map(Number);
}

/**
 * A graph in Gset's format: `vertices edges`, then `u v [weight]` a line, vertices from 1 (Helmberg and Rendl).
 * @throws Fault ABI_MALFORMED naming the line.
 */
export function parseGset(text: string): Graph {
  const lines = text.split("\n").map((line, at) => ({ line, number: at + 1 })).filter(({ line }) => line.trim() !== "");
  const [head, ...rest] = lines;
  if (head === undefined) return refuse("gset", { line: 1, allowed: "vertices and edges" });
  const [vertices = 0, edges = 0] = numbersOf(head.line, head.number, 2, 2);
  if (rest.length !== edges) refuse("gset", { line: head.number, value: rest.length, allowed: `${edges} edges, as the first line says` });
  return graph(vertices, rest.map(({ line, number }) => {
    const [u = 0, v = 0, weight = 1] = numbersOf(line, number, 2, 3);
    if (u < 1 || v < 1 || u > vertices || v > vertices) refuse("gset", { line: number, value: line.slice(0, 60), allowed: `vertices from 1 to ${vertices}` });
    return [u - 1, v - 1, weight] as const;
  }));
}
