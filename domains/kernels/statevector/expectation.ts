// Expectation of a Pauli sum in the final state of a plan that measures nothing.
import type { PauliSum } from "../circuit.ts";
import type { Plan } from "./plan.ts";
import { Register } from "./register.ts";
import { wordsFor, type Word } from "./words.ts";

/** Σ coefficient · ⟨ψ|P|ψ⟩ of the register's state, terms in order. */
export function expectationIn({ wasm, state, qubits, scratch }: Register, words: readonly Word[]): number {
  return words.reduce((sum, { coefficient, x, z }) => sum + coefficient * wasm.expectPauli(state, qubits, x, z, scratch), 0);
}

/** Of the plan's final state. @throws Fault KERNEL_REFUSED for a measuring or conditional plan or a malformed sum. */
export function expectationOfPlan(plan: Plan, observable: PauliSum): number {
  const words = wordsFor(plan, observable);
  const register = new Register({ qubits: plan.qubits });
  for (const step of plan.steps) register.apply(step);
  return expectationIn(register, words);
}
