// Physical error models under a code: gates, idling, relaxation, dephasing, readout. They tell what a decoder has to cope with; a logical
// qubit itself fails at the profile's logical rate alone (rates.ts).
//   1  e^{-x} and log(1 + x) are summed here with + − × ÷, in one order: the contract room has no libm, and they are the same everywhere.
//   2  T2 ≤ 2·T1: beyond it there is no channel, and the model throws.
import { Fault } from "../../fault.ts";
import type { Profile } from "./terms.ts";

/** 1 − e^{−x} for x ≥ 0, to 1e-15 relative: the series of a small part, doubled by f(2x) = f(x)(2 − f(x)). */
export function decayed(x: number): number {
  if (x > 64) return 1;
  let doublings = 0;
  let part = x;
  for (; part > 0.125; part /= 2) doublings += 1;
  let sum = 0;
  for (let n = 14; n >= 1; n -= 1) sum = (part / n) * (1 - sum);
  for (let i = 0; i < doublings; i += 1) sum *= 2 - sum;
  return sum;
}

/** −log(1 − p) for 0 ≤ p < 1: twice the series of artanh at p/(2 − p), after square roots have brought 1 − p near 1. */
export function hazard(p: number): number {
  let rest = p;
  let scale = 2;
  for (; rest > 0.125; scale *= 2) rest /= 1 + Math.sqrt(1 - rest); // 1 − √(1−p), without cancellation
  const y = rest / (2 - rest);
  let sum = 0;
  for (let n = 27; n >= 1; n -= 2) sum = sum * y * y + 1 / n;
  return scale * y * sum;
}

/** That a qubit idling for `us` µs suffers an error: 1 − (1 − p)^us, also for parts of a µs. */
export const idleError = (perUs: number, us: number): number => (perUs >= 1 ? (us > 0 ? 1 : 0) : decayed(us * hazard(perUs)));

/** That |1⟩ has fallen to |0⟩ after `us` µs. */
export const relaxation = (t1Us: number, us: number): number => decayed(us / t1Us);

/** That a superposition has lost its phase after `us` µs, beyond what relaxation takes: 1/T_φ = 1/T2 − 1/(2·T1). @throws Fault PROFILE_INVALID for T2 > 2·T1 */
export function dephasing(t1Us: number, t2Us: number, us: number): number {
  if (t2Us > 2 * t1Us) throw new Fault("PROFILE_INVALID", { reason: "T2 is at most twice T1", t1Us, t2Us });
  return decayed(us * (1 / t2Us - 1 / (2 * t1Us)));
}

/** The three Paulis of a failed gate, each as likely. */
export const gatePaulis = (p: number): Readonly<Record<"X" | "Y" | "Z", number>> => ({ X: p / 3, Y: p / 3, Z: p / 3 });

/** Syndromes up to half the distance are cleared in their cycle; a heavier one is the decoder's to get wrong. */
export const isCorrected = (profile: Profile, syndromeWeight: number): boolean =>
  syndromeWeight <= Math.floor(profile.distance / 2) && syndromeWeight <= (profile.decoder.syndromeWeightMax ?? syndromeWeight);

/** Physical errors one logical qubit is expected to have in one logical cycle, by cause: what its decoder works on. */
export function expectedErrors(profile: Profile): Readonly<Record<"depolarizing" | "coherence" | "measurement", number>> {
  const { errors, physicalQubits, distance, cycleNs } = profile;
  const us = cycleNs / 1_000;
  const phase = errors.t1Us === undefined || errors.t2Us === undefined ? 0 : dephasing(errors.t1Us, errors.t2Us, us);
  const fall = errors.t1Us === undefined ? 0 : relaxation(errors.t1Us, us);
  const idle = idleError(errors.idle, us);
  return { depolarizing: physicalQubits * distance * errors.gate, coherence: physicalQubits * (idle + fall + phase), measurement: physicalQubits / 2 * distance * errors.measurement };
}
