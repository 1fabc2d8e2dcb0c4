// The repetition code: data qubits at even places of a line, a Z check between neighbours. It protects against X alone.
import type { CheckSite, Patch } from "./patch.ts";
import { requireCount } from "./script.ts";

/** @throws Fault ABI_MALFORMED for a distance below 2 */
export function repetitionPatch(distance: number): Patch {
  requireCount("distance", distance, 2);
  const data = Array.from({ length: distance }, (_, i) => ({ qubit: 2 * i, at: [2 * i] }));
  const checks = data.slice(1).map(({ qubit }): CheckSite => ({ qubit: qubit - 1, at: [qubit - 1], basis: "Z", meets: [qubit - 2, qubit] }));
  return { data, checks, logical: { X: data.map(({ qubit }) => qubit), Z: [2 * (distance - 1)] } };
}
