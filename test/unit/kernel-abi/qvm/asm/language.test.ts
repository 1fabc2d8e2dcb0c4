// The language, rule by rule; first of all what others' assemblers of it got wrong.
import { describe, expect, it } from "vitest";
import { assemble } from "../../../../../kernel-abi/qvm/asm/assemble.ts";
import { atan } from "../../../../../kernel-abi/qvm/asm/functions.ts";
import { graphOf, lines, shape } from "../../../../support/asm.ts";

const node = (...text: readonly string[]): Readonly<Record<string, unknown>> => ({ ...graphOf(...text).program.nodes.at(-1) });
const guard = (text: string): unknown => node("MEASURE_Z q -> a", "MEASURE_Z q -> b", "MEASURE_Z q -> c", "MEASURE_BELL p, q -> k", `APPLY_X q if ${text}`)["guard"];
const arg = (text: string): unknown => (node(`BAR_REGION tag=${text}`)["args"] as { readonly tag: unknown }).tag;
const leaf = (event: string, equals: number): unknown => ({ event, equals });
const both = (...conditions: readonly unknown[]): unknown => ({ type: "and", conditions });
const one = (...conditions: readonly unknown[]): unknown => ({ type: "or", conditions });

describe("guards", () => {
  it("stand with spaces and without, and never get lost", () => {
    expect(guard("a==1")).toEqual(leaf("a", 1));
    expect(guard("a == 1")).toEqual(leaf("a", 1));
    expect(guard("  a   ==\t0")).toEqual(leaf("a", 0));
    expect(guard("a")).toEqual(leaf("a", 1));
  });
  it("compare with != and !", () => {
    expect(guard("a!=1")).toEqual(leaf("a", 0));
    expect(guard("!a")).toEqual(leaf("a", 0));
    expect(guard("k != 2")).toEqual(one(leaf("k", 0), leaf("k", 1), leaf("k", 3)));
    expect(guard("!(a && b == 0)")).toEqual(one(leaf("a", 0), leaf("b", 1)));
  });
  it("mix && and ||: && binds closer, brackets hold together", () => {
    expect(guard("a&&b||c")).toEqual(one(both(leaf("a", 1), leaf("b", 1)), leaf("c", 1)));
    expect(guard("a && (b || c==0)")).toEqual(both(leaf("a", 1), one(leaf("b", 1), leaf("c", 0))));
    expect(guard("(a && b) && c")).toEqual(both(both(leaf("a", 1), leaf("b", 1)), leaf("c", 1)));
    expect(guard("a and b and c")).toEqual(both(leaf("a", 1), leaf("b", 1), leaf("c", 1)));
    expect(guard("all(a) || any(b, c)")).toEqual(one(both(leaf("a", 1)), one(leaf("b", 1), leaf("c", 1))));
  });
  it("take names and values with braces", () => {
    expect(node(".set i = 1", "MEASURE_Z q -> m1", "APPLY_X q if m{i} == {i - 1}")["guard"]).toEqual(leaf("m1", 0));
    expect(node("MEASURE_Z q -> m1", "FENCE_EPOCH if m1 == 1 [CAP_X]")).toMatchObject({ guard: leaf("m1", 1), caps: ["CAP_X"] });
  });
});

describe("names", () => {
  it("are what the program makes them, not what they begin with", () => {
    expect(node("ALLOC_LQ n=2 -> check, even0", "APPLY_CNOT check, even0")).toMatchObject({ vqs: ["check", "even0"], chs: [], inputs: [] });
    expect(node("APPLY_CNOT ch0, ev1")).toMatchObject({ vqs: ["ch0", "ev1"], chs: [] });
    expect(node("MEASURE_Z q -> syndrome", "COND_PAULI q, syndrome, mask=\"X\"")).toMatchObject({ vqs: ["q"], inputs: ["syndrome"] });
    expect(node("OPEN_CHAN a, b -> link", "USE_CHAN link, semantic=\"swap\"")).toMatchObject({ vqs: [], chs: ["link"] });
    expect(node("OPEN_CHAN a, b, wire", "CLOSE_CHAN wire")).toMatchObject({ vqs: [], chs: ["wire"] });
    expect(node("OPEN_CHAN a, b -> link")).toMatchObject({ vqs: ["a", "b"], chs: ["link"], produces: [] });
  });
  it("are what a sigil says", () => {
    expect(node("MEASURE_Z q -> x", "COND_PAULI %x, @y, $z, mask=\"X\"")).toMatchObject({ vqs: ["x"], chs: ["y"], inputs: ["z"] });
    expect(node("APPLY_CNOT %if, %meta")).toMatchObject({ vqs: ["if", "meta"] });
  });
  it("are made of parts, and of lists", () => {
    expect(shape(graphOf(".set p = \"q\"", ".set i = 2", "h{i}: APPLY_CNOT {p}{i}, {p}_{i+1}_x"))).toEqual(["h2 APPLY_CNOT q2 q_3_x"]);
    expect(shape(graphOf(".set qs = [a, b]", "FREE_LQ {qs}, c", "FREE_LQ {\"d, e\"}"))).toEqual(["n1 FREE_LQ a b c", "n2 FREE_LQ d e"]);
    expect(graphOf(".vqs z y", "APPLY_H z").resources).toEqual({ vqs: ["z", "y"], chs: [], events: [] });
    expect(graphOf("MEASURE_Z b -> y", "MEASURE_Z a -> x", "OPEN_CHAN a, b -> c").resources).toEqual({ vqs: ["a", "b"], chs: ["c"], events: ["x", "y"] });
  });
});

describe("texts and numbers", () => {
  it("keep a semicolon in quotes", () => {
    expect(node("BAR_REGION tag=\"a; b\" ; and a comment")["args"]).toEqual({ tag: "a; b" });
    expect(node("BAR_REGION tag='a; \"b\"'; comment")["args"]).toEqual({ tag: "a; \"b\"" });
  });
  it("read 1e-3 and its like as numbers", () => {
    expect(["1e-3", "-1E+2", ".5", "0x1F", "007", "1.5e300"].map(arg)).toEqual([0.001, -100, 0.5, 31, 7, 1.5e300]);
  });
  it("know escapes and braces", () => {
    expect(arg("\"\\u00e9\\n\\\"{{x}} {1+1}\"")).toBe("é\n\"{x} 2");
    expect(arg("f'{\"a\"}b'")).toBe("ab");
  });
  it("compute in arguments: {angle}/2 is half the angle", () => {
    const theta = (text: string): unknown => (node(".set angle = pi / 2", `APPLY_RZ q, theta=${text}`)["args"] as { readonly theta: unknown }).theta;
    expect(["{angle}/2", "angle/2", "-{angle}/2", "angle * -2", "3*pi/4 - angle"].map(theta)).toEqual([Math.PI / 4, Math.PI / 4, -Math.PI / 4, -Math.PI, 3 * Math.PI / 4 - Math.PI / 2]);
  });
  it("have precedence as in arithmetic", () => {
    expect(["1 + 2 * 3", "(1 + 2) * 3", "2 ** 3 ** 2", "-2 ** 2", "7 // 2", "-7 // 2", "7 % 3", "-7 % 3", "1 << 4 | 1", "6 & 3 ^ 1", "10 - 4 - 3", "8 / 4 / 2"].map(arg)).toEqual([7, 9, 512, -4, 3, -4, 1, 2, 17, 3, 3, 1]);
    expect(["1 < 2 and not 2 < 1", "1 == 1 && 2 != 2 || true", "!(1 > 2)", "[1, \"a\"] == [1, 'a']", "\"a\" < \"b\"", "null == None"].map(arg)).toEqual([true, true, true, true, true, true]);
  });
  it("have lists, ranges, records, comprehensions and functions", () => {
    expect(["0..3", "3..0 step -1", "0..-1", "range(3)", "range(5, 0, -2)", "[i * i for i in 1..4 if i != 2]", "[1, 2, 3][-1]", "[4, 5, 6][0..1]", "\"abc\"[1]", "{\"a\": {\"b\": []}}", "{}"].map((text) => arg(`(${text})`)))
      .toEqual([[0, 1, 2, 3], [3, 2, 1, 0], [], [0, 1, 2], [5, 3, 1], [1, 9, 16], 3, [4, 5], "b", { a: { b: [] } }, {}]);
    expect(["len([1, 2])", "len(\"abc\")", "abs(-2)", "floor(-1.5)", "ceil(1.2)", "round(2.5)", "math.sqrt(16)", "int(\"12\")", "int(-1.5)", "str(1.5)", "min(3, 1, 2)", "max([1, 3])", "join([\"a\", 1], \"-\")",
      "\", \".join([\"x\", \"y\"])", "reversed([1, 2])", "contains([1, 2], 2)", "enumerate([\"a\"])", "bit(6, 0)", "bit(6, 2)", "islist([])"].map(arg)).toEqual([2, 3, 2, -2, 2, 3, 4, 12, -1, "1.5", 1, 3, "a-1", "x, y", [2, 1], true, [[0, "a"]], 0, 1, true]);
  });
  it("have arcs to the last bits, made of exact operations", () => {
    for (const x of [0, 1e-9, 0.1, 0.4999, 0.5, 0.9, 1, 1.7, 10, 1e9, -0.3, -4]) expect(Math.abs(atan(x) - Math.atan(x))).toBeLessThan(5e-16);
    for (const x of [-1, -0.9, -0.3, 0, 0.2, 1 / Math.sqrt(3), 0.999, 1]) {
      expect(arg(`acos(${String(x)})`)).toBeCloseTo(Math.acos(x), 14);
      expect(arg(`asin(${String(x)})`)).toBeCloseTo(Math.asin(x), 14);
    }
  });
});

describe("blocks see one another", () => {
  const library = (path: string): string | undefined => (path === "lib.qasm" ? lines(".param n = 1", ".for i in 0..n-1", "APPLY_H q{i}", ".endfor") : undefined);

  it(".set before .include is seen in the file, and so is .param from outside", () => {
    expect(shape(assemble(lines(".set n = 3", ".include \"lib.qasm\""), { read: library }))).toHaveLength(3);
    expect(shape(assemble(lines(".include \"lib.qasm\""), { read: library }))).toHaveLength(1);
    expect(shape(assemble(lines(".include \"lib.qasm\""), { read: library, parameters: { n: 4 } }))).toHaveLength(4);
  });
  it(".if inside .for sees the loop variable, with braces and without", () => {
    expect(shape(graphOf(".for i in 0..3", ".if i % 2 == 1", "a: APPLY_X q{i}", ".elif {i} == 2", "b: APPLY_Y q{i}", ".else", "c: APPLY_Z q{i}", ".endif", ".endfor")))
      .toEqual(["c APPLY_Z q0", "a APPLY_X q1", "b APPLY_Y q2", "a_2 APPLY_X q3"]);
  });
  it("macros have loops, call macros, and are told macros", () => {
    expect(shape(graphOf(".macro ALL(op, qubits)", ".for i in 0..len(qubits)-1", "{op}_{i}: APPLY_{op} {qubits[i]}", ".endfor", ".endmacro", "ALL(H, [a, b])", "x: ALL(X, [a])")))
      .toEqual(["H_0 APPLY_H a", "H_1 APPLY_H b", "x_X_0 APPLY_X a"]);
    expect(shape(graphOf(".macro TWICE(what, q)", "{what}(q)", "{what}(q)", ".endmacro", ".macro FLIP(q)", "x: APPLY_X {q}", ".endmacro", "TWICE(FLIP, a)"))).toEqual(["x APPLY_X a", "x_2 APPLY_X a"]);
  });
  it("macros may be called as often as one likes, and ids stay apart", () => {
    expect(shape(graphOf(".macro M(q)", "h: APPLY_H {q}", ".endmacro", "M(a)", "M(b)", "h_2: APPLY_X c", "M(d)"))).toEqual(["h APPLY_H a", "h_3 APPLY_H b", "h_2 APPLY_X c", "h_4 APPLY_H d"]);
    expect(shape(graphOf("APPLY_H a", "n1: APPLY_H b", "APPLY_H c"))).toEqual(["n2 APPLY_H a", "n1 APPLY_H b", "n3 APPLY_H c"]);
    expect(graphOf(".macro M()", "MEASURE_Z q -> m{call}", ".endmacro", "M()", "M()").resources.events).toEqual(["m1", "m2"]);
  });
  it("macros end where .if says so, and know their own names alone", () => {
    expect(shape(graphOf(".macro DOWN(n)", ".if n > 0", "APPLY_X q{n}", "DOWN(n - 1)", ".endif", ".endmacro", "DOWN(3)"))).toEqual(["n1 APPLY_X q3", "n2 APPLY_X q2", "n3 APPLY_X q1"]);
    expect(shape(graphOf(".set n = 1", ".macro M()", ".set n = n + 1", "APPLY_X q{n}", ".endmacro", "M()", "APPLY_X q{n}"))).toEqual(["n1 APPLY_X q2", "n2 APPLY_X q1"]);
    expect(() => graphOf(".macro M()", "APPLY_X q{i}", ".endmacro", ".for i in 0..1", "M()", ".endfor")).toThrow(/i has no value here/);
  });
  it("a loop's variable ends with it, what .set made does not", () => {
    expect(shape(graphOf(".set sum = 0", ".for i in 1..3", ".set sum = sum + i", ".set last = i", ".endfor", "APPLY_X q{sum}_{last}"))).toEqual(["n1 APPLY_X q6_3"]);
    expect(() => graphOf(".for i in 1..3", ".endfor", "APPLY_X q{i}")).toThrow(/i has no value here/);
    expect(shape(graphOf(".for q in x, y", "APPLY_X {q}", ".endfor", ".for i, q in enumerate([\"a\"])", "APPLY_X {q}{i}", ".endfor"))).toEqual(["n1 APPLY_X x", "n2 APPLY_X y", "n3 APPLY_X a0"]);
  });
});

describe("a graph", () => {
  it("has capabilities, description, metadata of its own and of its nodes", () => {
    const graph = graphOf(".version 0.1", ".caps CAP_ALLOC CAP_MAGIC", ".caps CAP_ALLOC, CAP_LINK", ".description \"what it is\"", ".metadata author = \"me\"", ".metadata \"a b\" = [1, {\"c\": null}]", "x: APPLY_X q [CAP_COMPUTE] meta {\"line\": 3}");
    expect(graph).toEqual({
      version: "0.1", caps: ["CAP_ALLOC", "CAP_MAGIC", "CAP_LINK"], description: "what it is", metadata: { author: "me", "a b": [1, { c: null }] },
      resources: { vqs: ["q"], chs: [], events: [] },
      program: { nodes: [{ id: "x", op: "APPLY_X", args: {}, vqs: ["q"], chs: [], inputs: [], produces: [], caps: ["CAP_COMPUTE"], metadata: { line: 3 } }] },
    });
  });
  it("of nothing is an empty one", () => {
    expect(graphOf("; nothing")).toEqual({ version: "0.1", caps: [], resources: { vqs: [], chs: [], events: [] }, program: { nodes: [] } });
    expect(assemble("\ufeff.version 0.1\r\nx: APPLY_H q ; dos\r\n").program.nodes).toHaveLength(1);
  });
});
