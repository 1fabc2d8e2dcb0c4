// Pauli sums as words: bit masks over the qubits, checked once for every mode that evaluates an observable.
import { Fault } from "../../../kernel-abi/fault.ts";
import type { PauliSum } from "../circuit.ts";
import { isMeasuring, type Plan } from "./plan.ts";
import { bitsOf } from "./schedule.ts";

/** One term: x marks X and Y letters, z marks Z and Y letters. */
export interface Word {
  readonly coefficient: number;
  readonly x: number;
  readonly z: number;
}

const refuse = (argument: string, allowed: string): never => {
  throw new Fault("KERNEL_REFUSED", { argument, allowed });
};

function masks(paulis: Uint8Array, term: number, qubits: number): Pick<Word, "x" | "z"> {
  let x = 0;
  let z = 0;
  for (let qubit = 0; qubit < qubits; qubit++) {
    const letter = paulis[term * qubits + qubit] ?? 0;
    if (letter > 3) refuse("pauli letter", "0 to 3");
    if (letter === 1 || letter === 2) x |= 1 << qubit;
    if (letter === 2 || letter === 3) z |= 1 << qubit;
  }
  return { x, z };
}

/** The terms of an observable on a plan's qubits, in order. @throws Fault KERNEL_REFUSED for a measuring or conditional plan or a malformed sum. */
export function wordsFor(plan: Plan, { coefficients, paulis }: PauliSum): readonly Word[] {
  if (plan.rest.length > 0 || plan.steps.some((step) => isMeasuring(step) || step.condition >= 0)) {
    refuse("circuit", "no MEASURE, RESET or condition in expectation mode");
  }
  return Array.from(coefficients, (coefficient, term) => {
    if (!Number.isFinite(coefficient)) refuse("coefficient", "a finite number");
    return { coefficient, ...masks(paulis, term, plan.qubits) };
  });
}

export const lettersY = ({ x, z }: Pick<Word, "x" | "z">): number => bitsOf(x & z);
