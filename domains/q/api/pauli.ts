// Observables: real-weighted Pauli sums, written in one of two ways and lowered to what kernels take.
//   numbered   pauliSum(3, [[0.5, "Z0 Z1"], [-1, "X2"], [2, "I"]])         each letter names its qubit
//   lettered   pauliSum(2, { IZ: 0.39, XX: 0.18 }, { left: "last qubit" })  one letter a qubit
// In a word of letters nothing shows which end is qubit 0, and books differ: so the reading must be said, there is no default.
// Terms keep their order, which is the order of summation.
import { LIMITS } from "../../../kernel-abi/limits.ts";
import type { PauliSum } from "../../kernels/circuit.ts";
import { checkInteger, refuse } from "./instruction.ts";

/** Coefficient and word, as in [0.5, "Z0 Z1"]; "I" or "" is the identity. */
export type PauliTerm = readonly [coefficient: number, word: string];
/** Which qubit the leftmost letter of a word stands for. Qiskit's labels are `{ left: "last qubit" }`. */
export interface LetterOrder { readonly left: "qubit 0" | "last qubit" }

const LETTERS = "IXYZ";

/** "X0 Z3": letters by qubit. */
function numbered(word: string, qubits: number): Uint8Array {
  const letters = new Uint8Array(qubits);
  const seen = new Set<number>();
  for (const factor of word.split(" ").filter((part) => part !== "" && part !== "I")) {
    const [, letter = "", digits = ""] = /^([IXYZ])(0|[1-9]\d{0,8})$/.exec(factor) ?? refuse("pauliSum: word", word, 'letters with their qubits, as in "X0 Z3", or "I"');
    const qubit = Number(digits);
    if (qubit >= qubits) refuse("pauliSum: word", word, `qubits 0 to ${qubits - 1}`);
    if (seen.has(qubit)) refuse("pauliSum: word", word, "each qubit at most once");
    seen.add(qubit);
    letters[qubit] = LETTERS.indexOf(letter);
  }
  return letters;
}

/** "IZ": one letter a qubit. */
function lettered(word: string, qubits: number, { left }: LetterOrder): Uint8Array {
  if (word.length !== qubits || !/^[IXYZ]*$/.test(word)) refuse("pauliSum: word", word, `${qubits} letters of I, X, Y, Z`);
  const letters = Uint8Array.from(word, (letter) => LETTERS.indexOf(letter));
  return left === "qubit 0" ? letters : letters.reverse();
}

function checkOrder(order: LetterOrder): void {
  if (typeof order !== "object" || order === null || (order.left !== "qubit 0" && order.left !== "last qubit")) {
    refuse("pauliSum: left", typeof order === "object" && order !== null ? order.left : order, '{ left: "qubit 0" } or { left: "last qubit" }');
  }
}

/** Pairs (coefficient, word), as yet of any kind. */
function termsOf(terms: unknown): readonly (readonly [coefficient: unknown, word: unknown])[] {
  if (typeof terms !== "object" || terms === null) return refuse("pauliSum: terms", terms, "pairs [coefficient, word], or a record from words to coefficients");
  if (!Array.isArray(terms)) return Object.entries(terms).map(([word, coefficient]: readonly [string, unknown]) => [coefficient, word]);
  return terms.map((term: unknown) => {
    if (!Array.isArray(term) || term.length !== 2) return refuse("pauliSum: term", term, "a pair [coefficient, word]");
    const pair: readonly unknown[] = term;
    return [pair[0], pair[1]];
  });
}

/**
 * A Pauli sum on `qubits` qubits (those of the circuit it is estimated on): numbered words, or words of letters and their order.
 * @throws Fault ABI_MALFORMED naming the word, coefficient or order.
 */
export function pauliSum(qubits: number, terms: readonly PauliTerm[] | Readonly<Record<string, number>>, order?: LetterOrder): PauliSum {
  checkInteger("pauliSum: qubits", qubits, 1, LIMITS.stabilizer_qubits_max);
  if (order !== undefined) checkOrder(order);
  const pairs = termsOf(terms);
  const paulis = new Uint8Array(pairs.length * qubits);
  const coefficients = Float64Array.from(pairs, ([coefficient, word], index) => {
    if (typeof word !== "string") return refuse("pauliSum: word", word, "a string");
    paulis.set(order === undefined ? numbered(word, qubits) : lettered(word, qubits, order), index * qubits);
    return typeof coefficient === "number" && Number.isFinite(coefficient) ? coefficient : refuse("pauliSum: coefficient", coefficient, "a finite number");
  });
  return { coefficients, paulis };
}
