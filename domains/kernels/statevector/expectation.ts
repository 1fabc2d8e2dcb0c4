// Expectation of a Pauli sum in the final state of a plan that measures nothing.
import type { PauliSum } from "../circuit.ts";
import type { Plan } from "./plan.ts";
import { Register } from "./register.ts";
import { expectationIn, wordsFor } from "./words.ts";

/** Σ coefficient · ⟨ψ|P|ψ⟩ of the plan's final state. @throws Fault KERNEL_REFUSED for a measuring or conditional plan or a malformed sum. */
export function expectationOfPlan(plan: Plan, observable: PauliSum): number {
  const words = wordsFor(plan, observable);
  const register = new Register({ qubits: plan.qubits });
  for (const step of plan.steps) register.apply(step);
  return expectationIn(register, words);
}
