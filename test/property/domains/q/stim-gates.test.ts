// Each unitary three ways: the images in its record, the word in its record, and its matrix from its definition. And every record against the rest.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gateCalled, GATES, type Gate } from "../../../../domains/q/stim/gates.ts";
import { conjugated, conjugatedBy, pauliString, pauliText, times } from "../../../support/paulis.ts";
import { adjoint, MATRICES, pauliMatrix, product, type Matrix } from "../../../support/stim-matrices.ts";

const UNITARIES = [...GATES.values()].filter(({ kind }) => kind === "unitary");
const axes = ({ targets }: Gate): readonly string[] => (targets === "pairs" ? ["X_", "Z_", "_X", "_Z"] : ["X", "Z"]);
const imagesOf = (gate: Gate): Readonly<Record<string, string>> => Object.fromEntries(axes(gate).map((axis, at) => [axis, gate.images[at] ?? "?"]));

/** U·P·U† as a signed Pauli, found by trying all. */
function imageBy(unitary: Matrix, letters: string): string {
  const image = product(product(unitary, pauliMatrix(letters)), adjoint(unitary));
  const strings = letters.length === 1 ? [..."XYZ"] : [..."_XYZ"].flatMap((a) => [..."_XYZ"].map((b) => a + b));
  for (const candidate of strings) {
    for (const sign of [1, -1]) {
      // The matrices are not normalised: their images are Paulis times a positive number.
      const scale = Math.max(...image.flat().map(([re, im]) => Math.abs(re) + Math.abs(im)));
      if (pauliMatrix(candidate).every((row, r) => row.every(([re, im], c) => Math.abs(sign * re * scale - (image[r]?.[c]?.[0] ?? 9)) + Math.abs(sign * im * scale - (image[r]?.[c]?.[1] ?? 9)) < 1e-9))) {
        return `${sign < 0 ? "-" : ""}${candidate}`;
      }
    }
  }
  throw new Error("no Pauli");
}

describe("the unitaries of .stim", () => {
  it.each(UNITARIES.map((gate) => [gate.name, gate] as const))("%s: images, word and matrix agree", (name, gate) => {
    const matrix = MATRICES[name];
    if (matrix === undefined) throw new Error(`no matrix of ${name}`);
    expect(gate.images).toEqual(axes(gate).map((axis) => imageBy(matrix, axis)));
    expect(gate.images).toEqual(axes(gate).map((axis) => pauliText(conjugatedBy(gate.expansion, pauliString(axis)))));
  });

  it.each(UNITARIES.map((gate) => [gate.name, gate] as const))("%s and its inverse undo each other on every Pauli", (_, gate) => {
    const inverse = GATES.get(gate.inverse ?? "");
    if (inverse === undefined) throw new Error("no inverse");
    const qubits = axes(gate).length / 2;
    fc.assert(fc.property(fc.array(fc.constantFrom("_", "X", "Y", "Z"), { minLength: qubits, maxLength: qubits }), fc.boolean(), (letters, minus) => {
      const pauli = pauliString((minus ? "-" : "") + letters.join(""));
      const at = Array.from({ length: qubits }, (_, qubit) => qubit);
      expect(conjugated(conjugated(pauli, imagesOf(gate), at), imagesOf(inverse), at)).toEqual(pauli);
    }), { numRuns: 30 });
  });

  it("keep commutation: images of X and Z of a qubit anticommute, of different qubits commute", () => {
    for (const gate of UNITARIES) {
      gate.images.forEach((a, i) => { gate.images.forEach((b, j) => {
        const [forth, back] = [times(pauliString(a), pauliString(b)), times(pauliString(b), pauliString(a))];
        expect((forth.turns - back.turns + 4) % 4).toBe(i !== j && i >> 1 === j >> 1 ? 2 : 0);
      }); });
    }
  });
});

describe("the records", () => {
  it("have names of their own and are found by each of them, in any case", () => {
    const names = [...GATES.values()].flatMap(({ name, aliases }) => [name, ...aliases]);
    expect(new Set(names).size).toBe(names.length);
    for (const gate of GATES.values()) for (const name of [gate.name, ...gate.aliases]) expect([gateCalled(name), gateCalled(name.toLowerCase())]).toEqual([gate, gate]);
    expect(gateCalled("T")).toBeUndefined();
  });

  it("are the 80 instructions of Stim 1.16 besides REPEAT, with its 12 other names", () => {
    expect(GATES.size).toBe(80);
    expect([...GATES.values()].flatMap(({ aliases }) => aliases).toSorted()).toEqual(["CNOT", "CORRELATED_ERROR", "H_XZ", "MRZ", "MZ", "RZ", "SQRT_Z", "SQRT_Z_DAG", "SWAPCZ", "ZCX", "ZCY", "ZCZ"]);
  });
});
