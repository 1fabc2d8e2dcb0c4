// One turn: deliver, step, judge, then commit or abort (E1). Synchronous from end to end (D1).
import { unencoded } from "../../kernel-abi/calls.ts";
import { DELIVERY, WAIT, type Envelope } from "../../kernel-abi/envelope.ts";
import { Fault, FAULTS, type FaultJson } from "../../kernel-abi/fault.ts";
import { TURN_END, type TurnEnd } from "../../kernel-abi/frame.ts";
import { processId } from "../../kernel-abi/ids.ts";
import { invariant } from "../../kernel-abi/invariant.ts";
import type { Resumption, Step } from "../../kernel-abi/operation.ts";
import { pack } from "../../kernel-abi/packer.ts";
import { shown } from "../../kernel-abi/shown.ts";
import type { AmbientGuard } from "../../kernel-abi/ports.ts";
import { tellsUnrun } from "../../kernel-abi/version.ts";
import type { Process } from "../process/process.ts";
import { WAIT_MESSAGE, WAIT_SLICE } from "../process/wait.ts";
import { collectExit, encode, NOT_IN_FORCE } from "./calls-k.ts";
import { selected } from "./calls-wait.ts";
import { dispatch } from "./dispatch.ts";
import { failureOf } from "./failure.ts";
import { JobRecord } from "./job-table.ts";
import { outcomeReply, type Reply } from "./replies.ts";
import { knownProcess, post, type KernelState } from "./state.ts";
import { BoundReached, NO_BYTES, type Transaction } from "./transaction.ts";

/** How stepping a process ended, before anything is committed. */
export type TurnResult =
  | { readonly kind: "waiting" }
  | { readonly kind: "finished"; readonly result: Uint8Array }
  | { readonly kind: "aborted"; readonly fault: FaultJson; readonly error: unknown; readonly bound: BoundReached | undefined };

const WAITING: TurnResult = Object.freeze({ kind: "waiting" });

/** What the process is resumed with, given what is delivered. */
function resumptionFor(state: KernelState, process: Process, envelope: Envelope, tx: Transaction): Resumption {
  if (process.wait.on === WAIT.SELECT) return selected(state, process, envelope, tx);
  switch (envelope.kind) {
    case DELIVERY.MESSAGE: return { kind: "value", value: { from: envelope.from, body: envelope.value } };
    case DELIVERY.OUTCOME: return collectJob(state, envelope.value);
    case DELIVERY.EXIT: return resumed(collectExit(state, knownProcess(state, processId(envelope.subject))));
    case DELIVERY.SLICE: return afterSlice(process);
    case DELIVERY.ROOM: return envelope.value instanceof Fault ? { kind: "fault", fault: envelope.value } : { kind: "value", value: envelope.value };
    case DELIVERY.START:
    case DELIVERY.TIMER: return NOTHING;
  }
}

const NOTHING: Resumption = Object.freeze({ kind: "value", value: undefined });

function afterSlice(process: Process): Resumption {
  const { pending } = process;
  invariant(pending !== undefined, "S1", process.name);
  process.pending = undefined;
  return pending;
}

function collectJob(state: KernelState, job: unknown): Resumption {
  invariant(job instanceof JobRecord && job.outcome !== undefined, "T3");
  state.jobs.collect(job);
  return outcomeReply(job.outcome);
}

const resumed = (reply: Reply): Resumption => (reply.kind === "fault" ? reply : { kind: "value", value: reply.kind === "value" ? reply.value : undefined });

/** Runs the program's own code, and only that; what it throws is its failure, never ours. */
function resume({ copies }: KernelState, process: Process, input: Resumption): Step | { readonly kind: "threw"; readonly error: unknown } {
  copies.acting = true;
  try {
    process.activation ??= process.behaviour.activate(process.input);
    return checked(process.activation.resume(input));
  } catch (error) {
    return { kind: "threw", error };
  } finally {
    copies.acting = false;
  }
}

/** A definition can be of somebody's own making, and so can what it activates. @throws Fault ABI_MALFORMED */
function checked(step: Step): Step {
  if (step.kind === "operation" || step.kind === "done") return step;
  throw new Fault("ABI_MALFORMED", { argument: "resume", value: shown(step), allowed: "{ kind: operation, operation } or { kind: done, result }" });
}

/** Lets a program that ends early run its `finally` blocks, under the same guard as a turn. */
export function stopProcess(process: Process, guard: AmbientGuard): void {
  guard.enter();
  try {
    process.activation?.stop();
  } catch { // what is no activation at all cannot even be stopped: it has ended all the same
  } finally {
    guard.leave();
  }
}

/**
 * Steps one process until it waits, ends or fails, or its time slice is over. Effects are in `tx`, nothing is committed. All under the guard:
 * what a program yields, gives or throws may be code of its own to whoever reads it, a getter or a proxy.
 */
export function stepProcess(state: KernelState, process: Process, envelope: Envelope, tx: Transaction, guard: AmbientGuard): TurnResult {
  guard.enter();
  try {
    return stepped(state, process, envelope, tx);
  } finally {
    guard.leave();
  }
}

function stepped(state: KernelState, process: Process, envelope: Envelope, tx: Transaction): TurnResult {
  let input = resumptionFor(state, process, envelope, tx);
  process.wait = WAIT_MESSAGE;
  const { answers } = state;
  let left = state.slice;
  for (;;) {
    if (left === 0) return cutOff(state, process, input, tx);
    if (answers !== undefined) answers.note(process, input);
    const next = resume(state, process, input);
    if (next.kind === "threw") return aborted(state, next.error, process, undefined);
    if (next.kind === "done") return finish(state, next.result, process);
    let reply: Reply;
    try {
      reply = dispatch(state, process, next.operation, tx);
    } catch (error) {
      if (error instanceof BoundReached) return aborted(state, error.fault, process, error);
      throw error;
    }
    if (reply.kind === "wait") {
      process.wait = reply.wait;
      return WAITING;
    }
    input = reply;
    if (reply !== NOT_IN_FORCE) left--;
  }
}

/** The end of a time slice: the process goes on at the next tick with what it was about to be told. */
function cutOff(state: KernelState, process: Process, input: Resumption, tx: Transaction): TurnResult {
  process.pending = input;
  process.wait = WAIT_SLICE;
  tx.envelopes.push(post(state, process, process.id, DELIVERY.SLICE, 1, 0, undefined));
  return WAITING;
}

const aborted = ({ flags }: KernelState, error: unknown, process: Process, bound: BoundReached | undefined): TurnResult =>
  ({ kind: "aborted", fault: failureOf(error, process.name, flags), error, bound });

function finish(state: KernelState, result: unknown, process: Process): TurnResult {
  try {
    return { kind: "finished", result: encode(result) };
  } catch (error) {
    return aborted(state, error instanceof Fault && tellsUnrun(state.flags) ? unencoded(error) : error, process, undefined);
  }
}

const END_RECEIVING: TurnEnd = Object.freeze({ kind: TURN_END.WAITING, on: DELIVERY.MESSAGE, subject: 0, body: NO_BYTES });

export function turnEnd(result: TurnResult, process: Process): TurnEnd {
  switch (result.kind) {
    case "waiting":
      if (process.wait.on === WAIT.MESSAGE) return END_RECEIVING;
      if (process.wait.on === WAIT.SELECT) return { kind: TURN_END.WAITING, on: WAIT.SELECT, subject: 0, body: pack(process.wait.arms.map(({ on, subject }) => [on, subject])) };
      return { kind: TURN_END.WAITING, on: process.wait.on, subject: process.wait.subject, body: NO_BYTES };
    case "finished": return { kind: TURN_END.FINISHED, on: 0, subject: 0, body: result.result };
    case "aborted": return { kind: TURN_END.ABORTED, on: 0, subject: result.fault.code, body: pack(result.fault) };
  }
}

/** Whether the run as a whole was refused something, rather than broken. */
export const isDenial = (fault: FaultJson): boolean => FAULTS[fault.name].exit === "denied";
