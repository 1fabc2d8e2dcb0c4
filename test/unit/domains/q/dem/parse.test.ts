import { describe, expect, it } from "vitest";
import { flattened } from "../../../../../domains/q/dem/flatten.ts";
import { parseDem } from "../../../../../domains/q/dem/parse.ts";
import { printDem, printModel } from "../../../../../domains/q/dem/print.ts";
import { faultOf } from "../../../../support/refusals.ts";

function refusal(text: string): string {
  const { fault, detail, next } = faultOf(() => parseDem(text, { file: "a.dem" }));
  expect(detail["file"]).toBe("a.dem");
  return `${fault} ${String(detail["line"])}:${String(detail["column"])} ${String(detail["what"])} | ${next}`;
}

describe("an error model's text", () => {
  it.each([
    ["ERROR(0.10) d0 D1 ^ l2 # c", "error(0.1) D0 D1 ^ L2"], ["error[a\\C](1e-3)", "error[a\\C](0.001)"], ["detector(1, 2.50) D3 D4", "detector(1, 2.5) D3 D4"], ["logical_observable L1 L2", "logical_observable L1 L2"],
    ["shift_detectors(1,0) 05", "shift_detectors(1, 0) 5"], ["repeat[t] 1000000000000000 {\nerror(0) D0 D0\nrepeat 0 {\nshift_detectors 1\n}\n}", "repeat[t] 1000000000000000 {\n    error(0) D0 D0\n    repeat 0 {\n        shift_detectors 1\n    }\n}"],
  ])("%j is %j", (text, canonical) => {
    expect(printDem(parseDem(text))).toBe(`${canonical}\n`);
    expect(printDem(parseDem(canonical))).toBe(`${canonical}\n`);
  });

  it.each([
    ["fault(0.1) D0", "STIM_SYNTAX 1:1 there is no instruction fault | Write error, detector, logical_observable, shift_detectors or repeat."],
    ["error D0", "STIM_VALUE 1:1 error with the arguments  | Write one probability from 0 to 1: error(0.001) D0 D1."],
    ["error(1.5) D0", "STIM_VALUE 1:1 error with the arguments 1.5 | Write one probability from 0 to 1: error(0.001) D0 D1."],
    ["error(0.1) D0 ^", "STIM_SYNTAX 1:16 a ^ that separates nothing | Put ^ between targets: D0 D1 ^ D2 L0."],
    ["error(0.1) ^ D0", "STIM_SYNTAX 1:12 a ^ that separates nothing | Put ^ between targets: D0 D1 ^ D2 L0."],
    ["error(0.1) D0 ^ ^ D1", "STIM_SYNTAX 1:17 a ^ that separates nothing | Put ^ between targets: D0 D1 ^ D2 L0."],
    ["error(0.1) D0^D1", "STIM_SYNTAX 1:14 `^D1` right behind something else | Put a space before each target."],
    ["error(0.1) 5", "STIM_SYNTAX 1:12 `5` where a target belongs | Write D0, L0 or ^."],
    ["detector L0", "STIM_VALUE 1:10 detector of the other kind of target | Write detector D0."],
    ["\nlogical_observable", "STIM_SYNTAX 2:1 logical_observable without a target | Write logical_observable L0."],
    ["logical_observable(1) L0", "STIM_VALUE 1:1 logical_observable with arguments | Write logical_observable L0."],
    ["shift_detectors -1", "STIM_SYNTAX 1:17 `-1` where a number of detectors belongs | Write a number of detectors as digits."],
    ["shift_detectors 1 2", "STIM_SYNTAX 1:19 `2` behind the number of detectors | Give shift_detectors one number."],
    ["repeat 2 {\nerror(0.1) D0", "STIM_SYNTAX 1:1 a block that is not closed | Close the repeat block with } on a line of its own."],
    ["repeat 2 {\n}", "STIM_SYNTAX 1:1 an empty repeat block | Put an instruction into the block, or remove it."],
    ["error(0.1) D0 {", "STIM_SYNTAX 1:1 error opens no block | Only repeat N is followed by {."],
    ["error(0.1) D9007199254740992", "STIM_LIMIT 1:13 a detector's index beyond 9007199254740991 | Write a number up to 9007199254740991."],
  ])("%j is refused", (text, said) => {
    expect(refusal(text)).toBe(said);
  });
});

describe("a flattened error model", () => {
  it("has absolute detectors and places, and what is there twice cancelled in its part", () => {
    expect(flattened("error(0.1) D9 D0 L0 D9 D9\ndetector(1, 1) D0\nrepeat 3 {\n error(0.2) D0 D1 ^ D1 L1\n detector(0.5) D1\n shift_detectors(1, 2, 3) 2\n}\ndetector(0) D3\nlogical_observable L4")).toEqual({
      detectors: 10, observables: 5,
      mechanisms: [
        { probability: 0.1, parts: [{ detectors: [0, 9], observables: [0] }] },
        ...[0, 2, 4].map((at) => ({ probability: 0.2, parts: [{ detectors: [at, at + 1], observables: [] }, { detectors: [at + 1], observables: [1] }] })),
      ],
      coordinates: new Map([[0, [1, 1]], [1, [0.5]], [3, [1.5]], [5, [2.5]], [9, [3]]]),
    });
  });

  it("is its text again, which declares what no error names", () => {
    const text = "error(0.1) D0 ^ D2 L1\nerror(0.25)\nerror(0.5) D0 D1\ndetector(1) D1\ndetector D3\nlogical_observable L0\n";
    expect(printModel(flattened(text))).toBe(text);
  });

  it("is refused with the number when nobody could hold it", () => {
    expect(faultOf(() => flattened("repeat 1000000000000000 {\n repeat 2 {\n error(0.1) D0\n}\n}")).detail).toEqual({ line: 1, column: 1, what: "a model that weighs 11000000000000000 when its blocks are repeated" });
    expect(faultOf(() => flattened("repeat 1000000000000000 {\n repeat 0 {\n error(0.1) D0\n}\n}")).detail["what"]).toBe("a model that weighs 1000000000000001 when its blocks are repeated");
    expect(faultOf(() => flattened("shift_detectors 67108863\ndetector D0\nerror(0.1) D1")).detail).toEqual({ line: 3, column: 1, what: "D67108864, with the shifts before it" });
  });
});
