// Where a text becomes too large: repetitions are counted, never gone through, and the refusal names the instruction that went too far.
import type { Place } from "./refusal.ts";

/** What is weighed: an instruction, or a block with its repetitions. */
type Item<T> = Place & { readonly body?: readonly T[] };

/**
 * The instruction or block with which `items` weigh more than `most`: of nested blocks the innermost whose repetitions
 * alone are too much. `weigh` gives an item's weight, repetitions of a block included. Undefined when all of it weighs no more.
 */
export function tooLarge<T extends Item<T>>(items: readonly T[], weigh: (item: T) => number, most: number): T | undefined {
  let weight = 0;
  for (const item of items) {
    weight += weigh(item);
    if (weight > most) return (item.body === undefined ? undefined : tooLarge(item.body, weigh, most)) ?? item;
  }
  return undefined;
}
