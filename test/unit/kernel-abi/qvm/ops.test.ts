// The op table: complete, consistent with upstream's schema, its unitaries unitary and undone by their inverses; what is made from it.
import { readFileSync } from "node:fs";
import { Compile } from "typebox/compile";
import { describe, expect, it } from "vitest";
import { RULES } from "../../../../kernel-abi/qvm/graph.ts";
import { isOpName, OP_NAMES, OPS, opRow, DEFAULT_PROFILE, type OpRow } from "../../../../kernel-abi/qvm/ops.ts";
import * as profiles from "../../../../kernel-abi/qvm/qec/profile.ts";
import { readGraph } from "../../../../kernel-abi/qvm/read.ts";
import { referencePage } from "../../../../kernel-abi/qvm/reference.ts";
import { GRAPH_SCHEMA } from "../../../../kernel-abi/qvm/schema.ts";
import { verifyGraph } from "../../../../kernel-abi/qvm/verify.ts";
import { graphUnitary, type Complex } from "../../../support/plain-graph.ts";
import { alloc, graphOf, node, qmkJson, upstreamExamples } from "../../../support/graphs.ts";

interface Upstream { readonly properties: { readonly program: { readonly properties: { readonly nodes: { readonly items: { readonly properties: { readonly op: { readonly enum: readonly string[] } } } } } } } }
const upstream = qmkJson("upstream_schema.json") as Upstream;
const STANDARD = upstream.properties.program.properties.nodes.items.properties.op.enum;
const EXTRA = "APPLY_T APPLY_SDG APPLY_TDG APPLY_RX APPLY_RY APPLY_RZ APPLY_CZ APPLY_SWAP APPLY_TOFFOLI MEASURE_Y MEASURE_ANGLE MEASURE_BELL".split(" ");
const beside = (name: string): string => readFileSync(new URL(`../../../../kernel-abi/qvm/${name}`, import.meta.url), "utf8");
const row = (name: string): OpRow => {
  const found = opRow(name);
  if (found === undefined) throw new Error(`no op ${name}`);
  return found;
};

describe("the op table", () => {
  it("has the twenty ops of upstream's schema and the twelve others that are used", () => {
    expect(OP_NAMES.filter((name) => OPS[name].standard).toSorted()).toEqual([...STANDARD].sort());
    expect(OP_NAMES.filter((name) => !OPS[name].standard).toSorted()).toEqual(EXTRA.toSorted());
  });

  it("knows no op by what every object inherits", () => {
    for (const name of ["constructor", "toString", "__proto__", "hasOwnProperty", "", "apply_h"]) expect([isOpName(name), opRow(name)]).toEqual([false, undefined]);
  });

  it("has inverses that are each other's, a unitary for just what is reversible, a role for every qubit", () => {
    for (const name of OP_NAMES) {
      const { inverse, unitary, class: kind, vqs, help, cap, declared } = row(name);
      expect([name, kind === "reversible", kind === "reversible"]).toEqual([name, unitary !== undefined, inverse !== undefined]);
      if (inverse !== undefined) expect([name, row(inverse.op).inverse?.op]).toEqual([name, name]);
      expect([name, vqs.roles.length > 0, help.endsWith("."), !declared || cap !== undefined]).toEqual([name, vqs.most > 0, true, true]);
    }
  });

  it("names the default profile as the profiles do", () => { expect(DEFAULT_PROFILE).toBe(profiles.DEFAULT_PROFILE); });
});

const times = ([a, b]: Complex, [c, d]: Complex): Complex => [a * c - b * d, a * d + b * c];
/** Index with the first operand least significant, as the plain reference has it. */
const turned = (index: number, bits: number): number => Array.from({ length: bits }, (_, bit) => ((index >> bit) & 1) << (bits - 1 - bit)).reduce((sum, bit) => sum | bit, 0);

describe("unitaries", () => {
  const FIXED = OP_NAMES.filter((name) => row(name).unitary?.kind === "matrix");
  const rows = (name: string): readonly (readonly Complex[])[] => {
    const { unitary } = row(name);
    return unitary?.kind === "matrix" ? unitary.rows : [];
  };

  it.each(FIXED)("%s is unitary, undone by its inverse and what a plain simulator makes of it", (name) => {
    const matrix = rows(name);
    const back = rows(row(name).inverse?.op ?? "");
    matrix.forEach((_, i) => {
      matrix.forEach((__, j) => {
        const product = back[i]?.reduce<Complex>((sum, entry, k) => { const [re, im] = times(entry, matrix[k]?.[j] ?? [0, 0]); return [sum[0] + re, sum[1] + im]; }, [0, 0]) ?? [NaN, NaN];
        expect(Math.abs(product[0] - (i === j ? 1 : 0)) + Math.abs(product[1])).toBeLessThan(1e-15);
        expect(back[i]?.[j]?.[0]).toBe(matrix[j]?.[i]?.[0]); // the inverse is the adjoint
        expect((back[i]?.[j]?.[1] ?? NaN) + (matrix[j]?.[i]?.[1] ?? NaN)).toBeCloseTo(0, 15);
      });
    });
    const qubits = row(name).vqs.roles.map((_, at) => `q${at}`);
    const { graph } = readGraph(graphOf([node(name, qubits.join(" "))]));
    const plain = graph === undefined ? [] : graphUnitary(graph, qubits);
    matrix.forEach((entries, i) => {
      entries.forEach((entry, j) => {
        const other = plain[turned(j, qubits.length)]?.[turned(i, qubits.length)] ?? [NaN, NaN]; // by columns
        expect(Math.abs(entry[0] - other[0]) + Math.abs(entry[1] - other[1])).toBeLessThan(1e-15);
      });
    });
  });
});

describe("the JSON Schema", () => {
  const schema = Compile(GRAPH_SCHEMA);
  const theirs = Compile(qmkJson("upstream_schema.json") as Readonly<Record<string, unknown>>);

  it("is the one committed", () => { expect(beside("schema.json")).toBe(`${JSON.stringify(GRAPH_SCHEMA, null, 1)}\n`); });

  it.each(upstreamExamples())("accepts %s", (_, graph) => { expect(schema.Check(graph)).toBe(true); });

  it("accepts what upstream's accepts, and what upstream's executor takes but its schema does not", () => {
    const graph = graphOf([alloc("q0 q1"), node("APPLY_H", "q0"), node("MEASURE_Z", "q0", { produces: ["e"] })]);
    expect([theirs.Check(graph), schema.Check(graph)]).toEqual([true, true]);
    const more = graphOf([alloc("q0"), node("APPLY_RX", "q0", { args: { theta: "pi/2" } }), node("MEASURE_Y", "q0", { produces: ["e"] }), node("APPLY_T", "q0", { guard: { type: "or", conditions: [{ type: "eq", event: "e", value: 1 }] } })]);
    expect([theirs.Check(more), schema.Check(more)]).toEqual([false, true]);
  });

  it("refuses what has another shape", () => {
    const graph = graphOf([alloc("q0")]);
    for (const bad of [
      { ...graph, version: "0.2" }, { ...graph, program: {} }, { ...graph, caps: ["CAP_FLY"] }, graphOf([node("H", "q0")]), graphOf([node("APPLY_X", "q0", { guard: { event: "e", equals: 9 } })]),
      graphOf([node("APPLY_X", "q0", { guard: { type: "and", conditions: [] } })]), graphOf([node("APPLY_RX", "q0")]), graphOf([node("APPLY_CZ", "q0")]), graphOf([node("MEASURE_Y", "q0")]), graphOf([alloc("q0", { id: "a-b" })]),
    ]) expect(schema.Check(bad), JSON.stringify(bad)).toBe(false);
  });

  it("accepts everything that is valid without a warning", () => {
    const cases = qmkJson("malformed.json") as readonly { readonly graph: unknown }[];
    const clean = cases.map(({ graph }) => graph).filter((graph) => verifyGraph(graph, { strict: true }).valid);
    expect([clean.length, clean.every((graph) => schema.Check(graph))]).toEqual([3, true]);
  });
});

describe("the reference page", () => {
  it("is the one committed", () => { expect(beside("REFERENCE.md")).toBe(referencePage()); });

  it("speaks of every op and every rule", () => {
    const page = referencePage();
    for (const name of OP_NAMES) expect(page).toContain(`### ${name}\n`);
    for (const rule of RULES) expect(page).toContain(`| \`${rule}\` |`);
  });

  it("shows a graph that is valid", () => {
    const [, shown = ""] = /```json\n([\s\S]*?)```/.exec(referencePage()) ?? [];
    expect(verifyGraph(JSON.parse(shown)).valid).toBe(true);
  });
});
