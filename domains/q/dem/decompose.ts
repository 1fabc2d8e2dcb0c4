// Errors that their own channel could not split, split by what the rest of the model knows: first into known parts alone, observables
// included; then into known parts and one rest of at most two detectors, which no error makes alone.
//   D1  Parts have at most two detectors each, and together flip what the error flips.
//   D2  The search for known parts is bounded; beyond the bound the error counts as one that known parts do not make up.
import { Fault } from "../../../kernel-abi/fault.ts";
import type { ErrorClasses } from "./error-classes.ts";
import { OBSERVABLE, SEPARATOR, type SymptomSets } from "./symptom-sets.ts";

export interface Splitting {
  /** What to do with an error that cannot be split: refuse the circuit, or keep the error whole. */
  readonly unsplittable: "refuse" | "keep";
  /** Whether a part may be one that no error makes alone. */
  readonly newParts: boolean;
}

const STEPS_MAX = 1 << 16;

class Known {
  readonly #sets: SymptomSets;
  readonly #byDetectors = new Map<number, number>();
  constructor(sets: SymptomSets, lists: readonly number[]) {
    this.#sets = sets;
    for (const list of lists) {
      for (const part of sets.parts(list)) {
        const [a, b, c] = this.detectors(part);
        if (a !== undefined && c === undefined) this.#byDetectors.set(Known.#key(a, b), part);
      }
    }
  }

  /** Detectors stay below 2^26: exact in a double. */
  static #key(a: number, b = -1): number { return a * OBSERVABLE + b + 1; }
  find(a: number, b?: number): number | undefined { return this.#byDetectors.get(Known.#key(a, b)); }
  detectors(part: number): Int32Array { return this.#sets.items(part).filter((item) => item < OBSERVABLE); }
  observables(part: number): number { return this.#sets.of(this.#sets.items(part).filter((item) => item >= OBSERVABLE)); }
}

/** Known parts that make up `part` exactly, in the order of their first detectors. */
function exactly(sets: SymptomSets, known: Known, part: number): readonly number[] | undefined {
  const detectors = known.detectors(part);
  const used = new Uint8Array(detectors.length);
  const found: number[] = [];
  let steps = 0;
  const search = (from: number, observables: number): boolean => {
    let first = from;
    while (used[first] === 1) first++;
    if (first >= detectors.length) return observables === 0;
    used[first] = 1;
    for (let second = first + 1; second <= detectors.length; second++) {
      if (used[second] === 1 || ++steps > STEPS_MAX) continue;
      const match = known.find(detectors[first] ?? 0, detectors[second]);
      if (match === undefined) continue;
      used[second] = 1;
      found.push(match);
      if (search(first + 1, sets.xor(observables, known.observables(match)))) return true;
      found.pop();
      if (second < detectors.length) used[second] = 0;
    }
    used[first] = 0;
    return false;
  };
  return search(0, known.observables(part)) ? found : undefined;
}

/** Known pairs, then known single detectors, and what is left of `part` if it is small. */
function withRest(sets: SymptomSets, known: Known, part: number): readonly number[] | undefined {
  const detectors = known.detectors(part);
  if (detectors.length <= 2) return [part];
  const done = new Uint8Array(detectors.length);
  const found: number[] = [];
  detectors.forEach((a, first) => {
    for (let second = first + 1; second < detectors.length && done[first] === 0; second++) {
      const match = done[second] === 1 ? undefined : known.find(a, detectors[second]);
      if (match === undefined) continue;
      done[first] = done[second] = 1;
      found.push(match);
    }
  });
  detectors.forEach((a, first) => {
    const match = done[first] === 1 ? undefined : known.find(a);
    if (match === undefined) return;
    done[first] = 1;
    found.push(match);
  });
  if (done.reduce((sum, value) => sum + value, 0) < detectors.length - 2) return undefined;
  const rest = found.reduce((left, match) => sets.xor(left, match), part);
  return rest === 0 ? found : [...found, rest];
}

const isGraphlike = (sets: SymptomSets, list: number): boolean => {
  let detectors = 0;
  for (const item of sets.items(list)) {
    if (item === SEPARATOR) detectors = 0;
    else if (item < OBSERVABLE && ++detectors > 2) return false;
  }
  return true;
};

/** Splits every error that has a part with more than two detectors. @throws Fault ERROR_UNDECOMPOSED unless they may be kept */
export function splitByModel(sets: SymptomSets, classes: ErrorClasses, { unsplittable, newParts }: Splitting): void {
  const lists = classes.sorted();
  const large = lists.filter((list) => !isGraphlike(sets, list));
  if (large.length === 0) return;
  const known = new Known(sets, lists);
  const rewritten = large.map((list) => [list, sets.list(sets.parts(list).flatMap((part) =>
    exactly(sets, known, part) ?? (newParts ? withRest(sets, known, part) : undefined) ?? (unsplittable === "keep" ? [part] : refuse(sets, part))))] as const);
  for (const [list, parts] of rewritten) classes.add(classes.remove(list), parts);
}

function refuse(sets: SymptomSets, part: number): never {
  const names = [...sets.items(part)].map((item) => (item < OBSERVABLE ? `D${item}` : `L${item - OBSERVABLE}`));
  throw new Fault("ERROR_UNDECOMPOSED", { error: names.slice(0, 16).join(" "), symptoms: names.length });
}
