// Refused calls of a union are told by the form they name: what is wrong with it, and where.
import { describe, expect, it } from "vitest";
import { Fault } from "../../../kernel-abi/fault.ts";
import { jobId } from "../../../kernel-abi/ids.ts";
import { parseCall as parsePhi } from "../../../domains/phi/call.ts";
import { circuit } from "../../../domains/q/api/circuit.ts";
import { parseCall as parseQ } from "../../../domains/q/job.ts";

const lowered = circuit(1).h(0).measureAll().lower();
function told(parse: () => unknown): unknown {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return [error.fault, error.detail["at"], error.detail["what"]];
  }
}

describe("a refused call", () => {
  it.each([
    [{ mode: "counts", circuit: lowered, shots: 0 }, "/shots", "must be >= 1"], [{ mode: "counts", circuit: lowered, shots: 2.5 }, "/shots", "must be integer"],
    [{ mode: "counts", circuit: lowered }, "", "must have required properties shots"], [{ mode: "bits", circuit: lowered, shots: 2 }, "/shots", "must be equal to constant"],
    [{ mode: "bits", circuit: lowered, shot: 1 }, "/shot", "no field of this"], [{ mode: "expectation", circuit: lowered, shots: 1 }, "", "must have required properties observable"],
    [{ mode: "count", circuit: lowered }, "/mode", "one of bits, counts, expectation, gradient, events, logical"], [{}, "/mode", "one of bits, counts, expectation, gradient, events, logical"], [null, "/mode", "one of bits, counts, expectation, gradient, events, logical"],
  ])("of Q: %#", (call, at, what) => { expect(told(() => parseQ(call))).toEqual(["ABI_MALFORMED", at, what]); });

  it.each([
    [{ op: "align", kappa: 1e308 }, "/kappa", "must be <= 1048576"], [{ op: "align", kappa: Infinity }, "/kappa", "must be number"], [{ op: "shift" }, "", "must have required properties delta"],
    [{ op: "merge", kappa: 1 }, "/kappa", "no field of this"], [{ op: "turn" }, "/op", "one of open, shift, align, merge, split, evaluate, close, kuramoto, ising, spectrum"],
  ])("of Φ: %#", (call, at, what) => { expect(told(() => parsePhi(call, [jobId(1)]))).toEqual(["ABI_MALFORMED", at, what]); });

  it("in a run recorded before that is told as it was", () => {
    expect(told(() => parseQ({ mode: "counts", circuit: lowered, shots: 0 }, new Set()))).toEqual(["ABI_MALFORMED", "/mode", "must be equal to constant"]);
    expect(told(() => parsePhi({ op: "align", kappa: 1e308 }, [jobId(1)], new Set()))).toEqual(["ABI_MALFORMED", "", "must have required properties phases"]);
  });
});
