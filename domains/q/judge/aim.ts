// What a walk along outcomes is for, what one history of it is, and the floors below which an outcome cannot be.
//   Y2  An outcome with odds below FLOOR cannot be: by rounding, a state of g gates has an error of at most about 8g·2⁻⁵³ in norm,
//       so odds of exactly 0 are computed as less than (8g·2⁻⁵³)², below FLOOR up to g = 10⁹. An honest run meets one with
//       probability below FLOOR a measurement. For the m last measurements read at once the floor is FLOOR·2⁻ᵐ, since the 2ᵐ
//       outcomes below it weigh less than FLOOR together; there the bound on g is 10⁵ for 27 qubits.
//   Y3  Hidden branches below PRUNED are dropped; HISTORIES_MAX of them weigh less than FLOOR together.
import type { Account } from "./account.ts";

export const FLOOR = 1e-12;
/** 2⁻⁶⁰. */
export const PRUNED = 8.673617379884035e-19;
/** Histories through hidden outcomes that one experiment may take, and entries of a whole distribution. */
export const HISTORIES_MAX = 65_536;

export type Aim =
  /** The records of an account. */
  | { readonly kind: "account"; readonly account: Account }
  /** Every record there can be, with its probability. */
  | { readonly kind: "all"; readonly distribution: Map<string, number> };

/** More histories than may be followed. */
export class TooManyHistories extends Error { override readonly name = "TooManyHistories"; }

/** Odds of 0 and of 1, given everything before. */
export type Odds = readonly [zero: number, one: number];
/** Targets that go on with 0 and with 1. */
export type Sides = readonly [zero: readonly number[], one: readonly number[]];

/** Targets that share everything read so far: its probability, and where its interval begins (U1). */
export interface Path {
  targets: readonly number[];
  lnP: number;
  p: number;
  from: number;
}

/** The path goes on with one outcome. */
export function goOn(path: Path, bit: 0 | 1, odds: Odds, targets: readonly number[]): void {
  path.targets = targets;
  if (bit === 1) path.from += path.p * odds[0];
  path.p *= odds[bit];
}

/** Where a point of [0, 1) goes: to the side whose interval holds it, unless that side cannot be. */
export function sideOfPoint({ from, p }: Path, [zero, one]: Odds, point: number): 0 | 1 {
  if (zero < FLOOR || one < FLOOR) return zero < FLOOR ? 1 : 0;
  return point < from + p * zero ? 0 : 1;
}
