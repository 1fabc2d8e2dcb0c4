// What an error-correction experiment is: a memory experiment of a named code with its noise, or the text of a `.stim` circuit. Plain data, so
// that code, basis, distance, rounds and noise stand in the record in full.
import { Fault } from "../../../kernel-abi/fault.ts";
import { Type, type Static } from "../../../kernel-abi/schema.ts";
import { CODE_TASKS, generateCircuit, type CodeTaskName } from "../codes/generate.ts";
import type { StimCircuit } from "../stim/circuit.ts";
import { parseStim } from "../stim/parse.ts";

const exact = { additionalProperties: false } as const;
const Knob = Type.Optional(Type.Number({ minimum: 0, maximum: 1 }));

/** Characters of a circuit that stands in a call. */
export const CIRCUIT_TEXT_MAX = 8 * 1024 * 1024;
export const DISTANCES = Object.freeze({ least: 2, most: 101 });
export const ROUNDS = Object.freeze({ least: 1, most: 1_000_000 });

export const NoiseSchema = Type.Object({
  afterCliffordDepolarization: Knob,
  beforeRoundDataDepolarization: Knob,
  beforeMeasureFlipProbability: Knob,
  afterResetFlipProbability: Knob,
  idleDepolarization: Knob,
}, { ...exact, description: "Stim's four knobs and one of waiting between two ticks, as probabilities; what is left out is 0." });

export const ExperimentSchema = Type.Union([
  Type.Object({
    code: Type.Unsafe<CodeTaskName>(Type.Union(CODE_TASKS.map((name) => Type.Literal(name)), { description: "Family, layout and basis; Stim's names where it has them." })),
    distance: Type.Integer({ minimum: DISTANCES.least, maximum: DISTANCES.most }),
    rounds: Type.Integer({ minimum: ROUNDS.least, maximum: ROUNDS.most }),
    noise: NoiseSchema,
  }, exact),
  Type.Object({ circuit: Type.String({ minLength: 1, maxLength: CIRCUIT_TEXT_MAX, description: "Text of a .stim circuit with its detectors." }) }, exact),
]);
export type Experiment = Readonly<Static<typeof ExperimentSchema>>;
export type MemoryExperiment = Extract<Experiment, { readonly code: string }>;

export const isMemory = (experiment: Experiment): experiment is MemoryExperiment => "code" in experiment;

/** Stim's four knobs at `p`: circuit-level noise of one parameter. */
export const uniformNoise = (p: number): MemoryExperiment["noise"] =>
  ({ afterCliffordDepolarization: p, beforeRoundDataDepolarization: p, beforeMeasureFlipProbability: p, afterResetFlipProbability: p });

/** @throws Fault of the parser or the generator: the circuit cannot be read, or the code has no such distance */
export function circuitOf(experiment: Experiment): StimCircuit {
  if (!isMemory(experiment)) return parseStim(experiment.circuit);
  const { code, distance, rounds, noise } = experiment;
  return generateCircuit(code, { distance, rounds, ...definedKnobs(noise) });
}

/** Without members that are there and undefined. */
function definedKnobs(noise: MemoryExperiment["noise"]): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(noise).filter((entry): entry is [string, number] => {
    if (entry[1] === undefined) throw new Fault("ABI_MALFORMED", { argument: entry[0], allowed: "a probability, or nothing at all" });
    return true;
  }));
}
