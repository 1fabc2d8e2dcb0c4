// T factories: rounds of 15-to-1 distillation, each at a distance of its own, of which an estimate takes the cheapest that is in time. The
// two units and their figures are those of arXiv:2211.07629 (table VII); what counts as a factory is as the Azure estimator has it.
//   1  Of 15 states with error z, under Clifford errors c, comes one with 35z³ + 7.1c; a unit fails with 15z + 356c. Where c is above a
//      tenth of a raw T state's error, no unit runs.
//   2  A factory of r rounds has in each as many units as give what the next one needs but once in 100·r times; rounds follow each other
//      in the same space, at distances that never fall and are at most that of the code it works for. Only the first may run on physical
//      qubits. Three rounds; a fourth where none of three is good enough. States that are good enough as they are need no rounds.
//   3  Of two factories the one that takes less is kept: qubits and time, not more of either.
import { cliffordRate } from "../../../kernel-abi/qvm/qec/azure.ts";
import { nanoseconds } from "../../../kernel-abi/qvm/qec/duration.ts";
import type { Hardware } from "../../../kernel-abi/qvm/qec/parameters.ts";
import { logicalErrorRate } from "../../../kernel-abi/qvm/qec/rates.ts";
import type { Profile } from "../../../kernel-abi/qvm/qec/terms.ts";
import { codeIfAny } from "./code.ts";
import type { DistillationRound, TFactory } from "./estimate.ts";
import { unitsFor } from "./distillation-units.ts";

/** A unit on qubits of one distance, or on physical ones: what it takes and how it errs. */
interface Place { readonly unit: string; readonly physical: boolean; readonly distance: number; readonly qubits: number; readonly runtimeNs: number; readonly clifford: number }

const UNITS = Object.freeze([
  { name: "15-to-1 space efficient", qubits: 20, cycles: 13, physical: { qubits: 12, cycles: 45 } },
  { name: "15-to-1 RM prep", qubits: 31, cycles: 11, physical: { qubits: 31, cycles: 24 } },
] as const);
const INPUTS = 15;
const ROUNDS_MAX = 3;
const FAILURE_MAX = 0.01;
/** The most of a raw T state's error that Clifford errors may be. */
const CLIFFORD_SHARE = 0.1;

function placesOf(hardware: Hardware, distanceMax: number, raw: number): readonly Place[] {
  const { qubits } = hardware;
  const cycle = nanoseconds(qubits.tGateTime ?? qubits.oneQubitMeasurementTime ?? "") ?? 0; // a physical unit waits for its raw T states
  const places = UNITS.map(({ name, physical: one }): Place =>
    ({ unit: name, physical: true, distance: 1, qubits: one.qubits, runtimeNs: one.cycles * cycle, clifford: cliffordRate(qubits) }));
  const on = (code: Profile): readonly Place[] => UNITS.map(({ name, qubits: count, cycles }) =>
    ({ unit: name, physical: false, distance: code.distance, qubits: count * code.physicalQubits, runtimeNs: cycles * code.cycleNs, clifford: logicalErrorRate(code) }));
  for (let distance = 1; distance <= distanceMax; distance += 2) places.push(...[codeIfAny(hardware, distance)].flatMap((code) => (code === undefined ? [] : on(code))));
  return places.filter(({ clifford }) => clifford <= CLIFFORD_SHARE * raw);
}

/** Rounds, first to last, before it is known how many units each has. */
interface Chain { readonly rounds: readonly { readonly place: Place; readonly failure: number }[]; readonly errorRate: number }

function longer({ rounds, errorRate: z }: Chain, place: Place): Chain | undefined {
  const errorRate = 35 * z * z * z + 7.1 * place.clifford;
  const failure = 15 * z + 356 * place.clifford;
  return errorRate <= z && failure < 1 ? { rounds: [...rounds, { place, failure }], errorRate } : undefined;
}

function built({ rounds, errorRate }: Chain): TFactory | undefined {
  const made: DistillationRound[] = [];
  let needed = 1;
  let physicalQubits = 0;
  let runtimeNs = 0;
  for (const { place, failure } of [...rounds].reverse()) {
    const units = unitsFor(needed, failure, FAILURE_MAX / rounds.length);
    if (units === undefined) return undefined;
    made.unshift({ unit: place.unit, units, distance: place.distance });
    physicalQubits = Math.max(physicalQubits, units * place.qubits);
    runtimeNs += place.runtimeNs;
    needed = units * INPUTS;
  }
  return { physicalQubits, runtimeNs, tStates: 1, errorRate, rounds: made };
}

/** Whether a round may follow: at no smaller distance, and on physical qubits, or on a code of distance 1, only where it belongs. */
const follows = (place: Place, { rounds }: Chain): boolean =>
  (rounds.length === 0 ? place.physical || place.distance > 1 : !place.physical && place.distance >= (rounds.at(-1)?.place.distance ?? 0));

/** States that need no distilling, each on one logical qubit for one cycle. */
export const trivialFactory = (code: Profile, errorRate: number): TFactory =>
  ({ physicalQubits: code.physicalQubits, runtimeNs: code.cycleNs, tStates: 1, errorRate, rounds: [{ unit: "trivial 1-to-1", units: 1, distance: code.distance }] });

/** Adds a factory to those that none beats (3). */
function kept(best: readonly TFactory[], made: TFactory): readonly TFactory[] {
  const beats = (a: TFactory, b: TFactory): boolean => a.physicalQubits <= b.physicalQubits && a.runtimeNs <= b.runtimeNs;
  return best.some((each) => beats(each, made)) ? best : [...best.filter((each) => !beats(made, each)), made];
}

/**
 * Whether what is known already takes no more than any factory that begins with these rounds and has `more` after them, 0 or 1: a round has at least
 * as many units as there are states to be made, 15 for each unit that follows.
 */
function beaten(best: readonly TFactory[], { rounds }: Chain, more: 0 | 1): boolean {
  let units = more === 0 ? 1 : INPUTS;
  let qubits = 0;
  let runtimeNs = 0;
  for (const { place } of [...rounds].reverse()) {
    qubits = Math.max(qubits, place.qubits * units);
    runtimeNs += place.runtimeNs;
    units *= INPUTS;
  }
  return best.some((each) => each.physicalQubits <= qubits && each.runtimeNs <= runtimeNs);
}

function factoriesOf(places: readonly Place[], raw: number, errorRateMax: number, roundsMax: number): readonly TFactory[] {
  let best: readonly TFactory[] = [];
  const extend = (chain: Chain): void => {
    for (const place of places) {
      const next = follows(place, chain) ? longer(chain, place) : undefined;
      if (next === undefined) continue;
      const isGood = next.errorRate <= errorRateMax;
      if (beaten(best, next, isGood ? 0 : 1)) continue;
      const factory = isGood ? built(next) : undefined;
      if (factory !== undefined) best = kept(best, factory);
      if (!isGood && next.rounds.length < roundsMax) extend(next);
    }
  };
  extend({ rounds: [], errorRate: raw });
  return best;
}

/** The factories to choose among whose T states are at most `errorRateMax` wrong, in a code of distance `distanceMax`; none where that is too small. */
export function factoriesWithin(hardware: Hardware, errorRateMax: number, distanceMax: number): readonly TFactory[] {
  const raw = hardware.qubits.tGateErrorRate ?? 1;
  const places = placesOf(hardware, distanceMax, raw);
  const few = factoriesOf(places, raw, errorRateMax, ROUNDS_MAX);
  return few.length > 0 ? few : factoriesOf(places, raw, errorRateMax, ROUNDS_MAX + 1);
}
