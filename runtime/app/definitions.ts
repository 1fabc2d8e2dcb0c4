// Definitions: what a program's modules define while they load, by name, so that a process can be known again when its run is taken up
// from a snapshot. Kept with the root that was loaded; a name that two have, or that is defined later, tells nothing.
import type { Behaviour } from "../../kernel-abi/operation.ts";

type Found = Map<string, Behaviour | undefined>;

/** Of the program being loaded. Loading is synchronous, and one program loads at a time. */
let loading: Found | undefined;
const OF_ROOT = new WeakMap<Behaviour, ReadonlyMap<string, Behaviour>>();
const NONE: ReadonlyMap<string, Behaviour> = new Map();

/** Called by whatever defines a process. */
export function noted<B extends Behaviour>(definition: B): B {
  if (loading !== undefined) loading.set(definition.name, loading.has(definition.name) ? undefined : definition);
  return definition;
}

/** What `load` defines meanwhile is found again by the root it gives. */
export function collecting<T>(load: () => T, rootOf: (loaded: T) => Behaviour | undefined): T {
  const outer = loading;
  const found: Found = loading = new Map<string, Behaviour | undefined>();
  try {
    const loaded = load();
    const root = rootOf(loaded);
    if (root !== undefined) OF_ROOT.set(root, new Map([...found].flatMap(([name, definition]) => (definition === undefined ? [] : [[name, definition]]))));
    return loaded;
  } finally {
    loading = outer;
  }
}

export const definitionsOf = (root: Behaviour): ReadonlyMap<string, Behaviour> => OF_ROOT.get(root) ?? NONE;
