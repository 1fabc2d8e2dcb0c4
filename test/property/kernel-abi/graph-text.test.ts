// The text of a graph is what canonical JSON makes of it, to the byte, for graphs as they are read and for anything else that has their shape.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalText } from "../../../kernel-abi/canonical.ts";
import { Fault } from "../../../kernel-abi/fault.ts";
import type { Graph } from "../../../kernel-abi/qvm/graph.ts";
import { graphText } from "../../../kernel-abi/qvm/graph-text.ts";
import { verifyGraph } from "../../../kernel-abi/qvm/verify.ts";
import { upstreamExamples } from "../../support/graphs.ts";

const word = fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("q0", "é", "\ud800", "\u2028", "\"\\", ""));
const words = fc.array(word, { maxLength: 4 });
const anything = fc.dictionary(word, fc.oneof(fc.jsonValue(), fc.constantFrom(-0, Number.NaN, undefined), word), { maxKeys: 3 });
const guard = fc.oneof(fc.record({ event: word, equals: fc.nat(3) }), fc.record({ type: fc.constant("and"), conditions: fc.array(fc.record({ equals: fc.nat(3), event: word })) }));
const node = fc.record(
  { id: word, op: word, args: anything, vqs: words, chs: words, inputs: words, produces: words, caps: words, guard, metadata: anything, stranger: word },
  { requiredKeys: ["id", "op", "args", "vqs", "chs", "inputs", "produces", "caps"] },
);
const graph = fc.record(
  { version: fc.constantFrom("0.1", "\ud800"), program: fc.record({ nodes: fc.array(node, { maxLength: 5 }), more: word }, { requiredKeys: ["nodes"] }), resources: fc.record({ vqs: words, chs: words, events: words }), caps: words, description: word, metadata: anything, stranger: word },
  { requiredKeys: ["version", "program", "resources", "caps"] },
);

const told = (write: () => string): string => {
  try {
    return write();
  } catch (error) {
    if (error instanceof Fault) return error.fault;
    throw error;
  }
};

describe("the text of a graph", () => {
  it("is its canonical JSON, or is refused as that is", () => {
    let refused = 0;
    fc.assert(fc.property(graph, (given) => {
      const text = told(() => graphText(given as unknown as Graph));
      expect(text).toBe(told(() => canonicalText(given)));
      if (text === "ABI_UNENCODABLE") refused++;
    }), { numRuns: 2_000 });
    expect(refused).toBeGreaterThan(50);
  });

  it("of the examples, as they are read, is their canonical JSON", () => {
    const graphs = upstreamExamples().flatMap(([, json]) => verifyGraph(json).graph ?? []);
    expect(graphs.length).toBeGreaterThan(2);
    for (const one of graphs) expect(graphText(one)).toBe(canonicalText(one));
  });

  it("sees members that are there and undefined, and lists that are none", () => {
    const [one] = upstreamExamples().flatMap(([, json]) => verifyGraph(json).graph ?? []);
    if (one === undefined) throw new Error("an example");
    const odd = { ...one, program: { nodes: one.program.nodes.map((each) => ({ ...each, guard: undefined })) } } as unknown as Graph;
    expect(told(() => graphText(odd))).toBe("ABI_UNENCODABLE");
    const listed = { ...one, caps: Object.assign([...one.caps], { toJSON: () => ["other"] }) };
    expect(graphText(listed)).toBe(canonicalText(listed));
  });
});
