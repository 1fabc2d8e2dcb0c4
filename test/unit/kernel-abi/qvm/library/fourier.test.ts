// The Fourier transform, phase estimation and Grover's search of the library against their definitions.
import { describe, expect, it } from "vitest";
import { basisState, fidelity, graphOdds, graphState, type Complex } from "../../../../support/plain-graph.ts";
import { circuit, listed, register, unitaryOf } from "../../../../support/registers.ts";

/** Column x, row y: e^{±2πi xy/N}/√N. */
const fourier = (n: number, sign: number): readonly (readonly Complex[])[] => {
  const size = 1 << n;
  return Array.from({ length: size }, (_, x) => Array.from({ length: size }, (__, y): Complex => {
    const angle = (sign * 2 * Math.PI * x * y) / size;
    return [Math.cos(angle) / Math.sqrt(size), Math.sin(angle) / Math.sqrt(size)];
  }));
};

describe("the Fourier transform", () => {
  it.each([1, 2, 3, 4])("of %i qubits is the matrix e^{2πi xy/N}/√N, and its inverse undoes it", (n) => {
    const qubits = register("q", n);
    expect(Math.abs(fidelity(unitaryOf(circuit(["qft"], `QFT(${listed(qubits)})`), qubits), fourier(n, 1)) - 1)).toBeLessThan(1e-12);
    expect(Math.abs(fidelity(unitaryOf(circuit(["qft"], `IQFT(${listed(qubits)})`), qubits), fourier(n, -1)) - 1)).toBeLessThan(1e-12);
    const both = unitaryOf(circuit(["qft"], `QFT(${listed(qubits)})`, `IQFT(${listed(qubits)})`), qubits);
    expect(Math.abs(fidelity(both, both.map((column, x) => column.map((_, y): Complex => [x === y ? 1 : 0, 0]))) - 1)).toBeLessThan(1e-12);
  });
});

/** The chance of y when n bits of the phase φ are estimated: |Σ_k e^{2πi k(φ - y/N)}|²/N². */
function estimate(n: number, phi: number, y: number): number {
  const size = 1 << n;
  let [re, im] = [0, 0];
  for (let k = 0; k < size; k++) {
    re += Math.cos(2 * Math.PI * k * (phi - y / size));
    im += Math.sin(2 * Math.PI * k * (phi - y / size));
  }
  return (re * re + im * im) / (size * size);
}

describe("phase estimation", () => {
  const unitary = (phi: number): readonly string[] => [".macro TURN(control, target, power)", `CPHASE(control, target[0], 2*pi*${String(phi)}*power)`, ".endmacro"];

  it.each([[1, 0.5], [2, 0.75], [3, 0.375], [3, 0.2], [4, 0.71]])("with %i qubits finds the phase %f as often as theory says", (n, phi) => {
    const count = register("c", n);
    const graph = circuit(["phase"], ...unitary(phi), `ALLOC_LQ n=${String(n + 1)} -> ${count.join(", ")}, t`, "APPLY_X t",
      `PHASE_ESTIMATION(${listed(count)}, [t], TURN)`, `MEASURE_ALL(${listed(count)}, ${listed(register("m", n))})`);
    for (let y = 0; y < 1 << n; y++) {
      const key = register("m", n).map((name, bit) => `${name}=${String((y >> bit) & 1)}`).join(" ");
      expect(graphOdds(graph).get(key) ?? 0).toBeCloseTo(estimate(n, phi, y), 12);
    }
  });
});

describe("Grover's search", () => {
  it.each([1, 2, 3, 4])("of %i qubits: the oracle marks its target alone", (n) => {
    const qubits = register("q", n);
    for (let target = 0; target < 1 << n; target++) {
      const marked = Array.from({ length: 1 << n }, (_, x) => Array.from({ length: 1 << n }, (__, y): Complex => [x !== y ? 0 : x === target ? -1 : 1, 0]));
      expect(fidelity(unitaryOf(circuit(["grover"], `GROVER_ORACLE(${listed(qubits)}, ${String(target)})`), qubits), marked)).toBeCloseTo(1, 12);
    }
  });

  it.each([1, 2, 3])("of %i qubits: the diffusion is 2|s><s| - 1", (n) => {
    const size = 1 << n;
    const qubits = register("q", n);
    const reflection = Array.from({ length: size }, (_, x) => Array.from({ length: size }, (__, y): Complex => [2 / size - (x === y ? 1 : 0), 0]));
    expect(fidelity(unitaryOf(circuit(["grover"], `GROVER_DIFFUSION(${listed(qubits)})`), qubits), reflection)).toBeCloseTo(1, 12);
  });

  it.each([[2, 1], [3, 1], [3, 2], [4, 3]])("of %i qubits finds every target after %i iterations with probability sin²((2k+1)θ)", (n, iterations) => {
    const qubits = register("q", n);
    const theta = Math.asin(1 / Math.sqrt(1 << n));
    for (let target = 0; target < 1 << n; target += n === 4 ? 5 : 1) {
      const { amplitudes } = graphState(circuit(["grover"], `GROVER(${listed(qubits)}, ${String(target)}, ${String(iterations)})`), basisState(qubits, 0));
      const [re, im] = amplitudes[target] ?? [0, 0];
      expect(re * re + im * im).toBeCloseTo(Math.sin((2 * iterations + 1) * theta) ** 2, 12);
    }
  });
});
