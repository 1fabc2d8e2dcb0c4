// Syscalls of waiting for the first of several things: timers with a number, select, and giving up on a job. What loses is not lost:
// a timer has gone off, an outcome can be collected, an exit stays known, a message stays in the inbox.
import { DELIVERY, type Envelope } from "../../kernel-abi/envelope.ts";
import { DOMAIN_RANK, type BoundDomain } from "../../kernel-abi/domain.ts";
import { EVENT } from "../../kernel-abi/frame.ts";
import { Fault } from "../../kernel-abi/fault.ts";
import { processId, type ProcessId } from "../../kernel-abi/ids.ts";
import { invariant } from "../../kernel-abi/invariant.ts";
import { LIMITS } from "../../kernel-abi/limits.ts";
import type { Arm, BoundOperation, ExitReason, KOperation, Resumption, Selected } from "../../kernel-abi/operation.ts";
import { pack, unpack } from "../../kernel-abi/packer.ts";
import { SYSCALL } from "../../kernel-abi/syscall.ts";
import { refusedInFull } from "../../kernel-abi/version.ts";
import { armOf, firstOf, type WaitArm } from "../process/wait.ts";
import type { Process } from "../process/process.ts";
import { setTimer } from "./calls-k.ts";
import { leave } from "./calls-place.ts";
import { DONE, value, type Reply } from "./replies.ts";
import { authorise, checkProcess, post, processOf, type KernelState } from "./state.ts";
import { judged, type Transaction } from "./transaction.ts";
import { checkRun, unknown } from "./wanted.ts";

type Of<O extends KOperation["op"]> = Extract<KOperation, { readonly op: O }>;

/** A timer with a number: it goes off whether somebody waits or not, and is spent when it has been selected. */
export const timer = (state: KernelState, caller: Process, op: Of<"timer">, tx: Transaction): Reply =>
  judged(tx, SYSCALL.TIMER_SET, DOMAIN_RANK.K, (row) => {
    if (caller.timers.size >= LIMITS.timers_max) throw new Fault("ABI_LIMIT", { limit: "timers_max", value: LIMITS.timers_max });
    const number = setTimer(state, caller, op.ticks, row, tx);
    caller.timers.set(number, false);
    tx.undo.push(() => { caller.timers.delete(number); });
    return value(number);
  });

/** It will not be heard of again; cancelling what has gone off or never was is no error. */
export const cancelTimer = (state: KernelState, caller: Process, op: Of<"cancel-timer">, tx: Transaction): Reply =>
  judged(tx, SYSCALL.TIMER_CANCEL, DOMAIN_RANK.K, (row) => {
    const { timer: number } = op;
    if (!Number.isSafeInteger(number) || number < 0) throw new Fault("ABI_MALFORMED", { argument: "timer", allowed: "what timer answered" });
    row.subject = number;
    row.capability = authorise(state, caller, "EXECUTE_K", tx);
    forget(caller, number, tx);
    return DONE;
  });

function forget(caller: Process, number: number, tx: Transaction): void {
  const fired = caller.anyTimers?.get(number);
  if (fired === undefined) return;
  caller.timers.delete(number);
  tx.undo.push(() => { caller.timers.set(number, fired); });
}

const malformed = (arm: number, allowed: string): never => {
  throw new Fault("ABI_MALFORMED", { argument: `arms[${arm}]`, allowed });
};

/** What a program's arm stands for. @throws Fault ABI_MALFORMED | PROCESS_UNKNOWN | Q_ERR_NO_CLONE_VIOLATION */
function armFor(state: KernelState, caller: Process, arm: Arm, at: number): WaitArm {
  if (typeof arm !== "object" || arm === null) return malformed(at, "{ on: message, timer, outcome or exit }");
  switch (arm.on) {
    case "message": return { on: DELIVERY.MESSAGE, subject: 0 };
    case "timer": {
      const { timer: number } = arm;
      return caller.anyTimers?.has(number) === true ? { on: DELIVERY.TIMER, subject: number } : malformed(at, "a timer of the caller's that was neither cancelled nor selected");
    }
    case "outcome": {
      checkRun(state, `arms[${at}].job`, arm.job, "job");
      const entry = caller.resolve(arm.job);
      if (entry?.kind !== "job") throw new Fault("Q_ERR_NO_CLONE_VIOLATION", unknown(state, arm.job));
      if (entry.record.latest.state === "abandoned") throw new Fault("CANCELLED", { job: entry.record.id });
      return { on: DELIVERY.OUTCOME, subject: entry.record.id };
    }
    case "exit": {
      if (refusedInFull(state.flags)) checkProcess(`arms[${at}].process`, arm.process);
      const other = processOf(state, arm.process);
      const mayAsk = other.parent === caller.id || caller.anyTies?.watched.has(other.id) === true;
      if (!mayAsk) throw new Fault("PROCESS_UNKNOWN", { process: other.id, why: "neither a child of the caller nor monitored by it" });
      return { on: DELIVERY.EXIT, subject: other.id };
    }
    case "room": {
      const { place } = arm;
      return caller.anyPlaces?.has(place) === true ? { on: DELIVERY.ROOM, subject: place } : malformed(at, "a place of the caller's that was neither given up nor selected");
    }
    default: return malformed(at, "{ on: message, timer, outcome, exit or room }");
  }
}

/** Whether an arm is there already. An exit is seen one tick after it, like a message. */
function isThere(state: KernelState, caller: Process, { on, subject }: WaitArm): boolean {
  switch (on) {
    case DELIVERY.TIMER: return caller.anyTimers?.get(subject) === true;
    case DELIVERY.ROOM: return caller.anyPlaces?.get(subject)?.answer !== undefined;
    case DELIVERY.OUTCOME: return state.jobs.find(subject) === undefined;
    case DELIVERY.EXIT: return (processOf(state, subject).exit?.tick ?? Infinity) < state.clock.now;
    default: return false;
  }
}

/** What an arm gives. An outcome is only said to be in: reading it is a call of its own, with its own capability. */
function given(state: KernelState, caller: Process, { on, subject }: WaitArm, message: Envelope | undefined, tx: Transaction): unknown {
  switch (on) {
    case DELIVERY.MESSAGE: return { from: message?.from, body: message?.value };
    case DELIVERY.TIMER:
      forget(caller, subject, tx);
      return undefined;
    case DELIVERY.OUTCOME: return undefined;
    case DELIVERY.ROOM: {
      const answer = caller.anyPlaces?.get(subject)?.answer;
      leave(caller, subject, tx);
      return answer;
    }
    default: return exitReason(state, processId(subject));
  }
}

/** How a process ended, for somebody who waited for that. */
function exitReason(state: KernelState, id: ProcessId): ExitReason {
  const process = processOf(state, id);
  const { exit } = process;
  invariant(exit !== undefined && exit.how !== "run-end", "P1", process.name);
  process.joined = true;
  switch (exit.how) {
    case "finished": return { kind: "finished", result: unpack(exit.result) };
    case "failed":
      invariant(exit.fault !== undefined, "P1", process.name);
      return { kind: "failed", fault: exit.fault };
    case "stopped": return { kind: "stopped", reason: exit.reason };
    case "linked":
      invariant(exit.with !== undefined, "P1", process.name);
      return { kind: "linked", process: exit.with };
  }
}

const armsMax = (arms: readonly Arm[]): boolean => Array.isArray(arms) && arms.length > 0 && arms.length <= LIMITS.select_arms_max;

/** What is there already wins at once, in order of the arms; otherwise the turn ends and what comes first wins (T2). */
export const select = (state: KernelState, caller: Process, op: Of<"select">, tx: Transaction): Reply => {
  if (!armsMax(op.arms)) return judged(tx, SYSCALL.SELECT, DOMAIN_RANK.K, () => { throw new Fault("ABI_MALFORMED", { argument: "arms", allowed: `1 to ${LIMITS.select_arms_max} of { on: message, timer, outcome or exit }` }); });
  return judged(tx, SYSCALL.SELECT, DOMAIN_RANK.K, (row) => {
    row.capability = authorise(state, caller, "EXECUTE_K", tx);
    const arms = op.arms.map((arm, at) => armFor(state, caller, arm, at));
    const won = arms.findIndex((arm) => isThere(state, caller, arm));
    const arm = arms[won];
    row.subject = won + 1;
    if (arm !== undefined) return value({ arm: won, value: given(state, caller, arm, undefined, tx) } satisfies Selected);
    for (const { on, subject } of arms) if (on === DELIVERY.EXIT) noticeIfEnding(state, caller, subject, tx);
    return { kind: "wait", wait: firstOf(arms) };
  });
};

/** A process that ended in this very tick: its notice is still to be sent. */
function noticeIfEnding(state: KernelState, caller: Process, id: number, tx: Transaction): void {
  const ended = processOf(state, id);
  if (ended.exit !== undefined) notice(state, ended, caller.id, tx);
}

/** Tells `to` of the end of `ended`, one tick later. */
export function notice(state: KernelState, ended: Process, to: ProcessId, tx: Transaction): void {
  tx.event(EVENT.EXIT_NOTICED, DOMAIN_RANK.K, { subject: ended.id, body: pack({ to }) });
  tx.envelopes.push(post(state, ended, to, DELIVERY.EXIT, 1, ended.id, undefined));
  tx.undo.push(() => { ended.seq -= 1; });
}

/** What a process that selected is resumed with, given what came. */
export function selected(state: KernelState, process: Process, envelope: Envelope, tx: Transaction): Resumption {
  const won = armOf(process.wait, envelope);
  const arm = process.wait.arms[won];
  invariant(arm !== undefined, "S1", process.name);
  return { kind: "value", value: { arm: won, value: given(state, process, arm, envelope, tx) } satisfies Selected };
}

/** The outcome is not wanted any more. A job whose outcome is in stays as it is. */
export const cancelJob = (state: KernelState, caller: Process, op: Extract<BoundOperation<BoundDomain>, { readonly op: "cancel" }>, tx: Transaction): Reply =>
  judged(tx, SYSCALL.JOB_CANCEL, DOMAIN_RANK[op.domain], (row) => {
    checkRun(state, "job", op.job, "job");
    row.capability = authorise(state, caller, op.domain === "Q" ? "EXECUTE_Q" : "TRANSFORM_PHI", tx);
    const entry = caller.resolve(op.job);
    if (entry?.kind !== "job") throw new Fault("Q_ERR_NO_CLONE_VIOLATION", unknown(state, op.job));
    const { latest: job } = entry.record;
    if (job.domain !== op.domain) throw new Fault("CONTRACT_INVALID", { job: job.id, why: `of domain ${job.domain}` });
    row.subject = job.id;
    row.contract = job.contract;
    if (job.state === "issued") tx.cancelled.push(job.id);
    return DONE;
  });

