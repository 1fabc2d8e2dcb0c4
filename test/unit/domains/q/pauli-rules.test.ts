// How a Pauli word is carried back through each Clifford gate, against the product of the matrices: every gate, every word.
import { describe, expect, it } from "vitest";
import { OP } from "../../../../domains/kernels/circuit.ts";
import { gateMatrix, type Matrix } from "../../../../domains/kernels/statevector/reference.ts";
import { carryBack } from "../../../../domains/q/judge/pauli-means.ts";

const LETTERS: readonly Matrix[] = [[[[1, 0], [0, 0]], [[0, 0], [1, 0]]], gateMatrix(OP.X, 0), gateMatrix(OP.Z, 0), gateMatrix(OP.Y, 0)]; // by x + 2·z
const product = (a: Matrix, b: Matrix): Matrix => a.map((row) => row.map((_, column) => row.reduce<readonly [number, number]>(([re, im], [x, y], k) => {
  const [u = 0, v = 0] = b[k]?.[column] ?? [];
  return [re + x * u - y * v, im + x * v + y * u];
}, [0, 0])));
const dagger = (a: Matrix): Matrix => a.map((row, at) => row.map((_, column) => [a[column]![at]![0], -a[column]![at]![1]]));
/** The first factor is bit 0 of a row's number. */
const tensor = (a: Matrix, b: Matrix): Matrix => Array.from({ length: 4 }, (_, row) => Array.from({ length: 4 }, (__, column) => {
  const [[x, y], [u, v]] = [a[row & 1]![column & 1]!, b[row >> 1]![column >> 1]!];
  return [x * u - y * v, x * v + y * u] as const;
}));
const wordOf = ({ x, z }: { readonly x: Uint8Array; readonly z: Uint8Array }): Matrix => tensor(LETTERS[x[0]! + 2 * z[0]!]!, LETTERS[x[1]! + 2 * z[1]!]!);

describe("a Pauli word carried back", () => {
  it.each(["H", "S", "SDG", "X", "Y", "Z", "CX", "CZ", "SWAP"] as const)("through %s is U† P U", (name) => {
    const one = gateMatrix(OP[name], 0);
    const unitary = one.length === 2 ? tensor(one, LETTERS[0]!) : one;
    for (let letters = 0; letters < 16; letters++) {
      const word = { x: Uint8Array.of(letters & 1, (letters >> 1) & 1), z: Uint8Array.of((letters >> 2) & 1, letters >> 3) };
      const want = product(product(dagger(unitary), wordOf(word)), unitary);
      const sign = carryBack(word, OP[name], one.length === 2 ? [0] : [0, 1]) ? -1 : 1;
      wordOf(word).flat().forEach(([re, im], at) => {
        const [wantRe, wantIm] = want.flat()[at]!;
        expect(Math.abs(sign * re - wantRe) + Math.abs(sign * im - wantIm), `${letters}`).toBeLessThan(1e-12);
      });
    }
  });
});
