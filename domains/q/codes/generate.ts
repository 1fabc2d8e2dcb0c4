// Which memory experiments there are, by the names Stim gives them, and what each is made of.
import { Fault } from "../../../kernel-abi/fault.ts";
import { colorMemoryCircuit, colorPatch } from "./color.ts";
import { memoryCircuit } from "./memory.ts";
import { repetitionPatch } from "./repetition.ts";
import { rotatedSurfacePatch, unrotatedSurfacePatch } from "./surface.ts";
import type { Patch } from "./patch.ts";
import type { Basis, NoiseKnobs } from "./script.ts";
import type { StimCircuit } from "../stim/circuit.ts";

export interface CodeTask extends NoiseKnobs {
  readonly distance: number;
  readonly rounds: number;
}

type Generator = (task: CodeTask) => StimCircuit;

const memory = (patch: (distance: number) => Patch, basis: Basis): Generator => ({ distance, rounds, ...noise }) =>
  memoryCircuit(patch(distance), { basis, rounds, noise });

/** Equal to what `stim gen` prints under the same name. */
const GENERATORS = {
  "repetition_code:memory": memory(repetitionPatch, "Z"),
  "surface_code:rotated_memory_x": memory(rotatedSurfacePatch, "X"),
  "surface_code:rotated_memory_z": memory(rotatedSurfacePatch, "Z"),
  "surface_code:unrotated_memory_x": memory(unrotatedSurfacePatch, "X"),
  "surface_code:unrotated_memory_z": memory(unrotatedSurfacePatch, "Z"),
  "color_code:memory_xyz": ({ distance, rounds, ...noise }) => colorMemoryCircuit(colorPatch(distance), { rounds, noise }),
} as const satisfies Readonly<Record<string, Generator>>;

export type CodeTaskName = keyof typeof GENERATORS;

export const CODE_TASKS: readonly CodeTaskName[] = Object.freeze(Object.keys(GENERATORS) as CodeTaskName[]);

const isTask = (name: string): name is CodeTaskName => Object.hasOwn(GENERATORS, name);

/**
 * The circuit of a memory experiment with its detectors, observables and noise.
 * @throws Fault ABI_MALFORMED for a name that is not in CODE_TASKS, a distance or a number of rounds that the code does not have, or a knob
 * that is no probability
 */
export function generateCircuit(name: string, task: CodeTask): StimCircuit {
  if (!isTask(name)) throw new Fault("ABI_MALFORMED", { argument: "code", value: name, allowed: CODE_TASKS.join(", ") });
  return GENERATORS[name](task);
}
