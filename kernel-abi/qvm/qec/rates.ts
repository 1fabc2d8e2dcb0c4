// How often a logical qubit fails and how long its operations take: what noise, scheduling and telemetry read from a profile.
//   1  Powers are whole and taken by repeated multiplication: the same on every engine, exact to some ulps.
//   2  Rates are probabilities: from the threshold on a code does not help, and its rate is 1.
import { sampledRate, sampledRateAnywhere } from "./sampled.ts";
import type { Profile, Suppression } from "./terms.ts";

/** x^n, n a whole number ≥ 0, one multiplication after the other. */
export function power(x: number, n: number): number {
  let product = 1;
  for (let i = 0; i < n; i += 1) product *= x;
  return product;
}

/** a·d^k·(p/p*)^((d+1)/2), at most 1; 1 for p ≥ p*. `drift` multiplies p. */
export function suppressed({ threshold, prefactor, distancePower, physical }: Suppression, distance: number, drift = 1): number {
  const p = physical * drift;
  return p >= threshold ? 1 : Math.min(1, prefactor * power(distance, distancePower) * power(p / threshold, (distance + 1) / 2));
}

/** That a logical qubit suffers a logical Pauli in one logical cycle. `drift` multiplies the physical rate (1: as calibrated). @throws Fault RATE_UNSAMPLED as calibrated outside what was sampled */
export const logicalErrorRate = ({ sampled, suppression, distance }: Profile, drift = 1): number =>
  (sampled === undefined ? suppressed(suppression, distance, drift)
    : drift === 1 ? sampledRate(sampled, suppression.physical) : sampledRateAnywhere(sampled, suppression.physical * drift));

/** Where that rate comes from: the formula of the scheme, or a table that was sampled. */
export type RateSource = "formula" | "sampled";
export const rateSource = ({ sampled }: Profile): RateSource => (sampled === undefined ? "formula" : "sampled");

/**
 * That a logical readout lies: it reads every data qubit and decodes the outcomes, so that it is suppressed as a cycle is. The physical
 * readout rate (1 % at every distance) never reaches a logical outcome.
 */
export const readoutErrorRate = (profile: Profile, drift = 1): number => logicalErrorRate(profile, drift);

/** Logical cycles of one operation on each of its qubits; what is not listed takes 1. */
const CYCLES: Readonly<Record<string, number>> = Object.freeze({
  FREE_LQ: 0, FENCE_EPOCH: 0, BAR_REGION: 0, SET_POLICY: 0, COND_PAULI: 0, USE_CHAN: 0, CLOSE_CHAN: 0, OPEN_CHAN: 0,
  TELEPORT_CNOT: 2, APPLY_TOFFOLI: 12,
});

/** COND_PAULI and its like move a Pauli frame and take no time; a Toffoli is the textbook word of depth 12; a teleported CNOT measures and corrects. */
export const cyclesOf = (op: string): number => (Object.hasOwn(CYCLES, op) ? CYCLES[op] ?? 1 : 1);

/** Rounds the decoder must take in per logical cycle: the distance. */
export const roundsOf = (profile: Profile, cycles: number): number => profile.distance * cycles;

/** How long the decoder works on that many rounds, ns. */
export const decodingNs = (profile: Profile, rounds: number): number => profile.decoder.roundNs * rounds;

/** Physical errors a decoder corrects in that many rounds of a block under noise, as many as are to be expected: one of each qubit with the physical rate. */
export const correctionsOf = ({ physicalQubits, suppression: { physical } }: Profile, rounds: number): number => Math.round(rounds * physicalQubits * physical);

/** Either of two independent failures, without the cancellation of 1 − (1 − a)(1 − b). */
const either = (a: number, b: number): number => a + b * (1 - a);

/** That one of `cycles` cycles fails, each with probability `rate`: 1 − (1 − rate)^cycles, by doubling. */
export function failureOver(rate: number, cycles: number): number {
  let failed = 0;
  let doubled = rate;
  for (let left = cycles; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) failed = either(failed, doubled);
    doubled = either(doubled, doubled);
  }
  return failed;
}

/** As people and the wire read it. */
export const cycleUs = (profile: Profile): number => profile.cycleNs / 1_000;
