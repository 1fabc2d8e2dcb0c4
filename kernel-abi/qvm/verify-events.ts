// Events: who writes them, who reads them, in which order. Rules: undeclared, duplicate-event, unproduced-event, guard-order, guard-value,
// cycle.
//   E1  An event is written by one node and read after it, along the order of the nodes.
//   E2  A read before its writer is `cycle` when the nodes wait for each other in a circle over inputs, otherwise `guard-order`.
import { quoted, type Findings } from "./findings.ts";
import type { Graph, GraphNode, GuardLeaf } from "./graph.ts";
import { leavesOf } from "./guards.ts";

interface Writer {
  readonly node: GraphNode;
  readonly at: number;
  /** Largest value. */
  readonly most: number;
}

export class EventOrder {
  readonly #writers = new Map<string, Writer>();
  readonly #declared: ReadonlySet<string>;
  readonly #circles: ReadonlySet<number>;
  readonly #findings: Findings;
  constructor(graph: Graph, findings: Findings) {
    this.#findings = findings;
    this.#declared = new Set(graph.resources.events);
    const { nodes } = graph.program;
    nodes.forEach((node, at) => { this.#written(node, at); });
    this.#circles = circles(nodes, (event) => this.#writers.get(event)?.at);
    for (const name of graph.resources.events) {
      if (!this.#writers.has(name) && nodes.length > 0) findings.warning("unproduced-event", null, `The event ${quoted(name)} is declared and never produced; it reads "-".`, `Take ${quoted(name)} out of resources.events, or measure into it.`);
    }
  }

  #declares(name: string, node: GraphNode): boolean {
    if (this.#declared.has(name)) return true;
    this.#findings.error("undeclared", node.id, `The event ${quoted(name)} is not declared.`, `Add ${quoted(name)} to resources.events.`);
    return false;
  }

  #written(node: GraphNode, at: number): void {
    const most = node.op === "MEASURE_BELL" && node.produces.length === 1 ? 3 : 1;
    for (const name of node.produces) {
      this.#declares(name, node);
      const first = this.#writers.get(name);
      if (first === undefined) this.#writers.set(name, { node, at, most });
      else this.#findings.error("duplicate-event", node.id, `The event ${quoted(name)} is written again; ${quoted(first.node.id)} did so before.`, "Write every outcome to an event of its own.");
    }
  }

  /** What a node reads. */
  visit(node: GraphNode, at: number): void {
    for (const name of node.inputs) this.#input(name, node, at);
    if (node.guard === undefined) return;
    for (const leaf of leavesOf(node.guard)) this.#guarded(leaf, node, at);
  }

  #input(name: string, node: GraphNode, at: number): void {
    const writer = this.#read(name, node, at, "inputs");
    if (writer !== undefined && writer.most > 1 && node.op === "COND_PAULI") {
      this.#findings.error("guard-value", node.id, `${quoted(name)} is the index of a Bell measurement, 0 to 3, and has no exclusive or.`, "Measure into two events, or write a guard.");
    }
  }

  #guarded({ event, equals }: GuardLeaf, node: GraphNode, at: number): void {
    const writer = this.#read(event, node, at, "guard");
    if (writer !== undefined && equals > writer.most) {
      this.#findings.error("guard-value", node.id, `The guard waits for ${quoted(event)} to be ${equals}, but it is 0 to ${writer.most}.`, `Write a value from 0 to ${writer.most}.`);
    }
  }

  /** The writer of an event that may be read here. */
  #read(name: string, node: GraphNode, at: number, where: "inputs" | "guard"): Writer | undefined {
    if (!this.#declares(name, node)) return undefined;
    const writer = this.#writers.get(name);
    if (writer === undefined) {
      this.#findings.error("unproduced-event", node.id, `${where} reads ${quoted(name)}, which no node produces.`, `Measure into ${quoted(name)} before this node.`);
    } else if (writer.at >= at) {
      const circle = where === "inputs" && this.#circles.has(at) && this.#circles.has(writer.at);
      this.#findings.error(circle ? "cycle" : "guard-order", node.id,
        circle ? `The node waits for ${quoted(name)}, and ${quoted(writer.node.id)}, which produces it, waits for this node.` : `${where} reads ${quoted(name)} before ${quoted(writer.node.id)} produces it.`,
        circle ? "Break the circle: take an event out of inputs." : `Put ${quoted(writer.node.id)} before this node: the order of the nodes is the order of events.`);
    }
    return writer;
  }
}

/** Nodes on a circle of inputs, or between two of them. Only a read before its writer can close one, so most graphs need no search. */
function circles(nodes: readonly GraphNode[], writerOf: (event: string) => number | undefined): ReadonlySet<number> {
  const none: ReadonlySet<number> = new Set();
  if (!nodes.some((node, at) => node.inputs.some((event) => (writerOf(event) ?? -1) >= at))) return none;
  const later: number[][] = nodes.map(() => []);
  const earlier: number[][] = nodes.map(() => []);
  nodes.forEach((node, at) => {
    for (const event of node.inputs) {
      const from = writerOf(event);
      if (from === undefined) continue;
      later[from]?.push(at);
      earlier[at]?.push(from);
    }
  });
  const peeled = (next: readonly (readonly number[])[], before: readonly (readonly number[])[], among: (at: number) => boolean): ReadonlySet<number> => {
    const open = before.map((all) => all.filter(among).length);
    const free = open.flatMap((count, at) => (count === 0 && among(at) ? [at] : []));
    const gone = new Set(free);
    for (let at = free.pop(); at !== undefined; at = free.pop()) {
      for (const to of next[at] ?? []) {
        if (!among(to)) continue;
        open[to] = (open[to] ?? 1) - 1;
        if (open[to] !== 0) continue;
        gone.add(to);
        free.push(to);
      }
    }
    return gone;
  };
  const forward = peeled(later, earlier, () => true);
  const backward = peeled(earlier, later, (at) => !forward.has(at));
  return new Set(nodes.flatMap((_, at) => (forward.has(at) || backward.has(at) ? [] : [at])));
}
