// Order, epochs, needs and statistics of graphs small enough to be counted by hand.
import { describe, expect, it } from "vitest";
import { epochAt, epochsOf, rollbackTo } from "../../../../kernel-abi/qvm/epochs.ts";
import type { Graph } from "../../../../kernel-abi/qvm/graph.ts";
import { needsOf, rotationCost } from "../../../../kernel-abi/qvm/needs.ts";
import { free, orderOf } from "../../../../kernel-abi/qvm/order.ts";
import { costOf, segmentsOf, uncompute } from "../../../../kernel-abi/qvm/rev.ts";
import { statsOf } from "../../../../kernel-abi/qvm/stats.ts";
import { verifyGraph } from "../../../../kernel-abi/qvm/verify.ts";
import { alloc, graphOf, node, upstreamExamples, type NodeJson } from "../../../support/graphs.ts";

const read = (json: unknown): Graph => {
  const { graph, findings } = verifyGraph(json);
  if (graph === undefined) throw new Error(JSON.stringify(findings));
  return graph;
};
const of = (...nodes: NodeJson[]): Graph => read(graphOf(nodes));
const example = (name: string): Graph => read(upstreamExamples().find(([file]) => file.startsWith(name))?.[1]);

/** 0 a, 1 h0, 2 h1, 3 m0, 4 fence, 5 x1 if e, 6 z0, 7 region, 8 m1, 9 free */
const GRAPH = of(
  alloc("q0 q1", { id: "a" }), node("APPLY_H", "q0"), node("APPLY_H", "q1"), node("MEASURE_Z", "q0", { produces: ["e"] }), node("FENCE_EPOCH", "", { id: "f", guard: { event: "e", equals: 1 } }),
  node("APPLY_X", "q1", { guard: { event: "e", equals: 1 } }), node("APPLY_Z", "q0"), node("BAR_REGION"), node("MEASURE_Y", "q1", { produces: ["g"] }), node("FREE_LQ", "q0 q1"),
);

describe("order", () => {
  const order = orderOf(GRAPH);

  it("follows handles and events, and a fence waits for all and all for it", () => {
    expect(order.after).toEqual([[], [0], [0], [1], [0, 1, 2, 3], [4], [4], [4], [4, 5], [4, 6, 8]]);
    expect([order.levels, order.depth]).toEqual([[0, 1, 1, 2, 3, 4, 4, 4, 5, 6], 7]);
  });

  it("leaves everything else free", () => {
    expect([free(order, 1, 2), free(order, 2, 3), free(order, 5, 6), free(order, 6, 8), free(order, 7, 9)]).toEqual([true, true, true, true, true]);
    expect([free(order, 0, 9), free(order, 3, 5), free(order, 5, 9), free(order, 2, 6), free(order, 4, 7), free(order, 3, 3)]).toEqual([false, false, false, false, false, false]);
  });

  it("lets two read one event at once, but none before it is written", () => {
    const graph = of(alloc("q0 q1 q2"), node("MEASURE_Z", "q0", { produces: ["e"] }), node("APPLY_X", "q1", { guard: { event: "e", equals: 1 } }), node("COND_PAULI", "q2", { args: { mask: "X" }, inputs: ["e"] }));
    expect([free(orderOf(graph), 2, 3), free(orderOf(graph), 1, 2), free(orderOf(graph), 1, 3)]).toEqual([true, false, false]);
  });

  it("keeps the order of a channel", () => {
    const graph = of(alloc("q0 q1"), node("OPEN_CHAN", "q0 q1", { chs: ["c"] }), node("USE_CHAN", "", { chs: ["c"] }), node("CLOSE_CHAN", "", { chs: ["c"] }));
    expect(orderOf(graph).after).toEqual([[], [0], [1], [2]]);
  });

  it("keeps what is done to the ends of a channel before and after what it is used for, though the use names none", () => {
    const using = (args: Readonly<Record<string, unknown>>) => orderOf(of(alloc("q0 q1"), node("OPEN_CHAN", "q0 q1", { chs: ["c"] }), node("APPLY_X", "q1"),
      node("USE_CHAN", "", { chs: ["c"], args }), node("APPLY_H", "q0"), node("CLOSE_CHAN", "", { chs: ["c"] }))).after;
    expect([using({ semantic: "swap" }), using({})]).toEqual([[[], [0], [1], [1, 2], [3], [3]], [[], [0], [1], [1], [1], [3]]]);
  });
});

describe("epochs", () => {
  it("end with their fence, the last with the graph", () => {
    expect(epochsOf(GRAPH)).toEqual([{ index: 0, from: 0, to: 5, fence: "f" }, { index: 1, from: 5, to: 10, fence: null }]);
    expect(epochsOf(of(alloc("q0"), node("FENCE_EPOCH"))).length).toBe(1);
    expect(epochsOf(read(graphOf([])))).toEqual([]);
    expect([4, 5, 10].map((at) => epochAt(epochsOf(GRAPH), at)?.index)).toEqual([0, 1, undefined]);
  });

  it("are rolled back to where the reversible run began, not across a fence or a readout", () => {
    expect([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 99].map((at) => rollbackTo(GRAPH, at))).toEqual([0, 1, 1, 1, 4, 5, 5, 5, 5, 9, 10, 10]);
  });
});

describe("needs", () => {
  it("are what the ops take, whatever is declared", () => {
    const graph = of(
      alloc("q0 q1 q2", { args: {} }), node("APPLY_T", "q0"), node("APPLY_RZ", "q0", { args: { theta: "pi/4" } }), node("APPLY_RX", "q1", { args: { theta: 0.3 } }), node("APPLY_RY", "q1", { args: { theta: "-pi/2" }, id: "r2" }),
      node("APPLY_TOFFOLI", "q0 q1 q2"), node("FREE_LQ", "q0 q1"), alloc("q3 q4", { id: "a2", args: { profile: "logical:SHYPS(d=5)" } }), node("INJECT_T_STATE", "q3"), node("OPEN_CHAN", "q2 q3", { chs: ["c"] }), node("TELEPORT_CNOT", "q2 q3", { args: { channel: "c" } }),
      node("CLOSE_CHAN", "", { chs: ["c"] }), node("MEASURE_BELL", "q2 q3", { produces: ["e"] }), node("FENCE_EPOCH"), node("FREE_LQ", "q2 q3 q4"),
    );
    expect(needsOf(graph)).toEqual({
      caps: ["CAP_ALLOC", "CAP_COMPUTE", "CAP_MEASURE", "CAP_TELEPORT", "CAP_MAGIC", "CAP_LINK"], peakQubits: 3, qubits: 5, channels: 1, tStates: 10, rotations: 1, measurements: 1, epochs: 2, nodes: 15,
      profiles: { "logical:surface_code(d=9)": 3, "logical:SHYPS(d=5)": 2 },
    });
  });

  it("tell rotations by their angle", () => {
    expect([0, Math.PI / 2, -Math.PI, Math.PI / 4, 3 * Math.PI / 4, 0.1, undefined].map(rotationCost)).toEqual(["clifford", "clifford", "clifford", "t", "t", "synthesis", "synthesis"]);
  });
});

describe("reversible segments", () => {
  it("are maximal runs of gates; a readout, an allocation and a release end one, fences and regions do not", () => {
    expect(segmentsOf(GRAPH).map(({ from, to, gates, qubits, live, cost }) => ({ from, to, gates, qubits, live, cost }))).toEqual([
      { from: 1, to: 3, gates: [1, 2], qubits: ["q0", "q1"], live: 2, cost: 2 }, { from: 5, to: 7, gates: [5, 6], qubits: ["q1", "q0"], live: 2, cost: 2 },
    ]);
    expect(segmentsOf(example("bell")).map(({ gates, cost }) => [gates.length, cost])).toEqual([[2, 11]]);
    expect(segmentsOf(example("ghz")).map(({ gates, cost, qubits }) => [gates.length, cost, qubits])).toEqual([[4, 31, ["q0", "q1", "q2", "q3"]]]);
    expect(segmentsOf(of(alloc("q0"), node("FENCE_EPOCH"), node("FREE_LQ", "q0")))).toEqual([]);
  });

  it("cost one a gate, ten a CNOT, others by what they are made of", () => {
    const cost = (op: string, vqs: string, mask?: string): number => costOf({ id: "x", op, vqs: vqs.split(" "), chs: [], inputs: [], produces: [], caps: [], args: mask === undefined ? {} : { mask } });
    expect([cost("APPLY_T", "q"), cost("APPLY_CNOT", "a b"), cost("APPLY_SWAP", "a b"), cost("APPLY_TOFFOLI", "a b c")]).toEqual([1, 10, 30, 69]);
    expect([cost("COND_PAULI", "a b c", "X"), cost("COND_PAULI", "a b c", "IXI"), cost("COND_PAULI", "a b", "I")]).toEqual([3, 1, 0]);
  });

  it("are undone last first, by inverse gates under the same conditions, with ids of their own", () => {
    const graph = of(
      alloc("q0 q1"), node("MEASURE_Z", "q0", { id: "undo_0", produces: ["e"] }), node("APPLY_S", "q0"), node("APPLY_RX", "q1", { args: { theta: 0.5 }, guard: { event: "e", equals: 1 } }), node("FENCE_EPOCH"),
      node("COND_PAULI", "q0 q1", { args: { mask: "XY" }, inputs: ["e"] }), node("APPLY_TDG", "q1"),
    );
    const [segment] = segmentsOf(graph);
    if (segment === undefined) throw new Error("no segment");
    expect(uncompute(graph, segment).map(({ id, op, args, guard, inputs }) => ({ id, op, args, guard, inputs }))).toEqual([
      { id: "undo_1", op: "APPLY_T", args: {}, guard: undefined, inputs: [] }, { id: "undo_2", op: "COND_PAULI", args: { mask: "XY" }, guard: undefined, inputs: ["e"] },
      { id: "undo_3", op: "APPLY_RX", args: { theta: -0.5 }, guard: { event: "e", equals: 1 }, inputs: [] }, { id: "undo_4", op: "APPLY_SDG", args: {}, guard: undefined, inputs: [] },
    ]);
  });
});

describe("statistics", () => {
  it("count what there is", () => {
    expect(statsOf(GRAPH)).toEqual({
      needs: needsOf(GRAPH), ops: { ALLOC_LQ: 1, APPLY_H: 2, APPLY_X: 1, APPLY_Z: 1, BAR_REGION: 1, FENCE_EPOCH: 1, FREE_LQ: 1, MEASURE_Y: 1, MEASURE_Z: 1 },
      gates: 4, entangling: 0, guarded: 2, depth: 7, width: 3, epochs: [{ index: 0, nodes: 5, fence: "f" }, { index: 1, nodes: 5, fence: null }],
      rev: { segments: 2, gates: 4, longest: 2, cost: 4, tStates: 0, share: 0.4 },
    });
    expect(statsOf(read(graphOf([])))).toMatchObject({ depth: 0, width: 0, epochs: [], rev: { segments: 0, share: 0 } });
  });
});
