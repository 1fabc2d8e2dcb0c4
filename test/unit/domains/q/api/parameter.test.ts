// Circuits whose angles are bound late.
import { describe, expect, it } from "vitest";
import { circuit } from "../../../../../domains/q/api/circuit.ts";
import { parameter, parameters } from "../../../../../domains/q/api/parameter.ts";
import { inverseOf } from "../../../../../domains/q/api/instruction.ts";
import { ANGLE_LIMIT } from "../../../../../domains/kernels/libm/portable.ts";
import { faultOf } from "../../../../support/refusals.ts";

const [gamma, beta] = [parameter("gamma"), parameter("beta")];
const layer = circuit(2).h(0, 1).cx(0, 1).rz(gamma.times(-2).plus(0.5), 1).cx(0, 1).rx(0.25, 0).rx(beta, 0, 1).rz(gamma, 0);

describe("a bound circuit", () => {
  it("is the circuit with those angles", () => {
    const plain = circuit(2).h(0, 1).cx(0, 1).rz(-2 * 0.3 + 0.5, 1).cx(0, 1).rx(0.25, 0).rx(0.7, 0, 1).rz(0.3, 0);
    expect(layer.parameters).toEqual(["gamma", "beta"]);
    for (const bound of [layer.bind([0.3, 0.7]), layer.bind(Float64Array.of(0.3, 0.7)), layer.bind({ beta: 0.7, gamma: 0.3 })]) {
      expect(bound.lower()).toEqual(plain.lower());
      expect([bound.parameters, bound.values]).toEqual([["gamma", "beta"], [0.3, 0.7]]);
    }
  });

  it("is measured before it is bound: nothing is added to it", () => {
    const plain = circuit(1).rx(0.4, 0).measureAll();
    expect(circuit(1).rx(gamma, 0).measureAll().bind([0.4]).lower()).toEqual(plain.lower());
    expect("measureAll" in layer.bind([0.3, 0.7])).toBe(false);
  });

  it("knows which angles each parameter moves, and by how much", () => {
    expect(layer.bind([0, 0]).moves).toEqual({ count: 2, entries: Int32Array.of(0, 2, 3, 4), of: Int32Array.of(0, 1, 1, 0), factors: Float64Array.of(-2, 1, 1, 1) });
  });

  it("takes a list under the name of `parameters`", () => {
    const theta = parameters("theta", 3);
    const ansatz = circuit(3).repeat(3, (c, q) => c.ry(theta[q]!, q));
    expect(ansatz.parameters).toEqual(["theta[0]", "theta[1]", "theta[2]"]);
    expect(ansatz.bind({ theta: [1, 2, 3] }).lower().angles).toEqual(Float64Array.of(1, 2, 3));
    expect(ansatz.bind({ theta: Float64Array.of(1, 2, 3) }).values).toEqual([1, 2, 3]);
  });

  it("is a value: what it gives is nobody else's", () => {
    const bound = layer.bind([0.3, 0.7]);
    bound.lower().angles.fill(9);
    bound.lower().ops.fill(9);
    bound.moves.factors.fill(9);
    expect(bound.lower()).toEqual(layer.bind([0.3, 0.7]).lower());
    expect(layer.bind([1, 1]).moves.factors[0]).toBe(-2);
  });

  it("stays parametrised where circuits are put together, undone or drawn", () => {
    const twice = circuit(3).append(layer, [2, 1]).append(layer.inverse(), [2, 1]);
    const angles = [...twice.bind([0.3, 0.7]).lower().angles];
    expect(angles.slice(5)).toEqual(angles.slice(0, 5).map((angle) => 0 - angle).reverse());
    expect(twice.size).toBe(2 * layer.size);
    expect(inverseOf({ name: "rz", qubits: [0], angle: 1, moved: { name: "a", factor: 2 }, when: [] })).toMatchObject({ angle: -1, moved: { name: "a", factor: -2 } });
    expect(layer.toString()).toMatch(/-2·gamma \+ 0\.5/);
    expect(layer.depth()).toBe(7);
  });
});

describe("refusals", () => {
  it.each([
    ["one value too few", () => layer.bind([1])], ["an unknown name", () => layer.bind({ gamma: 1, beta: 1, delta: 1 })], ["a missing name", () => layer.bind({ gamma: 1 })],
    ["no number", () => layer.bind(["x" as never, 1])], ["nothing", () => layer.bind(undefined as never)], ["an infinite value", () => layer.bind([1, Infinity])],
    ["an angle too far", () => layer.bind([ANGLE_LIMIT, 0]).lower()], ["an unbound circuit", () => layer.lower()],
    ["a name of blanks", () => parameter(" ")], ["no count", () => parameters("a", 0)], ["a factor that is none", () => gamma.times(NaN)],
  ])("%s", (_, call) => {
    expect(faultOf(call)).toMatchObject({ fault: "ABI_MALFORMED" });
  });
});
