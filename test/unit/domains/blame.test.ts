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
    [{ mode: "counts", circuit: lowered }, "", "must have required properties shots"], [{ mode: "bits", circuit: lowered, shots: 2 }, "/shots", "1"],
    [{ mode: "counts", circuit: lowered, shots: 1, fusion: "some" }, "/fusion", "one of exact, fused"],
    [{ mode: "counts", circuit: lowered, shots: 1, noise: { relaxation: { t1: 1, t2: 3 } } }, "/noise/relaxation/t2", "at most 2·t1: energy that is lost takes phase with it"],
    [{ mode: "expectation", circuit: circuit(1).h(0).lower(), shots: 1, observable: { coefficients: Float64Array.of(1), paulis: Uint8Array.of(3, 3) } }, "/observable/paulis", "one letter per term and qubit"],
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
