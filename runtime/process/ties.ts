// Ties: what ONE process has to do with the ends of others. Made when first needed: most processes have none.
import type { ProcessId } from "../../kernel-abi/ids.ts";

export class Ties {
  /** Living children, in the order of their spawns. */
  readonly children = new Set<ProcessId>();
  /** Processes that end when this one ends otherwise than finished. */
  readonly dependents = new Set<ProcessId>();
  /** Processes that asked to be told of this one's end. */
  readonly watchers = new Set<ProcessId>();
  /** Processes whose end this one may wait for, though they are no children of its. */
  readonly watched = new Set<ProcessId>();
}
