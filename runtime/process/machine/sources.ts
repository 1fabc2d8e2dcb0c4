// Sources: what a machine may invoke or spawn, as XState actor logic that is never run by XState. A program runs inside the machine's own
// process and gives its result as an event; a process is a child with a life, a mailbox and capabilities of its own.
import type { ActorLogic, EventObject, Snapshot } from "xstate";
import type { BoundDomain } from "../../../kernel-abi/domain.ts";
import type { Behaviour, Operation, Wish } from "../../../kernel-abi/operation.ts";
import { isRecord } from "./shape.ts";

/** Where a logic says what it is. */
const SOURCE = "triad";

export type Source =
  | { readonly kind: "program"; readonly domains: readonly BoundDomain[]; readonly start: (input: unknown) => Generator<Operation, unknown, unknown> }
  | { readonly kind: "process"; readonly behaviour: Behaviour; readonly grants: readonly Wish[] | undefined };

/** Logic with the types of its input and output, so that XState infers those of `input`, `onDone` and sources by name. */
export type InvokedLogic<I, O> = ActorLogic<Snapshot<O>, EventObject, I> & { readonly [SOURCE]: Source };

interface Idle { readonly status: "active"; readonly output: undefined; readonly error: undefined }
const IDLE: Idle = Object.freeze({ status: "active", output: undefined, error: undefined });

/** XState makes an actor of this for an address and never starts it. */
export const logicFor = <I, O>(source: Source): InvokedLogic<I, O> => Object.freeze({
  [SOURCE]: Object.freeze(source),
  transition: (snapshot: Snapshot<O>) => snapshot,
  getInitialSnapshot: () => IDLE,
  getPersistedSnapshot: () => IDLE,
}) as InvokedLogic<I, O>; // its phantom types are of what comes back as events

/** What stands behind a logic; undefined for logic that is not ours. */
export function sourceOf(logic: unknown): Source | undefined {
  const source = isRecord(logic) ? logic[SOURCE] : undefined;
  return isRecord(source) && (source["kind"] === "program" || source["kind"] === "process") ? source as unknown as Source : undefined;
}

/** Whether a logic is a machine: it can be a child process as it is. */
export const isMachine = (logic: unknown): boolean => isRecord(logic) && logic["__xstatenode"] === true;
