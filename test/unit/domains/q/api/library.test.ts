// Standard circuits against their definitions, on the dense reference.
import { describe, expect, it } from "vitest";
import { bell, ghz, inverseQft, qft } from "../../../../../domains/q/api/library.ts";
import { circuit } from "../../../../../domains/q/api/circuit.ts";
import type { Circuit } from "../../../../../domains/q/api/circuit.ts";
import { referenceRun } from "../../../../../domains/kernels/statevector/reference.ts";

/** Amplitudes [re, im] by basis state; bit i of the index is qubit i. */
function amplitudesOf(built: Circuit): (readonly [number, number])[] {
  const { re, im } = referenceRun(built.lower()).state;
  return Array.from(re, (real, index) => [real, im[index] ?? 0] as const);
}

/** |j⟩ followed by a circuit. */
const from = (j: number, then: Circuit): Circuit =>
  circuit(then.qubits).repeat(then.qubits, (c, i) => ((j >> i) & 1 ? c.x(i) : c)).append(then);

function expectClose(found: readonly (readonly [number, number])[], wanted: readonly (readonly [number, number])[]): void {
  const error = found.reduce((most, [re, im], k) => Math.max(most, Math.abs(re - (wanted[k]?.[0] ?? NaN)), Math.abs(im - (wanted[k]?.[1] ?? NaN))), 0);
  expect(error).toBeLessThan(1e-12);
}

describe("bell, ghz", () => {
  it("superpose all zeros and all ones with equal weight", () => {
    const half = Math.SQRT1_2;
    expectClose(amplitudesOf(bell()), [[half, 0], [0, 0], [0, 0], [half, 0]]);
    expectClose(amplitudesOf(ghz(3)), Array.from({ length: 8 }, (_, k) => [k === 0 || k === 7 ? half : 0, 0] as const));
    expect(ghz(1).lower()).toEqual(circuit(1).h(0).lower());
    expect(ghz(1000).isClifford).toBe(true);
  });
});

describe("qft", () => {
  it.each([1, 2, 3, 5])("is the discrete Fourier transform with +i, qubit 0 least significant, %i qubits", (qubits) => {
    const size = 1 << qubits;
    for (let j = 0; j < size; j++) {
      const row = Array.from({ length: size }, (_, k) => {
        const angle = (2 * Math.PI * ((j * k) % size)) / size;
        return [Math.cos(angle) / Math.sqrt(size), Math.sin(angle) / Math.sqrt(size)] as const;
      });
      expectClose(amplitudesOf(from(j, qft(qubits))), row);
    }
  });

  it.each([1, 2, 4])("is undone by inverseQft, %i qubits", (qubits) => {
    for (let j = 0; j < 1 << qubits; j++) {
      const basis = Array.from({ length: 1 << qubits }, (_, k) => [k === j ? 1 : 0, 0] as const);
      expectClose(amplitudesOf(from(j, qft(qubits).append(inverseQft(qubits)))), basis);
    }
  });

  it("has n(n+1)/2 turns and n/2 swaps", () => {
    expect(qft(6).counts()).toEqual({ h: 6, cp: 15, swap: 3 });
  });

  it.each([0, -1, 1.5, 28])("refuses %d qubits", (qubits) => {
    expect(() => qft(qubits)).toThrow(expect.objectContaining({ fault: "ABI_MALFORMED", detail: { argument: "qft: qubits", value: qubits, allowed: "an integer from 1 to 27" } }));
  });

  it("ghz refuses what is no number of qubits", () => {
    expect(() => ghz(16385)).toThrow(expect.objectContaining({ fault: "ABI_MALFORMED", detail: { argument: "ghz: qubits", value: 16385, allowed: "an integer from 1 to 16384" } }));
  });
});
