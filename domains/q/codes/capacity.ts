// The model of code capacity: checks are measured without error, once, and every data qubit errs by itself. What the thresholds of the
// literature for ideal syndromes are about, and the smallest models a decoder can be held against.
import type { CssCode } from "./css.ts";
import { opposite } from "./css.ts";
import { requireProbability, type Basis } from "./script.ts";
import type { ErrorModel } from "../dem/model.ts";

/**
 * Errors of one kind, each qubit with probability p: detectors are the checks of the other basis, observables the logical operators of it.
 * @throws Fault ABI_MALFORMED when p is no probability
 */
export function codeCapacityModel(code: CssCode, basis: Basis, p: number): ErrorModel {
  requireProbability("p", p);
  const holding = (supports: readonly (readonly number[])[], qubit: number): readonly number[] =>
    supports.flatMap((support, i) => (support.includes(qubit) ? [i] : []));
  const seenBy = opposite(basis);
  return {
    detectors: code.checks[seenBy].length,
    observables: code.k,
    mechanisms: Array.from({ length: code.n }, (_, qubit) => ({
      probability: p,
      parts: [{ detectors: holding(code.checks[seenBy], qubit), observables: holding(code.logical[seenBy], qubit) }],
    })),
    coordinates: new Map(),
  };
}
