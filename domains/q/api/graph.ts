// A QVM graph as one circuit of one Q job, and how its events are read from what the job gives back.
//   1  The graph's order is the circuit's (graph-lower.ts). What it means is in graph-gates.ts, one row an operation.
//   2  A prefix of the nodes is a circuit with the same draws for what it holds; events beyond it are never produced.
//   3  A graph that reads nothing out has no circuit worth running: `circuit` is undefined, and every shot says "-" throughout.
import { LIMITS } from "../../../kernel-abi/limits.ts";
import type { Graph } from "../../../kernel-abi/qvm/graph.ts";
import { Fault } from "../../../kernel-abi/fault.ts";
import { rememberedBy } from "../../../kernel-abi/frozen.ts";
import { circuitOf, type Circuit } from "./circuit.ts";
import { circuitCost } from "./cost.ts";
import { lowerGraph, valueOf, type Lowered } from "./graph-lower.ts";

/** What an event says in one shot: 0 or 1, 0 to 3 for the index of a Bell readout, "-" when it was never produced. */
export type EventValue = number | "-";
export type Events = Readonly<Record<string, EventValue>>;

export interface GraphCircuitOptions {
  /** Only the first so many nodes. Default: all. */
  readonly nodes?: number;
}

export interface GraphCircuit {
  /** Undefined when nothing is read out. */
  readonly circuit: Circuit | undefined;
  /** Declared events, each once, sorted by code units. */
  readonly events: readonly string[];
  /** What all events say, given the bits of one shot in clbit order: numbers, or a key of `Counts`. */
  eventsOf(bits: string | ArrayLike<number>): Events;
  /** `name=value` of every declared event, sorted by name, joined by one space. */
  keyOf(bits: string | ArrayLike<number>): string;
  /** Shots by `keyOf`, from shots by bits, those of several jobs together. */
  countsOf(jobs: readonly Readonly<Record<string, number>>[]): Readonly<Record<string, number>>;
  /** Where noise can strike (graph-noise.ts). */
  readonly lowered: Lowered;
}

/** As long as a contract can be: a job of many shots is due many ticks later. */
const DURATION = 1_000_000_000;

const byCodeUnits = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function rowOf(bits: string | ArrayLike<number>): ArrayLike<number> {
  if (typeof bits !== "string") return bits;
  const row: number[] = [];
  for (let at = 0; at < bits.length; at++) row.push(bits[at] === "1" ? 1 : 0);
  return row;
}

/** Of all nodes, for graphs that do not change: the same one for every run of such a graph. */
const wholeCircuit = rememberedBy((graph: Graph) => prefixCircuit(graph, graph.program.nodes.length));

/**
 * Lowers a graph that has been verified. Angles that are exact multiples of a quarter turn stay Clifford, so a Clifford graph goes to the
 * stabilizer by itself.
 * @throws Fault QVM_NOT_EXECUTABLE for what no verified graph holds; QVM_GUARD_LIMIT for a guard that expands too far; ABI_MALFORMED
 */
export const graphCircuit = (graph: Graph, { nodes }: GraphCircuitOptions = {}): GraphCircuit => (nodes === undefined ? wholeCircuit(graph) : prefixCircuit(graph, nodes));

function prefixCircuit(graph: Graph, nodes: number): GraphCircuit {
  if (!Number.isSafeInteger(nodes) || nodes < 0) throw new Fault("ABI_MALFORMED", { argument: "graphCircuit: nodes", value: String(nodes), allowed: "how many nodes from the first, an integer from 0" });
  const lowered = lowerGraph(graph, nodes);
  if (lowered.clbits > LIMITS.clbits_max) throw new Fault("ABI_LIMIT", { limit: "clbits_max", allowed: LIMITS.clbits_max });
  const { instructions, qubits, clbits } = lowered;
  const events = [...new Set(graph.resources.events)].sort(byCodeUnits);
  const read = (row: ArrayLike<number>, name: string): EventValue => {
    const place = lowered.events.get(name);
    return (place === undefined ? undefined : valueOf(place, row)) ?? "-";
  };
  const keyOf = (bits: string | ArrayLike<number>): string => {
    const row = rowOf(bits);
    return events.map((name) => `${name}=${String(read(row, name))}`).join(" ");
  };
  return Object.freeze({
    circuit: instructions.some(({ name }) => name === "measure") ? circuitOf(qubits, clbits, instructions) : undefined,
    events: Object.freeze(events),
    eventsOf: (bits: string | ArrayLike<number>): Events => {
      const row = rowOf(bits);
      return Object.freeze(Object.fromEntries(events.map((name) => [name, read(row, name)])));
    },
    keyOf,
    countsOf: (jobs: readonly Readonly<Record<string, number>>[]) => summed(jobs.flatMap((counts) => Object.entries(counts).map(([bits, shots]) => [keyOf(bits), shots] as const))),
    lowered,
  });
}

/** Shots by key, in code-unit order of the keys. */
function summed(entries: readonly (readonly [key: string, shots: number])[]): Readonly<Record<string, number>> {
  const sums = new Map<string, number>();
  for (const [key, shots] of entries) sums.set(key, (sums.get(key) ?? 0) + shots);
  return Object.freeze(Object.fromEntries([...sums].sort(([a], [b]) => byCodeUnits(a, b))));
}

const COSTS = new WeakMap<Circuit, number>();
function costOfShot(circuit: Circuit): number {
  let cost = COSTS.get(circuit);
  if (cost === undefined) COSTS.set(circuit, cost = circuitCost(circuit.lower()));
  return cost;
}

/** What a contract must offer for these circuits, each with its shots. */
export function graphReserve(parts: readonly { readonly circuit: Circuit; readonly shots: number }[]): { readonly qubits: number; readonly channels: number; readonly budget: number; readonly shots: number; readonly duration: number } {
  const most = (of: (circuit: Circuit) => number): number => parts.reduce((so, { circuit }) => Math.max(so, of(circuit)), 1);
  const sum = (of: (circuit: Circuit) => number): number => parts.reduce((so, { circuit, shots }) => so + of(circuit) * shots, 0);
  return {
    qubits: most(({ qubits }) => qubits), channels: most(({ clbits }) => clbits), budget: sum(costOfShot), shots: sum(() => 1),
    duration: DURATION,
  };
}
