// GHZ, W, teleportation and composed gates of the library, by the plain reference.
import { describe, expect, it } from "vitest";
import { basisState, branchesOf, fidelity, graphOdds, graphState, weight, type Complex } from "../../../../support/plain-graph.ts";
import { circuit, image, listed, register, unitaryOf } from "../../../../support/registers.ts";

const odds = (amplitudes: readonly Complex[]): readonly number[] => amplitudes.map(([re, im]) => re * re + im * im);
const phase = (angle: number): Complex => [Math.cos(angle), Math.sin(angle)];
/** diag(1, …, 1, e^{iθ}) on n qubits, as columns. */
const lastPhase = (n: number, theta: number): readonly (readonly Complex[])[] =>
  Array.from({ length: 1 << n }, (_, column) => Array.from({ length: 1 << n }, (__, row): Complex => (row !== column ? [0, 0] : row === (1 << n) - 1 ? phase(theta) : [1, 0])));

describe("states of the library", () => {
  it.each([1, 2, 3, 4, 5])("GHZ of %i qubits is the sum of all 0 and all 1", (n) => {
    const qubits = register("q", n);
    const { amplitudes } = graphState(circuit(["ghz"], `GHZ(${listed(qubits)})`), basisState(qubits, 0));
    amplitudes.forEach(([re, im], at) => {
      expect(re).toBeCloseTo(at === 0 || at === amplitudes.length - 1 ? Math.SQRT1_2 : 0, 12);
      expect(im).toBeCloseTo(0, 12);
    });
  });

  it.each([1, 2, 3, 4, 5])("W of %i qubits has one 1, anywhere with the same sign and probability", (n) => {
    const qubits = register("q", n);
    const { amplitudes } = graphState(circuit(["w"], `W_STATE(${listed(qubits)})`), basisState(qubits, 0));
    amplitudes.forEach(([re, im], at) => {
      expect(re).toBeCloseTo((at & (at - 1)) === 0 && at !== 0 ? 1 / Math.sqrt(n) : 0, 12);
      expect(im).toBeCloseTo(0, 12);
    });
  });

  it("reads a W state of three with each outcome one time in three", () => {
    const graph = circuit(["w", "gates"], "ALLOC_LQ n=3 -> q0, q1, q2", "W_STATE([q0, q1, q2])", "MEASURE_ALL([q0, q1, q2], [m0, m1, m2])");
    expect([...graphOdds(graph)].map(([key, value]) => [key, Math.round(value * 1e12) / 1e12]).sort()).toEqual([
      ["m0=0 m1=0 m2=1", 0.333333333333], ["m0=0 m1=1 m2=0", 0.333333333333], ["m0=1 m1=0 m2=0", 0.333333333333]]);
  });

  it("teleports any state: every branch leaves it on the far qubit, each with probability 1/4", () => {
    const prepare = (q: string): readonly string[] => [`APPLY_RY ${q}, theta=0.7`, `APPLY_RZ ${q}, theta=1.9`];
    const wanted = graphState(circuit([], ...prepare("far")), basisState(["far"], 0)).amplitudes;
    const branches = branchesOf(circuit(["teleport"], "ALLOC_LQ n=3 -> source, half, far", ...prepare("source"), "TELEPORT(source, half, far, m0, m1)"));
    expect(branches.map(({ events }) => `${String(events.get("m0"))}${String(events.get("m1"))}`).sort()).toEqual(["00", "01", "10", "11"]);
    for (const branch of branches) {
      expect(weight(branch)).toBeCloseTo(0.25, 12);
      const [m0 = 0, m1 = 0] = [branch.events.get("m0"), branch.events.get("m1")];
      const far = [0, 1].map((bit): Complex => branch.amplitudes[m0 + 2 * m1 + 4 * bit] ?? [0, 0]).map(([re, im]): Complex => [2 * re, 2 * im]);
      expect(fidelity([far], [wanted])).toBeCloseTo(1, 12);
    }
  });
});

describe("gates of the library", () => {
  it.each([1, 2, 3, 4, 5])("MCPHASE and MCZ of %i qubits turn the last basis state alone", (n) => {
    const qubits = register("q", n);
    expect(fidelity(unitaryOf(circuit(["gates"], `MCPHASE(${listed(qubits)}, 0.7)`), qubits), lastPhase(n, 0.7))).toBeCloseTo(1, 12);
    expect(fidelity(unitaryOf(circuit(["gates"], `MCZ(${listed(qubits)})`), qubits), lastPhase(n, Math.PI))).toBeCloseTo(1, 12);
  });

  it.each([1, 2, 3, 4])("MCX with %i controls flips the target where all are 1", (n) => {
    const qubits = [...register("c", n), "t"];
    const graph = circuit(["gates"], `MCX(${listed(register("c", n))}, t)`);
    for (let from = 0; from < 1 << (n + 1); from++) expect(image(graph, qubits, from)).toBe((from & ((1 << n) - 1)) === (1 << n) - 1 ? from ^ (1 << n) : from);
  });

  it("CRY and CRZ turn the target where the control is 1", () => {
    for (const [name, op] of [["CRY", "APPLY_RY"], ["CRZ", "APPLY_RZ"]] as const) {
      const controlled = unitaryOf(circuit(["gates"], `${name}(c, t, 0.9)`), ["t", "c"]);
      const plain = unitaryOf(circuit([], `${op} t, theta=0.9`), ["t"]);
      const expected = [0, 1, 2, 3].map((column) => [0, 1, 2, 3].map((row): Complex => (column < 2 || row < 2 ? [row === column ? 1 : 0, 0] : plain[column - 2]?.[row - 2] ?? [0, 0])));
      expect(fidelity(controlled, expected)).toBeCloseTo(1, 12);
    }
    expect(odds(graphState(circuit(["gates"], "BELL_PAIR(a, b)"), basisState(["a", "b"], 0)).amplitudes).map((value) => Math.round(value * 1e9) / 1e9)).toEqual([0.5, 0, 0, 0.5]);
  });
});
