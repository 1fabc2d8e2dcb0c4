// What a built-in policy is: a name, a version, integer parameters with ranges, the formula and the scheduler that computes it fast.
// A version is raised when the same parameters pick otherwise; versions stand in headers.
import type { Policy } from "../../kernel-abi/ports.ts";
import type { Scheduler, SchedulerSnapshot } from "./scheduler.ts";

export interface Parameter {
  readonly default: number;
  readonly min: number;
  readonly max: number;
  /** What it means, in a few words for help and errors. */
  readonly says: string;
}

/** Flat integers, so that a command line can say them and a header carry them. */
export type PolicyParameters = Readonly<Record<string, number>>;

export interface BuiltInPolicy<P extends PolicyParameters = PolicyParameters> {
  readonly name: string;
  readonly version: number;
  /** In one line. */
  readonly says: string;
  readonly parameters: { readonly [K in keyof P]: Parameter };
  /** The policy as its specification states it, plain and O(n): what the scheduler is held against. */
  formula(parameters: P): Policy;
  /** Parameters are complete and in range. */
  scheduler(parameters: P, from?: SchedulerSnapshot): Scheduler;
}

export const builtInPolicy = <P extends PolicyParameters>(policy: BuiltInPolicy<P>): BuiltInPolicy<P> => Object.freeze(policy);
