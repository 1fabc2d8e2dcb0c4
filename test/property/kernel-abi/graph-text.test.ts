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

  it("is so for graphs of plain nodes, where one thing is not", () => {
    const seen = { refused: 0, unordered: 0 };
    const rare = <T>(usual: fc.Arbitrary<T>, odd: fc.Arbitrary<T>): fc.Arbitrary<T> => fc.oneof({ arbitrary: usual, weight: 12 }, { arbitrary: odd, weight: 1 });
    const usual = fc.constantFrom("q0", "n1", "é", "\\ud800");
    const name = rare(usual, fc.constant("\ud800"));
    const names = fc.array(usual, { maxLength: 2 });
    const args = fc.array(fc.tuple(fc.constantFrom("theta", "mask", "9", "10", "a"), rare<unknown>(fc.constantFrom(0, 1.5, "X", true), fc.constantFrom<unknown>(-0, -0, -0, Number.NaN, null, ["x"]))), { maxLength: 3 }).map(Object.fromEntries<unknown>);
    const plain = fc.record({ id: name, op: name, args, vqs: names, chs: names, inputs: names, produces: fc.array(name, { maxLength: 1 }), caps: names });
    fc.assert(fc.property(fc.array(plain, { maxLength: 3 }), (nodes) => {
      const given = { version: "0.1", program: { nodes }, resources: { vqs: [], chs: [], events: [] }, caps: [] } as unknown as Graph;
      const text = told(() => graphText(given));
      expect(text).toBe(told(() => canonicalText(given)));
      if (text === "ABI_UNENCODABLE") seen.refused++;
      if (nodes.some((one) => Object.keys(one.args).join() !== Object.keys(one.args).sort().join())) seen.unordered++;
    }), { numRuns: 2_000 });
    expect([seen.refused > 100, seen.refused < 1_500, seen.unordered > 100]).toEqual([true, true, true]);
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
