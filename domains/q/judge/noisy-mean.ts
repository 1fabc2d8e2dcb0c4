// The mean of noisy runs against the exact one. Each run's value is bounded, so the mean of so many is exponentially unlikely to be far off
// (W. Hoeffding, J. Am. Stat. Assoc. 58, 13, 1963), whatever the runs are like: the p-value is a bound, not a probability.
import type { LoweredCircuit, PauliSum } from "../../kernels/circuit.ts";
import { exp } from "../../kernels/libm/portable.ts";
import type { NoiseModel } from "../../kernels/noise.ts";
import { VALUE_TOLERANCE, sizeOf } from "./expectation.ts";
import { noisyValues } from "./noisy-walk.ts";

interface Mean {
  readonly circuit: LoweredCircuit;
  readonly noise: NoiseModel;
  readonly observable: PauliSum;
  readonly shots: number;
}

export interface JudgedMean {
  /** Whether any runs of the circuit have such a mean. */
  readonly possible: boolean;
  readonly p: number;
}

/** @throws TooLarge when the circuit's density matrix is */
export function noisyMean({ circuit, noise, observable, shots }: Mean, recorded: number): JudgedMean {
  const { coefficients, paulis } = observable;
  const values = noisyValues(circuit, noise, observable);
  const exact = coefficients.reduce((sum, coefficient, term) => sum + coefficient * (values[term] ?? 0), 0);
  const moving = coefficients.filter((_, term) => paulis.subarray(term * circuit.qubits, (term + 1) * circuit.qubits).some((letter) => letter !== 0));
  const reach = sizeOf({ coefficients: moving });
  const tolerance = VALUE_TOLERANCE * Math.max(1, sizeOf(observable));
  const fixed = coefficients.reduce((sum, coefficient) => sum + coefficient, 0) - moving.reduce((sum, coefficient) => sum + coefficient, 0);
  const away = Math.max(0, Math.abs(recorded - exact) - tolerance);
  const possible = Math.abs(recorded - fixed) <= reach + tolerance && (reach > 0 || away === 0);
  return { possible, p: away === 0 ? 1 : Math.min(1, 2 * exp(-(shots * away * away) / (2 * reach * reach))) };
}
