// A call whose refusal is an answer too: its value, or the fault's name.
import { Fault } from "triad-runtime";

export function* attempt<Y, R>(call: Generator<Y, R, unknown>): Generator<Y, R | string, unknown> {
  try {
    return yield* call;
  } catch (fault) {
    if (fault instanceof Fault) return fault.fault;
    throw fault;
  }
}

/** Something to use, or nothing when it was refused. */
export const got = <T extends object>(answer: T | string): T | undefined => (typeof answer === "object" ? answer : undefined);
