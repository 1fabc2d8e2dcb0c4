// What a `.dem` program comes to: independent mechanisms with absolute detectors. Owns shifts and blocks.
//   F1  Bounded by what it would be unrolled, which is counted first: time that grows with the text, whatever the repetitions.
import { tooLarge } from "../stim/largest.ts";
import { refuseAt } from "../stim/refusal.ts";
import { placed, shifted, UNROLLED_MAX } from "../stim/flatten.ts";
import type { ErrorMechanism, ErrorModel, Symptoms } from "./model.ts";
import { parseDem } from "./parse.ts";
import { isDemRepeat, type DemInstruction, type DemProgram } from "./program.ts";
import type { TextOptions } from "../stim/lines.ts";

/** What a flattened model may weigh: so much that it fits into memory. */
const WEIGHT_MAX = 1 << 24;
const INSTRUCTION_WEIGHT = 4;

/** Targets of all instructions and repetitions, and the instructions themselves. */
function weightOf(program: DemProgram): number {
  let weight = 0;
  for (const item of program) {
    weight += isDemRepeat(item) ? 1 + item.count * weightOf(item.body) : item.parts.reduce((sum, part) => sum + part.length, INSTRUCTION_WEIGHT);
  }
  return weight;
}

class Flattening {
  readonly mechanisms: ErrorMechanism[] = [];
  readonly coordinates = new Map<number, readonly number[]>();
  detectors = 0;
  observables = 0;
  #shift = 0;
  #offset: readonly number[] = [];

  run(program: DemProgram): void {
    for (const item of program) {
      if (isDemRepeat(item)) for (let round = 0; round < item.count; round++) this.run(item.body);
      else this.#one(item);
    }
  }

  #one(item: DemInstruction): void {
    switch (item.name) {
      case "error": this.mechanisms.push({ probability: item.args[0] ?? 0, parts: item.parts.map((part) => this.#symptoms(part, item)) }); return;
      case "shift_detectors":
        this.#shift += item.parts[0]?.[0] ?? 0;
        this.#offset = shifted(this.#offset, item.args);
        return;
      case "detector": case "logical_observable":
        for (const detector of this.#symptoms(item.parts[0] ?? [], item).detectors) if (item.args.length > 0 && !this.coordinates.has(detector)) this.coordinates.set(detector, placed(item.args, this.#offset));
    }
  }

  /** Absolute, with what is there twice cancelled, and counted as seen. */
  #symptoms(part: readonly number[], item: DemInstruction): Symptoms {
    const odd = new Set<number>();
    for (const target of part) {
      const absolute = target < 0 ? target : target + this.#shift;
      if (absolute >= UNROLLED_MAX) refuseAt("STIM_LIMIT", item, `D${absolute}, with the shifts before it`, `Keep detectors below ${UNROLLED_MAX}.`);
      if (absolute < 0) this.observables = Math.max(this.observables, -absolute);
      else this.detectors = Math.max(this.detectors, absolute + 1);
      if (!odd.delete(absolute)) odd.add(absolute);
    }
    const rising = [...odd].sort((a, b) => a - b);
    return { detectors: rising.filter((target) => target >= 0), observables: rising.filter((target) => target < 0).map((target) => -1 - target).reverse() };
  }
}

/**
 * The model of a `.dem` text or program.
 * @throws Fault as parseDem, and STIM_LIMIT with the number when blocks repeat it into more than is allowed
 */
export function flattened(model: string | DemProgram, options: TextOptions = {}): ErrorModel {
  const program = typeof model === "string" ? parseDem(model, options) : model;
  const weight = weightOf(program);
  if (weight > WEIGHT_MAX) refuseAt("STIM_LIMIT", tooLarge(program, (item) => weightOf([item]), WEIGHT_MAX) ?? { line: 0 }, `a model that weighs ${weight} when its blocks are repeated`, `At most ${WEIGHT_MAX} targets, with ${INSTRUCTION_WEIGHT} for each instruction: make the repetitions fewer.`);
  const flattening = new Flattening();
  flattening.run(program);
  const { detectors, observables, mechanisms, coordinates } = flattening;
  return { detectors, observables, mechanisms, coordinates };
}
