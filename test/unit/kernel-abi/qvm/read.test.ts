// Reading: what is normalised, what is tolerated, and values that want to harm.
import { describe, expect, it } from "vitest";
import { isLeaf, type Guard } from "../../../../kernel-abi/qvm/graph.ts";
import { holds, leavesOf } from "../../../../kernel-abi/qvm/guards.ts";
import { GRAPH_LIMITS } from "../../../../kernel-abi/qvm/ops.ts";
import { readGraph } from "../../../../kernel-abi/qvm/read.ts";
import { verifyGraph } from "../../../../kernel-abi/qvm/verify.ts";
import { alloc, graphOf, node, type NodeJson } from "../../../support/graphs.ts";

const nodeOf = (json: NodeJson): unknown => readGraph(graphOf([json])).graph?.program.nodes[0];
const rules = (json: unknown): readonly string[] => verifyGraph(json).findings.map(({ rule, severity }) => `${severity} ${rule}`);

describe("a graph that is read", () => {
  it("has every array, angles as numbers, one spelling", () => {
    expect(nodeOf(node("APPLY_RX", "q0", { id: "r", args: { theta: "-pi/2" } }))).toEqual({ id: "r", op: "APPLY_RX", args: { theta: -Math.PI / 2 }, vqs: ["q0"], chs: [], inputs: [], produces: [], caps: [] });
    expect(nodeOf(node("MEASURE_ANGLE", "q0", { args: { theta: -0 }, produces: ["e"] }))).toMatchObject({ args: { angle: 0 } });
    expect(nodeOf(node("COND_PAULI", "q0", { args: { pauli: "xz" } }))).toMatchObject({ args: { mask: "XZ" } });
    expect(nodeOf(node("OPEN_CHAN", "q0 q1", { args: { opts: { fidelity: 0.9, type: "bell" } } }))).toMatchObject({ args: { fidelity: 0.9, type: "bell" } });
    expect(nodeOf(node("APPLY_X", "q0", { metadata: { note: [1, { a: null }] } }))).toMatchObject({ metadata: { note: [1, { a: null }] } });
  });

  it("has guards of one form", () => {
    const guard = { type: "and", conditions: [{ type: "eq", event: "a", value: 1 }, { type: "or", conditions: [{ event: "b", equals: 0 }, { type: "eq", event: "c", equals: 3 }] }] };
    expect(nodeOf(node("APPLY_X", "q0", { guard }))).toMatchObject({ guard: { type: "and", conditions: [{ event: "a", equals: 1 }, { type: "or", conditions: [{ event: "b", equals: 0 }, { event: "c", equals: 3 }] }] } });
    expect(nodeOf(node("APPLY_X", "q0", { guard: { event: "a", value: 1 } }))).toMatchObject({ guard: { event: "a", equals: 1 } });
    for (const bad of [{ event: "a", equals: 1, value: 0 }, { event: "a", equals: 1, conditions: [] }, { type: "not", conditions: [{ event: "a", equals: 1 }] }, { type: "and", conditions: guard }, { equals: 1 }, [], "a==1", 1, { event: 1, equals: 1 }]) {
      expect([bad, rules(graphOf([alloc("q0"), node("APPLY_X", "q0", { guard: bad })]))[0]]).toEqual([bad, "error schema"]);
    }
  });

  it("keeps what is for people", () => {
    const { graph } = readGraph({ ...graphOf([]), description: "d", metadata: { a: 1 } });
    expect(graph).toMatchObject({ description: "d", metadata: { a: 1 } });
  });

  it("is a copy: what is done to the original later changes nothing", () => {
    const nodes = [alloc("q0", { id: "a", args: { n: 1 }, metadata: { list: [1] } })];
    const given = graphOf(nodes);
    const { graph } = verifyGraph(given);
    const before = JSON.stringify(graph);
    Object.assign(nodes[0]?.args ?? {}, { n: 7 });
    Object.assign((nodes[0]?.vqs ?? []) as string[], ["other"]);
    (nodes as unknown[]).push(null);
    (given.resources.vqs as string[]).push("evil");
    expect(JSON.stringify(graph)).toBe(before);
  });

  it("without caps declares what its ops need, with a warning", () => {
    const { caps: _, ...lacking } = graphOf([alloc("q0"), node("INJECT_T_STATE", "q0"), node("FREE_LQ", "q0")]);
    const { valid, graph, findings } = verifyGraph(lacking);
    expect([valid, graph?.caps, findings.map(({ fix }) => fix)]).toEqual([true, ["CAP_ALLOC", "CAP_MAGIC"], ['Add "caps": ["CAP_ALLOC","CAP_MAGIC"].']]);
  });
});

describe("the format before 0.1", () => {
  const legacy = {
    nodes: [
      { id: "a", op: "ALLOC_LQ", outputs: ["q0", "q1"], profile: "logical:surface_code(d=3)" }, { id: "h", op: "H", qubits: ["q0"], deps: ["a"] },
      { id: "c", op: "CNOT", qubits: ["q0", "q1"], deps: ["h"] }, { id: "r", op: "RZ", qubits: ["q1"], params: { theta: "pi/4" } }, { id: "f", op: "FENCE" },
      { id: "m", op: "MEASURE_Z", qubits: ["q0"], outputs: ["e"] }, { id: "x", op: "X", qubits: ["q1"], guard: { event: "e", equals: 1 } }, { id: "e", op: "FREE_LQ", qubits: ["q0", "q1"] },
    ],
    edges: [],
  };

  it("is read as 0.1, with warnings", () => {
    const { valid, findings, graph } = verifyGraph(legacy);
    expect([valid, findings.map(({ rule, severity }) => [rule, severity])]).toEqual([true, [["schema", "warning"], ["schema", "warning"]]]);
    expect(graph?.program.nodes.map(({ id, op }) => `${id} ${op}`)).toEqual(["a ALLOC_LQ", "h APPLY_H", "c APPLY_CNOT", "r APPLY_RZ", "f FENCE_EPOCH", "m MEASURE_Z", "x APPLY_X", "e FREE_LQ"]);
    expect(graph?.program.nodes[3]?.args).toEqual({ theta: Math.PI / 4 });
    expect(graph?.program.nodes[0]).toMatchObject({ vqs: ["q0", "q1"], produces: [], args: { profile: "logical:surface_code(d=3)" } });
    expect(graph?.resources).toEqual({ vqs: ["q0", "q1"], chs: [], events: ["e"] });
    expect(graph?.caps).toEqual(["CAP_ALLOC"]);
  });

  it("is sorted by deps and edges when its nodes do not stand in their order", () => {
    const [a, h, c, ...others] = legacy.nodes;
    const sorted = verifyGraph({ nodes: [c, h, a, ...others], edges: [] });
    expect([sorted.valid, sorted.graph?.program.nodes.map(({ id }) => id).join("")]).toEqual([true, "ahcrfmxe"]);
    const edges = [{ from: "m", to: "x" }, ["a", "m"]];
    const by = verifyGraph({ nodes: legacy.nodes.toSpliced(5, 2, legacy.nodes[6] as never, legacy.nodes[5] as never), edges });
    expect([by.valid, by.graph?.program.nodes.map(({ id }) => id).join("")]).toEqual([true, "ahcrfmxe"]);
  });

  it("is refused when its nodes wait for each other", () => {
    expect(rules({ nodes: [{ id: "a", op: "H", deps: ["b"] }, { id: "b", op: "H", deps: ["a"] }] })).toContain("error schema");
  });

  it("is refused for what 0.1 refuses", () => {
    expect(rules({ nodes: [{ id: "a", op: "ALLOC_LQ", outputs: ["q0"], profile: "surface:d=3" }, { id: "b", op: "FROB", qubits: ["q0"] }] })).toEqual(expect.arrayContaining(["error profile", "error unknown-op"]));
  });
});

describe("values that want to harm", () => {
  const bad = (json: unknown): void => {
    const { valid, findings, graph } = verifyGraph(json);
    expect([valid, graph, findings.length > 0, findings.every(({ message, fix }) => message !== "" && fix !== "")]).toEqual([false, undefined, true, true]);
  };
  const good = graphOf([alloc("q0", { id: "a" }), node("FREE_LQ", "q0", { id: "f" })]);
  const withNode = (given: unknown): unknown => ({ ...good, program: { nodes: [...good.program.nodes, given] } });

  it.each([undefined, null, 0, NaN, "graph", true, [], [[]], 1n, Symbol("s"), () => good, new Map([["version", "0.1"]]), new Date(0)])("%s", bad);

  it("computed fields are refused and not computed", () => {
    let computed = 0;
    const get = (): string => { computed++; return "0.1"; };
    bad(Object.defineProperty({ ...good }, "version", { get, enumerable: true }));
    bad(withNode(Object.defineProperty({ op: "APPLY_H", vqs: ["q0"] }, "id", { get, enumerable: true })));
    bad(withNode({ id: "x", op: "APPLY_RX", vqs: ["q0"], args: Object.defineProperty({}, "theta", { get, enumerable: true }) }));
    bad(withNode({ id: "x", op: "APPLY_H", vqs: Object.defineProperty(["q0"], 0, { get }) }));
    bad(withNode({ id: "x", op: "APPLY_H", vqs: ["q0"], guard: Object.defineProperty({ equals: 1 }, "event", { get, enumerable: true }) }));
    expect(computed).toBe(0);
  });

  it("proxies that throw, inherited fields, foreign prototypes", () => {
    const thrower = new Proxy({}, { getOwnPropertyDescriptor: () => { throw new RangeError("no"); }, ownKeys: () => { throw new RangeError("no"); } });
    bad(thrower);
    bad(withNode(thrower));
    bad({ ...good, resources: thrower });
    bad(Object.create(good));
    bad(withNode(Object.create({ id: "x", op: "APPLY_H", vqs: ["q0"] })));
  });

  it("objects that contain themselves", () => {
    const circle: Record<string, unknown> = { type: "and" };
    circle["conditions"] = [circle];
    bad(withNode({ id: "x", op: "BAR_REGION", guard: circle }));
    bad(withNode({ id: "x", op: "BAR_REGION", args: { tag: circle } }));
    bad({ ...good, metadata: circle });
    const nodes: unknown[] = [];
    nodes.push(nodes);
    bad({ ...good, program: { nodes } });
  });

  it("guards deeper or wider than anything needs", () => {
    const deep = (levels: number): unknown => Array.from({ length: levels }).reduce((inner) => ({ type: "and", conditions: [inner] }), { event: "e", equals: 1 });
    const measured = graphOf([alloc("q0"), node("MEASURE_Z", "q0", { produces: ["e"] })]);
    const guarded = (guard: unknown): unknown => ({ ...measured, program: { nodes: [...measured.program.nodes, { id: "x", op: "APPLY_X", vqs: ["q0"], guard }] } });
    expect(verifyGraph(guarded(deep(GRAPH_LIMITS.guardDepth - 1))).valid).toBe(true);
    bad(guarded(deep(GRAPH_LIMITS.guardDepth)));
    bad(guarded(deep(200_000)));
    const wide = (count: number): unknown => ({ type: "or", conditions: Array.from({ length: count }, () => ({ event: "e", equals: 1 })) });
    expect(verifyGraph(guarded(wide(GRAPH_LIMITS.guardLeaves))).valid).toBe(true);
    bad(guarded(wide(GRAPH_LIMITS.guardLeaves + 1)));
    bad(JSON.parse(`{"version":"0.1","metadata":${"[".repeat(5_000)}${"]".repeat(5_000)},"program":{"nodes":[]},"resources":{"vqs":[],"chs":[],"events":[]},"caps":[]}`));
  });

  it("names and fields that mean something to JavaScript", () => {
    for (const name of ["__proto__", "constructor", "prototype"]) bad({ ...good, resources: { ...good.resources, events: [name] } });
    bad(withNode(JSON.parse('{"id": "x", "op": "BAR_REGION", "args": {"__proto__": {"tag": "t"}}}')));
    bad({ ...good, metadata: JSON.parse('{"__proto__": {"polluted": 1}}') });
    bad(withNode({ id: "toString", op: "hasOwnProperty" }));
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
    expect(verifyGraph(JSON.parse(JSON.stringify(good).replace("}", ',"__proto__":{"version":"9"}}'))).findings.every(({ severity }) => severity === "warning" || severity === "error")).toBe(true);
  });

  it("numbers that are none, lists that are not what they say", () => {
    for (const theta of [NaN, Infinity, -Infinity, 1e308, "1e999", "9".repeat(300), [1], {}, null, true]) bad(withNode({ id: "x", op: "APPLY_RX", vqs: ["q0"], args: { theta } }));
    for (const n of [0, -1, 1.5, 1e21, "1", NaN]) bad(graphOf([alloc("q0", { args: { n } })]));
    for (const vqs of ["q0", { 0: "q0", length: 1 }, [1], [null], [["q0"]], [,]]) bad(withNode({ id: "x", op: "APPLY_H", vqs }));
    const sparse: unknown[] = [];
    sparse.length = 4_294_967_295;
    bad({ ...good, program: { nodes: sparse } });
    bad({ ...good, resources: { ...good.resources, events: sparse } });
  });
});

describe("guards", () => {
  const guard: Guard = { type: "or", conditions: [{ type: "and", conditions: [{ event: "a", equals: 1 }, { event: "b", equals: 0 }] }, { event: "c", equals: 3 }] };

  it("hold when they say so; an event that was not produced equals nothing", () => {
    const of = (values: Readonly<Record<string, number>>) => holds(guard, (event) => values[event]);
    expect([of({ a: 1, b: 0 }), of({ a: 1, b: 1 }), of({ a: 1 }), of({ c: 3 }), of({ c: 2 }), of({})]).toEqual([true, false, false, true, false, false]);
  });

  it("list their leaves as written", () => {
    expect([leavesOf(guard).map(({ event }) => event), leavesOf(undefined), isLeaf(guard)]).toEqual([["a", "b", "c"], [], false]);
  });
});
