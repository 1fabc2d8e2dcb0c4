// Random graphs: well-formed ones are valid and normalise once; one mutation is answered with a rule, never with a crash; what is free
// commutes and what is undone is as it was, by a plain simulator.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RULES, type Graph } from "../../../../kernel-abi/qvm/graph.ts";
import { orderOf } from "../../../../kernel-abi/qvm/order.ts";
import { inverseNode, segmentsOf, uncomputed } from "../../../../kernel-abi/qvm/rev.ts";
import { verifyGraph } from "../../../../kernel-abi/qvm/verify.ts";
import { graphOf, wellFormed, type GraphJson, type NodeJson } from "../../../support/graphs.ts";
import { branchesOf, graphOdds, type Branch } from "../../../support/plain-graph.ts";

/** So many inputs a property in CI, fifty thousand in a long run. */
const runs = (short: number) => ({ numRuns: process.env["TRIAD_LONG"] === undefined ? short : 50_000 });
const RULE_NAMES: ReadonlySet<string> = new Set(RULES);

const valid = (json: GraphJson): Graph => {
  const { graph, findings } = verifyGraph(json);
  if (graph === undefined) throw new Error(JSON.stringify(findings));
  return graph;
};

/** A mutation of a graph that breaks something, with the rules one of which must say so. */
type Mutation = readonly [name: string, break_: (graph: GraphJson, at: number) => GraphJson | undefined, rules: readonly string[]];
const nodesOf = (graph: GraphJson, change: (nodes: readonly NodeJson[]) => readonly NodeJson[]): GraphJson => ({ ...graph, program: { nodes: change(graph.program.nodes) } });
/** The node at a random place that satisfies something, changed. */
const changed = (graph: GraphJson, at: number, holds: (node: NodeJson) => boolean, change: (node: NodeJson) => NodeJson): GraphJson | undefined => {
  const places = graph.program.nodes.flatMap((node, place) => (holds(node) ? [place] : []));
  const chosen = places[at % Math.max(1, places.length)];
  return chosen === undefined ? undefined : nodesOf(graph, (nodes) => nodes.map((node, place) => (place === chosen ? change(node) : node)));
};
const uses = ({ op, vqs }: NodeJson): boolean => vqs !== undefined && op !== "ALLOC_LQ" && op !== "FREE_LQ";
const isReadout = ({ op }: NodeJson): boolean => op.startsWith("MEASURE_");

const MUTATIONS: readonly Mutation[] = [
  ["an op that is none", (graph, at) => changed(graph, at, () => true, (node) => ({ ...node, op: `${node.op}X` })), ["unknown-op"]],
  ["an id twice", (graph, at) => changed(graph, at, ({ id }) => id !== "alloc", (node) => ({ ...node, id: "alloc" })), ["duplicate-id"]],
  ["no allocation", (graph) => nodesOf(graph, (nodes) => nodes.filter(({ op }) => op !== "ALLOC_LQ")), ["never-allocated"]],
  ["released first", (graph) => (!graph.program.nodes.some(uses) ? undefined : nodesOf(graph, (nodes) => [nodes[0], nodes.at(-1), ...nodes.slice(1, -1)].filter((node) => node !== undefined).filter((node, at, all) => all.indexOf(node) === at))), ["linearity"]],
  ["released twice", (graph) => nodesOf(graph, (nodes) => [...nodes, { ...nodes.at(-1), id: "again", op: "FREE_LQ" }]), ["linearity"]],
  ["a stranger among the qubits", (graph, at) => changed(graph, at, uses, (node) => ({ ...node, vqs: ["stranger", ...(node.vqs ?? []).slice(1)] })), ["undeclared"]],
  ["one qubit too many", (graph, at) => changed(graph, at, (node) => uses(node) && node.op !== "COND_PAULI", (node) => ({ ...node, vqs: [...(node.vqs ?? []), "q0"] })), ["arity"]],
  ["a readout without an event", (graph, at) => changed(graph, at, isReadout, (node) => ({ ...node, produces: [] })), ["measure-without-event"]],
  ["an event read before it is written", (graph, at) => changed(graph, at, isReadout, (node) => ({ ...node, guard: { event: node.produces?.[0], equals: 1 } })), ["guard-order"]],
  ["an event nobody knows", (graph, at) => changed(graph, at, uses, (node) => ({ ...node, guard: { event: "stranger", equals: 1 } })), ["undeclared"]],
  ["a value no event has", (graph, at) => changed(graph, at, ({ guard }) => guard !== undefined, (node) => ({ ...node, guard: { type: "or", conditions: [{ event: "e", equals: 7 }] } })), ["guard-value"]],
  ["an angle of nothing", (graph, at) => changed(graph, at, ({ args }) => args?.["theta"] !== undefined, (node) => ({ ...node, args: { theta: "half a turn" } })), ["argument"]],
  ["an argument too many", (graph, at) => changed(graph, at, uses, (node) => ({ ...node, args: { ...node.args, strength: 1 } })), ["argument"]],
  ["no capability", (graph) => ({ ...graph, caps: [] }), ["capability"]],
  ["another version", (graph) => ({ ...graph, version: "0.2" }), ["version"]],
  ["a node that is a number", (graph, at) => nodesOf(graph, (nodes) => nodes.toSpliced(at % nodes.length, 0, 5 as never)), ["schema"]],
];

describe("random graphs", () => {
  it("that are well-formed are valid in mode thread, and reading what was read changes nothing", () => {
    fc.assert(fc.property(wellFormed(), (json) => {
      const graph = valid(json);
      expect(verifyGraph(JSON.parse(JSON.stringify(graph))).graph).toEqual(graph);
    }), runs(200));
  });

  it.each(MUTATIONS)("with %s are refused with a rule that says so", (_, mutate, rules) => {
    fc.assert(fc.property(wellFormed(), fc.nat(), (json, at) => {
      const bad = mutate(json, at);
      if (bad === undefined || JSON.stringify(bad) === JSON.stringify(json)) return;
      const { valid: accepted, findings, graph } = verifyGraph(bad);
      expect([accepted, graph, findings.some(({ rule, severity }) => severity === "error" && rules.includes(rule))], JSON.stringify(findings)).toEqual([false, undefined, true]);
    }), runs(40));
  });

  it("cut, doubled, shuffled or of any JSON are answered", () => {
    const any = fc.jsonValue({ maxDepth: 3 });
    const at = fc.nat();
    fc.assert(fc.property(wellFormed({ steps: 10 }), at, at, any, fc.constantFrom("id", "op", "args", "vqs", "chs", "inputs", "produces", "caps", "guard", "metadata"), (json, from, to, value, key) => {
      const { nodes } = json.program;
      const moved = [...nodes.slice(0, from % nodes.length), ...nodes.slice(to % nodes.length)].map((node, place) => (place === from % 7 ? { ...node, [key]: value } : node));
      for (const mode of ["thread", "consume"] as const) {
        const verdict = verifyGraph(nodesOf(json, () => moved as readonly NodeJson[]), { mode });
        expect(verdict.valid).toBe(verdict.graph !== undefined);
        expect(verdict.findings.every(({ rule, message, fix }) => RULE_NAMES.has(rule) && message.length < 600 && fix.length < 600)).toBe(true);
      }
      verifyGraph(value);
    }), runs(400));
  });
});

/** The same graph in another order that keeps what must be kept: nodes drawn from those that wait for nobody. */
function reordered(graph: Graph, draw: readonly number[]): Graph {
  const { after } = orderOf(graph);
  const left = new Set(graph.program.nodes.keys());
  const order: number[] = [];
  while (left.size > 0) {
    const ready = [...left].filter((at) => (after[at] ?? []).every((before) => !left.has(before)));
    const chosen = ready[(draw[order.length] ?? 0) % ready.length] ?? 0;
    left.delete(chosen);
    order.push(chosen);
  }
  return { ...graph, program: { nodes: order.map((at) => graph.program.nodes[at]).filter((node) => node !== undefined) } };
}

const near = (left: Branch, right: Branch): boolean => left.amplitudes.every(([re, im], at) => {
  const [otherRe, otherIm] = right.amplitudes[at] ?? [NaN, NaN];
  return Math.abs(re - otherRe) < 1e-12 && Math.abs(im - otherIm) < 1e-12;
});

describe("what the analyses say, by a plain simulator", () => {
  it("any order that keeps the order of handles, events and fences has the same odds", () => {
    fc.assert(fc.property(wellFormed({ steps: 12 }), fc.array(fc.nat(), { maxLength: 16 }), (json, draw) => {
      const graph = valid(json);
      const other = reordered(graph, draw);
      expect(verifyGraph(other).valid).toBe(true);
      const [odds, otherOdds] = [graphOdds(graph), graphOdds(other)];
      expect([...otherOdds.keys()].sort()).toEqual([...odds.keys()].sort());
      for (const [key, p] of odds) expect(otherOdds.get(key)).toBeCloseTo(p, 12);
    }), runs(60));
  });

  it("U†U restores the state to 1e-12, for every segment, guards and all", () => {
    let segments = 0;
    fc.assert(fc.property(wellFormed({ steps: 16 }), (json) => {
      const graph = valid(json);
      for (const segment of segmentsOf(graph)) {
        segments++;
        const before = branchesOf({ ...graph, program: { nodes: graph.program.nodes.slice(0, segment.from) } });
        const undone = uncomputed(graph, segment);
        expect(verifyGraph(undone).valid).toBe(true);
        const after = branchesOf({ ...undone, program: { nodes: undone.program.nodes.slice(0, segment.to + segment.gates.length) } });
        expect([after.length, after.every((branch, at) => before[at] !== undefined && near(branch, before[at]))]).toEqual([before.length, true]);
      }
    }), runs(120));
    expect(segments).toBeGreaterThan(100);
  });

  it("a long segment of every gate is undone too", () => {
    fc.assert(fc.property(wellFormed({ steps: 120, reversible: true }), (json) => {
      const graph = valid(json);
      const [segment] = segmentsOf(graph);
      if (segment === undefined) return;
      const [end] = branchesOf(uncomputed(graph, segment));
      expect(end?.amplitudes.map(([re, im], at) => Math.abs(re - (at === 0 ? 1 : 0)) < 1e-12 && Math.abs(im) < 1e-12).every(Boolean)).toBe(true);
    }), runs(40));
  });

  it("a gate's inverse's inverse is the gate", () => {
    fc.assert(fc.property(wellFormed({ reversible: true }), (json) => {
      for (const node of valid(json).program.nodes.slice(1)) {
        const inverse = inverseNode(node, "i");
        if (inverse !== undefined) expect(inverseNode(inverse, node.id)).toEqual(node);
      }
    }), runs(40));
    expect(inverseNode({ ...valid(graphOf([])), id: "m", op: "MEASURE_Z", args: {}, vqs: [], chs: [], inputs: [], produces: [], caps: [] }, "i")).toBeUndefined();
  });
});
