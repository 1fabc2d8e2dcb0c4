// T factories: rounds of 15-to-1 distillation, each at a distance of its own, the cheapest that is good enough. The two units and their
// figures are those of arXiv:2211.07629 (table VII), as the Azure estimator has them.
//   1  Of 15 states with error z, under Clifford errors c, comes one with 35z³ + 7.1c; a unit fails with 15z + 356c.
//   2  A factory of r rounds has in each as many units as give what the next one needs but once in 100·r times; rounds follow each other
//      in the same space. The first may run on physical qubits: distance 1. States that are good enough as they are need no rounds.
//   3  Cheapest: least qubits × time, then fewer qubits, then the order of the search.
import { Fault } from "../../../kernel-abi/fault.ts";
import { cliffordRate } from "../../../kernel-abi/qvm/qec/azure.ts";
import { nanoseconds } from "../../../kernel-abi/qvm/qec/duration.ts";
import type { Hardware } from "../../../kernel-abi/qvm/qec/parameters.ts";
import { logicalErrorRate } from "../../../kernel-abi/qvm/qec/rates.ts";
import type { Profile } from "../../../kernel-abi/qvm/qec/terms.ts";
import { codeAt } from "./code.ts";
import type { DistillationRound, TFactory } from "./estimate.ts";
import { unitsFor } from "./distillation-units.ts";

/** A unit on qubits of one distance: what it takes and how it errs. */
interface Place { readonly unit: string; readonly distance: number; readonly qubits: number; readonly runtimeNs: number; readonly clifford: number }

const UNITS = Object.freeze([
  { name: "15-to-1 space efficient", qubits: 20, cycles: 13, physical: { qubits: 12, cycles: 45 } },
  { name: "15-to-1 RM prep", qubits: 31, cycles: 11, physical: { qubits: 31, cycles: 24 } },
] as const);
const INPUTS = 15;
const ROUNDS_MAX = 3;
const FAILURE_MAX = 0.01;
const DISTANCES = [3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31];

function placesOf(hardware: Hardware): readonly Place[] {
  const { qubits } = hardware;
  const cycle = nanoseconds(qubits.oneQubitMeasurementTime ?? "") ?? 0;
  const physical = UNITS.map(({ name, physical: one }): Place => ({ unit: name, distance: 1, qubits: one.qubits, runtimeNs: one.cycles * cycle, clifford: cliffordRate(qubits) }));
  const codes = DISTANCES.map((distance) => codeAt(hardware, distance));
  const on = (code: Profile): readonly Place[] => UNITS.map(({ name, qubits: count, cycles }) =>
    ({ unit: name, distance: code.distance, qubits: count * code.physicalQubits, runtimeNs: cycles * code.cycleNs, clifford: logicalErrorRate(code) }));
  return [...physical, ...codes.flatMap(on)];
}

/** Rounds, first to last, before it is known how many units each has. */
interface Chain { readonly rounds: readonly { readonly place: Place; readonly failure: number }[]; readonly errorRate: number }

function longer({ rounds, errorRate: z }: Chain, place: Place): Chain | undefined {
  const errorRate = 35 * z * z * z + 7.1 * place.clifford;
  const failure = 15 * z + 356 * place.clifford;
  return errorRate < z && failure < 1 ? { rounds: [...rounds, { place, failure }], errorRate } : undefined;
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

const cheaper = (a: TFactory, b: TFactory): boolean =>
  (a.physicalQubits * a.runtimeNs - b.physicalQubits * b.runtimeNs || a.physicalQubits - b.physicalQubits) < 0;

/** Whether a round may follow: at no smaller distance, and on physical qubits only in the beginning. */
const follows = (place: Place, { rounds }: Chain): boolean => rounds.length === 0 || (place.distance > 1 && place.distance >= (rounds.at(-1)?.place.distance ?? 0));

/** States that need no distilling, each on one logical qubit for one cycle. */
export const trivialFactory = (code: Profile, errorRate: number): TFactory =>
  ({ physicalQubits: code.physicalQubits, runtimeNs: code.cycleNs, tStates: 1, errorRate, rounds: [{ unit: "trivial 1-to-1", units: 1, distance: code.distance }] });

/**
 * The cheapest factory whose T states are at most `errorRateMax` wrong.
 * @throws Fault ESTIMATE_REFUSED where three rounds are not enough
 */
export function cheapestFactory(hardware: Hardware, errorRateMax: number): TFactory {
  const places = placesOf(hardware);
  let best: TFactory | undefined;
  const extend = (chain: Chain): void => {
    for (const place of places) {
      const next = follows(place, chain) ? longer(chain, place) : undefined;
      if (next === undefined) continue;
      const factory = next.errorRate <= errorRateMax ? built(next) : undefined;
      if (factory !== undefined && (best === undefined || cheaper(factory, best))) best = factory;
      if (next.errorRate > errorRateMax && next.rounds.length < ROUNDS_MAX) extend(next);
    }
  };
  extend({ rounds: [], errorRate: hardware.qubits.tGateErrorRate ?? 1 });
  if (best === undefined) throw new Fault("ESTIMATE_REFUSED", { what: "no factory of three rounds distils T states that good", needed: errorRateMax, qubits: hardware.qubits.name, scheme: hardware.scheme.name });
  return best;
}
