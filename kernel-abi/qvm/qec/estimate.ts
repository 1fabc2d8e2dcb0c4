// Resource estimates in the style of a QIR estimator: what a circuit of so many gates costs under a profile. Owns the arithmetic alone;
// counting gates is the caller's.
//   1  Depth is ⌊0.6·gates⌋ for more than one qubit (a fifth of the gates or more run beside others), gates for one, and at least 1.
//   2  The longest of circuit, T factories and rotation factories decides the time: they work at once.
import { failureOver, logicalErrorRate, roundsOf } from "./rates.ts";
import type { Profile } from "./terms.ts";

export interface Counts {
  readonly logicalQubits: number;
  /** All gates, T gates and rotations among them. */
  readonly gates: number;
  readonly tGates?: number;
  readonly rotations?: number;
}

/** States per second of one factory, and how many work side by side. */
export interface Factories { readonly tPerSecond: number; readonly rotationsPerSecond: number; readonly count: number }
export const FACTORIES: Factories = Object.freeze({ tPerSecond: 100, rotationsPerSecond: 50, count: 1 });

export interface Estimate {
  readonly profile: string;
  readonly logicalQubits: number;
  readonly physicalQubits: number;
  /** In logical cycles. */
  readonly depth: number;
  readonly circuitUs: number;
  readonly tStates: number;
  readonly tStatesUs: number;
  readonly rotationsUs: number;
  readonly totalUs: number;
  readonly decoderRounds: number;
  /** That any logical qubit fails in any cycle of the circuit. */
  readonly failure: number;
}

const made = (count: number, perSecond: number, factories: number): number => (count === 0 ? 0 : count * 1_000_000 / (perSecond * factories));

export function estimate({ logicalQubits, gates, tGates = 0, rotations = 0 }: Counts, profile: Profile, factories: Factories = FACTORIES): Estimate {
  const parallel = (3 * gates - (3 * gates) % 5) / 5;
  const depth = Math.max(1, logicalQubits > 1 ? parallel : gates);
  const circuitUs = depth * profile.cycleNs / 1_000;
  const tStatesUs = made(tGates, factories.tPerSecond, factories.count);
  const rotationsUs = made(rotations, factories.rotationsPerSecond, factories.count);
  return {
    profile: profile.text, logicalQubits, physicalQubits: logicalQubits * profile.physicalQubits, depth, circuitUs,
    tStates: tGates, tStatesUs, rotationsUs, totalUs: Math.max(circuitUs, tStatesUs, rotationsUs),
    decoderRounds: logicalQubits * roundsOf(profile, depth),
    failure: failureOver(logicalErrorRate(profile), logicalQubits * depth),
  };
}
