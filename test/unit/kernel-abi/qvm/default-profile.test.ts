// A profile for the qubits that name none.
import { expect, it } from "vitest";
import { withProfile } from "../../../../kernel-abi/qvm/default-profile.ts";
import type { Graph, GraphNode } from "../../../../kernel-abi/qvm/graph.ts";
import { isProfile, parseProfile, type Profile } from "../../../../kernel-abi/qvm/qec/profile.ts";

const profile = (text: string): Profile => {
  const read = parseProfile(text);
  if (!isProfile(read)) throw new Error(read.reason);
  return read;
};
const node = (id: string, op: string, args: Readonly<Record<string, unknown>>): GraphNode => ({ id, op, args, vqs: op === "ALLOC_LQ" ? [id] : [], chs: [], inputs: [], produces: [], tags: [] }) as unknown as GraphNode;
const graph = (...nodes: readonly GraphNode[]): Graph => ({ version: "0.1", program: { nodes }, resources: { vqs: [], chs: [], events: [] }, caps: [] });
const profiles = ({ program: { nodes } }: Graph): readonly unknown[] => nodes.filter(({ op }) => op === "ALLOC_LQ").map(({ args }) => args["profile"]);

const NAMED = node("b", "ALLOC_LQ", { profile: "logical:SHYPS(d=3)" });
const PLAIN = graph(node("a", "ALLOC_LQ", { n: 1 }), NAMED, node("w", "SET_POLICY", { code_distance: 6 }), node("c", "ALLOC_LQ", { n: 1 }));
const FILE = "parameters:surface_code(d=5,n=50,cycle_us=1,p=0.001)";

it("is written where there was none, at the distance wished where it is to be had", () => {
  expect(profiles(withProfile(PLAIN, profile("logical:bacon_shor(d=5)")))).toEqual(["logical:bacon_shor(d=5)", "logical:SHYPS(d=3)", "logical:bacon_shor(d=7)"]);
  expect(profiles(withProfile(PLAIN, profile(FILE)))).toEqual([FILE, "logical:SHYPS(d=3)", FILE]);
  expect(profiles(withProfile(PLAIN, profile("sampled:surface_code(d=5,p=0.002)")))[2]).toBe("sampled:surface_code(d=7,p=0.002)");
});

it("leaves everything else, and a graph without such qubits altogether", () => {
  const told = withProfile(PLAIN, profile(FILE));
  expect(told.program.nodes[0]).toEqual({ ...PLAIN.program.nodes[0], args: { n: 1, profile: FILE } });
  expect(told.program.nodes.slice(1, 3)).toEqual(PLAIN.program.nodes.slice(1, 3));
  const named = graph(NAMED);
  expect(withProfile(named, profile(FILE))).toBe(named);
  expect(withProfile(told, profile("logical:qldpc(d=3)"))).toBe(told);
});
