// Expectation values in shared passes: the bits of a Pauli sum are those of its terms evaluated one by one.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { planCircuit } from "../../../../domains/kernels/statevector/plan.ts";
import { referenceExpectation, referenceRun } from "../../../../domains/kernels/statevector/reference.ts";
import { Register } from "../../../../domains/kernels/statevector/register.ts";
import { expectationIn } from "../../../../domains/kernels/statevector/words.ts";
import { unitaryCircuit } from "../../../support/statevector-circuits.ts";

const anyWords = (qubits: number) => fc.array(fc.record({
  coefficient: fc.double({ min: -2, max: 2, noNaN: true }), x: fc.oneof(fc.constant(0), fc.constant(5), fc.nat(2 ** qubits - 1)), z: fc.nat(2 ** qubits - 1),
}), { maxLength: 14 });

describe("a Pauli sum", () => {
  it("has the bits of its words one by one, and the reference's value to 1e-12", () => {
    const cases = fc.integer({ min: 3, max: 10 }).chain((qubits) => fc.tuple(unitaryCircuit(qubits, 24), anyWords(qubits)));
    fc.assert(fc.property(cases, ([circuit, words]) => {
      const register = new Register({ qubits: circuit.qubits });
      for (const step of planCircuit(circuit).steps) register.apply(step);
      const { wasm, state, qubits, scratch } = register;
      const alone = words.reduce((sum, { coefficient, x, z }) => sum + coefficient * wasm.expectPauli(state, qubits, x, z, scratch), 0);
      expect(expectationIn(register, words)).toBe(alone);
      if (qubits > 6) return;
      const letter = (x: number, z: number): number => (x === 1 ? 1 + z : 3 * z);
      const paulis = Uint8Array.from(words.flatMap(({ x, z }) => Array.from({ length: qubits }, (_, q) => letter((x >> q) & 1, (z >> q) & 1))));
      const want = referenceExpectation(referenceRun(circuit).state, { coefficients: Float64Array.from(words, ({ coefficient }) => coefficient), paulis });
      expect(Math.abs(alone - want)).toBeLessThan(1e-12);
    }), { numRuns: 80 });
  });
});
