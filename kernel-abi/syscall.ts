// The syscall table. Numbers are permanent (hybrid-runtime section 3 [R], plus TIMER_SET and PROC_JOIN of ours).
import { Fault } from "./fault.ts";

export const SYSCALL = Object.freeze({
  /** Pure reads (time, own id, random streams): never recorded, because replay re-derives them. */
  ABI_QUERY: 0,
  LOG: 1,
  TIMER_SET: 2,
  TIMER_CANCEL: 3,
  /** Recorded when something selected was there already; what is waited for stands in the turn's end, the winner in the next delivery. */
  SELECT: 4,
  /** Gives up what holds a place: a message that waits for room, a request that waits for units. */
  PLACE_WITHDRAW: 5,
  PROC_SPAWN: 16,
  PROC_TRANSITION: 17,
  PROC_EXIT: 18,
  PROC_JOIN: 19,
  PROC_LINK: 20,
  PROC_UNLINK: 21,
  PROC_MONITOR: 22,
  PROC_STOP: 23,
  PROC_CONTINUE: 24,
  CAP_REQUEST: 32,
  CAP_ATTENUATE: 33,
  CAP_REVOKE: 34,
  CONTRACT_REQUEST: 48,
  CONTRACT_RELEASE: 49,
  CONTRACT_QUERY: 50,
  CONTRACT_SHARE: 51,
  CONTRACT_ATTACH: 52,
  BIND: 64,
  UNBIND: 65,
  IPC_SEND: 80,
  IPC_RECEIVE: 81,
  XDV_CALL: 96,
  MEASURE: 97,
  PROJECT: 98,
  JOB_CANCEL: 99,
  METRIC_EMIT: 112,
  TRACE_READ: 113,
  TELEMETRY_READ: 114,
  /** ADMIN_FAULT: what it asks for stands in the kernel frame behind the turn. */
  FAULT_INJECT: 115,
} as const);
export type SyscallName = keyof typeof SYSCALL;
export type SyscallNumber = (typeof SYSCALL)[SyscallName];

/** Check order A2: the first failure decides the code, so this order is part of the ABI. */
export const CHECK_ORDER = Object.freeze([
  "shape", "capability", "attestation", "contract", "calibration", "capacity", "support", "budget", "policy", "isolation",
] as const);
export type CheckStage = (typeof CHECK_ORDER)[number];

const BY_NUMBER: ReadonlyMap<number, SyscallName> = new Map(
  (Object.keys(SYSCALL) as SyscallName[]).map((name) => [SYSCALL[name], name]));

/** @throws Fault ABI_UNKNOWN_SYSCALL */
export function syscallName(number: number): SyscallName {
  const name = BY_NUMBER.get(number);
  if (name === undefined) throw new Fault("ABI_UNKNOWN_SYSCALL", { number });
  return name;
}
