// What was made of experiments before, found again by what they say: a study asks for the same one batch after batch.
//   1  What is kept is a function of the experiment alone, so nobody can tell whether it was.
import { canonicalText } from "../../../kernel-abi/canonical.ts";
import type { StimCircuit } from "../stim/circuit.ts";
import { circuitOf, type Experiment } from "./experiment.ts";
import { sizeOf, type CircuitSize } from "./size.ts";

export interface KnownExperiment {
  readonly experiment: Experiment;
  readonly circuit: StimCircuit;
  readonly size: CircuitSize;
}

const KEPT_MAX = 32;

/** The latest few results of `make`, by the canonical text of what they were made of. */
export class Latest<K, T> {
  readonly #known = new Map<string, T>();
  readonly #make: (from: K) => T;

  constructor(make: (from: K) => T) { this.#make = make; }

  of(from: K): T {
    const name = canonicalText(from);
    const known = this.#known.get(name);
    const found = known ?? this.#make(from);
    this.#known.delete(name);
    this.#known.set(name, found);
    const [oldest] = this.#known.keys();
    if (this.#known.size > KEPT_MAX && oldest !== undefined) this.#known.delete(oldest);
    return found;
  }
}

const experiments = new Latest<Experiment, KnownExperiment>((experiment) => {
  const circuit = circuitOf(experiment);
  return Object.freeze({ experiment, circuit, size: sizeOf(circuit) });
});

/** @throws Fault of the parser or the generator */
export const knownExperiment = (experiment: Experiment): KnownExperiment => experiments.of(experiment);
