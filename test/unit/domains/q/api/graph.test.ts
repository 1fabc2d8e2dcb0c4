// Graphs as circuits, where what they mean is a choice: channels, Bell indices, unproduced events, reuse, angles, limits.
import { describe, expect, it } from "vitest";
import { Fault } from "../../../../../kernel-abi/fault.ts";
import { graphCircuit } from "../../../../../domains/q/api/graph.ts";
import { verifiedGraph } from "../../../../../domains/q/api/graph-verified.ts";
import type { Graph, GraphNode } from "../../../../../kernel-abi/qvm/graph.ts";
import { graphOdds } from "../../../../support/plain-graph.ts";
import { graphOf, jobKey, sampled, type Row } from "../../../../support/qvm-graphs.ts";

const Z = (vq: string, event: string, more: Partial<GraphNode> = {}): Row => ["MEASURE_Z", [vq], { produces: [event], ...more }];
const count = (graph: Graph, shots = 64): unknown => sampled(graphCircuit(graph), shots, jobKey("7"));
const fault = (work: () => unknown): unknown => {
  try { work(); } catch (error) { return error instanceof Fault ? [error.fault, error.detail["what"]] : error; }
  return undefined;
};
const channel = (semantic: string | undefined, vqs: readonly string[]): Graph => graphOf(
  ["ALLOC_LQ", ["a", "b"]], ["APPLY_X", ["a"]], ["OPEN_CHAN", ["a", "b"], { chs: ["c"] }], ["USE_CHAN", vqs, { chs: ["c"], args: semantic === undefined ? {} : { semantic } }],
  ["CLOSE_CHAN", [], { chs: ["c"] }], Z("a", "ea"), Z("b", "eb"));

describe("a channel", () => {
  it.each([
    ["teleport", ["a", "b"], "ea=0 eb=1"], ["teleport", ["a"], "ea=0 eb=1"], ["teleport", ["b", "a"], "ea=0 eb=0"], ["swap", ["b", "a"], "ea=0 eb=1"],
    ["teleport", [], "ea=0 eb=1"], ["teleport", ["b"], "ea=0 eb=0"], ["swap", [], "ea=0 eb=1"], ["swap", ["b"], "ea=0 eb=1"],
    [undefined, ["a", "b"], "ea=1 eb=0"], [undefined, [], "ea=1 eb=0"],
  ])("used for %s with ends %j leaves %s", (semantic, vqs, key) => {
    const graph = channel(semantic, vqs);
    expect(count(graph)).toEqual({ [key]: 64 });
    expect([...graphOdds(graph)]).toEqual([[key, 1]]);
  });
  it.each([["teleport", "ea=0 eb=1"], ["swap", "ea=0 eb=1"]])("used for %s without ends is the same on the state vector", (semantic, key) => {
    const { program: { nodes }, ...rest } = channel(semantic, []);
    const magic = { ...nodes[1], id: "t", op: "APPLY_T", vqs: ["a"] } as GraphNode;
    expect(count({ ...rest, program: { nodes: [...nodes.slice(0, 2), magic, ...nodes.slice(2)] } })).toEqual({ [key]: 64 });
  });
});

describe("events", () => {
  it("of a guarded readout are - where the guard fails, and hold for no guard then", () => {
    const graph = graphOf(["ALLOC_LQ", ["a", "b", "c", "d"]], Z("a", "e0"), Z("b", "e1", { guard: { event: "e0", equals: 1 } }),
      ["APPLY_X", ["c"], { guard: { event: "e1", equals: 0 } }], Z("c", "e2"), ["APPLY_X", ["d"], { guard: { type: "or", conditions: [{ event: "e1", equals: 0 }, { event: "e0", equals: 0 }] } }], Z("d", "e3"));
    expect(count(graph)).toEqual({ "e0=0 e1=- e2=0 e3=1": 64 });
  });
  it("of a Bell index guard by the index, 0 to 3", () => {
    for (const [index, gates] of [[], ["APPLY_X"], ["APPLY_Z"], ["APPLY_X", "APPLY_Z"]].entries()) {
      const guarded = [0, 1, 2, 3].flatMap((equals): readonly Row[] => [["APPLY_X", [`t${equals}`], { guard: { event: "k", equals } }], Z(`t${equals}`, `m${equals}`)]);
      const graph = graphOf(["ALLOC_LQ", ["a", "b", "t0", "t1", "t2", "t3"]], ["APPLY_H", ["a"]], ["APPLY_CNOT", ["a", "b"]], ...gates.map((op): Row => [op, ["b"]]), ["MEASURE_BELL", ["a", "b"], { produces: ["k"] }], ...guarded);
      expect(count(graph, 8)).toEqual({ [`k=${index} ${[0, 1, 2, 3].map((at) => `m${at}=${at === index ? 1 : 0}`).join(" ")}`]: 8 });
    }
  });
  it("are the exclusive or for COND_PAULI, each time they are named", () => {
    const graph = (inputs: readonly string[]): Graph => graphOf(["ALLOC_LQ", ["a", "b", "c"]], ["APPLY_X", ["a"]], Z("a", "x"), Z("b", "y"), ["COND_PAULI", ["c"], { inputs, args: { mask: "X" } }], Z("c", "z"));
    expect([["x"], ["y"], ["x", "y"], ["x", "x"], []].map((inputs) => Object.keys(count(graph(inputs)) as object)[0]?.slice(-1))).toEqual(["1", "0", "1", "0", "1"]);
  });
  it("can be asked for one shot at a time", () => {
    const plan = graphCircuit(graphOf(["ALLOC_LQ", ["a", "b"]], Z("b", "y"), Z("a", "x")));
    expect([plan.events, plan.eventsOf("10"), plan.keyOf([0, 1])]).toEqual([["x", "y"], { x: 0, y: 1 }, "x=1 y=0"]);
    expect(plan.countsOf([{ "10": 3 }, { "10": 2, "00": 1 }])).toEqual({ "x=0 y=0": 1, "x=0 y=1": 5 });
  });
});

describe("qubits", () => {
  it("that were freed are used again, clean", () => {
    const rounds = Array.from({ length: 200 }, (_, at): readonly Row[] => [["ALLOC_LQ", [`q${at}`]], Z(`q${at}`, `e${at}`), ["APPLY_X", [`q${at}`]], ["FREE_LQ", [`q${at}`]]]).flat();
    const plan = graphCircuit(graphOf(...rounds));
    expect(plan.circuit?.qubits).toBe(1);
    expect(Object.keys(sampled(plan, 3, jobKey("7"))).every((key) => !key.includes("=1"))).toBe(true);
  });
  it("get a magic state whatever they were", () => {
    const graph = graphOf(["ALLOC_LQ", ["a"]], ["APPLY_X", ["a"]], ["INJECT_T_STATE", ["a"]], ["APPLY_TDG", ["a"]], ["MEASURE_X", ["a"], { produces: ["x"] }]);
    expect(count(graph)).toEqual({ "x=0": 64 });
  });
  it("are as many as a provider has at once", () => {
    const wide = (n: number): Graph => graphOf(["ALLOC_LQ", Array.from({ length: n }, (_, at) => `q${at}`)]);
    expect(fault(() => graphCircuit(wide(16_384)))).toBeUndefined();
    expect(fault(() => graphCircuit(wide(16_385)))).toEqual(["Q_ERR_GATE_UNSUPPORTED", undefined]);
  });
});

describe("angles", () => {
  it.each([[Math.PI / 2, true], [5 * Math.PI, true], [-11 * (Math.PI / 2), true], [0, true], [Math.PI / 4, false], [1.5707963, false]])("of %f are Clifford: %s", (theta, clifford) => {
    const graph = graphOf(["ALLOC_LQ", ["a"]], ["APPLY_RX", ["a"], { args: { theta } }], ["MEASURE_ANGLE", ["a"], { args: { angle: theta }, produces: ["e"] }]);
    expect(graphCircuit(graph).circuit?.isClifford).toBe(clifford);
  });
  it("are folded without changing what is measured", () => {
    const graph = graphOf(["ALLOC_LQ", ["a"]], ["APPLY_RX", ["a"], { args: { theta: 9 * (Math.PI / 2) } }], ["MEASURE_Y", ["a"], { produces: ["e"] }]);
    expect(count(graph)).toEqual({ "e=1": 64 }); // RX(π/2)|0⟩ = |−i⟩
  });
});

describe("what no verified graph holds", () => {
  it.each<readonly [string, Graph, string]>([
    ["an unknown operation", graphOf(["ALLOC_LQ", ["a"]], ["APPLY_FOO", ["a"]]), "no such operation"],
    ["an inherited name", graphOf(["ALLOC_LQ", ["a"]], ["toString", ["a"]]), "no such operation"],
    ["a qubit that is not allocated", graphOf(["APPLY_H", ["a"]]), "a qubit is not allocated"],
    ["a qubit that was freed", graphOf(["ALLOC_LQ", ["a"]], ["FREE_LQ", ["a"]], ["APPLY_H", ["a"]]), "a qubit is not allocated"],
    ["a qubit allocated twice", graphOf(["ALLOC_LQ", ["a", "a"]]), "a qubit is allocated twice"],
    ["a qubit standing twice", graphOf(["ALLOC_LQ", ["a"]], ["APPLY_CNOT", ["a", "a"]]), "a qubit stands twice"],
    ["too few operands", graphOf(["ALLOC_LQ", ["a"]], ["APPLY_CNOT", ["a"]]), "an operand is missing"],
    ["a guard before its event", graphOf(["ALLOC_LQ", ["a"]], ["APPLY_X", ["a"], { guard: { event: "e", equals: 1 } }]), "a guard on an event that is not produced before it"],
    ["an event produced twice", graphOf(["ALLOC_LQ", ["a"]], Z("a", "e"), Z("a", "e")), "an event is produced twice"],
    ["a readout without an event", graphOf(["ALLOC_LQ", ["a"]], ["MEASURE_Z", ["a"]]), "a readout produces one event for each qubit, or one index"],
    ["an angle that is none", graphOf(["ALLOC_LQ", ["a"]], ["APPLY_RX", ["a"], { args: { theta: "pi" } }]), "an angle is a number of radians"],
    ["a mask that is none", graphOf(["ALLOC_LQ", ["a"]], ["COND_PAULI", ["a"], { args: { mask: "Q" } }]), "a mask is made of I, X, Y and Z"],
  ])("%s is refused by name", (_, graph, what) => { expect(fault(() => graphCircuit(graph))).toEqual(["QVM_NOT_EXECUTABLE", what]); });

  it("is refused before, where the graph is verified", () => {
    expect(fault(() => verifiedGraph({ version: "0.1", program: { nodes: [] }, resources: { vqs: ["q"], chs: [], events: [] }, caps: [] }))).toMatchObject(["GRAPH_INVALID", expect.any(String)]);
  });
  it.each([-1, 0.5, NaN])("takes no prefix of %f nodes", (nodes) => { expect(fault(() => graphCircuit(graphOf(), { nodes }))).toMatchObject(["ABI_MALFORMED", undefined]); });
});
