// Scheduler: picks who takes the next turn. One pure policy step a pick; conservative by construction, because it only ever
// sees actors whose next envelope is due at the current tick (T3).
import { invariant } from "../../kernel-abi/invariant.ts";
import type { ProcessId } from "../../kernel-abi/ids.ts";
import type { ReadyEntry, ReadyFacts } from "../../kernel-abi/ports.ts";

export interface Pick {
  readonly actor: ProcessId;
  /** How many actors were ready, this one included. */
  readonly ready: number;
}

export interface PolicyIdentity {
  readonly name: string;
  readonly version: number;
}

/** Everything a scheduler knows, as plain data: one made from it goes on with the same picks. */
export interface SchedulerSnapshot {
  readonly policy: PolicyIdentity;
  /** Picks made. */
  readonly step: number;
  /** Sequence number of the next actor that becomes ready. */
  readonly next: number;
  /** In order of `enqueued`. What the policy does not look at stands at its default. */
  readonly ready: readonly ReadyEntry[];
  /** The policy's own state. */
  readonly state: unknown;
}

export interface Scheduler {
  readonly policy: PolicyIdentity;
  /** How many actors are ready now. */
  readonly length: number;
  /** Whether `ready` looks at its facts. When false, gather none. */
  readonly readsFacts: boolean;
  /** `actor` is not ready yet (S2). Facts are read before the call returns and not kept: one record may be filled again and again. */
  ready(actor: ProcessId, facts?: ReadyFacts): void;
  /**
   * The next actor's id, or -1 when nobody is ready. Built-in policies allocate nothing. Ask `length` before for how many were ready.
   * @throws Fault POLICY_INVALID from a policy that is not built in.
   */
  pickActor(): number;
  /** Undefined when nobody is ready. @throws as pickActor */
  pick(): Pick | undefined;
  snapshot(): SchedulerSnapshot;
}

/** A policy's state in a snapshot that must be an integer of a range. */
export function integerState(value: unknown, min: number, max: number): number {
  invariant(typeof value === "number" && Number.isSafeInteger(value) && value >= min && value <= max, "S3", "a scheduler's snapshot");
  return value;
}
