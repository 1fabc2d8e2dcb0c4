// A graph and its text: whatever the graph, valid or not, its assembly assembles to an equal graph, and that has the same text.
import fc from "fast-check";
import process from "node:process";
import { describe, expect, it } from "vitest";
import { assemble } from "../../../../kernel-abi/qvm/asm/assemble.ts";
import { disassemble } from "../../../../kernel-abi/qvm/asm/disassemble.ts";
import { graphText } from "../../../../kernel-abi/qvm/asm/wire.ts";
import type { Graph, GraphNode, Guard } from "../../../../kernel-abi/qvm/graph.ts";
import { readGraph } from "../../../../kernel-abi/qvm/read.ts";
import { wellFormed } from "../../../support/graphs.ts";
import { OP_NAMES } from "../../../../kernel-abi/qvm/ops.ts";

const numRuns = process.env["TRIAD_LONG"] === "1" ? 100_000 : 300;

/** Names that mean something elsewhere in the language, and names that several kinds of handle share. */
const name = fc.oneof(
  fc.constantFrom("q0", "q1", "m0", "ch0", "ev1", "check", "even0", "if", "meta", "all", "any", "and", "or", "not", "pi", "true", "f", "math", "call", "step", "n1", "x_2", "for", "in", "_", "A"),
  fc.stringMatching(/^[a-zA-Z_][a-zA-Z0-9_]{0,6}$/),
);
const cap = fc.constantFrom("CAP_ALLOC", "CAP_COMPUTE", "CAP_MAGIC", "CAP_X_Y");
const text = fc.oneof(fc.string({ unit: "binary", maxLength: 8 }), fc.string({ maxLength: 8 }), fc.constantFrom("{x}", "}}{{", "a;b", "\"", "'", "\\", "\n", "\u2028", "{", "logical:SHYPS(d=9)"));
const number = fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constantFrom(1e-3, 1e21, 5e-324, -1.5e300, 0)).map((value) => value + 0);
const data = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof({ maxDepth: 4 }, number, text, fc.boolean(), fc.constant(null), fc.array(tie("value"), { maxLength: 3 }), fc.dictionary(text, tie("value"), { maxKeys: 3, noNullPrototype: true })),
})).value;
const record = fc.dictionary(fc.oneof(name, text), data, { maxKeys: 3, noNullPrototype: true });
const guard = fc.letrec<{ guard: Guard }>((tie) => ({
  guard: fc.oneof({ maxDepth: 4 }, fc.record({ event: name, equals: fc.integer({ min: -1, max: 4 }) }),
    fc.record({ type: fc.constantFrom("and" as const, "or" as const), conditions: fc.array(tie("guard"), { minLength: 1, maxLength: 3 }) })),
})).guard;
const names = fc.array(name, { maxLength: 3 });

const node: fc.Arbitrary<GraphNode> = fc.record({
  id: name, op: fc.constantFrom(...OP_NAMES), args: record, vqs: names, chs: fc.oneof(fc.constant([]), names), inputs: fc.oneof(fc.constant([]), names), produces: fc.oneof(fc.constant([]), names), caps: fc.array(cap, { maxLength: 2 }),
  guard, metadata: record,
}, { requiredKeys: ["id", "op", "args", "vqs", "chs", "inputs", "produces", "caps"] });

const sorted = (all: readonly string[]): readonly string[] => [...new Set(all)].sort();
const leaves = (of: Guard | undefined): readonly string[] => (of === undefined ? [] : "event" in of ? [of.event] : of.conditions.flatMap(leaves));
/** As a graph that was collected declares them. */
const used = (nodes: readonly GraphNode[]): Graph["resources"] => ({
  vqs: sorted(nodes.flatMap(({ vqs }) => vqs)), chs: sorted(nodes.flatMap(({ chs }) => chs)), events: sorted(nodes.flatMap((one) => [...one.produces, ...one.inputs, ...leaves(one.guard)])),
});

const graph: fc.Arbitrary<Graph> = fc.record({
  nodes: fc.uniqueArray(node, { selector: ({ id }) => id, maxLength: 8 }), other: fc.option(fc.record({ vqs: names, chs: names, events: names })), caps: fc.array(cap, { maxLength: 3 }), description: fc.option(text), metadata: fc.option(record),
}).map(({ nodes, other, caps, description, metadata }) => ({
  version: "0.1", program: { nodes }, resources: other ?? used(nodes), caps, ...(description === null ? {} : { description }), ...(metadata === null ? {} : { metadata }),
}));

describe("a graph and its assembly", () => {
  it("are the same thing in two spellings", () => {
    fc.assert(fc.property(graph, (given) => {
      const written = disassemble(given);
      const read = assemble(written);
      expect(read).toEqual(given);
      expect(disassemble(read)).toBe(written);
    }), { numRuns });
  });

  it("are the same when the graph has been JSON in between", () => {
    fc.assert(fc.property(graph, (given) => {
      const parsed = JSON.parse(graphText(given)) as { readonly program: { readonly nodes: readonly Partial<GraphNode>[] } };
      const nodes = parsed.program.nodes.map((one) => ({ args: {}, vqs: [], chs: [], inputs: [], produces: [], caps: [], ...one }));
      expect({ ...parsed, program: { nodes } }).toEqual(given);
    }), { numRuns });
  });

  /** JSON has no -0. */
  const plain = (angle: unknown): unknown => (typeof angle === "number" ? angle + 0 : angle);

  it("are the same when JSON was read as it was written: an angle that is text stays that text", () => {
    fc.assert(fc.property(wellFormed(), (json) => {
      const { graph: given } = readGraph(json, { angles: "written" });
      if (given === undefined) throw new Error("well-formed");
      const read = assemble(disassemble(given));
      expect(read).toEqual(given);
      expect(readGraph(JSON.parse(graphText(read)), { angles: "written" }).graph).toEqual(given);
      expect(given.program.nodes.map(({ args }) => args["theta"] ?? args["angle"])).toEqual(json.program.nodes.map(({ args }) => plain(args?.["theta"] ?? args?.["angle"])));
      expect(readGraph(JSON.parse(graphText(read))).graph).toEqual(readGraph(json).graph);
    }), { numRuns });
  });

  it("stays so when everything comes together", () => {
    const all: Graph = {
      version: "0.1", caps: ["CAP_MAGIC", "CAP_ALLOC"], resources: { vqs: ["z", "a"], chs: [], events: ["e"] }, description: "{; \"", metadata: { "": {}, __proto: [null, { "a b": -1e-9 }] },
      program: { nodes: [
        { id: "if", op: "ALLOC_LQ", args: { n: 1 }, vqs: ["a"], chs: ["c"], inputs: ["i"], produces: ["e"], caps: ["CAP_ALLOC"] },
        { id: "o", op: "OPEN_CHAN", args: {}, vqs: ["a", "z", "y"], chs: ["c", "d"], inputs: [], produces: ["e"], caps: [] },
        { id: "c", op: "CLOSE_CHAN", args: {}, vqs: ["if", "w"], chs: ["d"], inputs: [], produces: [], caps: [], guard: { type: "and", conditions: [{ type: "or", conditions: [{ event: "all", equals: -1 }] }] }, metadata: {} },
      ] },
    };
    expect(assemble(disassemble(all))).toEqual(all);
  });
});
