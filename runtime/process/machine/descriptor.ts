// Descriptors: which of a state's transitions an event type may take, as XState reads them: the exact type first, then `a.b.*`, then `*`,
// the longer the sooner.
import type { NodeShape, TransitionShape } from "./shape.ts";

/** `a.b.*` stands for `a.b` and everything below it, `*` for everything. */
export function matches(descriptor: string, type: string): boolean {
  if (descriptor === type || descriptor === "*") return true;
  if (!descriptor.endsWith(".*")) return false;
  const stem = descriptor.slice(0, -2);
  return type === stem || type.startsWith(`${stem}.`);
}

/** In the order in which they are asked. */
export function candidatesOf({ transitions }: NodeShape, type: string): readonly TransitionShape[] {
  const wild = [...transitions.keys()].filter((descriptor) => descriptor !== type && matches(descriptor, type)).sort((a, b) => b.length - a.length);
  return [...transitions.get(type) ?? [], ...wild.flatMap((descriptor) => transitions.get(descriptor) ?? [])];
}
