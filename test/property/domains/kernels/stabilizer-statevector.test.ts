// Two backends, one meaning: under the same key the stabilizer and the state-vector kernel draw the same bits, so
// domains/q may pick either. The dense kernel also settles what each Clifford angle means.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runStabilizerJob } from "../../../../domains/kernels/stabilizer/kernel.ts";
import { runCircuitJob } from "../../../../domains/kernels/statevector/kernel.ts";
import { anyKey, anyPauliSum, measuredClifford, pauliFeedForward, unitaryClifford } from "../../../support/clifford-circuits.ts";

const SIZES = [{ qubits: 2, length: 30 }, { qubits: 4, length: 60 }, { qubits: 7, length: 90 }] as const;

describe("stabilizer and state vector", () => {
  it.each(SIZES)("draw the same bits, $qubits qubits", (size) => {
    fc.assert(fc.property(fc.oneof(measuredClifford(size), pauliFeedForward(size)), anyKey, fc.constantFrom(1, 30), (circuit, key, shots) => {
      const job = { mode: "sample", circuit, shots, key } as const;
      expect(runStabilizerJob(job)).toEqual(runCircuitJob(job));
    }), { numRuns: 40 });
  });

  it.each(SIZES)("agree on expectations to 1e-12, $qubits qubits", (size) => {
    fc.assert(fc.property(unitaryClifford(size), anyPauliSum(size.qubits), (circuit, observable) => {
      const job = { mode: "expectation", circuit, observable } as const;
      const [stabilizer, dense] = [runStabilizerJob(job), runCircuitJob(job)];
      if (stabilizer.mode !== "expectation" || dense.mode !== "expectation") throw new Error("mode");
      expect(Math.abs((stabilizer.value[0] ?? NaN) - (dense.value[0] ?? NaN))).toBeLessThan(1e-12);
    }), { numRuns: 40 });
  });
});
