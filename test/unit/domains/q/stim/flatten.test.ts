import { describe, expect, it } from "vitest";
import { boundedCounts, countsOf, detectorCoordinates, flattenStim, unrolled } from "../../../../../domains/q/stim/flatten.ts";
import { parseStim } from "../../../../../domains/q/stim/parse.ts";
import { printStim } from "../../../../../domains/q/stim/print.ts";
import { faultOf } from "../../../../support/refusals.ts";

const LOOP = `M 0 1
REPEAT 3 {
    TICK
    MPP X0*X1 Z2
    MXX 3 4 5 6
    SHIFT_COORDS(0, 0, 1)
    REPEAT 2 {
        MPAD 0 1
        DETECTOR(1, 2, 0.5) rec[-1] rec[-7]
    }
    CX sweep[4] 8 rec[-1] 2
    HERALDED_ERASE(0.1) 7
}
DETECTOR
DETECTOR(5) rec[-1]
OBSERVABLE_INCLUDE(2) rec[-1] X11`;

describe("a circuit with blocks", () => {
  it("is counted as it would be unrolled", () => {
    const circuit = parseStim(LOOP);
    const flat = flattenStim(circuit);
    expect(countsOf(circuit)).toEqual({ qubits: 12, measurements: 2 + 3 * 9, detectors: 8, observables: 3, ticks: 3, sweepBits: 5, instructions: 34, targets: 2 + 3 * (4 + 4 + 2 * 4 + 4 + 1) + 3 });
    expect(countsOf(flat)).toEqual(countsOf(circuit));
    expect([...unrolled(circuit)]).toEqual(flat);
    expect(printStim(flat).split("\n").filter((line) => line === "TICK").length).toBe(3);
  });

  it("gives each detector its place, with the shifts before it", () => {
    expect([...detectorCoordinates(parseStim(LOOP))]).toEqual([...[1, 1, 2, 2, 3, 3].map((shift, at) => [at, [1, 2, shift + 0.5]]), [7, [5]]]);
  });

  it("is counted though nobody could run it, and refused with the number where it would be run", () => {
    const circuit = parseStim("REPEAT 1000000000000000 {\n REPEAT 3 {\n M 0\n DETECTOR rec[-1]\n}\n}");
    expect(countsOf(circuit)).toMatchObject({ measurements: 3e15, detectors: 3e15, instructions: 6e15 });
    for (const refused of [() => flattenStim(circuit), () => boundedCounts(circuit), () => detectorCoordinates(circuit)]) {
      expect(faultOf(refused)).toMatchObject({ fault: "STIM_LIMIT", detail: { what: "6000000000000000 instructions when its blocks are repeated" } });
    }
    const first = unrolled(circuit).next();
    expect(first.value?.name).toBe("M");
  });

  it("is refused where no number counts it", () => {
    const { fault, detail } = faultOf(() => countsOf(parseStim("X 1\nREPEAT 9007199254740991 {\n H 0\n H 1\n}")));
    expect([fault, detail]).toEqual(["STIM_LIMIT", { line: 2, column: 1, what: "9007199254740991 repetitions with more than 2^53 instructions in all" }]);
  });

  it("is refused where it looks back further than anything was measured, in the first repetition too", () => {
    const { fault, detail } = faultOf(() => countsOf(parseStim("M 0\nREPEAT 5 {\n DETECTOR rec[-2]\n M 0\n}")));
    expect([fault, detail["line"], detail["what"]]).toEqual(["STIM_VALUE", 3, "DETECTOR looks back at rec[-2], and 1 measurements were made before it"]);
    expect(countsOf(parseStim("M 0\nREPEAT 5 {\n M 0\n DETECTOR rec[-2]\n}")).detectors).toBe(5);
  });
});
