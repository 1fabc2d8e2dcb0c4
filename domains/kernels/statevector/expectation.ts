// Expectation of a Pauli sum in the final state of a plan that measures nothing.
import type { Crew } from "../../../kernel-abi/ports.ts";
import type { PauliSum } from "../circuit.ts";
import { Register } from "./register.ts";
import type { StagedPlan } from "./stages.ts";
import { expectationIn } from "./sums.ts";
import { wordsFor } from "./words.ts";

/** Σ coefficient · ⟨ψ|P|ψ⟩ of the plan's final state. @throws Fault KERNEL_REFUSED for a measuring or conditional plan or a malformed sum. */
export function expectationOfPlan(staged: StagedPlan, observable: PauliSum, crew?: Crew): number {
  const { plan } = staged;
  const words = wordsFor(plan, observable);
  const register = new Register({ qubits: plan.qubits, program: staged.programBytes, crew });
  try {
    staged.stages.forEach((_, at) => { register.evolve(staged, at); });
  } finally {
    register.close();
  }
  return register.gain * expectationIn(register, words);
}
