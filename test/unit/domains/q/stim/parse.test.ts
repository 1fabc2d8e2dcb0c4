import { describe, expect, it } from "vitest";
import { TARGET } from "../../../../../domains/q/stim/circuit.ts";
import { parseStim } from "../../../../../domains/q/stim/parse.ts";
import { printStim } from "../../../../../domains/q/stim/print.ts";
import { productOf } from "../../../../../domains/q/stim/products.ts";
import { faultOf } from "../../../../support/refusals.ts";

const { X, Z, INVERTED, RECORD, SWEEP, COMBINER } = TARGET;
const printed = (text: string): string => printStim(parseStim(text));
/** `FAULT line:column what | next`. */
function refusal(text: string): string {
  const { fault, detail, next } = faultOf(() => parseStim(text, { file: "a.stim" }));
  expect(detail["file"]).toBe("a.stim");
  return `${fault} ${String(detail["line"])}:${String(detail["column"])} ${String(detail["what"])} | ${next}`;
}

describe("a circuit's text", () => {
  it("becomes instructions with canonical names, places, tags, numbers and targets", () => {
    expect(parseStim("# noise\n  h 0 1\n\nCNOT[a b] rec[-2] 5 # feedback\nMPP(1e-3) !X1*Y2*Z3 Z4\nZCZ sweep[7] 2\n")).toEqual([
      { name: "H", tag: "", args: [], targets: [0, 1], line: 2, column: 3 },
      { name: "CX", tag: "a b", args: [], targets: [RECORD | 2, 5], line: 4, column: 1 },
      { name: "MPP", tag: "", args: [0.001], targets: [INVERTED | X | 1, COMBINER, X | Z | 2, COMBINER, Z | 3, Z | 4], line: 5, column: 1 },
      { name: "CZ", tag: "", args: [], targets: [SWEEP | 7, 2], line: 6, column: 1 },
    ]);
  });

  it("has blocks inside blocks, with counts that no loop could run", () => {
    expect(parseStim("REPEAT[t] 1000000000000000 {\n  X 0\n  REPEAT 2 {\n M 0\n}\n}")).toEqual([{
      name: "REPEAT", tag: "t", count: 1e15, line: 1, column: 1, body: [
        { name: "X", tag: "", args: [], targets: [0], line: 2, column: 3 },
        { name: "REPEAT", tag: "", count: 2, line: 3, column: 3, body: [{ name: "M", tag: "", args: [], targets: [0], line: 4, column: 2 }] },
      ],
    }]);
  });

  // The right column is what Stim 1.16 prints, but for the digits: Stim keeps six of them, here no number is changed.
  it.each([
    ["h_xz 0", "H 0"], ["MZ !0 1", "M !0 1"], ["E(.1) x1 y2", "E(0.1) X1 Y2"], ["CORRELATED_ERROR(0.1) X1*X2", "E(0.1) X1*X2"], ["DETECTOR(1,-0,3.50)", "DETECTOR(1, 0, 3.5)"],
    ["MPP X1 * X2 *Y3 !Z4", "MPP X1*X2*Y3 !Z4"], ["CZ rec[-1] sweep[0]", "CZ rec[-1] sweep[0]"], ["XCZ 1 rec[-1]", "XCZ 1 rec[-1]"], ["H\t01\r\n", "H 1"], ["OBSERVABLE_INCLUDE(2) rec[-1] !X1", "OBSERVABLE_INCLUDE(2) rec[-1] !X1"],
    ["M", "M"], ["TICK[100ns]", "TICK[100ns]"], ["H[\\C\\B\\n\\r[#] 0", "H[\\C\\B\\n\\r[#] 0"], ["X_ERROR(1.0E-3) 5", "X_ERROR(0.001) 5"], ["MXX 0 1 !2 !3", "MXX 0 1 !2 !3"],
    ["REPEAT 2{\nH 0\n}X 1", "REPEAT 2 {\n    H 0\n}\nX 1"], ["MPAD 0 1 1", "MPAD 0 1 1"], ["SPP X1*X1*!Z2", "SPP X1*X1*!Z2"], ["QUBIT_COORDS(1e-30, 0.1, 123456789.25) 3", "QUBIT_COORDS(1e-30, 0.1, 123456789.25) 3"],
  ])("%j is %j", (text, canonical) => {
    expect(printed(text)).toBe(`${canonical}\n`);
    expect(printed(canonical)).toBe(`${canonical}\n`);
  });

  it("may be empty", () => {
    expect([parseStim(""), parseStim("# nothing\n\n"), printStim([])]).toEqual([[], [], ""]);
  });

  it.each([
    ["H 0\n T 1", "STIM_SYNTAX 2:2 there is no instruction T | domains/q/stim/SUPPORT.md lists all instructions."],
    ["H 0;", "STIM_SYNTAX 1:4 `;` right behind something else | Put a space before each target."],
    ["H X1", "STIM_VALUE 1:3 H with the target X1 | H takes qubits, such as 5."],
    ["H !1", "STIM_VALUE 1:3 H with the target !1 | H takes qubits, such as 5."],
    ["CX 0 1 2", "STIM_VALUE 1:9 CX with 3 targets | CX acts on pairs: give it an even number of targets."],
    ["CX 0 1 3 3", "STIM_VALUE 1:10 CX on the pair 3 3 | Give a pair two different qubits."],
    ["MXX !3 3", "STIM_VALUE 1:8 MXX on the pair 3 3 | Give a pair two different qubits."],
    ["CX 0 rec[-1]", "STIM_VALUE 1:6 CX with the target rec[-1] | CX takes pairs of qubits, such as 0 1, and rec[-1] or sweep[0] as the first of a pair."],
    ["SWAP sweep[1] 0", "STIM_VALUE 1:6 SWAP with the target sweep[1] | SWAP takes pairs of qubits, such as 0 1."],
    ["X_ERROR 0", "STIM_VALUE 1:1 X_ERROR with 0 arguments | X_ERROR takes 1 arguments in round brackets."],
    ["M(0.1, 0.2) 0", "STIM_VALUE 1:1 M with 2 arguments | M takes 0 to 1 arguments in round brackets."],
    ["X_ERROR(1.5) 0", "STIM_VALUE 1:1 X_ERROR with the probability 1.5 | Write a probability from 0 to 1."],
    ["PAULI_CHANNEL_1(0.5, 0.5, 0.1) 0", "STIM_VALUE 1:1 PAULI_CHANNEL_1 with the probability 0.5, 0.5, 0.1 | Write probabilities from 0 to 1 whose sum is at most 1."],
    ["OBSERVABLE_INCLUDE(1.5) rec[-1]", "STIM_VALUE 1:1 OBSERVABLE_INCLUDE with the index 1.5 | Write an integer from 0 to 16777215."],
    ["MPP X1*Z1", "STIM_VALUE 1:10 MPP with X1*Z1, which is not Hermitian | Write Y0 for the product of X0 and Z0, and no qubit twice."],
    ["MPP X1**X2", "STIM_SYNTAX 1:8 a * that joins nothing | Write products as X1*Y2*Z3."],
    ["MPP X1*", "STIM_SYNTAX 1:8 a * that joins nothing | Write products as X1*Y2*Z3."],
    ["H 1*2", "STIM_SYNTAX 1:4 `*2` right behind something else | Put a space before each target."],
    ["DETECTOR rec[-0]", "STIM_VALUE 1:17 rec[-0] | The latest measurement is rec[-1]."],
    ["DETECTOR rec[1]", "STIM_SYNTAX 1:10 `rec[1]` where a target belongs | Write a target as digits."],
    ["DETECTOR(1e400)", "STIM_VALUE 1:10 1e400 is no finite number | Write a number below 1.8e308."],
    ["DETECTOR()", "STIM_SYNTAX 1:10 `)` where a number belongs | Write arguments as decimal numbers, such as 0.001 or 1e-3."],
    ["H[a 0\n]", "STIM_SYNTAX 1:2 a tag without its ] | Close the tag with ] on the same line; write \\C for a ] in it, \\n for a line feed."],
    ["H[\\x] 0", "STIM_SYNTAX 1:2 \\x in a tag | Write \\B for a backslash, \\C for ], \\n and \\r for the ends of lines."],
    ["H 16777216", "STIM_LIMIT 1:3 a target beyond 16777215 | Write a number up to 16777215."],
    ["TICK 1", "STIM_VALUE 1:6 TICK with the target 1 | TICK takes no targets."],
    ["REPEAT 0 {\nH 0\n}", "STIM_VALUE 1:8 a block that is repeated 0 times | Repeat a block at least once, or remove it."],
    ["REPEAT 99999999999999999999 {", "STIM_LIMIT 1:8 the number of repetitions beyond 9007199254740991 | Write a number up to 9007199254740991."],
    ["REPEAT 2\n{\nH 0\n}", "STIM_SYNTAX 1:9 the end of the line where the { of REPEAT belongs | Write REPEAT N { on one line."],
    ["REPEAT 2 3 {", "STIM_SYNTAX 1:10 `3 {` where the { of REPEAT belongs | Write REPEAT N { on one line."],
    ["X 0\nREPEAT 2 {\nH 0", "STIM_SYNTAX 2:1 a block that is not closed | Close the REPEAT block with } on a line of its own."],
    ["REPEAT 2 {\n}", "STIM_SYNTAX 1:1 an empty REPEAT block | Put an instruction into the block, or remove it."],
    ["H 0\n}", "STIM_SYNTAX 2:1 a } that closes nothing | Remove it, or open a block with REPEAT N {."],
    ["H 0 {", "STIM_SYNTAX 1:1 H opens no block | Only REPEAT N is followed by {."],
    ["é 0", "STIM_SYNTAX 1:1 an instruction cannot begin with `é 0` | Begin a line with the name of an instruction, # or }."],
    ["REPEAT 1 {\n".repeat(65), "STIM_LIMIT 65:1 blocks nest deeper than 64 | Multiply the counts of blocks that hold nothing but a block."],
  ])("%j is refused", (text, said) => {
    expect(refusal(text)).toBe(said);
  });
});

describe("a product of Paulis", () => {
  it.each([["MPP X0*Y0*Z0*X1", undefined], ["MPP X0*Y0*X1*Y1", ["0=2,1=2", 2]], ["MPP !X0*!Z1", ["0=1,1=2", 0]], ["MPP !Y0*Y0", ["", 2]]] as const)("%s", (text, expected) => {
    if (expected === undefined) {
      expect(faultOf(() => parseStim(text)).fault).toBe("STIM_VALUE");
      return;
    }
    const [first] = parseStim(text);
    if (first === undefined || !("targets" in first)) throw new Error("no instruction");
    const { paulis, turns } = productOf(first.targets, 0, first.targets.length);
    expect([[...paulis].map(([qubit, bits]) => `${qubit}=${bits}`).join(","), turns]).toEqual(expected);
  });
});
