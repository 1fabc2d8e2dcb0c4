// What an experiment weighs, and what the kernel's tables and answers are made of at their edges.
import { describe, expect, it } from "vitest";
import { createQAdmission } from "../../../../../domains/q/admission.ts";
import { decoderOfModel } from "../../../../../domains/q/qec/decoder.ts";
import { uniformNoise } from "../../../../../domains/q/qec/experiment.ts";
import { sizeOf } from "../../../../../domains/q/qec/size.ts";
import { parseStim } from "../../../../../domains/q/stim/parse.ts";
import { tick } from "../../../../../kernel-abi/ids.ts";
import { faultOf } from "../../../../support/refusals.ts";
import { view } from "../fixtures.ts";

describe("the size of a circuit", () => {
  it("counts targets and detectors as often as their blocks are repeated, and indices from 0", () => {
    const text = "R 0\nREPEAT 5 {\n X_ERROR(0.1) 0 6\n REPEAT 3 {\n  H 2\n }\n M 0\n DETECTOR rec[-1]\n TICK\n}\nCX rec[-1] 1\nOBSERVABLE_INCLUDE(3) rec[-1]\nQUBIT_COORDS(1) 40\n";
    expect(sizeOf(parseStim(text))).toEqual({ qubits: 7, operations: 1 + 5 * (2 + 3 + 1) + 2, detectors: 5, observables: 4 });
  });

  it("stays a whole number however often a block is repeated", () => {
    expect(sizeOf(parseStim("REPEAT 1000000000 {\n REPEAT 1000000000 {\n  X 0\n }\n}\n")).operations).toBe(Number.MAX_SAFE_INTEGER);
  });
});

it("detection events are weighed by the whole bytes of their rows", () => {
  const admission = createQAdmission();
  const contract = view(admission.request({ qubits: 64, budget: Number.MAX_SAFE_INTEGER }, tick(0)));
  // 24 detectors and an observable: 25 bits would fit ten million times, the 32 of their bytes do not.
  const experiment = { code: "surface_code:rotated_memory_z", distance: 3, rounds: 3, noise: uniformNoise(0.01) };
  const { fault, detail } = faultOf(() => { admission.shape({ mode: "events", experiment, shots: 10_000_000 }, []).capacity(contract); });
  expect([fault, detail["resultBits"]]).toEqual(["Q_ERR_RESOURCE_UNAVAILABLE", 320_000_000]);
});

it("a table says what more than eight observables did", () => {
  const flips = (detectors: readonly number[], observables: readonly number[]) => ({ probability: 0.1, parts: [{ detectors, observables }] });
  const decoder = decoderOfModel({ detectors: 2, observables: 10, mechanisms: [flips([0], [8]), flips([1], [0, 9])], coordinates: new Map() }, { name: "lookup" });
  expect(decoder).toEqual({ name: "table", table: Uint8Array.of(0, 0, 0, 1, 1, 2, 1, 3) });
});
