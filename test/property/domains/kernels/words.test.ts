// Expectation values in shared passes: the bits of a Pauli sum are those of its terms evaluated one by one, by definition.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { planCircuit } from "../../../../domains/kernels/statevector/plan.ts";
import { referenceExpectation, referenceRun } from "../../../../domains/kernels/statevector/reference.ts";
import { Register } from "../../../../domains/kernels/statevector/register.ts";
import { expectationIn } from "../../../../domains/kernels/statevector/sums.ts";
import { lettersY, type Word } from "../../../../domains/kernels/statevector/words.ts";
import { Doubles } from "../../../support/random-doubles.ts";
import { unitaryCircuit } from "../../../support/statevector-circuits.ts";

const isOdd = (bits: number): boolean => lettersY({ x: bits, z: bits }) % 2 === 1;

/** One word by what its invariants say: pairs in order, sums of 256 of them, the upper half of the sums onto the lower. */
function alone(state: Float64Array, { x, z }: Word): number {
  const total = state.length / 2;
  const top = x === 0 ? 0 : 1 << (31 - Math.clz32(x));
  const letters = lettersY({ x, z }) & 3;
  const visited = Array.from({ length: total }, (_, i) => i).filter((i) => (i & top) === 0);
  let sums: number[] = [];
  for (let from = 0; from < visited.length; from += 256) {
    let [first, second] = [0, 0];
    for (const i of visited.slice(from, from + 256)) {
      const [re = 0, im = 0] = state.subarray(2 * i);
      const [other = 0, across = 0] = state.subarray(2 * (i ^ x));
      const sign = isOdd(i & z) ? -1 : 1;
      first += sign * ((letters % 2 === 1 ? im : re) * other);
      second += sign * ((letters % 2 === 1 ? re : im) * across);
    }
    sums.push(letters % 2 === 1 ? first - second : first + second);
  }
  while (sums.length > 1) sums = sums.slice(0, sums.length / 2).map((sum, at) => sum + (sums[at + sums.length / 2] ?? 0));
  return (x === 0 ? 1 : 2) * (letters === 1 || letters === 2 ? -1 : 1) * (sums[0] ?? 0);
}

const sumOf = (state: Float64Array, words: readonly Word[]): number => words.reduce((sum, word) => sum + word.coefficient * alone(state, word), 0);

const anyWords = (qubits: number): fc.Arbitrary<Word[]> => fc.array(fc.record({
  coefficient: fc.double({ min: -2, max: 2, noNaN: true }), x: fc.oneof(fc.constant(0), fc.constant(5), fc.nat(2 ** qubits - 1)), z: fc.nat(2 ** qubits - 1),
}), { maxLength: 14 });

describe("a Pauli sum", () => {
  it("has the bits of its words one by one, and the reference's value to 1e-12", () => {
    const cases = fc.integer({ min: 3, max: 10 }).chain((qubits) => fc.tuple(unitaryCircuit(qubits, 24), anyWords(qubits)));
    fc.assert(fc.property(cases, ([circuit, words]) => {
      const register = new Register({ qubits: circuit.qubits });
      for (const step of planCircuit(circuit).steps) register.apply(step);
      const { qubits } = register;
      const want = sumOf(register.amplitudes(), words);
      expect(expectationIn(register, words)).toBe(want);
      if (qubits > 6) return;
      const letter = (x: number, z: number): number => (x === 1 ? 1 + z : 3 * z);
      const paulis = Uint8Array.from(words.flatMap(({ x, z }) => Array.from({ length: qubits }, (_, q) => letter((x >> q) & 1, (z >> q) & 1))));
      const plain = referenceExpectation(referenceRun(circuit).state, { coefficients: Float64Array.from(words, ({ coefficient }) => coefficient), paulis });
      expect(Math.abs(want - plain)).toBeLessThan(1e-12);
    }), { numRuns: 80 });
  });

  it.each([1, 2, 3, 8, 9, 14, 15])("has them whatever words there are on %i qubits: every pattern of low bits, more rows than one pass holds", (qubits) => {
    const register = new Register({ qubits });
    const random = new Doubles(qubits);
    const state = Float64Array.from({ length: 2 << qubits }, () => random.between(-1, 1));
    new Float64Array(register.wasm.memory.buffer, register.state, state.length).set(state);
    const all = (1 << qubits) - 1;
    const words = [0, 1, 12 & all, 1 << (qubits - 1)].flatMap((x, at) =>
      Array.from({ length: at === 0 ? 160 : 12 }, (_, k): Word => ({ coefficient: random.between(-1, 1), x, z: (k + 256 * (random.word() >>> 1)) & all })));
    for (const word of words) expect(expectationIn(register, [word])).toBe(word.coefficient * alone(state, word));
    expect(expectationIn(register, words)).toBe(sumOf(state, words));
    expect(expectationIn(register, [])).toBe(0);
  });
});
