// Diverged: what a replay throws when it comes to something else than was recorded. Apart from how the difference is found, so that
// whoever only reports it loads no decoder.
import type { Json } from "../kernel-abi/canonical.ts";
import { Fault, type FaultDetail } from "../kernel-abi/fault.ts";

/** A member that differs. Values in short; null stands for "nothing" too, and `only` then says on which side there is something. */
export interface Member {
  /** `entries[3].body.charge.shots`, `end.body[2]`, `entries[0].body["two words"]`; `….length` of a list that is longer than the other. */
  readonly field: string;
  readonly expected: Json;
  readonly actual: Json;
  readonly only?: "expected" | "actual";
}

/** For people: JSON, or `nothing`. */
export const memberText = ({ expected, actual, only }: Member): { readonly expected: string; readonly actual: string } => ({
  expected: only === "actual" ? "nothing" : JSON.stringify(expected),
  actual: only === "expected" ? "nothing" : JSON.stringify(actual),
});

/** REPLAY_DIVERGED, REPRODUCE_DIFFERS and REPRODUCE_PLAN_DIFFERS, with what differs inside a body beside the detail. */
export class Divergence extends Fault {
  readonly #members: readonly Member[];
  constructor(fault: "REPLAY_DIVERGED" | "REPRODUCE_DIFFERS" | "REPRODUCE_PLAN_DIFFERS", detail: FaultDetail, members: readonly Member[] = [], options?: { readonly cause?: unknown }) {
    super(fault, detail, options);
    this.#members = members;
  }

  /** The first members that differ, in the recording's order; empty where no body differs. Values of the run: not for a log that leaves the machine. */
  get members(): readonly Member[] { return this.#members; }
}
