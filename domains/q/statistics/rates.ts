// What a logical error rate is counted per. A record that has a rate has its normalisation: without it the number says nothing.
//   1  per shot: the fraction of shots in which some observable was predicted wrongly.
//   2  per round: the ε of a round such that `rounds` independent rounds flip the observable an odd number of times with the rate per shot:
//      ε = (1 - (1 - 2p)^(1/rounds)) / 2. A rate above ½ is that of the complement, mirrored.
//   3  per logical qubit: the ε of each of k independent qubits such that some fails with the rate: ε = 1 - (1 - p)^(1/k).
// All three rise with the rate per shot, so the ends of an interval are taken over one by one.
import { Fault } from "../../../kernel-abi/fault.ts";
import { exp } from "../../kernels/libm/portable.ts";
import { expm1, log1p } from "./beta.ts";
import type { Interval } from "./intervals.ts";

export interface Normalisation {
  readonly per: "shot" | "round" | "logical-qubit" | "logical-qubit-round";
  /** Of a shot; at least 1. */
  readonly rounds: number;
  /** Of the code; at least 1. */
  readonly logicalQubits: number;
}

function requirePieces(argument: string, pieces: number): void {
  if (!(pieces >= 1)) throw new Fault("ABI_MALFORMED", { argument, value: String(pieces), allowed: "at least 1" });
}

/** ε per round. @throws Fault ABI_MALFORMED for rounds below 1 */
export function ratePerRound(perShot: number, rounds: number): number {
  requirePieces("rounds", rounds);
  if (perShot > 0.5) return 1 - ratePerRound(1 - perShot, rounds);
  return perShot === 0.5 ? 0.5 : -expm1(log1p(-2 * perShot) / rounds) / 2;
}

/** The inverse: what rounds of ε each come to in a shot. @throws Fault ABI_MALFORMED for rounds below 1 */
export function ratePerShot(perRound: number, rounds: number): number {
  requirePieces("rounds", rounds);
  if (perRound > 0.5) return 1 - ratePerShot(1 - perRound, rounds);
  return perRound === 0.5 ? 0.5 : -expm1(log1p(-2 * perRound) * rounds) / 2;
}

/** @throws Fault ABI_MALFORMED for less than one logical qubit */
export function ratePerLogicalQubit(rate: number, logicalQubits: number): number {
  requirePieces("logicalQubits", logicalQubits);
  return rate === 1 ? 1 : -expm1(log1p(-rate) / logicalQubits);
}

/** A rate per shot in the units of `to`; of both, first per logical qubit, then per round. */
export function normalised(perShot: number, to: Normalisation): number {
  const byQubit = to.per.startsWith("logical-qubit") ? ratePerLogicalQubit(perShot, to.logicalQubits) : perShot;
  return to.per.endsWith("round") ? ratePerRound(byQubit, to.rounds) : byQubit;
}

export const normalisedInterval = ({ low, best, high }: Interval, to: Normalisation): Interval =>
  ({ low: normalised(low, to), best: normalised(best, to), high: normalised(high, to) });

/** dε/dp of `ratePerRound`, for rates below ½: what turns a deviation per shot into one per round. */
export function perRoundSlope(perShot: number, rounds: number): number {
  requirePieces("rounds", rounds);
  return exp((1 / rounds - 1) * log1p(-2 * perShot)) / rounds;
}
