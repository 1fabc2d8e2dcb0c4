// Actions: doing what an action of the user's asks for. It returns nothing, an operation, a list of them, or a program (`k.log(…)`, a
// generator) whose operations are all answered in this turn. An action does not wait: what waits is invoked.
import { Fault } from "../../../kernel-abi/fault.ts";
import type { Operation } from "../../../kernel-abi/operation.ts";
import { isRecord, type ActionInfo, type CustomAction } from "./shape.ts";
import type { MachineState } from "./state.ts";

type Body = Generator<Operation, unknown, unknown>;

/** An action that is given its machine's state as data, once the turn has come to rest. */
export interface Checkpoint {
  readonly info: ActionInfo;
  readonly use: (given: CheckpointInfo) => unknown;
}

export interface CheckpointInfo {
  readonly context: unknown;
  readonly event: unknown;
  readonly state: MachineState;
}

const USE = "checkpoint";

/** An XState action that does nothing where XState runs it and is found by `checkpointOf` where we do. */
export const checkpointAction = (use: Checkpoint["use"]): CustomAction => Object.assign(() => undefined, { [USE]: use });

export function checkpointOf(exec: CustomAction, info: ActionInfo): Checkpoint | undefined {
  const use: unknown = USE in exec ? exec[USE] : undefined;
  return typeof use === "function" ? { info, use: use as Checkpoint["use"] } : undefined;
}

const isBody = (value: object): value is Body => "next" in value && typeof value.next === "function" && "throw" in value && typeof value.throw === "function";
const isOperation = (value: unknown): value is Operation => isRecord(value) && typeof value["op"] === "string" && typeof value["domain"] === "string";

/** Calls that wait, or that end the body: not for actions. */
const WAITS: ReadonlySet<unknown> = new Set(["receive", "sleep", "join", "select", "collect", "continue"]);

const refusal = (action: string, operation: Operation): Fault =>
  new Fault("MACHINE_INVALID", { action, operation: operation.op, what: "an action does not wait", allowed: operation.op === "continue" ? "continueAsNew()" : "invoke: fromProgram(…)" });

/** Does what an action returned. @throws Fault what an operation is answered with; MACHINE_INVALID; whatever a program throws */
export function* doReturned(returned: unknown, action: string, mayEnd = false): Generator<Operation, void, unknown> {
  if (typeof returned !== "object" || returned === null) return;
  if (Array.isArray(returned)) {
    for (const part of returned) yield* doReturned(part, action, mayEnd);
  } else if (isBody(returned)) {
    yield* drive(returned, action, mayEnd);
  } else if (isOperation(returned)) {
    if (WAITS.has(returned.op) && !(mayEnd && returned.op === "continue")) throw refusal(action, returned);
    yield returned;
  } else if ("then" in returned) {
    throw new Fault("MACHINE_INVALID", { action, what: "a promise", allowed: "an operation, a list of them, or a program" });
  }
}

function* drive(body: Body, action: string, mayEnd: boolean): Generator<Operation, void, unknown> {
  let step = body.next();
  while (step.done !== true) {
    const operation = step.value;
    if (isRecord(operation) && WAITS.has(operation.op) && !(mayEnd && operation.op === "continue")) {
      step = body.throw(refusal(action, operation));
      continue;
    }
    let answer: unknown;
    try {
      answer = yield operation;
    } catch (fault) {
      step = body.throw(fault);
      continue;
    }
    step = body.next(answer);
  }
}
