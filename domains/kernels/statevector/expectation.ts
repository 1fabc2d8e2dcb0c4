// Expectation of a Pauli sum in the final state of a plan that measures nothing.
import { Fault } from "../../../kernel-abi/fault.ts";
import type { Crew } from "../../../kernel-abi/ports.ts";
import type { PauliSum } from "../circuit.ts";
import { isMeasuring } from "./plan.ts";
import { Register } from "./register.ts";
import type { StagedPlan } from "./stages.ts";

const refuse = (argument: string, allowed: string): never => {
  throw new Fault("KERNEL_REFUSED", { argument, allowed });
};

/** Bit masks of a word: x marks X and Y letters, z marks Z and Y letters. */
function masks(paulis: Uint8Array, term: number, qubits: number): readonly [x: number, z: number] {
  let x = 0;
  let z = 0;
  for (let qubit = 0; qubit < qubits; qubit++) {
    const letter = paulis[term * qubits + qubit] ?? 0;
    if (letter > 3) refuse("pauli letter", "0 to 3");
    if (letter === 1 || letter === 2) x |= 1 << qubit;
    if (letter === 2 || letter === 3) z |= 1 << qubit;
  }
  return [x, z];
}

/** Σ coefficient · ⟨ψ|P|ψ⟩, terms in order. @throws Fault KERNEL_REFUSED for a measuring or conditional plan or a malformed sum. */
export function expectationOfPlan(staged: StagedPlan, observable: PauliSum, crew?: Crew): number {
  const { plan } = staged;
  if (plan.rest.length > 0 || plan.steps.some((step) => isMeasuring(step) || step.condition >= 0)) {
    refuse("circuit", "no MEASURE, RESET or condition in expectation mode");
  }
  const words = Array.from(observable.coefficients, (coefficient, term) => {
    if (!Number.isFinite(coefficient)) refuse("coefficient", "a finite number");
    return { coefficient, masks: masks(observable.paulis, term, plan.qubits) };
  });
  const register = new Register({ qubits: plan.qubits, program: staged.programBytes, crew });
  try {
    staged.stages.forEach((_, at) => { register.evolve(staged, at); });
  } finally {
    register.close();
  }
  const { wasm, state, qubits, scratch, gain } = register;
  return gain * words.reduce((sum, { coefficient, masks: [x, z] }) => sum + coefficient * wasm.expectPauli(state, qubits, x, z, scratch), 0);
}
