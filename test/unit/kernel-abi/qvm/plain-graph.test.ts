// The plain reference against distributions computed elsewhere, and against what a textbook says of it.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { eventKey, fidelity, graphOdds, graphState, graphUnitary, NotExecutable, type PlainGraph, type PlainNode } from "../../../support/plain-graph.ts";

const DATA = new URL("../../../data/qmk/", import.meta.url);
const read = (name: string): unknown => JSON.parse(readFileSync(new URL(name, DATA), "utf8"));

interface Case { readonly graph?: PlainGraph; readonly exact: Readonly<Record<string, number>> }
const { examples, constructed } = read("distributions.json") as { readonly examples: Readonly<Record<string, Case>>; readonly constructed: Readonly<Record<string, Case>> };

/** The other spelling of a guard's leaf, {type: "eq", event, value}, made the one that normalised graphs have. */
const normalised = (graph: PlainGraph): PlainGraph => JSON.parse(JSON.stringify(graph).replaceAll('"type":"eq",', "").replaceAll('"value":', '"equals":')) as PlainGraph;
const CASES: readonly (readonly [string, PlainGraph, Case["exact"]])[] = [
  ...Object.entries(examples).map(([name, { exact }]) => [name, read(`examples/${name}`) as PlainGraph, exact] as const),
  ...Object.entries(constructed).map(([name, { graph, exact }]) => [name, normalised(graph as PlainGraph), exact] as const),
];

const sorted = (key: string): string => key.split(" ").sort().join(" ");
const alloc = (...vqs: string[]): PlainNode => ({ id: "alloc", op: "ALLOC_LQ", vqs });
const node = (op: string, vqs: readonly string[], more: Partial<PlainNode> = {}): PlainNode => ({ id: op, op, vqs, ...more });
const graphOf = (events: readonly string[], ...nodes: readonly PlainNode[]): PlainGraph => ({ program: { nodes }, resources: { events } });

describe("the plain reference of graphs", () => {
  it.each(CASES)("gives the distribution of %s", (_, graph, exact) => {
    const odds = new Map([...graphOdds(graph)].map(([key, value]) => [sorted(key), value]));
    expect([...odds.keys()].sort()).toEqual(Object.keys(exact).map(sorted).sort());
    for (const [key, value] of Object.entries(exact)) expect(odds.get(sorted(key))).toBeCloseTo(value, 6);
  });

  it("has cases", () => { expect(CASES).toHaveLength(16); });

  it("turns a state as RX, RY and RZ say", () => {
    const theta = 0.7;
    const [c, s] = [Math.cos(theta / 2), Math.sin(theta / 2)];
    const columns = (op: string): unknown => graphUnitary(graphOf([], node(op, ["q"], { args: { theta } })), ["q"]).map((column) => column.map(([re, im]) => [re + 0, im + 0]));
    expect(columns("APPLY_RX")).toEqual([[[c, 0], [0, -s]], [[0, -s], [c, 0]]]);
    expect(columns("APPLY_RY")).toEqual([[[c, 0], [s, 0]], [[-s, 0], [c, 0]]]);
    expect(columns("APPLY_RZ")).toEqual([[[c, -s], [0, 0]], [[0, 0], [c, s]]]);
  });

  it("takes the first operand of CNOT and TOFFOLI as control", () => {
    const state = graphState(graphOf([], alloc("a", "b", "c"), node("APPLY_X", ["c"]), node("APPLY_CNOT", ["c", "a"]), node("TOFFOLI", ["a", "c", "b"])));
    expect(state.amplitudes.findIndex(([re]) => re === 1)).toBe(7);
  });

  it("leaves the eigenstate of a readout, and traces out what is freed", () => {
    const repeated = (op: string, args?: PlainNode["args"]): readonly string[] => [...graphOdds(graphOf(["a", "b"], alloc("q"),
      node("APPLY_RX", ["q"], { args: { theta: 1 } }), node(op, ["q"], { produces: ["a"], ...(args && { args }) }), node(op, ["q"], { produces: ["b"], ...(args && { args }) }))).keys()].sort();
    for (const op of ["MEASURE_X", "MEASURE_Y", "MEASURE_Z"]) expect(repeated(op)).toEqual(["a=0 b=0", "a=1 b=1"]);
    expect(repeated("MEASURE_ANGLE", { angle: 1.1 })).toEqual(["a=0 b=0", "a=1 b=1"]);
    const half = graphOdds(graphOf(["m"], alloc("q", "r"), node("APPLY_H", ["q"]), node("APPLY_CNOT", ["q", "r"]), node("FREE_LQ", ["q"]), node("MEASURE_X", ["r"], { produces: ["m"] })));
    expect([half.get("m=0"), half.get("m=1")].map((odds) => Math.round((odds ?? 0) * 1e9) / 1e9)).toEqual([0.5, 0.5]);
  });

  it("writes - for what was never produced, where no guard holds", () => {
    const odds = graphOdds(graphOf(["b", "a"], alloc("q"), node("MEASURE_Z", ["q"], { produces: ["a"] }), node("MEASURE_Z", ["q"], { produces: ["b"], guard: { event: "a", equals: 1 } }),
      node("APPLY_X", ["q"], { guard: { event: "b", equals: 0 } })));
    expect([...odds.keys()]).toEqual(["a=0 b=-"]);
    expect(eventKey(["z", "a"], new Map([["z", 3]]))).toBe("a=- z=3");
  });

  it("flips by the parity of its inputs, without inputs whenever its guard holds", () => {
    const flipped = (more: Partial<PlainNode>): readonly string[] => [...graphOdds(graphOf(["m", "o"], alloc("p", "q"), node("APPLY_X", ["p"]), node("MEASURE_Z", ["p"], { produces: ["m"] }),
      node("COND_PAULI", ["q"], more), node("MEASURE_Z", ["q"], { produces: ["o"] }))).keys()];
    expect(flipped({ args: { mask: "X" }, inputs: ["m"] })).toEqual(["m=1 o=1"]);
    expect(flipped({ args: { mask: "X" }, inputs: ["m", "m"] })).toEqual(["m=1 o=0"]);
    expect(flipped({ args: { pauli: "X" }, guard: { event: "m", equals: 1 } })).toEqual(["m=1 o=1"]);
    expect(flipped({ args: { mask: "Z" }, inputs: ["m"] })).toEqual(["m=1 o=0"]);
  });

  it("tells unitaries apart up to a phase, and refuses what it does not know", () => {
    const of = (...nodes: readonly PlainNode[]): ReturnType<typeof graphUnitary> => graphUnitary(graphOf([], ...nodes), ["q"]);
    expect(fidelity(of(node("APPLY_RZ", ["q"], { args: { theta: Math.PI / 2 } })), of(node("APPLY_S", ["q"])))).toBeCloseTo(1, 12);
    expect(fidelity(of(node("APPLY_S", ["q"])), of(node("APPLY_SDG", ["q"])))).toBeLessThan(0.1);
    expect(() => graphOdds(graphOf([], node("APPLY_FOO", ["q"])))).toThrow(NotExecutable);
    expect(() => graphOdds(graphOf([], node("APPLY_H", ["q"])))).toThrow(/not allocated/);
  });
});
