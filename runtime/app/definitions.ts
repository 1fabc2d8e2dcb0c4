// Definitions: what a program's modules define while they load, by name, so that a process can be known again when its run is taken up
// from a snapshot. Kept with the root that was loaded; a name that two have, or that is defined later, tells nothing.
import type { Behaviour } from "../../kernel-abi/operation.ts";
import type { ModuleState } from "./program/module-state.ts";

/** What is known of a program that was loaded from its source. */
export interface Loaded {
  readonly definitions: ReadonlyMap<string, Behaviour>;
  readonly modules: ModuleState;
}

interface Found {
  readonly definitions: Behaviour[];
  /** Declarations they were made from: what runs is held by nothing else that can be looked at. */
  readonly given: unknown[];
}

/** Of the program being loaded. Loading is synchronous, and one program loads at a time. */
let loading: Found | undefined;
const OF_ROOT = new WeakMap<Behaviour, Loaded>();

/** Called by whatever defines a process, with what it was given to make it of. */
export function noted<B extends Behaviour>(definition: B, given: unknown): B {
  loading?.definitions.push(definition);
  took(given);
  return definition;
}

/** Called by whatever else takes functions of a program's and does not show them. */
export function took(given: unknown): void {
  loading?.given.push(given);
}

/** Runs `load`, which is told what has been given so far, and gives, beside what it gives, what was defined meanwhile, in order. */
export function collecting<T>(load: (given: readonly unknown[]) => T): { readonly loaded: T; readonly definitions: readonly Behaviour[] } {
  const outer = loading;
  const found: Found = loading = { definitions: [], given: [] };
  try {
    return { loaded: load(found.given), definitions: found.definitions };
  } finally {
    loading = outer;
  }
}

/** By name, where one alone has it; the run's root is known without, so a name it shares with one other is that one's. */
function byName(root: Behaviour, definitions: readonly Behaviour[]): Loaded["definitions"] {
  const named = new Map<string, Behaviour | undefined>();
  for (const definition of definitions) if (definition !== root) named.set(definition.name, named.has(definition.name) ? undefined : definition);
  if (!named.has(root.name)) named.set(root.name, root);
  return new Map([...named].flatMap(([name, definition]) => (definition === undefined ? [] : [[name, definition]])));
}

/** Found again by the root. */
export function remember(root: Behaviour, definitions: readonly Behaviour[], modules: ModuleState): void {
  OF_ROOT.set(root, { definitions: byName(root, definitions), modules });
}

/** Undefined for a definition that was handed over in memory. */
export const loadedOf = (root: Behaviour): Loaded | undefined => OF_ROOT.get(root);
