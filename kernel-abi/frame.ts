// Frames: the unit of the journal. Plain data; replay/entry gives them bytes, runtime/kernel makes them.
//   One turn is one `turn` frame. What the kernel does on its own (boot, intents, outcomes, expiry, the end)
//   stands in `kernel` frames. Events of the run, numbered in order: what a turn was delivered, each of its
//   entries, how it ended; and each entry of a kernel frame.
import type { ProcessId, Tick } from "./ids.ts";
import { SYSCALL } from "./syscall.ts";
import type { DeliveryKind } from "./envelope.ts";

/** Codes from 128 are kernel events; below are syscalls (SYSCALL). Permanent. */
export const EVENT = Object.freeze({
  /** subject = process; body = {name, parent, definition, domains, vhm, node}. */
  PROCESS_DECLARED: 128,
  /** subject = process (or contract, job by machine); body = {machine, from, to}. */
  TRANSITION: 129,
  /** subject = capability; body = {holder, parent, verb, scope}. */
  CAPABILITY_ISSUED: 130,
  CAPABILITY_REVOKED: 131,
  /** subject = domain service; body = provider declaration. */
  PROVIDER_ATTESTED: 132,
  CALIBRATION_ISSUED: 133,
  /** contract and subject = contract; capability = the one it was requested with; body = {owner, terms}. */
  CONTRACT_ISSUED: 134,
  CONTRACT_ACTIVATED: 135,
  CONTRACT_EXPIRED: 136,
  CONTRACT_REVOKED: 137,
  CONTRACT_COMPLETED: 138,
  /** body = ledger at release. */
  CONTRACT_RELEASED: 139,
  WINDOW_START: 140,
  WINDOW_STOP: 141,
  /** subject = number of a request that waited (CONTRACT_REQUEST); its contracts follow; body = {since}: the tick it was made at. */
  REQUEST_GRANTED: 142,
  /** subject = number of a request that waited and will not be granted, with the verdict; body = the fault's detail. */
  REQUEST_LAPSED: 143,
  /** subject = job; body = {actor, due, descriptor}; stands before the job is started. */
  JOB_INTENT: 160,
  /** subject = job; verdict = provider code; body = public outcome; stands at the due tick. */
  JOB_OUTCOME: 161,
  /** subject = job: its owner ended before the outcome was due. */
  JOB_ABANDONED: 162,
  /** subject = the process that ended, whose next number the notice takes; body = {to, reason}: who is told one tick later. */
  EXIT_NOTICED: 150,
  /** subject = sender of a message that waited; it takes the receiver's next number: message and sender go on one tick later, or the sender alone with the verdict. */
  ROOM_MADE: 151,
  /** subject = receiver whose mailbox was full; body = {from, seq} of the message it will never be given. */
  MESSAGE_DROPPED: 152,
  /** subject = receiver of the message just sent, which waits for a place while its sender goes on; ROOM_MADE or MESSAGE_DROPPED follows. */
  MESSAGE_PARKED: 153,
  /** subject = process about to be resumed; body = {contracts}: those of its own that ended while it was suspended, in that order. */
  CONTRACTS_LOST: 154,
  /** subject = process about to be resumed; body = {contracts}: those of its own whose calibration ended while it was suspended, by number. */
  CALIBRATIONS_LOST: 155,
  /**
   * subject = receiver of a dead letter (PROCESS_UNKNOWN, body = {from, seq}), or process that tried to copy handles in its last
   * turn (1007, body = {way, of, times, attempts}: how, what, how often in that turn, and all its attempts so far).
   */
  FAULT: 170,
  /**
   * subject = place in the header's script from 1, or 0 when an operator's program asked for it; verdict = fault with which the work
   * hit ends, 0 for none; body = {kind, level, jobs, contracts}: what was hit.
   */
  FAULT_INJECTED: 171,
  /** subject = the new job, contract = its contract; body = {of, attempt, due, charge, cost}: a job that failed is called again. */
  JOB_RETRIED: 172,
  /**
   * verdict = the fault; contract, subject = job it befell; subject 0: the contract was used beyond its terms; both 0: copies of handles,
   * and body has `process`. body = {level, action, jobs}: work under way that ends with CONTRACT_INVALID.
   */
  FAULT_CONTAINED: 173,
  /** domain; body = {why}. Nothing is granted in the domain until DOMAIN_THAWED. Its capabilities are revoked behind it, by number (authorityAfterFaults). */
  DOMAIN_FROZEN: 174,
  /** domain. The root's capabilities in it are issued behind it (authorityAfterFaults). */
  DOMAIN_THAWED: 175,
  /** contract and subject = contract: what it was calibrated with is valid until this tick; body = {grace}. */
  CALIBRATION_EXPIRED: 176,
  /** subject = process, which ends with what is below it; body = {why}. */
  PROCESS_HALTED: 177,
  /** body = RunEnd (ports.ts); the last entry of every run, in a kernel frame of its own. */
  RUN_END: 190,
} as const);
export type EventName = keyof typeof EVENT;

/**
 * One syscall with its verdict, or one kernel event. Zero means "none" for capability, contract and subject where the code has none:
 * capabilities, contracts and jobs are numbered from 1.
 * Subjects of syscalls: IPC_SEND receiver; PROC_SPAWN, PROC_JOIN, PROC_TRANSITION child; CAP_* capability; CONTRACT_* contract, but CONTRACT_SHARE the process shared with;
 * XDV_CALL job; MEASURE, PROJECT job; TIMER_SET due tick; TIMER_CANCEL the timer's sequence number; SELECT the arm that was there; PROC_LINK, PROC_UNLINK, PROC_MONITOR the other
 * process; PROC_STOP the process stopped; JOB_CANCEL job; TRACE_READ, TELEMETRY_READ the process looked at, with those below it; PLACE_WITHDRAW, in K the sequence number of the message, in Q and Φ the number of the request; others 0.
 * Bodies: IPC_SEND the payload; LOG {level,label,data}; PROC_SPAWN as PROCESS_DECLARED; METRIC_EMIT {name,value,unit}; XDV_CALL {due,charge,cost};
 * CONTRACT_REQUEST, when it has to wait, {deferred,until,units,priority}: its number from 1, its last tick, units by domain. Its turn ends
 * waiting for ROOM of the domain's service, and ROOM comes from KERNEL with that number, one tick behind REQUEST_GRANTED or REQUEST_LAPSED;
 * with {place: true} its turn goes on, and it selects ROOM of minus that number. A request given up is REQUEST_LAPSED with CANCELLED, and nobody is told;
 * PROC_CONTINUE the state handed on; CONTRACT_SHARE {measures};
 * with a verdict other than 0, MessagePack of the fault's detail. Empty where there is nothing to say.
 */
export interface Entry {
  readonly code: number;
  /** 0, or the fault's code (FAULTS). */
  readonly verdict: number;
  /** DOMAIN_RANK. */
  readonly domain: number;
  readonly capability: number;
  readonly contract: number;
  readonly subject: number;
  readonly body: Uint8Array;
}

/*
 * Sequence numbers. Every process counts from 0 what it causes to be delivered: each IPC_SEND, TIMER_SET and PROC_SPAWN with
 * verdict 0 (in the order of its entries, over turns that were not aborted) and each exit notice to its parent takes the next
 * number; so do each EXIT_NOTICED and ROOM_MADE that names it, and, behind the entries, a turn that ends waiting for START
 * (PROC_CONTINUE) or SLICE. A delivery names its cause by (from, seq): MESSAGE the sender's, TIMER the process's own, START the parent's
 * (KERNEL and 0 for the root; its own after PROC_CONTINUE), EXIT that of the process that ended, ROOM the receiver's, SLICE its own. A
 * ROOM_MADE behind a turn that ends waiting for START goes before that START. OUTCOME comes from the domain service with seq = job.
 */

/** How a turn ended. Numbers stand in traces. */
export const TURN_END = Object.freeze({
  /** `on` = WAIT kind, `subject` = job, child, receiver or the timer's sequence number. SELECT: `body` = the arms, [kind, subject] each; of ROOM the place: the message's sequence number, or minus the request's number. */
  WAITING: 0,
  /** `body` = the result, encoded. */
  FINISHED: 1,
  /** Uncaught fault: no effect of this turn took place (E1); `body` = fault as JSON, encoded. */
  ABORTED: 2,
} as const);

export interface TurnEnd {
  readonly kind: (typeof TURN_END)[keyof typeof TURN_END];
  readonly on: number;
  readonly subject: number;
  readonly body: Uint8Array;
}

export interface TurnFrame {
  readonly kind: "turn";
  readonly tick: Tick;
  readonly actor: ProcessId;
  /** Scheduler pick: how many actors were ready when this one was picked. */
  readonly ready: number;
  readonly delivery: { readonly kind: DeliveryKind; readonly from: ProcessId; readonly seq: number };
  readonly entries: readonly Entry[];
  readonly end: TurnEnd;
}

export interface KernelFrame {
  readonly kind: "kernel";
  readonly tick: Tick;
  /** On whose behalf: KERNEL, a domain service or the process concerned. */
  readonly actor: ProcessId;
  readonly entries: readonly Entry[];
}

export type Frame = TurnFrame | KernelFrame;

const EVENT_BY_CODE: ReadonlyMap<number, string> = new Map(
  [...Object.entries(SYSCALL), ...Object.entries(EVENT)].map(([name, code]) => [code, name]));

/** Name of a syscall or event code; undefined when the registry has none. */
export const entryName = (code: number): string | undefined => EVENT_BY_CODE.get(code);

/** How runs end (E5). Every one of them is sealed. */
export const END_STATUSES = ["completed", "bounded", "enforced", "revoked", "faulted", "stuck"] as const;
export type EndStatus = (typeof END_STATUSES)[number];
