// What is refused, where, and with what to write instead; and that nothing asked for is ever larger than its limits.
import { describe, expect, it } from "vitest";
import { Fault } from "../../../../../kernel-abi/fault.ts";
import { assemble, readParameter } from "../../../../../kernel-abi/qvm/asm/assemble.ts";
import { lines, refusal } from "../../../../support/asm.ts";

const REFUSED: readonly (readonly [text: string, said: RegExp])[] = [
  // no condition is lost
  ["APPLY_X q if", /^QVM_ASM_SYNTAX 1:13 /], ["APPLY_X q if m0 = 1", /SYNTAX 1:17 a guard compares with ==/], ["APPLY_X q if m0 > 1", /SYNTAX 1:17 a guard compares with == or != alone/],
  ["APPLY_X q if (m0 == 1", /SYNTAX 1:22 \) is missing/], ["APPLY_X q if m0 == 1 if m1 == 1", /SYNTAX 1:25 a guard twice/], ["APPLY_X q if m0 == 1 m1", /SYNTAX 1:22 this belongs to no part/],
  ["APPLY_X q if m0 != 5", /VALUE 1:14 m0 is never 5/], ["APPLY_X q if m0 == x", /VALUE 1:20 x has no value/], ["APPLY_X q [m0 == 1]", /SYNTAX 1:11 a condition in square brackets/], ["APPLY_X q [cap]", /VALUE 1:12 "cap" is no name for a capability/],
  // instructions
  ["APPLY_FOO q", /VALUE 1:1 there is no op APPLY_FOO/], ["H q", /there is no op H/], ["x APPLY_H q", /SYNTAX 1:11 this belongs to no part/], ["a: b: APPLY_H q", /SYNTAX 1:5/], ["a:", /SYNTAX 1:3 an op is expected/],
  ["APPLY_CNOT q0 q1", /SYNTAX 1:15 this belongs to no part/], ["APPLY_CNOT q0,", /SYNTAX 1:15 the name of a qubit/], ["APPLY_X 0", /SYNTAX 1:9/], ["APPLY_RZ q, theta=", /SYNTAX 1:19/], ["APPLY_RZ q, theta=pi, theta=2", /the argument theta twice/],
  ["APPLY_X q -> a -> b", /outputs twice/], ["COND_PAULI q, mask=\"X\" <- %x", /SYNTAX 1:28 only events stand behind/], ["a: APPLY_X q\na: APPLY_X q", /VALUE 2:1 the label a stands in line 1/], ["1a: APPLY_X q", /SYNTAX 1:1/],
  // values
  ["BAR_REGION tag=foo", /VALUE 1:16 foo has no value/], ["BAR_REGION tag=\"x", /SYNTAX 1:16 a text without its closing quote/], ["BAR_REGION tag=\"{\"", /SYNTAX/], ["BAR_REGION tag=\"}\"", /a } that closes nothing/], ["BAR_REGION tag=\"\\q\"", /an escape nobody knows/],
  ["BAR_REGION tag=1/0", /no finite number/], ["BAR_REGION tag=1e999", /no finite number/], ["BAR_REGION tag=2**0.5", /exponent/], ["BAR_REGION tag=1 + \"a\"", /takes a number/], ["BAR_REGION tag=2x", /cannot begin with a digit/], ["BAR_REGION tag=[1, 2", /SYNTAX/],
  ["BAR_REGION tag=eval(1)", /there is no function eval/], ["BAR_REGION tag=len(1, 2)", /given 2 values/], ["BAR_REGION tag=len(3)", /takes a list/], ["BAR_REGION tag=[1][2]", /element 2 of 1/], ["BAR_REGION tag=[1][0.5]", /an index takes an integer/], ["BAR_REGION tag=1[0]", /has no elements/],
  ["BAR_REGION tag=acos(2)", /no finite number/], ["BAR_REGION tag=1 < \"a\"", /compares a number with a text/], ["BAR_REGION tag=(0..5 step 0)", /step 0/], ["BAR_REGION tag=-1 & 2", /negative/], ["BAR_REGION tag=1 << 99", /a shift by 99/], ["APPLY_X q{[1]}", /a list cannot stand inside a name/], ["APPLY_X {\"a b\"}", /"a b" is no name/],
  ["BAR_REGION tag={\"a\": 1, \"a\": 2}", /the key a twice/], ["BAR_REGION tag=__import__(\"os\")", /there is no function/], ["BAR_REGION tag=\"a\".constructor", /SYNTAX/],
  // variables that would be taken for handles
  [".for i in 0..1\nAPPLY_X i\n.endfor", /VALUE 2:9 i is a variable here/], [".macro M(q)\nAPPLY_X q\n.endmacro\nM(a)", /VALUE 2:9 q is a variable here/], [".set e = 1\nAPPLY_X q if e == 1", /VALUE 2:14 e is a variable/],
  // directives and blocks
  [".foo", /there is no directive \.foo/], [". set", /there is no directive/], [".version 0.2", /VALUE 1:1 version 0\.2/], [".set 3 = 4", /SYNTAX 1:6/], [".set x 4", /= is missing/], [".set pi = 3", /pi always means the same/], [".set x = 1 2", /something is left/],
  [".for i in 0..3", /SYNTAX 1:1 a block that is never closed/], [".for i 0..3\n.endfor", /in is missing/], [".for i in 3\n.endfor", /3 is no list/], [".for i in 0..1.5\n.endfor", /a range takes an integer/], [".endfor", /closes nothing/], [".if true\n.endfor", /where the block of line 1 is open/], [".else", /\.else without \.if/],
  [".if true\n.else\n.elif true\n.endif", /an arm behind \.else/], [".if \"x\"\n.endif", /a condition is true or false/], [".macro M(a, a)\n.endmacro", /the parameter a twice/], [".for i in 0..1\n.macro M()\n.endmacro\n.endfor", /a macro inside another block/], [".macro M()\n.endmacro\n.macro M()\n.endmacro", /defined in program, line 1 already/],
  ["M(1)", /there is no macro M/], [".macro M(a)\n.endmacro\nM()", /given 0 values and takes 1/], [".macro M(a)\n.endmacro\nM", /M is a macro and is called with brackets/], [".assert 1 > 2, \"one\"", /VALUE 1:1 one/], [".assert false", /does not hold/], [".error \"no {1}\"", /VALUE 1:1 no 1/], [".metadata a=1\n.metadata a=2", /metadata a twice/],
  [".description 3", /no text/], [".description \"a\"\n.description \"b\"", /a description twice/], ["APPLY_X q meta 3", /3 is no record/], [".for a, b in [[1]]\n.endfor", /is not 2 values/],
];

describe("assembly is refused with its place", () => {
  it.each(REFUSED)("%j", (text, said) => { expect(refusal(text)).toMatch(said); });

  it("and with what to write instead", () => {
    const next = (text: string): string => { try { assemble(text); } catch (error) { if (error instanceof Fault) return error.next; } return ""; };
    expect(next("H q")).toBe("Write APPLY_H.");
    expect(next("toffoli a, b, c")).toBe("Write APPLY_TOFFOLI.");
    expect(next(".for i in 0..1\nAPPLY_X i\n.endfor")).toContain("Write {i}");
    expect(next("APPLY_X q [m0 == 1]")).toContain("if event == 1");
    expect(next("BAR_REGION tag=foo")).toContain("\"foo\"");
  });

  it("names the included file, and a parameter nobody asks for", () => {
    const read = (path: string): string | undefined => (path === "lib/a.qasm" ? "\n\nAPPLY_H 3" : undefined);
    try { assemble(".include \"lib/a.qasm\"", { read }); expect.unreachable(); } catch (error) { expect(error).toMatchObject({ fault: "QVM_ASM_SYNTAX", detail: { file: "lib/a.qasm", line: 3, column: 9 } }); }
    expect(refusal("APPLY_H q", { parameters: { n: 1 } })).toMatch(/nothing asks for the parameter n/);
    expect(readParameter("[q0, pi/2, \"a b\"]")).toEqual(["q0", Math.PI / 2, "a b"]);
    expect(() => readParameter("a b")).toThrow(/something is left/);
  });
});

describe("includes", () => {
  const asked: string[] = [];
  const read = (path: string): string | undefined => { asked.push(path); return undefined; };
  it.each(["../x", "a/../../x", "/etc/passwd", "C:/x", "a\\\\b", "std/../../x", "", "a\\u0000b"])("never lead out of the root: %s", (path) => {
    expect(refusal(`.include "${path}"`, { read, file: "program" })).toMatch(/^QVM_ASM_INCLUDE 1:1/);
    expect(asked.filter((one) => one.includes("..") || one.startsWith("/") || one.includes("\\"))).toEqual([]);
  });
  it("are looked for beside the file, then below the root, and may go up within it", () => {
    const files: Readonly<Record<string, string>> = { "lib/a.qasm": ".include \"b.qasm\"\n.include \"../top.qasm\"\n.include \"lib/b.qasm\"", "lib/b.qasm": "APPLY_H q", "top.qasm": "APPLY_X q" };
    const graph = assemble(".include \"a.qasm\"", { file: "lib/main.qasm", read: (path) => files[path] });
    expect(graph.program.nodes.map(({ op }) => op)).toEqual(["APPLY_H", "APPLY_X", "APPLY_H"]);
  });
  it("of the library are the library's, whatever the reader has, and may come twice", () => {
    expect(assemble(".include \"std/ghz.qasm\"\n.include \"std/ghz.qasm\"\nGHZ([a, b])", { read: () => ".error \"not this\"" }).program.nodes).toHaveLength(2);
    expect(refusal(".include \"std/none.qasm\"")).toMatch(/there is no file/);
  });
  it("that include themselves end", () => {
    expect(refusal(".include \"a\"", { read: () => ".include \"a\"" })).toMatch(/^QVM_ASM_LIMIT .* deeper than 128/);
  });
});

describe("limits", () => {
  const BOMBS: readonly (readonly [name: string, text: string])[] = [
    ["loops in loops", lines(...Array.from({ length: 9 }, (_, at) => `.for i${String(at)} in 0..999`), "APPLY_X q", ...Array.from({ length: 9 }, () => ".endfor"))],
    ["empty loops", lines(".for i in 0..99999", ".for j in 0..99999", ".endfor", ".endfor")],
    ["a long range", ".for i in 0..9007199254740990\n.endfor"],
    ["a text that doubles", lines(".set s = \"abcdefgh\"", ".for i in 0..60", ".set s = s + s", ".endfor")],
    ["a list that doubles", lines(".set s = [1]", ".for i in 0..60", ".set s = s + s", ".endfor")],
    ["a list of itself", lines(".set s = [1]", ".for i in 0..60", ".set s = [s, s]", ".endfor")],
    ["a list deep in lists", lines(".set s = [1]", ".for i in 0..99999", ".set s = [s]", ".endfor")],
    ["macros without end", lines(".macro M()", "M()", ".endmacro", "M()")],
    ["macros that double", lines(".macro M(n)", ".if n > 0", "M(n-1)", "M(n-1)", ".endif", "APPLY_X q", ".endmacro", "M(100)")],
    ["brackets", `BAR_REGION tag=${"(".repeat(100_000)}`], ["signs", `BAR_REGION tag=${"-".repeat(100_000)}1`], ["a sum", `BAR_REGION tag=1${"+1".repeat(100_000)}`], ["nots", `APPLY_X q if ${"!".repeat(100_000)}m`],
    ["guards in brackets", `APPLY_X q if ${"(".repeat(100_000)}m`], ["braces in texts", `BAR_REGION tag=${"\"{".repeat(100_000)}`], ["records", `BAR_REGION tag=${"{\"a\":".repeat(100_000)}`], ["braces", `APPLY_X ${"{".repeat(100_000)}`],
    ["powers of powers", `BAR_REGION tag=${"2**".repeat(100_000)}2`], ["indices", `BAR_REGION tag=x${"[0]".repeat(100_000)}`], ["blocks", ".if true\n".repeat(100_000)],
    ["text", `; ${"x".repeat(20_000_000)}`],
  ];
  it.each(BOMBS)("hold against %s", (_, text) => { expect(refusal(text)).toMatch(/^QVM_ASM_(LIMIT|SYNTAX) /); });

  it("let twenty thousand instructions pass", () => {
    expect(assemble(lines("ALLOC_LQ n=100 -> {[q{i} for i in 0..99]}", ".for i in 0..19999", "APPLY_H q{i % 100}", ".endfor")).program.nodes).toHaveLength(20_001);
  });
  it("are told by whoever asks", () => {
    expect(refusal(".for i in 0..9\nAPPLY_X q\n.endfor", { limits: { nodes: 5 } })).toMatch(/more than 5 instructions/);
  });
});
