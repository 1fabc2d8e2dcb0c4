// The oracle for tiny codes: for every syndrome the observables that are likeliest given it, by summing over all sets of errors. Exact, so no
// decoder of the same model errs less often; and it tells any decoder's logical error rate without drawing a shot.
//   1  `chances[syndrome + observables · 2^detectors]` is the chance of both; they sum to 1. One mechanism after the other, in the order of columns.
//   2  Of equally likely observables the smallest mask is predicted; for a syndrome that cannot happen, none.
import { Fault } from "../../../kernel-abi/fault.ts";
import { columnsOf, type Column } from "./columns.ts";
import type { ErrorModel } from "../dem/model.ts";

/** Detectors and observables together. */
export const LOOKUP_BITS_MAX = 20;

export interface LookupOracle {
  readonly detectors: number;
  readonly observables: number;
  /** The chance that a shot has this syndrome and flips these observables (masks: bit k is detector or observable k). */
  readonly chance: (syndrome: number, observables: number) => number;
  /** The likeliest observables given a syndrome. */
  readonly predict: (syndrome: number) => number;
  /** How often a decoder is wrong in some observable, exactly. Of the oracle's own `predict` it is the least there is. */
  readonly errorRate: (predict: (syndrome: number) => number) => number;
}

/** @throws Fault ABI_MALFORMED for more than 20 detectors and observables together */
export function lookupOracle(model: ErrorModel): LookupOracle {
  const { detectors, observables } = model;
  if (detectors + observables > LOOKUP_BITS_MAX) {
    throw new Fault("ABI_MALFORMED", { argument: "model", detectors, observables, allowed: `at most ${String(LOOKUP_BITS_MAX)} detectors and observables together` });
  }
  const syndromes = 1 << detectors;
  const chances = chancesOf(columnsOf(model), detectors, observables);
  const chance = (syndrome: number, mask: number): number => chances[syndrome + mask * syndromes] ?? 0;
  const likeliest = Uint32Array.from({ length: syndromes }, (_, syndrome) => {
    let best = 0;
    for (let mask = 1; mask < 1 << observables; mask++) if (chance(syndrome, mask) > chance(syndrome, best)) best = mask;
    return best;
  });
  return {
    detectors,
    observables,
    chance,
    predict: (syndrome) => likeliest[syndrome] ?? 0,
    errorRate(predict) {
      let wrong = 0;
      for (let syndrome = 0; syndrome < syndromes; syndrome++) {
        const right = predict(syndrome);
        for (let mask = 0; mask < 1 << observables; mask++) if (mask !== right) wrong += chance(syndrome, mask);
      }
      return wrong;
    },
  };
}

function chancesOf(columns: readonly Column[], detectors: number, observables: number): Float64Array {
  const chances = new Float64Array(1 << (detectors + observables));
  chances[0] = 1;
  for (const { probability: p, ...symptoms } of columns) {
    const flip = [...symptoms.detectors, ...symptoms.observables.map((o) => o + detectors)].reduce((mask, bit) => mask | (1 << bit), 0);
    const top = 1 << (31 - Math.clz32(flip));
    for (let at = 0; at < chances.length; at++) {
      if ((at & top) !== 0) continue; // each pair once, from its half without the highest bit
      const [without, with_] = [chances[at] ?? 0, chances[at ^ flip] ?? 0];
      chances[at] = (1 - p) * without + p * with_;
      chances[at ^ flip] = (1 - p) * with_ + p * without;
    }
  }
  return chances;
}
