// Syscalls about the ends of processes: link, monitor, stop, and handing one's state on to a fresh body.
//   P3  A tie gives no authority over others: a process may bind its own life to anybody's, but only a parent ends its children.
import { DOMAIN_RANK } from "../../kernel-abi/domain.ts";
import { Fault } from "../../kernel-abi/fault.ts";
import type { ProcessId } from "../../kernel-abi/ids.ts";
import type { KOperation } from "../../kernel-abi/operation.ts";
import { unpack } from "../../kernel-abi/packer.ts";
import { SYSCALL } from "../../kernel-abi/syscall.ts";
import type { Process } from "../process/process.ts";
import { WAIT_START } from "../process/wait.ts";
import { encode } from "./calls-k.ts";
import { DONE, waiting, type Reply } from "./replies.ts";
import { admitted, authorise, childOf, processOf, type KernelState } from "./state.ts";
import { judged, type Row, type Transaction } from "./transaction.ts";

type Of<O extends KOperation["op"]> = Extract<KOperation, { readonly op: O }>;

/** Another process, dead or alive. @throws Fault ABI_MALFORMED | PROCESS_UNKNOWN */
function otherOf(state: KernelState, caller: Process, to: ProcessId, row: Row, tx: Transaction): Process {
  if (!Number.isSafeInteger(to) || to < 0 || to === caller.id) throw new Fault("ABI_MALFORMED", { argument: "to", allowed: "the id of another process" });
  row.subject = to;
  row.capability = authorise(state, caller, "EXECUTE_K", tx);
  return processOf(state, to);
}

type Ids = Pick<Set<ProcessId>, "has" | "delete"> & { add(id: ProcessId): void };

/** Adds to a set for as long as the turn holds. */
function enter(set: Ids, member: ProcessId, tx: Transaction): void {
  if (set.has(member)) return;
  set.add(member);
  tx.undo.push(() => { set.delete(member); });
}

function strike(set: Ids | undefined, member: ProcessId, tx: Transaction): void {
  if (set?.delete(member) === true) tx.undo.push(() => { set.add(member); });
}

/**
 * One process ends when the other ends otherwise than finished: the caller with anybody, or a child with the caller.
 * @throws Fault PROCESS_UNKNOWN when `to` has ended already, or is no child and would be ended
 */
export const link = (state: KernelState, caller: Process, op: Of<"link">, tx: Transaction): Reply =>
  judged(tx, SYSCALL.PROC_LINK, DOMAIN_RANK.K, (row) => {
    if (op.ends !== "self" && op.ends !== "other") throw new Fault("ABI_MALFORMED", { argument: "ends", allowed: "self, other" });
    const other = otherOf(state, caller, op.to, row, tx);
    row.body = encode(op.ends);
    if (!other.live) throw new Fault("PROCESS_UNKNOWN", { process: other.id, name: other.name, state: other.state });
    const [{ ties: { dependents } }, dependent] = op.ends === "self" ? [other, caller] : [caller, childOf(state, caller, op.to)];
    enter(dependents, dependent.id, tx);
    dependents.sweep((id) => state.processes.living(id) !== undefined);
    return DONE;
  });

/** Takes a link back, on both sides. */
export const unlink = (state: KernelState, caller: Process, op: Of<"unlink">, tx: Transaction): Reply =>
  judged(tx, SYSCALL.PROC_UNLINK, DOMAIN_RANK.K, (row) => {
    const other = otherOf(state, caller, op.to, row, tx);
    strike(other.anyTies?.dependents, caller.id, tx);
    strike(caller.anyTies?.dependents, other.id, tx);
    return DONE;
  });

/** From now on the caller may select the end of `to`, dead or alive, and is told when it waits for it. */
export const monitor = (state: KernelState, caller: Process, op: Of<"monitor">, tx: Transaction): Reply =>
  judged(tx, SYSCALL.PROC_MONITOR, DOMAIN_RANK.K, (row) => {
    const other = otherOf(state, caller, op.to, row, tx);
    enter(caller.ties.watched, other.id, tx);
    if (other.live) enter(other.ties.watchers, caller.id, tx);
    other.anyTies?.watchers.sweep((id) => state.processes.living(id) !== undefined);
    return DONE;
  });

const REASON_MAX = 200;

/** Ends a child and everything below it when the turn commits; their `finally` blocks run. A child that has ended is no error. */
export const stop = (state: KernelState, caller: Process, op: Of<"stop">, tx: Transaction): Reply =>
  judged(tx, SYSCALL.PROC_STOP, DOMAIN_RANK.K, (row) => {
    if (!Number.isSafeInteger(op.child) || op.child < 0) throw new Fault("ABI_MALFORMED", { argument: "child", allowed: "what spawn returned" });
    if (typeof op.reason !== "string" || op.reason.length > REASON_MAX) throw new Fault("ABI_MALFORMED", { argument: "reason", allowed: `text of at most ${REASON_MAX} characters` });
    row.body = encode(op.reason);
    row.subject = op.child;
    row.capability = authorise(state, caller, "SPAWN", tx);
    const child = childOf(state, caller, op.child);
    if (child.live) tx.stopped.push({ process: child.id, reason: op.reason });
    return DONE;
  });

/**
 * Ends this body and starts a fresh one of the same behaviour one tick later, with `state` as its input. The process, its name, mail,
 * children and capabilities stay; contracts, jobs and timers end with the body that knew them.
 * @throws Fault INPUT_INVALID | ABI_UNENCODABLE
 */
export const continueWith = (state: KernelState, caller: Process, op: Of<"continue">, tx: Transaction): Reply =>
  judged(tx, SYSCALL.PROC_CONTINUE, DOMAIN_RANK.K, (row) => {
    row.body = encode(admitted(state, caller.behaviour, op.state));
    row.capability = authorise(state, caller, "EXECUTE_K", tx);
    tx.fresh = { input: unpack(row.body) };
    return waiting(WAIT_START);
  });
