// Which memory experiments there are, by the names Stim gives them, and what each is made of.
import { Fault } from "../../../kernel-abi/fault.ts";
import { baconShorCode, baconShorMemoryCircuit } from "./bacon-shor.ts";
import { bicycleMemoryCircuit } from "./bicycle-memory.ts";
import { bicycleCode, bicycleOfDistance } from "./bicycle.ts";
import { colorMemoryCircuit, colorPatch } from "./color.ts";
import { patchCode, type CssCode } from "./css.ts";
import { memoryCircuit } from "./memory.ts";
import { repetitionPatch } from "./repetition.ts";
import { rotatedSurfacePatch, unrotatedSurfacePatch } from "./surface.ts";
import type { Patch } from "./patch.ts";
import { NOISE_KNOBS, type Basis, type NoiseKnobs } from "./script.ts";
import type { StimCircuit } from "../stim/circuit.ts";

export interface CodeTask extends NoiseKnobs {
  readonly distance: number;
  readonly rounds: number;
}

type Generator = (task: CodeTask) => StimCircuit;

const memory = (patch: (distance: number) => Patch, basis: Basis): Generator => ({ distance, rounds, ...noise }) =>
  memoryCircuit(patch(distance), { basis, rounds, noise });

const baconShor = (basis: Basis): Generator => ({ distance, rounds, ...noise }) => baconShorMemoryCircuit(distance, { basis, rounds, noise });
const bicycle = (basis: Basis): Generator => ({ distance, rounds, ...noise }) =>
  bicycleMemoryCircuit(bicycleOfDistance(distance), { basis, rounds, noise });

/** The first six are equal to what `stim gen` prints under the same name. */
const GENERATORS = {
  "repetition_code:memory": memory(repetitionPatch, "Z"),
  "surface_code:rotated_memory_x": memory(rotatedSurfacePatch, "X"),
  "surface_code:rotated_memory_z": memory(rotatedSurfacePatch, "Z"),
  "surface_code:unrotated_memory_x": memory(unrotatedSurfacePatch, "X"),
  "surface_code:unrotated_memory_z": memory(unrotatedSurfacePatch, "Z"),
  "color_code:memory_xyz": ({ distance, rounds, ...noise }) => colorMemoryCircuit(colorPatch(distance), { rounds, noise }),
  "bacon_shor_code:memory_x": baconShor("X"),
  "bacon_shor_code:memory_z": baconShor("Z"),
  "bivariate_bicycle_code:memory_x": bicycle("X"),
  "bivariate_bicycle_code:memory_z": bicycle("Z"),
} as const satisfies Readonly<Record<string, Generator>>;

export type CodeTaskName = keyof typeof GENERATORS;

export const CODE_TASKS: readonly CodeTaskName[] = Object.freeze(Object.keys(GENERATORS) as CodeTaskName[]);

const isTask = (name: string): name is CodeTaskName => Object.hasOwn(GENERATORS, name);

const MEMBERS: readonly string[] = ["distance", "rounds", ...NOISE_KNOBS];

/**
 * The circuit of a memory experiment with its detectors, observables and noise. Noise that is left out is 0: without any of its knobs the circuit
 * has none.
 * @throws Fault ABI_MALFORMED for a name that is not in CODE_TASKS, a member that a task does not have (a knob misspelt would be no noise), a
 * distance or a number of rounds that the code does not have, or a knob that is no probability
 */
export function generateCircuit(name: string, task: CodeTask): StimCircuit {
  if (!isTask(name)) throw new Fault("ABI_MALFORMED", { argument: "code", value: name, allowed: CODE_TASKS.join(", ") });
  const unknown = Object.keys(task).find((member) => !MEMBERS.includes(member));
  if (unknown !== undefined) throw new Fault("ABI_MALFORMED", { argument: unknown, what: "a task has no such member", allowed: MEMBERS.join(", ") });
  return GENERATORS[name](task);
}

const both = (distance: number): CssCode["distance"] => ({ X: distance, Z: distance });

/** The codes behind the experiments, by what stands before the colon (and what kind of surface code). */
export const CODES = Object.freeze({
  repetition_code: (distance) => patchCode("repetition_code", repetitionPatch(distance), { X: distance, Z: 1 }),
  rotated_surface_code: (distance) => patchCode("rotated_surface_code", rotatedSurfacePatch(distance), both(distance)),
  unrotated_surface_code: (distance) => patchCode("unrotated_surface_code", unrotatedSurfacePatch(distance), both(distance)),
  color_code: (distance) => patchCode("color_code", colorPatch(distance), both(distance), ["X", "Z"]),
  bacon_shor_code: baconShorCode,
  bivariate_bicycle_code: (distance) => bicycleCode(bicycleOfDistance(distance)),
} as const satisfies Readonly<Record<string, (distance: number) => CssCode>>);
