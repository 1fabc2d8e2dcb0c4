// Observables in both notations, checked against what they are: numbers on states that are known.
import { describe, expect, it } from "vitest";
import { circuit } from "../../../../../domains/q/api/circuit.ts";
import type { Circuit } from "../../../../../domains/q/api/circuit.ts";
import { pauliSum } from "../../../../../domains/q/api/pauli.ts";
import { bell } from "../../../../../domains/q/api/library.ts";
import type { PauliSum } from "../../../../../domains/kernels/circuit.ts";
import { runStabilizerJob } from "../../../../../domains/kernels/stabilizer/kernel.ts";
import { Fault } from "../../../../../kernel-abi/fault.ts";

function expectationOf(built: Circuit, observable: PauliSum): number | undefined {
  const output = runStabilizerJob({ mode: "expectation", circuit: built.lower(), observable });
  return output.mode === "expectation" ? output.value[0] : undefined;
}

describe("numbered words", () => {
  it("put each letter on its qubit, in the order of the terms", () => {
    expect(pauliSum(3, [[0.5, "Z0 Y2"], [-1, "X1"], [2, "I"], [3, ""], [4, " I0  Z1 "]])).toEqual({
      coefficients: Float64Array.of(0.5, -1, 2, 3, 4),
      paulis: Uint8Array.of(3, 0, 2, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0),
    });
  });
});

describe("words of letters", () => {
  it("are read from the end that is named", () => {
    expect(pauliSum(3, { XYZ: 1 }, { left: "qubit 0" }).paulis).toEqual(Uint8Array.of(1, 2, 3));
    expect(pauliSum(3, { XYZ: 1 }, { left: "last qubit" }).paulis).toEqual(Uint8Array.of(3, 2, 1));
    expect(pauliSum(2, [[1, "IZ"], [2, "IZ"]], { left: "qubit 0" })).toEqual(pauliSum(2, [[1, "Z1"], [2, "Z1"]]));
  });

  it("give the Hartree-Fock energy of H2 in the state that has it, and not with the letters the other way round", () => {
    const hydrogen = { II: -1.052373245772859, IZ: 0.39793742484318045, ZI: -0.39793742484318045, ZZ: -0.01128010425623538, XX: 0.18093119978423156 };
    const hartreeFock = circuit(2).x(0);
    expect(expectationOf(hartreeFock, pauliSum(2, hydrogen, { left: "last qubit" }))).toBeCloseTo(-1.116998996754 - 0.7199689944489797, 9);
    expect(expectationOf(hartreeFock, pauliSum(2, hydrogen, { left: "qubit 0" }))).toBeGreaterThan(-1);
  });
});

it("an empty sum is 0, a Bell pair has ⟨XX⟩ = 1, ⟨YY⟩ = -1", () => {
  expect(expectationOf(bell(), pauliSum(2, []))).toBe(0);
  expect(expectationOf(bell(), pauliSum(2, [[1, "X0 X1"], [10, "Y0 Y1"], [100, "Z0"]]))).toBe(-9);
});

describe("refusals", () => {
  // What no typed caller can write, as it comes from JavaScript.
  const wrong = (value: unknown): never => value as never;
  const cases: readonly (readonly [string, () => unknown, Readonly<Record<string, unknown>>])[] = [
    ["no qubits", () => pauliSum(0, []), { argument: "pauliSum: qubits", value: 0 }],
    ["a qubit that is not there", () => pauliSum(2, [[1, "X0 X2"]]), { argument: "pauliSum: word", value: "X0 X2", allowed: "qubits 0 to 1" }],
    ["a qubit twice", () => pauliSum(2, [[1, "X0 Z0"]]), { argument: "pauliSum: word", value: "X0 Z0", allowed: "each qubit at most once" }],
    ["a letter without a qubit", () => pauliSum(2, [[1, "XX"]]), { argument: "pauliSum: word", value: "XX" }],
    ["a small letter", () => pauliSum(2, [[1, "x0"]]), { argument: "pauliSum: word", value: "x0" }],
    ["a leading zero", () => pauliSum(2, [[1, "X01"]]), { argument: "pauliSum: word", value: "X01" }],
    ["too few letters", () => pauliSum(3, { XX: 1 }, { left: "qubit 0" }), { argument: "pauliSum: word", value: "XX", allowed: "3 letters of I, X, Y, Z" }],
    ["a fifth letter", () => pauliSum(2, { XA: 1 }, { left: "qubit 0" }), { argument: "pauliSum: word", value: "XA" }],
    ["letters without their order", () => pauliSum(2, wrong({ XX: 1 })), { argument: "pauliSum: word", value: "XX" }],
    ["an order that says nothing", () => pauliSum(2, { XX: 1 }, wrong({ left: "0" })), { argument: "pauliSum: left", value: "0" }],
    ["a coefficient that is no number", () => pauliSum(1, [[Number.NaN, "X0"]]), { argument: "pauliSum: coefficient", value: "NaN" }],
    ["an infinite coefficient", () => pauliSum(1, { X: Infinity }, { left: "qubit 0" }), { argument: "pauliSum: coefficient", value: "Infinity" }],
    ["a word that is no text", () => pauliSum(1, wrong([[1, 7]])), { argument: "pauliSum: word", value: 7 }],
    ["a term of three parts", () => pauliSum(1, wrong([[1, "X0", 2]])), { argument: "pauliSum: term" }],
    ["no terms", () => pauliSum(1, wrong("X0")), { argument: "pauliSum: terms", value: "X0" }],
  ];
  it.each(cases)("%s", (_, call, detail) => {
    let caught: unknown;
    try { call(); } catch (error) { caught = error; }
    expect(caught).toBeInstanceOf(Fault);
    expect(caught).toMatchObject({ fault: "ABI_MALFORMED", detail });
  });
});
