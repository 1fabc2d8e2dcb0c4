// Places: what ONE strand of a process waits for while the others go on. A message that finds its receiver's mailbox full, or a request
// that waits for units, holds one; it is selected like anything else, or given up.
//   S3  A place given up is never answered: a message is taken back until the tick it falls due at, a request until it is granted.
import { DOMAIN_RANK } from "../../kernel-abi/domain.ts";
import { DELIVERY } from "../../kernel-abi/envelope.ts";
import { Fault, FAULTS } from "../../kernel-abi/fault.ts";
import { EVENT } from "../../kernel-abi/frame.ts";
import { PHI_SERVICE, Q_SERVICE, tick, type ProcessId } from "../../kernel-abi/ids.ts";
import { LIMITS } from "../../kernel-abi/limits.ts";
import type { KOperation } from "../../kernel-abi/operation.ts";
import { pack } from "../../kernel-abi/packer.ts";
import { SYSCALL } from "../../kernel-abi/syscall.ts";
import type { Process } from "../process/process.ts";
import { value, type Reply } from "./replies.ts";
import { authorise, type KernelState } from "./state.ts";
import { emptyRow, judged, type Transaction } from "./transaction.ts";

/** Whether the run knows places; without them the whole process waits. @throws Fault ABI_LIMIT */
export function mayHold(state: KernelState, caller: Process): boolean {
  if (!state.flags.has("placesForStrands")) return false;
  if ((caller.anyPlaces?.size ?? 0) >= LIMITS.select_arms_max) throw new Fault("ABI_LIMIT", { limit: "select_arms_max", value: LIMITS.select_arms_max });
  return true;
}

/** Answers the place taken. */
export function take(caller: Process, place: number, of: ProcessId, tx: Transaction): Reply {
  caller.places.set(place, { of, answer: undefined });
  tx.undo.push(() => { caller.places.delete(place); });
  return value(place);
}

/** Takes what stands behind a place off the caller's list. */
export function leave(caller: Process, place: number, tx: Transaction): void {
  const held = caller.anyPlaces?.get(place);
  if (held === undefined) return;
  caller.places.delete(place);
  tx.undo.push(() => { caller.places.set(place, held); });
}

const isService = (of: ProcessId): boolean => of === Q_SERVICE || of === PHI_SERVICE;

/** What holds the place is given up, at commit. What was answered already is answered now; a place nobody holds is no error. */
export const withdraw = (state: KernelState, caller: Process, op: Extract<KOperation, { readonly op: "withdraw" }>, tx: Transaction): Reply => {
  const held = caller.anyPlaces?.get(op.place);
  const domain = held?.of === Q_SERVICE ? DOMAIN_RANK.Q : held?.of === PHI_SERVICE ? DOMAIN_RANK.PHI : DOMAIN_RANK.K;
  return judged(tx, SYSCALL.PLACE_WITHDRAW, domain, (row) => {
    const { place } = op;
    if (!Number.isSafeInteger(place)) throw new Fault("ABI_MALFORMED", { argument: "place", allowed: "what a send or a request answered" });
    row.subject = Math.abs(place);
    row.capability = authorise(state, caller, "EXECUTE_K", tx);
    if (held === undefined) return value(undefined);
    leave(caller, place, tx);
    if (held.answer === undefined) tx.withdrawn.push({ place, of: held.of });
    return value(held.answer);
  });
};

/** Behind the turn that gave a place up. Returns the receiver in whose mailbox room was made by that. */
export function giveUp(state: KernelState, caller: Process, place: number, of: ProcessId, tx: Transaction): Process | undefined {
  if (!isService(of)) return takeBack(state, caller, place, of, tx);
  const request = state.deferrals.waiting().find(({ id }) => id === -place);
  if (request === undefined) return undefined;
  state.deferrals.remove(request);
  tx.record(EVENT.REQUEST_LAPSED, FAULTS.CANCELLED.code, DOMAIN_RANK[request.of], { ...emptyRow(), subject: request.id });
  return undefined;
}

/** A message that still waits, or that was let in in this very tick and has not fallen due. */
function takeBack(state: KernelState, caller: Process, seq: number, of: ProcessId, tx: Transaction): Process | undefined {
  const receiver = state.processes.living(of);
  if (receiver === undefined) return undefined; // it has ended: the message was turned away
  if (receiver.anyParked?.remove((message) => message.from === caller.id && message.seq === seq) !== undefined) {
    dropped(of, caller.id, seq, tx);
    return undefined;
  }
  const due = tick(state.clock.now + 1);
  if (state.calendar.remove(due, (message) => message.kind === DELIVERY.MESSAGE && message.from === caller.id && message.seq === seq) === undefined) return undefined;
  receiver.inbox.unclaim();
  dropped(of, caller.id, seq, tx);
  return receiver;
}

/** A message nobody will be given: recorded, because nothing is lost in silence. */
export function dropped(to: ProcessId, from: ProcessId, seq: number, tx: Transaction): void {
  tx.event(EVENT.MESSAGE_DROPPED, DOMAIN_RANK.K, { subject: to, body: pack({ from, seq }) });
}
