// Running: what ONE child of a machine is while it runs: a program inside the machine's process, or a process of its own. How it ends
// becomes an event of the machine's; an error is handed over as plain data, and kept for whoever has to throw it on.
import { awaited } from "../../../kernel-abi/cause.ts";
import { Fault, FAULTS, type FaultDetail, type FaultJson, type FaultName } from "../../../kernel-abi/fault.ts";
import type { ProcessId } from "../../../kernel-abi/ids.ts";
import type { Arm, ExitReason, Operation } from "../../../kernel-abi/operation.ts";
import { isRecord, type ChildShape, type EventObject } from "./shape.ts";

/** A program running beside others in one process: the port to domains/k's strands. */
export interface Strand {
  readonly end: { readonly kind: "done"; readonly result: unknown } | { readonly kind: "failed"; readonly error: unknown } | undefined;
  readonly arms: readonly Arm[];
  start(): Generator<Operation, void, unknown>;
  win(arm: number, value: unknown): Generator<Operation, void, unknown>;
  cancel(): Generator<Operation, void, unknown>;
}

export type StrandOf = (program: Generator<Operation, unknown, unknown>) => Strand;

export interface Running {
  readonly child: ChildShape;
  readonly input: unknown;
  readonly strand: Strand | undefined;
  /** Of a process, once it has been spawned. */
  readonly process: ProcessId | undefined;
  ended: boolean;
  /** Events sent to a program that it has not received. */
  readonly inbox: EventObject[];
}

/** How a child ended, as the event XState's machines wait for; `error` is what to throw when nobody does. */
export interface Ending {
  readonly event: EventObject;
  readonly error: unknown;
}

export const doneEnding = (id: string, output: unknown): Ending => ({ event: { type: `xstate.done.actor.${id}`, output, actorId: id }, error: undefined });

export const errorEnding = (id: string, error: unknown): Ending => ({ event: { type: `xstate.error.actor.${id}`, error: plainError(error, id), actorId: id }, error });

export function* exitEnding(id: string, exit: ExitReason): Generator<Operation, Ending, unknown> {
  switch (exit.kind) {
    case "finished": return doneEnding(id, exit.result);
    case "failed": {
      const { name, code, message } = exit.fault;
      const inFull = (yield { domain: "K", op: "in-force", flag: "refusalsInFull" }) === true;
      const failure = new Fault("PROCESS_FAILED", inFull ? awaited(id, exit.fault) : { process: id, cause: name, code, message });
      return { ...errorEnding(id, failure), event: { type: `xstate.error.actor.${id}`, error: exit.fault, actorId: id } };
    }
    case "stopped": return errorEnding(id, new Fault("PROCESS_STOPPED", { process: id, reason: exit.reason }));
    case "linked": return errorEnding(id, new Fault("PROCESS_STOPPED", { process: id, linkedTo: exit.process }));
  }
}

/** An event of the machine's own that was kept as data; one that tells of a failure still fails whoever does not take it. */
export function endingOf(event: EventObject): Ending {
  const told = event.type === "triad.fault" ? event["fault"] : event.type.startsWith("xstate.error.actor.") ? event["error"] : undefined;
  return { event, error: isRecord(told) ? faultFrom(told) : undefined };
}

function faultFrom({ name, detail }: Readonly<Record<string, unknown>>): Fault {
  const known = typeof name === "string" && Object.hasOwn(FAULTS, name) ? name as FaultName : "PROCESS_FAILED";
  return new Fault(known, isRecord(detail) ? detail as FaultDetail : {});
}

/** Errors an engine makes and words itself: their words would bind a record to it. */
const ENGINE_MADE = [TypeError, RangeError, ReferenceError, SyntaxError, EvalError, URIError] as const;

/** An error as a machine's event carries it. */
export function plainError(error: unknown, where: string): FaultJson {
  if (error instanceof Fault) return error.toJSON();
  const own = error instanceof Error && !ENGINE_MADE.some((made) => error instanceof made);
  return new Fault("PROCESS_FAILED", { process: where, error: error instanceof Error ? error.name : typeof error, ...(own ? { message: error.message } : {}) }).toJSON();
}
