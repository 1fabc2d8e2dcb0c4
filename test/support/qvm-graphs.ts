// Graphs for tests: the shipped examples and the constructed cases with their exact distributions, their shots through the kernels,
// keyed as a run keys the first job of its root, and the test a sample has to pass.
import { readFileSync } from "node:fs";
import { LIMITS } from "../../kernel-abi/limits.ts";
import type { Graph, GraphNode, Guard } from "../../kernel-abi/qvm/graph.ts";
import { kernelKey, rootKey, streamKey } from "../../kernel-abi/streams.ts";
import type { ProcessName } from "../../kernel-abi/ids.ts";
import { runKernel } from "../../domains/kernels/registry.ts";
import type { GraphCircuit } from "../../domains/q/api/graph.ts";
import { chooseProvider } from "../../domains/q/declared.ts";
import { kernelInput } from "../../domains/q/job.ts";
import { chiSquaredTail } from "../../domains/q/judge/gamma.ts";
import { decodeCircuitOutput } from "../../domains/q/kernel-output.ts";
import { sha256 } from "../../runtime/adapters/sha256.ts";

const DATA = new URL("../data/qmk/", import.meta.url);
export const readData = (name: string): unknown => JSON.parse(readFileSync(new URL(name, DATA), "utf8"));

export type Odds = Readonly<Record<string, number>>;
export interface Case {
  readonly name: string;
  /** As it was written. */
  readonly json: unknown;
  readonly exact: Odds;
}

type Rows = Readonly<Record<string, { readonly graph?: unknown; readonly exact: Odds }>>;
const { examples, constructed } = readData("distributions.json") as { readonly examples: Rows; readonly constructed: Rows };

/** Keys as we write them: events sorted by name. */
const sortedKeys = (odds: Odds): Odds => Object.fromEntries(Object.entries(odds).map(([key, p]) => [key.split(" ").sort().join(" "), p]));
export const CASES: readonly Case[] = [
  ...Object.entries(examples).map(([name, { exact }]) => ({ name, json: readData(`examples/${name}`), exact: sortedKeys(exact) })),
  ...Object.entries(constructed).map(([name, { graph, exact }]) => ({ name, json: graph, exact: sortedKeys(exact) })),
];

interface Loose { readonly [key: string]: unknown }
const list = <T>(value: unknown): readonly T[] => (Array.isArray(value) ? value as readonly T[] : []);
const guardOf = (guard: Loose): Guard => ("conditions" in guard ? { type: guard["type"] as "and", conditions: list<Loose>(guard["conditions"]).map(guardOf) }
  : { event: guard["event"] as string, equals: (guard["equals"] ?? guard["value"]) as number });

/** A graph as written, with every array there, by no code of the reader's. */
export function plainly(json: unknown): Graph {
  const { program, resources, caps } = json as { readonly program: { readonly nodes: readonly Loose[] }; readonly resources: Loose; readonly caps?: readonly string[] };
  const nodes = program.nodes.map((node): GraphNode => ({
    id: node["id"] as string, op: node["op"] as string, args: (node["args"] ?? {}) as Loose, vqs: list(node["vqs"]), chs: list(node["chs"]),
    inputs: list(node["inputs"]), produces: list(node["produces"]), caps: list(node["caps"]), ...(node["guard"] === undefined ? {} : { guard: guardOf(node["guard"] as Loose) }),
  }));
  return { version: "0.1", program: { nodes }, resources: { vqs: list(resources["vqs"]), chs: list(resources["chs"]), events: list(resources["events"]) }, caps: caps ?? [] };
}

export type Row = readonly [op: string, vqs: readonly string[], more?: Partial<GraphNode>];

/** A graph of nodes; what they name is declared. */
export function graphOf(...nodes: readonly Row[]): Graph {
  const whole = nodes.map(([op, vqs, more = {}], at): GraphNode => ({ id: `n${at}`, op, args: {}, vqs, chs: [], inputs: [], produces: [], caps: [], ...more }));
  const all = (of: (node: GraphNode) => readonly string[]): readonly string[] => [...new Set(whole.flatMap(of))].sort();
  return { version: "0.1", program: { nodes: whole }, resources: { vqs: all(({ vqs }) => vqs), chs: all(({ chs }) => chs), events: all(({ produces }) => produces) }, caps: [] };
}

/** What keys the n-th job of the root of a run with this seed. */
export const jobKey = (seed: string, job = 1): Uint32Array => kernelKey(streamKey(sha256, rootKey(sha256, seed), "root" as ProcessName, `job/${job}`));

/** `shots` shots of a graph's circuit on the provider it goes to, as `counts` reads them. */
export function sampled({ circuit, countsOf, keyOf }: GraphCircuit, shots: number, key: Uint32Array): Odds {
  if (circuit === undefined) return countsOf([{ "": shots }]);
  const lowered = circuit.lower();
  const { bits } = sampleOf(lowered, shots, key);
  const counts: Record<string, number> = {};
  for (let shot = 0; shot < shots; shot++) {
    const name = keyOf(bits.subarray(shot * lowered.clbits, (shot + 1) * lowered.clbits));
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

export function sampleOf(lowered: ReturnType<NonNullable<GraphCircuit["circuit"]>["lower"]>, shots: number, key: Uint32Array, kernel = chooseProvider(lowered).kernels[0]?.name ?? ""): { readonly bits: Uint8Array } {
  const output = decodeCircuitOutput(runKernel(kernel, kernelInput({ mode: "counts", circuit: lowered, shots }, key)));
  if (output.mode !== "sample" || shots * lowered.clbits > LIMITS.result_bits_max) throw new Error("no sample");
  return output;
}

/** The p-value of a G-test of counts against exact odds; 0 as soon as something impossible was counted. */
export function gTest(counts: Odds, odds: Odds): number {
  const total = Object.values(counts).reduce((sum, n) => sum + n, 0);
  const sum = Object.values(odds).reduce((so, p) => so + p, 0);
  const possible = Object.entries(odds).filter(([, p]) => p > 1e-9);
  if (Object.keys(counts).some((key) => !possible.some(([name]) => name === key))) return 0;
  const g = possible.reduce((so, [key, p]) => so + ((counts[key] ?? 0) === 0 ? 0 : 2 * (counts[key] ?? 0) * Math.log(((counts[key] ?? 0) * sum) / (total * p))), 0);
  return possible.length === 1 ? 1 : chiSquaredTail(Math.max(0, g), possible.length - 1);
}
