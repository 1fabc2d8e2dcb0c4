// Why a code's memory is too large to be worked on, by the knob that makes it so, and up to where that knob goes.
//   1  A circuit is built with its rounds as a block: what it takes to build one grows with the distance alone.
import { LIMITS } from "../../../kernel-abi/limits.ts";
import { REACH } from "../provider-limits.ts";
import { circuitOf, DISTANCES, type MemoryExperiment } from "./experiment.ts";
import { knownExperiment } from "./known.ts";
import { sizeOf, type CircuitSize } from "./size.ts";

export interface Beyond {
  readonly knob: "distance" | "rounds";
  readonly value: number;
  readonly what: string;
  readonly allowed: string;
}

/** From here on each round adds what the one before it added, in every code. */
const STEADY = 4;

/** Each of these is bounded in a shot. */
const WEIGHTS = [
  ["operations", LIMITS.circuit_operations_max, ({ operations }: CircuitSize) => operations],
  ["detectors and observables", LIMITS.clbits_max, ({ detectors, observables }: CircuitSize) => detectors + observables],
] as const;

function ofRounds(experiment: MemoryExperiment, weights: readonly (typeof WEIGHTS)[number][]): Beyond | undefined {
  const { size } = knownExperiment(experiment);
  const { distance, rounds } = experiment;
  const over = weights.find(([, most, weigh]) => weigh(size) > most);
  if (over === undefined) return undefined;
  const [unit, most, weigh] = over;
  const [less, more] = [STEADY, STEADY + 1].map((few) => weigh(sizeOf(circuitOf({ ...experiment, rounds: few })))) as [number, number];
  const reached = STEADY + Math.floor((most - less) / (more - less));
  return { knob: "rounds", value: rounds, what: `distance ${distance} and ${rounds} rounds are ${weigh(size)} ${unit} in a shot, of ${most}`, allowed: `at most ${reached} at this distance` };
}

/** Undefined: it can be sampled. @throws Fault of the generator */
export function beyondSampling(experiment: MemoryExperiment): Beyond | undefined {
  const { qubits } = knownExperiment(experiment).size;
  if (qubits <= REACH.stabilizer) return ofRounds(experiment, WEIGHTS);
  return { knob: "distance", value: experiment.distance, what: `${qubits} qubits, of ${REACH.stabilizer}`, allowed: `${DISTANCES.least} to ${largestDistance(experiment)}` };
}

/** Undefined: its error model can be made. @throws Fault of the generator */
export const beyondAnalysis = (experiment: MemoryExperiment): Beyond | undefined => ofRounds(experiment, WEIGHTS.slice(0, 1));

/** Of the same code, by halving: qubits grow with the distance. */
function largestDistance(experiment: MemoryExperiment): number {
  let fits: number = DISTANCES.least;
  let exceeds = experiment.distance;
  while (exceeds - fits > 1) {
    const distance = (fits + exceeds) >> 1;
    if (sizeOf(circuitOf({ ...experiment, distance })).qubits > REACH.stabilizer) exceeds = distance;
    else fits = distance;
  }
  return fits;
}
